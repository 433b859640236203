/* SPDX-License-Identifier: MIT */
/* Placing and previewing one order. Answers leave when the engine says so. */
#include "fcgi_services/order/order_http.h"

#include <inttypes.h>

#include "fcgi_services/order/engine_config.h"
#include "fcgi_services/order/engine_metrics.h"
#include "fcgi_services/order/order_json.h"
#include "fcgi_services/order/order_text.h"
#include "shared/ledger/command.h"

#define REFUSAL_BYTES 256

struct engine_job *
order_http_take(struct cnop_request *req, enum cnop_err *ret_err)
{
    const struct order_env *env = cnop_request_env(req);
    struct engine_job *job = engine_job_take(env->engine);

    cnop_assert(env->engine != NULL);
    if (job == NULL) {
        *ret_err = CNOP_E_OVERLOADED;
        return NULL;
    }
    job->owner = req;
    ledger_command_set_request_id(&job->command, cnop_request_id(req));
    return job;
}

enum cnop_err
order_http_submit(struct cnop_request *req, struct engine_job *job, engine_done_fn done)
{
    const struct order_env *env = cnop_request_env(req);

    cnop_assert(job->owner == req);
    job->done = done;
    cnop_request_defer(req);
    engine_submit(env->engine, job);
    return CNOP_OK;
}

enum cnop_err
order_http_account(struct cnop_request *req, int64_t *ret_account)
{
    uint64_t user_id = cnop_request_user_id(req);

    if (user_id < (uint64_t)LEDGER_ACCOUNT_FIRST_USER || user_id > INT64_MAX)
        return CNOP_E_FORBIDDEN;
    *ret_account = (int64_t)user_id;
    return CNOP_OK;
}

struct cnop_str
order_http_symbol(const struct order_env *env, uint16_t asset_id)
{
    const struct ledger_asset *asset = ledger_find_asset(engine_ledger(env->engine), asset_id);

    return asset == NULL ? CNOP_STR("") : cnop_str_make(asset->symbol, asset->symbol_len);
}

/* ---- POST /api/v1/orders ---- */

enum cnop_err
order_http_refuse(struct cnop_request *req, const struct engine_job *job)
{
    const struct order_env *env = cnop_request_env(req);
    const struct order_refusal refusal = {
        .violation = {job->err, job->outcome.have_e8, job->outcome.need_e8, job->outcome.limit_e8},
        .qty = job->command.qty,
        .stop = job->command.stop,
        .symbol = order_http_symbol(env, job->command.asset_id)};
    char memory[REFUSAL_BYTES];
    struct cnop_buf text;

    cnop_assert(job->err != CNOP_OK);
    cnop_buf_init(&text, memory, sizeof(memory));
    order_text_refusal(&text, &refusal);
    return cnop_request_detail(req, job->err, "%.*s", CNOP_STR_ARG(cnop_buf_view(&text)));
}

void
order_http_write(struct cnop_json_writer *writer, const struct order_env *env,
                 const struct ledger_command *command, const struct ledger_posting *posting)
{
    const struct order_view order = {
        .id = posting->id,
        .side = posting->side,
        .kind = (uint8_t)ledger_order_type_of(posting),
        .status = posting->status,
        .symbol = order_http_symbol(env, posting->asset_id),
        .qty = {posting->qty.e8 + posting->left.e8 + posting->undone.e8},
        .price = posting->price,
        .stop = posting->stop,
        .total = posting->total,
        .fee = posting->fee,
        .client_order_id = cnop_str_make(command->key, command->key_len),
        .created_us = posting->time_us,
        .filled = posting->qty,
        .hold_e8 = posting->hold_e8,
        .updated_us = posting->time_us,
        .expires_us = posting->expires_us,
        .tif = posting->tif,
        .reason = posting->reason,
        .post_only = (posting->flags & LEDGER_POST_ONLY) != 0};

    cnop_assert(posting->op == LEDGER_OP_ORDER || posting->op == LEDGER_OP_LIMIT);
    cnop_assert(posting->id > 0);
    order_json_write(writer, "data", &env->id_key, &order);
}

