/* SPDX-License-Identifier: MIT */
/* Verification of the stored ledger against itself, in slices of bounded size: each balance against
 * the orders and entries of its account, each row against its seal, each stretch of the journal
 * against its hashes and the rows it stands for. Reads only, on a connection of its own; one owner
 * at a time. What does not fit is a finding; what it means is the caller's business. */
#ifndef CNOP_ORDER_VERIFY_H
#define CNOP_ORDER_VERIFY_H

#include "fcgi_services/order/seal.h"
#include "shared/ledger/record.h"

#define VERIFY_TEXT_BYTES 160

struct verify_finding {
    int64_t account_id; /* whose row it is; below LEDGER_ACCOUNT_FIRST_USER: the whole's */
    int64_t surplus_e8; /* how much more the balance says than it should */
    uint16_t asset_id;
    char text[VERIFY_TEXT_BYTES]; /* what does not fit, for people */
};

/* Whom to tell. pace is called between queries and may wait; false: give up (SHUTTING_DOWN). */
struct verify_to {
    void (*found)(void *arg, const struct verify_finding *finding);
    bool (*pace)(void *arg);
    void *arg;
};

struct cnop_batch_db;
struct verify;

/* Start-up: takes its memory. NO_MEMORY. */
cnop_must_check enum cnop_err verify_open(struct cnop_batch_db *db, const struct seal_key *key,
                                          struct verify **ret_verify);
void verify_tell(struct verify *verify, const struct verify_to *to);

/* The accounts from first on, as many as make a slice and none after last; *ret_next: the first not
 * verified yet, or last + 1. seals: also that rows fit their seals. DB_FAILED; SHUTTING_DOWN. */
cnop_must_check enum cnop_err verify_accounts(struct verify *verify, int64_t first, int64_t last,
                                              bool seals, int64_t *ret_next);

/* The journal behind *chain (at first zeroed), which moves on; *ret_end: nothing is left. */
cnop_must_check enum cnop_err verify_chain(struct verify *verify, struct ledger_chain *chain,
                                           bool *ret_end);

/* That every asset sums to zero, that the rows of the system's accounts fit their seals, and that
 * the head of the journal is its last row. */
cnop_must_check enum cnop_err verify_whole(struct verify *verify);

/* Whether what the server acknowledges is on disk: reads its settings back. ret_text, which holds
 * VERIFY_TEXT_BYTES: those that are not as they should be; empty: durable. */
cnop_must_check enum cnop_err verify_durable(struct cnop_batch_db *db, char *ret_text);

#endif
