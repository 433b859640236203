/* SPDX-License-Identifier: MIT */
/* Names compared by what they mean. */
#include "shared/json/json_name.h"

#include "tests/unit/unit.h"

START_TEST(hex4_takes_four_digits_of_either_case)
{
    ck_assert_int_eq(cnop_json_hex4(CNOP_STR("00e9")), 0xE9);
    ck_assert_int_eq(cnop_json_hex4(CNOP_STR("FFff")), 0xFFFF);
    ck_assert_int_eq(cnop_json_hex4(CNOP_STR("12345")), 0x1234);
    ck_assert_int_eq(cnop_json_hex4(CNOP_STR("123")), -1);
    ck_assert_int_eq(cnop_json_hex4(CNOP_STR("12g4")), -1);
    ck_assert_int_eq(cnop_json_hex4(CNOP_STR("+123")), -1);
}
END_TEST

START_TEST(every_spelling_of_a_name_is_the_same_name)
{
    static const struct {
        const char *a;
        const char *b;
        bool same;
    } rows[] = {
        {"", "", true},
        {"a", "\\u0061", true},
        {"\\u0061b", "a\\u0062", true},
        {"\xC3\xA9", "\\u00E9", true},
        {"\xE2\x82\xAC", "\\u20ac", true},
        {"\xF0\x9F\x98\x80", "\\uD83D\\uDE00", true},
        {"\xF4\x8F\xBF\xBF", "\\udbff\\udfff", true},
        {"\\b\\f\\n\\r\\t", "\\u0008\\u000c\\u000a\\u000d\\u0009", true},
        {"\\\"\\\\\\/", "\\u0022\\u005c/", true},
        {"\\n", "n", false},
        {"\\u0061", "b", false},
        {"\\u0061", "ab", false},
        {"ab", "\\u0061", false},
        {"", "\\u0061", false},
        {"\\uD83D\\uDE00", "\\uD83D\\uDE01", false},
    };

    for (size_t i = 0; i < CNOP_COUNT(rows); i++)
        ck_assert_msg(cnop_json_name_equal(cnop_str_from(rows[i].a), cnop_str_from(rows[i].b)) ==
                          rows[i].same,
                      "%s and %s", rows[i].a, rows[i].b);
}
END_TEST

static void
add(TCase *tests)
{
    tcase_add_test(tests, hex4_takes_four_digits_of_either_case);
    tcase_add_test(tests, every_spelling_of_a_name_is_the_same_name);
}

UNIT_MAIN("json_name", add)
