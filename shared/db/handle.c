/* SPDX-License-Identifier: MIT */
/* The handle of one thread: its memory, its session, and what an error does to both. Values of rows
 * never reach a text kept here. */
#include <string.h>

#include "shared/base/span.h"
#include "shared/db/db_state.h"

enum cnop_err
cnop_db_open(const struct cnop_db_config *config, struct cnop_db **ret_db)
{
    struct cnop_arena *arena = cnop_arena_new(sizeof(struct cnop_db) + 256);
    struct cnop_db *db = cnop_arena_alloc(arena, sizeof(*db));
    /* Only for a server that hangs: a slow statement is ended by the server, one second earlier. */
    uint32_t answer_ms = (uint32_t)config->db_query_timeout + 1000;
    enum cnop_err err;

    cnop_assert(db != NULL);
    err = cnop_session_open(&db->session, config, CNOP_SESSION_REQUESTS, answer_ms);
    if (err != CNOP_OK) {
        cnop_span_cause("database: %s", db->session.cause);
        cnop_arena_free(&arena);
        return err;
    }
    db->arena = arena;
    db->config = config;
    db->tx.db = db;
    cnop_assert(mysql_thread_init() == 0);
    *ret_db = db;
    return CNOP_OK;
}

void
cnop_db_close(struct cnop_db **db)
{
    struct cnop_arena *arena;

    if (*db == NULL)
        return;
    cnop_assert(!(*db)->tx.open);
    cnop_db_disconnect(*db);
    cnop_session_close(&(*db)->session);
    mysql_thread_end();
    arena = (*db)->arena;
    *db = NULL;
    cnop_arena_free(&arena);
}

void
cnop_db_disconnect(struct cnop_db *db)
{
    for (size_t i = 0; i < CNOP_DB_STATEMENT_SLOTS; i++)
        if (db->statements[i].stmt != NULL)
            (void)mysql_stmt_close(db->statements[i].stmt);
    memset(db->statements, 0, sizeof(db->statements));
    db->statement_count = 0;
    cnop_session_disconnect(&db->session);
}

bool
cnop_db_is_connected(const struct cnop_db *db)
{
    return db->session.mysql != NULL;
}

/* What cannot be rolled back is dropped: the server rolls back what its client left. */
void
cnop_db_rollback(struct cnop_db *db)
{
    if (cnop_db_is_connected(db) && mysql_rollback(db->session.mysql) != 0)
        cnop_db_disconnect(db);
}

enum cnop_err
cnop_db_fail(struct cnop_db *db, const char *what, enum cnop_db_phase phase, MYSQL_STMT *stmt)
{
    bool lost;
    enum cnop_err err = cnop_session_error(&db->session, what, phase, db->tx.open, stmt, &lost);

    cnop_span_cause("database: %s", db->session.cause);
    if (lost)
        cnop_db_disconnect(db);
    else if (db->tx.open && phase != CNOP_DB_COMMITTING)
        cnop_db_rollback(db);
    if (db->tx.open && db->tx.failed == CNOP_OK)
        db->tx.failed = err;
    return err;
}

enum cnop_err
cnop_db_abort(struct cnop_db *db, enum cnop_err err)
{
    if (!db->tx.open || db->tx.failed != CNOP_OK)
        return err;
    cnop_db_rollback(db);
    db->tx.failed = err;
    return err;
}

const char *
cnop_db_cause(const struct cnop_db *db)
{
    return db->session.cause;
}
