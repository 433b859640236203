/* SPDX-License-Identifier: MIT */
/* Valuation. Every sum is checked; a portfolio that does not fit the number range is an error,
 * never a wrong figure. */
#include "fcgi_services/user/portfolio.h"

static enum cnop_err
value_one(const struct position *position, struct holding *ret_holding)
{
    struct holding holding = {.position = position};
    enum cnop_err err = cnop_notional_floor(position->price, position->qty, &holding.market_value);

    if (err == CNOP_OK)
        err = cnop_cash_sub(holding.market_value, position->cost, &holding.unrealised);
    if (err == CNOP_OK && position->qty.e8 > 0)
        err = cnop_average_price_round(position->cost, position->qty, &holding.average_cost);
    if (err == CNOP_OK)
        *ret_holding = holding;
    return err;
}

static enum cnop_err
add_sums(struct portfolio *portfolio, const struct holding *holding)
{
    const struct position *position = holding->position;
    enum cnop_err err = cnop_cash_add(portfolio->total, holding->market_value, &portfolio->total);

    if (err == CNOP_OK)
        err = cnop_cash_add(portfolio->cost, position->cost, &portfolio->cost);
    if (err == CNOP_OK)
        err = cnop_cash_add(portfolio->unrealised, holding->unrealised, &portfolio->unrealised);
    if (err == CNOP_OK)
        err = cnop_cash_add(portfolio->realised, position->realised, &portfolio->realised);
    return err;
}

static int
compare_holdings(const void *a, const void *b)
{
    const struct holding *left = a;
    const struct holding *right = b;

    if (left->market_value.e8 != right->market_value.e8)
        return left->market_value.e8 > right->market_value.e8 ? -1 : 1;
    return cnop_str_compare(left->position->symbol, right->position->symbol);
}

/* 100 % is 1,000,000 in units of 10^-4 percent. */
static int64_t
share_of(cnop_cash part, cnop_cash total)
{
    __int128 scaled = (__int128)part.e8 * 1000000;

    if (total.e8 <= 0)
        return 0;
    return (int64_t)((scaled + total.e8 / 2) / total.e8);
}

static bool
is_part(const struct position *position, enum portfolio_part part)
{
    return part == PORTFOLIO_ALL || (position->qty.e8 > 0) == (part == PORTFOLIO_OPEN);
}

enum cnop_err
portfolio_value(struct cnop_arena *arena, const struct wealth *wealth, enum portfolio_part part,
                struct portfolio *ret_portfolio)
{
    struct portfolio portfolio = {.cash = wealth->cash.available, .held = wealth->cash.held};

    if (cnop_cash_add(wealth->cash.available, wealth->cash.held, &portfolio.total) != CNOP_OK)
        return CNOP_E_OVERFLOW;
    portfolio.holdings = cnop_arena_alloc_array(arena, wealth->count + 1, sizeof(struct holding));
    if (portfolio.holdings == NULL)
        return CNOP_E_NO_MEMORY;
    for (size_t i = 0; i < wealth->count; i++) {
        struct holding *holding = &portfolio.holdings[portfolio.count];
        enum cnop_err err = value_one(&wealth->positions[i], holding);

        if (err == CNOP_OK)
            err = add_sums(&portfolio, holding);
        if (err != CNOP_OK)
            return err;
        portfolio.count += is_part(&wealth->positions[i], part);
    }
    for (size_t i = 0; i < portfolio.count; i++)
        portfolio.holdings[i].share_e4 =
            share_of(portfolio.holdings[i].market_value, portfolio.total);
    qsort(portfolio.holdings, portfolio.count, sizeof(struct holding), compare_holdings);
    *ret_portfolio = portfolio;
    return CNOP_OK;
}

void
portfolio_format_share(struct cnop_buf *buf, int64_t share_e4)
{
    cnop_assert(share_e4 >= 0);
    /* A share is a decimal like cash, at another scale. */
    cnop_cash_format(buf, (cnop_cash){.e8 = share_e4 * 10000}, 2);
}
