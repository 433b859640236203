/* SPDX-License-Identifier: MIT */
/* Walks the model in steps that grow with the age: recent minutes finely, last year coarsely. Never
 * touches a clock or a database. */
#include "fcgi_services/inventory/history.h"

/* Finer a step early: the oldest candle of a span begins anywhere within a coarse step. */
static int64_t
step_before(int64_t age_s)
{
    int64_t step_s = candle_step_s(age_s);

    return candle_step_s(age_s > step_s ? age_s - step_s : 0);
}

void
history_build(const struct history *history, candle_sink sink, void *arg)
{
    int64_t longest_s = candle_spans[CANDLE_SPAN_COUNT - 1].keep_s;
    int64_t oldest_s = history->now_s - longest_s;
    int64_t unix_s = history->from_s;
    struct candle_builder builder;

    cnop_assert(history->now_s > longest_s);
    cnop_assert(history->from_s <= history->now_s);
    /* A day's start is on the grid of every step, see candle_step_s. */
    if (unix_s < oldest_s)
        unix_s = candle_start_s(oldest_s, candle_spans[CANDLE_SPAN_COUNT - 1].span_s);

    candle_builder_init(&builder, history->now_s, sink, arg);
    while (unix_s < history->now_s) {
        int64_t age_s = history->now_s - unix_s;
        int64_t step_s = step_before(age_s < longest_s ? age_s : longest_s - 1);

        unix_s = candle_start_s(unix_s + step_s - 1, step_s);
        if (unix_s >= history->now_s)
            break;
        candle_builder_push(&builder, unix_s, price_model_at(history->seed, history->model, unix_s),
                            price_model_volume(history->seed, history->model, unix_s, step_s));
        unix_s += step_s;
    }
    candle_builder_finish(&builder);
}
