/* SPDX-License-Identifier: MIT */
/* Sentences for refused orders; see order_text.h. */
#include "fcgi_services/order/order_text.h"

static void
put_cash(struct cnop_buf *buf, const char *before, int64_t e8)
{
    cnop_buf_text(buf, before);
    cnop_cash_format(buf, (cnop_cash){e8}, 2);
}

static void
put_qty(struct cnop_buf *buf, const char *before, int64_t e8)
{
    cnop_buf_text(buf, before);
    cnop_qty_format(buf, (cnop_qty){e8}, 0);
}

static void
put_too_small(struct cnop_buf *buf, const struct order_refusal *refusal)
{
    const struct ledger_violation *figures = &refusal->violation;
    bool by_qty = refusal->qty.e8 > 0 && figures->need_e8 == refusal->qty.e8;

    cnop_assert(figures->err == CNOP_E_ORDER_TOO_SMALL);
    if (by_qty) {
        put_qty(buf, "Quantity ", figures->need_e8);
        put_qty(buf, " is below the minimum of ", figures->limit_e8);
    } else {
        put_cash(buf, "Order value $", figures->need_e8);
        put_cash(buf, " is below the minimum of $", figures->limit_e8);
    }
    cnop_buf_char(buf, '.');
}

static void
put_too_large(struct cnop_buf *buf, const struct order_refusal *refusal)
{
    const struct ledger_violation *figures = &refusal->violation;

    cnop_assert(figures->err == CNOP_E_ORDER_TOO_LARGE);
    if (figures->need_e8 == INT64_MAX)
        cnop_buf_text(buf, "Order value");
    else
        put_cash(buf, "Order value $", figures->need_e8);
    put_cash(buf, " is above the maximum of $", figures->limit_e8);
    cnop_buf_char(buf, '.');
}

static void
put_price(struct cnop_buf *buf, const char *before, int64_t e10)
{
    cnop_buf_text(buf, before);
    cnop_price_format(buf, (cnop_price){e10}, 2);
}

static void
put_holdings(struct cnop_buf *buf, const struct order_refusal *refusal)
{
    const struct ledger_violation *figures = &refusal->violation;

    cnop_assert(figures->err == CNOP_E_INSUFFICIENT_HOLDINGS);
    if (figures->need_e8 == 0) { /* a close */
        cnop_buf_text(buf, "There is no ");
        cnop_buf_str(buf, refusal->symbol);
        cnop_buf_text(buf, " to sell.");
        return;
    }
    put_qty(buf, "Holding ", figures->have_e8);
    cnop_buf_char(buf, ' ');
    cnop_buf_str(buf, refusal->symbol);
    put_qty(buf, ", order sells ", figures->need_e8);
    cnop_buf_char(buf, ' ');
    cnop_buf_str(buf, refusal->symbol);
    cnop_buf_char(buf, '.');
}

static void
put_band(struct cnop_buf *buf, const struct order_refusal *refusal)
{
    const struct ledger_violation *figures = &refusal->violation;
    bool of_stop = refusal->stop.e10 != 0 && figures->have_e8 == refusal->stop.e10;

    put_price(buf, of_stop ? "The stop price is $" : "The limit is $", figures->have_e8);
    put_price(buf, "; now it may lie between $", figures->need_e8);
    put_price(buf, " and $", figures->limit_e8);
    cnop_buf_char(buf, '.');
}

static void
put_open_orders(struct cnop_buf *buf, const struct ledger_violation *figures)
{
    cnop_buf_text(buf, "The account has ");
    cnop_buf_i64(buf, figures->have_e8);
    cnop_buf_text(buf, " open orders of at most ");
    cnop_buf_i64(buf, figures->limit_e8);
    cnop_buf_char(buf, '.');
}

void
order_text_refusal(struct cnop_buf *buf, const struct order_refusal *refusal)
{
    const struct ledger_violation *figures = &refusal->violation;

    cnop_assert(figures->err != CNOP_OK);
    if (figures->err == CNOP_E_INSUFFICIENT_FUNDS) {
        put_cash(buf, "Balance $", figures->have_e8);
        put_cash(buf, ", required $", figures->need_e8);
        put_cash(buf, ", short by $", figures->need_e8 - figures->have_e8);
        cnop_buf_char(buf, '.');
    } else if (figures->err == CNOP_E_INSUFFICIENT_HOLDINGS) {
        put_holdings(buf, refusal);
    } else if (figures->err == CNOP_E_ORDER_TOO_SMALL) {
        put_too_small(buf, refusal);
    } else if (figures->err == CNOP_E_ORDER_TOO_LARGE) {
        put_too_large(buf, refusal);
    } else if (figures->err == CNOP_E_PRICE_LIMIT_EXCEEDED) {
        put_price(buf, "The price is $", figures->have_e8);
        put_price(buf, ", beyond the limit of $", figures->limit_e8);
        cnop_buf_char(buf, '.');
    } else if (figures->err == CNOP_E_PRICE_OUT_OF_BAND) {
        put_band(buf, refusal);
    } else if (figures->err == CNOP_E_TRIGGER_ALREADY_MET) {
        put_price(buf, "The price is $", figures->need_e8);
        put_price(buf, ": it has reached the stop price of $", figures->have_e8);
        cnop_buf_char(buf, '.');
    } else if (figures->err == CNOP_E_TOO_MANY_OPEN_ORDERS) {
        put_open_orders(buf, figures);
    } else {
        cnop_buf_text(buf, cnop_err_meaning(figures->err));
    }
}

void
order_text_final(struct cnop_buf *buf, const char *status, cnop_qty qty, cnop_qty filled,
                 cnop_cash total)
{
    cnop_price average;

    cnop_assert(filled.e8 >= 0 && filled.e8 <= qty.e8);
    cnop_buf_text(buf, "The order is ");
    cnop_buf_text(buf, status);
    if (filled.e8 == 0)
        cnop_buf_text(buf, "; nothing");
    else
        put_qty(buf, "; ", filled.e8);
    put_qty(buf, " of ", qty.e8);
    cnop_buf_text(buf, " was filled");
    if (filled.e8 > 0 && cnop_average_price_round(total, filled, &average) == CNOP_OK) {
        put_price(buf, ", at $", average.e10);
        cnop_buf_text(buf, " on average");
    }
    cnop_buf_char(buf, '.');
}
