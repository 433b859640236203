/* SPDX-License-Identifier: MIT */
/* What is believed of Prometheus: hostile, cut and huge answers are refused whole. */
#include "fcgi_services/ops/answer.h"

#include "shared/base/base.h"
#include "tests/unit/unit.h"

#define MATRIX(results)                                                                            \
    "{\"status\":\"success\",\"data\":{\"resultType\":\"matrix\",\"result\":[" results "]}}"
#define VECTOR(results)                                                                            \
    "{\"status\":\"success\",\"data\":{\"resultType\":\"vector\",\"result\":[" results "]}}"

static struct cnop_arena *arena;
static struct ops_matrix matrix;
static const struct ops_grid grid = {.from_s = 1000, .step_s = 10, .count = 4};

static void
setup(void)
{
    arena = cnop_arena_new((size_t)12 * 1024 * 1024);
}

static void
teardown(void)
{
    cnop_arena_free(&arena);
}

static enum cnop_err
read_text(const char *text)
{
    return ops_read_matrix(arena, cnop_str_from(text), &grid, &matrix);
}

START_TEST(points_land_on_their_moments)
{
    const struct cnop_str *values;

    ck_assert_int_eq(read_text(MATRIX("{\"metric\":{\"service\":\"auth\"},\"values\":"
                                      "[[1000,\"0.25\"],[1020,\"NaN\"],[1030,\"-1e-05\"]]}")),
                     CNOP_OK);
    ck_assert_uint_eq(matrix.count, 1);
    ck_assert_uint_eq(matrix.omitted, 0);
    values = matrix.series[0].values;
    ck_assert(cnop_str_equal(values[0], CNOP_STR("0.25")));
    ck_assert(cnop_str_empty(values[1]));
    ck_assert(cnop_str_empty(values[2]));
    ck_assert(cnop_str_equal(values[3], CNOP_STR("-1e-05")));
    ck_assert(
        cnop_str_equal(ops_label(matrix.series[0].labels, CNOP_STR("service")), CNOP_STR("auth")));
}
END_TEST

START_TEST(nothing_and_warnings_are_fine)
{
    ck_assert_int_eq(read_text(MATRIX("")), CNOP_OK);
    ck_assert_uint_eq(matrix.count, 0);
    ck_assert_int_eq(read_text("{\"status\":\"success\",\"warnings\":[\"slow\"],\"data\":"
                               "{\"resultType\":\"matrix\",\"result\":[]}}"),
                     CNOP_OK);
}
END_TEST

static const char *const bad[] = {
    "",
    "null",
    "[]",
    "{}",
    "<html>",
    "{\"status\":\"success\",\"data\":{\"resultType\":\"matrix\",\"result\":[",
    "{\"status\":\"error\",\"data\":{\"resultType\":\"matrix\",\"result\":[]}}",
    "{\"status\":1,\"data\":{\"resultType\":\"matrix\",\"result\":[]}}",
    "{\"status\":\"success\",\"data\":[]}",
    "{\"status\":\"success\",\"data\":{\"resultType\":\"matrix\",\"result\":{}}}",
    VECTOR(""),
    MATRIX("1"),
    MATRIX("{}"),
    MATRIX("{\"metric\":[],\"values\":[]}"),
    MATRIX("{\"metric\":{\"a\":1},\"values\":[]}"),
    MATRIX("{\"metric\":{}}"),
    MATRIX("{\"metric\":{},\"values\":{}}"),
    MATRIX("{\"metric\":{},\"values\":[1]}"),
    MATRIX("{\"metric\":{},\"values\":[[1000]]}"),
    MATRIX("{\"metric\":{},\"values\":[[1000,1]]}"),
    MATRIX("{\"metric\":{},\"values\":[[\"1000\",\"1\"]]}"),
    MATRIX("{\"metric\":{},\"values\":[[1000,\"1\",2]]}"),
    MATRIX("{\"metric\":{},\"values\":[[1001,\"1\"]]}"),
    MATRIX("{\"metric\":{},\"values\":[[990,\"1\"]]}"),
    MATRIX("{\"metric\":{},\"values\":[[1040,\"1\"]]}"),
    MATRIX("{\"metric\":{},\"values\":[[1000.5,\"1\"]]}"),
    MATRIX("{\"metric\":{},\"values\":[[1000,\"1\"],[1000,\"1\"]]}"),
    MATRIX("{\"metric\":{},\"values\":[[1010,\"1\"],[1000,\"1\"]]}"),
    MATRIX("{\"metric\":{},\"values\":[[1000,\"1\"],[1010,\"1\"],[1020,\"1\"],[1030,\"1\"],"
           "[1030,\"1\"]]}"),
};

