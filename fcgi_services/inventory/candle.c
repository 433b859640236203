/* SPDX-License-Identifier: MIT */
/* One open candle for each span; a price outside it closes it and begins the next. Never allocates
 * and knows nothing of where candles go. */
#include "fcgi_services/inventory/candle.h"

#include "shared/base/ascii.h"

#define MINUTE_S INT64_C(60)
#define HOUR_S INT64_C(3600)
#define DAY_S INT64_C(86400)
#define STEPS_PER_CANDLE 5

const struct candle_span candle_spans[CANDLE_SPAN_COUNT] = {
    {"1m", MINUTE_S, DAY_S},    {"5m", 5 * MINUTE_S, 2 * DAY_S}, {"15m", 15 * MINUTE_S, 4 * DAY_S},
    {"1h", HOUR_S, 35 * DAY_S}, {"4h", 4 * HOUR_S, 60 * DAY_S},  {"1d", DAY_S, 365 * DAY_S},
};

int64_t
candle_start_s(int64_t unix_s, int64_t span_s)
{
    cnop_assert(unix_s >= 0);
    cnop_assert(span_s > 0);
    return unix_s - unix_s % span_s;
}

int64_t
candle_step_s(int64_t age_s)
{
    for (size_t i = 0; i < CANDLE_SPAN_COUNT; i++) {
        if (age_s < candle_spans[i].keep_s)
            return i == 0 ? candle_spans[i].span_s / 3 : candle_spans[i].span_s / STEPS_PER_CANDLE;
    }
    return candle_spans[CANDLE_SPAN_COUNT - 1].span_s;
}

/* ---- volume ---- */

#define BASE_DIGITS_MAX 30
#define E2_PER_DOLLAR 100

struct candle_volume
candle_volume_at(cnop_price price, int64_t quote_e2)
{
    cnop_assert(quote_e2 >= 0);
    cnop_assert(price.e10 > 0);
    return (struct candle_volume){.quote_e2 = quote_e2,
                                  .base_e8 = (__int128)quote_e2 * (CNOP_E10 / E2_PER_DOLLAR) *
                                             CNOP_E8 / price.e10};
}

void
candle_volume_add(struct candle_volume *sum, const struct candle_volume *more)
{
    bool overflow = __builtin_add_overflow(sum->quote_e2, more->quote_e2, &sum->quote_e2);

    cnop_assert(!overflow);
    overflow = __builtin_add_overflow(sum->base_e8, more->base_e8, &sum->base_e8);
    cnop_assert(!overflow);
}

void
candle_base_digits(struct cnop_buf *buf, __int128 base_e8)
{
    char text[40]; /* 2^127 has 39 digits */
    size_t at = sizeof(text);

    cnop_assert(base_e8 >= 0);
    do {
        text[--at] = (char)('0' + (int)(base_e8 % 10));
        base_e8 /= 10;
    } while (base_e8 > 0);
    cnop_buf_bytes(buf, text + at, sizeof(text) - at);
}

void
candle_base_format(struct cnop_buf *buf, __int128 base_e8)
{
    int64_t part_e8 = (int64_t)(base_e8 % CNOP_E8);
    char memory[16];
    struct cnop_buf part;

    candle_base_digits(buf, base_e8 / CNOP_E8);
    if (part_e8 == 0)
        return;
    cnop_buf_init(&part, memory, sizeof(memory));
    cnop_qty_format(&part, (cnop_qty){part_e8}, 0);
    cnop_buf_bytes(buf, part.ptr + 1, part.len - 1); /* "0.25" without its zero */
}

enum cnop_err
candle_base_parse(struct cnop_str digits, __int128 *ret_base_e8)
{
    __int128 value = 0;

    if (digits.len < 1 || digits.len > BASE_DIGITS_MAX)
        return CNOP_E_INVALID;
    for (size_t i = 0; i < digits.len; i++) {
        if (!cnop_is_digit(digits.ptr[i]))
            return CNOP_E_INVALID;
        value = value * 10 + (digits.ptr[i] - '0');
    }
    *ret_base_e8 = value;
    return CNOP_OK;
}

/* ---- building ---- */

void
candle_builder_init(struct candle_builder *builder, int64_t now_s, candle_sink sink, void *arg)
{
    cnop_assert(sink != NULL);
    cnop_assert(now_s >= 0);
    *builder = (struct candle_builder){.now_s = now_s, .sink = sink, .arg = arg};
}

static void
candle_add(struct candle *candle, cnop_price price)
{
    if (price.e10 > candle->high.e10)
        candle->high = price;
    if (price.e10 < candle->low.e10)
        candle->low = price;
    candle->close = price;
}

static void
candle_emit(struct candle_builder *builder, size_t index)
{
    struct candle *candle = &builder->open[index];

    if (candle->span_s == 0)
        return;
    if (candle->start_s >= builder->now_s - candle_spans[index].keep_s)
        builder->sink(builder->arg, candle);
    candle->span_s = 0;
}

void
candle_builder_push(struct candle_builder *builder, int64_t unix_s, cnop_price price,
                    int64_t quote_e2)
{
    const struct candle_volume volume = candle_volume_at(price, quote_e2);

    for (size_t i = 0; i < CANDLE_SPAN_COUNT; i++) {
        struct candle *candle = &builder->open[i];
        int64_t span_s = candle_spans[i].span_s;
        int64_t start_s = candle_start_s(unix_s, span_s);

        if (candle->span_s != 0 && start_s != candle->start_s) {
            cnop_assert(start_s > candle->start_s);
            if (start_s == unix_s && start_s == candle->start_s + span_s)
                candle_add(candle, price);
            candle_emit(builder, i);
        }
        if (candle->span_s == 0)
            *candle = (struct candle){
                .span_s = span_s, .start_s = start_s, .open = price, .high = price, .low = price};
        candle_add(candle, price);
        candle_volume_add(&candle->volume, &volume);
    }
}

void
candle_builder_finish(struct candle_builder *builder)
{
    for (size_t i = 0; i < CANDLE_SPAN_COUNT; i++)
        candle_emit(builder, i);
}
