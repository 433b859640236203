/* SPDX-License-Identifier: MIT */
/* The MariaDB store behind auth_store.h: its handle, for the two files that implement it and for
 * the programs that open it. */
#ifndef CNOP_AUTH_AUTH_STORE_SQL_H
#define CNOP_AUTH_AUTH_STORE_SQL_H

#include "fcgi_services/auth/auth_store.h"
#include "shared/db/db.h"

struct auth_store {
    struct cnop_db *db;
    struct cnop_arena *arena; /* holds the store itself, then the rows of the running call */
    size_t arena_mark;        /* where the rows begin */
    struct cnop_tx *tx;       /* NULL outside a transaction */
};

/* Start-up, one for each thread. Does not connect. CONFIG: see cnop_db_open. */
cnop_must_check enum cnop_err auth_store_open(const struct cnop_db_config *config,
                                              struct auth_store **ret_store);
void auth_store_close(struct auth_store **store); /* accepts pointer to NULL */

/* The arena without the rows of the call before. */
struct cnop_arena *auth_store_arena(struct auth_store *store);

/* A statement that must find its row; INTERNAL when it changed none. */
cnop_must_check enum cnop_err auth_store_exec_one(struct auth_store *store,
                                                  const struct cnop_sql *sql,
                                                  struct cnop_params params);

#endif