static void
on_placed(struct engine_job *job)
{
    struct cnop_request *req = job->owner;
    const struct order_env *env = cnop_request_env(req);
    struct cnop_response *res = cnop_request_response(req);
    struct cnop_json_writer *writer;

    cnop_assert(req != NULL);
    cnop_assert(job->preview == NULL);
    if (job->err != CNOP_OK) {
        cnop_request_complete(req, order_http_refuse(req, job));
        return;
    }
    cnop_response_status(res, 201);
    if (job->outcome.replayed) {
        cnop_response_header(res, "Idempotency-Replayed", "true");
        engine_metric_add(ENGINE_METRIC_REPLAYED, 1);
    }
    writer = cnop_response_json(res);
    cnop_json_object_open(writer, NULL);
    order_http_write(writer, env, &job->command, &job->outcome.posting);
    cnop_json_object_close(writer);
    cnop_request_complete(req, CNOP_OK);
}

/* Decoded and checked; the faults are on the request. */
static enum cnop_err
read_ticket(struct cnop_request *req, struct ticket *ticket)
{
    enum cnop_err err;

    *ticket = (struct ticket){0};
    err = cnop_request_decode(req, ticket_fields, TICKET_FIELD_COUNT, ticket);
    if (err != CNOP_OK)
        return err;
    return ticket_check(req, ticket, "");
}

static enum cnop_err
name_refusal(struct cnop_request *req, enum cnop_err err)
{
    if (err == CNOP_E_ASSET_UNKNOWN)
        return cnop_request_fault(req, err, "asset_id", "is not in the catalogue");
    return err;
}

_Static_assert(CNOP_IDEMPOTENCY_KEY_BYTES <= LEDGER_KEY_BYTES, "a client's key fits");

static enum cnop_err
set_key(struct cnop_request *req, const struct ticket *ticket, struct ledger_command *command)
{
    struct cnop_str key;
    enum cnop_err err = cnop_request_idempotency_key(req, &key);

    cnop_assert(command->op == LEDGER_OP_ORDER || command->op == LEDGER_OP_LIMIT);
    cnop_assert(command->key_len == 0);
    if (err != CNOP_OK)
        return err;
    if (!cnop_str_empty(ticket->client_order_id)) {
        if (!cnop_str_empty(key) && !cnop_str_equal(key, ticket->client_order_id))
            return cnop_request_fault(req, CNOP_E_INVALID, "Idempotency-Key",
                                      "must equal client_order_id when both are sent");
        key = ticket->client_order_id;
    }
    return cnop_str_empty(key) ? CNOP_OK : ledger_command_set_key(command, key);
}

enum cnop_err
order_http_place_ticket(struct cnop_request *req, const struct ticket *ticket)
{
    const struct order_env *env = cnop_request_env(req);
    struct engine_job *job;
    int64_t account_id;
    enum cnop_err err;

    cnop_assert(env->engine != NULL);
    err = order_http_account(req, &account_id);
    if (err != CNOP_OK)
        return err;
    job = order_http_take(req, &err);
    if (job == NULL)
        return err;
    err = ticket_command(env->engine, env->config->price_limit, account_id, ticket, &job->command);
    err = name_refusal(req, err);
    if (err == CNOP_OK)
        err = set_key(req, ticket, &job->command);
    if (err != CNOP_OK) {
        engine_job_drop(env->engine, job);
        return err;
    }
    return order_http_submit(req, job, on_placed);
}

enum cnop_err
order_http_place(struct cnop_request *req, struct cnop_response *res)
{
    const struct order_env *env = cnop_request_env(req);
    struct ticket ticket;
    enum cnop_err err;

    (void)res;
    if (engine_room(env->engine) == 0)
        return CNOP_E_OVERLOADED; /* before the work of reading it */
    err = read_ticket(req, &ticket);
    return err == CNOP_OK ? order_http_place_ticket(req, &ticket) : err;
}

/* ---- POST /api/v1/orders/preview ---- */

static void
write_violation(struct cnop_json_writer *writer, const struct order_refusal *refusal)
{
    char memory[REFUSAL_BYTES];
    struct cnop_buf text;

    cnop_assert(refusal->violation.err != CNOP_OK);
    cnop_buf_init(&text, memory, sizeof(memory));
    order_text_refusal(&text, refusal);
    cnop_json_object_open(writer, NULL);
    cnop_json_text(writer, "code", cnop_err_code(refusal->violation.err));
    cnop_json_str(writer, "message", cnop_buf_view(&text));
    cnop_json_object_close(writer);
}

/* The job's owner_index is the type of the ticket. */
static void
write_violations(struct cnop_json_writer *writer, const struct engine_job *job,
                 struct cnop_str symbol)
{
    const struct ledger_preview *preview = job->preview;
    struct order_refusal refusal = {
        .qty = job->command.qty, .stop = job->command.stop, .symbol = symbol};

