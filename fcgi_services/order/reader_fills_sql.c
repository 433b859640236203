/* SPDX-License-Identifier: MIT */
/* Executions of an account's orders. Those of orders that may rest are rows of `fill`, each stream
 * of them one seek as in reader_list_sql.c. Market orders have no such rows: the house's only trade
 * is told by the order itself, and those of one that met people have the ids right behind its own.
 * So a market order is a block among the lines, placed by its id. */
#include "fcgi_services/order/reader_store.h"

#include "fcgi_services/order/order_codes.h"
#include "shared/db/snapshot.h"
#include "shared/db/time_sql.h"

#define SIDES 2
#define CHUNK_FIRST                                                                                \
    2 /* trades of one order that are read at first; then twice as many, and so on */

#define LINE_COLUMNS                                                                               \
    "l.trade_id, l.order_id, l.asset_id, l.side, l.maker, l.price_e10, l.qty_e8, l.quote_e8,"      \
    " l.fee_e8, l.cost_e8, l.created_us, o.client_order_id"
/* The lines first, whatever the optimiser thinks of orders. */
#define LINES(path, bound, order)                                                                  \
    "SELECT " LINE_COLUMNS " FROM v_fill_" path                                                    \
    " AS l STRAIGHT_JOIN v_orders AS o ON o.id = l.order_id WHERE l.account_id >= ?"               \
    " AND l.account_id <= ?" bound " AND l.trade_id > ? AND l.trade_id < ?"                        \
    " ORDER BY " order " l.trade_id DESC LIMIT ?"

enum path { BY_ID, BY_SIDE, BY_ASSET, BY_ORDER };

static const struct cnop_sql list_lines[] = {
    [BY_ID] = {"fill.page", LINES("page", "", "l.account_id DESC,"),
               .max_rows = READER_LIMIT_MAX + 1},
    [BY_SIDE] = {"fill.side", LINES("side", " AND l.side = ?", "l.account_id DESC, l.side DESC,"),
                 .max_rows = READER_LIMIT_MAX + 1},
    [BY_ASSET] = {"fill.asset",
                  LINES("asset", " AND l.asset_id = ? AND l.side = ?",
                        "l.account_id DESC, l.asset_id DESC, l.side DESC,"),
                  .max_rows = READER_LIMIT_MAX + 1},
    [BY_ORDER] = {"fill.order",
                  LINES("order", " AND l.order_id >= ? AND l.order_id <= ?", "l.order_id DESC,"),
                  .max_rows = READER_LIMIT_MAX + 1},
};

static const struct cnop_sql next_line = {
    "fill.next_time",
    "SELECT trade_id, created_us FROM v_fill_page WHERE account_id >= ? AND account_id <= ?"
    " AND trade_id >= ? ORDER BY account_id, trade_id LIMIT 1",
    .max_rows = 1};
static const struct cnop_sql last_line = {
    "fill.last_time",
    "SELECT trade_id, created_us FROM v_fill_page WHERE account_id >= ? AND account_id <= ?"
    " ORDER BY account_id DESC, trade_id DESC LIMIT 1",
    .max_rows = 1};

static const struct cnop_sql list_trades = {
    "fill.trades",
    "SELECT id, order_id, price_e10, qty_e8, quote_e8, fee_e8, cost_e8 FROM v_trade_taken"
    " WHERE id > ? AND id <= ? ORDER BY id LIMIT ?",
    .max_rows = LEDGER_FILL_MAX};

/* ---- what is read ---- */

/* Newest first, each stream and the orders; `next` and `next_order` are not taken yet. */
struct sources {
    struct cnop_db *db;
    struct cnop_arena *arena;
    const struct reader_fill_filter *filter;
    struct cnop_rows lines[SIDES];
    size_t next[SIDES];
    size_t line_streams;
    struct reader_orders orders; /* market orders */
    size_t next_order;
};

static enum path
path_of(const struct reader_fill_filter *filter)
{
    cnop_assert(filter->account_id > 0);
    if (filter->order_id != 0)
        return BY_ORDER;
    if (filter->asset_id != 0)
        return BY_ASSET;
    return filter->side != 0 ? BY_SIDE : BY_ID;
}

