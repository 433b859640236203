/* SPDX-License-Identifier: MIT */
/* What tests read out of a ledger, and the product never does: a digest of the whole state, the sum
 * of an asset. */
#ifndef CNOP_TESTS_LEDGER_READ_BACK_H
#define CNOP_TESTS_LEDGER_READ_BACK_H

#include "shared/ledger/ledger.h"

/* Of accounts, balances, limits, orders on the books and the id counter, independent of insertion
 * order. */
uint64_t read_back_digest(const struct ledger *ledger);

/* Over all accounts: 0 unless the ledger is broken. */
int64_t read_back_asset_sum(const struct ledger *ledger, uint16_t asset_id);

/* A side of a book in price and time: the order behind another one; NULL at first, and at the end.
 */
const struct ledger_order *read_back_next_order(const struct ledger *ledger, uint16_t asset_id,
                                                uint8_t side, const struct ledger_order *order);

#endif