    cnop_assert(preview->violation_count <= LEDGER_VIOLATION_MAX);
    cnop_json_bool(writer, "accepted", preview->violation_count == 0);
    cnop_json_array_open(writer, "violations");
    for (uint32_t i = 0; i < preview->violation_count; i++) {
        refusal.violation = preview->violations[i];
        write_violation(writer, &refusal);
    }
    cnop_json_array_close(writer);
}

/* False: the order's value does not even fit a number, so there is nothing to show. */
static bool
preview_is_countable(const struct ledger_preview *preview)
{
    cnop_assert(preview->violation_count <= LEDGER_VIOLATION_MAX);
    for (uint32_t i = 0; i < preview->violation_count; i++)
        if (preview->violations[i].err == CNOP_E_ORDER_TOO_LARGE &&
            preview->violations[i].need_e8 == INT64_MAX)
            return false;
    return true;
}

static void
on_previewed(struct engine_job *job)
{
    struct cnop_request *req = job->owner;
    const struct order_env *env = cnop_request_env(req);
    const struct ledger_preview *preview = job->preview;
    struct cnop_str symbol = order_http_symbol(env, job->command.asset_id);
    struct cnop_json_writer *writer;

    cnop_assert(preview != NULL);
    cnop_assert(job->owner_index < ORDER_TYPE_COUNT);
    if (job->err != CNOP_OK) {
        cnop_request_complete(req, name_refusal(req, job->err));
        return;
    }
    if (!preview_is_countable(preview)) {
        const char *field = job->command.amount.e8 > 0 ? "amount" : "quantity";

        cnop_request_complete(req,
                              cnop_request_fault(req, CNOP_E_ORDER_TOO_LARGE, field,
                                                 "makes an order of more than can be counted"));
        return;
    }
    writer = cnop_response_json(cnop_request_response(req));
    cnop_json_object_open(writer, NULL);
    cnop_json_object_open(writer, "data");
    cnop_json_text(writer, "order_type", order_type_names[job->owner_index]);
    cnop_json_str(writer, "asset_id", symbol);
    cnop_json_qty(writer, "quantity", preview->posting.qty, 0);
    cnop_json_price(writer, "price", preview->posting.price, 2);
    if (preview->posting.stop.e10 != 0)
        cnop_json_price(writer, "stop_price", preview->posting.stop, 2);
    if (job->command.worst_price.e10 == 0)
        cnop_json_null(writer, "price_limit");
    else
        cnop_json_price(writer, "price_limit", job->command.worst_price, 2);
    cnop_json_cash(writer, "total_amount", preview->posting.total, 2);
    cnop_json_cash(writer, "fee", preview->posting.fee, 2);
    cnop_json_cash(writer, "balance_after", preview->posting.cash_after, 2);
    cnop_json_qty(writer, "quantity_after", preview->qty_after, 0);
    write_violations(writer, job, symbol);
    cnop_json_object_close(writer);
    cnop_json_object_close(writer);
    cnop_request_complete(req, CNOP_OK);
}

enum cnop_err
order_http_preview_ticket(struct cnop_request *req, const struct ticket *ticket)
{
    const struct order_env *env = cnop_request_env(req);
    struct ledger_preview *preview;
    struct engine_job *job;
    int64_t account_id;
    enum cnop_err err;

    cnop_assert(env->engine != NULL);
    err = order_http_account(req, &account_id);
    if (err != CNOP_OK)
        return err;
    preview = cnop_arena_alloc(cnop_request_arena(req), sizeof(*preview));
    if (preview == NULL)
        return CNOP_E_NO_MEMORY;
    job = order_http_take(req, &err);
    if (job == NULL)
        return err;
    err = ticket_command(env->engine, env->config->price_limit, account_id, ticket, &job->command);
    if (err != CNOP_OK) {
        engine_job_drop(env->engine, job);
        return name_refusal(req, err);
    }
    job->owner_index = ticket->order_type;
    job->preview = preview;
    return order_http_submit(req, job, on_previewed);
}

enum cnop_err
order_http_preview(struct cnop_request *req, struct cnop_response *res)
{
    struct ticket ticket;
    enum cnop_err err = read_ticket(req, &ticket);

    (void)res;
    return err == CNOP_OK ? order_http_preview_ticket(req, &ticket) : err;
}
