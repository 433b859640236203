/* SPDX-License-Identifier: MIT */
/* The journal's format: what is hashed, and what a replay needs. A body is a sequence of records,
 * one for each command that changed something, in the order they were applied.
 *
 * Integers are little-endian. Every record begins with
 *     u8 op, u8 side, u8 flags, u8 key_len, u16 asset_id, u16 text_len, i64 id, i64 account_id,
 *     i64 time_us
 * followed by
 *     ORDER             i64 qty_e8, i64 amount_e8, i64 price_e10, u64 price_seq, and with flag 4
 *                       i64 worst_price_e10. One of qty and amount is 0: what was asked for; with
 *                       flag 8 qty is what was sold and amount what was asked for. The price is
 *                       the one of execution.
 *     DEPOSIT WITHDRAW GIFT SETTLE    i64 amount_e8
 *     PRICE_SET         i64 price_e10, u64 price_seq
 * then, if key_len > 0, 16 bytes of fingerprint and the key, then text_len bytes (reason or
 * symbol). flags: 1 active (ASSET); of an ORDER 2 settled in whole cents (without it, as older
 * ledgers did: at 10^-8), 4 has a worst price, 8 a close.
 *
 * Ticks have no record of their own: each order carries the price it was filled at, and a replay
 * sets that price first. The hash of a journal row is SHA-256 over
 *     prev_hash, u64 seq, u64 epoch, u64 first_id, u64 command_count, body. */
#ifndef CNOP_LEDGER_RECORD_H
#define CNOP_LEDGER_RECORD_H

#include "shared/base/secret.h"
#include "shared/ledger/command.h"

#define LEDGER_RECORD_MAX_BYTES 512

struct ledger_chain {
    unsigned char hash[CNOP_SHA256_BYTES];
    uint64_t seq;
    uint64_t epoch;
};

/* Appends the record of a command that changed something. */
void ledger_record_encode(struct cnop_buf *body, const struct ledger_command *command,
                          const struct ledger_outcome *outcome);

/* Takes the first record off *body. For ORDER, price and price_seq are those of execution; id is
 * the id the command was given. INVALID: not a record. */
cnop_must_check enum cnop_err
ledger_record_decode(struct cnop_str *body, struct ledger_command *ret_command, int64_t *ret_id);

#define LEDGER_CHAIN_FRAME_BYTES 64 /* prev_hash and the four numbers in front of a body */

/* Extends the chain by one row: seq + 1. framed: LEDGER_CHAIN_FRAME_BYTES that this call fills,
 * followed by the body. */
void ledger_chain_extend(struct ledger_chain *chain, int64_t first_id, uint64_t command_count,
                         unsigned char *framed, size_t body_bytes);

#endif
