/* SPDX-License-Identifier: MIT */
/* Where the trail is kept: what the writer needs of it. One thread. */
#ifndef CNOP_AUDIT_TRAIL_STORE_H
#define CNOP_AUDIT_TRAIL_STORE_H

#include "fcgi_services/audit/trail.h"

struct trail_store;

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
