/* SPDX-License-Identifier: MIT */
/* Front door of the ledger: idempotency, then the command's family; preview; sums and digests. */
#include "shared/ledger/book.h"
#include "shared/ledger/limit.h"
#include "shared/ledger/order.h"
#include "shared/ledger/state.h"

#include <string.h>

static bool
is_same_request(const struct state_key *known, const struct ledger_command *command)
{
    cnop_assert(known->posting.id > 0);
    return memcmp(known->fingerprint, command->fingerprint, LEDGER_FINGERPRINT_BYTES) == 0 &&
           known->posting.op == command->op;
}

bool
ledger_key_conflicts(const struct ledger *ledger, const struct ledger_command *command)
{
    const struct state_key *known = state_key_find(ledger, command->op, command->account_id,
                                                   cnop_str_make(command->key, command->key_len));

    cnop_assert(command->key_len > 0);
    return known != NULL && !is_same_request(known, command);
}

/* True when the key settles the command: a replay, or a key used for something else. */
static bool
settle_by_key(const struct ledger *ledger, const struct ledger_command *command,
              struct ledger_outcome *outcome, enum cnop_err *ret_err)
{
    const struct state_key *known;

    if (command->key_len == 0)
        return false;
    known = state_key_find(ledger, command->op, command->account_id,
                           cnop_str_make(command->key, command->key_len));
    if (known == NULL) {
        cnop_assert(!ledger_needs_lookup(ledger, command)); /* the caller's duty */
        return false;
    }
    if (!is_same_request(known, command)) {
        *ret_err = CNOP_E_IDEMPOTENCY_MISMATCH;
        return true;
    }
    outcome->posting = known->posting;
    outcome->replayed = true;
    *ret_err = CNOP_OK;
    return true;
}

static enum cnop_err
apply_family(struct ledger *ledger, const struct ledger_command *command,
             struct ledger_outcome *outcome)
{
    switch ((enum ledger_op)command->op) {
    case LEDGER_OP_ORDER:
        return order_apply(ledger, command, outcome);
    case LEDGER_OP_LIMIT:
        return limit_apply(ledger, command, outcome);
    case LEDGER_OP_CANCEL:
        return cancel_apply(ledger, command, outcome);
    case LEDGER_OP_CANCEL_ALL:
        return cancel_all_apply(ledger, command, outcome);
    case LEDGER_OP_AMEND:
        return amend_apply(ledger, command, outcome);
    case LEDGER_OP_TRIGGER:
        return trigger_apply(ledger, command, outcome);
    case LEDGER_OP_EXPIRE:
        return expire_apply(ledger, command, outcome);
    case LEDGER_OP_SWITCH:
        return switch_apply(ledger, command, outcome);
    case LEDGER_OP_SWITCH_DUE:
        return switch_due_apply(ledger, command, outcome);
    case LEDGER_OP_CROSS:
        return cross_apply(ledger, command, outcome);
    case LEDGER_OP_RULES:
        return rules_apply(ledger, command, outcome);
    case LEDGER_OP_DEPOSIT:
    case LEDGER_OP_WITHDRAW:
    case LEDGER_OP_GIFT:
    case LEDGER_OP_SETTLE:
        return cash_apply(ledger, command, outcome);
    case LEDGER_OP_TICK:
    case LEDGER_OP_PRICE_SET:
    case LEDGER_OP_HALT:
    case LEDGER_OP_RESUME:
    case LEDGER_OP_FREEZE:
    case LEDGER_OP_UNFREEZE:
    case LEDGER_OP_ASSET:
        return admin_apply(ledger, command, outcome);
    }
    cnop_assert(false && "a known command");
    return CNOP_E_INTERNAL;
}

enum cnop_err
ledger_apply(struct ledger *ledger, const struct ledger_command *command,
             struct ledger_outcome *outcome)
{
    uint64_t mark = ledger_mark(ledger);
    enum cnop_err err;

