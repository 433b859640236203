/* SPDX-License-Identifier: MIT */
/* The trail in MariaDB. */
#ifndef CNOP_AUDIT_TRAIL_STORE_SQL_H
#define CNOP_AUDIT_TRAIL_STORE_SQL_H

#include "fcgi_services/audit/trail_store.h"
#include "shared/config/db_config.h"

/* Start-up: does not connect. `writer` may only insert, `reader` only select. CONFIG: a password
 * file is not usable (the current span has the cause). */
cnop_must_check enum cnop_err trail_store_open(const struct cnop_db_config *writer,
                                               const struct cnop_db_config *reader,
                                               struct trail_store **ret_store);
void trail_store_close(struct trail_store **store); /* accepts pointer to NULL */

#endif
