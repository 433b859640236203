/* SPDX-License-Identifier: MIT */
/* What the engine shows of the markets, and when: never what is not durable. Covers
 * fcgi_services/order/board.c, board_view.c and engine_board.c. */
#include "fcgi_services/order/board.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "fcgi_services/order/engine_state.h"
#include "shared/base/clock.h"
#include "tests/unit/order/engine_bench.h"
#include "tests/unit/unit.h"

#define MARKET 1
#define OTHER 2

static char path[64];
static struct board_view view;

static void
ignore(struct engine_job *job)
{
    (void)job;
}

static void
ask(const struct ledger_command *command)
{
    struct engine_job *job = engine_job_take(bench.engine);

    ck_assert_ptr_nonnull(job);
    job->command = *command;
    job->done = ignore;
    engine_submit(bench.engine, job);
}

static void
limit(uint16_t asset_id, uint8_t side, int64_t dollars)
{
    ask(&(struct ledger_command){.op = LEDGER_OP_LIMIT,
                                 .account_id = BENCH_ACCOUNT + side,
                                 .side = side,
                                 .asset_id = asset_id,
                                 .qty = {CNOP_E8 / 10},
                                 .price = {dollars * CNOP_E10},
                                 .tif = LEDGER_GTC});
}

static void
market_buy(uint16_t asset_id)
{
    ask(&(struct ledger_command){.op = LEDGER_OP_ORDER,
                                 .account_id = BENCH_ACCOUNT,
                                 .side = LEDGER_BUY,
                                 .asset_id = asset_id,
                                 .qty = {CNOP_E8 / 4}});
}

static const struct board_market *
shown(uint16_t asset_id)
{
    static struct board_market market;

    ck_assert_int_eq(board_view_look(&view, path), CNOP_OK);
    ck_assert_int_eq(board_view_read(&view, asset_id, false, &market), CNOP_OK);
    return &market;
}

static const struct board_trade *
newest(const struct board_market *market)
{
    return &market->trades[(market->trade_count - 1) % BOARD_TRADES];
}

/* One engine with a board, two markets at 100 dollars, money for everybody. */
static void
open_all(void)
{
    struct ledger_config rules;

    snprintf(path, sizeof(path), "/tmp/test_board.%ld", (long)getpid());
    bench_open();
    ledger_config_default(&rules);
    for (uint16_t id = MARKET; id <= OTHER; id++) {
        const struct ledger_asset asset = {.id = id,
                                           .known = true,
                                           .active = true,
                                           .symbol = {'A', (char)('0' + id)},
                                           .symbol_len = 2};

        ck_assert_int_eq(ledger_load_asset(bench.ledger, &asset), CNOP_OK);
        bench_tick(id, 100);
    }
    ck_assert_int_eq(board_open(path, bench.ledger, &rules, &bench.engine->parts.board), CNOP_OK);
    for (int account = 0; account < 3; account++)
        ask(&(struct ledger_command){.op = LEDGER_OP_GIFT,
                                     .account_id = BENCH_ACCOUNT + account,
                                     .amount = {1000000 * CNOP_E8}});
    bench_settle();
}

static void
close_all(void)
{
    board_view_done(&view);
    bench_close();
    (void)unlink(path);
}

START_TEST(a_book_is_shown_when_it_is_durable)
{
    const struct board_market *market;

    open_all();
    ck_assert_uint_eq(shown(MARKET)->level_count[0], 0);
    limit(MARKET, LEDGER_BUY, 90);
    limit(MARKET, LEDGER_BUY, 95);
    limit(MARKET, LEDGER_BUY, 95);
    limit(MARKET, LEDGER_SELL, 120); /* refused: nothing to sell */
    bench_round();
    ck_assert_uint_eq(shown(MARKET)->level_count[0], 0); /* on its way */
    bench_commit(CNOP_OK);
    bench_settle();
    market = shown(MARKET);
    ck_assert_uint_eq(market->level_count[0], 2);
    ck_assert_uint_eq(market->level_count[1], 0);
    ck_assert_int_eq(market->levels[0][0].price.e10, 95 * CNOP_E10);
    ck_assert_int_eq(market->levels[0][0].qty.e8, CNOP_E8 / 5);
    ck_assert_uint_eq(market->levels[0][0].order_count, 2);
    ck_assert_int_eq(market->levels[0][1].price.e10, 90 * CNOP_E10);
    ck_assert_uint_eq(shown(OTHER)->level_count[0], 0);
    close_all();
}
END_TEST

START_TEST(a_commit_that_fails_shows_nothing)
{
    open_all();
    limit(MARKET, LEDGER_BUY, 95);
    bench_round();
    bench_commit(CNOP_E_DB_FAILED);
    bench_settle();
    ck_assert_uint_eq(shown(MARKET)->level_count[0], 0);
    limit(MARKET, LEDGER_BUY, 94);
    bench_settle();
    ck_assert_uint_eq(shown(MARKET)->level_count[0], 1);
    ck_assert_int_eq(shown(MARKET)->levels[0][0].price.e10, 94 * CNOP_E10);
    close_all();
}
END_TEST

