/* SPDX-License-Identifier: MIT */
/* Whole texts: what is JSON, what is not and why, names that are there twice, numbers as written.
 */
#include "shared/json/json_scan.h"

#include "tests/unit/unit.h"

#define NAME_CAP 64

static const struct cnop_scan_limits wide = {.depth = 8, .key_count = 64, .value_count = 4096};
static struct cnop_scan_name names[NAME_CAP];
static struct cnop_scan scan;

static enum cnop_err
scan_with(struct cnop_str text, const struct cnop_scan_limits *limits)
{
    cnop_scan_start_with(&scan, text, limits, names, NAME_CAP);
    return cnop_scan_text(&scan);
}

static enum cnop_err
scan_text(struct cnop_str text)
{
    return scan_with(text, &wide);
}

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
    for (size_t i = 0; i < CNOP_COUNT(accepted); i++) {
        ck_assert_msg(scan_text(cnop_str_from(accepted[i])) == CNOP_OK, "%s: %s at %zu",
                      accepted[i], scan.reason, scan.at);
        ck_assert_ptr_null(scan.reason);
    }
}
END_TEST

START_TEST(refuses_the_rest)
{
    for (size_t i = 0; i < CNOP_COUNT(refused); i++) {
        ck_assert_msg(scan_text(cnop_str_from(refused[i].text)) == CNOP_E_MALFORMED_JSON, "%s",
                      refused[i].text);
        ck_assert_ptr_nonnull(scan.reason);
        ck_assert_msg(scan.at == refused[i].offset, "%s: at %zu", refused[i].text, scan.at);
    }
}
END_TEST

START_TEST(refuses_an_inner_nul)
{
    ck_assert_int_eq(scan_text(cnop_str_make("\"a\0b\"", 5)), CNOP_E_MALFORMED_JSON);
    ck_assert_int_eq(scan_text(cnop_str_make("{}\0", 3)), CNOP_E_MALFORMED_JSON);
    ck_assert_int_eq(scan_text(cnop_str_make("\0", 1)), CNOP_E_MALFORMED_JSON);
    ck_assert_int_eq(scan_text(cnop_str_make("[\0]", 3)), CNOP_E_MALFORMED_JSON);
}
END_TEST

START_TEST(every_prefix_of_a_text_is_refused)
{
    struct cnop_str text = CNOP_STR("{\"a\":[1.5e3,\"\\ud83d\\ude00\",true],\"b\":{\"c\":null}}");

    for (size_t len = 0; len < text.len; len++)
        ck_assert_int_eq(scan_text(cnop_str_make(text.ptr, len)), CNOP_E_MALFORMED_JSON);
    ck_assert_int_eq(scan_text(text), CNOP_OK);
    ck_assert_uint_eq(scan.value_count, 7);
}
END_TEST

START_TEST(surrogate_edges)
{
    static const char *const pairs[] = {"\"\\uD800\\uDC00\"", "\"\\uDBFF\\uDFFF\"", "\"\\uD7FF\"",
                                        "\"\\uE000\"", "\"\\u0001\""};
    static const char *const broken[] = {"\"\\uDBFF\\uDBFF\"", "\"\\uD800\\uE000\"", "\"\\uDFFF\"",
                                         "\"\\uDBFF\""};

    for (size_t i = 0; i < CNOP_COUNT(pairs); i++)
        ck_assert_int_eq(scan_text(cnop_str_from(pairs[i])), CNOP_OK);
    for (size_t i = 0; i < CNOP_COUNT(broken); i++)
        ck_assert_int_eq(scan_text(cnop_str_from(broken[i])), CNOP_E_MALFORMED_JSON);
}
END_TEST

