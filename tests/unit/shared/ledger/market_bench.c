/* SPDX-License-Identifier: MIT */
/* See market_bench.h. */
#include "tests/unit/shared/ledger/market_bench.h"

#include <stdlib.h>
#include <string.h>

#include "shared/base/secret.h"
#include "tests/unit/shared/ledger/read_back.h"
#include "tests/unit/unit.h"

struct ledger *ledger;
struct ledger_outcome last;
struct ledger_config rules;
static uint64_t seq;
int64_t now_us;

/* Tests are written in dollars and units; these are exact for what they write. */
int64_t
e8(double value)
{
    return (int64_t)(value * 1e8 + (value < 0 ? -0.5 : 0.5));
}

cnop_price
price_of(double value)
{
    return (cnop_price){(int64_t)(value * 1e6 + 0.5) * 10000};
}

enum cnop_err
apply(const struct ledger_command *command)
{
    return ledger_apply(ledger, command, &last);
}

void
do_apply(const struct ledger_command *command)
{
    ck_assert_int_eq(apply(command), CNOP_OK);
}

void
tick(double price)
{
    do_apply(&(struct ledger_command){.op = LEDGER_OP_TICK,
                                      .asset_id = 1,
                                      .time_us = now_us,
                                      .price = price_of(price),
                                      .price_seq = ++seq});
}

uint32_t
cross(void)
{
    do_apply(&(struct ledger_command){.op = LEDGER_OP_CROSS, .asset_id = 1, .time_us = now_us});
    return last.fill_count;
}

void
give(int64_t account_id, double cash, double units)
{
    struct ledger_account account = {
        .id = account_id, .kind = LEDGER_KIND_USER, .status = LEDGER_ACTIVE};
    struct ledger_balance row = {.account_id = account_id, .avail_e8 = e8(cash)};

    ck_assert_int_eq(ledger_load_account(ledger, &account), CNOP_OK);
    ck_assert_int_eq(ledger_load_balance(ledger, &row), CNOP_OK);
    row.asset_id = 1;
    row.avail_e8 = e8(units);
    ck_assert_int_eq(ledger_load_balance(ledger, &row), CNOP_OK);
}

/* Fees in bps for those who rest and those who take; spread of the house. */
void
open_market(unsigned maker_bps, unsigned taker_bps, unsigned spread_bps)
{
    struct ledger_asset asset = {
        .id = 1, .known = true, .active = true, .symbol = "ETH", .symbol_len = 3};
    void *memory;

    cnop_secret_init();
    seq = 0;
    now_us = START_US;
    ledger_config_default(&rules);
    rules.max_accounts = 64;
    rules.max_balances = 1024;
    rules.max_assets = 4;
    rules.recent_keys = 64;
    rules.undo_entries = 1u << 15;
    rules.max_dirty = 4096;
    rules.max_open_orders = 1000;
    rules.max_levels = 400;
    rules.max_nodes = 1000;
    rules.min_notional.e8 = 1;
    rules.fee_bps = taker_bps;
    rules.maker_fee_bps = maker_bps;
    rules.house_spread_bps = spread_bps;
    memory = aligned_alloc(64, ledger_bytes(&rules));
    ck_assert_ptr_nonnull(memory);
    memset(memory, 0, ledger_bytes(&rules));
    ledger = ledger_init(memory, &rules);
    ck_assert_int_eq(ledger_load_asset(ledger, &asset), CNOP_OK);
    give(A, 10000, 10);
    give(B, 10000, 10);
    give(C, 10000, 10);
    give(LEDGER_ACCOUNT_WORLD, -30000, -30);
    ledger_batch_begin(ledger);
}

void
close_market(void)
{
    for (uint16_t asset_id = 0; asset_id < 2; asset_id++)
        ck_assert_int_eq(read_back_asset_sum(ledger, asset_id), 0);
    free(ledger);
}

/* The last price is known and too old: people are among themselves. */
void
without_house(double price)
{
    tick(price);
    now_us += rules.price_max_age_us + 1;
}

struct ledger_command
limit(int64_t account_id, uint8_t side, double qty, double price)
{
    return (struct ledger_command){.op = LEDGER_OP_LIMIT,
                                   .account_id = account_id,
                                   .time_us = now_us,
                                   .side = side,
                                   .asset_id = 1,
                                   .qty = {e8(qty)},
                                   .price = price_of(price),
                                   .tif = LEDGER_GTC};
}

/* The id of the order. */
int64_t
place(int64_t account_id, uint8_t side, double qty, double price)
{
    struct ledger_command command = limit(account_id, side, qty, price);

    do_apply(&command);
    return last.posting.id;
}

enum cnop_err
try_limit(const struct ledger_command *command)
{
    uint64_t digest = read_back_digest(ledger);
    enum cnop_err err = apply(command);

    if (err != CNOP_OK)
        ck_assert_uint_eq(read_back_digest(ledger), digest);
    return err;
}

enum cnop_err
buy_at_market(int64_t account_id, double qty)
{
    const struct ledger_command command = {.op = LEDGER_OP_ORDER,
                                           .account_id = account_id,
                                           .time_us = now_us,
                                           .side = BUY,
                                           .asset_id = 1,
                                           .qty = {e8(qty)}};

    return apply(&command);
}

enum cnop_err
cancel(int64_t account_id, int64_t order_id)
{
    return apply(&(struct ledger_command){
        .op = LEDGER_OP_CANCEL, .account_id = account_id, .time_us = now_us, .order_id = order_id});
}

void
assert_cash(int64_t account_id, double avail, double held)
{
    const struct ledger_balance *row = ledger_find_balance(ledger, account_id, LEDGER_USD);

    ck_assert_int_eq(row->avail_e8, e8(avail));
    ck_assert_int_eq(row->held_e8, e8(held));
}

void
assert_units(int64_t account_id, double avail, double held)
{
    const struct ledger_balance *row = ledger_find_balance(ledger, account_id, 1);

    ck_assert_int_eq(row->avail_e8, e8(avail));
    ck_assert_int_eq(row->held_e8, e8(held));
}

void
assert_rounding(double value)
{
    const struct ledger_balance *row =
        ledger_find_balance(ledger, LEDGER_ACCOUNT_ROUNDING, LEDGER_USD);

    ck_assert_int_eq(row == NULL ? 0 : row->avail_e8, e8(value));
}

void
assert_fill(uint32_t index, double price, double qty, int64_t buyer, int64_t seller)
{
    const struct ledger_fill *fill;

    ck_assert_uint_lt(index, last.fill_count);
    fill = ledger_fill_at(ledger, last.fill_first + index);
    ck_assert_int_eq(fill->price.e10, price_of(price).e10);
    ck_assert_int_eq(fill->qty.e8, e8(qty));
    ck_assert_int_eq(fill->buyer, buyer);
    ck_assert_int_eq(fill->seller, seller);
}

void
assert_left(int64_t order_id, double left)
{
    const struct ledger_order *order = ledger_find_order(ledger, order_id);

    if (e8(left) == 0)
        ck_assert_ptr_null(order);
    else
        ck_assert_int_eq(order->left.e8, e8(left));
}
