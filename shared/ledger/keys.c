/* SPDX-License-Identifier: MIT */
/* Recent idempotency keys and the postings they stand for. A set-associative cache: a key lives in
 * one of STATE_KEY_WAYS places, and the oldest of them makes room. What is dropped marks its
 * account cold: from then on unknown keys of that account are looked up in the database. */
#include "shared/ledger/state.h"

#include <string.h>

#include "shared/base/secret.h"

#define HASH_INPUT_BYTES (LEDGER_KEY_BYTES + 9)

static void
key_hash(const struct ledger *ledger, uint8_t op, int64_t account_id, struct cnop_str key,
         uint64_t ret_hash[2])
{
    unsigned char input[HASH_INPUT_BYTES];
    unsigned char seed[16];

    cnop_assert(key.len > 0);
    cnop_assert(key.len <= LEDGER_KEY_BYTES);
    input[0] = ledger_op_is_of_orders(op);
    memcpy(input + 1, &account_id, sizeof(account_id));
    memcpy(input + 9, key.ptr, key.len);
    memcpy(seed, ledger->config.hash_seed, sizeof(seed));
    ret_hash[0] = cnop_secret_siphash(seed, input, key.len + 9);
    seed[0] = (unsigned char)(seed[0] ^ 0xff);
    ret_hash[1] = cnop_secret_siphash(seed, input, key.len + 9);
}

static struct state_key *
key_set(const struct ledger *ledger, const uint64_t hash[2])
{
    uint64_t set_count = ledger->config.recent_keys / STATE_KEY_WAYS;

    cnop_assert(set_count > 0);
    cnop_assert((set_count & (set_count - 1)) == 0);
    return &ledger->keys[(hash[0] & (set_count - 1)) * STATE_KEY_WAYS];
}

const struct state_key *
state_key_find(const struct ledger *ledger, uint8_t op, int64_t account_id, struct cnop_str key)
{
    const struct state_key *set;
    uint64_t hash[2];

    key_hash(ledger, op, account_id, key, hash);
    set = key_set(ledger, hash);
    for (size_t i = 0; i < STATE_KEY_WAYS; i++) {
        if (set[i].hash[0] == hash[0] && set[i].hash[1] == hash[1] &&
            set[i].posting.account_id == account_id)
            return &set[i];
    }
    return NULL;
}

/* Free place of the set, or the one with the lowest id. */
static struct state_key *
key_place(struct state_key *set)
{
    struct state_key *oldest = &set[0];

    for (size_t i = 0; i < STATE_KEY_WAYS; i++) {
        if (set[i].posting.id == 0)
            return &set[i];
        if (set[i].posting.id < oldest->posting.id)
            oldest = &set[i];
    }
    return oldest;
}

void
state_key_put(struct ledger *ledger, const struct ledger_posting *posting, struct cnop_str key,
              const unsigned char fingerprint[LEDGER_FINGERPRINT_BYTES])
{
    struct state_key *place;
    uint64_t hash[2];

    cnop_assert(posting->id > 0);
    key_hash(ledger, posting->op, posting->account_id, key, hash);
    place = key_place(key_set(ledger, hash));
    if (place->posting.id != 0) {
        const struct ledger_account *loser = ledger_find_account(ledger, place->posting.account_id);

        if (loser != NULL && !loser->cold)
            state_account_write(ledger, loser->id, 0)->cold = true;
    }
    state_touch(ledger, place, sizeof(*place));
    place->hash[0] = hash[0];
    place->hash[1] = hash[1];
    memcpy(place->fingerprint, fingerprint, LEDGER_FINGERPRINT_BYTES);
    place->posting = *posting;
}

void
ledger_load_key(struct ledger *ledger, const struct ledger_posting *posting, struct cnop_str key,
                const unsigned char fingerprint[LEDGER_FINGERPRINT_BYTES])
{
    cnop_assert(posting->id > 0);
    cnop_assert(posting->account_id > 0);
    if (state_key_find(ledger, posting->op, posting->account_id, key) == NULL)
        state_key_put(ledger, posting, key, fingerprint);
}

int64_t
ledger_named_order(const struct ledger *ledger, int64_t account_id, struct cnop_str key,
                   bool *ret_sure)
{
    const struct state_key *known = state_key_find(ledger, LEDGER_OP_ORDER, account_id, key);
    const struct ledger_account *account = ledger_find_account(ledger, account_id);

    *ret_sure = known != NULL || account == NULL || !account->cold;
    return known == NULL ? 0 : known->posting.id;
}

bool
ledger_needs_lookup(const struct ledger *ledger, const struct ledger_command *command)
{
    const struct ledger_account *account;

    if (command->key_len == 0 || command->key_checked)
        return false;
    account = ledger_find_account(ledger, command->account_id);
    if (account == NULL || !account->cold)
        return false;
    return state_key_find(ledger, command->op, command->account_id,
                          cnop_str_make(command->key, command->key_len)) == NULL;
}
