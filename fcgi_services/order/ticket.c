/* SPDX-License-Identifier: MIT */
/* Form of an order; see ticket.h. Rules of meaning are the ledger's. */
#include "fcgi_services/order/ticket.h"

#include "shared/base/ascii.h"

#define AMOUNT_MAX_E8 (INT64_C(1000000) * CNOP_E8)

/* In the order of enum ledger_self. */
static const char *const self_names[] = {"cancel_newest", "cancel_oldest", "cancel_both", NULL};

const struct cnop_field ticket_fields[TICKET_FIELD_COUNT] = {
    CNOP_FIELD(struct ticket, order_type, CNOP_K_ENUM, order_type_names, CNOP_REQUIRED),
    CNOP_FIELD(struct ticket, asset_id, CNOP_K_STR, CNOP_RANGE(1, 10), CNOP_REQUIRED | CNOP_TRIM),
    CNOP_FIELD(struct ticket, quantity, CNOP_K_QTY, CNOP_RANGE(1, INT64_MAX), CNOP_OPTIONAL),
    CNOP_FIELD(struct ticket, amount, CNOP_K_CASH, CNOP_DECIMALS(1, AMOUNT_MAX_E8, 2),
               CNOP_OPTIONAL),
    CNOP_FIELD(struct ticket, price, CNOP_K_PRICE, CNOP_RANGE(1, TICKET_PRICE_MAX_E10),
               CNOP_OPTIONAL),
    CNOP_FIELD(struct ticket, stop_price, CNOP_K_PRICE, CNOP_RANGE(1, TICKET_PRICE_MAX_E10),
               CNOP_OPTIONAL),
    CNOP_FIELD(struct ticket, client_order_id, CNOP_K_STR, CNOP_RANGE(1, 64), CNOP_OPTIONAL),
    CNOP_FIELD(struct ticket, time_in_force, CNOP_K_ENUM, order_tif_names, CNOP_OPTIONAL),
    CNOP_FIELD(struct ticket, self_trade_prevention, CNOP_K_ENUM, self_names, CNOP_OPTIONAL),
    CNOP_FIELD(struct ticket, post_only, CNOP_K_BOOL, CNOP_ANY, CNOP_OPTIONAL),
    CNOP_FIELD(struct ticket, expires_at, CNOP_K_TIME, CNOP_ANY, CNOP_OPTIONAL),
};

const char *
ticket_field_name(struct cnop_request *req, const char *prefix, const char *name)
{
    struct cnop_str full;

    cnop_assert(prefix != NULL);
    cnop_assert(name != NULL);
    if (prefix[0] == '\0')
        return name;
    full = cnop_arena_printf(cnop_request_arena(req), "%s%s", prefix, name);
    return full.ptr == NULL ? name : full.ptr;
}

/* 0: it waits for no price. */
static uint8_t
trigger_of(const struct ticket *ticket)
{
    enum order_kind kind = order_type_kind(ticket->order_type);

    return kind == ORDER_KIND_MARKET || kind == ORDER_KIND_LIMIT ? 0 : (uint8_t)kind;
}

/* Without a limit it trades as far from its stop price as protects its owner, or as far as said. */
static bool
needs_price(const struct ticket *ticket)
{
    uint8_t trigger = trigger_of(ticket);

    return trigger != LEDGER_STOP && trigger != LEDGER_TAKE_PROFIT;
}

/* What only orders that may wait have. */
static enum cnop_err
check_limit(struct cnop_request *req, const struct ticket *ticket, const char *prefix)
{
    enum cnop_err err = CNOP_OK;

    if (ticket->price.e10 == 0 && needs_price(ticket))
        err = cnop_request_fault(req, CNOP_E_INVALID, ticket_field_name(req, prefix, "price"),
                                 "is required: the limit of the order");
    if (ticket->stop_price.e10 == 0 && trigger_of(ticket) != 0)
        err = cnop_request_fault(req, CNOP_E_INVALID, ticket_field_name(req, prefix, "stop_price"),
                                 "is required: the price that the order waits for");
    if (ticket->quantity.e8 == 0 || ticket->amount.e8 != 0)
        err = cnop_request_fault(req, CNOP_E_INVALID, ticket_field_name(req, prefix, "quantity"),
                                 "is required, and amount cannot be given: the order has a limit");
    if ((ticket->expires_at != 0) != (order_tif_at(ticket->time_in_force) == ORDER_TIF_DATE))
        err = cnop_request_fault(req, CNOP_E_INVALID, ticket_field_name(req, prefix, "expires_at"),
                                 "is required with time_in_force GTD, and goes with no other");
    return err;
}

