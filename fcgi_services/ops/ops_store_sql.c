/* SPDX-License-Identifier: MIT */
/* The statements of the operations service, by an account that may only look. */
#include "fcgi_services/ops/ops_store.h"

#include "shared/base/base.h"
#include "shared/db/db.h"

#define TRAIL(where)                                                                               \
    "SELECT seq, happened, action, actor, object, outcome, reason, ip, request_id"                 \
    " FROM trail WHERE " where "seq < ? ORDER BY seq DESC LIMIT ?"
#define MOST (OPS_TRAIL_LIMIT_MAX + 1)

static const struct cnop_sql trail_rows[] = {
    [OPS_TRAIL_ALL] = {"ops.trail", TRAIL(""), .max_rows = MOST},
    [OPS_TRAIL_ACTION] = {"ops.trail_action", TRAIL("action = ? AND "), .max_rows = MOST},
    [OPS_TRAIL_ACTOR] = {"ops.trail_actor", TRAIL("actor = ? AND "), .max_rows = MOST},
    [OPS_TRAIL_OBJECT] = {"ops.trail_object", TRAIL("object = ? AND "), .max_rows = MOST},
    [OPS_TRAIL_REQUEST] = {"ops.trail_request", TRAIL("request_id = ? AND "), .max_rows = MOST},
};

static struct ops_trail_row
read_row(const struct cnop_row *row)
{
    return (struct ops_trail_row){
        .number = cnop_row_u64(row, 0),
        .happened = cnop_row_str(row, 1),
        .action = cnop_row_str(row, 2),
        .actor = cnop_row_str(row, 3),
        .object = cnop_row_str(row, 4),
        .outcome = cnop_row_str(row, 5),
        .reason = cnop_row_str(row, 6),
        .ip = cnop_row_str(row, 7),
        .request_id = cnop_row_str(row, 8),
    };
}

/* The columns of both are ASCII: nothing is equal to other text, and MariaDB refuses to compare. */
static bool
matches_nothing(const struct ops_trail_query *query)
{
    if (query->key != OPS_TRAIL_ACTION && query->key != OPS_TRAIL_REQUEST)
        return false;
    for (size_t i = 0; i < query->value.len; i++)
        if ((unsigned char)query->value.ptr[i] > 0x7f)
            return true;
    return false;
}

enum cnop_err
ops_store_trail(struct cnop_db *db, struct cnop_arena *arena, const struct ops_trail_query *query,
                struct ops_trail_page *ret_page)
{
    const struct cnop_param before = CNOP_P_U64(query->before);
    const struct cnop_param most = CNOP_P_U64(query->limit + 1);
    struct ops_trail_row *list;
    struct cnop_rows rows;
    enum cnop_err err;

    cnop_assert(query->key < OPS_TRAIL_KEY_COUNT);
    cnop_assert(query->limit > 0 && query->limit <= OPS_TRAIL_LIMIT_MAX);
    if (matches_nothing(query)) {
        *ret_page = (struct ops_trail_page){0};
        return CNOP_OK;
    }
    if (query->key == OPS_TRAIL_ALL)
        err =
            cnop_db_query(db, arena, &trail_rows[OPS_TRAIL_ALL], CNOP_PARAMS(before, most), &rows);
    else
        err = cnop_db_query(db, arena, &trail_rows[query->key],
                            CNOP_PARAMS(CNOP_P_STR(query->value), before, most), &rows);
    if (err != CNOP_OK)
        return err;
    list = cnop_arena_alloc_array(arena, rows.count + 1, sizeof(*list));
    if (list == NULL)
        return CNOP_E_NO_MEMORY;
    *ret_page = (struct ops_trail_page){.rows = list,
                                        .count = rows.count > query->limit ? (size_t)query->limit
                                                                           : rows.count,
                                        .has_more = rows.count > query->limit};
    for (size_t i = 0; i < ret_page->count; i++)
        list[i] = read_row(&rows.list[i]);
    return CNOP_OK;
}
