/* SPDX-License-Identifier: MIT */
/* Markets as everybody sees them: the people's orders of the board, and the house as one more maker
 * while it may trade. */
#ifndef CNOP_ORDER_MARKET_JSON_H
#define CNOP_ORDER_MARKET_JSON_H

#include "fcgi_services/order/board.h"
#include "shared/base/id.h"
#include "shared/json/json_write.h"

struct market_view {
    const struct board_rules *rules;
    const struct board_market *market;
    const struct cnop_id_key *id_key;
    int64_t now_us; /* wall clock */
};

/* "open", "halted", "inactive", or "no_price": people trade with each other there, not with the
 * house. */
const char *market_state(const struct market_view *view);

void market_json_market(struct cnop_json_writer *writer, const char *key,
                        const struct market_view *view);
void market_json_ticker(struct cnop_json_writer *writer, const char *key,
                        const struct market_view *view);
/* At most so many prices of a side. */
void market_json_book(struct cnop_json_writer *writer, const char *key,
                      const struct market_view *view, uint32_t levels);
/* The newest first, at most so many. */
void market_json_trades(struct cnop_json_writer *writer, const char *key,
                        const struct market_view *view, uint32_t limit);

#endif
