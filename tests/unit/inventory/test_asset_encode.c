/* SPDX-License-Identifier: MIT */
/* JSON of assets and candles: every key, null for the unknown, exact digits. */
#include "fcgi_services/inventory/asset_encode.h"

#include "tests/unit/unit.h"

static char memory[4096];
static struct cnop_buf buf;

static const char *
encode(const struct asset *asset, bool detail)
{
    struct cnop_json_writer json;

    cnop_buf_init(&buf, memory, sizeof(memory) - 1);
    cnop_json_init(&json, &buf);
    static const struct asset_rules rules = {
        .min_qty = {CNOP_E8 / 1000}, .min_value = {CNOP_E8}, .max_value = {10000 * CNOP_E8}};

    asset_encode(&json, NULL, asset, detail ? &rules : NULL);
    cnop_json_done(&json);
    memory[buf.len] = '\0';
    return memory;
}

START_TEST(the_list_form)
{
    struct asset asset = {.symbol = CNOP_STR("BTC"),
                          .name = CNOP_STR("Bitcoin"),
                          .category = CNOP_STR("major"),
                          .price = {67123 * CNOP_E10 + 45 * (CNOP_E10 / 100)},
                          .open_24h = {67000 * CNOP_E10},
                          .circulating = 19960000,
                          .volume_24h_usd = 31200000000,
                          .rank = 1,
                          .active = true};

    ck_assert_str_eq(encode(&asset, false),
                     "{\"asset_id\":\"BTC\",\"name\":\"Bitcoin\",\"description\":null,"
                     "\"category\":\"major\",\"price_usd\":67123.45,\"is_active\":true,"
                     "\"halted\":false,\"symbol\":\"BTC\",\"image\":null,\"market_cap_rank\":1,"
                     "\"price_change_percentage_24h\":0.1843,\"market_cap\":1339784062000.00,"
                     "\"total_volume_24h\":31200000000,"
                     "\"price_tick\":\"0.01\"}");
}
END_TEST

START_TEST(the_unknown_is_null)
{
    struct asset asset = {.symbol = CNOP_STR("NEW"),
                          .name = CNOP_STR("New"),
                          .category = CNOP_STR("meme"),
                          .circulating = ASSET_UNKNOWN,
                          .total = ASSET_UNKNOWN,
                          .max = ASSET_UNKNOWN,
                          .volume_24h_usd = ASSET_UNKNOWN};
    const char *text = encode(&asset, true);

    ck_assert_ptr_nonnull(strstr(text, "\"price_usd\":0,"));
    ck_assert_ptr_nonnull(strstr(text, "\"availability_status\":\"unavailable\""));
    static const char *const keys[] = {"market_cap_rank",
                                       "market_cap",
                                       "total_volume_24h",
                                       "price_change_percentage_24h",
                                       "price_change_24h",
                                       "price_change_percentage_7d",
                                       "price_change_percentage_30d",
                                       "high_24h",
                                       "low_24h",
                                       "circulating_supply",
                                       "total_supply",
                                       "max_supply",
                                       "ath",
                                       "ath_change_percentage",
                                       "ath_date",
                                       "atl",
                                       "atl_change_percentage",
                                       "atl_date",
                                       "last_updated"};
    for (size_t i = 0; i < CNOP_COUNT(keys); i++) {
        char wanted[64];

        snprintf(wanted, sizeof(wanted), "\"%s\":null", keys[i]);
        ck_assert_ptr_nonnull(strstr(text, wanted));
    }
}
END_TEST

START_TEST(falling_prices_are_negative)
{
    struct asset asset = {.symbol = CNOP_STR("X"),
                          .name = CNOP_STR("X"),
                          .category = CNOP_STR("meme"),
                          .price = {CNOP_E10 / 2},
                          .open_24h = {CNOP_E10},
                          .atl = {1}};
    const char *text = encode(&asset, true);

    ck_assert_ptr_nonnull(strstr(text, "\"price_change_percentage_24h\":-50,"));
    ck_assert_ptr_nonnull(strstr(text, "\"price_change_24h\":-0.5,"));
}
END_TEST

START_TEST(every_trading_rule_is_told)
{
    struct asset asset = {.symbol = CNOP_STR("X"),
                          .name = CNOP_STR("X"),
                          .category = CNOP_STR("meme"),
                          .price = {84676},
                          .active = true};
    const char *text = encode(&asset, true);

    ck_assert_ptr_nonnull(strstr(text, "\"price_usd\":0.0000084676,"));
    ck_assert_ptr_nonnull(strstr(text, "\"price_tick\":\"0.0000000001\","));
    ck_assert_ptr_nonnull(strstr(text, "\"state\":\"trading\","));
    ck_assert_ptr_nonnull(strstr(text, "\"quantity_step\":\"0.00000001\","));
    ck_assert_ptr_nonnull(strstr(text, "\"min_quantity\":\"0.001\","));
    ck_assert_ptr_nonnull(strstr(text, "\"min_order_value\":\"1.00\","));
    ck_assert_ptr_nonnull(strstr(text, "\"max_order_value\":\"10000.00\""));
    asset.halted = true;
    ck_assert_ptr_nonnull(strstr(encode(&asset, true), "\"state\":\"halted\","));
    asset.active = false;
    ck_assert_ptr_nonnull(strstr(encode(&asset, true), "\"state\":\"closed\","));
}
END_TEST

START_TEST(a_tick_is_never_coarser_than_the_price)
{
    static const int64_t rows[][2] = {
        {64000 * CNOP_E10, CNOP_E10 / 100},
        {64000 * CNOP_E10 + 1234, 1}, /* from outside, with all its digits */
        {1000 * CNOP_E10 + CNOP_E10 / 10000, CNOP_E10 / 10000},
        {CNOP_E10 + CNOP_E10 / 2, CNOP_E10 / 10000},
        {12345, 1},
    };

    for (size_t i = 0; i < CNOP_COUNT(rows); i++)
        ck_assert_int_eq(asset_price_tick((cnop_price){rows[i][0]}).e10, rows[i][1]);
}
END_TEST

START_TEST(a_candle)
{
    const struct candle candle = {.span_s = 60,
                                  .start_s = 1795350000,
                                  .open = {CNOP_E10},
                                  .high = {2 * CNOP_E10},
                                  .low = {CNOP_E10 / 2},
                                  .close = {4 * CNOP_E10},
                                  .volume = {.quote_e2 = 901, .base_e8 = 225000000}};
    struct cnop_json_writer json;

    cnop_buf_init(&buf, memory, sizeof(memory) - 1);
    cnop_json_init(&json, &buf);
    candle_encode(&json, &candle);
    memory[buf.len] = '\0';
    ck_assert_str_eq(memory, "{\"time\":\"2026-11-22T12:20:00.000000Z\",\"open\":1,\"high\":2,"
                             "\"low\":0.5,\"close\":4,\"volume\":2.25,\"quote_volume\":9.01}");
}
END_TEST

static void
add(TCase *tests)
{
    tcase_add_test(tests, the_list_form);
    tcase_add_test(tests, the_unknown_is_null);
    tcase_add_test(tests, falling_prices_are_negative);
    tcase_add_test(tests, every_trading_rule_is_told);
    tcase_add_test(tests, a_tick_is_never_coarser_than_the_price);
    tcase_add_test(tests, a_candle);
}

UNIT_MAIN("asset_encode", add)
