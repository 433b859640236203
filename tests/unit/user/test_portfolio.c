/* SPDX-License-Identifier: MIT */
/* Valuation: figures, order, rounding, and what does not fit. */
#include "fcgi_services/user/portfolio.h"

#include "tests/unit/unit.h"

static struct cnop_arena *arena;

/* Of everything that is held. */
static enum cnop_err
value(int64_t cash_e8, struct position *positions, size_t count, struct portfolio *ret_portfolio)
{
    const struct wealth wealth = {
        .cash.available.e8 = cash_e8, .positions = positions, .count = count};

    return portfolio_value(arena, &wealth, PORTFOLIO_OPEN, ret_portfolio);
}

static void
start(void)
{
    arena = cnop_arena_new(64 * 1024);
}

static void
stop(void)
{
    cnop_arena_free(&arena);
}

static void
expect_share(int64_t share_e4, const char *text)
{
    struct cnop_buf buf;
    char memory[32];

    cnop_buf_init(&buf, memory, sizeof(memory));
    portfolio_format_share(&buf, share_e4);
    ck_assert_msg(cnop_str_equal(cnop_buf_view(&buf), cnop_str_from(text)), "%.*s",
                  CNOP_STR_ARG(cnop_buf_view(&buf)));
}

START_TEST(figures)
{
    struct position positions[] = {
        {.symbol = CNOP_STR("XY"),
         .qty.e8 = 50 * CNOP_E8,
         .cost.e8 = 30 * CNOP_E8,
         .realised.e8 = -5 * CNOP_E8,
         .price.e10 = CNOP_E10 / 2},
        {.symbol = CNOP_STR("BTC"),
         .qty.e8 = CNOP_E8 / 10,
         .cost.e8 = 6600 * CNOP_E8,
         .price.e10 = 671234500000000},
        {.symbol = CNOP_STR("OLD"), .qty.e8 = 0, .realised.e8 = 7 * CNOP_E8},
    };
    struct portfolio portfolio;

    ck_assert_int_eq(value(100 * CNOP_E8, positions, CNOP_COUNT(positions), &portfolio), CNOP_OK);
    ck_assert_uint_eq(portfolio.count, 2);
    ck_assert(cnop_str_equal(portfolio.holdings[0].position->symbol, CNOP_STR("BTC")));
    ck_assert_int_eq(portfolio.holdings[0].market_value.e8, 671234500000);
    ck_assert_int_eq(portfolio.holdings[0].unrealised.e8, 671234500000 - 660000000000);
    ck_assert_int_eq(portfolio.holdings[0].average_cost.e10, 660000000000000);
    ck_assert_int_eq(portfolio.holdings[1].market_value.e8, 25 * CNOP_E8);
    ck_assert_int_eq(portfolio.total.e8, 671234500000 + 125 * CNOP_E8);
    ck_assert_int_eq(portfolio.cost.e8, 6630 * CNOP_E8);
    ck_assert_int_eq(portfolio.unrealised.e8, portfolio.holdings[0].unrealised.e8 - 5 * CNOP_E8);
    ck_assert_int_eq(portfolio.realised.e8, 2 * CNOP_E8);
}
END_TEST

START_TEST(closed_positions_and_all_of_them)
{
    struct position positions[] = {
        {.symbol = CNOP_STR("HELD"),
         .qty.e8 = CNOP_E8,
         .cost.e8 = 3 * CNOP_E8,
         .realised.e8 = 2 * CNOP_E8,
         .price.e10 = 4 * CNOP_E10},
        {.symbol = CNOP_STR("SOLD"), .realised.e8 = 7 * CNOP_E8, .price.e10 = CNOP_E10},
        {.symbol = CNOP_STR("LOST"), .realised.e8 = -CNOP_E8},
    };
    const struct wealth wealth = {.positions = positions, .count = CNOP_COUNT(positions)};
    struct portfolio portfolio;
    int64_t sum_e8 = 0;

    ck_assert_int_eq(portfolio_value(arena, &wealth, PORTFOLIO_CLOSED, &portfolio), CNOP_OK);
    ck_assert_uint_eq(portfolio.count, 2);
    ck_assert(cnop_str_equal(portfolio.holdings[0].position->symbol, CNOP_STR("LOST")));
    ck_assert(cnop_str_equal(portfolio.holdings[1].position->symbol, CNOP_STR("SOLD")));
    ck_assert_int_eq(portfolio.holdings[1].average_cost.e10, 0);
    ck_assert_int_eq(portfolio.total.e8, 4 * CNOP_E8); /* the whole, whatever is listed */
    ck_assert_int_eq(portfolio_value(arena, &wealth, PORTFOLIO_ALL, &portfolio), CNOP_OK);
    ck_assert_uint_eq(portfolio.count, 3);
    for (size_t i = 0; i < portfolio.count; i++)
        sum_e8 += portfolio.holdings[i].position->realised.e8;
    ck_assert_int_eq(portfolio.realised.e8, 8 * CNOP_E8);
    ck_assert_int_eq(sum_e8, portfolio.realised.e8);
}
END_TEST

