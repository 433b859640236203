/* SPDX-License-Identifier: MIT */
/* Why an order was refused, in a sentence with figures. */
#ifndef CNOP_ORDER_ORDER_TEXT_H
#define CNOP_ORDER_ORDER_TEXT_H

#include "shared/ledger/ledger.h"

struct order_refusal {
    struct ledger_violation violation;
    cnop_price stop; /* of the order; 0: none */
    cnop_qty qty;    /* that was asked for; 0: by amount */
    struct cnop_str symbol;
};

/* Appends the sentence; the catalogue's own when there is nothing to add. */
void order_text_refusal(struct cnop_buf *buf, const struct order_refusal *refusal);

/* Of an order that is final: what it is, how much was filled, and at which price. */
void order_text_final(struct cnop_buf *buf, const char *status, cnop_qty qty, cnop_qty filled,
                      cnop_cash total);

#endif
