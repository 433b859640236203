/* SPDX-License-Identifier: MIT */
/* Queries as the browser sends them, and what lines pass: by the bytes (the quick way) and by the
 * members (the last word). Covers fcgi_services/ops/log_query_json.c and
 * fcgi_services/ops/log_line_json.c, too. */
#include "fcgi_services/ops/log_query.h"

#include "fcgi_services/ops/log_line_json.h"
#include "fcgi_services/ops/log_query_json.h"
#include "shared/base/base.h"
#include "tests/unit/unit.h"

#include <string.h>

#define AT "2026-11-27T04:00:00.000000Z"
#define AT_US INT64_C(1795752000000000)
#define HEAD "{\"timestamp\":\"" AT "\",\"level\":\"WARN\",\"service\":\"inventory\","
/* The shape of a service's line, and of the gateway's. */
#define LINE                                                                                       \
    HEAD                                                                                           \
        "\"request_id\":\"req-1\",\"user\":\"1042\",\"action\":\"request_end\","                   \
        "\"message\":\"request answered\",\"extra\":{\"route\":\"/api/v1/assets/{asset_id}\","     \
        "\"status\":422,\"code\":\"validation_failed\",\"cause\":\"a \\\"b\\\"\",\"dur_us\":1500," \
        "\"gone\":null}}"
#define ACCESS                                                                                     \
    "{\"timestamp\":\"2026-11-27T05:00:00+01:00\",\"level\":\"INFO\",\"service\":\"gateway\","     \
    "\"status\":503,\"upstream_time\":\"0.25\",\"user_agent\":\"says \\\"status\\\":200 x\"}"

static struct cnop_arena *arena;
static struct ops_log_query query;
static const char *rule;

static void
setup(void)
{
    arena = cnop_arena_new((size_t)1024 * 1024);
}

static void
teardown(void)
{
    cnop_arena_free(&arena);
}

static enum cnop_err
read_query(const char *text)
{
    query = (struct ops_log_query){.from_us = 0, .to_us = INT64_MAX};
    query.before.time_us = INT64_MAX;
    return ops_log_query_read(arena, cnop_str_from(text), &query, &rule);
}

/* Both ways must agree where a line passes. */
static bool
passes(const char *line)
{
    struct ops_log_facts facts;
    bool is_read = ops_log_line_read(&query, cnop_str_from(line), &facts);

    if (is_read)
        ck_assert(ops_log_may_match(&query, cnop_str_from(line)));
    return is_read;
}

struct sample {
    const char *match;
    bool of_line, of_access; /* whether LINE, and whether ACCESS passes */
};

