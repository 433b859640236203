/* SPDX-License-Identifier: MIT */
/* Journal records and the hash chain; the format is in record.h. Never changes the meaning of bytes
 * already written. */
#include "shared/ledger/record.h"

#include <endian.h>
#include <string.h>

#define RECORD_ACTIVE 1u
#define RECORD_CENTS 2u
#define RECORD_WORST_PRICE 4u
#define RECORD_CLOSE 8u
#define RECORD_FILLS 16u

static void
put_u16(struct cnop_buf *body, uint16_t value)
{
    uint16_t wire = htole16(value);

    cnop_buf_bytes(body, &wire, sizeof(wire));
}

static void
put_i64(struct cnop_buf *body, int64_t value)
{
    uint64_t wire = htole64((uint64_t)value);

    cnop_buf_bytes(body, &wire, sizeof(wire));
}

static struct cnop_str
text_of(const struct ledger_command *command)
{
    cnop_assert(command->reason_len <= LEDGER_REASON_BYTES);
    cnop_assert(command->symbol_len <= LEDGER_SYMBOL_BYTES);
    if (command->op == LEDGER_OP_ASSET)
        return cnop_str_make(command->symbol, command->symbol_len);
    return cnop_str_make(command->reason, command->reason_len);
}

static bool
has_amount(uint8_t op)
{
    return op <= LEDGER_OP_GIFT || op == LEDGER_OP_SETTLE;
}

static bool
has_mark(uint8_t op, unsigned flags)
{
    return op == LEDGER_OP_LIMIT || op == LEDGER_OP_CROSS || ledger_op_changes_order(op) ||
           (op == LEDGER_OP_ORDER && (flags & RECORD_FILLS) != 0);
}

static unsigned
flags_of(const struct ledger_command *command, const struct ledger_outcome *outcome)
{
    unsigned flags = command->active ? RECORD_ACTIVE : 0;

    if (command->op == LEDGER_OP_ORDER &&
        (outcome->fill_count > 0 || outcome->posting.price.e10 != outcome->mark.e10))
        flags |= RECORD_FILLS;
    if (command->op == LEDGER_OP_ORDER)
        flags |= RECORD_CENTS;
    if (command->worst_price.e10 > 0)
        flags |= RECORD_WORST_PRICE;
    if (command->close)
        flags |= RECORD_CLOSE;
    return flags;
}

static void
put_fill(struct cnop_buf *body, const struct ledger_fill *fill)
{
    bool taker_buys = fill->taker_side == LEDGER_BUY;

    cnop_assert(fill->qty.e8 > 0);
    cnop_buf_char(body, (char)fill->taker_side);
    put_i64(body, taker_buys ? fill->sell_order : fill->buy_order);
    put_i64(body, taker_buys ? fill->seller : fill->buyer);
    put_i64(body, fill->price.e10);
    put_i64(body, fill->qty.e8);
    put_i64(body, fill->pay.e8);
    put_i64(body, fill->receive.e8);
    put_i64(body, fill->buy_fee.e8);
    put_i64(body, fill->sell_fee.e8);
}

static void
put_fills(struct cnop_buf *body, const struct ledger_outcome *outcome,
          const struct ledger_fill *fills)
{
    cnop_assert(outcome->fill_count <= LEDGER_FILL_MAX);
    put_i64(body, outcome->mark.e10);
    put_i64(body, (int64_t)outcome->posting.price_seq);
    put_i64(body, outcome->mark_time_us);
    put_u16(body, (uint16_t)outcome->fill_count);
    for (uint32_t i = 0; i < outcome->fill_count; i++)
        put_fill(body, &fills[i]);
}

static void
put_rules(struct cnop_buf *body, const struct ledger_rules *rules)
{
    cnop_assert(ledger_rules_are_sound(rules));
    put_i64(body, LEDGER_RULE_COUNT);
    for (size_t i = 0; i < LEDGER_RULE_COUNT; i++)
        put_i64(body, rules->values[i]);
}

