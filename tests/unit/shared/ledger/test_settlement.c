/* SPDX-License-Identifier: MIT */
/* How orders settle, by hand: whole cents, least values, closes, the worst price, and what an older
 * ledger left. The random comparison is test_ledger.c. Covers shared/ledger/order.c
 * and shared/ledger/cash.c. */
#include "shared/ledger/ledger.h"

#include "tests/unit/shared/ledger/bench.h"
#include "tests/unit/shared/ledger/read_back.h"
#include "tests/unit/unit.h"

static int64_t
cash_of(int64_t account_id)
{
    const struct ledger_balance *row = ledger_find_balance(bench_ledger, account_id, LEDGER_USD);

    return row == NULL ? 0 : row->avail_e8;
}

static enum cnop_err
by_amount(uint8_t side, int64_t amount_e8, struct ledger_outcome *outcome)
{
    struct ledger_command command = bench_command(LEDGER_OP_ORDER, amount_e8);

    command.side = side;
    command.asset_id = 1;
    return ledger_apply(bench_ledger, &command, outcome);
}

static enum cnop_err
close_position(int64_t below_e8, struct ledger_outcome *outcome)
{
    struct ledger_command command = bench_command(LEDGER_OP_ORDER, below_e8);

    command.side = LEDGER_SELL;
    command.asset_id = 1;
    command.close = true;
    return ledger_apply(bench_ledger, &command, outcome);
}

/* 0.003 ETH at 2,000.37 are 6.00111: a buyer pays 6.01, a seller receives 6.00. */
START_TEST(a_fill_settles_in_whole_cents_and_books_the_rest)
{
    struct ledger_outcome outcome;

    ck_assert_int_eq(bench_deposit(100 * CNOP_E8), CNOP_OK);
    bench_tick(2000 * CNOP_E10 + 37 * (CNOP_E10 / 100), 1);
    ck_assert_int_eq(bench_trade(LEDGER_BUY, 300000, &outcome), CNOP_OK);
    ck_assert_int_eq(outcome.posting.total.e8, 601 * CNOP_CENT_E8);
    ck_assert_int_eq(cash_of(1000), 9399 * CNOP_CENT_E8);
    ck_assert_int_eq(cash_of(LEDGER_ACCOUNT_HOUSE), 600111000);
    ck_assert_int_eq(cash_of(LEDGER_ACCOUNT_ROUNDING), 889000);
    ck_assert_int_eq(bench_trade(LEDGER_SELL, 300000, &outcome), CNOP_OK);
    ck_assert_int_eq(outcome.posting.total.e8, 600 * CNOP_CENT_E8);
    ck_assert_int_eq(cash_of(1000), 9999 * CNOP_CENT_E8);
    ck_assert_int_eq(cash_of(LEDGER_ACCOUNT_HOUSE), 0);
    ck_assert_int_eq(cash_of(LEDGER_ACCOUNT_ROUNDING), CNOP_CENT_E8);
    ck_assert_int_eq(read_back_asset_sum(bench_ledger, LEDGER_USD), 0);
}
END_TEST

START_TEST(amounts_are_spent_and_received_exactly)
{
    struct ledger_outcome outcome;

    ck_assert_int_eq(bench_deposit(1000 * CNOP_E8), CNOP_OK);
    for (int64_t i = 0; i < 200; i++) {
        int64_t amount_e8 = (300 + 7 * i) * CNOP_CENT_E8;

        bench_tick((900000 - 4499 * i) * CNOP_E10 + 7919 * i, (uint64_t)i + 1);
        ck_assert_int_eq(by_amount(LEDGER_BUY, amount_e8, &outcome), CNOP_OK);
        ck_assert_int_eq(outcome.posting.total.e8, amount_e8);
        amount_e8 -= CNOP_E8;
        ck_assert_int_eq(by_amount(LEDGER_SELL, amount_e8, &outcome), CNOP_OK);
        ck_assert_int_eq(outcome.posting.total.e8, amount_e8);
        ledger_forget(bench_ledger, ledger_mark(bench_ledger));
        ledger_batch_begin(bench_ledger);
    }
}
END_TEST

START_TEST(orders_begin_at_a_dollar_but_everything_can_be_sold)
{
    struct ledger_outcome outcome;

    ck_assert_int_eq(bench_deposit(100 * CNOP_E8), CNOP_OK);
    bench_tick(67123 * CNOP_E10 + 45 * (CNOP_E10 / 100), 1);
    ck_assert_int_eq(by_amount(LEDGER_BUY, 99 * CNOP_CENT_E8, &outcome), CNOP_E_ORDER_TOO_SMALL);
    ck_assert_int_eq(outcome.limit_e8, CNOP_E8);
    ck_assert_int_eq(by_amount(LEDGER_BUY, 50 * CNOP_E8, &outcome), CNOP_OK);
    ck_assert_int_eq(outcome.posting.qty.e8, 74489); /* less than the least quantity */
    ck_assert_int_eq(bench_trade(LEDGER_SELL, 74488, &outcome), CNOP_E_ORDER_TOO_SMALL);
    ck_assert_int_eq(bench_trade(LEDGER_SELL, 74489, &outcome), CNOP_OK);
    ck_assert_int_eq(cash_of(1000), 9999 * CNOP_CENT_E8);
    ck_assert_int_eq(bench_trade(LEDGER_SELL, 1, &outcome), CNOP_E_ORDER_TOO_SMALL);
}
END_TEST

