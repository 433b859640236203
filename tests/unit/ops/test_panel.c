/* SPDX-License-Identifier: MIT */
/* The catalogue as it is compiled in. */
#include "fcgi_services/ops/panel.h"

#include "fcgi_services/ops/answer.h"
#include "fcgi_services/ops/asking.h"
#include "shared/base/base.h"
#include "tests/unit/unit.h"

START_TEST(every_panel_is_found_by_its_name)
{
    ck_assert_uint_gt(ops_panel_count, 30);
    for (size_t i = 0; i < ops_panel_count; i++)
        ck_assert_ptr_eq(ops_panel_find(cnop_str_from(ops_panels[i].id)), &ops_panels[i]);
    ck_assert_ptr_null(ops_panel_find(CNOP_STR("")));
    ck_assert_ptr_null(ops_panel_find(CNOP_STR("overview")));
    ck_assert_ptr_null(ops_panel_find(CNOP_STR("overview-requests ")));
}
END_TEST

START_TEST(queries_follow_one_another)
{
    size_t next = 0;

    for (size_t i = 0; i < ops_panel_count; i++) {
        ck_assert_uint_eq(ops_panels[i].first_query, next);
        ck_assert_uint_ge(ops_panels[i].query_count, 1);
        ck_assert_uint_le(ops_panels[i].query_count, 3);
        next += ops_panels[i].query_count;
    }
}
END_TEST

START_TEST(every_query_can_be_sent)
{
    const struct ops_grid grid = {.from_s = 1700000000, .step_s = 15, .count = 241};
    const struct cnop_json no_labels = {.kind = CNOP_JSON_OBJECT};
    char memory[2048];
    struct cnop_buf buf;

    for (size_t i = 0; i < ops_panel_count; i++)
        for (size_t q = 0; q < ops_panels[i].query_count; q++) {
            const struct ops_query *query = ops_panel_query(&ops_panels[i], q);

            cnop_buf_init(&buf, memory, sizeof(memory));
            ops_write_range_form(&buf, query->expression, &grid, 60);
            ck_assert(!buf.overflow);
            ck_assert(cnop_str_is_word(cnop_buf_view(&buf), "%=&"));
            cnop_buf_clear(&buf);
            ops_write_legend(&buf, query->legend, &no_labels);
            ck_assert(!buf.overflow);
        }
}
END_TEST

static void
add(TCase *tests)
{
    tcase_add_test(tests, every_panel_is_found_by_its_name);
    tcase_add_test(tests, queries_follow_one_another);
    tcase_add_test(tests, every_query_can_be_sent);
}

UNIT_MAIN("panel", add)
