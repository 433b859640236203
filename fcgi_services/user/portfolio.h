/* SPDX-License-Identifier: MIT */
/* What holdings are worth: value, share, average cost, profit. Pure integer arithmetic over
 * positions that were read; no store, no HTTP, nothing binary about fractions. */
#ifndef CNOP_USER_PORTFOLIO_H
#define CNOP_USER_PORTFOLIO_H

#include "fcgi_services/user/user_store.h"

struct holding {
    const struct position *position;
    cnop_cash market_value;  /* rounded down */
    cnop_cash unrealised;    /* market value less cost */
    cnop_price average_cost; /* rounded half to even */
    int64_t share_e4;        /* of cash plus assets: percent at 10^-4, rounded half up */
};

struct portfolio {
    struct holding *holdings; /* of the part, largest value first, equal ones by symbol */
    size_t count;
    cnop_cash cash;
    cnop_cash held;  /* cash held for orders on the books, not part of cash */
    cnop_cash total; /* both and all market values */
    cnop_cash cost;
    cnop_cash unrealised;
    cnop_cash realised; /* assets no longer held included */
};

/* Which positions: what is held, what is sold out, both. */
enum portfolio_part { PORTFOLIO_OPEN, PORTFOLIO_CLOSED, PORTFOLIO_ALL };

/* holdings in the arena, pointing at the positions of wealth. The sums are those of all positions.
 * OVERFLOW, NO_MEMORY. */
cnop_must_check enum cnop_err portfolio_value(struct cnop_arena *arena, const struct wealth *wealth,
                                              enum portfolio_part part,
                                              struct portfolio *ret_portfolio);

/* "67.12": at least two decimals, at most four. */
void portfolio_format_share(struct cnop_buf *buf, int64_t share_e4);

#endif
