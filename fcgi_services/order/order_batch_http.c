/* SPDX-License-Identifier: MIT */
/* POST /api/v1/orders/batch: up to 100 orders in one request, each answered for itself, all in one
 * transaction as a rule. With an Idempotency-Key every order gets a key derived from it, so that a
 * repeated batch finds what was accepted; refused orders are tried again. */
#include "fcgi_services/order/order_batch_http.h"

#include <string.h>

#include "fcgi_services/order/engine_config.h"
#include "fcgi_services/order/order_json.h"
#include "fcgi_services/order/order_text.h"
#include "shared/base/secret.h"
#include "shared/ledger/command.h"

#define REFUSAL_BYTES 256
#define KEY_DIGEST_BYTES 16

static const struct cnop_items batch_shape = {.name = "orders",
                                              .fields = ticket_fields,
                                              .field_count = TICKET_FIELD_COUNT,
                                              .item_bytes = sizeof(struct ticket),
                                              .min = 1,
                                              .max = ORDER_BATCH_MAX};

/* ---- answer ---- */

static void
write_refused(struct cnop_json_writer *writer, const struct order_env *env,
              const struct batch_item *item)
{
    enum cnop_err err = cnop_err_public(item->err);
    const struct order_refusal refusal = {
        .violation = {err, item->outcome.have_e8, item->outcome.need_e8, item->outcome.limit_e8},
        .qty = item->command.qty,
        .symbol = order_http_symbol(env, item->command.asset_id)};
    char memory[REFUSAL_BYTES];
    struct cnop_buf text;

    cnop_assert(err != CNOP_OK);
    cnop_buf_init(&text, memory, sizeof(memory));
    order_text_refusal(&text, &refusal);
    cnop_json_object_open(writer, "error");
    cnop_json_text(writer, "code", cnop_err_code(err));
    cnop_json_str(writer, "message", cnop_buf_view(&text));
    cnop_json_object_close(writer);
}

static void
write_item(struct cnop_json_writer *writer, const struct order_env *env, const struct batch *batch,
           size_t index)
{
    const struct batch_item *item = &batch->items[index];
    bool accepted = item->err == CNOP_OK;

    cnop_assert(index < batch->count);
    cnop_json_object_open(writer, NULL);
    cnop_json_u64(writer, "index", index);
    cnop_json_i64(writer, "status", accepted ? 201 : cnop_err_status(cnop_err_public(item->err)));
    cnop_json_bool(writer, "replayed", accepted && item->outcome.replayed);
    if (accepted)
        order_http_write(writer, env, &item->command, &item->outcome.posting);
    else
        write_refused(writer, env, item);
    cnop_json_object_close(writer);
}

/* A sweep says what it did; what was gone or worth more by then is not part of that. */
static void
drop_undone(struct batch *batch)
{
    size_t kept = 0;

    for (size_t i = 0; i < batch->count; i++) {
        enum cnop_err err = batch->items[i].err;

        if (err != CNOP_E_INSUFFICIENT_HOLDINGS && err != CNOP_E_ORDER_TOO_LARGE)
            batch->items[kept++] = batch->items[i];
    }
    batch->count = kept;
}

static void
write_answer(struct batch *batch)
{
    const struct order_env *env = cnop_request_env(batch->req);
    struct cnop_response *res = cnop_request_response(batch->req);
    struct cnop_json_writer *writer;
    uint64_t accepted_count = 0;
    uint64_t replayed_count = 0;

    cnop_assert(batch->open_count == 0);
    cnop_assert(batch->count <= ORDER_BATCH_MAX);
    if (batch->quiet)
        drop_undone(batch);
    for (size_t i = 0; i < batch->count; i++) {
        accepted_count += batch->items[i].err == CNOP_OK;
        replayed_count += batch->items[i].err == CNOP_OK && batch->items[i].outcome.replayed;
    }
    if (accepted_count > 0 && replayed_count == accepted_count)
        cnop_response_header(res, "Idempotency-Replayed", "true");
    writer = cnop_response_json(res);
    cnop_json_object_open(writer, NULL);
    cnop_json_array_open(writer, "results");
    for (size_t i = 0; i < batch->count; i++)
        write_item(writer, env, batch, i);
    cnop_json_array_close(writer);
    cnop_json_u64(writer, "accepted", accepted_count);
    cnop_json_u64(writer, "rejected", batch->count - accepted_count);
    cnop_json_object_close(writer);
}

static void
on_item(struct engine_job *job)
{
    struct batch *batch = job->owner;
    struct batch_item *item = &batch->items[job->owner_index];

    cnop_assert(job->owner_index < batch->count);
    cnop_assert(batch->open_count > 0);
    item->err = job->err;
    item->outcome = job->outcome;
    if (--batch->open_count > 0)
        return;
    write_answer(batch);
    cnop_request_complete(batch->req, CNOP_OK);
}

/* ---- request ---- */

enum cnop_err
order_batch_key(struct cnop_request *req, struct cnop_str batch_key, size_t index,
                struct ledger_command *command)
{
    const struct order_env *env = cnop_request_env(req);
    struct cnop_str body = cnop_request_body(req);
    unsigned char digest[CNOP_SHA256_BYTES];
    char memory[LEDGER_KEY_BYTES];
    char hex[2 * KEY_DIGEST_BYTES + 1];
    struct cnop_buf key;
    enum cnop_err err;