static enum cnop_err
read_stream(struct sources *sources, uint8_t side, int64_t after_id, int64_t before_id)
{
    const struct reader_fill_filter *filter = sources->filter;
    const struct cnop_param account = CNOP_P_I64(filter->account_id);
    const struct cnop_param after = CNOP_P_I64(after_id), before = CNOP_P_I64(before_id);
    const struct cnop_param most = CNOP_P_U64(filter->limit + 1);
    const struct cnop_param of_side = CNOP_P_I64(side);
    enum path path = path_of(filter);
    struct cnop_params by_id = CNOP_PARAMS(account, account, after, before, most);
    struct cnop_params by_side = CNOP_PARAMS(account, account, of_side, after, before, most);
    struct cnop_params by_asset =
        CNOP_PARAMS(account, account, CNOP_P_I64(filter->asset_id), of_side, after, before, most);
    struct cnop_params by_order = CNOP_PARAMS(account, account, CNOP_P_I64(filter->order_id),
                                              CNOP_P_I64(filter->order_id), after, before, most);
    const struct cnop_params params[] = {
        [BY_ID] = by_id, [BY_SIDE] = by_side, [BY_ASSET] = by_asset, [BY_ORDER] = by_order};
    enum cnop_err err;

    cnop_assert(sources->line_streams < SIDES);
    err = cnop_db_query(sources->db, sources->arena, &list_lines[path], params[path],
                        &sources->lines[sources->line_streams]);
    sources->line_streams += err == CNOP_OK;
    return err;
}

/* An index that begins with the asset has a stream for each side. */
static enum cnop_err
read_lines(struct sources *sources)
{
    const struct reader_fill_filter *filter = sources->filter;
    const struct cnop_time_sql times = {.db = sources->db,
                                        .arena = sources->arena,
                                        .last = &last_line,
                                        .next = &next_line,
                                        .parts = 1,
                                        .account_id = filter->account_id};
    int64_t after_id = 0, before_id = filter->before_id;
    enum cnop_err err =
        cnop_time_narrow_sql(&times, filter->from_us, filter->to_us, &after_id, &before_id);

    if (path_of(filter) != BY_ASSET || filter->side != 0)
        return err == CNOP_OK ? read_stream(sources, filter->side, after_id, before_id) : err;
    for (uint8_t side = LEDGER_BUY; err == CNOP_OK && side <= LEDGER_SELL; side++)
        err = read_stream(sources, side, after_id, before_id);
    return err;
}

/* Those with a trade before the cursor: the first has the id behind its order's. */
static enum cnop_err
read_orders(struct cnop_snapshot *view, struct sources *sources)
{
    const struct reader_fill_filter *filter = sources->filter;
    struct reader_filter wanted = {.account_id = filter->account_id,
                                   .before_id = filter->before_id - 1,
                                   .asset_id = filter->asset_id,
                                   .side = filter->side,
                                   .type = ORDER_KIND_MARKET,
                                   .limit = filter->limit + 1};
    enum cnop_err err =
        reader_store_narrow(view, sources->arena, filter->from_us, filter->to_us, &wanted);

    cnop_assert(wanted.limit <= READER_LIMIT_MAX);
    if (err != CNOP_OK || wanted.after_id >= wanted.before_id)
        return err;
    return reader_store_list(view, sources->arena, &wanted, &sources->orders);
}

/* Of one order: it has lines, or is a market order. */
static enum cnop_err
read_of_order(struct sources *sources)
{
    const struct reader_fill_filter *filter = sources->filter;
    struct reader_order *order =
        cnop_arena_alloc_array(sources->arena, 1, sizeof(*sources->orders.list));
    enum cnop_err err;

    if (order == NULL)
        return CNOP_E_NO_MEMORY;
    err =
        reader_store_find(sources->db, sources->arena, filter->account_id, filter->order_id, order);
    if (err == CNOP_E_NOT_FOUND)
        return CNOP_OK;
    if (err != CNOP_OK || (filter->side != 0 && filter->side != order->side) ||
        (filter->asset_id != 0 && filter->asset_id != order->asset_id))
        return err;
    if (order->type != ORDER_KIND_MARKET)
        return read_lines(sources);
    if (order->created_us >= filter->from_us && order->created_us < filter->to_us)
        sources->orders = (struct reader_orders){order, 1, false};
    return CNOP_OK;
}