/* What is worth less than a cent is sold for nothing: gone from the position, booked in full. */
START_TEST(dust_is_closed_to_zero_and_its_transfer_booked)
{
    struct ledger_outcome outcome;
    const struct ledger_balance *row;
    int64_t rounding_e8;
    uint64_t entries;

    ck_assert_int_eq(bench_deposit(100 * CNOP_E8), CNOP_OK);
    ck_assert_int_eq(close_position(0, &outcome), CNOP_E_PRICE_STALE);
    bench_tick(2 * CNOP_E10, 1);
    ck_assert_int_eq(close_position(0, &outcome), CNOP_E_INSUFFICIENT_HOLDINGS);
    ck_assert_int_eq(bench_trade(LEDGER_BUY, CNOP_E8, &outcome), CNOP_OK);
    bench_tick(12345, 2);
    rounding_e8 = cash_of(LEDGER_ACCOUNT_ROUNDING);
    entries = ledger_find_balance(bench_ledger, 1000, LEDGER_USD)->entries;
    ck_assert_int_eq(close_position(0, &outcome), CNOP_OK);
    ck_assert_int_eq(outcome.posting.qty.e8, CNOP_E8);
    ck_assert_int_eq(outcome.posting.total.e8, 0);
    ck_assert_uint_eq(outcome.transfer_count, 2);
    ck_assert_int_eq(outcome.transfers[1].kind, LEDGER_TRANSFER_ROUNDING);
    ck_assert_int_eq(cash_of(LEDGER_ACCOUNT_ROUNDING) - rounding_e8, 124);
    ck_assert_int_eq(cash_of(1000), 98 * CNOP_E8);
    /* A line of the statement all the same. */
    row = ledger_find_balance(bench_ledger, 1000, LEDGER_USD);
    ck_assert_uint_eq(row->entries, entries + 1);
    row = ledger_find_balance(bench_ledger, 1000, 1);
    ck_assert_int_eq(row->avail_e8, 0);
    ck_assert_int_eq(row->cost_e8, 0);
    ck_assert_int_eq(row->realised_e8, -2 * CNOP_E8);
}
END_TEST

START_TEST(a_close_knows_no_cap_but_its_own_bound)
{
    struct ledger_outcome outcome;

    ck_assert_int_eq(bench_deposit(10000 * CNOP_E8), CNOP_OK);
    bench_tick(10 * CNOP_E10, 1);
    ck_assert_int_eq(bench_trade(LEDGER_BUY, 900 * CNOP_E8, &outcome), CNOP_OK);
    bench_tick(20 * CNOP_E10, 2);
    ck_assert_int_eq(bench_trade(LEDGER_SELL, 900 * CNOP_E8, &outcome), CNOP_E_ORDER_TOO_LARGE);
    ck_assert_int_eq(close_position(18000 * CNOP_E8, &outcome), CNOP_E_ORDER_TOO_LARGE);
    ck_assert_int_eq(close_position(18000 * CNOP_E8 + CNOP_CENT_E8, &outcome), CNOP_OK);
    ck_assert_int_eq(outcome.posting.total.e8, 18000 * CNOP_E8);
    ck_assert_int_eq(outcome.posting.quote_qty.e8, 0);
}
END_TEST

START_TEST(the_worst_price_is_a_limit_on_either_side)
{
    struct ledger_command command = bench_command(LEDGER_OP_ORDER, 0);
    struct ledger_outcome outcome;

    ck_assert_int_eq(bench_deposit(1000 * CNOP_E8), CNOP_OK);
    bench_tick(10 * CNOP_E10, 1);
    command.asset_id = 1;
    command.qty.e8 = CNOP_E8;
    command.side = LEDGER_BUY;
    command.worst_price.e10 = 10 * CNOP_E10 - 1;
    ck_assert_int_eq(ledger_apply(bench_ledger, &command, &outcome), CNOP_E_PRICE_LIMIT_EXCEEDED);
    ck_assert_int_eq(outcome.have_e8, 10 * CNOP_E10);
    ck_assert_int_eq(outcome.limit_e8, 10 * CNOP_E10 - 1);
    command.worst_price.e10 = 10 * CNOP_E10;
    ck_assert_int_eq(ledger_apply(bench_ledger, &command, &outcome), CNOP_OK);
    command.side = LEDGER_SELL;
    command.worst_price.e10 = 10 * CNOP_E10 + 1;
    ck_assert_int_eq(ledger_apply(bench_ledger, &command, &outcome), CNOP_E_PRICE_LIMIT_EXCEEDED);
    command.worst_price.e10 = 10 * CNOP_E10;
    ck_assert_int_eq(ledger_apply(bench_ledger, &command, &outcome), CNOP_OK);
}
END_TEST

