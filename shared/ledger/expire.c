/* SPDX-License-Identifier: MIT */
/* What time does to orders that rest: theirs is up, or their account has not been heard of. */
#include "shared/ledger/due.h"
#include "shared/ledger/match.h"

/* ---- orders that expire ---- */

int64_t
ledger_next_expiry(const struct ledger *ledger)
{
    uint32_t slot;

    return due_first(ledger, DUE_ORDERS, &slot);
}

enum cnop_err
expire_apply(struct ledger *ledger, const struct ledger_command *command,
             struct ledger_outcome *outcome)
{
    uint32_t slot = 0;

    cnop_assert(command->account_id == 0);
    outcome->posting = (struct ledger_posting){.time_us = command->time_us, .op = LEDGER_OP_EXPIRE};
    while (outcome->ended_count < LEDGER_FILL_MAX &&
           due_first(ledger, DUE_ORDERS, &slot) <= command->time_us) {
        match_end(ledger, slot, LEDGER_EXPIRED, LEDGER_REASON_TIME, command->time_us);
        outcome->ended_count++;
    }
    outcome->changed = outcome->ended_count > 0;
    return CNOP_OK;
}

/* ---- accounts that have to be heard of ---- */

int64_t
ledger_next_switch(const struct ledger *ledger, int64_t *ret_account)
{
    uint32_t index = 0;
    int64_t time_us = due_first(ledger, DUE_ACCOUNTS, &index);

    *ret_account = time_us == INT64_MAX ? 0 : ledger->accounts[index].id;
    return time_us;
}

static void
set_switch(struct ledger *ledger, int64_t account_id, int64_t switch_us)
{
    struct ledger_account *account = state_account_write(ledger, account_id, STATE_DIRTY_ROW);
    uint32_t index = (uint32_t)(account - ledger->accounts);

    if (account->switch_us != 0)
        due_remove(ledger, DUE_ACCOUNTS, index);
    account->switch_us = switch_us;
    if (switch_us != 0)
        due_add(ledger, DUE_ACCOUNTS, index);
}

enum cnop_err
switch_apply(struct ledger *ledger, const struct ledger_command *command,
             struct ledger_outcome *outcome)
{
    int64_t switch_us = command->expires_us == 0 ? 0 : command->time_us + command->expires_us;
    const struct ledger_account *known = ledger_find_account(ledger, command->account_id);

    cnop_assert(command->account_id >= LEDGER_ACCOUNT_FIRST_USER);
    cnop_assert(command->expires_us >= 0 && command->expires_us <= LEDGER_EXPIRY_MAX_US);
    outcome->posting = (struct ledger_posting){.account_id = command->account_id,
                                               .time_us = command->time_us,
                                               .expires_us = switch_us,
                                               .op = LEDGER_OP_SWITCH};
    if (switch_us == (known == NULL ? 0 : known->switch_us))
        return CNOP_OK;
    (void)state_account_open(ledger, command->account_id, command->time_us);
    set_switch(ledger, command->account_id, switch_us);
    outcome->changed = true;
    return CNOP_OK;
}

enum cnop_err
switch_due_apply(struct ledger *ledger, const struct ledger_command *command,
                 struct ledger_outcome *outcome)
{
    const struct ledger_account *account = ledger_find_account(ledger, command->account_id);

    outcome->posting = (struct ledger_posting){
        .account_id = command->account_id, .time_us = command->time_us, .op = LEDGER_OP_SWITCH_DUE};
    if (account == NULL || account->switch_us == 0 || account->switch_us > command->time_us)
        return CNOP_OK; /* it was heard of */
    set_switch(ledger, command->account_id, 0);
    outcome->ended_count = (uint16_t)account->order_count;
    match_end_all(ledger, command->account_id, LEDGER_REASON_SWITCH, command->time_us);
    outcome->changed = true;
    return CNOP_OK;
}
