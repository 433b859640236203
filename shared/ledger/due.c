/* SPDX-License-Identifier: MIT */
/* A heap of four children a place: half as deep as one of two, so that a change touches few places.
 * Each order knows its place; the first is 1. */
#include "shared/ledger/due.h"

#define CHILDREN 4

static bool
is_sooner(const struct ledger *ledger, uint32_t slot, uint32_t than)
{
    const struct ledger_order *one = &ledger->orders[slot], *other = &ledger->orders[than];

    cnop_assert(one->expires_us > 0 && other->expires_us > 0);
    return one->expires_us != other->expires_us ? one->expires_us < other->expires_us
                                                : one->id < other->id;
}

static void
put(struct ledger *ledger, uint32_t place, uint32_t slot)
{
    struct ledger_order *order = &ledger->orders[slot];

    cnop_assert(place > 0 && place <= ledger->config.max_open_orders);
    state_touch(ledger, &ledger->due[place], sizeof(ledger->due[place]));
    ledger->due[place] = slot;
    state_touch(ledger, &order->due_place, sizeof(order->due_place));
    order->due_place = place;
}

static void
rise(struct ledger *ledger, uint32_t place, uint32_t slot)
{
    while (place > 1) {
        uint32_t parent = (place - 2) / CHILDREN + 1;

        if (!is_sooner(ledger, slot, ledger->due[parent]))
            break;
        put(ledger, place, ledger->due[parent]);
        place = parent;
    }
    put(ledger, place, slot);
}

/* The soonest child of a place; 0: it has none. */
static uint32_t
soonest_child(const struct ledger *ledger, uint32_t place)
{
    uint32_t first = (place - 1) * CHILDREN + 2, best = 0;

    for (uint32_t at = first; at < first + CHILDREN && at <= ledger->counters.due_count; at++) {
        if (best == 0 || is_sooner(ledger, ledger->due[at], ledger->due[best]))
            best = at;
    }
    return best;
}

static void
sink(struct ledger *ledger, uint32_t place, uint32_t slot)
{
    uint32_t child = soonest_child(ledger, place);

    while (child != 0 && is_sooner(ledger, ledger->due[child], slot)) {
        put(ledger, place, ledger->due[child]);
        place = child;
        child = soonest_child(ledger, place);
    }
    put(ledger, place, slot);
}

static void
set_count(struct ledger *ledger, uint32_t count)
{
    state_touch(ledger, &ledger->counters.due_count, sizeof(ledger->counters.due_count));
    ledger->counters.due_count = count;
}

void
due_add(struct ledger *ledger, uint32_t slot)
{
    cnop_assert(ledger->orders[slot].expires_us > 0);
    cnop_assert(ledger->orders[slot].due_place == 0);
    cnop_assert(ledger->counters.due_count < ledger->config.max_open_orders);
    set_count(ledger, ledger->counters.due_count + 1);
    rise(ledger, ledger->counters.due_count, slot);
}

/* The last one takes its place, and finds its own. */
void
due_remove(struct ledger *ledger, uint32_t slot)
{
    struct ledger_order *order = &ledger->orders[slot];
    uint32_t place = order->due_place, last = ledger->due[ledger->counters.due_count];

    cnop_assert(place > 0 && ledger->due[place] == slot);
    state_touch(ledger, &order->due_place, sizeof(order->due_place));
    order->due_place = 0;
    set_count(ledger, ledger->counters.due_count - 1);
    if (last == slot)
        return;
    if (place > 1 && is_sooner(ledger, last, ledger->due[(place - 2) / CHILDREN + 1]))
        rise(ledger, place, last);
    else
        sink(ledger, place, last);
}

uint32_t
due_first(const struct ledger *ledger)
{
    return ledger->counters.due_count == 0 ? 0 : ledger->due[1];
}
