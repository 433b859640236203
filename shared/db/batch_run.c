/* SPDX-License-Identifier: MIT */
/* Running an assembled batch on a connection of its own, and streaming the rows of a query; see
 * batch.h. Nothing here assembles SQL. */
#include "shared/db/batch.h"

#include <string.h>

#include "shared/base/arena.h"
#include "shared/base/span.h"
#include "shared/db/batch_array.h"
#include "shared/db/session.h"

#define COLUMN_MAX 32

struct cnop_batch_db {
    struct cnop_session session;
    struct batch_statements statements;
    bool in_snapshot;
};

/* ---- connection ---- */

enum cnop_err
cnop_batch_db_open(const struct cnop_db_config *config, uint32_t read_timeout_ms,
                   struct cnop_batch_db **ret_db)
{
    struct cnop_arena *arena = cnop_arena_new(sizeof(struct cnop_batch_db) + 64);
    struct cnop_batch_db *db = cnop_arena_alloc(arena, sizeof(*db));
    enum cnop_err err;

    cnop_assert(db != NULL);
    err = cnop_session_open(&db->session, config, CNOP_SESSION_BATCHES, read_timeout_ms);
    if (err != CNOP_OK) {
        cnop_span_cause("database: %s", db->session.cause);
        cnop_arena_free(&arena);
        return err;
    }
    *ret_db = db; /* lives as long as the process: the arena is not kept */
    return CNOP_OK;
}

static void
disconnect(struct cnop_batch_db *db)
{
    batch_statements_close(&db->statements);
    cnop_session_disconnect(&db->session);
}

const char *
cnop_batch_db_cause(const struct cnop_batch_db *db)
{
    return db->session.cause;
}

enum cnop_err
cnop_batch_db_connect(struct cnop_batch_db *db)
{
    if (db->session.mysql != NULL)
        return CNOP_OK;
    if (db->in_snapshot)
        return CNOP_E_DB_FAILED; /* another connection would see another moment */
    return cnop_session_connect(&db->session) == CNOP_OK ? CNOP_OK : CNOP_E_DB_FAILED;
}

/* ---- snapshot ---- */

static enum cnop_err
run_plain(struct cnop_batch_db *db, struct cnop_str sql)
{
    if (cnop_session_command(&db->session, sql))
        return CNOP_OK;
    disconnect(db);
    return CNOP_E_DB_FAILED;
}

enum cnop_err
cnop_batch_snapshot_begin(struct cnop_batch_db *db)
{
    enum cnop_err err = cnop_batch_db_connect(db);

    cnop_assert(!db->in_snapshot);
    /* Of this transaction only: the session reads what is committed, and has no snapshots. */
    if (err == CNOP_OK)
        err = run_plain(db, CNOP_STR("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ"));
    if (err == CNOP_OK)
        err = run_plain(db, CNOP_STR("START TRANSACTION WITH CONSISTENT SNAPSHOT, READ ONLY"));
    db->in_snapshot = err == CNOP_OK;
    return err;
}

void
cnop_batch_snapshot_end(struct cnop_batch_db *db)
{
    cnop_assert(db->in_snapshot);
    db->in_snapshot = false;
    if (db->session.mysql != NULL)
        (void)run_plain(db, CNOP_STR("COMMIT"));
}

/* ---- commit ---- */

/* After an error inside the transaction it is still open. */
static enum cnop_err
commit_failed(struct cnop_batch_db *db, MYSQL_STMT *statement)
{
    bool lost;
    enum cnop_err err =
        cnop_session_error(&db->session, "commit", CNOP_DB_BATCHING, true, statement, &lost);

    /* Without a rollback the server does it when the connection ends. */
    if (lost || !cnop_session_command(&db->session, CNOP_STR("ROLLBACK")))
        disconnect(db);
    return err;
}

static enum cnop_err
run_text(struct cnop_batch_db *db, struct cnop_str sql)
{
    int more = cnop_session_command(&db->session, sql) ? 0 : 1;

    while (more == 0) {
        MYSQL_RES *result = mysql_store_result(db->session.mysql);

        if (result != NULL)
            mysql_free_result(result);
        more = mysql_next_result(db->session.mysql); /* 0: another, -1: none, > 0: error */
    }
    return more < 0 ? CNOP_OK : commit_failed(db, NULL);
}

static enum cnop_err
run_arrays(struct cnop_batch_db *db, struct batch_arrays *arrays)
{
    for (uint32_t i = 0; i < arrays->section_count; i++) {
        MYSQL_STMT *failed;

        if (!batch_arrays_execute(db->session.mysql, &db->statements, &arrays->sections[i],
                                  &failed))
            return commit_failed(db, failed);
    }
    return CNOP_OK;
}

