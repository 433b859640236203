/* SPDX-License-Identifier: MIT */
/* Inside of a database handle, from the bottom up: each part calls those above it here only. For
 * the files of shared/db only. */
#ifndef CNOP_DB_DB_STATE_H
#define CNOP_DB_DB_STATE_H

#include "shared/db/session.h"

#define CNOP_DB_COLUMN_MAX 48
#define CNOP_DB_STATEMENT_SLOTS 256 /* power of two; at most half are used */
#define CNOP_DB_ROWS_DEFAULT 200

struct cnop_statement {
    const struct cnop_sql *sql; /* NULL: empty slot */
    MYSQL_STMT *stmt;
    unsigned column_count;
    unsigned char column_kinds[CNOP_DB_COLUMN_MAX]; /* enum cnop_param_kind */
};

struct cnop_tx {
    struct cnop_db *db;
    bool open;
    enum cnop_err failed; /* first error: the transaction is rolled back already */
    bool counted;         /* as one view of the answer, see snapshot.h */
};

struct cnop_db {
    struct cnop_arena *arena; /* holds this struct */
    const struct cnop_db_config *config;
    struct cnop_session session;
    int64_t retry_us;  /* no attempt to connect before this monotonic time */
    int64_t pause_us;  /* the next pause between attempts */
    uint32_t limit_ms; /* max_statement_time of the session */
    struct cnop_tx tx;
    size_t statement_count;
    struct cnop_statement statements[CNOP_DB_STATEMENT_SLOTS];
    MYSQL_BIND params[CNOP_PARAM_COUNT_MAX];
    MYSQL_BIND results[CNOP_DB_COLUMN_MAX];
    int64_t integers[CNOP_DB_COLUMN_MAX];
    unsigned long lengths[CNOP_DB_COLUMN_MAX];
    my_bool nulls[CNOP_DB_COLUMN_MAX];
};

/* ---- handle.c ---- */

/* Forgets the connection and every prepared statement. */
void cnop_db_disconnect(struct cnop_db *db);
bool cnop_db_is_connected(const struct cnop_db *db);

/* Ends the transaction of the connection, if there is one: rolled back, or the connection is
 * dropped. */
void cnop_db_rollback(struct cnop_db *db);

/* ---- tx.c ---- */

/* cnop_tx_begin with a START TRANSACTION of another kind. */
cnop_must_check enum cnop_err cnop_db_begin(struct cnop_db *db, const char *text,
                                            struct cnop_tx **ret_tx);

/* ---- snapshot.c ---- */

/* Before a statement that reads: INTERNAL when it would join a second view into one answer. */
cnop_must_check enum cnop_err cnop_db_count_view(struct cnop_db *db, const struct cnop_sql *sql);

/* ---- error.c ---- */

/* The catalogue error of a server or client error; keeps its cause; disconnects when the
 * connection is of no more use; rolls an open transaction back. */
enum cnop_err cnop_db_fail(struct cnop_db *db, const char *what, enum cnop_db_phase phase,
                           MYSQL_STMT *stmt);

/* An error of our own (time, memory): rolls an open transaction back; returns err. */
enum cnop_err cnop_db_abort(struct cnop_db *db, enum cnop_err err);

/* ---- statement.c ---- */

/* Binds and executes; phase as given is charged to failures. */
cnop_must_check enum cnop_err cnop_db_execute(struct cnop_db *db, const struct cnop_sql *sql,
                                              struct cnop_params params, enum cnop_db_phase phase,
                                              struct cnop_statement **ret_statement);

/* A statement without parameters and rows that belongs to this library: START TRANSACTION, ... */
cnop_must_check enum cnop_err cnop_db_command(struct cnop_db *db, const char *text,
                                              enum cnop_db_phase phase);

/* ---- connect.c ---- */

/* Connected, alive and with the right time limit, or an error: DB_FAILED, DEADLINE. */
cnop_must_check enum cnop_err cnop_db_require(struct cnop_db *db);

#endif
