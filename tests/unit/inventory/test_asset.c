/* SPDX-License-Identifier: MIT */
/* Asset ids, derived figures, and pages of the list. */
#include "fcgi_services/inventory/asset.h"

#include "tests/unit/unit.h"

static struct cnop_arena *arena;

static void
setup(void)
{
    arena = cnop_arena_new(256 * 1024);
}

static void
teardown(void)
{
    cnop_arena_free(&arena);
}

static struct asset
asset_of(uint16_t id, const char *symbol, const char *name, int64_t dollars)
{
    return (struct asset){.id = id,
                          .rank = id,
                          .symbol = cnop_str_from(symbol),
                          .name = cnop_str_from(name),
                          .category = CNOP_STR("major"),
                          .price = {dollars * CNOP_E10},
                          .circulating = 10,
                          .active = true,
                          .total = ASSET_UNKNOWN,
                          .max = ASSET_UNKNOWN,
                          .volume_24h_usd = 1000 - id};
}

START_TEST(ids_are_trimmed_and_upper_cased)
{
    static const char *const refused[] = {
        "", "   ", "BTC!", "BTC@123", "UNKNOWN_ASSET", "ABCDEFGHIJK", "B TC", "\xc3\xa4"};
    struct cnop_str symbol = {0};

    ck_assert_int_eq(asset_symbol_parse(arena, CNOP_STR(" btc "), &symbol), CNOP_OK);
    ck_assert(cnop_str_equal(symbol, CNOP_STR("BTC")));
    ck_assert_int_eq(asset_symbol_parse(arena, CNOP_STR("1inch"), &symbol), CNOP_OK);
    for (size_t i = 0; i < CNOP_COUNT(refused); i++)
        ck_assert_int_eq(asset_symbol_parse(arena, cnop_str_from(refused[i]), &symbol),
                         CNOP_E_INVALID);
}
END_TEST

START_TEST(changes_are_exact_or_unknown)
{
    int64_t ppm = 7;

    ck_assert(asset_change_ppm((cnop_price){150}, (cnop_price){100}, &ppm));
    ck_assert_int_eq(ppm, 500000);
    ck_assert(asset_change_ppm((cnop_price){50}, (cnop_price){100}, &ppm));
    ck_assert_int_eq(ppm, -500000);
    ck_assert(asset_change_ppm((cnop_price){2}, (cnop_price){3}, &ppm));
    ck_assert_int_eq(ppm, -333333);
    ck_assert(asset_change_ppm((cnop_price){5}, (cnop_price){3}, &ppm));
    ck_assert_int_eq(ppm, 666667);
    ck_assert(!asset_change_ppm((cnop_price){2}, (cnop_price){0}, &ppm));
    ck_assert(!asset_change_ppm((cnop_price){0}, (cnop_price){2}, &ppm));
    ck_assert(!asset_change_ppm((cnop_price){INT64_MAX}, (cnop_price){1}, &ppm));
}
END_TEST

START_TEST(market_cap_is_in_cents)
{
    struct asset asset = asset_of(1, "BTC", "Bitcoin", 67250);
    int64_t cents = 0;

    asset.circulating = 19960000;
    ck_assert(asset_market_cap_cents(&asset, &cents));
    ck_assert_int_eq(cents, INT64_C(134231000000000));
    asset.circulating = ASSET_UNKNOWN;
    ck_assert(!asset_market_cap_cents(&asset, &cents));
}
END_TEST