enum cnop_err
cnop_batch_commit(struct cnop_batch_db *db, struct cnop_batch *batch)
{
    struct cnop_str before = cnop_str_make(batch->text.ptr, batch->text_before);
    struct cnop_str rest =
        cnop_str_make(batch->text.ptr + batch->text_before, batch->text.len - batch->text_before);
    enum cnop_err err = CNOP_OK;

    if (cnop_batch_overflowed(batch))
        return CNOP_E_TRUNCATED;
    cnop_assert(batch->text.len > 0);
    if (cnop_batch_db_connect(db) != CNOP_OK)
        return CNOP_E_OUTCOME_UNKNOWN; /* to the caller it is one more try of the same batch */
    if (batch->text_before > 0) {      /* there are arrays */
        err = run_text(db, before);
        if (err == CNOP_OK)
            err = run_arrays(db, batch->arrays);
    }
    if (err == CNOP_OK)
        err = run_text(db, rest);
    return err;
}

/* ---- scan ---- */

static bool
is_integer(const MYSQL_FIELD *field)
{
    return field->type == MYSQL_TYPE_TINY || field->type == MYSQL_TYPE_SHORT ||
           field->type == MYSQL_TYPE_LONG || field->type == MYSQL_TYPE_INT24 ||
           field->type == MYSQL_TYPE_LONGLONG;
}

static void
read_integer(const char *digits, bool is_unsigned, struct cnop_cell *cell)
{
    bool negative = *digits == '-';
    uint64_t value = 0;

    for (digits += negative; *digits != '\0'; digits++)
        value = value * 10 + (uint64_t)(*digits - '0');
    cell->kind = is_unsigned ? CNOP_PARAM_U64 : CNOP_PARAM_I64;
    if (is_unsigned)
        cell->u64 = value;
    else
        cell->i64 = negative ? (int64_t)(~value + 1) : (int64_t)value;
}

static enum cnop_err
scan_rows(MYSQL_RES *result, cnop_batch_row_fn fn, void *arg)
{
    const MYSQL_FIELD *fields = mysql_fetch_fields(result);
    unsigned column_count = mysql_num_fields(result);
    struct cnop_cell cells[COLUMN_MAX];
    const struct cnop_row row = {.cells = cells, .column_count = column_count};
    enum cnop_err err = CNOP_OK;
    MYSQL_ROW text;

    cnop_assert(column_count <= COLUMN_MAX);
    while (err == CNOP_OK && (text = mysql_fetch_row(result)) != NULL) {
        const unsigned long *lengths = mysql_fetch_lengths(result);

        for (unsigned i = 0; i < column_count; i++) {
            if (text[i] == NULL) {
                cells[i].kind = CNOP_PARAM_NULL;
            } else if (is_integer(&fields[i])) {
                read_integer(text[i], (fields[i].flags & UNSIGNED_FLAG) != 0, &cells[i]);
            } else {
                cells[i].kind = CNOP_PARAM_BYTES;
                cells[i].bytes = cnop_str_make(text[i], lengths[i]);
            }
        }
        err = fn(arg, &row);
    }
    return err;
}

/* Whatever went wrong: a scan is begun anew, on a new connection. */
static enum cnop_err
scan_failed(struct cnop_batch_db *db)
{
    bool lost;

    (void)cnop_session_error(&db->session, "scan", CNOP_DB_READING, false, NULL, &lost);
    disconnect(db);
    return CNOP_E_DB_FAILED;
}

enum cnop_err
cnop_batch_scan(struct cnop_batch_db *db, const struct cnop_batch *query, cnop_batch_row_fn fn,
                void *arg)
{
    MYSQL_RES *result;
    enum cnop_err err;

    if (cnop_batch_overflowed(query))
        return CNOP_E_TRUNCATED;
    err = cnop_batch_db_connect(db);
    if (err != CNOP_OK)
        return err;
    if (!cnop_session_command(&db->session, cnop_buf_view(&query->text)) ||
        (result = mysql_use_result(db->session.mysql)) == NULL)
        return scan_failed(db);
    err = scan_rows(result, fn, arg);
    if (err == CNOP_OK && mysql_errno(db->session.mysql) != 0) {
        mysql_free_result(result);
        return scan_failed(db);
    }
    mysql_free_result(result);
    if (err != CNOP_OK)
        disconnect(db); /* rows may be left on the wire */
    return err;
}
