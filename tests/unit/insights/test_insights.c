/* SPDX-License-Identifier: MIT */
/* The rules at their thresholds. */
#include "fcgi_services/insights/insights.h"

#include "tests/unit/unit.h"

static struct insight_report report;

static struct insight_holding
holding(const char *symbol, int64_t dollars)
{
    return (struct insight_holding){.symbol = cnop_str_from(symbol),
                                    .category = CNOP_STR("major"),
                                    .qty = {dollars * CNOP_E8},
                                    .price = {CNOP_E10},
                                    .volatility_ppm = -1};
}

static const struct insight_finding *
find(enum insight_rule rule)
{
    for (size_t i = 0; i < report.finding_count; i++) {
        if (report.findings[i].rule == rule)
            return &report.findings[i];
    }
    return NULL;
}

/* The finding of a rule that must have spoken. */
static const struct insight_finding *
need(enum insight_rule rule)
{
    const struct insight_finding *finding = find(rule);

    if (finding == NULL)
        ck_abort_msg("the rule did not speak");
    return finding;
}

static void
assess(int64_t cash_dollars, const struct insight_holding *holdings, size_t count)
{
    struct insight_facts facts = {
        .cash = {cash_dollars * CNOP_E8}, .holdings = holdings, .holding_count = count};

    ck_assert_int_eq(insight_assess(&facts, &report), CNOP_OK);
}

START_TEST(nothing_is_empty)
{
    struct insight_holding unknown = holding("BTC", 100);

    assess(0, NULL, 0);
    ck_assert_uint_eq(report.finding_count, 1);
    ck_assert_ptr_nonnull(find(INSIGHT_EMPTY));
    unknown.price.e10 = 0; /* without a price it has no value */
    assess(0, &unknown, 1);
    ck_assert_ptr_nonnull(find(INSIGHT_EMPTY));
}
END_TEST

START_TEST(concentration_has_two_thresholds)
{
    struct insight_holding btc = holding("BTC", 60);

    assess(40, &btc, 1);
    ck_assert_int_eq(need(INSIGHT_CONCENTRATION)->severity, INSIGHT_WARNING);
    ck_assert_int_eq(need(INSIGHT_CONCENTRATION)->value_ppm, 600000);
    ck_assert(cnop_str_equal(need(INSIGHT_CONCENTRATION)->symbol, CNOP_STR("BTC")));
    btc = holding("BTC", 59);
    assess(41, &btc, 1);
    ck_assert_int_eq(need(INSIGHT_CONCENTRATION)->severity, INSIGHT_NOTICE);
    btc = holding("BTC", 39);
    assess(61, &btc, 1);
    ck_assert_ptr_null(find(INSIGHT_CONCENTRATION));
}
END_TEST

START_TEST(four_equal_assets_are_a_spread)
{
    struct insight_holding list[4] = {holding("A", 10), holding("B", 10), holding("C", 10),
                                      holding("D", 10)};

    assess(0, list, 4);
    ck_assert_uint_eq(need(INSIGHT_DIVERSIFIED)->count, 400);
    assess(0, list, 3);
    ck_assert_ptr_null(find(INSIGHT_DIVERSIFIED));
    ck_assert_uint_eq(report.asset_count, 3);
}
END_TEST

/* Shares cut to millionths before squaring once made 245 assets of these. */
START_TEST(equal_assets_are_counted_exactly)
{
    static struct insight_holding list[INSIGHT_HOLDING_MAX];
    static char symbols[INSIGHT_HOLDING_MAX][8];

    for (size_t count = 4; count <= INSIGHT_HOLDING_MAX; count += count < 300 ? 1 : 50) {
        for (size_t i = 0; i < count; i++) {
            (void)snprintf(symbols[i], sizeof(symbols[i]), "A%zu", i);
            list[i] = holding(symbols[i], 7);
        }
        assess(0, list, count);
        ck_assert_uint_eq(need(INSIGHT_DIVERSIFIED)->count, 100 * count);
    }
}
END_TEST