/* ---- the merge ---- */

struct page {
    struct reader_fill *list; /* [limit + 1] */
    size_t count;
    size_t most;                /* limit + 1 */
    struct reader_fill *trades; /* [LEDGER_FILL_MAX], of one order */
};

static void
add(struct page *page, const struct sources *sources, const struct reader_fill *fill)
{
    cnop_assert(page->count == 0 || fill->trade_id < page->list[page->count - 1].trade_id);
    if (page->count < page->most && fill->trade_id < sources->filter->before_id)
        page->list[page->count++] = *fill;
}

static void
add_line(struct page *page, const struct sources *sources, const struct cnop_row *row)
{
    cnop_assert(cnop_row_i64(row, 0) >
                cnop_row_i64(row, 1)); /* a trade is younger than its order */
    add(page, sources,
        &(struct reader_fill){.trade_id = cnop_row_i64(row, 0),
                              .order_id = cnop_row_i64(row, 1),
                              .client_order_id = cnop_row_str(row, 11),
                              .asset_id = (uint16_t)cnop_row_i64(row, 2),
                              .side = (uint8_t)cnop_row_i64(row, 3),
                              .maker = cnop_row_bool(row, 4),
                              .price = {cnop_row_i64(row, 5)},
                              .qty = {cnop_row_i64(row, 6)},
                              .quote = {cnop_row_i64(row, 7)},
                              .fee = {cnop_row_i64(row, 8)},
                              .has_cost = true,
                              .cost = {cnop_row_i64(row, 9)},
                              .time_us = cnop_row_i64(row, 10)});
}

static struct reader_fill
whole_order(const struct reader_order *order)
{
    return (struct reader_fill){.trade_id = order->id + 1,
                                .order_id = order->id,
                                .client_order_id = order->client_order_id,
                                .asset_id = order->asset_id,
                                .side = order->side,
                                .price = order->price,
                                .qty = order->qty,
                                .quote = order->total,
                                .fee = order->fee,
                                .has_cost = order->has_cost,
                                .cost = order->cost,
                                .time_us = order->created_us};
}

/* The trades of an order that met people, oldest first, as many as come to its quantity. INTERNAL:
 * they are not there. */
static enum cnop_err
read_trades(const struct sources *sources, const struct reader_order *order,
            struct reader_fill *fills, size_t *ret_count)
{
    int64_t last_id = order->id, left_e8 = order->qty.e8;
    uint64_t chunk = CHUNK_FIRST;
    size_t count = 0;

    while (left_e8 > 0) {
        struct cnop_rows rows;
        enum cnop_err err =
            cnop_db_query(sources->db, sources->arena, &list_trades,
                          CNOP_PARAMS(CNOP_P_I64(last_id), CNOP_P_I64(order->id + LEDGER_FILL_MAX),
                                      CNOP_P_U64(chunk)),
                          &rows);

        if (err != CNOP_OK)
            return err;
        if (rows.count == 0)
            return CNOP_E_INTERNAL;
        for (size_t i = 0; i < rows.count && left_e8 > 0; i++) {
            const struct cnop_row *row = &rows.list[i];

            last_id = cnop_row_i64(row, 0);
            if (cnop_row_is_null(row, 1) || cnop_row_i64(row, 1) != order->id)
                return CNOP_E_INTERNAL;
            fills[count] = whole_order(order);
            fills[count].trade_id = last_id;
            fills[count].price.e10 = cnop_row_i64(row, 2);
            fills[count].qty.e8 = cnop_row_i64(row, 3);
            fills[count].quote.e8 = cnop_row_i64(row, 4);
            fills[count].fee.e8 = cnop_row_i64(row, 5);
            fills[count].has_cost = !cnop_row_is_null(row, 6);
            fills[count].cost.e8 = fills[count].has_cost ? cnop_row_i64(row, 6) : 0;
            left_e8 -= fills[count++].qty.e8;
        }
        chunk *= 2;
    }
    if (count == 1)
        fills[0] = whole_order(order); /* what the order knows of itself is older than the column */
    *ret_count = count;
    return CNOP_OK;
}

