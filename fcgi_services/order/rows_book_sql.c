/* SPDX-License-Identifier: MIT */
/* Rows of orders that may rest, of their trades, and which of them are on a book. */
#include "fcgi_services/order/rows_book_sql.h"

#include <stdlib.h>

#include "fcgi_services/order/fault.h"
#include "fcgi_services/order/order_codes.h"
#include "fcgi_services/order/rows_columns.h"
#include "fcgi_services/order/rows_put_sql.h"

/* Of orders that rest: what they were answered. */
static int64_t
first_status(const struct ledger_posting *posting)
{
    return posting->op == LEDGER_OP_LIMIT ? posting->status : 0;
}

/* They may be amended: what was asked for at first stays. */
static int64_t
first_qty(const struct ledger_posting *posting)
{
    return posting->op == LEDGER_OP_LIMIT ? posting->qty.e8 + posting->left.e8 + posting->undone.e8
                                          : 0;
}

static int64_t
first_price(const struct ledger_posting *posting)
{
    return posting->op == LEDGER_OP_LIMIT ? posting->price.e10 : 0;
}

/* ---- new orders ---- */

static bool
is_book_order(const struct engine_job *job)
{
    uint8_t op = job->outcome.posting.op;

    cnop_assert(!job->outcome.changed || op != 0);
    return job->outcome.changed &&
           (op == LEDGER_OP_LIMIT || (op == LEDGER_OP_ORDER && job->outcome.fill_count > 0));
}

static void
put_book_order(struct cnop_batch *sql, const struct engine_job *job)
{
    const struct ledger_posting *posting = &job->outcome.posting;

    cnop_assert(posting->id > 0);
    cnop_assert(posting->status != 0);
    cnop_batch_row_open(sql);
    ROW_PUT_ALL(ROW_BOOK_ORDER)
    cnop_batch_row_close(sql);
}

static void
encode_book_orders(const struct engine_batch *batch, struct cnop_batch *sql)
{
    uint32_t count = 0;

    cnop_assert(sql->first_row);
    for (uint32_t i = 0; i < batch->job_count; i++)
        count += is_book_order(batch->jobs[i]);
    if (count == 0)
        return;
    cnop_batch_rows_open(sql, "INSERT INTO orders (" ROW_NAMES(ROW_BOOK_ORDER) ") VALUES ");
    for (uint32_t i = 0; i < batch->job_count; i++) {
        if (is_book_order(batch->jobs[i]))
            put_book_order(sql, batch->jobs[i]);
    }
    cnop_batch_rows_close(sql, "");
}

static void
put_fill_side(struct cnop_batch *sql, const struct ledger_fill *fill, bool buy)
{
    cnop_assert(buy ? fill->buy_line : fill->sell_line);
    cnop_batch_row_open(sql);
    ROW_PUT_ALL(ROW_FILL)
    cnop_batch_row_close(sql);
}

static void
put_fill_transfers(struct cnop_batch *sql, const struct ledger_fill *fill)
{
    struct ledger_transfer transfers[LEDGER_FILL_TRANSFER_MAX];
    uint32_t count = ledger_fill_transfers(fill, transfers);
    int64_t transfer_id = fill->trade_id;

    for (uint32_t leg = 0; leg < count; leg++) {
        const struct ledger_transfer *transfer = &transfers[leg];

        cnop_batch_row_open(sql);
        ROW_PUT_ALL(ROW_TRANSFER)
        cnop_batch_row_close(sql);
    }
}

static uint32_t
count_lines(const struct engine_batch *batch)
{
    uint32_t count = 0;

    for (uint32_t i = 0; i < batch->fill_count; i++)
        count += (uint32_t)batch->fills[i].buy_line + (uint32_t)batch->fills[i].sell_line;
    return count;
}

/* A trade of a market order with the house, behind others with people, has none. */
static void
encode_lines(const struct engine_batch *batch, struct cnop_batch *sql)
{
    if (count_lines(batch) == 0)
        return;
    cnop_batch_rows_open(sql, "INSERT INTO fill (" ROW_NAMES(ROW_FILL) ") VALUES ");
    for (uint32_t i = 0; i < batch->fill_count; i++) {
        if (batch->fills[i].buy_line)
            put_fill_side(sql, &batch->fills[i], true);
        if (batch->fills[i].sell_line)
            put_fill_side(sql, &batch->fills[i], false);
    }
    cnop_batch_rows_close(sql, "");
}

