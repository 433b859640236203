/* SPDX-License-Identifier: MIT */
/* Start of the engine: takes the shard over and loads the ledger's state. InnoDB is the state;
 * nothing is replayed. */
#ifndef CNOP_ORDER_RECOVERY_SQL_H
#define CNOP_ORDER_RECOVERY_SQL_H

#include "shared/db/batch.h"
#include "shared/ledger/ledger.h"
#include "shared/ledger/record.h"

/* Raises the epoch, which shuts every older engine out, then loads accounts, balances, limits,
 * assets with prices, and the boot_keys newest keys. ret_chain: head of the journal, with our
 * epoch. DB_FAILED, OVERLOADED (the configured tables are too small), INTERNAL (rows that
 * contradict each other): logged. */
cnop_must_check enum cnop_err recovery_run(struct cnop_batch_db *db, uint64_t boot_keys,
                                           struct ledger *ledger, struct ledger_chain *ret_chain);

/* A row of `orders` (ROW_SELECTED(ROW_ORDER)) or `cash_entry` (ROW_SELECTED(ROW_ENTRY)) as a
 * posting with its key. False: there is no key in it. */
struct recovered_key {
    struct ledger_posting posting;
    struct cnop_str key; /* view into the row */
    unsigned char fingerprint[LEDGER_FINGERPRINT_BYTES];
};
bool recovery_read_order(const struct cnop_row *cells, struct recovered_key *ret_key);
bool recovery_read_entry(const struct cnop_row *cells, struct recovered_key *ret_key);

#endif
