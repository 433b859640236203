/* SPDX-License-Identifier: MIT */
/* The engine's client in memory, for unit tests: remembers keys, counts what it moved, and answers
 * what it is told. */
#ifndef CNOP_TESTS_FAKES_ENGINE_CLIENT_FAKE_H
#define CNOP_TESTS_FAKES_ENGINE_CLIENT_FAKE_H

#include "shared/engine_client/client.h"

#define FAKE_ENGINE_KEYS 64

struct fake_engine {
    enum cnop_err answer; /* of the next calls; CNOP_OK moves money */
    bool lose_answer;     /* the money moves, the caller learns OUTCOME_UNKNOWN */
    int64_t moved_e8;     /* sum of everything accepted once */
    unsigned call_count;
    struct ledger_command last;
    struct ledger_outcome figures; /* of refusals */
    char keys[FAKE_ENGINE_KEYS][LEDGER_KEY_BYTES];
    size_t key_count;
};

extern struct fake_engine fake_engine;

#endif
