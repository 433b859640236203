/* SPDX-License-Identifier: MIT */
/* Spans and their bounds, and what is sent. */
#include "fcgi_services/ops/asking.h"

#include "shared/base/base.h"
#include "tests/unit/unit.h"

#define NOW_S 1795000007

static enum cnop_err
make(uint64_t from_s, uint64_t to_s, uint64_t step_s, struct ops_grid *ret_grid,
     struct ops_span_fault *ret_fault)
{
    const struct ops_span span = {.from_s = from_s, .to_s = to_s, .step_s = step_s};

    return ops_grid_make(&span, NOW_S, ret_grid, ret_fault);
}

START_TEST(the_last_hour_is_what_nobody_asked_otherwise)
{
    struct ops_span_fault fault;
    struct ops_grid grid;

    ck_assert_int_eq(make(0, 0, 0, &grid, &fault), CNOP_OK);
    ck_assert_uint_eq(grid.step_s, 30);
    ck_assert_uint_eq(grid.from_s, (NOW_S - 3600) / 30 * 30);
    ck_assert_uint_eq(grid.from_s % grid.step_s, 0);
    ck_assert_uint_eq(grid.from_s + (grid.count - 1) * grid.step_s, NOW_S / 30 * 30);
    ck_assert_uint_eq(grid.count, 121);
}
END_TEST

START_TEST(every_span_fits)
{
    struct ops_span_fault fault;
    struct ops_grid grid;

    for (uint64_t span_s = 1; span_s <= OPS_SPAN_MAX_S; span_s += 1 + span_s / 7) {
        ck_assert_int_eq(make(NOW_S - span_s, NOW_S, 0, &grid, &fault), CNOP_OK);
        ck_assert_uint_ge(grid.count, 2);
        ck_assert_uint_le(grid.count, OPS_POINTS_MAX);
        ck_assert_uint_le(grid.from_s, NOW_S - span_s);
        ck_assert_uint_gt(grid.from_s + grid.count * grid.step_s, NOW_S);
        ck_assert(grid.count == 2 || grid.from_s + (grid.count - 1) * grid.step_s <= NOW_S);
    }
}
END_TEST

START_TEST(the_future_is_not_asked_for)
{
    struct ops_span_fault fault;
    struct ops_grid grid;

    ck_assert_int_eq(make(NOW_S - 60, NOW_S + 86400, 5, &grid, &fault), CNOP_OK);
    ck_assert_uint_lt(grid.from_s + (grid.count - 1) * grid.step_s, NOW_S + 5);
}
END_TEST

START_TEST(bad_spans_are_named)
{
    static const struct {
        uint64_t from_s, to_s, step_s;
        const char *field;
    } bad[] = {
        {NOW_S, NOW_S, 0, "from"},
        {NOW_S + 1, 0, 0, "from"},
        {NOW_S - 10, NOW_S - 20, 0, "from"},
        {UINT64_MAX, 0, 0, "from"},
        {NOW_S - OPS_SPAN_MAX_S - 1, NOW_S, 0, "from"},
        {NOW_S - 60, NOW_S, 4, "step"},
        {NOW_S - 60, NOW_S, 86401, "step"},
        {NOW_S - 60, NOW_S, UINT64_MAX, "step"},
        {NOW_S - 86400, NOW_S, 60, "step"},
    };

    for (size_t i = 0; i < CNOP_COUNT(bad); i++) {
        struct ops_span_fault fault = {0};
        struct ops_grid grid;

        ck_assert_int_eq(make(bad[i].from_s, bad[i].to_s, bad[i].step_s, &grid, &fault),
                         CNOP_E_INVALID);
        ck_assert_str_eq(fault.field, bad[i].field);
        ck_assert_ptr_nonnull(fault.rule);
    }
}
END_TEST

static void
check_form(const char *expression, uint64_t window_s, const char *wanted)
{
    const struct ops_grid grid = {.from_s = 1700000000, .step_s = 20, .count = 3};
    char memory[512];
    struct cnop_buf buf;

    cnop_buf_init(&buf, memory, sizeof(memory) - 1);
    ops_write_range_form(&buf, expression, &grid, window_s);
    memory[buf.len] = '\0';
    ck_assert_str_eq(memory, wanted);
}

START_TEST(forms_are_encoded)
{
    check_form("up", 60, "query=up&start=1700000000&end=1700000040&step=20");
    check_form("a{b=\"c&d\"} + 1", 60,
               "query=a%7Bb%3D%22c%26d%22%7D%20%2B%201&start=1700000000&end=1700000040&step=20");
    check_form(
        "r(x[$range])/r(y[$range])", 60,
        "query=r%28x%5B60s%5D%29%2Fr%28y%5B60s%5D%29&start=1700000000&end=1700000040&step=20");
    check_form("r(x[$range])", 5,
               "query=r%28x%5B20s%5D%29&start=1700000000&end=1700000040&step=20");
}
END_TEST

START_TEST(now_has_no_moments)
{
    char memory[64];
    struct cnop_buf buf;

    cnop_buf_init(&buf, memory, sizeof(memory) - 1);
    ops_write_instant_form(&buf, "x|y\xc3\xa4");
    memory[buf.len] = '\0';
    ck_assert_str_eq(memory, "query=x%7Cy%C3%A4");
}
END_TEST

static void
add(TCase *tests)
{
    tcase_add_test(tests, the_last_hour_is_what_nobody_asked_otherwise);
    tcase_add_test(tests, every_span_fits);
    tcase_add_test(tests, the_future_is_not_asked_for);
    tcase_add_test(tests, bad_spans_are_named);
    tcase_add_test(tests, forms_are_encoded);
    tcase_add_test(tests, now_has_no_moments);
}

UNIT_MAIN("asking", add)
