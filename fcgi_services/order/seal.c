/* SPDX-License-Identifier: MIT */
/* SipHash over the numbers of a row; see seal.h. Never changes what goes in: the database is full
 * of seals. */
#include "fcgi_services/order/seal.h"

#include <endian.h>
#include <string.h>

#include "shared/base/secret.h"

/* First word of what is digested: a balance's seal is no account's. */
#define SEAL_BALANCE 1
#define SEAL_ACCOUNT 2
#define SEAL_ORDER 3

static int64_t
digest(const struct seal_key *key, const int64_t *words, size_t count)
{
    uint64_t wire[20];

    cnop_assert(count > 0);
    cnop_assert(count <= CNOP_COUNT(wire));
    for (size_t i = 0; i < count; i++)
        wire[i] = htole64((uint64_t)words[i]);
    return (int64_t)cnop_secret_siphash(key->bytes, wire, count * sizeof(wire[0]));
}

void
seal_key_derive(const struct cnop_id_key *id_key, struct seal_key *ret_key)
{
    static const char purpose[] = "cnop row seal v1";
    unsigned char input[sizeof(id_key->bytes) + sizeof(purpose)];
    unsigned char hash[CNOP_SHA256_BYTES];

    _Static_assert(sizeof(ret_key->bytes) <= sizeof(hash), "a key is a part of the hash");
    memcpy(input, id_key->bytes, sizeof(id_key->bytes));
    memcpy(input + sizeof(id_key->bytes), purpose, sizeof(purpose));
    cnop_secret_sha256(input, sizeof(input), hash);
    memcpy(ret_key->bytes, hash, sizeof(ret_key->bytes));
    cnop_secret_zero(input, sizeof(input));
    cnop_secret_zero(hash, sizeof(hash));
}

int64_t
seal_balance(const struct seal_key *key, const struct ledger_balance *row)
{
    const int64_t words[] = {SEAL_BALANCE,     row->account_id,       row->asset_id,
                             row->avail_e8,    row->held_e8,          row->cost_e8,
                             row->realised_e8, (int64_t)row->entries, (int64_t)row->ver};

    return digest(key, words, CNOP_COUNT(words));
}

int64_t
seal_account(const struct seal_key *key, const struct ledger_account *account)
{
    const int64_t words[] = {SEAL_ACCOUNT,    account->id,         account->kind,
                             account->status, account->changed_us, account->switch_us};

    /* One whose switch is off has the seal it had before there were any. */
    return digest(key, words, CNOP_COUNT(words) - (account->switch_us == 0));
}

int64_t
seal_order(const struct seal_key *key, const struct ledger_order *order)
{
    const int64_t words[] = {
        SEAL_ORDER,           order->id,
        order->account_id,    (int64_t)order->asset_id << 16 | order->side << 8 | order->self,
        order->price.e10,     order->qty.e8,
        order->left.e8,       order->hold_e8,
        (int64_t)order->prio, order->exact_e8,
        order->exact_e18,     order->fee_cent_bps,
        order->cost_e8,       (int64_t)((uint64_t)order->fill_count << 32 | order->ver),
        order->maker_bps,     order->created_us,
        order->expires_us,    order->stop.e10,
        order->taker_bps,     order->trigger << 8 | (order->status == LEDGER_PENDING)};
    size_t count = CNOP_COUNT(words);

    /* One that waits for no price, or never expires, has the seal it had before orders could. */
    if (order->trigger == 0)
        count -= order->expires_us == 0 ? 4 : 3;
    return digest(key, words, count);
}
