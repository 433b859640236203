/* SPDX-License-Identifier: MIT */
/* Prices and their steps; see grid.h. */
#include "shared/ledger/grid.h"

/* Below, every 10^-10 is a price: at most six digits. */
#define FINE_END_E10 INT64_C(1000000)
#define DECADE_STEPS UINT32_C(900000) /* from 100000 to 999999 */
/* From 1,000 dollars on the distance stays one cent. */
#define COARSE_START_E10 (1000 * CNOP_E10)
#define COARSE_TICK_E10 (CNOP_E10 / 100)
#define COARSE_START_STEP UINT32_C(7300000)
#define STEP_MAX ((UINT32_C(1) << GRID_STEP_BITS) - 1)

/* A stretch of the grid with one distance between its prices. */
struct stretch {
    int64_t start_e10;
    int64_t tick_e10;
    uint32_t start_step;
};

static struct stretch
stretch_of_price(int64_t e10)
{
    struct stretch stretch = {.start_e10 = 0, .tick_e10 = 1, .start_step = 0};
    int64_t end_e10 = FINE_END_E10;

    cnop_assert(e10 > 0);
    while (e10 >= end_e10 && end_e10 < COARSE_START_E10) {
        stretch.start_step =
            stretch.start_e10 == 0 ? (uint32_t)FINE_END_E10 : stretch.start_step + DECADE_STEPS;
        stretch.start_e10 = end_e10;
        stretch.tick_e10 *= 10;
        end_e10 *= 10;
    }
    if (e10 >= COARSE_START_E10)
        stretch = (struct stretch){COARSE_START_E10, COARSE_TICK_E10, COARSE_START_STEP};
    return stretch;
}

uint32_t
grid_step(cnop_price price)
{
    struct stretch stretch;
    int64_t offset;

    if (price.e10 <= 0)
        return 0;
    stretch = stretch_of_price(price.e10);
    offset = price.e10 - stretch.start_e10;
    if (offset % stretch.tick_e10 != 0 ||
        offset / stretch.tick_e10 > (int64_t)(STEP_MAX - stretch.start_step))
        return 0;
    return stretch.start_step + (uint32_t)(offset / stretch.tick_e10);
}

cnop_price
grid_floor(cnop_price price)
{
    struct stretch stretch = stretch_of_price(price.e10);

    return (cnop_price){price.e10 - (price.e10 - stretch.start_e10) % stretch.tick_e10};
}

cnop_price
grid_ceil(cnop_price price)
{
    cnop_price down = grid_floor(price);

    if (down.e10 == price.e10)
        return price;
    /* A stretch begins at a price of the one before: the next price is right in both. */
    return (cnop_price){down.e10 + stretch_of_price(price.e10).tick_e10};
}

cnop_price
grid_tick(cnop_price price)
{
    return (cnop_price){stretch_of_price(price.e10).tick_e10};
}
