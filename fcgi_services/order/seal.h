/* SPDX-License-Identifier: MIT */
/* Seals of stored rows: a keyed digest over everything that counts in a row. A row that somebody
 * without the key has changed or made up does not fit its seal, which one look at the row tells. */
#ifndef CNOP_ORDER_SEAL_H
#define CNOP_ORDER_SEAL_H

#include "shared/base/id.h"
#include "shared/ledger/command.h"

struct seal_key {
    unsigned char bytes[16];
};

/* The key of the seals comes from the key of the order ids: one secret to keep and to restore. */
void seal_key_derive(const struct cnop_id_key *id_key, struct seal_key *ret_key);

int64_t seal_balance(const struct seal_key *key, const struct ledger_balance *row);
int64_t seal_account(const struct seal_key *key, const struct ledger_account *account);
/* Of an order on a book: everything that a start believes of it. */
int64_t seal_order(const struct seal_key *key, const struct ledger_order *order);

#endif