/* The figures that a command asked with. */
static void
put_asked(struct cnop_buf *body, const struct ledger_command *command,
          const struct ledger_outcome *outcome)
{
    const struct ledger_posting *posting = &outcome->posting;

    if (command->op == LEDGER_OP_ORDER || command->op == LEDGER_OP_LIMIT)
        put_i64(body, command->close ? posting->qty.e8 + posting->undone.e8 : command->qty.e8);
    if (has_amount(command->op))
        put_i64(body, command->op == LEDGER_OP_SETTLE ? posting->total.e8 : command->amount.e8);
    if (command->op == LEDGER_OP_ORDER || command->op == LEDGER_OP_PRICE_SET) {
        put_i64(body, outcome->fill_count > 0 ? 0 : posting->price.e10);
        put_i64(body, outcome->fill_count > 0 ? 0 : (int64_t)posting->price_seq);
    }
    if (command->worst_price.e10 > 0)
        put_i64(body, command->worst_price.e10);
    if (command->op == LEDGER_OP_CANCEL || ledger_op_changes_order(command->op))
        put_i64(body, command->order_id);
    if (command->op == LEDGER_OP_AMEND) {
        put_i64(body, command->qty.e8);
        put_i64(body, command->price.e10);
    }
    if (command->op == LEDGER_OP_TRIGGER)
        put_i64(body, command->stop.e10);
    if (command->op == LEDGER_OP_RULES)
        put_rules(body, &command->rules);
    if (command->op == LEDGER_OP_SWITCH)
        put_i64(body, command->expires_us);
    if (command->op != LEDGER_OP_LIMIT)
        return;
    put_i64(body, command->price.e10 > 0 ? command->price.e10 : posting->price.e10);
    cnop_buf_char(body, (char)command->tif);
    cnop_buf_char(body, (char)command->self);
    cnop_buf_char(body, (char)command->post_only);
    cnop_buf_char(body, (char)command->trigger);
    if (command->tif == LEDGER_GTD)
        put_i64(body, command->expires_us);
    if (command->trigger != 0)
        put_i64(body, command->stop.e10);
}

void
ledger_record_encode(struct cnop_buf *body, const struct ledger_command *command,
                     const struct ledger_outcome *outcome, const struct ledger_fill *fills)
{
    struct cnop_str text = text_of(command);
    unsigned flags = flags_of(command, outcome);
    bool named = ledger_op_changes_order(command->op); /* and nothing else of it */

    cnop_assert(command->op >= LEDGER_OP_ORDER && command->op <= LEDGER_OP_TRIGGER);
    cnop_assert(command->op != LEDGER_OP_TICK);
    cnop_assert(command->key_len <= LEDGER_KEY_BYTES);
    cnop_assert(outcome->changed);
    cnop_buf_char(body, (char)command->op);
    cnop_buf_char(body, (char)(named ? outcome->posting.side : command->side));
    cnop_buf_char(body, (char)flags);
    cnop_buf_char(body, (char)command->key_len);
    put_u16(body, named ? outcome->posting.asset_id : command->asset_id);
    put_u16(body, (uint16_t)text.len);
    put_i64(body, outcome->posting.id);
    put_i64(body, command->account_id);
    put_i64(body, command->time_us);
    put_asked(body, command, outcome);
    if (command->key_len > 0) {
        cnop_buf_bytes(body, command->fingerprint, LEDGER_FINGERPRINT_BYTES);
        cnop_buf_bytes(body, command->key, command->key_len);
    }
    cnop_buf_str(body, text);
    if (has_mark(command->op, flags))
        put_fills(body, outcome, fills);
}

/* Copies len bytes off the front; false: there are not that many. */
static bool
take(struct cnop_str *body, void *into, size_t len)
{
    if (body->len < len)
        return false;
    if (len > 0)
        memcpy(into, body->ptr, len);
    body->ptr += len;
    body->len -= len;
    return true;
}

static bool
take_i64(struct cnop_str *body, int64_t *ret_value)
{
    uint64_t wire;

    if (!take(body, &wire, sizeof(wire)))
        return false;
    *ret_value = (int64_t)le64toh(wire);
    return true;
}

