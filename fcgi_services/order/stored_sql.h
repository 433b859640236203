/* SPDX-License-Identifier: MIT */
/* Rows of orders and entries as postings: for keys that are loaded or looked up, and for the
 * verification. */
#ifndef CNOP_ORDER_STORED_SQL_H
#define CNOP_ORDER_STORED_SQL_H

#include "shared/db/db.h"
#include "shared/ledger/command.h"

/* A row of `orders` (ROW_SELECTED(ROW_BOOK_ORDER)) or `cash_entry` (ROW_SELECTED(ROW_ENTRY)) as a
 * posting with its key: as its request was answered. False: there is no key in it. */
struct stored_key {
    struct ledger_posting posting;
    struct cnop_str key; /* view into the row */
    unsigned char fingerprint[LEDGER_FINGERPRINT_BYTES];
};
bool stored_read_order(const struct cnop_row *cells, struct stored_key *ret_key);
bool stored_read_entry(const struct cnop_row *cells, struct stored_key *ret_key);

#endif
