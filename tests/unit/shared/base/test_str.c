/* SPDX-License-Identifier: MIT */
/* String views: comparison, cutting, UTF-8, numbers, hex and copies. */
#include "shared/base/str.h"

#include <string.h>

#include "shared/base/arena.h"
#include "tests/unit/unit.h"

START_TEST(empty_views_are_equal)
{
    ck_assert(cnop_str_equal(cnop_str_from(NULL), CNOP_STR("")));
    ck_assert(cnop_str_empty(cnop_str_make("x", 0)));
    ck_assert(!cnop_str_equal(CNOP_STR("a"), CNOP_STR("")));
}
END_TEST

START_TEST(case_matters_unless_asked)
{
    ck_assert(!cnop_str_equal(CNOP_STR("Bearer"), CNOP_STR("bearer")));
    ck_assert(cnop_str_equal_nocase(CNOP_STR("BeArEr"), CNOP_STR("bearer")));
    ck_assert(!cnop_str_equal_nocase(CNOP_STR("bearer"), CNOP_STR("bearers")));
    ck_assert(!cnop_str_equal_nocase(CNOP_STR("["), CNOP_STR("{"))); /* 0x20 apart, no letters */
}
END_TEST

START_TEST(order_by_bytes)
{
    static const char *const sorted[] = {"", "A", "AB", "B", "a", "\xc3\xa9"};

    for (size_t i = 0; i < CNOP_COUNT(sorted); i++)
        for (size_t j = 0; j < CNOP_COUNT(sorted); j++) {
            int order = cnop_str_compare(cnop_str_from(sorted[i]), cnop_str_from(sorted[j]));

            ck_assert((order < 0) == (i < j) && (order > 0) == (i > j));
        }
    ck_assert_int_eq(cnop_str_compare((struct cnop_str){NULL, 0}, CNOP_STR("")), 0);
}
END_TEST

START_TEST(prefix_and_trim)
{
    ck_assert(cnop_str_has_prefix(CNOP_STR("/api/v1/orders"), CNOP_STR("/api/")));
    ck_assert(cnop_str_has_prefix(CNOP_STR("x"), CNOP_STR("")));
    ck_assert(!cnop_str_has_prefix(CNOP_STR("/ap"), CNOP_STR("/api/")));
    ck_assert(cnop_str_equal(cnop_str_trim(CNOP_STR(" \t\r\na b\v\f ")), CNOP_STR("a b")));
    ck_assert(cnop_str_empty(cnop_str_trim(CNOP_STR("   "))));
}
END_TEST

START_TEST(cut_at_the_first_separator)
{
    struct cnop_str head;
    struct cnop_str tail;

    ck_assert(cnop_str_cut(CNOP_STR("a=b=c"), '=', &head, &tail));
    ck_assert(cnop_str_equal(head, CNOP_STR("a")));
    ck_assert(cnop_str_equal(tail, CNOP_STR("b=c")));
    ck_assert(cnop_str_cut(CNOP_STR("="), '=', &head, &tail));
    ck_assert(cnop_str_empty(head) && cnop_str_empty(tail));
    ck_assert(!cnop_str_cut(CNOP_STR("abc"), '=', &head, &tail));
    ck_assert(cnop_str_equal(head, CNOP_STR("abc")));
    ck_assert(cnop_str_empty(tail));
    ck_assert(!cnop_str_cut(cnop_str_from(NULL), '=', &head, &tail));
}
END_TEST

START_TEST(words)
{
    ck_assert(cnop_str_is_word(CNOP_STR("Abc_09"), "_"));
    ck_assert(!cnop_str_is_word(CNOP_STR("Abc_09"), ""));
    ck_assert(!cnop_str_is_word(CNOP_STR("a b"), "_"));
    ck_assert(!cnop_str_is_word(cnop_str_make("a\0b", 3), "_"));
    ck_assert(!cnop_str_is_word(CNOP_STR("caf\xC3\xA9"), "_"));
}
END_TEST

static const char *const well_formed[] = {
    "",
    "plain",
    "caf\xC3\xA9",
    "\xE2\x82\xAC",
    "\xF0\x9F\x92\xB0",
    "\xED\x9F\xBF",
    "\xEE\x80\x80",
    "\xF4\x8F\xBF\xBF",
    "\xC2\x80",
    "\xE0\xA0\x80",
    "\xF0\x90\x80\x80",
};