    *outcome = (struct ledger_outcome){0};
    if (settle_by_key(ledger, command, outcome, &err))
        return err;
    if (!ledger_has_room(ledger))
        return CNOP_E_OVERLOADED;
    err = apply_family(ledger, command, outcome);
    if (err != CNOP_OK) {
        cnop_assert(ledger_mark(ledger) == mark); /* a refusal has not touched anything */
        return err;
    }
    if (command->key_len > 0 && outcome->posting.id != 0)
        state_key_put(ledger, &outcome->posting, cnop_str_make(command->key, command->key_len),
                      command->fingerprint);
    return CNOP_OK;
}

static enum cnop_err
preview_limit(const struct ledger *ledger, const struct ledger_command *command,
              struct ledger_preview *ret_preview)
{
    struct limit_plan plan;
    enum cnop_err err = limit_plan(ledger, command, &plan);

    if (err != CNOP_OK)
        return err;
    ret_preview->posting = plan.outcome.posting;
    ret_preview->qty_after = plan.qty_after;
    memcpy(ret_preview->violations, plan.violations, sizeof(plan.violations));
    ret_preview->violation_count = plan.violation_count;
    return CNOP_OK;
}

static enum cnop_err
preview_market(const struct ledger *ledger, const struct ledger_command *command,
               struct ledger_preview *ret_preview)
{
    struct market_plan plan;
    enum cnop_err err = order_plan(ledger, command, &plan);

    if (err != CNOP_OK)
        return err;
    ret_preview->posting = plan.outcome.posting;
    ret_preview->qty_after = plan.qty_after;
    memcpy(ret_preview->violations, plan.violations, sizeof(plan.violations));
    ret_preview->violation_count = plan.violation_count;
    return CNOP_OK;
}

enum cnop_err
ledger_preview(const struct ledger *ledger, const struct ledger_command *command,
               struct ledger_preview *ret_preview)
{
    enum cnop_err err;

    cnop_assert(command->op == LEDGER_OP_LIMIT || command->op == LEDGER_OP_ORDER);
    err = command->op == LEDGER_OP_LIMIT ? preview_limit(ledger, command, ret_preview)
                                         : preview_market(ledger, command, ret_preview);
    if (err == CNOP_OK) /* a posting tells what the account has, a preview what is free of it */
        ret_preview->posting.cash_after.e8 -= state_total(ledger, command->account_id, LEDGER_USD) -
                                              state_free(ledger, command->account_id, LEDGER_USD);
    return err;
}

const struct ledger_account *
ledger_account_at(const struct ledger *ledger, uint32_t index)
{
    cnop_assert(index < ledger->counters.account_count);
    return &ledger->accounts[index];
}

const struct ledger_balance *
ledger_balance_at(const struct ledger *ledger, uint32_t index)
{
    cnop_assert(index < ledger->counters.balance_count);
    return &ledger->balances[index];
}

uint32_t
ledger_open_order_count(const struct ledger *ledger)
{
    const struct book_pool *pool = &ledger->pools.orders;

    cnop_assert(pool->used >= pool->free_count);
    return pool->used - pool->free_count;
}

const struct ledger_order *
ledger_find_order(const struct ledger *ledger, int64_t order_id)
{
    uint32_t slot = book_find(ledger, order_id);

    return slot == 0 ? NULL : &ledger->orders[slot];
}

int64_t
ledger_held_by_orders(const struct ledger *ledger, int64_t account_id, uint16_t asset_id)
{
    const struct ledger_account *account = ledger_find_account(ledger, account_id);
    uint32_t slot = account == NULL ? 0 : account->order_first;
    int64_t held_e8 = 0;

    for (; slot != 0; slot = ledger->orders[slot].own_after) {
        const struct ledger_order *order = &ledger->orders[slot];

        if (asset_id == (order->side == LEDGER_BUY ? LEDGER_USD : order->asset_id))
            held_e8 += order->hold_e8;
    }
    return held_e8;
}
