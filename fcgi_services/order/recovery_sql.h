/* SPDX-License-Identifier: MIT */
/* Start of the engine: takes the shard over and loads the ledger's state. InnoDB is the state;
 * nothing is replayed. */
#ifndef CNOP_ORDER_RECOVERY_SQL_H
#define CNOP_ORDER_RECOVERY_SQL_H

#include "fcgi_services/order/verify.h"
#include "shared/db/batch.h"
#include "shared/ledger/ledger.h"
#include "shared/ledger/record.h"

#define RECOVERY_FINDING_MAX 64

struct recovery_parts {
    struct cnop_batch_db *db;
    struct verify *verify; /* on the same connection or another */
    const struct seal_key *key;
    uint64_t boot_keys;
    bool any_disk; /* also on a server that loses commits with its power */
    struct ledger *ledger;
};

struct recovered {
    struct ledger_chain chain; /* head of the journal, with our epoch */
    uint64_t event_seq;        /* of the last event; 0: there is none */
    bool rules_known;          /* the ledger has those of the journal, which had some */
    /* Of accounts that may not move money until an operator has looked at them. */
    struct verify_finding findings[RECOVERY_FINDING_MAX];
    uint32_t finding_count;
};

/* Raises the epoch, which shuts every older engine out, then loads the rules, accounts, balances,
 * limits, assets with prices, and the boot_keys newest keys, and verifies what it loads. DB_FAILED,
 * FENCED (another engine has taken over meanwhile, or there is no writer row), OVERLOADED (the
 * configured tables are too small), CONFIG (the server is not durable), INTERNAL (rows that
 * contradict each other so that nobody can tell whose they are): logged. */
cnop_must_check enum cnop_err recovery_run(const struct recovery_parts *parts,
                                           struct recovered *ret_recovered);

#endif