static bool
take_limit(struct cnop_str *body, struct ledger_command *command)
{
    unsigned char terms[4];

    if (!take_i64(body, &command->qty.e8) || !take_i64(body, &command->price.e10) ||
        !take(body, terms, sizeof(terms)))
        return false;
    command->tif = terms[0];
    command->self = terms[1];
    command->post_only = terms[2] != 0;
    command->trigger = terms[3];
    if (command->tif == LEDGER_GTD && !take_i64(body, &command->expires_us))
        return false;
    return command->trigger == 0 || take_i64(body, &command->stop.e10);
}

static bool
take_rules(struct cnop_str *body, struct ledger_rules *rules)
{
    int64_t count = 0;

    if (!take_i64(body, &count) || count != LEDGER_RULE_COUNT)
        return false;
    for (size_t i = 0; i < LEDGER_RULE_COUNT; i++) {
        if (!take_i64(body, &rules->values[i]))
            return false;
    }
    return ledger_rules_are_sound(rules);
}

static bool
take_amounts(struct cnop_str *body, struct ledger_command *command, unsigned flags)
{
    int64_t seq = 0;

    cnop_assert(command->op >= LEDGER_OP_ORDER && command->op <= LEDGER_OP_TRIGGER);
    if (command->op == LEDGER_OP_LIMIT)
        return take_limit(body, command);
    if (command->op == LEDGER_OP_CANCEL)
        return take_i64(body, &command->order_id);
    if (command->op == LEDGER_OP_AMEND)
        return take_i64(body, &command->order_id) && take_i64(body, &command->qty.e8) &&
               take_i64(body, &command->price.e10);
    if (command->op == LEDGER_OP_TRIGGER)
        return take_i64(body, &command->order_id) && take_i64(body, &command->stop.e10);
    if (command->op == LEDGER_OP_RULES)
        return take_rules(body, &command->rules);
    if (command->op == LEDGER_OP_SWITCH)
        return take_i64(body, &command->expires_us);
    if (command->op == LEDGER_OP_ORDER && !take_i64(body, &command->qty.e8))
        return false;
    if (has_amount(command->op) && !take_i64(body, &command->amount.e8))
        return false;
    if (command->op != LEDGER_OP_ORDER && command->op != LEDGER_OP_PRICE_SET)
        return true;
    if (!take_i64(body, &command->price.e10) || !take_i64(body, &seq))
        return false;
    command->price_seq = (uint64_t)seq;
    return (flags & RECORD_WORST_PRICE) == 0 || take_i64(body, &command->worst_price.e10);
}

static bool
take_texts(struct cnop_str *body, struct ledger_command *command, uint16_t text_len)
{
    if (command->key_len > LEDGER_KEY_BYTES)
        return false;
    if (command->key_len > 0 && (!take(body, command->fingerprint, LEDGER_FINGERPRINT_BYTES) ||
                                 !take(body, command->key, command->key_len)))
        return false;
    if (command->op == LEDGER_OP_ASSET) {
        command->symbol_len = (uint8_t)text_len;
        return text_len <= LEDGER_SYMBOL_BYTES && take(body, command->symbol, text_len);
    }
    if (command->op == LEDGER_OP_RULES)
        return text_len == 0; /* they are in the place of a reason */
    command->reason_len = (uint8_t)text_len;
    return text_len <= LEDGER_REASON_BYTES && take(body, command->reason, text_len);
}

/* What it saw, and where its fills are. */
static bool
take_fills(struct cnop_str *body, struct ledger_record *record)
{
    int64_t seq;
    uint16_t count;
    size_t bytes;

    if (!take_i64(body, &record->mark.e10) || !take_i64(body, &seq) ||
        !take_i64(body, &record->mark_time_us) || !take(body, &count, sizeof(count)))
        return false;
    record->has_mark = true;
    record->mark_seq = (uint64_t)seq;
    record->fill_count = le16toh(count);
    bytes = record->fill_count * (size_t)LEDGER_RECORD_FILL_BYTES;
    if (record->fill_count > LEDGER_FILL_MAX || body->len < bytes)
        return false;
    record->fills = cnop_str_make(body->ptr, bytes);
    *body = cnop_str_make(body->ptr + bytes, body->len - bytes);
    return true;
}

