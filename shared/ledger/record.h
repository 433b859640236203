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
 *     LIMIT             i64 qty_e8, i64 price_e10 (its limit), u8 tif, u8 self, u8 post_only, u8
 *                       what it waits for (enum ledger_order_type; 0: nothing), of a GTD i64
 *                       expires_us, and of one that waits i64 stop_e10
 *     CANCEL            i64 id of the order; the record's own is 0
 *     CANCEL_ALL        nothing more: asset 0 is any, side 0 both
 *     EXPIRE            nothing more: its time tells which
 *     SWITCH            i64 how long from its time, in microseconds; 0: never
 *     SWITCH_DUE        nothing more
 *     AMEND             i64 id of the order, i64 qty_e8 and i64 price_e10 (0: as they were); the
 *                       record's own id is the order's new place, 0: it kept it, or ended
 *     TRIGGER           i64 id of the order, i64 mark_e10 that has reached it; the record's own id
 *                       is the order's new place
 *     DEPOSIT WITHDRAW GIFT SETTLE    i64 amount_e8
 *     PRICE_SET         i64 price_e10, u64 price_seq
 *     RULES             i64 count, then so many i64 in the order of enum ledger_rule
 * then, if key_len > 0, 16 bytes of fingerprint and the key, then text_len bytes (reason or
 * symbol). flags: 1 active (ASSET); of an ORDER 2 settled in whole cents (without it, as older
 * ledgers did: at 10^-8), 4 has a worst price, 8 a close, 16 met people on the book, or a house
 * with a spread.
 *
 * LIMIT, CROSS, AMEND, TRIGGER and an ORDER with flag 16 end with what they saw and did:
 *     i64 mark_e10, u64 its sequence, i64 its time_us, u16 fill_count, and for each fill
 *         u8 side of the taker, i64 maker's order (0: the house), i64 maker's account,
 *         i64 price_e10, i64 qty_e8, i64 paid_e8 by the buyer, i64 received_e8 by the seller,
 *         i64 buyer's fee_e8, i64 seller's fee_e8
 * Trades have the ids that follow that of the order; those of a CROSS, which has none and whose
 * taker is the house, begin with the record's id. Price and sequence of an ORDER with fills are 0.
 *
 * RULES tells by which rules the commands after it were accepted and matched; an older ledger has
 * its first one where it was first started by an engine that knows it.
 *
 * Ticks have no record of their own: each order carries the price it was filled at, or the mark it
 * saw, and a replay sets that price first. The hash of a journal row is SHA-256 over
 *     prev_hash, u64 seq, u64 epoch, u64 first_id, u64 command_count, body. */
#ifndef CNOP_LEDGER_RECORD_H
#define CNOP_LEDGER_RECORD_H

#include "shared/base/secret.h"
#include "shared/ledger/command.h"

#define LEDGER_RECORD_FILL_BYTES 65
#define LEDGER_RECORD_MAX_BYTES (512 + LEDGER_FILL_MAX * LEDGER_RECORD_FILL_BYTES)

struct ledger_chain {
    unsigned char hash[CNOP_SHA256_BYTES];
    uint64_t seq;
    uint64_t epoch;
};

/* Appends the record of a command that changed something. fills: its own, outcome->fill_count. */
void ledger_record_encode(struct cnop_buf *body, const struct ledger_command *command,
                          const struct ledger_outcome *outcome, const struct ledger_fill *fills);

struct ledger_record {
    struct ledger_command command; /* price and price_seq of an ORDER: of execution */
    int64_t id;                    /* given to the command */
    bool has_mark;                 /* it ends with what it saw and did: */
    cnop_price mark;
    uint64_t mark_seq;
    int64_t mark_time_us;
    uint32_t fill_count;
    struct cnop_str fills; /* in the body */
};

/* Takes the first record off *body. INVALID: not a record. */
cnop_must_check enum cnop_err ledger_record_decode(struct cnop_str *body,
                                                   struct ledger_record *ret_record);
/* One of its fills: all that a record holds of it; costs, balances and lines are not among that. */
void ledger_record_fill(const struct ledger_record *record, uint32_t index,
                        struct ledger_fill *ret_fill);

#define LEDGER_CHAIN_FRAME_BYTES 64 /* prev_hash and the four numbers in front of a body */

/* Extends the chain by one row: seq + 1. framed: LEDGER_CHAIN_FRAME_BYTES that this call fills,
 * followed by the body. */
void ledger_chain_extend(struct ledger_chain *chain, int64_t first_id, uint64_t command_count,
                         unsigned char *framed, size_t body_bytes);

#endif
