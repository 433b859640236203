/* SPDX-License-Identifier: MIT */
/* The price model: the same on every machine, inside its band, smooth from second to second. */
#include "fcgi_services/inventory/price_model.h"

#include "tests/unit/unit.h"

#define SEED UINT64_C(20260101)
#define NOW_S INT64_C(1795350000)
#define DAY_S INT64_C(86400)

static struct price_model
model_of(uint16_t id, int64_t base_e10, const char *category)
{
    struct price_model model = {
        .base = {base_e10}, .asset_id = id, .leader_id = id, .volume_usd = 1000000000};

    price_model_for_category(cnop_str_from(category), &model);
    return model;
}

/* Fixed figures: another compiler or processor must not change history. */
START_TEST(prices_are_the_same_everywhere)
{
    struct price_model btc = model_of(1, 67250 * CNOP_E10, "major");

    ck_assert_int_eq(price_model_at(SEED, &btc, NOW_S).e10, INT64_C(708125900000000));
    ck_assert_int_eq(price_model_at(SEED, &btc, NOW_S + 5).e10, INT64_C(708055400000000));
    ck_assert_int_eq(price_model_at(SEED + 1, &btc, NOW_S).e10, INT64_C(686316000000000));
    ck_assert_int_eq(price_model_noise(SEED, 7, NOW_S), 28101284);
}
END_TEST

START_TEST(bitcoin_stays_below_100000)
{
    struct price_model btc = model_of(1, 67250 * CNOP_E10, "major");
    int64_t low_e10 = INT64_MAX;
    int64_t high_e10 = 0;

    for (int64_t hour = 0; hour < 10 * 365 * 24; hour++) {
        int64_t e10 = price_model_at(SEED, &btc, NOW_S - 5 * 365 * DAY_S + hour * 3600).e10;

        low_e10 = e10 < low_e10 ? e10 : low_e10;
        high_e10 = e10 > high_e10 ? e10 : high_e10;
    }
    ck_assert_int_lt(high_e10, 100000 * CNOP_E10);
    ck_assert_int_le(high_e10, 67250 * CNOP_E10 / 100 * 124);
    ck_assert_int_ge(low_e10, 67250 * CNOP_E10 / 100 * 76);
    /* It moves: the ten years use at least a third of the band. */
    ck_assert_int_gt(high_e10 - low_e10, 67250 * CNOP_E10 / 100 * 16);
}
END_TEST

START_TEST(stablecoins_stay_within_a_fifth_of_a_percent)
{
    struct price_model usdc = model_of(7, CNOP_E10, "stablecoin");

    for (int64_t minute = 0; minute < 100000; minute++) {
        int64_t e10 = price_model_at(SEED, &usdc, NOW_S + minute * 60).e10;

        ck_assert_int_ge(e10, CNOP_E10 / 1000 * 998);
        ck_assert_int_le(e10, CNOP_E10 / 1000 * 1002);
    }
}
END_TEST

START_TEST(one_tick_never_jumps)
{
    struct price_model meme = model_of(30, 74000, "meme");

    for (int64_t i = 0; i < 20000; i++) {
        int64_t now = price_model_at(SEED, &meme, NOW_S + i * 5).e10;
        int64_t next = price_model_at(SEED, &meme, NOW_S + i * 5 + 5).e10;

        ck_assert_int_lt(llabs(next - now), now / 100);
    }
}
END_TEST

START_TEST(a_follower_keeps_close_to_its_leader)
{
    struct price_model eth = model_of(2, 2640 * CNOP_E10, "major");
    struct price_model weth = model_of(90, 2640 * CNOP_E10, "major");

    weth.leader_id = 2;
    weth.basis_ppm = 2000;
    for (int64_t i = 0; i < 20000; i++) {
        int64_t leader = price_model_at(SEED, &eth, NOW_S + i * 600).e10;
        int64_t follower = price_model_at(SEED, &weth, NOW_S + i * 600).e10;

        ck_assert_int_le(llabs(leader - follower), leader / 100);
    }
}
END_TEST

START_TEST(steps_fit_the_size_of_the_price)
{
    ck_assert_int_eq(price_model_step((cnop_price){67250 * CNOP_E10}).e10, CNOP_E10 / 100);
    ck_assert_int_eq(price_model_step((cnop_price){CNOP_E10}).e10, CNOP_E10 / 10000);
    ck_assert_int_eq(price_model_step((cnop_price){CNOP_E10 / 10}).e10, CNOP_E10 / 1000000);
    ck_assert_int_eq(price_model_step((cnop_price){74000}).e10, 1);
}
END_TEST

START_TEST(volume_is_a_share_of_the_day)
{
    struct price_model btc = model_of(1, 67250 * CNOP_E10, "major");
    int64_t sum = 0;

    for (int64_t i = 0; i < 1440; i++)
        sum += price_model_volume(SEED, &btc, NOW_S + i * 60, 60);
    ck_assert_int_ge(sum, btc.volume_usd * 50 - 1440);
    ck_assert_int_le(sum, btc.volume_usd * 150);
}
END_TEST

static void
add(TCase *tests)
{
    tcase_add_test(tests, prices_are_the_same_everywhere);
    tcase_add_test(tests, bitcoin_stays_below_100000);
    tcase_add_test(tests, stablecoins_stay_within_a_fifth_of_a_percent);
    tcase_add_test(tests, one_tick_never_jumps);
    tcase_add_test(tests, a_follower_keeps_close_to_its_leader);
    tcase_add_test(tests, steps_fit_the_size_of_the_price);
    tcase_add_test(tests, volume_is_a_share_of_the_day);
}

UNIT_MAIN("price_model", add)
