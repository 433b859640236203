/* SPDX-License-Identifier: MIT */
/* Candles of all spans out of one row of prices. */
#include "fcgi_services/inventory/candle.h"

#include "tests/unit/unit.h"

#define NOW_S (INT64_C(20000) * 86400)

struct seen {
    struct candle list[4000];
    size_t count;
};

static void
remember(void *arg, const struct candle *candle)
{
    struct seen *seen = arg;

    ck_assert_uint_lt(seen->count, CNOP_COUNT(seen->list));
    seen->list[seen->count++] = *candle;
}

static const struct candle *
find(const struct seen *seen, int64_t span_s, int64_t start_s)
{
    for (size_t i = 0; i < seen->count; i++) {
        if (seen->list[i].span_s == span_s && seen->list[i].start_s == start_s)
            return &seen->list[i];
    }
    return NULL;
}

START_TEST(a_candle_holds_open_high_low_close_and_volume)
{
    static struct seen seen;
    struct candle_builder builder;
    const int64_t prices[] = {10, 14, 9, 11};
    const struct candle *candle;

    candle_builder_init(&builder, NOW_S, remember, &seen);
    for (size_t i = 0; i < CNOP_COUNT(prices); i++)
        candle_builder_push(&builder, NOW_S - 60 + (int64_t)i * 15, (cnop_price){prices[i]}, 100);
    candle_builder_push(&builder, NOW_S, (cnop_price){20}, 100);
    candle = find(&seen, 60, NOW_S - 60);
    ck_assert_ptr_nonnull(candle);
    ck_assert_int_eq(candle->open.e10, 10);
    ck_assert_int_eq(candle->high.e10, 20); /* the price on the boundary closes it */
    ck_assert_int_eq(candle->low.e10, 9);
    ck_assert_int_eq(candle->close.e10, 20);
    ck_assert_int_eq(candle->volume.quote_e2, 400);

    ck_assert_ptr_null(find(&seen, 60, NOW_S));
    candle_builder_finish(&builder);
    ck_assert_int_eq(find(&seen, 60, NOW_S)->open.e10, 20);
    ck_assert_int_eq(find(&seen, 86400, NOW_S)->volume.quote_e2, 100);
}
END_TEST

START_TEST(old_candles_are_left_out)
{
    static struct seen seen;
    struct candle_builder builder;
    int64_t begin_s = NOW_S - 3 * 86400;

    candle_builder_init(&builder, NOW_S, remember, &seen);
    for (int64_t t = begin_s; t <= NOW_S; t += 300)
        candle_builder_push(&builder, t, (cnop_price){t - begin_s + 1}, 1);
    candle_builder_finish(&builder);
    ck_assert_ptr_null(find(&seen, 60, begin_s));
    ck_assert_ptr_null(find(&seen, 300, begin_s));
    ck_assert_ptr_nonnull(find(&seen, 900, begin_s));
    ck_assert_int_eq(find(&seen, 3600, begin_s)->high.e10, 3601);
    ck_assert_int_eq(find(&seen, 3600, begin_s)->volume.quote_e2, 12);
    ck_assert_ptr_nonnull(find(&seen, 60, NOW_S - 86400));
}
END_TEST

START_TEST(a_gap_leaves_no_candle_and_no_price)
{
    static struct seen seen;
    struct candle_builder builder;

    candle_builder_init(&builder, NOW_S, remember, &seen);
    candle_builder_push(&builder, NOW_S - 600, (cnop_price){5}, 1);
    candle_builder_push(&builder, NOW_S - 60, (cnop_price){9}, 1);
    ck_assert_int_eq(find(&seen, 60, NOW_S - 600)->high.e10, 5);
    ck_assert_ptr_null(find(&seen, 60, NOW_S - 540));
}
END_TEST

START_TEST(steps_divide_every_span_still_kept)
{
    for (int64_t age_s = 0; age_s < 400 * INT64_C(86400); age_s += 3600) {
        int64_t step_s = candle_step_s(age_s);

        ck_assert_int_gt(step_s, 0);
        for (size_t i = 0; i < CANDLE_SPAN_COUNT; i++) {
            if (age_s < candle_spans[i].keep_s)
                ck_assert_int_eq(candle_spans[i].span_s % step_s, 0);
        }
    }
}
END_TEST

