/* SPDX-License-Identifier: MIT */
/* Heaps of four children a place: half as deep as of two, so that a change touches few places. Each
 * item knows its place; the first is 1. */
#include "shared/ledger/due.h"

#define CHILDREN 4

struct due_key {
    int64_t time_us;
    int64_t id;
};

static struct due_key
key_of(const struct ledger *ledger, enum due_kind kind, uint32_t item)
{
    const struct ledger_account *account;

    if (kind == DUE_ORDERS)
        return (struct due_key){ledger->orders[item].expires_us, ledger->orders[item].id};
    account = &ledger->accounts[item];
    return (struct due_key){account->switch_us, account->id};
}

static uint32_t *
place_of(struct ledger *ledger, enum due_kind kind, uint32_t item)
{
    return kind == DUE_ORDERS ? &ledger->orders[item].due_place : &ledger->accounts[item].due_place;
}

static bool
is_sooner(const struct ledger *ledger, enum due_kind kind, uint32_t item, uint32_t than)
{
    struct due_key one = key_of(ledger, kind, item), other = key_of(ledger, kind, than);

    cnop_assert(one.time_us > 0 && other.time_us > 0);
    return one.time_us != other.time_us ? one.time_us < other.time_us : one.id < other.id;
}

static void
put(struct ledger *ledger, enum due_kind kind, uint32_t place, uint32_t item)
{
    uint32_t *due = &ledger->due[kind][place], *known = place_of(ledger, kind, item);

    cnop_assert(place > 0 && place <= ledger->counters.due_count[kind]);
    state_touch(ledger, due, sizeof(*due));
    *due = item;
    state_touch(ledger, known, sizeof(*known));
    *known = place;
}

static uint32_t
parent_of(uint32_t place)
{
    cnop_assert(place > 1);
    return (place - 2) / CHILDREN + 1;
}

static void
rise(struct ledger *ledger, enum due_kind kind, uint32_t place, uint32_t item)
{
    const uint32_t *due = ledger->due[kind];

    while (place > 1 && is_sooner(ledger, kind, item, due[parent_of(place)])) {
        put(ledger, kind, place, due[parent_of(place)]);
        place = parent_of(place);
    }
    put(ledger, kind, place, item);
}

/* The soonest child of a place; 0: it has none. */
static uint32_t
soonest_child(const struct ledger *ledger, enum due_kind kind, uint32_t place)
{
    const uint32_t *due = ledger->due[kind];
    uint32_t first = (place - 1) * CHILDREN + 2, best = 0;

    for (uint32_t at = first; at < first + CHILDREN && at <= ledger->counters.due_count[kind];
         at++) {
        if (best == 0 || is_sooner(ledger, kind, due[at], due[best]))
            best = at;
    }
    return best;
}

static void
sink(struct ledger *ledger, enum due_kind kind, uint32_t place, uint32_t item)
{
    const uint32_t *due = ledger->due[kind];
    uint32_t child = soonest_child(ledger, kind, place);

    while (child != 0 && is_sooner(ledger, kind, due[child], item)) {
        put(ledger, kind, place, due[child]);
        place = child;
        child = soonest_child(ledger, kind, place);
    }
    put(ledger, kind, place, item);
}

static void
set_count(struct ledger *ledger, enum due_kind kind, uint32_t count)
{
    state_touch(ledger, &ledger->counters.due_count[kind], sizeof(count));
    ledger->counters.due_count[kind] = count;
}

void
due_add(struct ledger *ledger, enum due_kind kind, uint32_t item)
{
    uint32_t count = ledger->counters.due_count[kind];

    cnop_assert(key_of(ledger, kind, item).time_us > 0);
    cnop_assert(*place_of(ledger, kind, item) == 0);
    cnop_assert(count < (kind == DUE_ORDERS ? ledger->config.max_open_orders
                                            : ledger->config.max_accounts));
    set_count(ledger, kind, count + 1);
    rise(ledger, kind, count + 1, item);
}

/* The last one takes its place, and finds its own. */
void
due_remove(struct ledger *ledger, enum due_kind kind, uint32_t item)
{
    const uint32_t *due = ledger->due[kind];
    uint32_t *known = place_of(ledger, kind, item);
    uint32_t place = *known, last = due[ledger->counters.due_count[kind]];

    cnop_assert(place > 0 && due[place] == item);
    state_touch(ledger, known, sizeof(*known));
    *known = 0;
    set_count(ledger, kind, ledger->counters.due_count[kind] - 1);
    if (last == item)
        return;
    if (place > 1 && is_sooner(ledger, kind, last, due[parent_of(place)]))
        rise(ledger, kind, place, last);
    else
        sink(ledger, kind, place, last);
}

int64_t
due_first(const struct ledger *ledger, enum due_kind kind, uint32_t *ret_item)
{
    if (ledger->counters.due_count[kind] == 0)
        return INT64_MAX;
    *ret_item = ledger->due[kind][1];
    return key_of(ledger, kind, *ret_item).time_us;
}
