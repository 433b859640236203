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

static unsigned
flags_of(const struct ledger_command *command)
{
    unsigned flags = command->active ? RECORD_ACTIVE : 0;

    if (command->op == LEDGER_OP_ORDER)
        flags |= RECORD_CENTS;
    if (command->worst_price.e10 > 0)
        flags |= RECORD_WORST_PRICE;
    if (command->close)
        flags |= RECORD_CLOSE;
    return flags;
}

void
ledger_record_encode(struct cnop_buf *body, const struct ledger_command *command,
                     const struct ledger_outcome *outcome)
{
    struct cnop_str text = text_of(command);

    cnop_assert(command->op >= LEDGER_OP_ORDER && command->op <= LEDGER_OP_SETTLE);
    cnop_assert(command->op != LEDGER_OP_TICK);
    cnop_assert(command->key_len <= LEDGER_KEY_BYTES);
    cnop_assert(outcome->changed);
    cnop_buf_char(body, (char)command->op);
    cnop_buf_char(body, (char)command->side);
    cnop_buf_char(body, (char)flags_of(command));
    cnop_buf_char(body, (char)command->key_len);
    put_u16(body, command->asset_id);
    put_u16(body, (uint16_t)text.len);
    put_i64(body, outcome->posting.id);
    put_i64(body, command->account_id);
    put_i64(body, command->time_us);
    if (command->op == LEDGER_OP_ORDER)
        put_i64(body, command->close ? outcome->posting.qty.e8 : command->qty.e8);
    if (has_amount(command->op))
        put_i64(body,
                command->op == LEDGER_OP_SETTLE ? outcome->posting.total.e8 : command->amount.e8);
    if (command->op == LEDGER_OP_ORDER || command->op == LEDGER_OP_PRICE_SET) {
        put_i64(body, outcome->posting.price.e10);
        put_i64(body, (int64_t)outcome->posting.price_seq);
    }
    if (command->worst_price.e10 > 0)
        put_i64(body, command->worst_price.e10);
    if (command->key_len > 0) {
        cnop_buf_bytes(body, command->fingerprint, LEDGER_FINGERPRINT_BYTES);
        cnop_buf_bytes(body, command->key, command->key_len);
    }
    cnop_buf_str(body, text);
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
take_amounts(struct cnop_str *body, struct ledger_command *command, unsigned flags)
{
    int64_t seq = 0;

    cnop_assert(command->op >= LEDGER_OP_ORDER && command->op <= LEDGER_OP_SETTLE);
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
    command->reason_len = (uint8_t)text_len;
    return text_len <= LEDGER_REASON_BYTES && take(body, command->reason, text_len);
}

enum cnop_err
ledger_record_decode(struct cnop_str *body, struct ledger_command *ret_command, int64_t *ret_id)
{
    struct ledger_command command = {0};
    struct cnop_str rest = *body;
    unsigned char head[4];
    uint16_t words[2];
    int64_t id;

    if (!take(&rest, head, sizeof(head)) || !take(&rest, words, sizeof(words)) ||
        !take_i64(&rest, &id) || !take_i64(&rest, &command.account_id) ||
        !take_i64(&rest, &command.time_us))
        return CNOP_E_INVALID;
    command.op = head[0];
    command.side = head[1];
    command.active = (head[2] & RECORD_ACTIVE) != 0;
    command.close = (head[2] & RECORD_CLOSE) != 0;
    command.key_len = head[3];
    command.asset_id = le16toh(words[0]);
    if (command.op < LEDGER_OP_ORDER || command.op > LEDGER_OP_SETTLE)
        return CNOP_E_INVALID;
    if (!take_amounts(&rest, &command, head[2]) || !take_texts(&rest, &command, le16toh(words[1])))
        return CNOP_E_INVALID;
    *ret_command = command;
    *ret_id = id;
    *body = rest;
    return CNOP_OK;
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