static enum cnop_err
check_market(struct cnop_request *req, const struct ticket *ticket, const char *prefix)
{
    enum cnop_err err = CNOP_OK;

    if (ticket->post_only)
        err = cnop_request_fault(req, CNOP_E_INVALID, ticket_field_name(req, prefix, "post_only"),
                                 "must be false: a market order does not wait");
    if (ticket->expires_at != 0)
        err = cnop_request_fault(req, CNOP_E_INVALID, ticket_field_name(req, prefix, "expires_at"),
                                 "must be absent: a market order does not wait");
    if (ticket->quantity.e8 == 0 && ticket->amount.e8 == 0)
        err = cnop_request_fault(req, CNOP_E_INVALID, ticket_field_name(req, prefix, "quantity"),
                                 "is required, unless amount is given");
    else if (ticket->quantity.e8 != 0 && ticket->amount.e8 != 0)
        err = cnop_request_fault(req, CNOP_E_INVALID, ticket_field_name(req, prefix, "amount"),
                                 "must not be given together with quantity");
    return err;
}

enum cnop_err
ticket_check(struct cnop_request *req, const struct ticket *ticket, const char *prefix)
{
    enum cnop_err err = CNOP_OK, terms;

    cnop_assert(ticket->order_type < ORDER_TYPE_COUNT);
    cnop_assert(ticket->quantity.e8 >= 0 && ticket->amount.e8 >= 0);
    if (!cnop_str_is_word(ticket->asset_id, ""))
        err = cnop_request_fault(req, CNOP_E_INVALID, ticket_field_name(req, prefix, "asset_id"),
                                 "must be 1 to 10 letters and digits");
    if (!cnop_str_empty(ticket->client_order_id) && !order_client_id_fits(ticket->client_order_id))
        err = cnop_request_fault(req, CNOP_E_INVALID,
                                 ticket_field_name(req, prefix, "client_order_id"),
                                 "must be letters, digits, '_' and '-'");
    if (ticket->close)
        return err;
    if (ticket->stop_price.e10 != 0 && trigger_of(ticket) == 0)
        err = cnop_request_fault(req, CNOP_E_INVALID, ticket_field_name(req, prefix, "stop_price"),
                                 "must be absent: an order of this type waits for no price");
    terms = order_type_kind(ticket->order_type) == ORDER_KIND_MARKET
                ? check_market(req, ticket, prefix)
                : check_limit(req, ticket, prefix);
    if (terms != CNOP_OK)
        err = terms;
    if (ticket->amount.e8 % (CNOP_E8 / 100) != 0)
        err = cnop_request_fault(req, CNOP_E_AMOUNT_PRECISION,
                                 ticket_field_name(req, prefix, "amount"),
                                 "must have at most 2 decimal places");
    return err;
}

static void
set_limit(const struct ticket *ticket, struct ledger_command *command)
{
    cnop_assert(ticket->price.e10 > 0 || !needs_price(ticket));
    command->op = LEDGER_OP_LIMIT;
    command->price = ticket->price;
    command->stop = ticket->stop_price;
    command->trigger = trigger_of(ticket);
    command->tif = (uint8_t)order_tif_at(ticket->time_in_force);
    command->self = (uint8_t)ticket->self_trade_prevention;
    command->post_only = ticket->post_only;
    command->expires_us = ticket->expires_at;
}

enum cnop_err
ticket_command(const struct engine *engine, bool price_limit, int64_t account_id,
               const struct ticket *ticket, struct ledger_command *command)
{
    const struct ledger_asset *asset;
    char symbol[LEDGER_SYMBOL_BYTES];

    cnop_assert(ticket->order_type < ORDER_TYPE_COUNT);
    cnop_assert(account_id >= LEDGER_ACCOUNT_FIRST_USER);
    cnop_assert(ticket->asset_id.len <= sizeof(symbol));
    for (size_t i = 0; i < ticket->asset_id.len; i++) {
        symbol[i] = cnop_to_upper(ticket->asset_id.ptr[i]);
    }
    asset = ledger_find_symbol(engine_ledger(engine), cnop_str_make(symbol, ticket->asset_id.len));
    if (asset == NULL || asset->id == LEDGER_USD)
        return CNOP_E_ASSET_UNKNOWN;
    command->op = LEDGER_OP_ORDER;
    command->account_id = account_id;
    command->asset_id = asset->id;
    command->side = (uint8_t)order_type_side(ticket->order_type);
    command->qty = ticket->quantity;
    command->amount = ticket->amount;
    command->close = ticket->close;
    if (order_type_kind(ticket->order_type) != ORDER_KIND_MARKET)
        set_limit(ticket, command);
    else if (price_limit)
        command->worst_price = ticket->price;
    return CNOP_OK;
}
