/* SPDX-License-Identifier: MIT */
/* Taking orders off the books: one, or an account's own of a market, of a side, or all, at once or
 * unless it is heard of. */
#include "fcgi_services/order/order_http.h"

#include <limits.h>

#include "fcgi_services/order/order_json.h"
#include "fcgi_services/order/order_text.h"
#include "shared/ledger/command.h"

#define FINAL_BYTES 192

/* ---- DELETE /api/v1/orders/{order_id} ---- */

void
order_http_write_shown(struct cnop_json_writer *writer, const struct order_env *env,
                       const struct engine_order *order)
{
    const struct order_view view = {.id = order->id,
                                    .side = order->side,
                                    .kind = order->type,
                                    .status = order->status,
                                    .symbol = order_http_symbol(env, order->asset_id),
                                    .qty = order->qty,
                                    .price = order->price,
                                    .total = order->total,
                                    .fee = order->fee,
                                    .client_order_id = cnop_str_make(order->key, order->key_len),
                                    .created_us = order->created_us,
                                    .filled = order->filled,
                                    .hold_e8 = order->hold_e8,
                                    .updated_us = order->updated_us,
                                    .expires_us = order->expires_us,
                                    .stop = order->stop,
                                    .tif = order->tif,
                                    .reason = order->reason,
                                    .post_only = order->post_only};

    cnop_assert(order->id > 0);
    order_json_write(writer, "data", &env->id_key, &view);
}

void
order_http_answer_shown(struct cnop_request *req, const struct engine_order *order)
{
    struct cnop_json_writer *writer = cnop_response_json(cnop_request_response(req));

    cnop_json_object_open(writer, NULL);
    order_http_write_shown(writer, cnop_request_env(req), order);
    cnop_json_object_close(writer);
}

void
order_http_put_final(struct cnop_buf *text, const struct engine_order *order)
{
    order_text_final(text, order_status_name((enum order_status)order->status), order->qty,
                     order->filled, order->total);
}

enum cnop_err
order_http_final(struct cnop_request *req, const struct engine_order *order)
{
    char memory[FINAL_BYTES];
    struct cnop_buf text;

    cnop_buf_init(&text, memory, sizeof(memory));
    order_http_put_final(&text, order);
    return cnop_request_detail(req, CNOP_E_ORDER_FINAL, "%.*s", CNOP_STR_ARG(cnop_buf_view(&text)));
}

enum cnop_err
order_http_parse_id(struct cnop_request *req, const char *name, struct cnop_str text,
                    int64_t *ret_id)
{
    const struct order_env *env = cnop_request_env(req);
    uint64_t id;
    enum cnop_err err = cnop_id_parse(text, CNOP_ID_ORDER, &env->id_key, &id);

    if (err == CNOP_E_INVALID)
        return cnop_request_fault(req, err, name, "must be 10 to 50 letters, digits and '_'");
    if (err != CNOP_OK || id > INT64_MAX)
        return CNOP_E_NOT_FOUND;
    *ret_id = (int64_t)id;
    return CNOP_OK;
}

enum cnop_err
order_http_id(struct cnop_request *req, int64_t *ret_id)
{
    return order_http_parse_id(req, "order_id", cnop_request_path_param(req, "order_id"), ret_id);
}

static void
on_cancelled(struct engine_job *job)
{
    struct cnop_request *req = job->owner;

    if (job->err == CNOP_OK)
        order_http_answer_shown(req, &job->order);
    cnop_request_complete(req, job->err == CNOP_E_ORDER_FINAL ? order_http_final(req, &job->order)
                                                              : job->err);
}

/* The order is the one of that id, or (0) the one that the client calls so. */
static enum cnop_err
cancel(struct cnop_request *req, int64_t order_id, struct cnop_str named)
{
    struct engine_job *job;
    int64_t account_id;
    enum cnop_err err = order_http_account(req, &account_id);

    cnop_assert((order_id == 0) != cnop_str_empty(named));
    if (err != CNOP_OK)
        return err;
    job = order_http_take(req, &err);
    if (job == NULL)
        return err;
    job->command.op = LEDGER_OP_CANCEL;
    job->command.account_id = account_id;
    job->command.order_id = order_id;
    job->named = named;
    job->show_order = true;
    return order_http_submit(req, job, on_cancelled);
}

enum cnop_err
order_http_cancel(struct cnop_request *req, struct cnop_response *res)
{
    int64_t order_id;
    enum cnop_err err = order_http_id(req, &order_id);

    (void)res;
    return err == CNOP_OK ? cancel(req, order_id, CNOP_STR("")) : err;
}

/* ---- DELETE /api/v1/orders/by-client-id/{client_order_id} ---- */

enum cnop_err
order_http_cancel_named(struct cnop_request *req, struct cnop_response *res)
{
    struct cnop_str named = cnop_request_path_param(req, "client_order_id");

    (void)res;
    if (!order_client_id_fits(named))
        return cnop_request_fault(req, CNOP_E_INVALID, "client_order_id",
                                  "must be 1 to 64 letters, digits, '_' and '-'");
    return cancel(req, 0, named);
}

/* ---- answers that are figures ---- */

/* NULL: the engine refused, and that is the answer. */
static struct cnop_json_writer *
open_data(struct engine_job *job)
{
    struct cnop_request *req = job->owner;
    struct cnop_json_writer *writer;

    if (job->err != CNOP_OK) {
        cnop_request_complete(req, job->err);
        return NULL;
    }
    writer = cnop_response_json(cnop_request_response(req));
    cnop_json_object_open(writer, NULL);
    cnop_json_object_open(writer, "data");
    return writer;
}

