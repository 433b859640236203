/* SPDX-License-Identifier: MIT */
/* Open orders: one book an asset, prices in a ladder, the orders of a price in a queue, those of an
 * account in a list; and beside each book, by their stop prices, those that wait for a mark.
 * Nothing here knows of money but the hold that an order says it has;
 * people's books are never crossed. Writes go through state_touch. For shared/ledger only. */
#ifndef CNOP_LEDGER_BOOK_H
#define CNOP_LEDGER_BOOK_H

#include "shared/ledger/state.h"

/* Slot of an order; 0: not on a book. */
uint32_t book_find(const struct ledger *ledger, int64_t order_id);

/* First of the queue at the first price of a lane; 0: nobody. */
uint32_t book_front(const struct ledger *ledger, uint16_t asset_id, enum book_lane lane);
/* The one behind it in price and time. */
uint32_t book_behind(const struct ledger *ledger, uint32_t slot);

/* Room for one more order. */
bool book_has_room(const struct ledger *ledger);

/* Whether an order waits for a mark that rises to its stop price; else falls. */
static inline bool
book_rises(const struct ledger_order *order)
{
    bool stop = order->trigger == LEDGER_STOP || order->trigger == LEDGER_STOP_LIMIT;

    return stop == (order->side == LEDGER_BUY);
}

/* Puts a copy at the end of its price's queue: pending, at its stop price, or on the book. There is
 * room and its account exists (asserted). */
uint32_t book_add(struct ledger *ledger, const struct ledger_order *order);

/* The order to change what its fills change; its book sees the quantity that is left by
 * book_reduce alone. Call book_note when it is as it should be. */
struct ledger_order *book_write(struct ledger *ledger, uint32_t slot);
void book_reduce(struct ledger *ledger, uint32_t slot, cnop_qty qty);

/* The order as it is now is a row of the batch. */
void book_note(struct ledger *ledger, uint32_t slot);
/* One that was on a book and is not. */
void book_note_gone(struct ledger *ledger, struct ledger_order *order);
void book_remove(struct ledger *ledger, uint32_t slot);

#endif