static void
encode_fills(const struct engine_batch *batch, struct cnop_batch *sql)
{
    if (batch->fill_count == 0)
        return;
    cnop_batch_rows_open(sql, "INSERT INTO trade (" ROW_NAMES(ROW_FILL_TRADE) ") VALUES ");
    for (uint32_t i = 0; i < batch->fill_count; i++) {
        const struct ledger_fill *fill = &batch->fills[i];
        bool taker_buys = fill->taker_side == LEDGER_BUY;

        cnop_batch_row_open(sql);
        ROW_PUT_ALL(ROW_FILL_TRADE)
        cnop_batch_row_close(sql);
    }
    cnop_batch_rows_close(sql, "");
    encode_lines(batch, sql);
    cnop_batch_rows_open(sql, "INSERT INTO xfer (" ROW_NAMES(ROW_TRANSFER) ") VALUES ");
    for (uint32_t i = 0; i < batch->fill_count; i++)
        put_fill_transfers(sql, &batch->fills[i]);
    cnop_batch_rows_close(sql, "");
}

static bool
is_live(const struct ledger_order *order)
{
    cnop_assert(order->id > 0);
    return ledger_status_is_open(order->status);
}

static uint32_t
count_live(const struct engine_batch *batch)
{
    uint32_t count = 0;

    for (uint32_t i = 0; i < batch->order_count; i++)
        count += is_live(&batch->orders[i]);
    return count;
}

/* Which orders a start has to load. */
static void
encode_live_orders(const struct engine_batch *batch, const struct seal_key *key,
                   struct cnop_batch *sql)
{
    uint32_t live_count = count_live(batch);

    if (live_count > 0) {
        cnop_batch_rows_open(sql, "INSERT INTO open_order (" ROW_NAMES(ROW_OPEN_SEAL) ") VALUES ");
        for (uint32_t i = 0; i < batch->order_count; i++) {
            const struct ledger_order *order = &batch->orders[i];

            if (!is_live(order))
                continue;
            cnop_batch_row_open(sql);
            ROW_PUT_ALL(ROW_OPEN_SEAL)
            cnop_batch_row_close(sql);
        }
        cnop_batch_rows_close(sql, " ON DUPLICATE KEY UPDATE seal=VALUES(seal)");
    }
    if (live_count == batch->order_count || engine_fault(ENGINE_FAULT_KEEP_OPEN))
        return;
    cnop_batch_rows_open(sql, "DELETE FROM open_order WHERE order_id IN (");
    for (uint32_t i = 0; i < batch->order_count; i++) {
        if (is_live(&batch->orders[i]))
            continue;
        cnop_batch_row_open(sql);
        cnop_batch_i64(sql, batch->orders[i].id);
        cnop_batch_row_close(sql);
    }
    cnop_batch_rows_close(sql, ")");
}

static int
compare_orders(const void *one, const void *other)
{
    const struct ledger_order *a = one, *b = other;

    cnop_assert(a->id > 0 && b->id > 0);
    return (a->id > b->id) - (a->id < b->id);
}

static void
encode_open(struct engine_batch *batch, const struct seal_key *key, struct cnop_batch *sql)
{
    if (batch->order_count == 0)
        return;
    if (engine_fault(ENGINE_FAULT_LOSE_PRIORITY)) {
        for (uint32_t i = 0; i < batch->order_count; i++)
            batch->orders[i].prio = (uint64_t)batch->orders[i].id;
    }
    qsort(batch->orders, batch->order_count, sizeof(*batch->orders), compare_orders);
    cnop_batch_rows_open(sql, "INSERT INTO orders (" ROW_NAMES(ROW_OPEN) ") VALUES ");
    for (uint32_t i = 0; i < batch->order_count; i++) {
        const struct ledger_order *order = &batch->orders[i];

        cnop_batch_row_open(sql);
        ROW_PUT_ALL(ROW_OPEN)
        cnop_batch_row_close(sql);
    }
    cnop_batch_rows_close(
        sql,
        " ON DUPLICATE KEY UPDATE status=VALUES(status),reason=VALUES(reason),"
        "qty_e8=VALUES(qty_e8),limit_price_e10=VALUES(limit_price_e10),"
        "price_e10=VALUES(price_e10),"
        "filled_qty_e8=VALUES(filled_qty_e8),filled_quote_e8=VALUES(filled_quote_e8),"
        "fee_e8=VALUES(fee_e8),cost_e8=VALUES(cost_e8),hold_asset_id=VALUES(hold_asset_id),"
        "hold_e8=VALUES(hold_e8),prio=VALUES(prio),exact_e8=VALUES(exact_e8),"
        "exact_e18=VALUES(exact_e18),fee_cent_bps=VALUES(fee_cent_bps),"
        "maker_bps=VALUES(maker_bps),taker_bps=VALUES(taker_bps),fill_count=VALUES(fill_count),"
        "updated_us=VALUES(updated_us),ver=VALUES(ver)");
    encode_live_orders(batch, key, sql);
}

void
rows_encode_book(struct engine_batch *batch, const struct seal_key *key, struct cnop_batch *sql)
{
    cnop_assert(batch->order_count <= ENGINE_ORDER_MAX);
    cnop_assert(batch->fill_count <= ENGINE_FILL_MAX);
    encode_book_orders(batch, sql);
    encode_open(batch, key, sql);
    encode_fills(batch, sql);
}
