/* SPDX-License-Identifier: MIT */
/* Deposits and withdrawals as commands. */
#include "fcgi_services/user/account.h"

#define CENT_E8 (CNOP_E8 / 100)

enum cnop_err
account_check_amount(cnop_cash amount)
{
    if (amount.e8 % CENT_E8 != 0)
        return CNOP_E_AMOUNT_PRECISION;
    if (amount.e8 <= 0)
        return CNOP_E_AMOUNT_TOO_SMALL;
    return amount.e8 > ACCOUNT_AMOUNT_MAX_E8 ? CNOP_E_AMOUNT_TOO_LARGE : CNOP_OK;
}

enum cnop_err
account_move(struct engine_client *engine, const struct movement *movement,
             struct ledger_outcome *outcome)
{
    struct ledger_command command = {
        .account_id = (int64_t)movement->user_id,
        .amount = movement->amount,
        .op = (uint8_t)movement->op,
    };

    cnop_assert(movement->op == LEDGER_OP_DEPOSIT || movement->op == LEDGER_OP_WITHDRAW);
    cnop_assert(account_check_amount(movement->amount) == CNOP_OK);
    ledger_command_set_request_id(&command, movement->request_id);
    if (movement->idem_key.len > 0) {
        enum cnop_err err = ledger_command_set_key(&command, movement->idem_key);

        if (err != CNOP_OK)
            return err;
    }
    return engine_client_call(engine, &command, outcome);
}

static void
put_cash(struct cnop_buf *buf, const char *before, int64_t e8)
{
    cnop_buf_text(buf, before);
    cnop_cash_format(buf, (cnop_cash){e8}, 2);
}

void
account_put_success(struct cnop_buf *buf, const struct movement *movement)
{
    cnop_buf_text(buf, movement->op == LEDGER_OP_DEPOSIT ? "Successfully deposited $"
                                                         : "Successfully withdrew $");
    cnop_cash_format(buf, movement->amount, 0);
}

void
account_put_refusal(struct cnop_buf *buf, const struct movement *movement, enum cnop_err err,
                    const struct ledger_outcome *outcome)
{
    const char *what = movement->op == LEDGER_OP_DEPOSIT ? "deposit" : "withdrawal";

    if (err == CNOP_E_DAILY_LIMIT) {
        cnop_buf_printf(buf, "The daily %s limit is ", what);
        put_cash(buf, "$", outcome->limit_e8);
        put_cash(buf, "; used today: $", outcome->have_e8);
        put_cash(buf, ", requested: $", outcome->need_e8);
        cnop_buf_text(buf, ". Try again tomorrow (UTC).");
    } else if (err == CNOP_E_INSUFFICIENT_FUNDS) {
        put_cash(buf, "Insufficient balance. Current balance: $", outcome->have_e8);
        put_cash(buf, ", required: $", outcome->need_e8);
        put_cash(buf, ", shortfall: $", outcome->need_e8 - outcome->have_e8);
        cnop_buf_char(buf, '.');
    }
}