static const char *const ill_formed[] = {
    "\x80",             /* continuation without lead */
    "\xC3",             /* cut */
    "\xE2\x82",         /* cut */
    "\xF0\x9F\x92",     /* cut */
    "\xC0\x80",         /* overlong NUL */
    "\xC1\xBF",         /* overlong */
    "\xE0\x9F\xBF",     /* overlong */
    "\xF0\x8F\xBF\xBF", /* overlong */
    "\xED\xA0\x80",     /* surrogate */
    "\xED\xBF\xBF",     /* surrogate */
    "\xF4\x90\x80\x80", /* beyond U+10FFFF */
    "\xF5\x80\x80\x80", /* no such lead */
    "\xFF",             /* no such byte */
    "\xC3\x28",         /* bad continuation */
    "\xE2\x28\xA1",     /* bad second byte */
    "\xE2\x82\x28",     /* bad third byte */
};

START_TEST(utf8_table)
{
    for (size_t i = 0; i < CNOP_COUNT(well_formed); i++)
        ck_assert_msg(cnop_str_is_utf8(cnop_str_from(well_formed[i])), "row %zu", i);
    for (size_t i = 0; i < CNOP_COUNT(ill_formed); i++)
        ck_assert_msg(!cnop_str_is_utf8(cnop_str_from(ill_formed[i])), "row %zu", i);
    ck_assert(!cnop_str_is_utf8(cnop_str_make("a\0b", 3)));
    ck_assert_uint_eq(cnop_str_codepoint_count(CNOP_STR("a\xC3\xA9\xF0\x9F\x92\xB0")), 3);
    ck_assert_uint_eq(cnop_str_utf8_prefix(CNOP_STR("\xE2\x82\xAC!")), 3);
    ck_assert_uint_eq(cnop_str_utf8_prefix(CNOP_STR("")), 0);
}
END_TEST

START_TEST(numbers)
{
    uint64_t value = 7;

    ck_assert_int_eq(cnop_str_parse_u64(CNOP_STR("18446744073709551615"), 0, UINT64_MAX, &value),
                     CNOP_OK);
    ck_assert_uint_eq(value, UINT64_MAX);
    ck_assert_int_eq(cnop_str_parse_u64(CNOP_STR("10"), 1, 10, &value), CNOP_OK);
    ck_assert_uint_eq(value, 10);
    ck_assert_int_eq(cnop_str_parse_u64(CNOP_STR("18446744073709551616"), 0, UINT64_MAX, &value),
                     CNOP_E_INVALID);
    ck_assert_int_eq(cnop_str_parse_u64(CNOP_STR("99999999999999999999"), 0, UINT64_MAX, &value),
                     CNOP_E_INVALID);
    ck_assert_int_eq(cnop_str_parse_u64(CNOP_STR("11"), 1, 10, &value), CNOP_E_INVALID);
    ck_assert_int_eq(cnop_str_parse_u64(CNOP_STR("0"), 1, 10, &value), CNOP_E_INVALID);
    ck_assert_int_eq(cnop_str_parse_u64(CNOP_STR(""), 0, 10, &value), CNOP_E_INVALID);
    ck_assert_int_eq(cnop_str_parse_u64(CNOP_STR("+1"), 0, 10, &value), CNOP_E_INVALID);
    ck_assert_int_eq(cnop_str_parse_u64(CNOP_STR("-1"), 0, 10, &value), CNOP_E_INVALID);
    ck_assert_int_eq(cnop_str_parse_u64(CNOP_STR(" 1"), 0, 10, &value), CNOP_E_INVALID);
    ck_assert_uint_eq(value, 10); /* untouched on failure */
}
END_TEST

START_TEST(hex_round_trip)
{
    unsigned char bytes[3] = {0x00, 0x9F, 0xFF};
    unsigned char back[3] = {1, 2, 3};
    char text[7];

    cnop_str_hex(bytes, sizeof(bytes), text);
    ck_assert_str_eq(text, "009fff");
    ck_assert_int_eq(cnop_str_unhex(CNOP_STR("009fFF"), back, 3), CNOP_OK);
    ck_assert_mem_eq(back, bytes, 3);
    ck_assert_int_eq(cnop_str_unhex(CNOP_STR("00"), back, 3), CNOP_E_INVALID);
    ck_assert_int_eq(cnop_str_unhex(CNOP_STR("11111g"), back, 3), CNOP_E_INVALID);
    ck_assert_mem_eq(back, bytes, 3);
}
END_TEST

