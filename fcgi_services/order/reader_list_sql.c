/* SPDX-License-Identifier: MIT */
/* Lists of an account's orders. Every statement here is one seek and the rows after it: it gives
 * the account as a range of one, so that the index can only be entered at the cursor, and orders by
 * all columns of the index, so that nothing is sorted. A filter by side, type or status is a set of
 * kinds (see the migration): each is read by itself, and they are merged here. */
#include "fcgi_services/order/reader_store.h"

#include "fcgi_services/order/order_codes.h"
#include "shared/db/snapshot.h"
#include "shared/db/time_sql.h"

#define KIND_MAX 96 /* sides, types and states that can go together are fewer */

#define ACCOUNT " WHERE account_id >= ? AND account_id <= ?"
#define BETWEEN " AND id > ? AND id < ?"
#define NEWEST(path, columns, bound, order)                                                        \
    "SELECT " columns " FROM v_orders_" path ACCOUNT bound BETWEEN " ORDER BY account_id DESC,"    \
    " " order " id DESC LIMIT ?"
#define OLDEST(path, columns, bound, order)                                                        \
    "SELECT " columns " FROM v_orders_" path ACCOUNT bound BETWEEN " ORDER BY account_id,"         \
    " " order " id LIMIT ?"
#define KIND_BOUND " AND kind = ?"
#define ASSET_BOUND " AND asset_id = ? AND kind = ?"

enum path { BY_ID, BY_KIND, BY_ASSET };

/* [oldest first] */
static const struct cnop_sql list_rows[][2] = {
    [BY_ID] = {{"order.page", NEWEST("page", READER_ORDER_COLUMNS, "", ""),
                .max_rows = READER_LIMIT_MAX + 1},
               {"order.page_up", OLDEST("page", READER_ORDER_COLUMNS, "", ""),
                .max_rows = READER_LIMIT_MAX + 1}},
    [BY_KIND] = {{"order.kind", NEWEST("kind", READER_ORDER_COLUMNS, KIND_BOUND, "kind DESC,"),
                  .max_rows = READER_LIMIT_MAX + 1},
                 {"order.kind_up", OLDEST("kind", READER_ORDER_COLUMNS, KIND_BOUND, "kind,"),
                  .max_rows = READER_LIMIT_MAX + 1}},
    [BY_ASSET] = {{"order.asset",
                   NEWEST("asset", READER_ORDER_COLUMNS, ASSET_BOUND, "asset_id DESC, kind DESC,"),
                   .max_rows = READER_LIMIT_MAX + 1},
                  {"order.asset_up",
                   OLDEST("asset", READER_ORDER_COLUMNS, ASSET_BOUND, "asset_id, kind,"),
                   .max_rows = READER_LIMIT_MAX + 1}},
};

/* Index only: for rows that are skipped. */
static const struct cnop_sql list_ids[] = {
    [BY_ID] = {"order.skip", NEWEST("page", "id", "", ""), .max_rows = READER_OFFSET_MAX},
    [BY_KIND] = {"order.skip_kind", NEWEST("kind", "id", KIND_BOUND, "kind DESC,"),
                 .max_rows = READER_OFFSET_MAX},
    [BY_ASSET] = {"order.skip_asset",
                  NEWEST("asset", "id", ASSET_BOUND, "asset_id DESC, kind DESC,"),
                  .max_rows = READER_OFFSET_MAX},
};

/* The next kind that the account has any order of. */
static const struct cnop_sql next_kind[] = {
    [BY_KIND] = {"order.next_kind",
                 "SELECT kind FROM v_orders_kind" ACCOUNT " AND kind > ?"
                 " ORDER BY account_id, kind LIMIT 1",
                 .max_rows = 1},
    [BY_ASSET] = {"order.next_asset_kind",
                  "SELECT kind FROM v_orders_asset" ACCOUNT " AND asset_id = ? AND kind > ?"
                  " ORDER BY account_id, asset_id, kind LIMIT 1",
                  .max_rows = 1},
};

static const struct cnop_sql next_time = {"order.next_time",
                                          "SELECT id, created_us FROM v_orders_page" ACCOUNT
                                          " AND id >= ? ORDER BY account_id, id LIMIT 1",
                                          .max_rows = 1};
static const struct cnop_sql last_time = {"order.last_time",
                                          "SELECT id, created_us FROM v_orders_page" ACCOUNT
                                          " ORDER BY account_id DESC, id DESC LIMIT 1",
                                          .max_rows = 1};

/* ---- one stream ---- */