    cnop_assert(batch_key.len > 0);
    cnop_assert(index <= UINT16_MAX); /* a place in the batch, or the id of an asset */
    cnop_secret_sha256(batch_key.ptr, batch_key.len, digest);
    cnop_str_hex(digest, KEY_DIGEST_BYTES, hex);
    cnop_buf_init(&key, memory, sizeof(memory));
    cnop_buf_char(&key, '.');
    cnop_buf_text(&key, hex);
    cnop_buf_char(&key, '.');
    cnop_buf_u64(&key, index);
    err = ledger_command_set_key(command, cnop_buf_view(&key));
    cnop_secret_sha256(body.ptr, body.len, digest);
    memcpy(command->fingerprint, digest, LEDGER_FINGERPRINT_BYTES);
    if (err == CNOP_OK && ledger_key_conflicts(engine_ledger(env->engine), command))
        err = CNOP_E_IDEMPOTENCY_MISMATCH;
    return err;
}

/* Fills one item. Its own refusal stays in item->err; an error concerns the whole batch. */
static enum cnop_err
read_item(struct cnop_request *req, const struct ticket *ticket, struct cnop_str batch_key,
          struct batch *batch, size_t index)
{
    const struct order_env *env = cnop_request_env(req);
    struct batch_item *item = &batch->items[index];
    struct cnop_str prefix = cnop_arena_printf(cnop_request_arena(req), "orders[%zu].", index);
    int64_t account_id;
    enum cnop_err err;

    cnop_assert(index < batch->count);
    err = order_http_account(req, &account_id);
    if (err != CNOP_OK)
        return err;
    if (prefix.ptr == NULL)
        return CNOP_E_NO_MEMORY;
    err = ticket_check(req, ticket, prefix.ptr);
    if (err != CNOP_OK)
        return err;
    item->err =
        ticket_command(env->engine, env->config->price_limit, account_id, ticket, &item->command);
    if (item->err != CNOP_OK)
        return CNOP_OK;
    ledger_command_set_request_id(&item->command, cnop_request_id(req));
    if (!cnop_str_empty(ticket->client_order_id))
        return ledger_command_set_key(&item->command, ticket->client_order_id);
    if (cnop_str_empty(batch_key))
        return CNOP_OK;
    return order_batch_key(req, batch_key, index, &item->command);
}

static enum cnop_err
read_batch(struct cnop_request *req, struct batch *batch)
{
    struct cnop_arena *arena = cnop_request_arena(req);
    struct cnop_str batch_key;
    void *tickets;
    enum cnop_err err;

    err = cnop_request_idempotency_key(req, &batch_key);
    if (err == CNOP_OK)
        err = cnop_request_decode_items(req, &batch_shape, &tickets, &batch->count);
    if (err != CNOP_OK)
        return err;
    batch->req = req;
    batch->items = cnop_arena_alloc_array(arena, batch->count, sizeof(*batch->items));
    if (batch->items == NULL)
        return CNOP_E_NO_MEMORY;
    for (size_t i = 0; i < batch->count && err == CNOP_OK; i++)
        err = read_item(req, (const struct ticket *)tickets + i, batch_key, batch, i);
    return err;
}

static void
submit_items(const struct order_env *env, struct batch *batch)
{
    cnop_assert(batch->open_count == 0);
    for (size_t i = 0; i < batch->count; i++) {
        struct batch_item *item = &batch->items[i];
        struct engine_job *job;

        if (item->err != CNOP_OK)
            continue;
        job = engine_job_take(env->engine);
        if (job == NULL) { /* the queue grew old while we filled it: this one was not accepted */
            item->err = CNOP_E_OVERLOADED;
            continue;
        }
        job->owner = batch;
        job->owner_index = (uint32_t)i;
        job->command = item->command;
        job->done = on_item;
        batch->open_count++;
        engine_submit(env->engine, job);
    }
}

enum cnop_err
order_batch_run(const struct order_env *env, struct batch *batch)
{
    if (engine_room(env->engine) < batch->count)
        return CNOP_E_OVERLOADED;
    submit_items(env, batch);
    if (batch->open_count == 0)
        write_answer(batch); /* nothing to wait for: the handler answers */
    else
        cnop_request_defer(batch->req);
    return CNOP_OK;
}

enum cnop_err
order_http_batch(struct cnop_request *req, struct cnop_response *res)
{
    const struct order_env *env = cnop_request_env(req);
    struct batch *batch = cnop_arena_alloc(cnop_request_arena(req), sizeof(*batch));
    enum cnop_err err;

    cnop_assert(env->engine != NULL);
    (void)res;
    if (batch == NULL)
        return CNOP_E_NO_MEMORY;
    if (engine_room(env->engine) == 0)
        return CNOP_E_OVERLOADED; /* before the work of reading it */
    err = read_batch(req, batch);
    if (err != CNOP_OK)
        return err;
    return order_batch_run(env, batch);
}
