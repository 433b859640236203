/* SPDX-License-Identifier: MIT */
/* Single rules of the ledger, by hand: caps, listings, holdings, daily limits, previews, full
 * tables, and rules that change. Covers shared/ledger/admin.c, shared/ledger/cash.c,
 * shared/ledger/order.c and shared/ledger/undo.c. */
#include "shared/ledger/ledger.h"

#include "shared/base/clock.h"
#include "tests/unit/shared/ledger/bench.h"
#include "tests/unit/shared/ledger/read_back.h"
#include "tests/unit/unit.h"

START_TEST(order_cap_is_inclusive_at_the_execution_price)
{
    struct ledger_outcome outcome;

    ck_assert_int_eq(bench_deposit(10000 * CNOP_E8), CNOP_OK);
    bench_tick(10000 * CNOP_E10, 1);
    ck_assert_int_eq(bench_trade(LEDGER_BUY, CNOP_E8 + 1, &outcome), CNOP_E_ORDER_TOO_LARGE);
    ck_assert_int_eq(bench_trade(LEDGER_BUY, CNOP_E8, &outcome), CNOP_OK);
    ck_assert_int_eq(outcome.posting.total.e8, 10000 * CNOP_E8);
    ck_assert_int_eq(outcome.posting.cash_after.e8, 0);
}
END_TEST

START_TEST(a_listing_is_an_event_only_when_it_changes)
{
    struct ledger_command command = {.op = LEDGER_OP_ASSET,
                                     .time_us = BENCH_TIME_US,
                                     .asset_id = 1,
                                     .active = true,
                                     .symbol_len = 3,
                                     .symbol = "NEW"};
    struct ledger_outcome outcome;

    ck_assert_int_eq(bench_deposit(1000 * CNOP_E8), CNOP_OK);
    bench_tick(CNOP_E10, 1);
    ck_assert_int_eq(ledger_apply(bench_ledger, &command, &outcome), CNOP_OK);
    ck_assert(outcome.changed); /* another symbol */
    ck_assert_int_eq(ledger_apply(bench_ledger, &command, &outcome), CNOP_OK);
    ck_assert(!outcome.changed);
    ck_assert_int_eq(bench_trade(LEDGER_BUY, CNOP_E8, &outcome), CNOP_OK);
    command.active = false;
    ck_assert_int_eq(ledger_apply(bench_ledger, &command, &outcome), CNOP_OK);
    ck_assert(outcome.changed);
    ck_assert_int_eq(bench_trade(LEDGER_BUY, CNOP_E8, &outcome), CNOP_E_ASSET_INACTIVE);
}
END_TEST

START_TEST(nobody_sells_what_they_do_not_own)
{
    struct ledger_outcome outcome;

    ck_assert_int_eq(bench_deposit(100 * CNOP_E8), CNOP_OK);
    bench_tick(CNOP_E10, 1);
    ck_assert_int_eq(bench_trade(LEDGER_SELL, CNOP_E8, &outcome), CNOP_E_INSUFFICIENT_HOLDINGS);
    ck_assert_int_eq(outcome.need_e8, CNOP_E8);
    ck_assert_int_eq(bench_trade(LEDGER_BUY, CNOP_E8, &outcome), CNOP_OK);
    ck_assert_int_eq(bench_trade(LEDGER_SELL, CNOP_E8 + 1, &outcome), CNOP_E_INSUFFICIENT_HOLDINGS);
    ck_assert_int_eq(bench_trade(LEDGER_SELL, CNOP_E8, &outcome), CNOP_OK);
}
END_TEST

START_TEST(daily_limit_admits_equality_and_reopens_next_day)
{
    struct ledger_command command;
    struct ledger_outcome outcome;

    ck_assert_int_eq(bench_deposit(4000 * CNOP_E8), CNOP_OK);
    ck_assert_int_eq(bench_deposit(6000 * CNOP_E8), CNOP_OK);
    ck_assert_int_eq(bench_deposit(CNOP_CENT_E8), CNOP_E_DAILY_LIMIT);
    ck_assert_int_eq(bench_deposit(1), CNOP_E_AMOUNT_PRECISION);
    command = bench_command(LEDGER_OP_GIFT, CNOP_E8);
    ck_assert_int_eq(ledger_apply(bench_ledger, &command, &outcome), CNOP_OK);
    command = bench_command(LEDGER_OP_DEPOSIT, CNOP_CENT_E8);
    command.time_us += INT64_C(86400000000);
    ck_assert_int_eq(ledger_apply(bench_ledger, &command, &outcome), CNOP_OK);
    /* The clock goes back: yesterday does not open again. */
    ck_assert_int_eq(bench_deposit(10000 * CNOP_E8), CNOP_E_DAILY_LIMIT);
}
END_TEST