START_TEST(limits_hold)
{
    static const struct cnop_scan_limits tight = {.depth = 2, .key_count = 2, .value_count = 4};

    ck_assert_int_eq(scan_with(CNOP_STR("[[1,2]]"), &tight), CNOP_OK);
    ck_assert_int_eq(scan_with(CNOP_STR("[[[]]]"), &tight), CNOP_E_MALFORMED_JSON);
    ck_assert_str_eq(scan.reason, "nested too deeply");
    ck_assert_int_eq(scan_with(CNOP_STR("{\"a\":1,\"b\":2}"), &tight), CNOP_OK);
    ck_assert_int_eq(scan_with(CNOP_STR("{\"a\":1,\"b\":2,\"c\":3}"), &tight),
                     CNOP_E_MALFORMED_JSON);
    ck_assert_str_eq(scan.reason, "an object has too many keys");
    ck_assert_int_eq(scan_with(CNOP_STR("[1,2,3]"), &tight), CNOP_OK);
    ck_assert_int_eq(scan_with(CNOP_STR("[1,2,3,4]"), &tight), CNOP_E_MALFORMED_JSON);
    ck_assert_str_eq(scan.reason, "too many values");
}
END_TEST

START_TEST(names_need_room_only_while_their_object_is_open)
{
    static struct cnop_scan_name two[2];
    struct cnop_str apart = CNOP_STR("[{\"a\":1,\"b\":2},{\"a\":1,\"b\":2}]");
    struct cnop_str nested = CNOP_STR("{\"a\":{\"b\":{\"c\":1}}}");

    cnop_scan_start_with(&scan, apart, &wide, two, CNOP_COUNT(two));
    ck_assert_int_eq(cnop_scan_text(&scan), CNOP_OK);
    cnop_scan_start_with(&scan, nested, &wide, two, CNOP_COUNT(two));
    ck_assert_int_eq(cnop_scan_text(&scan), CNOP_E_MALFORMED_JSON);
    ck_assert_str_eq(scan.reason, "an object has too many keys");
}
END_TEST

START_TEST(no_object_has_a_name_twice)
{
    static const char *const twice[] = {
        "{\"a\":1,\"a\":2}",
        "{\"a\":1,\"b\":{},\"a\":2}",
        "[{\"a\":{\"b\":1,\"b\":1}}]",
        "{\"\":1,\"\":2}",
        "{\"a\":1,\"\\u0061\":2}",
        "{\"\\u00e9\":1,\"\xC3\xA9\":2}",
        "{\"\\ud83d\\ude00\":1,\"\xF0\x9F\x98\x80\":2}",
        "{\"\\n\":1,\"\\u000A\":2}",
        "{\"\\/\":1,\"/\":2}",
    };
    static const char *const once[] = {
        "{\"a\":{\"a\":{\"a\":1}}}", "[{\"a\":1},{\"a\":1}]",
        "{\"a\":1,\"A\":2}",         "{\"a\":1,\"a \":2,\"aa\":3,\"\":4}",
        "{\"\\u0061\":1,\"b\":2}",   "{\"a\\n\":1,\"a\":2,\"an\":3}",
    };

    for (size_t i = 0; i < CNOP_COUNT(twice); i++) {
        ck_assert_msg(scan_text(cnop_str_from(twice[i])) == CNOP_E_MALFORMED_JSON, "%s", twice[i]);
        ck_assert_str_eq(scan.reason, "an object has the same key twice");
    }
    for (size_t i = 0; i < CNOP_COUNT(once); i++)
        ck_assert_msg(scan_text(cnop_str_from(once[i])) == CNOP_OK, "%s", once[i]);
}
END_TEST

START_TEST(numbers_in_source_order)
{
    struct cnop_str text = CNOP_STR("{\"a1\":-1.50,\"b\":[\"2\\\"3\",4e+5,true],\"c\":0}");
    static const char *const expected[] = {"-1.50", "4e+5", "0"};
    struct cnop_str numbers[8];

    cnop_scan_start_with(&scan, text, &wide, names, NAME_CAP);
    scan.numbers = numbers;
    ck_assert_int_eq(cnop_scan_text(&scan), CNOP_OK);
    ck_assert_uint_eq(scan.number_count, CNOP_COUNT(expected));
    for (size_t i = 0; i < CNOP_COUNT(expected); i++)
        ck_assert(cnop_str_equal(numbers[i], cnop_str_from(expected[i])));
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
    tcase_add_test(tests, names_need_room_only_while_their_object_is_open);
    tcase_add_test(tests, no_object_has_a_name_twice);
    tcase_add_test(tests, numbers_in_source_order);
}

UNIT_MAIN("json_scan", add)
