/* SPDX-License-Identifier: MIT */
/* Money in and out: deposits and withdrawals with their daily limits, gifts without. The other side
 * is the world account, so that the books balance. Cash is whole cents; what an older ledger left
 * below a cent is filled up from the house once. */
#include "shared/ledger/state.h"

#include "shared/base/clock.h"

/* A day that a clock gone wrong has stored. Tomorrow may be: clocks step around midnight. */
static bool
is_beyond(int32_t stored_day, int32_t utc_day)
{
    return stored_day > utc_day + 1;
}

/* What of the daily limit is used on the command's day. A clock set back does not reopen a day, but
 * a day that lies far ahead does not block the account until then. */
static int64_t
used_today(const struct ledger_account *account, enum ledger_limit limit, int32_t utc_day)
{
    cnop_assert(limit < LEDGER_LIMIT_COUNT);
    if (account == NULL || account->used_day[limit] < utc_day ||
        is_beyond(account->used_day[limit], utc_day))
        return 0;
    return account->used_e8[limit];
}

static enum cnop_err
check_limit(const struct ledger *ledger, const struct ledger_command *command,
            enum ledger_limit limit, struct ledger_outcome *outcome)
{
    const struct ledger_account *account = ledger_find_account(ledger, command->account_id);
    cnop_cash most = limit == LEDGER_LIMIT_DEPOSIT ? ledger->config.deposit_limit
                                                   : ledger->config.withdraw_limit;
    int64_t used_e8 = used_today(account, limit, cnop_clock_utc_day(command->time_us));
    int64_t total_e8;

    cnop_assert(command->amount.e8 > 0);
    if (__builtin_add_overflow(used_e8, command->amount.e8, &total_e8) || total_e8 > most.e8) {
        outcome->have_e8 = used_e8;
        outcome->need_e8 = command->amount.e8;
        outcome->limit_e8 = most.e8;
        return CNOP_E_DAILY_LIMIT;
    }
    return CNOP_OK;
}

static void
use_limit(struct ledger *ledger, const struct ledger_command *command, enum ledger_limit limit)
{
    struct ledger_account *account =
        state_account_write(ledger, command->account_id, STATE_DIRTY_LIMITS);
    int32_t utc_day = cnop_clock_utc_day(command->time_us);
    int64_t used_e8 = used_today(account, limit, utc_day);

    cnop_assert(used_e8 <= INT64_MAX - command->amount.e8);
    if (account->used_day[limit] < utc_day || is_beyond(account->used_day[limit], utc_day))
        account->used_day[limit] = utc_day;
    account->used_e8[limit] = used_e8 + command->amount.e8; /* overflow was checked */
}

static struct ledger_transfer
cash_transfer(const struct ledger_command *command, cnop_cash amount)
{
    struct ledger_transfer transfer = {.debit_account = LEDGER_ACCOUNT_WORLD,
                                       .credit_account = command->account_id,
                                       .amount_e8 = amount.e8,
                                       .asset_id = LEDGER_USD};

    cnop_assert(command->account_id != LEDGER_ACCOUNT_WORLD);
    if (command->op == LEDGER_OP_SETTLE) {
        transfer.debit_account = LEDGER_ACCOUNT_HOUSE;
        transfer.kind = LEDGER_TRANSFER_ROUNDING;
    } else if (command->op == LEDGER_OP_WITHDRAW) {
        transfer.debit_account = command->account_id;
        transfer.credit_account = LEDGER_ACCOUNT_WORLD;
        transfer.kind = LEDGER_TRANSFER_WITHDRAW;
    } else {
        transfer.kind =
            command->op == LEDGER_OP_GIFT ? LEDGER_TRANSFER_GIFT : LEDGER_TRANSFER_DEPOSIT;
    }
    return transfer;
}