/* Batch after batch, with no moment in which everything is durable. */
START_TEST(a_busy_book_is_shown_at_intervals)
{
    open_all();
    bench_pass_us(100000);
    limit(MARKET, LEDGER_BUY, 90);
    bench_round();
    limit(MARKET, LEDGER_BUY, 91);
    bench_commit(CNOP_OK);
    ck_assert_uint_eq(shown(MARKET)->level_count[0], 1);
    bench_round();
    limit(MARKET, LEDGER_BUY, 92);
    bench_commit(CNOP_OK);
    ck_assert_uint_eq(shown(MARKET)->level_count[0], 1); /* too early again */
    limit(MARKET, LEDGER_BUY, 93);
    bench_pass_us(100000);
    bench_commit(CNOP_OK); /* 93 is sealed: it is time again */
    limit(MARKET, LEDGER_BUY, 94);
    ck_assert_uint_eq(shown(MARKET)->level_count[0], 1);
    bench_commit(CNOP_OK);
    ck_assert_uint_eq(shown(MARKET)->level_count[0], 4);
    bench_settle();
    ck_assert_uint_eq(shown(MARKET)->level_count[0], 5);
    close_all();
}
END_TEST

START_TEST(trades_are_shown_newest_last_and_a_bounded_number)
{
    const struct board_market *market;
    int64_t last;

    open_all();
    limit(MARKET, LEDGER_BUY, 95);
    bench_settle();
    market_buy(MARKET);
    bench_round();
    ck_assert_uint_eq(shown(MARKET)->trade_count, 0);
    bench_commit(CNOP_OK);
    bench_settle();
    market = shown(MARKET);
    ck_assert_uint_eq(market->trade_count, 1);
    ck_assert_int_eq(newest(market)->price.e10, 100 * CNOP_E10);
    ck_assert_int_eq(newest(market)->qty.e8, CNOP_E8 / 4);
    ck_assert_uint_eq(newest(market)->taker_side, LEDGER_BUY);
    last = newest(market)->id;
    ck_assert_int_gt(last, 0);
    bench_tick(MARKET, 94); /* the house sells to the one who waits */
    bench_settle();
    market = shown(MARKET);
    ck_assert_uint_eq(market->trade_count, 2);
    ck_assert_int_eq(newest(market)->price.e10, 94 * CNOP_E10);
    ck_assert_int_gt(newest(market)->id, last);
    ck_assert_uint_eq(market->level_count[0], 0);
    for (int i = 0; i < BOARD_TRADES; i++) {
        market_buy(MARKET);
        bench_settle();
    }
    market = shown(MARKET);
    ck_assert_uint_eq(market->trade_count, BOARD_TRADES + 2);
    ck_assert_int_gt(newest(market)->id, market->trades[2].id);
    close_all();
}
END_TEST

START_TEST(prices_and_halts_are_shown)
{
    const struct board_market *market;

    open_all();
    bench_tick(MARKET, 101);
    market = shown(MARKET);
    ck_assert_int_eq(market->asset.price.e10, 101 * CNOP_E10);
    ck_assert_int_eq(market->house.bid.e10, 101 * CNOP_E10);
    ck_assert(!market->asset.halted);
    ask(&(struct ledger_command){.op = LEDGER_OP_HALT, .asset_id = MARKET});
    bench_settle();
    ck_assert(shown(MARKET)->asset.halted);
    ck_assert(!shown(OTHER)->asset.halted);
    close_all();
}
END_TEST

START_TEST(readers_follow_the_next_engine_and_miss_a_silent_one)
{
    struct ledger_config rules;
    struct board *second;

    open_all();
    ck_assert_int_eq(board_view_look(&view, path), CNOP_OK);
    limit(MARKET, LEDGER_BUY, 95);
    bench_settle();
    ledger_config_default(&rules);
    ck_assert_int_eq(board_open(path, bench.ledger, &rules, &second), CNOP_OK);
    ck_assert_uint_eq(shown(MARKET)->level_count[0], 1);
    bench_pass_us(6000000);
    ck_assert_int_eq(board_view_look(&view, path), CNOP_E_UNAVAILABLE);
    bench_round();
    ck_assert_int_eq(board_view_look(&view, path), CNOP_OK);
    close_all();
    ck_assert_int_eq(board_view_look(&view, path), CNOP_E_UNAVAILABLE);
}
END_TEST

START_TEST(markets_are_found_by_symbol)
{
    uint16_t asset_id = 0;

    open_all();
    (void)shown(MARKET);
    ck_assert_int_eq(board_view_find(&view, CNOP_STR("a2"), &asset_id), CNOP_OK);
    ck_assert_uint_eq(asset_id, OTHER);
    ck_assert_int_eq(board_view_find(&view, CNOP_STR("A3"), &asset_id), CNOP_E_NOT_FOUND);
    close_all();
}
END_TEST

static void
add(TCase *tests)
{
    tcase_add_test(tests, a_book_is_shown_when_it_is_durable);
    tcase_add_test(tests, a_commit_that_fails_shows_nothing);
    tcase_add_test(tests, a_busy_book_is_shown_at_intervals);
    tcase_add_test(tests, trades_are_shown_newest_last_and_a_bounded_number);
    tcase_add_test(tests, prices_and_halts_are_shown);
    tcase_add_test(tests, readers_follow_the_next_engine_and_miss_a_silent_one);
    tcase_add_test(tests, markets_are_found_by_symbol);
}

UNIT_MAIN("board", add)
