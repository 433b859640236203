/* SPDX-License-Identifier: MIT */
/* In-memory engine client. */
#include "tests/fakes/engine_client_fake.h"

struct fake_engine fake_engine;

enum cnop_err
ledger_command_set_key(struct ledger_command *command, struct cnop_str key)
{
    if (key.len == 0 || key.len > LEDGER_KEY_BYTES)
        return CNOP_E_INVALID;
    memcpy(command->key, key.ptr, key.len);
    command->key_len = (uint8_t)key.len;
    return CNOP_OK;
}

void
ledger_command_set_request_id(struct ledger_command *command, struct cnop_str request_id)
{
    size_t len =
        request_id.len < LEDGER_REQUEST_ID_BYTES ? request_id.len : LEDGER_REQUEST_ID_BYTES;

    if (len > 0)
        memcpy(command->request_id, request_id.ptr, len);
    command->request_id_len = (uint8_t)len;
}

static bool
is_replay(const struct ledger_command *command)
{
    for (size_t i = 0; i < fake_engine.key_count; i++) {
        if (command->key_len > 0 &&
            memcmp(fake_engine.keys[i], command->key, sizeof(command->key)) == 0)
            return true;
    }
    return false;
}

enum cnop_err
engine_client_call(struct engine_client *client, const struct ledger_command *command,
                   struct ledger_outcome *outcome)
{
    (void)client;
    fake_engine.call_count++;
    fake_engine.last = *command;
    *outcome = fake_engine.figures;
    if (fake_engine.answer != CNOP_OK)
        return fake_engine.answer;
    outcome->replayed = is_replay(command);
    if (!outcome->replayed) {
        cnop_assert(fake_engine.key_count < FAKE_ENGINE_KEYS);
        memcpy(fake_engine.keys[fake_engine.key_count++], command->key, sizeof(command->key));
        fake_engine.moved_e8 += command->amount.e8;
    }
    return fake_engine.lose_answer ? CNOP_E_OUTCOME_UNKNOWN : CNOP_OK;
}
