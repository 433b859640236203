/* SPDX-License-Identifier: MIT */
/* One view of the database for answers made of several statements: each sees all schemas as they
 * were when the snapshot began, whatever is committed meanwhile. Reads only.
 *
 *   cnop_cleanup(cnop_snapshot_done) struct cnop_snapshot *view = NULL;
 *   err = cnop_snapshot_begin(db, &view); ... store functions that take view ...
 *
 * Store functions that make part of an answer take the snapshot, not the handle. The answer to a
 * GET that joins statements without one is refused (INTERNAL), so that no such handler passes its
 * first test; statements that fill a cache, or ask whether the caller is there, say so (`apart`)
 * and do not count. */
#ifndef CNOP_DB_SNAPSHOT_H
#define CNOP_DB_SNAPSHOT_H

#include "shared/db/db.h"

struct cnop_snapshot;

/* No transaction may be open on db. Errors as of statements. */
cnop_must_check enum cnop_err cnop_snapshot_begin(struct cnop_db *db,
                                                  struct cnop_snapshot **ret_view);

/* The handle for statements inside. */
struct cnop_db *cnop_snapshot_db(struct cnop_snapshot *view);

void cnop_snapshot_done(struct cnop_snapshot **view); /* accepts pointer to NULL */

#endif
