/* SPDX-License-Identifier: MIT */
/* The sealed catalogue: what goes in comes out, and nothing else is believed. */
#include "fcgi_services/inventory/asset_pack.h"

#include "tests/unit/unit.h"

static const unsigned char key[ASSET_PACK_KEY_BYTES] = "0123456789abcde";
static struct cnop_arena *arena;
static char memory[8192];
static struct cnop_buf buf;

static void
setup(void)
{
    struct asset items[2] = {
        {.id = 1,
         .rank = 1,
         .symbol = CNOP_STR("BTC"),
         .name = CNOP_STR("Bitcoin"),
         .category = CNOP_STR("major"),
         .description = CNOP_STR("Digital gold."),
         .price = {67250 * CNOP_E10},
         .price_seq = 9,
         .active = true,
         .max = ASSET_UNKNOWN},
        {.id = 2,
         .symbol = CNOP_STR("ETH"),
         .name = CNOP_STR("Ethereum"),
         .category = CNOP_STR("major"),
         .halted = true,
         .atl = {1},
         .open_30d = {5}},
    };
    struct asset_list list = {.items = items, .count = 2, .version = 42};

    arena = cnop_arena_new(64 * 1024);
    cnop_buf_init(&buf, memory, sizeof(memory));
    asset_pack(&buf, key, &list, 1234);
    ck_assert(!buf.overflow);
}

static void
teardown(void)
{
    cnop_arena_free(&arena);
}

START_TEST(a_list_survives_the_journey)
{
    struct asset_list list;
    int64_t packed_us;

    ck_assert_int_eq(asset_unpack(arena, key, cnop_buf_view(&buf), &list, &packed_us), CNOP_OK);
    ck_assert_int_eq(packed_us, 1234);
    ck_assert_uint_eq(list.version, 42);
    ck_assert_uint_eq(list.count, 2);
    ck_assert(cnop_str_equal(list.items[0].description, CNOP_STR("Digital gold.")));
    ck_assert_int_eq(list.items[0].price.e10, 67250 * CNOP_E10);
    ck_assert_uint_eq(list.items[0].price_seq, 9);
    ck_assert_int_eq(list.items[0].max, ASSET_UNKNOWN);
    ck_assert(list.items[0].active && !list.items[0].halted);
    ck_assert(!list.items[1].active && list.items[1].halted);
    ck_assert_int_eq(list.items[1].atl.e10, 1);
    ck_assert_int_eq(list.items[1].open_30d.e10, 5);
    ck_assert(cnop_str_empty(list.items[1].image));
}
END_TEST

START_TEST(any_altered_byte_is_a_miss)
{
    struct asset_list list;
    int64_t packed_us;

    for (size_t i = 0; i < buf.len; i++) {
        memory[i] = (char)(memory[i] ^ 0x40);
        ck_assert_int_eq(asset_unpack(arena, key, cnop_buf_view(&buf), &list, &packed_us),
                         CNOP_E_CACHE_MISS);
        memory[i] = (char)(memory[i] ^ 0x40);
    }
}
END_TEST

START_TEST(any_cut_is_a_miss)
{
    struct asset_list list;
    int64_t packed_us;

    for (size_t len = 0; len < buf.len; len++)
        ck_assert_int_eq(asset_unpack(arena, key, cnop_str_make(memory, len), &list, &packed_us),
                         CNOP_E_CACHE_MISS);
}
END_TEST

START_TEST(another_key_is_a_miss)
{
    static const unsigned char other[ASSET_PACK_KEY_BYTES] = "0123456789abcdf";
    struct asset_list list;
    int64_t packed_us;

    ck_assert_int_eq(asset_unpack(arena, other, cnop_buf_view(&buf), &list, &packed_us),
                     CNOP_E_CACHE_MISS);
}
END_TEST

static void
add(TCase *tests)
{
    tcase_add_checked_fixture(tests, setup, teardown);
    tcase_add_test(tests, a_list_survives_the_journey);
    tcase_add_test(tests, any_altered_byte_is_a_miss);
    tcase_add_test(tests, any_cut_is_a_miss);
    tcase_add_test(tests, another_key_is_a_miss);
}

UNIT_MAIN("asset_pack", add)
