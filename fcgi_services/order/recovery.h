/* SPDX-License-Identifier: MIT */
/* Start of the engine: takes the shard over and loads the ledger's state. InnoDB is the state;
 * nothing is replayed. */
#ifndef CNOP_ORDER_RECOVERY_H
#define CNOP_ORDER_RECOVERY_H

#include "fcgi_services/order/engine_config.h"
#include "shared/db/batch.h"
#include "shared/ledger/record.h"

/* Raises the epoch, which shuts every older engine out, then loads accounts, balances, limits,
 * assets with prices, and the newest keys. ret_chain: head of the journal, with our epoch.
 * DB_FAILED, OVERLOADED (the configured tables are too small), INTERNAL (rows that contradict each
 * other): logged. */
cnop_must_check enum cnop_err recovery_run(struct cnop_batch_db *db,
                                           const struct engine_config *config,
                                           struct ledger *ledger, struct ledger_chain *ret_chain);

/* A row of `orders` or `cash_entry` as a posting with its key, for keys that are looked up.
 * Columns: id, account_id, asset_id, side, filled_qty, quote_qty, price, price_seq, filled_quote,
 * fee, cash_after, created_us, key, fingerprint; and for cash: id, account_id, kind, amount,
 * balance_after, created_us, key, fingerprint. */
struct recovered_key {
    struct ledger_posting posting;
    struct cnop_str key; /* view into the row */
    unsigned char fingerprint[LEDGER_FINGERPRINT_BYTES];
};
bool recovery_read_order(const struct cnop_row *row, struct recovered_key *ret_key);
bool recovery_read_entry(const struct cnop_row *row, struct recovered_key *ret_key);

/* The column lists that fit them. */
#define RECOVERY_ORDER_COLUMNS                                                                     \
    "id,account_id,asset_id,side,filled_qty_e8,quote_qty_e8,price_e10,price_seq,filled_quote_e8,"  \
    "fee_e8,cash_after_e8,created_us,client_order_id,fingerprint"
#define RECOVERY_ENTRY_COLUMNS                                                                     \
    "id,account_id,kind,amount_e8,balance_after_e8,created_us,idem_key,fingerprint"

#endif