START_TEST(the_largest_holdings_do_not_overflow)
{
    struct insight_holding list[4] = {holding("A", 1), holding("B", 1), holding("C", 1),
                                      holding("D", 1)};

    for (size_t i = 0; i < 4; i++)
        list[i].qty.e8 = INT64_MAX / 4;
    assess(0, list, 4);
    ck_assert_int_eq(report.total.e8, INT64_MAX - 3);
    ck_assert_uint_eq(need(INSIGHT_DIVERSIFIED)->count, 400);
}
END_TEST

START_TEST(pegged_assets_are_one)
{
    struct insight_holding list[5] = {holding("WBTC", 10), holding("BTC", 10), holding("CBBTC", 10),
                                      holding("TBTC", 10), holding("ETH", 40)};

    for (size_t i = 0; i < 4; i++)
        list[i].peg = CNOP_STR("BTC");
    assess(0, list, 4);
    ck_assert_ptr_null(find(INSIGHT_DIVERSIFIED));
    ck_assert_int_eq(need(INSIGHT_CONCENTRATION)->value_ppm, 1000000);
    ck_assert(need(INSIGHT_CONCENTRATION)->is_group);
    ck_assert(cnop_str_equal(need(INSIGHT_CONCENTRATION)->symbol, CNOP_STR("BTC")));
    ck_assert_uint_eq(report.asset_count, 4);
    assess(20, list, 5); /* 40 of 100 in each group */
    ck_assert_int_eq(need(INSIGHT_CONCENTRATION)->value_ppm, 400000);
    assess(0, list + 4, 1);
    ck_assert(!need(INSIGHT_CONCENTRATION)->is_group);
}
END_TEST

START_TEST(cash_drag_counts_stablecoins)
{
    struct insight_holding list[2] = {holding("USDC", 30), holding("BTC", 40)};

    list[0].category = CNOP_STR("stablecoin");
    assess(30, list, 2);
    ck_assert_int_eq(need(INSIGHT_CASH_DRAG)->severity, INSIGHT_NOTICE);
    ck_assert_int_eq(need(INSIGHT_CASH_DRAG)->value_ppm, 600000);
    assess(0, list, 2);
    ck_assert_int_eq(need(INSIGHT_CASH_DRAG)->severity, INSIGHT_INFO);
    assess(0, list + 1, 1);
    ck_assert_ptr_null(find(INSIGHT_CASH_DRAG));
}
END_TEST

START_TEST(volatility_is_weighted_by_value)
{
    struct insight_holding list[2] = {holding("A", 50), holding("B", 50)};

    assess(0, list, 2);
    ck_assert_ptr_null(find(INSIGHT_VOLATILITY)); /* unknown does not speak */
    list[0].volatility_ppm = 80000;
    list[1].volatility_ppm = 0;
    assess(0, list, 2);
    ck_assert_int_eq(need(INSIGHT_VOLATILITY)->value_ppm, 40000);
    ck_assert_int_eq(need(INSIGHT_VOLATILITY)->severity, INSIGHT_WARNING);
    assess(100, list, 2); /* cash calms */
    ck_assert_int_eq(need(INSIGHT_VOLATILITY)->value_ppm, 20000);
    ck_assert_int_eq(need(INSIGHT_VOLATILITY)->severity, INSIGHT_INFO);
}
END_TEST