START_TEST(other_answers_are_refused)
{
    ck_assert_int_eq(read_text(bad[_i]), CNOP_E_MONITORING_FAILED);
}
END_TEST

START_TEST(values_are_decimals_and_nothing_else)
{
    static const char *const wrong[] = {"",
                                        "1,5",
                                        "0x10",
                                        "01",
                                        "1.",
                                        ".5",
                                        "+1",
                                        "1e",
                                        "1e+",
                                        "inf",
                                        "nan",
                                        "--1",
                                        "1 ",
                                        "1\\u0000",
                                        "1]}",
                                        "Inf",
                                        "-",
                                        "1e5e5",
                                        "123456789012345678901234567890123"};
    static const char *const right[] = {"0",     "-0",    "1.5", "12345678901234567890",
                                        "1e+30", "2.5E-7"};
    char text[256];

    for (size_t i = 0; i < CNOP_COUNT(wrong); i++) {
        snprintf(text, sizeof(text), MATRIX("{\"metric\":{},\"values\":[[1000,\"%s\"]]}"),
                 wrong[i]);
        ck_assert_int_eq(read_text(text), CNOP_E_MONITORING_FAILED);
    }
    for (size_t i = 0; i < CNOP_COUNT(right); i++) {
        snprintf(text, sizeof(text), MATRIX("{\"metric\":{},\"values\":[[1000,\"%s\"]]}"),
                 right[i]);
        ck_assert_int_eq(read_text(text), CNOP_OK);
    }
}
END_TEST

START_TEST(an_answer_cut_anywhere_is_refused)
{
    static const char whole[] =
        MATRIX("{\"metric\":{\"a\":\"b\"},\"values\":[[1000,\"1\"],[1010,\"2\"]]}");

    for (size_t len = 0; len < sizeof(whole) - 1; len++) {
        cnop_arena_reset(arena);
        ck_assert_int_eq(ops_read_matrix(arena, cnop_str_make(whole, len), &grid, &matrix),
                         CNOP_E_MONITORING_FAILED);
    }
}
END_TEST

/* A matrix of so many series with one value each. */
static struct cnop_str
many(size_t series)
{
    static char memory[OPS_ANSWER_BYTES + 256];
    struct cnop_buf buf;

    cnop_buf_init(&buf, memory, sizeof(memory));
    cnop_buf_text(&buf, "{\"status\":\"success\",\"data\":{\"resultType\":\"matrix\",\"result\":[");
    for (size_t i = 0; i < series; i++)
        cnop_buf_printf(&buf, "%s{\"metric\":{\"n\":\"%zu\"},\"values\":[[1000,\"%zu\"]]}",
                        i == 0 ? "" : ",", i, i);
    cnop_buf_text(&buf, "]}}");
    ck_assert(!buf.overflow);
    return cnop_buf_view(&buf);
}

START_TEST(more_series_than_are_shown_are_counted)
{
    ck_assert_int_eq(ops_read_matrix(arena, many(OPS_SERIES_MAX), &grid, &matrix), CNOP_OK);
    ck_assert_uint_eq(matrix.omitted, 0);
    ck_assert_int_eq(ops_read_matrix(arena, many(OPS_SERIES_MAX + 3), &grid, &matrix), CNOP_OK);
    ck_assert_uint_eq(matrix.count, OPS_SERIES_MAX);
    ck_assert_uint_eq(matrix.omitted, 3);
    cnop_arena_reset(arena);
    ck_assert_int_eq(ops_read_matrix(arena, many(15000), &grid, &matrix), CNOP_E_MONITORING_FAILED);
}
END_TEST

