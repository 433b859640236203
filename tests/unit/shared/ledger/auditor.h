/* SPDX-License-Identifier: MIT */
/* A second ledger for the tests: slow, naive, written without looking at the first. Plain arrays,
 * exact 128-bit arithmetic of its own. It predicts the answer to every command and what every
 * balance is afterwards. */
#ifndef CNOP_TESTS_LEDGER_AUDITOR_H
#define CNOP_TESTS_LEDGER_AUDITOR_H

#include "shared/ledger/ledger.h"

#define AUDITOR_USERS 12
#define AUDITOR_ASSETS 6 /* the dollar and five others */
#define AUDITOR_KEYS 200 /* key numbers per account and family */

struct auditor_holding {
    int64_t amount;
    int64_t cost;
    int64_t realised;
    uint64_t entries;
};

struct auditor_key {
    bool used;
    uint8_t op;
    unsigned char fingerprint[LEDGER_FINGERPRINT_BYTES];
    int64_t id;
    int64_t total;
    int64_t qty;
};

struct auditor_user {
    bool frozen;
    struct auditor_holding holdings[AUDITOR_ASSETS];
    struct auditor_key keys[2][AUDITOR_KEYS]; /* orders, cash */
    int32_t day[2];
    int64_t used[2];
};

struct auditor_asset {
    bool active;
    bool halted;
    int64_t price;
    uint64_t seq;
    int64_t time_us;
};

struct auditor {
    struct ledger_config rules;
    struct auditor_user users[AUDITOR_USERS];
    int64_t system[5][AUDITOR_ASSETS]; /* world 1, house 2, fee 3, rounding 4 */
    struct auditor_asset assets[AUDITOR_ASSETS];
    int64_t next_id;
};

/* What the ledger should say. */
struct auditor_answer {
    enum cnop_err err;
    bool replayed;
    int64_t id;
    int64_t total;
    int64_t fee;
    int64_t qty;
};

/* key is the number behind command->key, or -1. */
struct auditor_answer auditor_apply(struct auditor *auditor, const struct ledger_command *command,
                                    int key);

/* True and a line on stdout for the first difference. */
bool auditor_differs(const struct auditor *auditor, const struct ledger *ledger);

#endif
