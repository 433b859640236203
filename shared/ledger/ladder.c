/* SPDX-License-Identifier: MIT */
/* The radix tree; see ladder.h. */
#include "shared/ledger/ladder.h"

#define DIGIT_BITS 6
_Static_assert(LADDER_DEPTH *DIGIT_BITS == 30, "a node for every six bits of a step");

/* Six bits of the step, at a depth counted from the root. */
static unsigned
digit(uint32_t step, unsigned depth)
{
    cnop_assert(depth < LADDER_DEPTH);
    return step >> (DIGIT_BITS * (LADDER_DEPTH - 1 - depth)) & 63;
}

static bool
has(const struct book_node *node, unsigned place)
{
    return (node->mask >> place & 1) != 0;
}

uint32_t
ladder_find(const struct ledger *ledger, uint32_t root, uint32_t step)
{
    uint32_t at = root;

    for (unsigned depth = 0; depth < LADDER_DEPTH && at != 0; depth++) {
        const struct book_node *node = &ledger->nodes[at];
        unsigned place = digit(step, depth);

        at = has(node, place) ? node->child[place] : 0;
    }
    return at;
}

/* The nearest occupied place of a node above or below one; -1: none. */
static int
neighbour(const struct book_node *node, unsigned place, bool above)
{
    uint64_t rest = above ? (place == 63 ? 0 : node->mask >> (place + 1) << (place + 1))
                          : node->mask & ((UINT64_C(1) << place) - 1);

    cnop_assert(place < 64);
    if (rest == 0)
        return -1;
    return above ? __builtin_ctzll(rest) : 63 - __builtin_clzll(rest);
}

/* Down to the first or last leaf below a node. */
static uint32_t
outermost(const struct ledger *ledger, uint32_t at, unsigned depth, bool first)
{
    for (; depth < LADDER_DEPTH; depth++) {
        const struct book_node *node = &ledger->nodes[at];

        cnop_assert(node->mask != 0);
        at = node->child[first ? __builtin_ctzll(node->mask) : 63 - __builtin_clzll(node->mask)];
    }
    return at;
}

static uint32_t
nearest(const struct ledger *ledger, uint32_t root, uint32_t step, bool above)
{
    uint32_t path[LADDER_DEPTH];
    unsigned depth = 0;
    uint32_t at = root;

    while (depth < LADDER_DEPTH && at != 0) {
        unsigned place = digit(step, depth);

        path[depth++] = at;
        at = has(&ledger->nodes[at], place) ? ledger->nodes[at].child[place] : 0;
    }
    while (depth > 0) {
        const struct book_node *node = &ledger->nodes[path[--depth]];
        int place = neighbour(node, digit(step, depth), above);

        if (place >= 0)
            return outermost(ledger, node->child[place], depth + 1, above);
    }
    return 0;
}

uint32_t
ladder_above(const struct ledger *ledger, uint32_t root, uint32_t step)
{
    return nearest(ledger, root, step, true);
}

uint32_t
ladder_below(const struct ledger *ledger, uint32_t root, uint32_t step)
{
    return nearest(ledger, root, step, false);
}

/* ---- nodes ---- */

bool
ladder_has_room(const struct ledger *ledger)
{
    const struct book_pool *pool = &ledger->pools.nodes;

    cnop_assert(pool->used <= ledger->config.max_nodes);
    return ledger->config.max_nodes - pool->used + pool->free_count >= LADDER_DEPTH;
}

static uint32_t
take_node(struct ledger *ledger)
{
    struct book_pool *pool = &ledger->pools.nodes;
    uint32_t at = pool->free;
    struct book_node *node;

    state_touch(ledger, pool, sizeof(*pool));
    if (at == 0) {
        cnop_assert(pool->used < ledger->config.max_nodes);
        at = ++pool->used;
    } else {
        pool->free = ledger->nodes[at].next_free;
        pool->free_count--;
    }
    node = &ledger->nodes[at];
    /* Children are read only where the mask says so: they need not be saved or cleared. */
    state_touch(ledger, node, offsetof(struct book_node, child));
    node->mask = 0;
    node->next_free = 0;
    return at;
}

static void
drop_node(struct ledger *ledger, uint32_t at)
{
    struct book_pool *pool = &ledger->pools.nodes;
    struct book_node *node = &ledger->nodes[at];

    cnop_assert(node->mask == 0);
    state_touch(ledger, pool, sizeof(*pool));
    state_touch(ledger, node, offsetof(struct book_node, child));
    node->next_free = pool->free;
    pool->free = at;
    pool->free_count++;
}

static void
set_child(struct ledger *ledger, struct book_node *node, unsigned place, uint32_t child)
{
    cnop_assert(child != 0);
    cnop_assert(!has(node, place));
    state_touch(ledger, &node->mask, sizeof(node->mask));
    state_touch(ledger, &node->child[place], sizeof(node->child[place]));
    node->mask |= UINT64_C(1) << place;
    node->child[place] = child;
}

void
ladder_insert(struct ledger *ledger, uint32_t *root, uint32_t step, uint32_t value)
{
    uint32_t at;

    cnop_assert(step > 0);
    cnop_assert(value != 0);
    if (*root == 0)
        *root = take_node(ledger);
    at = *root;
    for (unsigned depth = 0; depth + 1 < LADDER_DEPTH; depth++) {
        unsigned place = digit(step, depth);

        if (!has(&ledger->nodes[at], place))
            set_child(ledger, &ledger->nodes[at], place, take_node(ledger));
        at = ledger->nodes[at].child[place];
    }
    set_child(ledger, &ledger->nodes[at], digit(step, LADDER_DEPTH - 1), value);
}

void
ladder_remove(struct ledger *ledger, uint32_t *root, uint32_t step)
{
    uint32_t path[LADDER_DEPTH];
    unsigned depth;

    cnop_assert(*root != 0);
    path[0] = *root;
    for (depth = 0; depth + 1 < LADDER_DEPTH; depth++) {
        cnop_assert(has(&ledger->nodes[path[depth]], digit(step, depth)));
        path[depth + 1] = ledger->nodes[path[depth]].child[digit(step, depth)];
    }
    cnop_assert(has(&ledger->nodes[path[depth]], digit(step, depth)));
    for (;; depth--) {
        struct book_node *node = &ledger->nodes[path[depth]];

        state_touch(ledger, &node->mask, sizeof(node->mask));
        node->mask &= ~(UINT64_C(1) << digit(step, depth));
        if (node->mask != 0)
            return;
        drop_node(ledger, path[depth]);
        if (depth == 0) {
            *root = 0;
            return;
        }
    }
}
