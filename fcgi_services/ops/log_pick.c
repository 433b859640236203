/* SPDX-License-Identifier: MIT */
/* A binary heap of slots: whatever comes in replaces the oldest. */
#include "fcgi_services/ops/log_pick.h"

#include <stdlib.h>
#include <string.h>

#include "shared/base/base.h"

enum cnop_err
ops_log_pick_init(struct ops_log_pick *pick, struct cnop_arena *arena, size_t limit)
{
    char *memory;

    cnop_assert(limit > 0 && limit <= OPS_LOG_PICK_MAX);
    memory = cnop_arena_alloc_array(arena, limit, OPS_LOG_LINE_BYTES);
    if (memory == NULL)
        return CNOP_E_NO_MEMORY;
    pick->count = 0;
    pick->limit = limit;
    for (size_t i = 0; i < limit; i++)
        pick->hits[i].line = cnop_str_make(memory + i * OPS_LOG_LINE_BYTES, 0);
    return CNOP_OK;
}

static bool
is_older(const struct ops_log_pick *pick, size_t a, size_t b)
{
    return ops_log_place_compare(&pick->hits[a].place, &pick->hits[b].place) < 0;
}

static void
swap(struct ops_log_pick *pick, size_t a, size_t b)
{
    struct ops_log_hit hit = pick->hits[a];

    pick->hits[a] = pick->hits[b];
    pick->hits[b] = hit;
}

static void
rise(struct ops_log_pick *pick, size_t at)
{
    for (; at > 0 && is_older(pick, at, (at - 1) / 2); at = (at - 1) / 2)
        swap(pick, at, (at - 1) / 2);
}

static void
sink(struct ops_log_pick *pick, size_t at)
{
    for (;;) {
        size_t oldest = at;

        for (size_t child = 2 * at + 1; child <= 2 * at + 2 && child < pick->count; child++)
            if (is_older(pick, child, oldest))
                oldest = child;
        if (oldest == at)
            return;
        swap(pick, at, oldest);
        at = oldest;
    }
}

static void
fill(struct ops_log_hit *hit, const struct ops_log_place *place, struct cnop_str line)
{
    char *slot = (char *)(uintptr_t)hit->line.ptr; /* ours, see ops_log_pick_init */

    memcpy(slot, line.ptr, line.len);
    hit->line.len = line.len;
    hit->place = *place;
}

void
ops_log_pick_add(struct ops_log_pick *pick, const struct ops_log_place *place, struct cnop_str line)
{
    cnop_assert(line.len <= OPS_LOG_LINE_BYTES);
    if (pick->count < pick->limit) {
        fill(&pick->hits[pick->count], place, line);
        rise(pick, pick->count++);
        return;
    }
    if (ops_log_place_compare(place, &pick->hits[0].place) <= 0)
        return;
    fill(&pick->hits[0], place, line);
    sink(pick, 0);
}

bool
ops_log_pick_is_settled(const struct ops_log_pick *pick, int64_t time_us)
{
    return pick->count == pick->limit && pick->hits[0].place.time_us > time_us;
}

static int
newest_first(const void *a, const void *b)
{
    const struct ops_log_hit *x = a;
    const struct ops_log_hit *y = b;

    return ops_log_place_compare(&y->place, &x->place);
}

void
ops_log_pick_sort(struct ops_log_pick *pick, int64_t from_us)
{
    qsort(pick->hits, pick->count, sizeof(pick->hits[0]), newest_first);
    while (pick->count > 0 && pick->hits[pick->count - 1].place.time_us < from_us)
        pick->count--;
}