static enum path
path_of(const struct reader_filter *filter)
{
    cnop_assert(filter->account_id > 0);
    if (filter->asset_id != 0)
        return BY_ASSET;
    return filter->side != 0 || filter->type != 0 || filter->status != 0 ? BY_KIND : BY_ID;
}

/* The first rows of one kind; BY_ID knows no kinds. */
struct seek {
    const struct cnop_sql *sql;
    const struct reader_filter *filter;
    uint8_t kind;
    uint64_t limit;
};

static enum cnop_err
query_stream(struct cnop_db *db, struct cnop_arena *arena, const struct seek *seek,
             struct cnop_rows *ret_rows)
{
    const struct cnop_sql *sql = seek->sql;
    const struct reader_filter *filter = seek->filter;
    const struct cnop_param account = CNOP_P_I64(filter->account_id);
    const struct cnop_param kind = CNOP_P_I64(seek->kind);
    const struct cnop_param after = CNOP_P_I64(filter->after_id);
    const struct cnop_param before = CNOP_P_I64(filter->before_id);
    const struct cnop_param most = CNOP_P_U64(seek->limit);

    cnop_assert(seek->limit > 0);
    switch (path_of(filter)) {
    case BY_ID:
        return cnop_db_query(db, arena, sql, CNOP_PARAMS(account, account, after, before, most),
                             ret_rows);
    case BY_KIND:
        return cnop_db_query(db, arena, sql,
                             CNOP_PARAMS(account, account, kind, after, before, most), ret_rows);
    case BY_ASSET:
        break;
    }
    return cnop_db_query(
        db, arena, sql,
        CNOP_PARAMS(account, account, CNOP_P_I64(filter->asset_id), kind, after, before, most),
        ret_rows);
}

/* ---- kinds ---- */

/* How the column `kind` packs side, type and status. */
enum { KIND_SIDES = 4, KIND_TYPES = 8 };

struct kinds {
    uint8_t list[KIND_MAX];
    size_t count;
};

static bool
has_status(const struct reader_filter *filter, uint8_t status)
{
    if (filter->status == ORDER_STATUS_OPEN)
        return status < ORDER_STATUS_COMPLETED;
    return filter->status == 0 || filter->status == status;
}

static bool
lets_through(const struct reader_filter *filter, uint8_t kind)
{
    uint8_t side = kind % KIND_SIDES, type = kind / KIND_SIDES % KIND_TYPES;
    uint8_t status = kind / (KIND_SIDES * KIND_TYPES);

    return (filter->side == 0 || filter->side == side) &&
           (filter->type == 0 || filter->type == type) && has_status(filter, status);
}

static enum cnop_err
find_kinds(struct cnop_db *db, struct cnop_arena *arena, const struct reader_filter *filter,
           struct kinds *kinds)
{
    const struct cnop_param account = CNOP_P_I64(filter->account_id);
    enum path path = path_of(filter);
    int64_t kind = 0;

    cnop_assert(filter->account_id > 0);
    kinds->count = 0;
    if (path == BY_ID) {
        kinds->list[kinds->count++] = 0;
        return CNOP_OK;
    }
    for (;;) {
        struct cnop_params by_kind = CNOP_PARAMS(account, account, CNOP_P_I64(kind));
        struct cnop_params by_asset =
            CNOP_PARAMS(account, account, CNOP_P_I64(filter->asset_id), CNOP_P_I64(kind));
        struct cnop_row row;
        enum cnop_err err =
            cnop_db_find(db, arena, &next_kind[path], path == BY_KIND ? by_kind : by_asset, &row);

        if (err == CNOP_E_NOT_FOUND)
            return CNOP_OK;
        if (err != CNOP_OK)
            return err;
        kind = cnop_row_i64(&row, 0);
        if (!lets_through(filter, (uint8_t)kind))
            continue;
        if (kinds->count == KIND_MAX)
            return CNOP_E_INTERNAL;
        kinds->list[kinds->count++] = (uint8_t)kind;
    }
}

/* ---- merging ---- */

struct streams {
    struct cnop_rows rows[KIND_MAX]; /* id in column 0, each in the order asked for */
    size_t next[KIND_MAX];
    size_t count;
    bool oldest_first;
};

/* NULL: all are at their end. */
static const struct cnop_row *
take_next(struct streams *streams)
{
    const struct cnop_row *best = NULL;
    size_t best_stream = 0;

    cnop_assert(streams->count <= KIND_MAX);
    for (size_t i = 0; i < streams->count; i++) {
        const struct cnop_row *row = &streams->rows[i].list[streams->next[i]];

        if (streams->next[i] == streams->rows[i].count)
            continue;
        if (best == NULL ||
            (cnop_row_i64(row, 0) < cnop_row_i64(best, 0)) == streams->oldest_first) {
            best = row;
            best_stream = i;
        }
    }
    if (best != NULL)
        streams->next[best_stream]++;
    return best;
}

