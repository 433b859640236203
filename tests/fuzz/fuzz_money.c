/* SPDX-License-Identifier: MIT */
/* Money: a parsed amount prints and parses back to itself, and the rounding directions hold for any
 * numbers. The first 24 bytes are three integers, the rest is a text. */
#include "tests/fuzz/fuzz.h"

#include "shared/base/money.h"

#include <string.h>

#define FUZZ_HEAD_BYTES 24

const char fuzz_corpus[] = "money";

static void
fuzz_cash_text(struct cnop_str text)
{
    char memory[32];
    struct cnop_buf buf;
    cnop_cash cash;
    cnop_cash again;
    cnop_qty qty;
    enum cnop_err err = cnop_cash_parse(text, &cash);

    cnop_assert(err == cnop_qty_parse(text, &qty));
    if (err != CNOP_OK)
        return;
    cnop_assert(cash.e8 >= 0);
    cnop_assert(cash.e8 == qty.e8);
    for (unsigned min_decimals = 0; min_decimals <= 8; min_decimals++) {
        cnop_buf_init(&buf, memory, sizeof(memory));
        cnop_cash_format(&buf, cash, min_decimals);
        cnop_assert(!buf.overflow);
        err = cnop_cash_parse(cnop_buf_view(&buf), &again);
        cnop_assert(err == CNOP_OK);
        cnop_assert(again.e8 == cash.e8);
    }
}

static void
fuzz_price_text(struct cnop_str text)
{
    char memory[32];
    struct cnop_buf buf;
    cnop_price price;
    cnop_price again;
    enum cnop_err err = cnop_price_parse(text, &price);

    if (err != CNOP_OK)
        return;
    cnop_buf_init(&buf, memory, sizeof(memory));
    cnop_price_format(&buf, price, 0);
    err = cnop_price_parse(cnop_buf_view(&buf), &again);
    cnop_assert(err == CNOP_OK);
    cnop_assert(again.e10 == price.e10);
}

static void
fuzz_notional(cnop_price price, cnop_qty qty)
{
    cnop_cash up;
    cnop_cash down;

    if (cnop_notional_ceil(price, qty, &up) != CNOP_OK)
        return;
    cnop_assert(cnop_notional_floor(price, qty, &down) == CNOP_OK);
    cnop_assert(up.e8 - down.e8 == 0 || up.e8 - down.e8 == 1);
    cnop_assert((up.e8 == 0) == (price.e10 == 0 || qty.e8 == 0)); /* never free */
}

static void
fuzz_affordable(cnop_cash cash, cnop_price price, cnop_qty step)
{
    cnop_qty qty;
    cnop_cash cost;
    enum cnop_err err;

    if (cnop_qty_for_cash_floor(cash, price, step, &qty) != CNOP_OK)
        return;
    cnop_assert(qty.e8 % step.e8 == 0);
    cnop_assert(cnop_notional_ceil(price, qty, &cost) == CNOP_OK);
    cnop_assert(cost.e8 <= cash.e8);
    if (__builtin_add_overflow(qty.e8, step.e8, &qty.e8))
        return;
    err = cnop_notional_ceil(price, qty, &cost);
    cnop_assert(err == CNOP_E_OVERFLOW || cost.e8 > cash.e8);
}

static void
fuzz_shares(cnop_cash total, int64_t a, int64_t b)
{
    cnop_qty part = {a < b ? a : b};
    cnop_qty whole = {a < b ? b : a};
    cnop_cash share;
    cnop_cash rest;

    if (whole.e8 == 0)
        return;
    share = cnop_cash_share_floor(total, part, whole);
    rest = cnop_cash_share_floor(total, (cnop_qty){whole.e8 - part.e8}, whole);
    cnop_assert(total.e8 - share.e8 - rest.e8 >= 0);
    cnop_assert(total.e8 - share.e8 - rest.e8 <= 1);
}

int
LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len)
{
    int64_t numbers[FUZZ_HEAD_BYTES / sizeof(int64_t)] = {0};
    size_t head_len = len < FUZZ_HEAD_BYTES ? len : FUZZ_HEAD_BYTES;
    struct cnop_str text = cnop_str_make((const char *)bytes + head_len, len - head_len);

    memcpy(numbers, bytes, head_len);
    for (size_t i = 0; i < CNOP_COUNT(numbers); i++)
        numbers[i] &= INT64_MAX; /* not negative */
    fuzz_cash_text(text);
    fuzz_price_text(text);
    fuzz_notional((cnop_price){numbers[0]}, (cnop_qty){numbers[1]});
    fuzz_notional((cnop_price){numbers[0] >> 24}, (cnop_qty){numbers[1] >> 32});
    fuzz_affordable((cnop_cash){numbers[0]}, (cnop_price){numbers[1] | 1},
                    (cnop_qty){(numbers[2] >> 40) | 1});
    fuzz_shares((cnop_cash){numbers[0]}, numbers[1], numbers[2]);
    return 0;
}