START_TEST(tests_of_fields)
{
    static const struct sample samples[] = {
        {"[]", true, true},
        {"[{\"field\":\"service\",\"op\":\"is\",\"values\":[\"inventory\"]}]", true, false},
        {"[{\"field\":\"service\",\"op\":\"is\",\"values\":[\"a\",\"gateway\"]}]", false, true},
        {"[{\"field\":\"service\",\"op\":\"is\",\"not\":true,\"values\":[\"gateway\"]}]", true,
         false},
        /* of the line, else of its extra */
        {"[{\"field\":\"status\",\"op\":\"is\",\"values\":[\"422\"]}]", true, false},
        {"[{\"field\":\"extra_status\",\"op\":\"is\",\"values\":[\"422\"]}]", true, false},
        {"[{\"field\":\"extra_status\",\"op\":\"is\",\"values\":[\"503\"]}]", false, false},
        {"[{\"field\":\"status\",\"op\":\"at_least\",\"values\":[\"500\"]}]", false, true},
        {"[{\"field\":\"status\",\"op\":\"below\",\"values\":[\"500\"]}]", true, false},
        {"[{\"field\":\"status\",\"op\":\"above\",\"values\":[\"422\"]}]", false, true},
        {"[{\"field\":\"status\",\"op\":\"at_most\",\"values\":[\"422\"]}]", true, false},
        /* what a string says of it is no member */
        {"[{\"field\":\"status\",\"op\":\"is\",\"values\":[\"200\"]}]", false, false},
        /* numbers in strings are numbers, others are not */
        {"[{\"field\":\"upstream_time\",\"op\":\"above\",\"values\":[\"0.249999\"]}]", false, true},
        {"[{\"field\":\"code\",\"op\":\"above\",\"values\":[\"0\"]}]", false, false},
        {"[{\"field\":\"level\",\"op\":\"is\",\"values\":[\"warn\"]}]", true, false},
        {"[{\"field\":\"route\",\"op\":\"starts\",\"values\":[\"/api/v1/assets\"]}]", true, false},
        {"[{\"field\":\"route\",\"op\":\"ends\",\"values\":[\"{asset_id}\"]}]", true, false},
        {"[{\"field\":\"code\",\"op\":\"contains\",\"values\":[\"dation\"]}]", true, false},
        {"[{\"field\":\"cause\",\"op\":\"is\",\"values\":[\"a \\\"b\\\"\"]}]", true, false},
        /* lacking, null and empty are one */
        {"[{\"field\":\"code\",\"op\":\"is\",\"values\":[\"\"]}]", false, true},
        {"[{\"field\":\"gone\",\"op\":\"is\",\"values\":[\"\"]}]", true, true},
        {"[{\"field\":\"gone\",\"op\":\"is\",\"values\":[\"null\"]}]", false, false},
        {"[{\"field\":\"code\",\"op\":\"is\",\"not\":true,\"values\":[\"\"]}]", true, false},
        {"[{\"field\":\"extra\",\"op\":\"contains\",\"values\":[\"validation\"]}]", true, false},
        /* the line as it is written */
        {"[{\"op\":\"contains\",\"values\":[\"\\\"code\\\":\\\"validation\"]}]", true, false},
        {"[{\"op\":\"contains\",\"not\":true,\"values\":[\"request\"]}]", false, true},
        /* all must hold */
        {"[{\"field\":\"service\",\"op\":\"is\",\"values\":[\"inventory\"]},"
         "{\"field\":\"status\",\"op\":\"is\",\"values\":[\"422\"]}]",
         true, false},
        {"[{\"field\":\"service\",\"op\":\"is\",\"values\":[\"gateway\"]},"
         "{\"field\":\"status\",\"op\":\"is\",\"values\":[\"422\"]}]",
         false, false},
    };

    for (size_t i = 0; i < CNOP_COUNT(samples); i++) {
        ck_assert_msg(read_query(samples[i].match) == CNOP_OK, "%s: %s", samples[i].match, rule);
        ck_assert_msg(passes(LINE) == samples[i].of_line, "%s", samples[i].match);
        ck_assert_msg(passes(ACCESS) == samples[i].of_access, "%s", samples[i].match);
    }
}
END_TEST

START_TEST(bad_queries_say_why)
{
    static const char *const texts[] = {
        "{}",
        "[",
        "[1]",
        "[[]]",
        "[{}]",
        "[{\"op\":\"contains\"}]",
        "[{\"op\":\"contains\",\"values\":[]}]",
        "[{\"op\":\"contains\",\"values\":[1]}]",
        "[{\"op\":\"contains\",\"values\":\"x\"}]",
        "[{\"op\":\"is\",\"values\":[\"x\"]}]",
        "[{\"field\":\"\",\"op\":\"is\",\"values\":[\"x\"]}]",
        "[{\"field\":\"a.b\",\"op\":\"is\",\"values\":[\"x\"]}]",
        "[{\"field\":1,\"op\":\"is\",\"values\":[\"x\"]}]",
        "[{\"field\":\"a\",\"op\":\"like\",\"values\":[\"x\"]}]",
        "[{\"field\":\"a\",\"op\":\"is\",\"values\":[\"x\"],\"not\":1}]",
        "[{\"field\":\"a\",\"op\":\"is\",\"values\":[\"x\"],\"more\":1}]",
        "[{\"field\":\"a\",\"op\":\"above\",\"values\":[\"x\"]}]",
        "[{\"field\":\"a\",\"op\":\"above\",\"values\":[\"1\",\"2\"]}]",
        "[{\"field\":\"a\",\"op\":\"above\",\"values\":[\"1\"],\"not\":true}]",
    };

    for (size_t i = 0; i < CNOP_COUNT(texts); i++) {
        rule = NULL;
        ck_assert_msg(read_query(texts[i]) == CNOP_E_INVALID, "%s", texts[i]);
        ck_assert_ptr_nonnull(rule);
    }
    ck_assert_int_eq(read_query(""), CNOP_OK);
    ck_assert_uint_eq(query.test_count, 0);
}
END_TEST

