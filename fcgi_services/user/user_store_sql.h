/* SPDX-License-Identifier: MIT */
/* The MariaDB store behind user_store.h: its handle, for the files that implement it and for the
 * program that opens it. */
#ifndef CNOP_USER_USER_STORE_SQL_H
#define CNOP_USER_USER_STORE_SQL_H

#include "fcgi_services/user/user_store.h"
#include "shared/db/store.h"

struct user_store {
    struct cnop_store sql;
};

/* Start-up, one for each thread. Does not connect. CONFIG: see cnop_db_open. */
cnop_must_check enum cnop_err user_store_open(const struct cnop_db_config *config,
                                              struct user_store **ret_store);
void user_store_close(struct user_store **store); /* accepts pointer to NULL */

#endif
