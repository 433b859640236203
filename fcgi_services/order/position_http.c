/* SPDX-License-Identifier: MIT */
/* Leaving a position: POST /api/v1/positions/{asset_id}/close sells all that is available, whatever
 * it is worth; POST /api/v1/positions/sweep does so for every position too small to be sold in
 * parts, and names each. How much that is decides the ledger, when the command's turn comes. */
#include "fcgi_services/order/order_batch_http.h"

#include "fcgi_services/order/engine_config.h"
#include "shared/ledger/command.h"

#define BELOW_MAX_E8 (100 * CNOP_E8)

/* The rest of a ticket has no meaning here. */
static const struct cnop_field close_fields[] = {
    CNOP_FIELD(struct ticket, price, CNOP_K_PRICE, CNOP_RANGE(1, TICKET_PRICE_MAX_E10),
               CNOP_OPTIONAL),
    CNOP_FIELD(struct ticket, client_order_id, CNOP_K_STR, CNOP_RANGE(1, 64), CNOP_OPTIONAL),
};

/* The body may be absent: it holds nothing that is needed. */
static enum cnop_err
read_close(struct cnop_request *req, struct ticket *ticket)
{
    enum cnop_err err = CNOP_OK;

    cnop_assert(ticket != NULL);
    *ticket = (struct ticket){.order_type = ORDER_TYPE_MARKET_SELL, .close = true};
    if (!cnop_str_empty(cnop_request_body(req)))
        err = cnop_request_decode(req, close_fields, CNOP_COUNT(close_fields), ticket);
    if (err != CNOP_OK)
        return err;
    ticket->asset_id = cnop_str_trim(cnop_request_path_param(req, "asset_id"));
    if (ticket->asset_id.len < 1 || ticket->asset_id.len > LEDGER_SYMBOL_BYTES)
        return cnop_request_fault(req, CNOP_E_INVALID, "asset_id",
                                  "must be 1 to 10 letters and digits");
    return ticket_check(req, ticket, "");
}

enum cnop_err
position_http_close(struct cnop_request *req, struct cnop_response *res)
{
    struct ticket ticket;
    enum cnop_err err = read_close(req, &ticket);

    (void)res;
    return err == CNOP_OK ? order_http_place_ticket(req, &ticket) : err;
}

enum cnop_err
position_http_preview(struct cnop_request *req, struct cnop_response *res)
{
    struct ticket ticket;
    enum cnop_err err = read_close(req, &ticket);

    (void)res;
    return err == CNOP_OK ? order_http_preview_ticket(req, &ticket) : err;
}

/* ---- sweep ---- */

struct sweep {
    struct cnop_request *req;
    struct cnop_str key; /* Idempotency-Key; empty: none */
    cnop_cash below;
    int64_t account_id;
};

static const struct cnop_field sweep_fields[] = {
    CNOP_FIELD(struct sweep, below, CNOP_K_CASH, CNOP_DECIMALS(CNOP_CENT_E8, BELOW_MAX_E8, 2),
               CNOP_OPTIONAL),
};

static bool
is_small(const struct sweep *sweep, const struct ledger_balance *row,
         const struct ledger_asset *asset)
{
    cnop_cash value;

    cnop_assert(sweep->below.e8 >= 0);
    cnop_assert(row->avail_e8 > 0);
    return asset != NULL && asset->price.e10 > 0 &&
           cnop_notional_floor(asset->price, (cnop_qty){row->avail_e8}, &value) == CNOP_OK &&
           value.e8 < sweep->below.e8;
}

/* Worth a command: there is something small, or, in a repeat, it may be gone because of this very
 * request, which its key tells. */
static bool
is_wanted(const struct sweep *sweep, uint16_t asset_id)
{
    const struct order_env *env = cnop_request_env(sweep->req);
    const struct ledger *ledger = engine_ledger(env->engine);
    const struct ledger_balance *row = ledger_find_balance(ledger, sweep->account_id, asset_id);

    cnop_assert(asset_id != LEDGER_USD);
    if (row == NULL)
        return false;
    if (row->avail_e8 == 0)
        return !cnop_str_empty(sweep->key);
    return is_small(sweep, row, ledger_find_asset(ledger, asset_id));
}

static enum cnop_err
add_item(const struct sweep *sweep, struct batch *batch, uint16_t asset_id)
{
    struct batch_item *item = &batch->items[batch->count];

    cnop_assert(batch->count <= ORDER_BATCH_MAX);
    cnop_assert(sweep->account_id >= LEDGER_ACCOUNT_FIRST_USER);
    if (batch->count == ORDER_BATCH_MAX || !is_wanted(sweep, asset_id))
        return CNOP_OK;
    *item = (struct batch_item){.command = {.op = LEDGER_OP_ORDER,
                                            .account_id = sweep->account_id,
                                            .asset_id = asset_id,
                                            .side = LEDGER_SELL,
                                            .amount = sweep->below,
                                            .close = true}};
    ledger_command_set_request_id(&item->command, cnop_request_id(sweep->req));
    batch->count++;
    if (cnop_str_empty(sweep->key))
        return CNOP_OK;
    return order_batch_key(sweep->req, sweep->key, asset_id, &item->command);
}

static enum cnop_err
read_sweep(struct cnop_request *req, struct sweep *sweep)
{
    const struct order_env *env = cnop_request_env(req);
    enum cnop_err err = order_http_account(req, &sweep->account_id);

    cnop_assert(env->config->ledger.min_notional.e8 >= 0);
    sweep->req = req;
    sweep->below = env->config->ledger.min_notional;
    if (err == CNOP_OK)
        err = cnop_request_idempotency_key(req, &sweep->key);
    if (err == CNOP_OK && !cnop_str_empty(cnop_request_body(req)))
        err = cnop_request_decode(req, sweep_fields, CNOP_COUNT(sweep_fields), sweep);
    return err;
}

enum cnop_err
position_http_sweep(struct cnop_request *req, struct cnop_response *res)
{
    const struct order_env *env = cnop_request_env(req);
    struct batch *batch = cnop_arena_alloc(cnop_request_arena(req), sizeof(*batch));
    struct sweep sweep = {0};
    uint32_t asset_count = env->config->ledger.max_assets;
    enum cnop_err err = read_sweep(req, &sweep);

    cnop_assert(env != NULL);
    cnop_assert(asset_count <= UINT16_MAX);
    (void)res;
    if (err != CNOP_OK)
        return err;
    if (batch == NULL)
        return CNOP_E_NO_MEMORY;
    *batch = (struct batch){.req = req, .quiet = true};
    batch->items =
        cnop_arena_alloc_array(cnop_request_arena(req), ORDER_BATCH_MAX, sizeof(*batch->items));
    if (batch->items == NULL)
        return CNOP_E_NO_MEMORY;
    for (uint32_t id = LEDGER_USD + 1; id < asset_count && err == CNOP_OK; id++)
        err = add_item(&sweep, batch, (uint16_t)id);
    if (err != CNOP_OK)
        return err;
    return order_batch_run(env, batch);
}
