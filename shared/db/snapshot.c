/* SPDX-License-Identifier: MIT */
/* A snapshot is a transaction that cannot write and is never committed. */
#include "shared/db/snapshot.h"

#include "shared/base/span.h"
#include "shared/db/db_state.h"

/* The transaction of the handle under another type: what takes the one cannot be given the other.
 */
struct cnop_snapshot {
    struct cnop_tx tx;
};

enum cnop_err
cnop_snapshot_begin(struct cnop_db *db, struct cnop_snapshot **ret_view)
{
    struct cnop_tx *tx;
    enum cnop_err err =
        cnop_db_begin(db, "START TRANSACTION WITH CONSISTENT SNAPSHOT, READ ONLY", &tx);

    if (err == CNOP_OK)
        *ret_view = (struct cnop_snapshot *)tx;
    return err;
}

struct cnop_db *
cnop_snapshot_db(struct cnop_snapshot *view)
{
    return cnop_tx_db(&view->tx);
}

void
cnop_snapshot_done(struct cnop_snapshot **view)
{
    struct cnop_tx *tx = *view == NULL ? NULL : &(*view)->tx;

    *view = NULL;
    cnop_tx_done(&tx);
}

enum cnop_err
cnop_db_count_view(struct cnop_db *db, const struct cnop_sql *sql)
{
    if (sql->apart || (db->tx.open && db->tx.counted))
        return CNOP_OK;
    db->tx.counted = db->tx.open;
    if (cnop_span_take_view())
        return CNOP_OK;
    cnop_span_cause("%s: a second view of the database in one answer", sql->name);
    return cnop_db_abort(db, CNOP_E_INTERNAL);
}
