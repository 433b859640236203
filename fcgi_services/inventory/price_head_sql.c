/* SPDX-License-Identifier: MIT */
/* See price_head_sql.h. */
#include "fcgi_services/inventory/price_head_sql.h"

static const struct cnop_sql raise_version = {
    "price_head.raise", "UPDATE price_head SET seq = seq + 1 WHERE id = 1", .max_rows = 0};

static const struct cnop_sql select_version = {
    "price_head.version", "SELECT seq FROM price_head WHERE id = 1", .max_rows = 1};

enum cnop_err
price_head_raise(struct cnop_db *db, struct cnop_arena *arena, uint64_t *ret_seq)
{
    struct cnop_row row;
    enum cnop_err err = cnop_db_exec(db, &raise_version, CNOP_NO_PARAMS, NULL);

    if (err == CNOP_OK)
        err = cnop_db_find(db, arena, &select_version, CNOP_NO_PARAMS, &row);
    if (err == CNOP_OK)
        *ret_seq = cnop_row_u64(&row, 0);
    return err;
}
