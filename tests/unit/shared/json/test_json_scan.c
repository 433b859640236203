/* SPDX-License-Identifier: MIT */
/* The grammar check: what is JSON, what is not and why, and the source text of numbers. */
#include "shared/json/json_scan.h"

#include "tests/unit/unit.h"

static const char *const accepted[] = {
    "{}",
    "[]",
    " {} ",
    "\t\r\n[ ]\n",
    "0",
    "-0",
    "10",
    "-1.5",
    "1e5",
    "1E+5",
    "1.25e-10",
    "\"\"",
    "\"a\"",
    "true",
    "false",
    "null",
    "[1,2,3]",
    "{\"a\":1}",
    "{\"a\":{\"b\":[{}]}}",
    "[[],[],{}]",
    "\"\\\"\\\\\\/\\b\\f\\n\\r\\t\\u00e9\"",
    "\"\\ud83d\\ude00\"",
    "\"\\uD83D\\uDE00\"",
    "\"\xC3\xA9\xE2\x82\xAC\xF0\x9F\x92\xB0\"",
    "\"\x7F\"",
    "{\"\":0}",
    "[1 , 2 ]",
    "123456789012345678901234567890.5",
    "[[[[[[[[]]]]]]]]",
};

struct refusal {
    const char *text;
    size_t offset;
};

static const struct refusal refused[] = {
    {"", 0},
    {" ", 1},
    {"{", 1},
    {"[", 1},
    {"}", 0},
    {"]", 0},
    {"[}", 1},
    {"{]", 1},
    {"[1", 2},
    {"[1}", 2},
    {"{\"a\":1]", 6},
    {"[1,]", 3},
    {"[,1]", 1},
    {"[1,,2]", 3},
    {"{\"a\":1,}", 7},
    {"{,}", 1},
    {"{\"a\"}", 4},
    {"{\"a\":}", 5},
    {"{\"a\" 1}", 5},
    {"{a:1}", 1},
    {"{1:1}", 1},
    {"{'a':1}", 1},
    {"'a'", 0},
    {"NaN", 0},
    {"-NaN", 1},
    {"Infinity", 0},
    {"-Infinity", 1},
    {"nul", 0},
    {"nulL", 0},
    {"True", 0},
    {"nullx", 4},
    {"undefined", 0},
    {"01", 1},
    {"-01", 2},
    {"00", 1},
    {"+1", 0},
    {".5", 0},
    {"5.", 2},
    {"-", 1},
    {"1e", 2},
    {"1e+", 3},
    {"1.e5", 2},
    {"0x10", 1},
    {"1_000", 1},
    {"1 2", 2},
    {"{} {}", 3},
    {"[]]", 2},
    {"[1]x", 3},
    {"\"a", 2},
    {"\"a\\", 3},
    {"\"\\x41\"", 2},
    {"\"\\u12\"", 2},
    {"\"\\u12G4\"", 2},
    {"\"\\u0000\"", 2},
    {"\"\\ud800\"", 7},
    {"\"\\udc00\"", 2},
    {"\"\\ud800\\u0041\"", 7},
    {"\"\\ud800\\ud800\"", 7},
    {"\"\\ud800x\"", 7},
    {"\"a\nb\"", 2},
    {"\"a\tb\"", 2},
    {"\"\x1f\"", 1},
    {"\"\x80\"", 1},
    {"\"\xC3\"", 1},
    {"\"\xED\xA0\x80\"", 1},
    {"\"\xC0\xAF\"", 1},
    {"\xEF\xBB\xBF{}", 0},
    {"// c\n{}", 0},
    {"/* c */{}", 0},
    {"{}/* c */", 2},
    {"[1;2]", 2},
    {"\v{}", 0},
    {"\xC2\xA0{}", 0},
    {"[[[[[[[[[]]]]]]]]]", 8},
};

START_TEST(accepts_json)
{
    struct cnop_json_fault fault = {"", 0};
    uint32_t count;

    for (size_t i = 0; i < CNOP_COUNT(accepted); i++)
        ck_assert_msg(cnop_json_scan(cnop_str_from(accepted[i]), &cnop_json_limits_default, &fault,
                                     &count) == CNOP_OK,
                      "%s: %s at %zu", accepted[i], fault.reason, fault.offset);
}
END_TEST

START_TEST(refuses_the_rest)
{
    for (size_t i = 0; i < CNOP_COUNT(refused); i++) {
        struct cnop_json_fault fault = {NULL, 999};
        uint32_t count;

        ck_assert_msg(cnop_json_scan(cnop_str_from(refused[i].text), &cnop_json_limits_default,
                                     &fault, &count) == CNOP_E_MALFORMED_JSON,
                      "%s", refused[i].text);
        ck_assert_ptr_nonnull(fault.reason);
        ck_assert_msg(fault.offset == refused[i].offset, "%s: at %zu", refused[i].text,
                      fault.offset);
    }
}
END_TEST

