/* SPDX-License-Identifier: MIT */
/* The implied past: without holes, without jumps, and the same whenever it is asked for. */
#include "fcgi_services/inventory/history.h"

#include "tests/unit/unit.h"

#define SEED UINT64_C(7)
#define NOW_S INT64_C(1795350017)

struct seen {
    struct candle list[HISTORY_CANDLE_MAX];
    size_t count;
};

static struct seen whole;
static struct seen part;
static struct price_model model = {.base = {67250 * CNOP_E10}, .asset_id = 1, .leader_id = 1};

static void
remember(void *arg, const struct candle *candle)
{
    struct seen *seen = arg;

    ck_assert_uint_lt(seen->count, HISTORY_CANDLE_MAX);
    seen->list[seen->count++] = *candle;
}

static void
setup(void)
{
    struct history history = {.seed = SEED, .model = &model, .now_s = NOW_S};

    price_model_for_category(CNOP_STR("major"), &model);
    model.volume_usd = 1000000;
    whole.count = part.count = 0;
    history_build(&history, remember, &whole);
}

START_TEST(every_span_is_full)
{
    for (size_t n = 0; n < CANDLE_SPAN_COUNT; n++) {
        int64_t span_s = candle_spans[n].span_s;
        const struct candle *before = NULL;
        int64_t count = 0;

        for (size_t i = 0; i < whole.count; i++) {
            const struct candle *candle = &whole.list[i];

            if (candle->span_s != span_s)
                continue;
            ck_assert_int_le(candle->low.e10, candle->open.e10);
            ck_assert_int_ge(candle->high.e10, candle->close.e10);
            ck_assert_int_gt(candle->volume.quote_e2, 0);
            if (before != NULL) {
                ck_assert_int_eq(candle->start_s, before->start_s + span_s);
                ck_assert_int_eq(candle->open.e10, before->close.e10);
            }
            before = candle;
            count++;
        }
        ck_assert_int_ge(count, candle_spans[n].keep_s / span_s);
        ck_assert_int_eq(before->start_s, candle_start_s(NOW_S, span_s));
    }
}
END_TEST

/* Where a span begins within a coarser step depends on the time of day. */
START_TEST(every_span_is_full_at_every_hour)
{
    struct history history = {.seed = SEED, .model = &model};

    for (int quarter = 0; quarter < 96; quarter++) {
        history.now_s = NOW_S + 900 * quarter;
        part.count = 0;
        history_build(&history, remember, &part);
        for (size_t n = 0; n < CANDLE_SPAN_COUNT; n++) {
            int64_t span_s = candle_spans[n].span_s;
            int64_t count = 0;

            for (size_t i = 0; i < part.count; i++)
                count += part.list[i].span_s == span_s;
            ck_assert_int_ge(count, candle_spans[n].keep_s / span_s);
        }
    }
}
END_TEST

START_TEST(a_gap_is_filled_with_what_would_have_been)
{
    struct history history = {
        .seed = SEED, .model = &model, .from_s = candle_start_s(NOW_S, 60) - 7200, .now_s = NOW_S};
    size_t found_count = 0;

    history_build(&history, remember, &part);
    for (size_t i = 0; i < part.count; i++) {
        if (part.list[i].span_s != 60)
            continue;
        for (size_t n = 0; n < whole.count; n++) {
            if (whole.list[n].span_s == 60 && whole.list[n].start_s == part.list[i].start_s) {
                ck_assert_int_eq(whole.list[n].close.e10, part.list[i].close.e10);
                found_count++;
            }
        }
    }
    ck_assert_uint_eq(found_count, 121);
}
END_TEST

START_TEST(nothing_is_older_than_it_is_kept)
{
    for (size_t i = 0; i < whole.count; i++) {
        for (size_t n = 0; n < CANDLE_SPAN_COUNT; n++) {
            if (candle_spans[n].span_s == whole.list[i].span_s)
                ck_assert_int_ge(whole.list[i].start_s, NOW_S - candle_spans[n].keep_s);
        }
    }
}
END_TEST

static void
add(TCase *tests)
{
    tcase_add_checked_fixture(tests, setup, NULL);
    tcase_add_test(tests, every_span_is_full);
    tcase_add_test(tests, every_span_is_full_at_every_hour);
    tcase_add_test(tests, a_gap_is_filled_with_what_would_have_been);
    tcase_add_test(tests, nothing_is_older_than_it_is_kept);
}

UNIT_MAIN("history", add)