START_TEST(a_query_has_bounds)
{
    static char text[2 * OPS_LOG_MATCH_BYTES];
    struct cnop_buf buf;

    cnop_buf_init(&buf, text, sizeof(text) - 1);
    for (size_t i = 0; i <= OPS_LOG_TEST_MAX; i++)
        cnop_buf_printf(&buf, "%s{\"op\":\"contains\",\"values\":[\"x\"]}", i == 0 ? "[" : ",");
    cnop_buf_char(&buf, ']');
    text[buf.len] = '\0';
    ck_assert_int_eq(read_query(text), CNOP_E_INVALID);
    memset(text, ' ', sizeof(text) - 1);
    text[0] = '[';
    text[OPS_LOG_MATCH_BYTES] = ']';
    text[OPS_LOG_MATCH_BYTES + 1] = '\0';
    ck_assert_int_eq(read_query(text), CNOP_E_INVALID);
}
END_TEST

START_TEST(what_is_not_json_is_not_believed)
{
    static const char *const lines[] = {
        "",
        "2026/11/27 04:00:00 [error] upstream",
        LINE "x",
        "x" LINE,
        "[" LINE "]",
        HEAD "\"user\":\"1",
        HEAD "\"level\":\"ERROR\"}",
        "{\"level\":\"INFO\"}",
        "{\"timestamp\":\"yesterday\"}",
        "{\"timestamp\":1795752000}",
        "{\"timestamp\":\"" AT "\",\"user\":\"\xff\"}",
        "{\"timestamp\":\"" AT "\",\"extra\":{\"a\":1,\"a\":2}}",
    };

    ck_assert_int_eq(read_query("[]"), CNOP_OK);
    for (size_t i = 0; i < CNOP_COUNT(lines); i++)
        ck_assert_msg(!passes(lines[i]), "%s", lines[i]);
    ck_assert(passes("{\"timestamp\":\"" AT "\"}"));
}
END_TEST

START_TEST(a_line_is_no_longer_than_it_may_be)
{
    static char line[OPS_LOG_LINE_BYTES + 2];
    static const char head[] = "{\"timestamp\":\"" AT "\",\"a\":\"";

    ck_assert_int_eq(read_query("[]"), CNOP_OK);
    memset(line, 'x', sizeof(line));
    memcpy(line, head, sizeof(head) - 1);
    memcpy(line + OPS_LOG_LINE_BYTES - 2, "\"}", 3);
    ck_assert(passes(line));
    memcpy(line + OPS_LOG_LINE_BYTES - 2, "x\"}", 4);
    ck_assert(!passes(line));
}
END_TEST

START_TEST(spans_have_a_beginning_and_an_end)
{
    ck_assert_int_eq(read_query("[]"), CNOP_OK);
    query.from_us = AT_US;
    query.to_us = AT_US + 1;
    ck_assert(passes(LINE));
    ck_assert(passes(ACCESS)); /* the same moment by other clocks */
    query.from_us = AT_US + 1;
    query.to_us = AT_US + 2;
    ck_assert(!passes(LINE));
    query.from_us = 0;
    query.to_us = AT_US;
    ck_assert(!passes(LINE));
}
END_TEST

START_TEST(blanks_hide_nothing)
{
    static const char line[] = " { \"timestamp\" : \"" AT "\" , \"status\" : 422 ,"
                               "\"extra\" : { \"code\" :\t\"x\" } } ";

    ck_assert_int_eq(read_query("[{\"field\":\"status\",\"op\":\"is\",\"values\":[\"422\"]},"
                                "{\"field\":\"code\",\"op\":\"is\",\"values\":[\"x\"]}]"),
                     CNOP_OK);
    ck_assert(passes(line));
}
END_TEST

START_TEST(severity_is_the_graver_of_two)
{
    static const struct {
        const char *line;
        enum ops_log_severity severity;
    } samples[] = {
        {LINE, OPS_LOG_WARNING},
        {ACCESS, OPS_LOG_ERROR},
        {"{\"timestamp\":\"" AT "\",\"level\":\"INFO\"}", OPS_LOG_FINE},
        {"{\"timestamp\":\"" AT "\",\"level\":\"CRITICAL\",\"status\":200}", OPS_LOG_ERROR},
        {"{\"timestamp\":\"" AT "\",\"level\":\"INFO\",\"status\":\"404\"}", OPS_LOG_WARNING},
        {"{\"timestamp\":\"" AT "\",\"level\":\"WARN\",\"extra\":{\"status\":500}}", OPS_LOG_ERROR},
        {"{\"timestamp\":\"" AT "\",\"level\":7,\"status\":99999}", OPS_LOG_FINE},
    };

    ck_assert_int_eq(read_query("[]"), CNOP_OK);
    for (size_t i = 0; i < CNOP_COUNT(samples); i++) {
        struct ops_log_facts facts;

        ck_assert(ops_log_line_read(&query, cnop_str_from(samples[i].line), &facts));
        ck_assert_int_eq(facts.severity, samples[i].severity);
    }
}
END_TEST

