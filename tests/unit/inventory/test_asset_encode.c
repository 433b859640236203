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
    asset_encode(&json, NULL, asset, detail);
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
                     "\"total_volume_24h\":31200000000}");
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

START_TEST(a_candle)
{
    const struct candle candle = {.span_s = 60,
                                  .start_s = 1795350000,
                                  .open = {CNOP_E10},
                                  .high = {2 * CNOP_E10},
                                  .low = {CNOP_E10 / 2},
                                  .close = {4 * CNOP_E10},
                                  .volume_usd = 9};
    struct cnop_json_writer json;

    cnop_buf_init(&buf, memory, sizeof(memory) - 1);
    cnop_json_init(&json, &buf);
    candle_encode(&json, &candle);
    memory[buf.len] = '\0';
    ck_assert_str_eq(memory, "{\"time\":\"2026-11-22T12:20:00.000000Z\",\"open\":1,\"high\":2,"
                             "\"low\":0.5,\"close\":4,\"volume\":2.25}");
}
END_TEST

static void
add(TCase *tests)
{
    tcase_add_test(tests, the_list_form);
    tcase_add_test(tests, the_unknown_is_null);
    tcase_add_test(tests, falling_prices_are_negative);
    tcase_add_test(tests, a_candle);
}

UNIT_MAIN("asset_encode", add)