#define UNEVEN_ACCOUNTS 6

/* Accounts from a ledger that settled at 10^-8. */
static void
load_uneven_cash(void)
{
    struct ledger_balance cash = {.account_id = LEDGER_ACCOUNT_WORLD, .asset_id = LEDGER_USD};
    int64_t sum_e8 = 0;

    for (int i = 0; i < UNEVEN_ACCOUNTS; i++) {
        const struct ledger_account account = {
            .id = LEDGER_ACCOUNT_FIRST_USER + i, .kind = LEDGER_KIND_USER, .status = LEDGER_ACTIVE};

        cash.account_id = account.id;
        cash.avail_e8 = i * 777 * CNOP_E8 + 3965 + i;
        sum_e8 += cash.avail_e8;
        ck_assert_int_eq(ledger_load_account(bench_ledger, &account), CNOP_OK);
        ck_assert_int_eq(ledger_load_balance(bench_ledger, &cash), CNOP_OK);
    }
    cash.account_id = LEDGER_ACCOUNT_WORLD;
    cash.avail_e8 = -sum_e8;
    ck_assert_int_eq(ledger_load_balance(bench_ledger, &cash), CNOP_OK);
}

START_TEST(uneven_cash_is_filled_up_once)
{
    struct ledger_command command = {.op = LEDGER_OP_SETTLE, .time_us = BENCH_TIME_US};
    struct ledger_outcome outcome;
    uint32_t cursor = 0;
    int64_t count = 0;

    load_uneven_cash();
    while ((command.account_id = ledger_next_uneven(bench_ledger, &cursor)) != 0) {
        int64_t before_e8 = cash_of(command.account_id);

        ck_assert_int_eq(ledger_apply(bench_ledger, &command, &outcome), CNOP_OK);
        ck_assert(outcome.changed);
        ck_assert_int_eq(outcome.transfers[0].debit_account, LEDGER_ACCOUNT_HOUSE);
        ck_assert_int_lt(outcome.posting.total.e8, CNOP_CENT_E8);
        ck_assert_int_eq(cash_of(command.account_id), before_e8 + outcome.posting.total.e8);
        ck_assert_int_eq(cash_of(command.account_id) % CNOP_CENT_E8, 0);
        count++;
    }
    ck_assert_int_eq(count, UNEVEN_ACCOUNTS);
    cursor = 0;
    ck_assert_int_eq(ledger_next_uneven(bench_ledger, &cursor), 0);
    command.account_id = LEDGER_ACCOUNT_FIRST_USER;
    ck_assert_int_eq(ledger_apply(bench_ledger, &command, &outcome), CNOP_OK);
    ck_assert(!outcome.changed);
    ck_assert_int_eq(read_back_asset_sum(bench_ledger, LEDGER_USD), 0);
}
END_TEST

/* Thousands of awkward round trips: rounding never pays the customer. */
START_TEST(dust_never_profits)
{
    struct ledger_outcome outcome;
    const struct ledger_balance *cash;

    ck_assert_int_eq(bench_deposit(100 * CNOP_E8), CNOP_OK);
    bench_tick(123456789012, 1);
    for (int i = 0; i < 4000; i++) {
        int64_t qty_e8 = CNOP_E8 / 10 + i;

        ck_assert_int_eq(bench_trade(LEDGER_BUY, qty_e8, &outcome), CNOP_OK);
        ck_assert_int_eq(bench_trade(LEDGER_SELL, qty_e8, &outcome), CNOP_OK);
        ck_assert_int_ge(cash_of(LEDGER_ACCOUNT_ROUNDING), 0);
        ledger_forget(bench_ledger, ledger_mark(bench_ledger));
        ledger_batch_begin(bench_ledger);
    }
    cash = ledger_find_balance(bench_ledger, 1000, LEDGER_USD);
    ck_assert_int_lt(cash->avail_e8, 100 * CNOP_E8);
    ck_assert_int_eq(read_back_asset_sum(bench_ledger, LEDGER_USD), 0);
}
END_TEST

static void
add(TCase *tests)
{
    tcase_add_checked_fixture(tests, bench_open, bench_close);
    tcase_add_test(tests, a_fill_settles_in_whole_cents_and_books_the_rest);
    tcase_add_test(tests, amounts_are_spent_and_received_exactly);
    tcase_add_test(tests, orders_begin_at_a_dollar_but_everything_can_be_sold);
    tcase_add_test(tests, dust_is_closed_to_zero_and_its_transfer_booked);
    tcase_add_test(tests, a_close_knows_no_cap_but_its_own_bound);
    tcase_add_test(tests, the_worst_price_is_a_limit_on_either_side);
    tcase_add_test(tests, uneven_cash_is_filled_up_once);
    tcase_add_test(tests, dust_never_profits);
}

UNIT_MAIN("settlement", add)
