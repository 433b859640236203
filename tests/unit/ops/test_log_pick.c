/* SPDX-License-Identifier: MIT */
/* The newest lines, whatever order they come in. */
#include "fcgi_services/ops/log_pick.h"

#include "shared/base/base.h"
#include "tests/unit/unit.h"

#define LIMIT 5
#define LINES 97 /* prime: steps of any length reach every line */

static struct cnop_arena *arena;
static struct ops_log_pick pick;

static void
setup(void)
{
    arena = cnop_arena_new((size_t)4 * 1024 * 1024);
    ck_assert_int_eq(ops_log_pick_init(&pick, arena, LIMIT), CNOP_OK);
}

static void
teardown(void)
{
    cnop_arena_free(&arena);
}

static void
add_line(uint64_t number)
{
    const struct ops_log_place place = {
        .time_us = (int64_t)(number / 10), .file = number / 5 % 2, .offset = number % 5};
    char memory[16];
    struct cnop_buf buf;

    cnop_buf_init(&buf, memory, sizeof(memory));
    cnop_buf_u64(&buf, number);
    ops_log_pick_add(&pick, &place, cnop_buf_view(&buf));
}

START_TEST(the_newest_stay_in_order)
{
    for (uint64_t stride = 1; stride < LINES; stride += 7) {
        pick.count = 0;
        for (uint64_t i = 0; i < LINES; i++)
            add_line(i * stride % LINES);
        ops_log_pick_sort(&pick, INT64_MIN);
        ck_assert_uint_eq(pick.count, LIMIT);
        for (size_t i = 0; i < LIMIT; i++) {
            uint64_t number;

            ck_assert_int_eq(cnop_str_parse_u64(pick.hits[i].line, 0, LINES, &number), CNOP_OK);
            ck_assert_uint_eq(number, LINES - 1 - i);
        }
    }
}
END_TEST

START_TEST(it_is_settled_when_nothing_older_counts)
{
    for (uint64_t i = 0; i < LIMIT - 1; i++)
        add_line(50 + i);
    ck_assert(!ops_log_pick_is_settled(&pick, 0));
    add_line(60);
    ck_assert(ops_log_pick_is_settled(&pick, 4));
    ck_assert(!ops_log_pick_is_settled(&pick, 5)); /* the same moment may hold younger ones */
}
END_TEST

START_TEST(what_is_not_certain_is_dropped)
{
    add_line(10);
    add_line(20);
    add_line(30);
    ops_log_pick_sort(&pick, 2);
    ck_assert_uint_eq(pick.count, 2);
    ck_assert(cnop_str_equal(pick.hits[1].line, CNOP_STR("20")));
}
END_TEST

START_TEST(memory_is_asked_for_once)
{
    struct cnop_arena *small = cnop_arena_new(OPS_LOG_LINE_BYTES);

    ck_assert_int_eq(ops_log_pick_init(&pick, small, LIMIT), CNOP_E_NO_MEMORY);
    cnop_arena_free(&small);
}
END_TEST

static void
add(TCase *tests)
{
    tcase_add_checked_fixture(tests, setup, teardown);
    tcase_add_test(tests, the_newest_stay_in_order);
    tcase_add_test(tests, it_is_settled_when_nothing_older_counts);
    tcase_add_test(tests, what_is_not_certain_is_dropped);
    tcase_add_test(tests, memory_is_asked_for_once);
}

UNIT_MAIN("log_pick", add)