START_TEST(nothing_held)
{
    struct portfolio portfolio;

    ck_assert_int_eq(value(0, NULL, 0, &portfolio), CNOP_OK);
    ck_assert_uint_eq(portfolio.count, 0);
    ck_assert_int_eq(portfolio.total.e8, 0);
}
END_TEST

/* Cash that waits for an order is still the owner's. */
START_TEST(cash_held_for_orders_counts)
{
    const struct wealth wealth = {.cash = {.available.e8 = 70 * CNOP_E8, .held.e8 = 30 * CNOP_E8}};
    struct portfolio portfolio;

    ck_assert_int_eq(portfolio_value(arena, &wealth, PORTFOLIO_OPEN, &portfolio), CNOP_OK);
    ck_assert_int_eq(portfolio.cash.e8, 70 * CNOP_E8);
    ck_assert_int_eq(portfolio.total.e8, 100 * CNOP_E8);
}
END_TEST

START_TEST(shares_sum_to_a_hundred_within_rounding)
{
    struct position positions[3];
    struct portfolio portfolio;
    int64_t sum = 0;

    for (size_t i = 0; i < CNOP_COUNT(positions); i++)
        positions[i] =
            (struct position){.symbol = CNOP_STR("A"), .qty.e8 = CNOP_E8, .price.e10 = CNOP_E10};
    ck_assert_int_eq(value(0, positions, 3, &portfolio), CNOP_OK);
    for (size_t i = 0; i < 3; i++)
        sum += portfolio.holdings[i].share_e4;
    ck_assert_int_eq(portfolio.holdings[0].share_e4, 333333);
    ck_assert_int_le(1000000 - sum, 3);
}
END_TEST

START_TEST(an_asset_without_price_is_worth_nothing)
{
    struct position position = {.symbol = CNOP_STR("NEW"), .qty.e8 = CNOP_E8};
    struct portfolio portfolio;

    ck_assert_int_eq(value(0, &position, 1, &portfolio), CNOP_OK);
    ck_assert_int_eq(portfolio.holdings[0].share_e4, 0);
}
END_TEST

START_TEST(what_does_not_fit_is_an_error)
{
    struct position position = {
        .symbol = CNOP_STR("BIG"), .qty.e8 = INT64_MAX, .price.e10 = INT64_MAX};
    struct portfolio portfolio = {.count = 77};

    ck_assert_int_eq(value(0, &position, 1, &portfolio), CNOP_E_OVERFLOW);
    ck_assert_uint_eq(portfolio.count, 77);
}
END_TEST

START_TEST(share_texts)
{
    expect_share(0, "0.00");
    expect_share(671235, "67.1235");
    expect_share(671200, "67.12");
    expect_share(1000000, "100.00");
}
END_TEST

static void
add(TCase *tests)
{
    tcase_add_checked_fixture(tests, start, stop);
    tcase_add_test(tests, figures);
    tcase_add_test(tests, closed_positions_and_all_of_them);
    tcase_add_test(tests, nothing_held);
    tcase_add_test(tests, cash_held_for_orders_counts);
    tcase_add_test(tests, shares_sum_to_a_hundred_within_rounding);
    tcase_add_test(tests, an_asset_without_price_is_worth_nothing);
    tcase_add_test(tests, what_does_not_fit_is_an_error);
    tcase_add_test(tests, share_texts);
}

UNIT_MAIN("portfolio", add)
