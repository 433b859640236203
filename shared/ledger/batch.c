/* SPDX-License-Identifier: MIT */
/* What the commands of a batch have done to the books: trades, and orders as they are now. */
#include "shared/ledger/state.h"

const struct ledger_fill *
ledger_fill_at(const struct ledger *ledger, uint32_t index)
{
    cnop_assert(index < ledger->fill_count);
    return &ledger->fills[index];
}

uint32_t
ledger_fill_count(const struct ledger *ledger)
{
    cnop_assert(ledger->fill_count <= ledger->config.max_fills);
    return ledger->fill_count;
}

const struct ledger_order *
ledger_order_row(const struct ledger *ledger, uint32_t index)
{
    cnop_assert(index < ledger->order_row_count);
    return &ledger->order_rows[index];
}

uint32_t
ledger_order_row_count(const struct ledger *ledger)
{
    cnop_assert(ledger->order_row_count <= ledger->config.max_order_rows);
    return ledger->order_row_count;
}