START_TEST(churn_needs_orders_and_turnover)
{
    struct insight_facts facts = {
        .cash = {100 * CNOP_E8}, .turnover_7d = {100 * CNOP_E8}, .order_count_7d = 5};

    ck_assert_int_eq(insight_assess(&facts, &report), CNOP_OK);
    ck_assert_int_eq(need(INSIGHT_CHURN)->severity, INSIGHT_NOTICE);
    facts.turnover_7d.e8 = 300 * CNOP_E8;
    ck_assert_int_eq(insight_assess(&facts, &report), CNOP_OK);
    ck_assert_int_eq(need(INSIGHT_CHURN)->severity, INSIGHT_WARNING);
    facts.order_count_7d = 4;
    ck_assert_int_eq(insight_assess(&facts, &report), CNOP_OK);
    ck_assert_ptr_null(find(INSIGHT_CHURN));
    facts.order_count_7d = 50;
    facts.turnover_7d.e8 = 100 * CNOP_E8 - 1;
    ck_assert_int_eq(insight_assess(&facts, &report), CNOP_OK);
    ck_assert_ptr_null(find(INSIGHT_CHURN));
}
END_TEST

START_TEST(drawdown_compares_with_the_high)
{
    struct insight_holding btc = holding("BTC", 100);

    btc.high_30d.e10 = CNOP_E10 * 4 / 3;
    assess(0, &btc, 1);
    ck_assert_int_eq(need(INSIGHT_DRAWDOWN)->severity, INSIGHT_NOTICE); /* a hair under 25 % */
    btc.high_30d.e10 = 2 * CNOP_E10;
    assess(0, &btc, 1);
    ck_assert_int_eq(need(INSIGHT_DRAWDOWN)->value_ppm, 500000);
    ck_assert_int_eq(need(INSIGHT_DRAWDOWN)->severity, INSIGHT_WARNING);
    btc.high_30d.e10 = CNOP_E10 / 2; /* above the last known high */
    assess(0, &btc, 1);
    ck_assert_ptr_null(find(INSIGHT_DRAWDOWN));
}
END_TEST

START_TEST(the_most_severe_stands_first)
{
    struct insight_holding btc = holding("BTC", 100);

    btc.volatility_ppm = 30000;
    btc.high_30d.e10 = 2 * CNOP_E10;
    assess(1, &btc, 1);
    for (size_t i = 1; i < report.finding_count; i++)
        ck_assert_int_ge(report.findings[i - 1].severity, report.findings[i].severity);
    ck_assert_int_eq(report.findings[0].rule, INSIGHT_CONCENTRATION);
}
END_TEST

START_TEST(a_fortune_that_cash_cannot_count_is_refused)
{
    struct insight_holding list[3];
    struct insight_facts facts = {
        .cash = {INT64_MAX}, .holdings = list, .holding_count = CNOP_COUNT(list)};

    for (size_t i = 0; i < CNOP_COUNT(list); i++) {
        list[i] = holding("X", 0);
        list[i].qty.e8 = INT64_MAX;
        list[i].price.e10 = INT64_MAX;
        list[i].high_30d.e10 = INT64_MAX;
        list[i].volatility_ppm = 1000000;
    }
    ck_assert_int_eq(insight_assess(&facts, &report), CNOP_E_OVERFLOW);
    facts.holding_count = 0;
    ck_assert_int_eq(insight_assess(&facts, &report), CNOP_OK);
    ck_assert_int_eq(report.total.e8, INT64_MAX);
}
END_TEST

static void
add(TCase *tests)
{
    tcase_add_test(tests, nothing_is_empty);
    tcase_add_test(tests, concentration_has_two_thresholds);
    tcase_add_test(tests, four_equal_assets_are_a_spread);
    tcase_add_test(tests, equal_assets_are_counted_exactly);
    tcase_add_test(tests, the_largest_holdings_do_not_overflow);
    tcase_add_test(tests, pegged_assets_are_one);
    tcase_add_test(tests, cash_drag_counts_stablecoins);
    tcase_add_test(tests, volatility_is_weighted_by_value);
    tcase_add_test(tests, churn_needs_orders_and_turnover);
    tcase_add_test(tests, drawdown_compares_with_the_high);
    tcase_add_test(tests, the_most_severe_stands_first);
    tcase_add_test(tests, a_fortune_that_cash_cannot_count_is_refused);
}

UNIT_MAIN("insights", add)
