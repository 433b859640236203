/* SPDX-License-Identifier: MIT */
/* The statements of the operations service, by an account that may only look. */
#include "fcgi_services/ops/ops_store.h"

#include "shared/base/clock.h"
#include "shared/db/snapshot.h"
#include "shared/db/time_search.h"

#define TRAIL(where)                                                                               \
    "SELECT seq, happened, action, actor, object, outcome, reason, ip, request_id"                 \
    " FROM trail WHERE " where "seq > ? AND seq < ? ORDER BY seq DESC LIMIT ?"
#define MOST (OPS_TRAIL_LIMIT_MAX + 1)

static const struct cnop_sql trail_rows[] = {
    [OPS_TRAIL_ALL] = {"ops.trail", TRAIL(""), .max_rows = MOST},
    [OPS_TRAIL_ACTION] = {"ops.trail_action", TRAIL("action = ? AND "), .max_rows = MOST},
    [OPS_TRAIL_ACTOR] = {"ops.trail_actor", TRAIL("actor = ? AND "), .max_rows = MOST},
    [OPS_TRAIL_OBJECT] = {"ops.trail_object", TRAIL("object = ? AND "), .max_rows = MOST},
    [OPS_TRAIL_REQUEST] = {"ops.trail_request", TRAIL("request_id = ? AND "), .max_rows = MOST},
};

/* A line that was damaged may have no time, and says nothing here. */
#define TIMED "SELECT seq, happened FROM trail WHERE happened LIKE '____-__-__T__:__:__.______Z'"

static const struct cnop_sql next_time = {
    "ops.next_time", TIMED " AND seq >= ? ORDER BY seq LIMIT 1", .max_rows = 1};
static const struct cnop_sql last_time = {"ops.last_time", TIMED " ORDER BY seq DESC LIMIT 1",
                                          .max_rows = 1};

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

struct time_look {
    struct cnop_db *db;
    struct cnop_arena *arena;
    size_t mark;
};

static enum cnop_err
look(void *arg, int64_t from_id, struct cnop_time_row *ret_row)
{
    const struct time_look *self = arg;
    const struct cnop_param from = CNOP_P_I64(from_id);
    struct cnop_row row;
    enum cnop_err err;

    cnop_arena_rewind(self->arena, self->mark); /* a row of each look is enough */
    if (from_id == CNOP_TIME_LAST_ID)
        err = cnop_db_find(self->db, self->arena, &last_time, CNOP_NO_PARAMS, &row);
    else
        err = cnop_db_find(self->db, self->arena, &next_time, CNOP_PARAMS(from), &row);
    if (err != CNOP_OK)
        return err;
    ret_row->id = cnop_row_i64(&row, 0);
    return cnop_clock_parse(cnop_row_str(&row, 1), &ret_row->time_us) == CNOP_OK ? CNOP_OK
                                                                                 : CNOP_E_INTERNAL;
}

/* The numbers between which rows of that time stand. */
static enum cnop_err
narrow(struct cnop_db *db, struct cnop_arena *arena, const struct ops_trail_query *query,
       int64_t *ret_after, int64_t *ret_before)
{
    struct time_look self = {.db = db, .arena = arena, .mark = cnop_arena_mark(arena)};
    const struct cnop_time_rows rows = {look, &self};

    *ret_after = 0;
    *ret_before = (int64_t)query->before;
    return cnop_time_narrow(&rows, query->from_us, query->to_us, ret_after, ret_before);
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

static enum cnop_err
read_page(const struct cnop_rows *rows, uint64_t limit, struct cnop_arena *arena,
          struct ops_trail_page *ret_page)
{
    struct ops_trail_row *list = cnop_arena_alloc_array(arena, rows->count + 1, sizeof(*list));

    if (list == NULL)
        return CNOP_E_NO_MEMORY;
    *ret_page = (struct ops_trail_page){.rows = list,
                                        .count = rows->count > limit ? (size_t)limit : rows->count,
                                        .has_more = rows->count > limit};
    for (size_t i = 0; i < ret_page->count; i++)
        list[i] = read_row(&rows->list[i]);
    return CNOP_OK;
}

enum cnop_err
ops_store_trail(struct cnop_db *db, struct cnop_arena *arena, const struct ops_trail_query *query,
                struct ops_trail_page *ret_page)
{
    cnop_cleanup(cnop_snapshot_done) struct cnop_snapshot *view = NULL;
    const struct cnop_param most = CNOP_P_U64(query->limit + 1);
    int64_t after, before;
    struct cnop_rows rows;
    enum cnop_err err;

    cnop_assert(query->key < OPS_TRAIL_KEY_COUNT);
    cnop_assert(query->limit > 0 && query->limit <= OPS_TRAIL_LIMIT_MAX);
    if (matches_nothing(query)) {
        *ret_page = (struct ops_trail_page){0};
        return CNOP_OK;
    }
    err = cnop_snapshot_begin(db, &view);
    if (err == CNOP_OK)
        err = narrow(cnop_snapshot_db(view), arena, query, &after, &before);
    if (err != CNOP_OK)
        return err;
    if (query->key == OPS_TRAIL_ALL)
        err = cnop_db_query(cnop_snapshot_db(view), arena, &trail_rows[OPS_TRAIL_ALL],
                            CNOP_PARAMS(CNOP_P_I64(after), CNOP_P_I64(before), most), &rows);
    else
        err = cnop_db_query(
            cnop_snapshot_db(view), arena, &trail_rows[query->key],
            CNOP_PARAMS(CNOP_P_STR(query->value), CNOP_P_I64(after), CNOP_P_I64(before), most),
            &rows);
    return err == CNOP_OK ? read_page(&rows, query->limit, arena, ret_page) : err;
}
