/* SPDX-License-Identifier: MIT */
/* The MariaDB store behind auth_store.h: its handle, for the files that implement it and for
 * the programs that open it. */
#ifndef CNOP_AUTH_AUTH_STORE_SQL_H
#define CNOP_AUTH_AUTH_STORE_SQL_H

#include "fcgi_services/auth/auth_store.h"
#include "shared/db/store.h"

#define AUTH_SOURCE_MEMORY_US (30 * 24 * INT64_C(3600) * 1000000)

struct auth_store {
    struct cnop_store sql;
};

/* Start-up, one for each thread. Does not connect. CONFIG: see cnop_db_open. */
cnop_must_check enum cnop_err auth_store_open(const struct cnop_db_config *config,
                                              struct auth_store **ret_store);
void auth_store_close(struct auth_store **store); /* accepts pointer to NULL */

#endif
