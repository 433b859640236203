/* SPDX-License-Identifier: MIT */
/* What is written into a command besides its figures: key and fingerprint, request id, reason. */
#include "shared/ledger/command.h"

#include <string.h>

#include "shared/base/secret.h"

enum cnop_err
ledger_command_set_key(struct ledger_command *command, struct cnop_str key)
{
    cnop_assert(command->op != 0);
    /* A fixed record of what was asked, without padding; its digest is stored and compared for
     * ever, so the layout may not change. */
    struct {
        uint8_t op, side;
        uint16_t asset_id;
        uint32_t zero;
        int64_t account_id, qty_e8, amount_e8;
    } asked = {.op = command->op,
               .side = command->side,
               .asset_id = command->asset_id,
               .account_id = command->account_id,
               .qty_e8 = command->qty.e8,
               .amount_e8 = command->amount.e8};
    /* Hashed only when there is something in it: other requests keep their digest. */
    const struct {
        int64_t worst_price_e10;
        uint64_t close;
    } more = {.worst_price_e10 = command->worst_price.e10, .close = command->close};
    /* Of a LIMIT, always. */
    const struct {
        int64_t price_e10;
        uint8_t tif, post_only, self, trigger, zero[4];
    } limit = {.price_e10 = command->price.e10,
               .tif = command->tif,
               .post_only = command->post_only,
               .self = command->self,
               .trigger = command->trigger};
    /* Of a GTD, too. */
    const int64_t expires_us = command->tif == LEDGER_GTD ? command->expires_us : 0;
    /* Of one with a trigger, too. */
    const int64_t stop_e10 = command->trigger != 0 ? command->stop.e10 : 0;
    unsigned char asked_bytes[sizeof(asked) + sizeof(more) + sizeof(limit) + sizeof(expires_us) +
                              sizeof(stop_e10)];
    size_t asked_len = sizeof(asked);
    unsigned char digest[CNOP_SHA256_BYTES];

    if (key.len < 1 || key.len > LEDGER_KEY_BYTES || !cnop_str_is_word(key, "_.:-"))
        return CNOP_E_INVALID;
    memcpy(command->key, key.ptr, key.len);
    command->key_len = (uint8_t)key.len;
    memcpy(asked_bytes, &asked, sizeof(asked));
    if (more.worst_price_e10 != 0 || more.close != 0) {
        memcpy(asked_bytes + asked_len, &more, sizeof(more));
        asked_len += sizeof(more);
    }
    if (command->op == LEDGER_OP_LIMIT) {
        memcpy(asked_bytes + asked_len, &limit, sizeof(limit));
        asked_len += sizeof(limit);
    }
    if (expires_us != 0) {
        memcpy(asked_bytes + asked_len, &expires_us, sizeof(expires_us));
        asked_len += sizeof(expires_us);
    }
    if (stop_e10 != 0) {
        memcpy(asked_bytes + asked_len, &stop_e10, sizeof(stop_e10));
        asked_len += sizeof(stop_e10);
    }
    cnop_secret_sha256(asked_bytes, asked_len, digest);
    memcpy(command->fingerprint, digest, LEDGER_FINGERPRINT_BYTES);
    return CNOP_OK;
}

#define DAY_US (INT64_C(24) * 3600 * 1000000)

int64_t
ledger_expiry_of(const struct ledger_command *command)
{
    cnop_assert(command->op == LEDGER_OP_LIMIT);
    if (command->tif == LEDGER_DAY)
        return (command->time_us / DAY_US + 1) * DAY_US;
    return command->tif == LEDGER_GTD ? command->expires_us : 0;
}

void
ledger_command_set_request_id(struct ledger_command *command, struct cnop_str request_id)
{
    size_t len =
        request_id.len < LEDGER_REQUEST_ID_BYTES ? request_id.len : LEDGER_REQUEST_ID_BYTES;

    cnop_assert(len <= LEDGER_REQUEST_ID_BYTES);
    if (len > 0)
        memcpy(command->request_id, request_id.ptr, len);
    command->request_id_len = (uint8_t)len;
}

void
ledger_command_set_reason(struct ledger_command *command, struct cnop_str reason)
{
    size_t len = reason.len;

    if (len > LEDGER_REASON_BYTES) {
        len = LEDGER_REASON_BYTES;
        while (len > 0 && ((unsigned char)reason.ptr[len] & 0xc0) == 0x80)
            len--; /* not inside a character */
    }
    if (len > 0)
        memcpy(command->reason, reason.ptr, len);
    command->reason_len = (uint8_t)len;
}