START_TEST(a_full_chart_fits_the_memory_of_a_request)
{
    static char memory[OPS_ANSWER_BYTES];
    const struct ops_grid whole = {.from_s = 1700000000, .step_s = 15, .count = OPS_POINTS_MAX};
    struct cnop_buf buf;

    ck_assert_ptr_nonnull(cnop_arena_alloc(arena, OPS_ANSWER_BYTES)); /* the body itself */
    cnop_buf_init(&buf, memory, sizeof(memory));
    cnop_buf_text(&buf, "{\"status\":\"success\",\"data\":{\"resultType\":\"matrix\",\"result\":[");
    for (size_t i = 0; i < OPS_SERIES_MAX; i++) {
        cnop_buf_printf(&buf, "%s{\"metric\":{\"endpoint\":\"/api/v1/%zu\"},\"values\":[",
                        i == 0 ? "" : ",", i);
        for (size_t p = 0; p < whole.count; p++)
            cnop_buf_printf(&buf, "%s[%llu,\"0.0012345678901234567\"]", p == 0 ? "" : ",",
                            (unsigned long long)(whole.from_s + p * whole.step_s));
        cnop_buf_text(&buf, "]}");
    }
    cnop_buf_text(&buf, "]}}");
    ck_assert(!buf.overflow);
    ck_assert_int_eq(ops_read_matrix(arena, cnop_buf_view(&buf), &whole, &matrix), CNOP_OK);
    ck_assert_uint_eq(matrix.count, OPS_SERIES_MAX);
}
END_TEST

START_TEST(a_vector_is_read_and_others_are_not)
{
    static const char *const wrong[] = {
        MATRIX(""), VECTOR("{\"metric\":{}}"), VECTOR("{\"metric\":{},\"value\":1}"),
        VECTOR("{\"value\":[1,\"1\"]}"), VECTOR("{\"metric\":{},\"value\":[1,\"x\"]}")};
    const struct ops_sample *samples;
    size_t count;

    ck_assert_int_eq(ops_read_vector(arena,
                                     CNOP_STR(VECTOR("{\"metric\":{\"__name__\":\"up\"},"
                                                     "\"value\":[1700000000.123,\"1\"]}")),
                                     &samples, &count),
                     CNOP_OK);
    ck_assert_uint_eq(count, 1);
    ck_assert(cnop_str_equal(samples[0].value, CNOP_STR("1")));
    for (size_t i = 0; i < CNOP_COUNT(wrong); i++)
        ck_assert_int_eq(ops_read_vector(arena, cnop_str_from(wrong[i]), &samples, &count),
                         CNOP_E_MONITORING_FAILED);
}
END_TEST

static void
check_legend(const char *legend, const char *wanted)
{
    char memory[64];
    struct cnop_buf buf;

    cnop_buf_init(&buf, memory, sizeof(memory) - 1);
    ops_write_legend(&buf, legend, matrix.series[0].labels);
    memory[buf.len] = '\0';
    ck_assert_str_eq(memory, wanted);
}

START_TEST(legends_are_filled_in)
{
    ck_assert_int_eq(
        read_text(MATRIX("{\"metric\":{\"service\":\"a{{b}}\",\"status_code\":\"422\"},"
                         "\"values\":[]}")),
        CNOP_OK);
    check_legend("p95", "p95");
    check_legend("{{status_code}}", "422");
    check_legend("{{service}} {{status_code}}", "a{{b}} 422");
    check_legend("of {{nothing}}.", "of .");
}
END_TEST

static void
add(TCase *tests)
{
    tcase_add_checked_fixture(tests, setup, teardown);
    tcase_add_test(tests, points_land_on_their_moments);
    tcase_add_test(tests, nothing_and_warnings_are_fine);
    tcase_add_loop_test(tests, other_answers_are_refused, 0, (int)CNOP_COUNT(bad));
    tcase_add_test(tests, values_are_decimals_and_nothing_else);
    tcase_add_test(tests, an_answer_cut_anywhere_is_refused);
    tcase_add_test(tests, more_series_than_are_shown_are_counted);
    tcase_add_test(tests, a_full_chart_fits_the_memory_of_a_request);
    tcase_add_test(tests, a_vector_is_read_and_others_are_not);
    tcase_add_test(tests, legends_are_filled_in);
}

UNIT_MAIN("answer", add)