START_TEST(the_needle_is_the_longest_text_that_must_be_there)
{
    static const struct {
        const char *match, *needle;
    } samples[] = {
        {"[]", ""},
        {"[{\"field\":\"service\",\"op\":\"is\",\"values\":[\"inventory\"]}]", ""},
        {"[{\"field\":\"status\",\"op\":\"is\",\"values\":[\"422\"]},"
         "{\"op\":\"contains\",\"values\":[\"req-77\"]}]",
         "req-77"},
        {"[{\"field\":\"status\",\"op\":\"at_least\",\"values\":[\"400\"]}]", ""},
        {"[{\"field\":\"a\",\"op\":\"is\",\"values\":[\"xx\",\"yy\"]}]", ""},
        {"[{\"field\":\"a\",\"op\":\"is\",\"not\":true,\"values\":[\"xx\"]}]", ""},
        {"[{\"field\":\"a\",\"op\":\"is\",\"values\":[\"\\\"\"]}]", "\\\""},
    };

    for (size_t i = 0; i < CNOP_COUNT(samples); i++) {
        ck_assert_int_eq(read_query(samples[i].match), CNOP_OK);
        ck_assert(cnop_str_equal(ops_log_needle(&query), cnop_str_from(samples[i].needle)));
    }
}
END_TEST

START_TEST(the_service_chooses_files)
{
    ck_assert_int_eq(
        read_query("[{\"field\":\"service\",\"op\":\"is\",\"not\":true,\"values\":[\"audit\"]}]"),
        CNOP_OK);
    ck_assert(ops_log_wants_service(&query, CNOP_STR("order")));
    ck_assert(!ops_log_wants_service(&query, CNOP_STR("audit")));
}
END_TEST

START_TEST(numbers_are_decimals)
{
    static const char *const bad[] = {"",   "-",  ".5", "1.", "1e3", "0x1", "1234567890123",
                                      "1 ", "1.x"};
    int64_t micro;

    for (size_t i = 0; i < CNOP_COUNT(bad); i++)
        ck_assert_int_eq(ops_log_number(cnop_str_from(bad[i]), &micro), CNOP_E_INVALID);
    ck_assert_int_eq(ops_log_number(CNOP_STR("-0.5"), &micro), CNOP_OK);
    ck_assert_int_eq(micro, -500000);
    ck_assert_int_eq(ops_log_number(CNOP_STR("999999999999.1234569"), &micro), CNOP_OK);
    ck_assert_int_eq(micro, INT64_C(999999999999123456));
}
END_TEST

START_TEST(a_cursor_is_a_place)
{
    static const char *const bad[] = {"", "1", "1-2", "1-2-", "-1-2-3", "1-2-3-4", "1-2-x"};
    const struct ops_log_place place = {.time_us = AT_US, .file = UINT64_MAX, .offset = 7};
    struct ops_log_place back;
    char memory[64];
    struct cnop_buf buf;

    cnop_buf_init(&buf, memory, sizeof(memory));
    ops_log_write_place(&buf, &place);
    ck_assert_int_eq(ops_log_read_place(cnop_buf_view(&buf), &back), CNOP_OK);
    ck_assert_int_eq(ops_log_place_compare(&place, &back), 0);
    for (size_t i = 0; i < CNOP_COUNT(bad); i++)
        ck_assert_int_eq(ops_log_read_place(cnop_str_from(bad[i]), &back), CNOP_E_INVALID);
}
END_TEST

static void
add(TCase *tests)
{
    tcase_add_checked_fixture(tests, setup, teardown);
    tcase_add_test(tests, tests_of_fields);
    tcase_add_test(tests, bad_queries_say_why);
    tcase_add_test(tests, a_query_has_bounds);
    tcase_add_test(tests, what_is_not_json_is_not_believed);
    tcase_add_test(tests, a_line_is_no_longer_than_it_may_be);
    tcase_add_test(tests, spans_have_a_beginning_and_an_end);
    tcase_add_test(tests, blanks_hide_nothing);
    tcase_add_test(tests, severity_is_the_graver_of_two);
    tcase_add_test(tests, the_needle_is_the_longest_text_that_must_be_there);
    tcase_add_test(tests, the_service_chooses_files);
    tcase_add_test(tests, numbers_are_decimals);
    tcase_add_test(tests, a_cursor_is_a_place);
}

UNIT_MAIN("log_query", add)
