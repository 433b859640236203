/* SPDX-License-Identifier: MIT */
/* Candles: the spans we keep, for how long, and how a row of prices becomes candles of every span
 * in one pass. Pure: no clock, no storage. */
#ifndef CNOP_INVENTORY_CANDLE_H
#define CNOP_INVENTORY_CANDLE_H

#include "shared/base/money.h"

#define CANDLE_SPAN_COUNT 6

struct candle_span {
    const char *name; /* on the wire: "1m" */
    int64_t span_s;
    int64_t keep_s; /* age after which candles of this span are removed */
};

/* Ascending by span. */
extern const struct candle_span candle_spans[CANDLE_SPAN_COUNT];

/* Start of the candle of span_s that holds unix_s >= 0. */
int64_t candle_start_s(int64_t unix_s, int64_t span_s);

/* What was traded: dollars in cents, and units of the asset at 10^-8, of which a day of a coin
 * worth 10^-10 has more than 64 bits. Sums of candles are exact: nothing here is rounded twice. */
struct candle_volume {
    int64_t quote_e2;
    __int128 base_e8;
};

/* Units that an amount buys at a price, rounded down. quote_e2 >= 0, price > 0. */
struct candle_volume candle_volume_at(cnop_price price, int64_t quote_e2);
/* The sum; both are far from the ends of their types, which is asserted. */
void candle_volume_add(struct candle_volume *sum, const struct candle_volume *more);

/* Units as a plain decimal, and the stored integer as digits. */
void candle_base_format(struct cnop_buf *buf, __int128 base_e8);
void candle_base_digits(struct cnop_buf *buf, __int128 base_e8);
/* From digits. INVALID: something else, or more than 30 of them. */
cnop_must_check enum cnop_err candle_base_parse(struct cnop_str digits, __int128 *ret_base_e8);

struct candle {
    int64_t span_s;
    int64_t start_s;
    cnop_price open;
    cnop_price high;
    cnop_price low;
    cnop_price close;
    struct candle_volume volume;
};

/* Called for every finished candle, oldest first within a span. */
typedef void (*candle_sink)(void *arg, const struct candle *candle);

struct candle_builder {
    struct candle open[CANDLE_SPAN_COUNT]; /* span_s 0: none begun */
    int64_t now_s;
    candle_sink sink;
    void *arg;
};

/* Candles older than their span is kept at now_s are not given to the sink. */
void candle_builder_init(struct candle_builder *builder, int64_t now_s, candle_sink sink,
                         void *arg);

/* The price was `price` at unix_s and stays until the next push; quote_e2 is traded meanwhile.
 * unix_s never goes back (asserted). A price on a boundary also closes the candle before it. */
void candle_builder_push(struct candle_builder *builder, int64_t unix_s, cnop_price price,
                         int64_t quote_e2);

/* Gives the unfinished candles to the sink. */
void candle_builder_finish(struct candle_builder *builder);

/* Steps in which history of this age is worth computing: a fifth of the finest span still kept.
 * Divides that span, and every coarser one. */
int64_t candle_step_s(int64_t age_s);

#endif