START_TEST(pages_are_filtered_sorted_and_cut)
{
    struct asset items[6] = {
        asset_of(1, "BTC", "Bitcoin", 60000),    asset_of(2, "ETH", "Ethereum", 2600),
        asset_of(3, "BCH", "Bitcoin Cash", 400), asset_of(4, "XRP", "xrp", 1),
        asset_of(5, "ADA", "Cardano", 1),        asset_of(6, "OLD", "Dead Coin", 0),
    };
    struct asset_list list = {.items = items, .count = 6};
    struct asset_query query = {.limit = 2, .active_only = true};
    struct asset_page page;

    items[5].active = false;
    items[4].volume_24h_usd = ASSET_UNKNOWN;
    ck_assert_int_eq(asset_page_select(arena, &list, &query, &page), CNOP_OK);
    ck_assert_uint_eq(page.count, 2);
    ck_assert_uint_eq(page.matched_count, 5);
    ck_assert(page.has_more);
    ck_assert_ptr_eq(page.items[0], &items[0]);

    query.offset = 4;
    ck_assert_int_eq(asset_page_select(arena, &list, &query, &page), CNOP_OK);
    ck_assert_uint_eq(page.count, 1);
    ck_assert(!page.has_more);
    query.offset = 3; /* exactly full and nothing behind it */
    ck_assert_int_eq(asset_page_select(arena, &list, &query, &page), CNOP_OK);
    ck_assert_uint_eq(page.count, 2);
    ck_assert(!page.has_more);
    query.offset = 99;
    ck_assert_int_eq(asset_page_select(arena, &list, &query, &page), CNOP_OK);
    ck_assert_uint_eq(page.count, 0);

    query = (struct asset_query){.limit = 250, .search = CNOP_STR("bIt")};
    ck_assert_int_eq(asset_page_select(arena, &list, &query, &page), CNOP_OK);
    ck_assert_uint_eq(page.count, 2);
    query = (struct asset_query){.limit = 250, .sort = ASSET_SORT_PRICE};
    ck_assert_int_eq(asset_page_select(arena, &list, &query, &page), CNOP_OK);
    ck_assert_ptr_eq(page.items[0], &items[3]); /* equal prices: by rank */
    ck_assert_ptr_eq(page.items[1], &items[4]);
    ck_assert_ptr_eq(page.items[5], &items[5]); /* no price: last... */
    ck_assert_uint_eq(page.active_count, 5);
    query.descending = true;
    ck_assert_int_eq(asset_page_select(arena, &list, &query, &page), CNOP_OK);
    ck_assert_ptr_eq(page.items[0], &items[0]);
    ck_assert_ptr_eq(page.items[5], &items[5]); /* ...in both directions */
    query = (struct asset_query){.limit = 250, .sort = ASSET_SORT_NAME};
    ck_assert_int_eq(asset_page_select(arena, &list, &query, &page), CNOP_OK);
    ck_assert_ptr_eq(page.items[0], &items[0]);
    ck_assert_ptr_eq(page.items[5], &items[3]); /* "xrp": letter case does not count */
    query.sort = ASSET_SORT_VOLUME;
    ck_assert_int_eq(asset_page_select(arena, &list, &query, &page), CNOP_OK);
    ck_assert_ptr_eq(page.items[5], &items[4]);
    query.category = CNOP_STR("meme");
    ck_assert_int_eq(asset_page_select(arena, &list, &query, &page), CNOP_OK);
    ck_assert_uint_eq(page.matched_count, 0);
}
END_TEST

START_TEST(a_full_arena_is_an_error)
{
    struct asset_list list = {0};
    struct asset_query query = {.limit = 1};
    struct asset_page page = {.count = 77};

    while (cnop_arena_alloc(arena, 16) != NULL)
        continue;
    ck_assert_int_eq(asset_page_select(arena, &list, &query, &page), CNOP_E_NO_MEMORY);
    ck_assert_uint_eq(page.count, 77);
}
END_TEST

static void
add(TCase *tests)
{
    tcase_add_checked_fixture(tests, setup, teardown);
    tcase_add_test(tests, ids_are_trimmed_and_upper_cased);
    tcase_add_test(tests, changes_are_exact_or_unknown);
    tcase_add_test(tests, market_cap_is_in_cents);
    tcase_add_test(tests, pages_are_filtered_sorted_and_cut);
    tcase_add_test(tests, a_full_arena_is_an_error);
}

UNIT_MAIN("asset", add)
