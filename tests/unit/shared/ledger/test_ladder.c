/* SPDX-License-Identifier: MIT */
/* The radix tree against a flat list: find, neighbours, and that every node comes back. */
#include "shared/ledger/ladder.h"

#include <string.h>

#include "shared/base/secret.h"
#include "tests/unit/unit.h"

#define STEPS 400

static struct ledger *ledger;
static uint32_t steps[STEPS]; /* present, by place; 0: not */
static uint32_t root;
static uint64_t state = 88172645463325252u;

static uint32_t
draw(uint32_t below)
{
    state ^= state << 13;
    state ^= state >> 7;
    state ^= state << 17;
    return (uint32_t)((state >> 20) % below);
}

static void
open_ledger(void)
{
    struct ledger_config config;
    void *memory;

    cnop_secret_init();
    ledger_config_default(&config);
    config.max_accounts = 8;
    config.max_balances = 16;
    config.max_assets = 2;
    config.recent_keys = 64;
    config.undo_entries = 1u << 12;
    config.max_dirty = 16;
    config.max_open_orders = 8;
    config.max_levels = 8;
    config.max_nodes = STEPS * LADDER_DEPTH;
    memory = aligned_alloc(64, ledger_bytes(&config));
    ck_assert_ptr_nonnull(memory);
    memset(memory, 0, ledger_bytes(&config));
    ledger = ledger_init(memory, &config);
    root = 0;
    memset(steps, 0, sizeof(steps));
}

/* The nearest of the list, or 0. */
static uint32_t
nearest(uint32_t step, bool above)
{
    uint32_t best = 0;

    for (size_t i = 0; i < STEPS; i++) {
        if (steps[i] == 0 || (above ? steps[i] <= step : steps[i] >= step))
            continue;
        if (best == 0 || (above ? steps[i] < best : steps[i] > best))
            best = steps[i];
    }
    return best;
}

static bool
is_listed(uint32_t step)
{
    for (size_t i = 0; i < STEPS; i++) {
        if (steps[i] == step)
            return true;
    }
    return false;
}

static uint32_t
random_step(void)
{
    return draw(2) == 0 ? 1 + draw(200) : 1 + draw((1u << 30) - 1);
}

static void
compare(uint32_t step)
{
    /* A level's number is its step here. */
    ck_assert_uint_eq(ladder_find(ledger, root, step), is_listed(step) ? step : 0);
    ck_assert_uint_eq(ladder_above(ledger, root, step), nearest(step, true));
    ck_assert_uint_eq(ladder_below(ledger, root, step), nearest(step, false));
}

START_TEST(agrees_with_a_list_and_gives_everything_back)
{
    open_ledger();
    for (int round = 0; round < 30000; round++) {
        uint32_t place = draw(STEPS), step = random_step();

        if (steps[place] != 0) {
            ladder_remove(ledger, &root, steps[place]);
            step = steps[place];
            steps[place] = 0;
        } else if (!is_listed(step)) {
            ck_assert(ladder_has_room(ledger));
            ladder_insert(ledger, &root, step, step);
            steps[place] = step;
        }
        ledger_forget(ledger, ledger_mark(ledger));
        compare(step);
        compare(random_step());
    }
    for (size_t i = 0; i < STEPS; i++) {
        if (steps[i] != 0)
            ladder_remove(ledger, &root, steps[i]);
        ledger_forget(ledger, ledger_mark(ledger));
    }
    ck_assert_uint_eq(root, 0);
    ck_assert_uint_eq(ledger->pools.nodes.used, ledger->pools.nodes.free_count);
    free(ledger);
}
END_TEST

START_TEST(a_rollback_brings_the_tree_back)
{
    open_ledger();
    for (uint32_t i = 0; i < 50; i++) {
        steps[i] = 1 + i * 20000003u % ((1u << 30) - 1);
        ladder_insert(ledger, &root, steps[i], steps[i]);
        ledger_forget(ledger, ledger_mark(ledger));
    }
    for (int round = 0; round < 100; round++) {
        uint64_t mark = ledger_mark(ledger);
        uint32_t root_before = root;

        for (uint32_t i = 0; i < 20; i++)
            ladder_remove(ledger, &root, steps[i]);
        for (uint32_t i = 0; i < 10; i++)
            ladder_insert(ledger, &root, 500000000 + draw(1000) * 11 + i, 1 + i);
        ledger_rollback(ledger, mark);
        root = root_before;
        for (uint32_t i = 0; i < 50; i++)
            compare(steps[i]);
        compare(500000000);
    }
    free(ledger);
}
END_TEST

static void
add(TCase *tests)
{
    tcase_add_test(tests, agrees_with_a_list_and_gives_everything_back);
    tcase_add_test(tests, a_rollback_brings_the_tree_back);
}

UNIT_MAIN("ladder", add)
