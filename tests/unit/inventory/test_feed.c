/* SPDX-License-Identifier: MIT */
/* The next price of an asset: from the model, after an operator, and from outside. */
#include "fcgi_services/inventory/feed.h"

#include "tests/unit/unit.h"

#define SEED UINT64_C(7)
#define NOW_US INT64_C(1795350000000000)
#define SECOND_US INT64_C(1000000)

static struct feed_asset
bitcoin(void)
{
    struct feed_asset asset = {.symbol = CNOP_STR("BTC"), .active = true};

    price_model_for_category(CNOP_STR("major"), &asset.model);
    asset.model.asset_id = asset.model.leader_id = 1;
    asset.model.base.e10 = 67250 * CNOP_E10;
    asset.model.volume_usd = 86400000;
    return asset;
}

START_TEST(active_assets_move_with_the_model)
{
    struct feed_asset assets[2] = {bitcoin(), bitcoin()};
    struct feed_move moves[2];

    assets[1].active = false;
    assets[0].price = price_model_at(SEED, &assets[0].model, NOW_US / SECOND_US - 5);
    assets[0].price_us = NOW_US - 5 * SECOND_US;
    ck_assert_uint_eq(feed_moves_of_model(SEED, assets, 2, NOW_US, moves), 1);
    ck_assert_int_eq(moves[0].price.e10,
                     price_model_at(SEED, &assets[0].model, NOW_US / SECOND_US).e10);
    ck_assert_int_eq(moves[0].previous.e10, assets[0].price.e10);
    ck_assert_int_eq(moves[0].rebased.e10, 0);
    ck_assert_int_ge(moves[0].volume_e2, 250000); /* five seconds of 1000 dollars, give or take */
    ck_assert_int_le(moves[0].volume_e2, 750000);
}
END_TEST

START_TEST(an_old_price_opens_no_candle)
{
    struct feed_asset asset = bitcoin();
    struct feed_move move;

    asset.price.e10 = 1;
    asset.price_us = NOW_US - 61 * SECOND_US;
    move = feed_move_of_price(SEED, &asset, (cnop_price){5}, NOW_US);
    ck_assert_int_eq(move.previous.e10, 0);
    ck_assert_int_eq(move.volume_e2, 0);
    asset.price_us = NOW_US + SECOND_US; /* a clock that went back */
    move = feed_move_of_price(SEED, &asset, (cnop_price){5}, NOW_US);
    ck_assert_int_eq(move.previous.e10, 0);
}
END_TEST

START_TEST(an_operators_price_moves_the_band)
{
    struct feed_asset asset = bitcoin();
    struct feed_move move;

    asset.by_admin = true;
    asset.price.e10 = 90000 * CNOP_E10;
    asset.price_us = NOW_US;
    ck_assert_uint_eq(feed_moves_of_model(SEED, &asset, 1, NOW_US, &move), 1);
    ck_assert_int_gt(move.rebased.e10, 67250 * CNOP_E10);
    ck_assert_int_le(llabs(move.price.e10 - asset.price.e10), CNOP_E10 / 10);
}
END_TEST

START_TEST(outliers_need_confirmation)
{
    const struct feed_outlier_rule rule = {.percent = 20, .confirm_count = 3};
    const cnop_price last = {1000};
    struct feed_doubt doubt = {0};

    ck_assert(feed_price_is_credible(&rule, (cnop_price){0}, (cnop_price){5}, &doubt));
    ck_assert(feed_price_is_credible(&rule, last, (cnop_price){1200}, &doubt));
    ck_assert(feed_price_is_credible(&rule, last, (cnop_price){800}, &doubt));
    ck_assert(!feed_price_is_credible(&rule, last, (cnop_price){0}, &doubt));
    ck_assert(!feed_price_is_credible(&rule, last, (cnop_price){-5}, &doubt));

    ck_assert(!feed_price_is_credible(&rule, last, (cnop_price){1201}, &doubt));
    ck_assert(!feed_price_is_credible(&rule, last, (cnop_price){1300}, &doubt));
    ck_assert(
        feed_price_is_credible(&rule, last, (cnop_price){1250}, &doubt)); /* third that agrees */

    ck_assert(!feed_price_is_credible(&rule, last, (cnop_price){2000}, &doubt));
    ck_assert(!feed_price_is_credible(&rule, last, (cnop_price){2000}, &doubt));
    ck_assert(!feed_price_is_credible(&rule, last, (cnop_price){9000}, &doubt)); /* disagrees */
    ck_assert(!feed_price_is_credible(&rule, last, (cnop_price){9000}, &doubt));
    ck_assert(feed_price_is_credible(&rule, last, (cnop_price){1010}, &doubt)); /* back to normal */
    ck_assert_uint_eq(doubt.seen_count, 0);
    ck_assert(!feed_price_is_credible(&rule, last, (cnop_price){INT64_MAX}, &doubt));
}
END_TEST

START_TEST(a_move_becomes_a_candle)
{
    struct feed_move move = {.price = {12}, .previous = {10}, .volume_e2 = 3};
    struct candle candle = feed_candle(&move, 60, NOW_US + 61 * SECOND_US);

    ck_assert_int_eq(candle.start_s % 60, 0);
    ck_assert_int_eq(candle.open.e10, 10);
    ck_assert_int_eq(candle.high.e10, 12);
    ck_assert_int_eq(candle.low.e10, 10);
    ck_assert_int_eq(candle.close.e10, 12);
    move.price.e10 = 8;
    candle = feed_candle(&move, 60, NOW_US);
    ck_assert_int_eq(candle.high.e10, 10);
    ck_assert_int_eq(candle.low.e10, 8);
    move.previous.e10 = 0;
    candle = feed_candle(&move, 60, NOW_US);
    ck_assert_int_eq(candle.open.e10, 8);
    ck_assert_int_eq(candle.high.e10, 8);
}
END_TEST

static void
add(TCase *tests)
{
    tcase_add_test(tests, active_assets_move_with_the_model);
    tcase_add_test(tests, an_old_price_opens_no_candle);
    tcase_add_test(tests, an_operators_price_moves_the_band);
    tcase_add_test(tests, outliers_need_confirmation);
    tcase_add_test(tests, a_move_becomes_a_candle);
}

UNIT_MAIN("feed", add)