/* Each byte against sets spelled out here. */
START_TEST(every_byte_in_its_class)
{
    static const char upper[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ";
    static const char lower[] = "abcdefghijklmnopqrstuvwxyz";
    static const char hex_digits[] = "0123456789abcdefABCDEF";
    struct cnop_arena *arena = cnop_arena_new(64 * 1024);

    for (int byte = 1; byte < 256; byte++) {
        char c = (char)byte;
        char pair[2] = {'0', c};
        char swapped[2] = {c, '0'};
        struct cnop_str s = cnop_str_make(&c, 1);
        const char *as_upper = strchr(upper, c);
        const char *as_lower = strchr(lower, c);
        bool is_hex = strchr(hex_digits, c) != NULL;
        bool is_word = as_upper != NULL || as_lower != NULL || (c >= '0' && c <= '9');
        unsigned char bits;

        ck_assert_int_eq(cnop_str_lower(arena, s).ptr[0], as_upper ? lower[as_upper - upper] : c);
        ck_assert_int_eq(cnop_str_upper(arena, s).ptr[0], as_lower ? upper[as_lower - lower] : c);
        ck_assert(cnop_str_is_word(s, "") == is_word);
        ck_assert((cnop_str_unhex(cnop_str_make(pair, 2), &bits, 1) == CNOP_OK) == is_hex);
        ck_assert((cnop_str_unhex(cnop_str_make(swapped, 2), &bits, 1) == CNOP_OK) == is_hex);
        ck_assert(cnop_str_is_utf8(s) == (byte < 0x80));
    }
    cnop_arena_free(&arena);
}
END_TEST

START_TEST(nothing_is_touched_behind_the_view)
{
    struct cnop_str text = CNOP_STR("x\xF0\x9F\x92\xB0");
    char hex[8] = "zzzzzzz";
    uint64_t value;

    for (size_t len = 2; len < text.len; len++)
        ck_assert(!cnop_str_is_utf8(cnop_str_make(text.ptr, len)));
    ck_assert(cnop_str_is_utf8(text));
    cnop_str_hex("\xFF\xFF\xFF", 2, hex);
    ck_assert_mem_eq(hex, "ffff\0zz", 8);
    ck_assert_int_eq(cnop_str_parse_u64(cnop_str_make("123", 2), 12, 12, &value), CNOP_OK);
    ck_assert_uint_eq(value, 12);
    ck_assert_uint_eq(cnop_str_trim(cnop_str_make("a b", 2)).len, 1);
}
END_TEST

START_TEST(copies)
{
    struct cnop_arena *arena = cnop_arena_new(1024);
    struct cnop_str copy = cnop_str_copy(arena, cnop_str_make("BTCxx", 3));

    ck_assert_str_eq(copy.ptr, "BTC");
    ck_assert_str_eq(cnop_str_lower(arena, CNOP_STR("Bt[C")).ptr, "bt[c");
    ck_assert_str_eq(cnop_str_upper(arena, CNOP_STR("bt{c")).ptr, "BT{C");
    ck_assert_str_eq(cnop_str_copy(arena, cnop_str_from(NULL)).ptr, "");
    ck_assert_ptr_null(cnop_str_copy(arena, cnop_str_make("x", SIZE_MAX)).ptr);
    cnop_arena_free(&arena);
}
END_TEST

static void
add(TCase *tests)
{
    tcase_add_test(tests, empty_views_are_equal);
    tcase_add_test(tests, case_matters_unless_asked);
    tcase_add_test(tests, order_by_bytes);
    tcase_add_test(tests, prefix_and_trim);
    tcase_add_test(tests, cut_at_the_first_separator);
    tcase_add_test(tests, words);
    tcase_add_test(tests, utf8_table);
    tcase_add_test(tests, numbers);
    tcase_add_test(tests, hex_round_trip);
    tcase_add_test(tests, every_byte_in_its_class);
    tcase_add_test(tests, nothing_is_touched_behind_the_view);
    tcase_add_test(tests, copies);
}

UNIT_MAIN("str", add)