/* Every span holds the same trades: candles of one sum to the candle of the next, to the unit. */
START_TEST(finer_candles_add_up_to_coarser_ones)
{
    static struct seen seen;
    struct candle_builder builder;
    const int64_t begin_s = NOW_S - 86400;
    const struct candle *day;

    candle_builder_init(&builder, NOW_S, remember, &seen);
    for (int64_t t = begin_s; t < NOW_S; t += 60)
        candle_builder_push(&builder, t, (cnop_price){84676 + t % 977},
                            INT64_C(29000000001) + t % 7);
    candle_builder_finish(&builder);
    for (size_t i = 0; i < seen.count; i++) {
        const struct candle *coarse = &seen.list[i];
        struct candle_volume sum = {0};

        for (size_t n = 0; n < seen.count && coarse->span_s > 60; n++) {
            const struct candle *fine = &seen.list[n];

            if (fine->span_s == 60 && fine->start_s >= coarse->start_s &&
                fine->start_s < coarse->start_s + coarse->span_s)
                candle_volume_add(&sum, &fine->volume);
        }
        if (coarse->span_s == 60)
            continue;
        ck_assert_int_eq(sum.quote_e2, coarse->volume.quote_e2);
        ck_assert(sum.base_e8 == coarse->volume.base_e8);
    }
    day = find(&seen, 86400, begin_s);
    ck_assert_ptr_nonnull(day);
    ck_assert(day->volume.base_e8 > INT64_MAX);
}
END_TEST

/* 419 million dollars of a coin at 0.0000084676 are 49.5 trillion units: beyond 64 bits at 10^-8.
 */
START_TEST(volume_does_not_saturate)
{
    struct candle_volume volume = candle_volume_at((cnop_price){84676}, INT64_C(41900000000));
    char memory[48];
    struct cnop_buf buf;
    __int128 again;

    cnop_buf_init(&buf, memory, sizeof(memory));
    candle_base_format(&buf, volume.base_e8);
    ck_assert(cnop_str_equal(cnop_buf_view(&buf), CNOP_STR("49482734186782.5594029")));
    cnop_buf_clear(&buf);
    candle_base_digits(&buf, volume.base_e8);
    ck_assert(cnop_str_equal(cnop_buf_view(&buf), CNOP_STR("4948273418678255940290")));
    ck_assert_int_eq(candle_base_parse(cnop_buf_view(&buf), &again), CNOP_OK);
    ck_assert(again == volume.base_e8);
    ck_assert_int_eq(candle_base_parse(CNOP_STR(""), &again), CNOP_E_INVALID);
    ck_assert_int_eq(candle_base_parse(CNOP_STR("1.5"), &again), CNOP_E_INVALID);
    ck_assert_int_eq(candle_base_parse(CNOP_STR("-1"), &again), CNOP_E_INVALID);
    ck_assert_int_eq(candle_base_parse(CNOP_STR("1234567890123456789012345678901"), &again),
                     CNOP_E_INVALID);
    cnop_buf_clear(&buf);
    candle_base_format(&buf, 0);
    candle_base_format(&buf, CNOP_E8 + CNOP_E8 / 4);
    ck_assert(cnop_str_equal(cnop_buf_view(&buf), CNOP_STR("01.25")));
}
END_TEST

static void
add(TCase *tests)
{
    tcase_add_test(tests, a_candle_holds_open_high_low_close_and_volume);
    tcase_add_test(tests, old_candles_are_left_out);
    tcase_add_test(tests, a_gap_leaves_no_candle_and_no_price);
    tcase_add_test(tests, steps_divide_every_span_still_kept);
    tcase_add_test(tests, finer_candles_add_up_to_coarser_ones);
    tcase_add_test(tests, volume_does_not_saturate);
}

UNIT_MAIN("candle", add)
