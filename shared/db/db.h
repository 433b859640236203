/* SPDX-License-Identifier: MIT */
/* The only door to MariaDB. One handle a thread, prepared statements, typed parameters and rows,
 * deadlines from the current span, reconnects. Every failed statement rolls its transaction back,
 * and a commit whose answer was lost is reported as unknown, never as failed.
 *
 *   static const struct cnop_sql find_user = {
 *       "auth.find_user", "SELECT id, role FROM users WHERE username = ?", .max_rows = 1};
 *
 *   err = cnop_db_find(db, arena, &find_user, CNOP_PARAMS(CNOP_P_STR(name)), &row);
 *   if (err != CNOP_OK)
 *       return err; (NOT_FOUND: no such row)
 *   user->id = cnop_row_u64(&row, 0);
 */
#ifndef CNOP_DB_DB_H
#define CNOP_DB_DB_H

#include "shared/base/arena.h"
#include "shared/config/db_config.h"

struct cnop_db;
struct cnop_tx;

/* ---- the handle ---- */

/* Start-up: reads the password and allocates; does not connect. The config must outlive the handle.
 * CONFIG: the password file is missing, too open or too long (the current span has the cause). */
cnop_must_check enum cnop_err cnop_db_open(const struct cnop_db_config *config,
                                           struct cnop_db **ret_db);
void cnop_db_close(struct cnop_db **db); /* accepts pointer to NULL */

/* A statement. Static storage: its address is the key of the statement cache. One statement each,
 * never built from input. */
struct cnop_sql {
    const char *name;  /* "order.insert", for logs */
    const char *text;  /* with ? for each parameter */
    uint32_t max_rows; /* 0: 200; further rows are dropped and `truncated` set */
    bool apart;        /* no part of one answer's view: for a cache, or about who asks */
};

/* ---- parameters ---- */
enum cnop_param_kind {
    CNOP_PARAM_NULL,
    CNOP_PARAM_I64,
    CNOP_PARAM_U64,
    CNOP_PARAM_STR,   /* text, utf8mb4 */
    CNOP_PARAM_BYTES, /* binary */
};

struct cnop_param {
    enum cnop_param_kind kind;
    union {
        int64_t i64;
        uint64_t u64;
        struct cnop_str bytes;
    };
};

struct cnop_params {
    const struct cnop_param *list;
    size_t count;
};

#define CNOP_PARAM_COUNT_MAX 32
#define CNOP_P_NULL() ((struct cnop_param){.kind = CNOP_PARAM_NULL})
#define CNOP_P_I64(value) ((struct cnop_param){.kind = CNOP_PARAM_I64, .i64 = (value)})
#define CNOP_P_U64(value) ((struct cnop_param){.kind = CNOP_PARAM_U64, .u64 = (value)})
#define CNOP_P_STR(value) ((struct cnop_param){.kind = CNOP_PARAM_STR, .bytes = (value)})
#define CNOP_P_BYTES(ptr_, len_)                                                                   \
    ((struct cnop_param){.kind = CNOP_PARAM_BYTES, .bytes = {(const char *)(ptr_), (size_t)(len_)}})
#define CNOP_PARAMS(...)                                                                           \
    ((struct cnop_params){.list = (const struct cnop_param[]){__VA_ARGS__},                        \
                          .count = sizeof((const struct cnop_param[]){__VA_ARGS__}) /              \
                                   sizeof(struct cnop_param)})
#define CNOP_NO_PARAMS ((struct cnop_params){NULL, 0})

/* ---- results ---- */
struct cnop_cell {
    enum cnop_param_kind kind; /* integers: I64 or U64; all else BYTES; or NULL */
    union {
        int64_t i64;
        uint64_t u64;
        struct cnop_str bytes;
    };
};

struct cnop_row {
    const struct cnop_cell *cells;
    size_t column_count;
};

struct cnop_rows {
    const struct cnop_row *list;
    size_t count;
    bool truncated; /* there were more than max_rows */
};

