/* SPDX-License-Identifier: MIT */
/* Cash that an older ledger left in parts of a cent is filled up to whole cents, once, by commands
 * like any other: journaled, posted, lines of the statement. Every start looks; after the first
 * there is nothing left to do. */
#ifndef CNOP_ORDER_WHOLE_CENTS_H
#define CNOP_ORDER_WHOLE_CENTS_H

#include "fcgi_services/order/engine.h"

/* On the loop thread, after recovery. Goes on by itself as its commands are committed. */
void whole_cents_start(struct engine *engine);

#endif