static void
close_data(struct engine_job *job, struct cnop_json_writer *writer)
{
    cnop_json_object_close(writer);
    cnop_json_object_close(writer);
    cnop_request_complete(job->owner, CNOP_OK);
}

/* ---- POST /api/v1/orders/cancel-after ---- */

#define SWITCH_SECONDS_MIN 5
#define SWITCH_SECONDS_MAX 86400

struct switch_body {
    uint64_t seconds;
};

static const struct cnop_field switch_fields[] = {
    CNOP_FIELD(struct switch_body, seconds, CNOP_K_U64, CNOP_RANGE(0, SWITCH_SECONDS_MAX),
               CNOP_REQUIRED),
};

static void
on_switched(struct engine_job *job)
{
    struct cnop_json_writer *writer;

    cnop_assert(job->command.op == LEDGER_OP_SWITCH);
    writer = open_data(job);
    if (writer == NULL)
        return;
    if (job->outcome.posting.expires_us == 0)
        cnop_json_null(writer, "cancel_at");
    else
        cnop_json_time(writer, "cancel_at", job->outcome.posting.expires_us);
    close_data(job, writer);
}

enum cnop_err
order_http_cancel_after(struct cnop_request *req, struct cnop_response *res)
{
    struct switch_body body = {0};
    struct engine_job *job;
    int64_t account_id;
    enum cnop_err err = order_http_account(req, &account_id);

    (void)res;
    if (err == CNOP_OK)
        err = cnop_request_decode(req, switch_fields, CNOP_COUNT(switch_fields), &body);
    if (err == CNOP_OK && body.seconds > 0 && body.seconds < SWITCH_SECONDS_MIN)
        err = cnop_request_fault(req, CNOP_E_INVALID, "seconds",
                                 "must be 0, which turns it off, or 5 to 86400");
    if (err != CNOP_OK)
        return err;
    job = order_http_take(req, &err);
    if (job == NULL)
        return err;
    job->command.op = LEDGER_OP_SWITCH;
    job->command.account_id = account_id;
    job->command.expires_us = (int64_t)body.seconds * 1000000;
    return order_http_submit(req, job, on_switched);
}

/* ---- DELETE /api/v1/orders ---- */

static const char *const sides[] = {"buy", "sell", NULL};

#define ANY_SIDE UINT_MAX

struct all_query {
    struct cnop_str asset_id;
    unsigned side;
};

static const struct cnop_field all_fields[] = {
    CNOP_FIELD(struct all_query, asset_id, CNOP_K_STR, CNOP_RANGE(1, LEDGER_SYMBOL_BYTES),
               CNOP_OPTIONAL | CNOP_TRIM),
    CNOP_FIELD(struct all_query, side, CNOP_K_ENUM, sides, CNOP_OPTIONAL),
};

static enum cnop_err
read_asset(struct cnop_request *req, struct cnop_str symbol, uint16_t *ret_asset)
{
    const struct order_env *env = cnop_request_env(req);
    const struct ledger_asset *asset;
    struct cnop_str upper;

    if (!cnop_str_is_word(symbol, ""))
        return cnop_request_fault(req, CNOP_E_INVALID, "asset_id",
                                  "must be 1 to 10 letters and digits");
    upper = cnop_str_upper(cnop_request_arena(req), symbol);
    if (upper.ptr == NULL)
        return CNOP_E_NO_MEMORY;
    asset = ledger_find_symbol(engine_ledger(env->engine), upper);
    if (asset == NULL)
        return cnop_request_fault(req, CNOP_E_ASSET_UNKNOWN, "asset_id", "is not in the catalogue");
    *ret_asset = asset->id;
    return CNOP_OK;
}

/* A filter that is misspelt would cancel everything: what is not known is refused. */
static enum cnop_err
read_all(struct cnop_request *req, struct ledger_command *command)
{
    struct all_query query = {.side = ANY_SIDE};
    bool has_asset = cnop_request_has_query(req, "asset_id");
    size_t known = has_asset + (size_t)cnop_request_has_query(req, "side");
    enum cnop_err err = cnop_request_decode_query(req, all_fields, CNOP_COUNT(all_fields), &query);

    if (err == CNOP_OK && cnop_request_query_count(req) != known)
        err = cnop_request_fault(req, CNOP_E_INVALID, "query", "must be asset_id, side, or both");
    if (err != CNOP_OK)
        return err;
    command->op = LEDGER_OP_CANCEL_ALL;
    if (query.side != ANY_SIDE)
        command->side = (uint8_t)(query.side + LEDGER_BUY);
    return has_asset ? read_asset(req, query.asset_id, &command->asset_id) : CNOP_OK;
}

static void
on_all_cancelled(struct engine_job *job)
{
    struct cnop_json_writer *writer;

    cnop_assert(job->command.op == LEDGER_OP_CANCEL_ALL);
    writer = open_data(job);
    if (writer == NULL)
        return;
    cnop_json_u64(writer, "cancelled_count", job->outcome.ended_count);
    cnop_json_u64(writer, "limit", LEDGER_ACCOUNT_ORDERS);
    close_data(job, writer);
}

enum cnop_err
order_http_cancel_all(struct cnop_request *req, struct cnop_response *res)
{
    const struct order_env *env = cnop_request_env(req);
    struct engine_job *job;
    int64_t account_id;
    enum cnop_err err = order_http_account(req, &account_id);

    (void)res;
    if (err != CNOP_OK)
        return err;
    job = order_http_take(req, &err);
    if (job == NULL)
        return err;
    err = read_all(req, &job->command);
    if (err != CNOP_OK) {
        engine_job_drop(env->engine, job);
        return err;
    }
    job->command.account_id = account_id;
    return order_http_submit(req, job, on_all_cancelled);
}