/* What the account lacks to the next whole cent. */
static int64_t
short_of_cent_e8(const struct ledger *ledger, int64_t account_id)
{
    const struct ledger_balance *cash = ledger_find_balance(ledger, account_id, LEDGER_USD);
    int64_t rest_e8 = cash == NULL ? 0 : (cash->avail_e8 + cash->held_e8) % CNOP_CENT_E8;

    return rest_e8 == 0 ? 0 : CNOP_CENT_E8 - rest_e8;
}

int64_t
ledger_next_uneven(const struct ledger *ledger, uint32_t *cursor)
{
    for (; *cursor < ledger->counters.balance_count; ++*cursor) {
        const struct ledger_balance *row = &ledger->balances[*cursor];
        const struct ledger_account *account;

        if (row->asset_id != LEDGER_USD || row->account_id < LEDGER_ACCOUNT_FIRST_USER ||
            short_of_cent_e8(ledger, row->account_id) == 0)
            continue;
        account = ledger_find_account(ledger, row->account_id);
        if (account == NULL || account->status == LEDGER_FROZEN)
            continue;
        ++*cursor;
        return row->account_id;
    }
    return 0;
}

static enum cnop_err
check(const struct ledger *ledger, const struct ledger_command *command,
      struct ledger_outcome *outcome)
{
    const struct ledger_account *account = ledger_find_account(ledger, command->account_id);
    const struct ledger_balance *cash =
        ledger_find_balance(ledger, command->account_id, LEDGER_USD);
    enum cnop_err err = CNOP_OK;

    cnop_assert(outcome->transfer_count == 1);
    if (account != NULL && account->status == LEDGER_FROZEN)
        return CNOP_E_ACCOUNT_FROZEN;
    if (command->op != LEDGER_OP_SETTLE && command->amount.e8 % CNOP_CENT_E8 != 0)
        return CNOP_E_AMOUNT_PRECISION;
    if (command->op == LEDGER_OP_DEPOSIT)
        err = check_limit(ledger, command, LEDGER_LIMIT_DEPOSIT, outcome);
    else if (command->op == LEDGER_OP_WITHDRAW)
        err = check_limit(ledger, command, LEDGER_LIMIT_WITHDRAW, outcome);
    if (err != CNOP_OK)
        return err;
    outcome->have_e8 = cash == NULL ? 0 : cash->avail_e8;
    outcome->need_e8 = command->amount.e8;
    return state_check_transfers(ledger, outcome);
}

enum cnop_err
cash_apply(struct ledger *ledger, const struct ledger_command *command,
           struct ledger_outcome *outcome)
{
    struct ledger_posting *posting = &outcome->posting;
    const struct ledger_balance *cash;
    cnop_cash amount = command->amount;
    enum cnop_err err;

    cnop_assert(command->account_id >= LEDGER_ACCOUNT_FIRST_USER);
    if (command->op == LEDGER_OP_SETTLE)
        amount.e8 = short_of_cent_e8(ledger, command->account_id);
    if (command->op == LEDGER_OP_SETTLE && amount.e8 == 0)
        return CNOP_OK; /* done before */
    cnop_assert(amount.e8 > 0);
    outcome->transfers[0] = cash_transfer(command, amount);
    outcome->transfer_count = 1;
    *posting = (struct ledger_posting){.account_id = command->account_id,
                                       .total = amount,
                                       .time_us = command->time_us,
                                       .asset_id = LEDGER_USD,
                                       .op = command->op};
    err = check(ledger, command, outcome);
    if (err != CNOP_OK)
        return err;

    posting->id = state_take_id(ledger);
    (void)state_account_open(ledger, command->account_id, command->time_us);
    if (command->op == LEDGER_OP_DEPOSIT)
        use_limit(ledger, command, LEDGER_LIMIT_DEPOSIT);
    else if (command->op == LEDGER_OP_WITHDRAW)
        use_limit(ledger, command, LEDGER_LIMIT_WITHDRAW);
    state_post_transfers(ledger, outcome);
    cash = ledger_find_balance(ledger, command->account_id, LEDGER_USD);
    posting->cash_after.e8 = cash->avail_e8 + cash->held_e8;
    outcome->changed = true;
    return CNOP_OK;
}