/* Column values. A wrong type or column, or an unexpected NULL, is our bug and asserts. Dates and
 * decimals are text. Views live in the arena of the query. */
bool cnop_row_is_null(const struct cnop_row *row, size_t column);
int64_t cnop_row_i64(const struct cnop_row *row, size_t column);
uint64_t cnop_row_u64(const struct cnop_row *row, size_t column);        /* asserts >= 0 */
bool cnop_row_bool(const struct cnop_row *row, size_t column);           /* integer != 0 */
struct cnop_str cnop_row_str(const struct cnop_row *row, size_t column); /* NULL gives empty */

struct cnop_changed {
    uint64_t affected_rows; /* UPDATE: rows found, even if they had the new values already */
    uint64_t insert_id;     /* of AUTO_INCREMENT, else 0 */
};

/* ---- statements ----
 * Errors of all: DB_FAILED (server away, read-only, out of space), INTERNAL (the statement is our
 * bug, or the row broke a constraint other than a unique key: see the log), DB_DEADLOCK (1213,
 * 1020: try the whole transaction again), BUSY (lock wait), DEADLINE (statement or request ran out
 * of time), DUPLICATE (unique key, which the cause names), NO_MEMORY (arena), OUTCOME_UNKNOWN
 * (connection lost in a statement outside a transaction that may have changed rows). After an error
 * inside a transaction it is already rolled back; only cnop_tx_done remains.
 */

cnop_must_check enum cnop_err cnop_db_query(struct cnop_db *db, struct cnop_arena *arena,
                                            const struct cnop_sql *sql, struct cnop_params params,
                                            struct cnop_rows *ret_rows);

/* First row; NOT_FOUND when there is none (no rollback). */
cnop_must_check enum cnop_err cnop_db_find(struct cnop_db *db, struct cnop_arena *arena,
                                           const struct cnop_sql *sql, struct cnop_params params,
                                           struct cnop_row *ret_row);

/* INSERT, UPDATE, DELETE. ret_changed may be NULL. */
cnop_must_check enum cnop_err cnop_db_exec(struct cnop_db *db, const struct cnop_sql *sql,
                                           struct cnop_params params,
                                           struct cnop_changed *ret_changed);

/* SQLSTATE, number and server text of the last error, for logs only. Valid until the next call. */
const char *cnop_db_cause(const struct cnop_db *db);

/* A round trip to the server, for readiness. Not inside a transaction. */
cnop_must_check enum cnop_err cnop_db_ping(struct cnop_db *db);

/* ---- transactions ----
 *   cnop_cleanup(cnop_tx_done) struct cnop_tx *tx = NULL;  (rolls back unless committed)
 *   err = cnop_tx_begin(db, &tx); ... statements on db ... err = cnop_tx_commit(&tx);
 * One at a time on a handle; statements on db between begin and commit belong to it. */
cnop_must_check enum cnop_err cnop_tx_begin(struct cnop_db *db, struct cnop_tx **ret_tx);

/* The handle for statements inside the transaction. */
struct cnop_db *cnop_tx_db(struct cnop_tx *tx);

/* CNOP_OK: durable. OUTCOME_UNKNOWN: the answer was lost; look by key on a new call, never repeat
 * blindly. Anything else: nothing was changed. *tx is NULL afterwards in every case. */
cnop_must_check enum cnop_err cnop_tx_commit(struct cnop_tx **tx);
void cnop_tx_done(struct cnop_tx **tx); /* rolls back if open; accepts pointer to NULL */

/* Runs fn, which opens and commits its own transaction, and repeats it after DB_DEADLOCK or BUSY at
 * most 3 times with a random pause of 5-50 ms inside the deadline; then BUSY. fn must be
 * repeatable: out-values only on success, arena use bounded. */
typedef enum cnop_err (*cnop_db_fn)(struct cnop_db *db, void *arg);
cnop_must_check enum cnop_err cnop_db_retry(struct cnop_db *db, cnop_db_fn fn, void *arg);

#endif
