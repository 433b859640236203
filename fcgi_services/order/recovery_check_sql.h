/* SPDX-License-Identifier: MIT */
/* What the start of the engine verifies. Rows that fit their seals are believed. The accounts of
 * all others are made again from their orders and entries, and so is every account when the sums do
 * not come out; what does not fit is a finding. */
#ifndef CNOP_ORDER_RECOVERY_CHECK_SQL_H
#define CNOP_ORDER_RECOVERY_CHECK_SQL_H

#include "fcgi_services/order/recovery_sql.h"

#define RECOVERY_UNSEALED_MAX 256 /* more of them: that is another key, or another ledger */
#define RECOVERY_ASSET_MAX 1024

struct recovery_row {
    int64_t account_id;
    uint16_t asset_id;
};

struct recovery_check {
    const struct recovery_parts *parts;
    struct recovered *out;
    bool sealed; /* every row is to have a seal */
    bool in_doubt;
    uint32_t unsealed_count; /* balances that do not fit their seals; so many are kept: */
    struct recovery_row unsealed[RECOVERY_UNSEALED_MAX];
    uint32_t status_count; /* the same of accounts */
    int64_t status[RECOVERY_UNSEALED_MAX];
    uint32_t found_count;
    uint32_t order_count; /* on a book, found faulty; so many are kept: */
    struct verify_finding orders[RECOVERY_FINDING_MAX];
    __int128 sums[RECOVERY_ASSET_MAX];
};

void recovery_check_init(struct recovery_check *check, const struct recovery_parts *parts,
                         struct recovered *out);

/* Each row as it is loaded, with the cell of its seal. */
void recovery_check_balance(struct recovery_check *check, const struct ledger_balance *row,
                            const struct cnop_cell *seal);
void recovery_check_account(struct recovery_check *check, const struct ledger_account *account,
                            const struct cnop_cell *seal);

/* An order on a book, after the balances. False: it does not fit its seal, which is a finding. */
bool recovery_check_order(struct recovery_check *check, const struct ledger_order *order,
                          const struct cnop_cell *seal);
/* It fits its seal, and the book would not have it. */
void recovery_check_bad_order(struct recovery_check *check, const struct ledger_order *order);

/* After everything is loaded; seals what fits. Errors as of recovery_run. */
cnop_must_check enum cnop_err recovery_check_run(struct recovery_check *check);

#endif
