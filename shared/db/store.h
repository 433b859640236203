/* SPDX-License-Identifier: MIT */
/* What every store on MariaDB stands on: a handle, memory for the rows of the running call, and
 * transactions that cannot be left open. A service's store is a struct with this as its only
 * member. One a thread. */
#ifndef CNOP_DB_STORE_H
#define CNOP_DB_STORE_H

#include "shared/db/db.h"

struct cnop_store {
    struct cnop_db *db;
    struct cnop_arena *arena; /* holds the store itself, then the rows of the running call */
    size_t arena_mark;        /* where the rows begin */
    bool in_transaction;
};

/* Start-up: allocates, does not connect. rows_bytes: what the largest call reads. CONFIG: see
 * cnop_db_open. */
cnop_must_check enum cnop_err cnop_store_open(const struct cnop_db_config *config,
                                              size_t rows_bytes, struct cnop_store **ret_store);
void cnop_store_close(struct cnop_store **store); /* accepts pointer to NULL */

/* The arena without the rows of the call before. */
struct cnop_arena *cnop_store_rows(struct cnop_store *store);

/* A statement that must find its row; INTERNAL when it changed none or several. */
cnop_must_check enum cnop_err cnop_store_exec_one(struct cnop_store *store,
                                                  const struct cnop_sql *sql,
                                                  struct cnop_params params);

/* Begins, runs fn, commits when it gives CNOP_OK and rolls back when it does not; all of it again
 * after a deadlock or a lock that was not free in time, see cnop_db_retry. fn starts from nothing
 * each time: what an earlier run left in arg no longer holds. Not inside another transaction. */
typedef enum cnop_err (*cnop_store_fn)(void *arg);
cnop_must_check enum cnop_err cnop_store_transaction(struct cnop_store *store, cnop_store_fn fn,
                                                     void *arg);

/* NULL for an empty text. */
struct cnop_param cnop_param_text_or_null(struct cnop_str text);

/* Column text into a C string of `size` bytes; asserts that it fits. */
void cnop_row_copy(const struct cnop_row *row, size_t column, char *ret_text, size_t size);

/* A binary column of exactly `size` bytes (asserted). */
void cnop_row_copy_bytes(const struct cnop_row *row, size_t column, void *ret_bytes, size_t size);

#endif
