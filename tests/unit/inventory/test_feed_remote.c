/* SPDX-License-Identifier: MIT */
/* Reading an outside answer: exact prices, and nothing from a text that is not wholly sound. */
#include "fcgi_services/inventory/feed_remote.h"

#include "tests/unit/unit.h"

static struct cnop_arena *arena;
static struct feed_remote remote;
static struct feed_asset assets[2];
static struct feed_move moves[2];
static struct feed_answer answer;

static void
setup(void)
{
    arena = cnop_arena_new((size_t)1024 * 1024);
    memset(&remote, 0, sizeof(remote));
    remote.rule = (struct feed_outlier_rule){.percent = 20, .confirm_count = 2};
    for (uint16_t i = 0; i < 2; i++) {
        assets[i] = (struct feed_asset){.symbol = i == 0 ? CNOP_STR("BTC") : CNOP_STR("ETH"),
                                        .price = {100 * CNOP_E10},
                                        .active = true};
        assets[i].model.asset_id = (uint16_t)(i + 1);
        assets[i].model.leader_id = (uint16_t)(i + 1);
    }
}

static void
teardown(void)
{
    cnop_arena_free(&arena);
}

static enum cnop_err
take(const char *text)
{
    struct feed_scene scene = {assets, 2, INT64_C(1795350000000000)};

    answer = (struct feed_answer){0};
    return feed_remote_read(&remote, arena, cnop_str_from(text), &scene, moves, &answer);
}

START_TEST(prices_are_exact_whether_string_or_number)
{
    ck_assert_int_eq(take("{\"BTC\": \"100.0000000001\", \"ETH\": 99.5, \"NOSUCH\": \"1\"}"),
                     CNOP_OK);
    ck_assert_uint_eq(answer.move_count, 2);
    ck_assert_int_eq(moves[0].price.e10, 100 * CNOP_E10 + 1);
    ck_assert_int_eq(moves[1].price.e10, 995 * (CNOP_E10 / 10));
}
END_TEST

START_TEST(inactive_and_missing_assets_are_left_alone)
{
    assets[0].active = false;
    ck_assert_int_eq(take("{\"BTC\": \"100\"}"), CNOP_OK);
    ck_assert_uint_eq(answer.move_count, 0);
}
END_TEST

START_TEST(outliers_and_nonsense_are_counted)
{
    ck_assert_int_eq(take("{\"BTC\": \"1000\", \"ETH\": \"-1\"}"), CNOP_OK);
    ck_assert_uint_eq(answer.move_count, 0);
    ck_assert_uint_eq(answer.doubted_count, 1);
    ck_assert_uint_eq(answer.malformed_count, 1);
    ck_assert_int_eq(take("{\"BTC\": \"1000\", \"ETH\": true}"), CNOP_OK);
    ck_assert_uint_eq(answer.move_count, 1); /* confirmed */
    ck_assert_uint_eq(answer.malformed_count, 1);
}
END_TEST

START_TEST(unsound_texts_give_nothing)
{
    static const char *const bad[] = {"",
                                      "[]",
                                      "\"BTC\"",
                                      "{\"BTC\": \"1\"",
                                      "{\"BTC\": NaN}",
                                      "{'BTC': '1'}",
                                      "{\"BTC\": \"1\", \"BTC\": \"2\"}",
                                      "{\"BTC\": {\"usd\": \"1\"}}",
                                      "{\"BTC\": \"1\"} x"};

    for (size_t i = 0; i < CNOP_COUNT(bad); i++) {
        cnop_arena_reset(arena);
        ck_assert_int_eq(take(bad[i]), CNOP_E_MALFORMED_JSON);
        ck_assert_uint_eq(answer.move_count, 0);
    }
}
END_TEST

static void
add(TCase *tests)
{
    tcase_add_checked_fixture(tests, setup, teardown);
    tcase_add_test(tests, prices_are_exact_whether_string_or_number);
    tcase_add_test(tests, inactive_and_missing_assets_are_left_alone);
    tcase_add_test(tests, outliers_and_nonsense_are_counted);
    tcase_add_test(tests, unsound_texts_give_nothing);
}

UNIT_MAIN("feed_remote", add)
