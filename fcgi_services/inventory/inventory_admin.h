/* SPDX-License-Identifier: MIT */
/* What an operator may do to the market: set a price, halt and resume trading. Each takes effect in
 * the order engine, in the database and in the trail together, or not at all. */
#ifndef CNOP_INVENTORY_INVENTORY_ADMIN_H
#define CNOP_INVENTORY_INVENTORY_ADMIN_H

#include "fcgi_services/inventory/inventory_store.h"
#include "shared/engine_client/client.h"

struct inventory_desk {
    struct cnop_db *db;
    struct engine_client *engine;
    struct cnop_arena *arena;
};

/* Errors of both: NOT_FOUND (no such asset), those of shared/db and of the engine. On
 * OUTCOME_UNKNOWN the engine may have taken the change: repeating the request settles it. */
cnop_must_check enum cnop_err inventory_price_set(const struct inventory_desk *desk,
                                                  const struct inventory_change *change,
                                                  cnop_price price, cnop_price *ret_previous);

/* Repeating a halt is allowed; it replaces the reason. */
cnop_must_check enum cnop_err inventory_halted_set(const struct inventory_desk *desk,
                                                   const struct inventory_change *change,
                                                   bool halted);

#endif