START_TEST(refuses_an_inner_nul)
{
    struct cnop_json_fault fault;
    uint32_t count;

    ck_assert_int_eq(
        cnop_json_scan(cnop_str_make("\"a\0b\"", 5), &cnop_json_limits_default, &fault, &count),
        CNOP_E_MALFORMED_JSON);
    ck_assert_int_eq(
        cnop_json_scan(cnop_str_make("{}\0", 3), &cnop_json_limits_default, &fault, &count),
        CNOP_E_MALFORMED_JSON);
}
END_TEST

START_TEST(every_prefix_of_a_text_is_refused)
{
    struct cnop_str text = CNOP_STR("{\"a\":[1.5e3,\"\\ud83d\\ude00\",true],\"b\":{\"c\":null}}");
    struct cnop_json_fault fault;
    uint32_t count = 0;

    for (size_t len = 0; len < text.len; len++)
        ck_assert_int_eq(
            cnop_json_scan(cnop_str_make(text.ptr, len), &cnop_json_limits_default, &fault, &count),
            CNOP_E_MALFORMED_JSON);
    ck_assert_int_eq(cnop_json_scan(text, &cnop_json_limits_default, &fault, &count), CNOP_OK);
    ck_assert_uint_eq(count, 7);
}
END_TEST

START_TEST(surrogate_edges)
{
    static const char *const pairs[] = {"\"\\uD800\\uDC00\"", "\"\\uDBFF\\uDFFF\"", "\"\\uD7FF\"",
                                        "\"\\uE000\"", "\"\\u0001\""};
    static const char *const broken[] = {"\"\\uDBFF\\uDBFF\"", "\"\\uD800\\uE000\"", "\"\\uDFFF\"",
                                         "\"\\uDBFF\""};
    struct cnop_json_fault fault;
    uint32_t count;

    for (size_t i = 0; i < CNOP_COUNT(pairs); i++)
        ck_assert_int_eq(
            cnop_json_scan(cnop_str_from(pairs[i]), &cnop_json_limits_default, &fault, &count),
            CNOP_OK);
    for (size_t i = 0; i < CNOP_COUNT(broken); i++)
        ck_assert_int_eq(
            cnop_json_scan(cnop_str_from(broken[i]), &cnop_json_limits_default, &fault, &count),
            CNOP_E_MALFORMED_JSON);
}
END_TEST

START_TEST(limits_hold)
{
    struct cnop_json_limits limits = {
        .body_bytes = 100, .depth = 2, .key_count = 2, .value_count = 4};
    struct cnop_json_fault fault;
    uint32_t count;

    ck_assert_int_eq(cnop_json_scan(CNOP_STR("[[1,2]]"), &limits, &fault, &count), CNOP_OK);
    ck_assert_int_eq(cnop_json_scan(CNOP_STR("[[[]]]"), &limits, &fault, &count),
                     CNOP_E_MALFORMED_JSON);
    ck_assert_str_eq(fault.reason, "nested too deeply");
    ck_assert_int_eq(cnop_json_scan(CNOP_STR("{\"a\":1,\"b\":2}"), &limits, &fault, &count),
                     CNOP_OK);
    ck_assert_int_eq(cnop_json_scan(CNOP_STR("{\"a\":1,\"b\":2,\"c\":3}"), &limits, &fault, &count),
                     CNOP_E_MALFORMED_JSON);
    ck_assert_str_eq(fault.reason, "an object has too many keys");
    ck_assert_int_eq(cnop_json_scan(CNOP_STR("[1,2,3]"), &limits, &fault, &count), CNOP_OK);
    ck_assert_int_eq(cnop_json_scan(CNOP_STR("[1,2,3,4]"), &limits, &fault, &count),
                     CNOP_E_MALFORMED_JSON);
    ck_assert_str_eq(fault.reason, "too many values");
}
END_TEST

START_TEST(numbers_in_source_order)
{
    struct cnop_str text = CNOP_STR("{\"a1\":-1.50,\"b\":[\"2\\\"3\",4e+5,true],\"c\":0}");
    size_t at = 0;

    ck_assert(cnop_str_equal(cnop_json_scan_number(text, &at), CNOP_STR("-1.50")));
    ck_assert(cnop_str_equal(cnop_json_scan_number(text, &at), CNOP_STR("4e+5")));
    ck_assert(cnop_str_equal(cnop_json_scan_number(text, &at), CNOP_STR("0")));
    ck_assert(cnop_str_empty(cnop_json_scan_number(text, &at)));
    ck_assert(cnop_str_empty(cnop_json_scan_number(text, &at)));
    at = 0; /* a view that ends inside a number, with more digits behind it */
    ck_assert(cnop_str_equal(cnop_json_scan_number(cnop_str_make("[123", 3), &at), CNOP_STR("12")));
    at = 0;
    ck_assert(cnop_str_empty(cnop_json_scan_number(cnop_str_make("[]7", 2), &at)));
}
END_TEST

static void
add(TCase *tests)
{
    tcase_add_test(tests, accepts_json);
    tcase_add_test(tests, refuses_the_rest);
    tcase_add_test(tests, refuses_an_inner_nul);
    tcase_add_test(tests, every_prefix_of_a_text_is_refused);
    tcase_add_test(tests, surrogate_edges);
    tcase_add_test(tests, limits_hold);
    tcase_add_test(tests, numbers_in_source_order);
}

UNIT_MAIN("json_scan", add)
