/* SPDX-License-Identifier: MIT */
/* Money in and out of an account: builds the command, sends it to the engine, and says in a
 * sentence why it was refused. Moves nothing itself and keeps no balance. */
#ifndef CNOP_USER_ACCOUNT_H
#define CNOP_USER_ACCOUNT_H

#include "shared/base/buf.h"
#include "shared/engine_client/client.h"

#define ACCOUNT_AMOUNT_MAX_E8 (INT64_C(1000000) * CNOP_E8)

struct movement {
    uint64_t user_id;
    enum ledger_op op; /* DEPOSIT or WITHDRAW */
    cnop_cash amount;
    struct cnop_str idem_key; /* empty: none */
    struct cnop_str request_id;
};

/* OK when the amount has at most two decimals and lies in 0.01 .. 1 000 000; else AMOUNT_PRECISION,
 * AMOUNT_TOO_SMALL, AMOUNT_TOO_LARGE. */
cnop_must_check enum cnop_err account_check_amount(cnop_cash amount);

/* Errors of engine_client_call; outcome holds the figures of a refusal. */
cnop_must_check enum cnop_err account_move(struct engine_client *engine,
                                           const struct movement *movement,
                                           struct ledger_outcome *outcome);

/* "Successfully deposited $100", "Successfully withdrew $0.5". */
void account_put_success(struct cnop_buf *buf, const struct movement *movement);

/* The sentence for DAILY_LIMIT and INSUFFICIENT_FUNDS, from the outcome's figures; nothing for
 * other errors. */
void account_put_refusal(struct cnop_buf *buf, const struct movement *movement, enum cnop_err err,
                         const struct ledger_outcome *outcome);

#endif
