/* SPDX-License-Identifier: MIT */
/* What the journal says of trades on the books, against the rows of orders and transfers; see
 * verify.h. Needs no matching: the fills stand in the records. */
#include "fcgi_services/order/verify_state_sql.h"

int64_t
verify_last_id(const struct verify_command *known)
{
    int64_t last_id = known->fill_id + (int64_t)known->fill_count - 1;

    return last_id > known->id ? last_id : known->id;
}

bool
verify_keep_fills(struct verify *verify, const struct ledger_record *record,
                  struct verify_command *place)
{
    bool is_cross = record->command.op == LEDGER_OP_CROSS;
    bool changes = ledger_op_changes_order(record->command.op);

    place->has_fills =
        record->command.op == LEDGER_OP_LIMIT || is_cross || changes || record->fill_count > 0;
    place->stored = is_cross || changes; /* it has no row of its own */
    place->fill_first = verify->fill_count;
    place->fill_count = record->fill_count;
    place->fill_id = record->id + !is_cross;
    if (record->fill_count > VERIFY_FILLS - verify->fill_count)
        return false;
    for (uint32_t i = 0; i < record->fill_count; i++) {
        struct ledger_fill *fill = &verify->fills[verify->fill_count];

        ledger_record_fill(record, i, fill);
        if (fill->buyer == fill->seller)
            return false;
        verify->fill_legs[verify->fill_count++] = 0;
    }
    return true;
}

const char *
verify_filled(const struct verify *verify, const struct verify_command *known,
              const struct ledger_posting *stored)
{
    const struct ledger_command *command = &known->command;
    uint64_t qty = 0, total = 0, fee = 0; /* sums wrap around: what is stored may be anything */
    bool buy = command->side == LEDGER_BUY;

    for (uint32_t i = 0; i < known->fill_count; i++) {
        const struct ledger_fill *fill = &verify->fills[known->fill_first + i];

        qty += (uint64_t)fill->qty.e8;
        total += (uint64_t)(buy ? fill->pay.e8 : fill->receive.e8);
        fee += (uint64_t)(buy ? fill->buy_fee.e8 : fill->sell_fee.e8);
    }
    if ((uint64_t)stored->qty.e8 != qty)
        return "is stored with another quantity";
    if ((uint64_t)stored->total.e8 != total || (uint64_t)stored->fee.e8 != fee)
        return "is stored with a wrong total";
    if (command->op != LEDGER_OP_LIMIT)
        return NULL;
    if (stored->price.e10 != command->price.e10 || stored->tif != command->tif ||
        stored->expires_us != ledger_expiry_of(command) || stored->stop.e10 != command->stop.e10 ||
        stored->flags != ledger_flags(command->post_only, command->self, command->trigger))
        return "is stored with other terms";
    if (stored->qty.e8 + stored->left.e8 + stored->undone.e8 != command->qty.e8)
        return "is stored with another quantity";
    return NULL;
}

uint32_t *
verify_fill_legs(struct verify *verify, const struct verify_command *known, int64_t id,
                 struct ledger_transfer legs[LEDGER_FILL_TRANSFER_MAX], uint32_t *ret_count)
{
    int64_t index = id - known->fill_id;

    cnop_assert(known->has_fills);
    if (index < 0 || index >= (int64_t)known->fill_count)
        return NULL;
    index += known->fill_first;
    *ret_count = ledger_fill_transfers(&verify->fills[index], legs);
    return &verify->fill_legs[index];
}

bool
verify_has_all_legs(const struct verify *verify, const struct verify_command *known)
{
    struct ledger_transfer legs[LEDGER_FILL_TRANSFER_MAX];

    cnop_assert(known->has_fills);
    for (uint32_t i = known->fill_first; i < known->fill_first + known->fill_count; i++) {
        if (verify->fill_legs[i] != ledger_fill_transfers(&verify->fills[i], legs))
            return false;
    }
    return true;
}
