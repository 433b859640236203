/* SPDX-License-Identifier: MIT */
/* The grid of limit prices: six significant digits, not finer than 10^-10, and whole cents from
 * 1,000 dollars on. It follows from the price alone and never changes: every price of the grid has
 * a number, its step, and steps are in the order of prices. */
#ifndef CNOP_LEDGER_GRID_H
#define CNOP_LEDGER_GRID_H

#include "shared/base/money.h"

#define GRID_STEP_BITS 30

/* Step of a price; 0: it is not on the grid, not positive or too large (10.67 million dollars). */
uint32_t grid_step(cnop_price price);

/* Nearest price of the grid at or below, at or above. price > 0 (asserted). What is beyond the
 * grid stays as it is. */
cnop_price grid_floor(cnop_price price);
cnop_price grid_ceil(cnop_price price);

/* Distance from a price of the grid to the next one above. price > 0 (asserted). */
cnop_price grid_tick(cnop_price price);

#endif
