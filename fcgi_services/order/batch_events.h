/* SPDX-License-Identifier: MIT */
/* What a batch did, as events: orders as they are behind it, trades with the fills of both sides,
 * balances. Pure. */
#ifndef CNOP_ORDER_BATCH_EVENTS_H
#define CNOP_ORDER_BATCH_EVENTS_H

#include "fcgi_services/order/engine_batch.h"

/* Fills batch->events behind batch->events.last_seq. Orders and balances are in the order of their
 * keys already. */
void batch_events_fill(struct engine_batch *batch);

#endif