static enum cnop_err
add_order(struct page *page, const struct sources *sources, const struct reader_order *order)
{
    size_t mark = cnop_arena_mark(sources->arena), count = 0;
    enum cnop_err err;

    if (order->qty.e8 == 0)
        return CNOP_OK;
    if (!order->met_people) {
        const struct reader_fill fill = whole_order(order);

        add(page, sources, &fill);
        return CNOP_OK;
    }
    err = read_trades(sources, order, page->trades, &count);
    while (err == CNOP_OK && count > 0)
        add(page, sources, &page->trades[--count]);
    cnop_arena_rewind(sources->arena, mark); /* of a page: the rows of one order at a time */
    return err;
}

/* The stream with the newest line; line_streams: all are at their end. */
static size_t
newest_line(const struct sources *sources)
{
    size_t best = sources->line_streams;

    cnop_assert(sources->line_streams <= SIDES);
    for (size_t i = 0; i < sources->line_streams; i++) {
        if (sources->next[i] == sources->lines[i].count)
            continue;
        if (best == sources->line_streams ||
            cnop_row_i64(&sources->lines[i].list[sources->next[i]], 0) >
                cnop_row_i64(&sources->lines[best].list[sources->next[best]], 0))
            best = i;
    }
    return best;
}

/* A line that is younger than a market order is younger than all trades of that order, too. */
static enum cnop_err
merge(struct sources *sources, struct page *page)
{
    enum cnop_err err = CNOP_OK;

    cnop_assert(page->count == 0);
    while (err == CNOP_OK && page->count < page->most) {
        size_t stream = newest_line(sources);
        const struct cnop_row *line = stream == sources->line_streams
                                          ? NULL
                                          : &sources->lines[stream].list[sources->next[stream]];
        const struct reader_order *order = sources->next_order == sources->orders.count
                                               ? NULL
                                               : &sources->orders.list[sources->next_order];

        if (line == NULL && order == NULL)
            return CNOP_OK;
        if (line != NULL && (order == NULL || cnop_row_i64(line, 0) > order->id)) {
            add_line(page, sources, line);
            sources->next[stream]++;
        } else {
            err = add_order(page, sources, order);
            sources->next_order++;
        }
    }
    return err;
}

enum cnop_err
reader_store_fills(struct cnop_snapshot *view, struct cnop_arena *arena,
                   const struct reader_fill_filter *filter, struct reader_fills *ret_fills)
{
    struct sources sources = {.db = cnop_snapshot_db(view), .arena = arena, .filter = filter};
    struct page page = {.most = filter->limit + 1};
    enum cnop_err err;

    cnop_assert(filter->account_id > 0);
    cnop_assert(filter->limit > 0 && filter->limit < READER_LIMIT_MAX);
    page.list = cnop_arena_alloc_array(arena, page.most, sizeof(*page.list));
    page.trades = cnop_arena_alloc_array(arena, LEDGER_FILL_MAX, sizeof(*page.trades));
    if (page.list == NULL || page.trades == NULL)
        return CNOP_E_NO_MEMORY;
    if (filter->order_id != 0) {
        err = read_of_order(&sources);
    } else {
        err = read_lines(&sources);
        if (err == CNOP_OK)
            err = read_orders(view, &sources);
    }
    if (err == CNOP_OK)
        err = merge(&sources, &page);
    if (err != CNOP_OK)
        return err;
    *ret_fills = (struct reader_fills){.list = page.list,
                                       .count = page.count - (page.count == page.most),
                                       .has_more = page.count == page.most};
    return CNOP_OK;
}
