/* SPDX-License-Identifier: MIT */
/* Names and contents of watchlists. */
#include "fcgi_services/user/watchlist.h"

#include "tests/unit/unit.h"

static struct cnop_arena *arena;

static void
start(void)
{
    arena = cnop_arena_new(16 * 1024);
}

static void
stop(void)
{
    cnop_arena_free(&arena);
}

static void
expect_name(struct cnop_str name, const char *rule)
{
    const struct cnop_text_rule *broken = watchlist_check_name(name);

    if (rule == NULL)
        ck_assert_ptr_null(broken);
    else {
        ck_assert_ptr_nonnull(broken);
        ck_assert_str_eq(broken->name, rule);
    }
}

START_TEST(names_have_rules)
{
    static const char forty[] = "0123456789012345678901234567890123456789";

    expect_name(CNOP_STR("Starred"), NULL);
    expect_name(CNOP_STR("2 - my (old) coins, no. 7 & more_+'#"), NULL);
    expect_name(CNOP_STR("\xe8\x87\xaa\xe9\x80\x89"), NULL);
    expect_name(cnop_str_from(forty), NULL);
    expect_name(CNOP_STR(""), "name_length");
    expect_name(CNOP_STR("01234567890123456789012345678901234567890"), "name_length");
    expect_name(CNOP_STR("\xc3"), "name_encoding");
    expect_name(cnop_str_make("a\0b", 3), "name_encoding");
    expect_name(CNOP_STR("a<script"), "name_script");
    expect_name(CNOP_STR("a<b"), "name_characters");
    expect_name(CNOP_STR("a\nb"), "name_characters");
    expect_name(CNOP_STR(".."), "name_characters");
    expect_name(CNOP_STR("a\xe2\x80\xae"
                         "b"),
                "name_characters"); /* turns the direction of what follows */
}
END_TEST

START_TEST(assets_keep_their_order)
{
    const struct cnop_str symbols[] = {CNOP_STR("eth"), CNOP_STR(" BTC "), CNOP_STR("1INCH")};
    struct watchlist_fault fault;
    struct cnop_str assets;
    struct cnop_str symbol;

    ck_assert_int_eq(watchlist_pack(arena, symbols, 3, &assets, &fault), CNOP_OK);
    ck_assert(cnop_str_equal(assets, CNOP_STR("ETH,BTC,1INCH")));
    ck_assert(watchlist_next(&assets, &symbol));
    ck_assert(cnop_str_equal(symbol, CNOP_STR("ETH")));
    ck_assert(watchlist_next(&assets, &symbol));
    ck_assert(watchlist_next(&assets, &symbol));
    ck_assert(cnop_str_equal(symbol, CNOP_STR("1INCH")));
    ck_assert(!watchlist_next(&assets, &symbol));
    ck_assert_int_eq(watchlist_pack(arena, symbols, 0, &assets, &fault), CNOP_OK);
    ck_assert_uint_eq(assets.len, 0);
}
END_TEST

START_TEST(a_bad_entry_is_named)
{
    static const struct cnop_str bad[] = {CNOP_STR("BTC"), CNOP_STR("ABCDEFGHIJK"), CNOP_STR("B-C"),
                                          CNOP_STR(" "), CNOP_STR("btc")};
    struct watchlist_fault fault;
    struct cnop_str assets;

    for (size_t i = 1; i < CNOP_COUNT(bad); i++) {
        const struct cnop_str symbols[] = {bad[0], bad[i]};

        ck_assert_int_eq(watchlist_pack(arena, symbols, 2, &assets, &fault), CNOP_E_INVALID);
        ck_assert_uint_eq(fault.index, 1);
    }
    ck_assert_str_eq(fault.reason, "is in the list twice");
}
END_TEST

START_TEST(a_full_list_fits)
{
    struct cnop_str symbols[WATCHLIST_ASSET_MAX];
    struct watchlist_fault fault;
    struct cnop_str assets;

    for (size_t i = 0; i < WATCHLIST_ASSET_MAX; i++)
        symbols[i] = cnop_arena_printf(arena, "ABCDEFG%03zu", i);
    ck_assert_int_eq(watchlist_pack(arena, symbols, WATCHLIST_ASSET_MAX, &assets, &fault), CNOP_OK);
    ck_assert_uint_eq(assets.len, WATCHLIST_TEXT_MAX - 1);
}
END_TEST

static void
add(TCase *tests)
{
    tcase_add_checked_fixture(tests, start, stop);
    tcase_add_test(tests, names_have_rules);
    tcase_add_test(tests, assets_keep_their_order);
    tcase_add_test(tests, a_bad_entry_is_named);
    tcase_add_test(tests, a_full_list_fits);
}

UNIT_MAIN("watchlist", add)