START_TEST(a_clock_that_was_years_ahead_blocks_no_limit)
{
    const struct ledger_account *account;
    struct ledger_command command = bench_command(LEDGER_OP_DEPOSIT, 10000 * CNOP_E8);
    struct ledger_outcome outcome;
    int32_t today = cnop_clock_utc_day(command.time_us);

    command.time_us += 366 * INT64_C(86400000000);
    ck_assert_int_eq(ledger_apply(bench_ledger, &command, &outcome), CNOP_OK);
    ck_assert_int_eq(bench_deposit(9999 * CNOP_E8), CNOP_OK);
    ck_assert_int_eq(bench_deposit(2 * CNOP_E8), CNOP_E_DAILY_LIMIT);
    account = ledger_find_account(bench_ledger, command.account_id);
    ck_assert_int_eq(account->used_day[LEDGER_LIMIT_DEPOSIT], today);
}
END_TEST

START_TEST(preview_names_every_violation_and_changes_nothing)
{
    struct ledger_command command;
    struct ledger_outcome outcome;
    struct ledger_preview preview;
    uint64_t digest;

    ck_assert_int_eq(bench_deposit(100 * CNOP_E8), CNOP_OK);
    bench_tick(50 * CNOP_E10, 1);
    command = bench_command(LEDGER_OP_HALT, 0);
    command.asset_id = 1;
    ck_assert_int_eq(ledger_apply(bench_ledger, &command, &outcome), CNOP_OK);
    digest = read_back_digest(bench_ledger);
    command = bench_command(LEDGER_OP_ORDER, 0);
    command.asset_id = 1;
    command.side = LEDGER_BUY;
    command.qty.e8 = 3 * CNOP_E8;
    ck_assert_int_eq(ledger_preview(bench_ledger, &command, &preview), CNOP_OK);
    ck_assert_uint_eq(preview.violation_count, 2);
    ck_assert_int_eq(preview.violations[0].err, CNOP_E_MARKET_HALTED);
    ck_assert_int_eq(preview.violations[1].err, CNOP_E_INSUFFICIENT_FUNDS);
    ck_assert_int_eq(preview.posting.cash_after.e8, -50 * CNOP_E8);
    command.qty.e8 = 250 * CNOP_E8; /* beyond the cap, too */
    ck_assert_int_eq(ledger_preview(bench_ledger, &command, &preview), CNOP_OK);
    ck_assert_uint_eq(preview.violation_count, 3);
    ck_assert_int_eq(preview.violations[1].err, CNOP_E_ORDER_TOO_LARGE);
    ck_assert_int_eq(preview.violations[2].err, CNOP_E_INSUFFICIENT_FUNDS);
    ck_assert_int_eq(preview.posting.cash_after.e8, -12400 * CNOP_E8);
    ck_assert_int_eq(preview.qty_after.e8, 250 * CNOP_E8);
    ck_assert_uint_eq(read_back_digest(bench_ledger), digest);
    command.asset_id = 7;
    ck_assert_int_eq(ledger_preview(bench_ledger, &command, &preview), CNOP_E_ASSET_UNKNOWN);
}
END_TEST

START_TEST(full_tables_refuse)
{
    struct ledger_command command = bench_command(LEDGER_OP_DEPOSIT, CNOP_E8);
    struct ledger_outcome outcome;
    enum cnop_err err = CNOP_OK;
    int opened = 0;

    for (; opened < 100 && err == CNOP_OK; opened++) {
        ledger_batch_begin(bench_ledger);
        ledger_forget(bench_ledger, ledger_mark(bench_ledger));
        command.account_id = LEDGER_ACCOUNT_FIRST_USER + opened;
        err = ledger_apply(bench_ledger, &command, &outcome);
    }
    ck_assert_int_eq(err, CNOP_E_OVERLOADED);
    ck_assert_int_gt(opened, 50);
}
END_TEST

static struct ledger_command
new_rules(enum ledger_rule rule, int64_t value)
{
    struct ledger_command command = {.op = LEDGER_OP_RULES, .time_us = BENCH_TIME_US};

    ledger_rules_now(bench_ledger, &command.rules);
    command.rules.values[rule] = value;
    return command;
}

