/* SPDX-License-Identifier: MIT */
/* Every period over tables of a few rows, against counting. */
#include "shared/db/time_search.h"

#include "tests/unit/unit.h"

#define ROW_MAX 6

struct table {
    struct cnop_time_row rows[ROW_MAX];
    size_t count;
    int looks_left;
};

static enum cnop_err
look(void *arg, int64_t from_id, struct cnop_time_row *ret_row)
{
    struct table *table = arg;

    if (table->looks_left-- == 0)
        return CNOP_E_DB_FAILED;
    for (size_t i = 0; i < table->count; i++) {
        if (from_id == CNOP_TIME_LAST_ID ? i == table->count - 1 : table->rows[i].id >= from_id) {
            *ret_row = table->rows[i];
            return CNOP_OK;
        }
    }
    return CNOP_E_NOT_FOUND;
}

/* Ids with gaps; times that rise, some of them equal. */
static struct table
table_of(size_t count)
{
    struct table table = {.count = count, .looks_left = 1000};

    for (size_t i = 0; i < count; i++)
        table.rows[i] =
            (struct cnop_time_row){.id = (int64_t)(3 + 5 * i), .time_us = (int64_t)(10 * (i / 2))};
    return table;
}

static bool
is_in(int64_t value, int64_t after, int64_t before)
{
    return value > after && value < before;
}

START_TEST(every_period_is_found)
{
    struct table table = table_of((size_t)_i);
    const struct cnop_time_rows rows = {look, &table};

    for (int64_t from = -5; from <= 35; from += 5) {
        for (int64_t to = from; to <= 35; to += 5) {
            int64_t after = 0, before = INT64_MAX;

            table.looks_left = 1000;
            ck_assert_int_eq(cnop_time_narrow(&rows, from, to, &after, &before), CNOP_OK);
            for (size_t i = 0; i < table.count; i++)
                ck_assert_int_eq(is_in(table.rows[i].id, after, before),
                                 is_in(table.rows[i].time_us, from - 1, to));
        }
    }
}
END_TEST

START_TEST(open_ends_cost_nothing)
{
    struct table table = {.looks_left = 0};
    const struct cnop_time_rows rows = {look, &table};
    int64_t after = 7, before = 9;

    ck_assert_int_eq(cnop_time_narrow(&rows, INT64_MIN, INT64_MAX, &after, &before), CNOP_OK);
    ck_assert_int_eq(after, 7);
    ck_assert_int_eq(before, 9);
}
END_TEST

START_TEST(a_narrower_range_stays)
{
    struct table table = table_of(ROW_MAX);
    const struct cnop_time_rows rows = {look, &table};
    int64_t after = 20, before = 21;

    ck_assert_int_eq(cnop_time_narrow(&rows, 0, 100, &after, &before), CNOP_OK);
    ck_assert_int_eq(after, 20);
    ck_assert_int_eq(before, 21);
}
END_TEST

START_TEST(every_failed_look_is_told)
{
    for (int failing = 0;; failing++) {
        struct table table = table_of(ROW_MAX);
        const struct cnop_time_rows rows = {look, &table};
        int64_t after = 0, before = INT64_MAX;
        enum cnop_err err;

        table.looks_left = failing;
        err = cnop_time_narrow(&rows, 10, 20, &after, &before);
        if (err == CNOP_OK) {
            ck_assert_int_gt(failing, 4);
            break;
        }
        ck_assert_int_eq(err, CNOP_E_DB_FAILED);
    }
}
END_TEST

static void
add(TCase *tests)
{
    tcase_add_loop_test(tests, every_period_is_found, 0, ROW_MAX + 1);
    tcase_add_test(tests, open_ends_cost_nothing);
    tcase_add_test(tests, a_narrower_range_stays);
    tcase_add_test(tests, every_failed_look_is_told);
}

UNIT_MAIN("db_time_search", add)
