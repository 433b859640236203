/* SPDX-License-Identifier: MIT */
/* Random commands on two markets, with a ledger and the naive model of it side by side. */
#ifndef CNOP_TESTS_LEDGER_MARKET_WORLD_H
#define CNOP_TESTS_LEDGER_MARKET_WORLD_H

#include "tests/unit/shared/ledger/market_model.h"

struct world {
    struct ledger *ledger;
    unsigned char *memory;
    unsigned char *copy;
    size_t state_bytes; /* all that a rollback restores */
    struct model model;
    uint64_t random;
    int64_t time_us;
    uint64_t seq;
    uint16_t ticked; /* the asset of the last command, if that was a tick */
    uint64_t accepted_count, fill_count, cross_fill_count, walk_count, rested_count, self_count,
        rules_count, expired_count, amended_count, triggered_count, waited_count;
};

extern struct world world;

/* The same seed, the same commands; rules and fees differ by it. */
void world_open(uint64_t seed);
void world_close(void);

uint64_t draw(uint64_t below);
struct ledger_command random_command(void);

#endif
