/* SPDX-License-Identifier: MIT */
/* Where the trail is kept: what the writer needs of it. One thread. */
#ifndef CNOP_AUDIT_TRAIL_STORE_H
#define CNOP_AUDIT_TRAIL_STORE_H

#include "fcgi_services/audit/trail.h"
#include "shared/config/db_config.h"

struct trail_store;

/* Start-up: does not connect. `writer` may only insert, `reader` only select. CONFIG: a password file
 * is not usable (the current span has the cause). */
cnop_must_check enum cnop_err trail_store_open(const struct cnop_db_config *writer,
                                               const struct cnop_db_config *reader,
                                               struct trail_store **ret_store);
void trail_store_close(struct trail_store **store); /* accepts pointer to NULL */

/* The last row. */
cnop_must_check enum cnop_err trail_store_head(struct trail_store *store,
                                               struct trail_head *ret_head);

/* Whether that row is there, with that seal. */
cnop_must_check enum cnop_err trail_store_has(struct trail_store *store,
                                              const struct trail_head *head, bool *ret_has);

/* Bytes of the file that are in the trail. */
cnop_must_check enum cnop_err trail_store_position(struct trail_store *store,
                                                   const struct trail_file *file,
                                                   uint64_t *ret_offset);

/* All or nothing. After any error it is unknown which: ask for head and positions again. DUPLICATE:
 * somebody else has written. */
cnop_must_check enum cnop_err trail_store_append(struct trail_store *store,
                                                 const struct trail_row *rows, size_t count);

#endif