START_TEST(rules_change_by_a_command_and_are_taken_back)
{
    struct ledger_command command = new_rules(LEDGER_RULE_FEE_BPS, 100);
    struct ledger_outcome outcome;
    struct ledger_rules before, now;
    uint64_t mark;

    ck_assert_int_eq(bench_deposit(1000 * CNOP_E8), CNOP_OK);
    bench_tick(CNOP_E10, 1);
    ledger_rules_now(bench_ledger, &before);
    mark = ledger_mark(bench_ledger);
    ck_assert_int_eq(ledger_apply(bench_ledger, &command, &outcome), CNOP_OK);
    ck_assert(outcome.changed);
    ck_assert_int_eq(outcome.posting.op, LEDGER_OP_RULES);
    ledger_rules_now(bench_ledger, &now);
    ck_assert(ledger_rules_equal(&now, &command.rules));
    ck_assert(!ledger_rules_equal(&now, &before));
    ck_assert_int_eq(bench_trade(LEDGER_BUY, 100 * CNOP_E8, &outcome), CNOP_OK);
    ck_assert_int_eq(outcome.posting.fee.e8, CNOP_E8);
    ledger_rollback(bench_ledger, mark);
    ledger_batch_begin(bench_ledger);
    ledger_rules_now(bench_ledger, &now);
    ck_assert(ledger_rules_equal(&now, &before));
    ck_assert_int_eq(bench_trade(LEDGER_BUY, 100 * CNOP_E8, &outcome), CNOP_OK);
    ck_assert_int_eq(outcome.posting.fee.e8, 0);
}
END_TEST

/* It may get rid of what it is short of, and no more. */
START_TEST(a_house_that_is_shorter_than_its_new_rules_still_buys)
{
    struct ledger_command command = new_rules(LEDGER_RULE_HOUSE_FLOOR_E8, -CNOP_E8);
    struct ledger_outcome outcome;

    ck_assert_int_eq(bench_deposit(1000 * CNOP_E8), CNOP_OK);
    bench_tick(CNOP_E10, 1);
    ck_assert_int_eq(bench_trade(LEDGER_BUY, 100 * CNOP_E8, &outcome), CNOP_OK);
    ck_assert_int_eq(ledger_apply(bench_ledger, &command, &outcome), CNOP_OK);
    ck_assert_int_eq(bench_trade(LEDGER_BUY, CNOP_E8, &outcome), CNOP_E_NO_LIQUIDITY);
    ck_assert_int_eq(bench_trade(LEDGER_SELL, 10 * CNOP_E8, &outcome), CNOP_OK);
    ck_assert_int_eq(bench_trade(LEDGER_BUY, CNOP_E8, &outcome), CNOP_E_NO_LIQUIDITY);
}
END_TEST

START_TEST(rules_that_no_ledger_can_have)
{
    static const struct {
        enum ledger_rule rule;
        int64_t value;
    } unsound[] = {{LEDGER_RULE_FEE_BPS, -1},
                   {LEDGER_RULE_FEE_BPS, 10001},
                   {LEDGER_RULE_MAKER_FEE_BPS, 10001},
                   {LEDGER_RULE_HOUSE_SPREAD_BPS, 10001},
                   {LEDGER_RULE_HOUSE_FLOOR_E8, 1},
                   {LEDGER_RULE_HOUSE_FLOOR_E8, INT64_MIN},
                   {LEDGER_RULE_PRICE_MAX_AGE_US, -1},
                   {LEDGER_RULE_MIN_QTY_E8, -1},
                   {LEDGER_RULE_MIN_NOTIONAL_E8, -1},
                   {LEDGER_RULE_MAX_NOTIONAL_E8, 0},
                   {LEDGER_RULE_MAX_NOTIONAL_E8, INT64_MAX / 4 + 1},
                   {LEDGER_RULE_DEPOSIT_LIMIT_E8, -1},
                   {LEDGER_RULE_WITHDRAW_LIMIT_E8, -1},
                   {LEDGER_RULE_ACCOUNT_ORDERS, 0},
                   {LEDGER_RULE_ACCOUNT_ORDERS, LEDGER_ACCOUNT_ORDERS + 1}};

    for (size_t i = 0; i < CNOP_COUNT(unsound); i++) {
        struct ledger_command command = new_rules(unsound[i].rule, unsound[i].value);

        ck_assert_msg(!ledger_rules_are_sound(&command.rules), "rule %zu", i);
    }
}
END_TEST

static void
add(TCase *tests)
{
    tcase_add_checked_fixture(tests, bench_open, bench_close);
    tcase_add_test(tests, order_cap_is_inclusive_at_the_execution_price);
    tcase_add_test(tests, a_listing_is_an_event_only_when_it_changes);
    tcase_add_test(tests, nobody_sells_what_they_do_not_own);
    tcase_add_test(tests, daily_limit_admits_equality_and_reopens_next_day);
    tcase_add_test(tests, a_clock_that_was_years_ahead_blocks_no_limit);
    tcase_add_test(tests, preview_names_every_violation_and_changes_nothing);
    tcase_add_test(tests, full_tables_refuse);
    tcase_add_test(tests, rules_change_by_a_command_and_are_taken_back);
    tcase_add_test(tests, a_house_that_is_shorter_than_its_new_rules_still_buys);
    tcase_add_test(tests, rules_that_no_ledger_can_have);
}

UNIT_MAIN("rules", add)