static enum cnop_err
take_orders(struct cnop_arena *arena, struct streams *streams, uint32_t limit,
            struct reader_orders *ret_orders)
{
    struct reader_order *list = cnop_arena_alloc_array(arena, limit, sizeof(*list));
    const struct cnop_row *row;
    size_t count = 0;

    cnop_assert(limit > 0 && limit <= READER_LIMIT_MAX);
    if (list == NULL)
        return CNOP_E_NO_MEMORY;
    while ((row = take_next(streams)) != NULL && count < limit)
        reader_store_read(row, &list[count++]);
    *ret_orders = (struct reader_orders){list, count, row != NULL};
    return CNOP_OK;
}

bool
reader_filter_is_plain(const struct reader_filter *filter)
{
    return path_of(filter) == BY_ID;
}

enum cnop_err
reader_store_list_plain(struct cnop_db *db, struct cnop_arena *arena,
                        const struct reader_filter *filter, struct reader_orders *ret_orders)
{
    struct streams streams = {.count = 1, .oldest_first = filter->oldest_first};
    const struct seek seek = {.sql = &list_rows[BY_ID][filter->oldest_first],
                              .filter = filter,
                              .limit = filter->limit + 1};
    enum cnop_err err;

    cnop_assert(filter->account_id > 0);
    cnop_assert(reader_filter_is_plain(filter));
    err = query_stream(db, arena, &seek, &streams.rows[0]);
    return err == CNOP_OK ? take_orders(arena, &streams, filter->limit, ret_orders) : err;
}

enum cnop_err
reader_store_list(struct cnop_snapshot *view, struct cnop_arena *arena,
                  const struct reader_filter *filter, struct reader_orders *ret_orders)
{
    struct seek seek = {.sql = &list_rows[path_of(filter)][filter->oldest_first],
                        .filter = filter,
                        .limit = filter->limit + 1};
    struct streams streams = {.oldest_first = filter->oldest_first};
    struct cnop_db *db = cnop_snapshot_db(view);
    struct kinds kinds;
    enum cnop_err err;

    cnop_assert(filter->account_id > 0);
    cnop_assert(filter->limit > 0 && filter->limit <= READER_LIMIT_MAX);
    err = find_kinds(db, arena, filter, &kinds);
    for (size_t i = 0; err == CNOP_OK && i < kinds.count; i++) {
        seek.kind = kinds.list[i];
        err = query_stream(db, arena, &seek, &streams.rows[streams.count++]);
    }
    return err == CNOP_OK ? take_orders(arena, &streams, filter->limit, ret_orders) : err;
}

enum cnop_err
reader_store_skip(struct cnop_snapshot *view, struct cnop_arena *arena, uint64_t offset,
                  struct reader_filter *filter)
{
    struct seek seek = {.sql = &list_ids[path_of(filter)], .filter = filter, .limit = offset};
    struct cnop_db *db = cnop_snapshot_db(view);
    struct streams streams = {0};
    const struct cnop_row *row = NULL;
    struct kinds kinds;
    enum cnop_err err;

    cnop_assert(offset > 0 && offset <= READER_OFFSET_MAX);
    err = find_kinds(db, arena, filter, &kinds);
    for (size_t i = 0; err == CNOP_OK && i < kinds.count; i++) {
        seek.kind = kinds.list[i];
        err = query_stream(db, arena, &seek, &streams.rows[streams.count++]);
    }
    if (err != CNOP_OK)
        return err;
    for (uint64_t i = 0; i < offset; i++) {
        row = take_next(&streams);
        if (row == NULL)
            return CNOP_E_NOT_FOUND;
    }
    filter->before_id = cnop_row_i64(row, 0);
    return CNOP_OK;
}

/* ---- times ---- */

enum cnop_err
reader_store_narrow(struct cnop_snapshot *view, struct cnop_arena *arena, int64_t from_us,
                    int64_t to_us, struct reader_filter *filter)
{
    const struct cnop_time_sql times = {.db = cnop_snapshot_db(view),
                                        .arena = arena,
                                        .last = &last_time,
                                        .next = &next_time,
                                        .parts = 1,
                                        .account_id = filter->account_id};

    return cnop_time_narrow_sql(&times, from_us, to_us, &filter->after_id, &filter->before_id);
}