enum cnop_err
ledger_record_decode(struct cnop_str *body, struct ledger_record *ret_record)
{
    struct ledger_record record = {.id = 0};
    struct ledger_command *command = &record.command;
    struct cnop_str rest = *body;
    unsigned char head[4];
    uint16_t words[2];

    if (!take(&rest, head, sizeof(head)) || !take(&rest, words, sizeof(words)) ||
        !take_i64(&rest, &record.id) || !take_i64(&rest, &command->account_id) ||
        !take_i64(&rest, &command->time_us))
        return CNOP_E_INVALID;
    command->op = head[0];
    command->side = head[1];
    command->active = (head[2] & RECORD_ACTIVE) != 0;
    command->close = (head[2] & RECORD_CLOSE) != 0;
    command->key_len = head[3];
    command->asset_id = le16toh(words[0]);
    if (command->op < LEDGER_OP_ORDER || command->op > LEDGER_OP_TRIGGER)
        return CNOP_E_INVALID;
    if (!take_amounts(&rest, command, head[2]) || !take_texts(&rest, command, le16toh(words[1])))
        return CNOP_E_INVALID;
    if (has_mark(command->op, head[2]) && !take_fills(&rest, &record))
        return CNOP_E_INVALID;
    *ret_record = record;
    *body = rest;
    return CNOP_OK;
}

void
ledger_record_fill(const struct ledger_record *record, uint32_t index, struct ledger_fill *ret_fill)
{
    const struct ledger_command *command = &record->command;
    struct cnop_str rest = record->fills;
    bool by_house = command->op == LEDGER_OP_CROSS, whole;
    bool named = ledger_op_changes_order(command->op);
    int64_t maker_order, maker;
    int64_t taker_order = by_house ? 0 : named ? command->order_id : record->id;
    int64_t taker = by_house ? LEDGER_ACCOUNT_HOUSE : command->account_id;
    struct ledger_fill fill = {.trade_id = record->id + !by_house + index,
                               .time_us = command->time_us,
                               .asset_id = command->asset_id};

    cnop_assert(index < record->fill_count);
    rest.ptr += index * (size_t)LEDGER_RECORD_FILL_BYTES;
    rest.len -= index * (size_t)LEDGER_RECORD_FILL_BYTES;
    whole = take(&rest, &fill.taker_side, 1) && take_i64(&rest, &maker_order) &&
            take_i64(&rest, &maker) && take_i64(&rest, &fill.price.e10) &&
            take_i64(&rest, &fill.qty.e8) && take_i64(&rest, &fill.pay.e8) &&
            take_i64(&rest, &fill.receive.e8) && take_i64(&rest, &fill.buy_fee.e8) &&
            take_i64(&rest, &fill.sell_fee.e8);
    cnop_assert(whole);
    fill.buyer = fill.taker_side == LEDGER_BUY ? taker : maker;
    fill.buy_order = fill.taker_side == LEDGER_BUY ? taker_order : maker_order;
    fill.seller = fill.taker_side == LEDGER_BUY ? maker : taker;
    fill.sell_order = fill.taker_side == LEDGER_BUY ? maker_order : taker_order;
    *ret_fill = fill;
}

void
ledger_chain_extend(struct ledger_chain *chain, int64_t first_id, uint64_t command_count,
                    unsigned char *framed, size_t body_bytes)
{
    uint64_t words[4] = {htole64(chain->seq + 1), htole64(chain->epoch),
                         htole64((uint64_t)first_id), htole64(command_count)};

    cnop_assert(first_id >= 0);
    cnop_assert(command_count > 0);
    cnop_assert(body_bytes > 0);
    _Static_assert(CNOP_SHA256_BYTES + sizeof(words) == LEDGER_CHAIN_FRAME_BYTES, "the frame");
    memcpy(framed, chain->hash, CNOP_SHA256_BYTES);
    memcpy(framed + CNOP_SHA256_BYTES, words, sizeof(words));
    cnop_secret_sha256(framed, LEDGER_CHAIN_FRAME_BYTES + body_bytes, chain->hash);
    chain->seq++;
}
