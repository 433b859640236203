/* SPDX-License-Identifier: MIT */
/* The grid of prices: which prices are on it, that steps and prices go both ways, and rounding. */
#include "shared/ledger/grid.h"

#include "tests/unit/unit.h"

#define CENT_E10 (CNOP_E10 / 100)

static cnop_price
price(int64_t e10)
{
    return (cnop_price){e10};
}

/* The other way round, written out: ten times coarser after each 900,000 steps. */
static cnop_price
price_at(uint32_t step)
{
    int64_t start_e10 = 1000000, tick_e10 = 10;
    uint32_t start_step = 1000000;

    if (step < start_step)
        return price(step);
    if (step >= 7300000)
        return price(1000 * CNOP_E10 + (int64_t)(step - 7300000) * CENT_E10);
    for (; step - start_step >= 900000; start_step += 900000) {
        start_e10 *= 10;
        tick_e10 *= 10;
    }
    return price(start_e10 + (int64_t)(step - start_step) * tick_e10);
}

START_TEST(six_digits_and_whole_cents_from_a_thousand_on)
{
    static const struct {
        int64_t e10;
        bool is_on;
    } cases[] = {
        {1, true},        /* 10^-10 */
        {999999, true},   /* six digits, all of them */
        {1000001, false}, /* seven */
        {1000010, true},
        {3333330000, true},                    /* 0.333333 */
        {3333333300, false},                   /* 0.33333333 */
        {CNOP_E10 + 100000, true},             /* 1.00001 */
        {CNOP_E10 + 10000, false},             /* 1.000001 */
        {999999 * (CNOP_E10 / 1000), true},    /* 999.999 */
        {9999999 * (CNOP_E10 / 10000), false}, /* 999.9999 */
        {1000 * CNOP_E10, true},
        {200000 * CENT_E10, true},      /* 2000.00 */
        {200001 * CENT_E10, true},      /* 2000.01 */
        {200001 * CENT_E10 / 2, false}, /* 1000.005 */
        {6712345 * CENT_E10, true},     /* 67123.45 */
        {0, false},
        {-CNOP_E10, false},
        {INT64_MAX, false},
    };

    for (size_t i = 0; i < CNOP_COUNT(cases); i++)
        ck_assert_msg((grid_step(price(cases[i].e10)) != 0) == cases[i].is_on, "price %lld",
                      (long long)cases[i].e10);
}
END_TEST

START_TEST(steps_are_dense_rise_and_come_back)
{
    static const uint32_t starts[] = {1, 999900, 1899900, 6399900, 7299900, 10000000, 1073741720};

    for (size_t i = 0; i < CNOP_COUNT(starts); i++) {
        for (uint32_t step = starts[i]; step < starts[i] + 103 && step < 1u << 30; step++) {
            ck_assert_uint_eq(grid_step(price_at(step)), step);
            if (step > 1)
                ck_assert_int_gt(price_at(step).e10, price_at(step - 1).e10);
        }
    }
    ck_assert_uint_eq(grid_step(price(price_at((1u << 30) - 1).e10 + CENT_E10)), 0);
}
END_TEST

START_TEST(rounding_finds_the_neighbours)
{
    static const struct {
        int64_t e10, down, up;
    } cases[] = {
        {20003700000001, 20003700000000, 20003800000000}, /* 2000.37 and a bit */
        {20003700000000, 20003700000000, 20003700000000},
        {9999999999999, 9999990000000, 10000000000000}, /* up to 1000 */
        {1000001, 1000000, 1000010},
        {7, 7, 7},
        {9999999, 9999990, 10000000},
    };

    for (size_t i = 0; i < CNOP_COUNT(cases); i++) {
        ck_assert_int_eq(grid_floor(price(cases[i].e10)).e10, cases[i].down);
        ck_assert_int_eq(grid_ceil(price(cases[i].e10)).e10, cases[i].up);
    }
}
END_TEST

static void
add(TCase *tests)
{
    tcase_add_test(tests, six_digits_and_whole_cents_from_a_thousand_on);
    tcase_add_test(tests, steps_are_dense_rise_and_come_back);
    tcase_add_test(tests, rounding_finds_the_neighbours);
}

UNIT_MAIN("grid", add)
