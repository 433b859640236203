/* SPDX-License-Identifier: MIT */
/* POST /api/v1/orders/batch: up to 100 orders to place, cancel and amend in one request, each
 * answered for itself, all in one transaction as a rule. With an Idempotency-Key every order that
 * is placed gets a key derived from it, so that a repeated batch finds what was accepted; refused
 * orders are tried again. Cancels and amends say what shall be: repeated, they find it so. */
#include "fcgi_services/order/order_batch_http.h"

#include <string.h>

#include "fcgi_services/order/engine_config.h"
#include "fcgi_services/order/order_json.h"
#include "fcgi_services/order/order_text.h"
#include "shared/base/secret.h"
#include "shared/ledger/command.h"

#define REFUSAL_BYTES 256
#define KEY_DIGEST_BYTES 16

enum action { PLACE, CANCEL, AMEND };

static const char *const action_names[] = {"place", "cancel", "amend", NULL};

/* As one item says it. The ticket is first: its fields are those of a request of its own. */
struct entry {
    struct ticket ticket;
    struct cnop_str order_id;
    unsigned action;
};
_Static_assert(offsetof(struct entry, ticket) == 0, "ticket_fields fit");

static const struct cnop_field entry_fields[] = {
    CNOP_FIELD(struct entry, action, CNOP_K_ENUM, action_names, CNOP_OPTIONAL),
};

/* Of an order that is there. */
static const struct cnop_field change_fields[] = {
    CNOP_FIELD(struct entry, order_id, CNOP_K_STR, CNOP_ANY, CNOP_OPTIONAL),
    CNOP_FIELD(struct ticket, client_order_id, CNOP_K_STR, CNOP_RANGE(1, 64), CNOP_OPTIONAL),
    CNOP_FIELD(struct ticket, quantity, CNOP_K_QTY, CNOP_RANGE(1, INT64_MAX), CNOP_OPTIONAL),
    CNOP_FIELD(struct ticket, price, CNOP_K_PRICE, CNOP_RANGE(1, TICKET_PRICE_MAX_E10),
               CNOP_OPTIONAL),
};

static const struct cnop_form forms[] = {
    [PLACE] = {ticket_fields, TICKET_FIELD_COUNT},
    [CANCEL] = {change_fields, CNOP_COUNT(change_fields)},
    [AMEND] = {change_fields, CNOP_COUNT(change_fields)},
};

static const struct cnop_items batch_shape = {.name = "orders",
                                              .fields = entry_fields,
                                              .field_count = CNOP_COUNT(entry_fields),
                                              .forms = forms,
                                              .item_bytes = sizeof(struct entry),
                                              .min = 1,
                                              .max = ORDER_BATCH_MAX};

/* Of an order that is there already. */
static bool
is_change(const struct batch_item *item)
{
    return item->command.op == LEDGER_OP_CANCEL || item->command.op == LEDGER_OP_AMEND;
}

/* ---- answer ---- */

static uint16_t
asset_of(const struct batch_item *item)
{
    return is_change(item) ? item->outcome.posting.asset_id : item->command.asset_id;
}

static void
write_refused(struct cnop_json_writer *writer, const struct order_env *env,
              const struct batch_item *item)
{
    enum cnop_err err = cnop_err_public(item->err);
    const struct order_refusal refusal = {
        .violation = {err, item->outcome.have_e8, item->outcome.need_e8, item->outcome.limit_e8},
        .qty = item->command.qty,
        .stop = item->command.stop,
        .symbol = order_http_symbol(env, asset_of(item))};
    char memory[REFUSAL_BYTES];
    struct cnop_buf text;

    cnop_assert(err != CNOP_OK);
    cnop_buf_init(&text, memory, sizeof(memory));
    if (err == CNOP_E_ORDER_FINAL)
        order_http_put_final(&text, &item->order);
    else
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
    cnop_json_i64(writer, "status",
                  accepted ? (is_change(item) ? 200 : 201)
                           : cnop_err_status(cnop_err_public(item->err)));
    cnop_json_bool(writer, "replayed", accepted && item->outcome.replayed);
    if (accepted && is_change(item))
        order_http_write_shown(writer, env, &item->order);
    else if (accepted)
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

static void submit_items(struct batch *batch);

static void
on_item(struct engine_job *job)
{
    struct batch *batch = job->owner;
    struct batch_item *item = &batch->items[job->owner_index];

    cnop_assert(job->owner_index < batch->count);
    cnop_assert(batch->open_count > 0);
    item->err = job->err;
    item->outcome = job->outcome;
    item->order = job->order;
    if (--batch->open_count > 0)
        return;
    submit_items(batch);
    if (batch->open_count > 0)
        return;
    write_answer(batch);
    cnop_request_complete(batch->req, CNOP_OK);
}

/* False: there is no room for it. */
static bool
submit(const struct order_env *env, struct batch *batch, size_t index)
{
    struct batch_item *item = &batch->items[index];
    struct engine_job *job = engine_job_take(env->engine);

    if (job == NULL) { /* the queue grew old while we filled it: this one was not accepted */
        item->err = CNOP_E_OVERLOADED;
        return false;
    }
    job->owner = batch;
    job->owner_index = (uint32_t)index;
    job->command = item->command;
    job->named = item->named;
    job->show_order = is_change(item);
    job->done = on_item;
    batch->open_count++;
    engine_submit(env->engine, job);
    return true;
}

/* Whether others may overtake it: the database is asked about its key before it is applied. */
static bool
is_slow(const struct ledger *ledger, const struct batch_item *item)
{
    bool sure = true;

    if (item->named.len > 0)
        (void)ledger_named_order(ledger, item->command.account_id, item->named, &sure);
    return !sure || ledger_needs_lookup(ledger, &item->command);
}

/* Submits what can go together. Orders to place keep their order also when their keys are looked
 * up; what changes one waits for those before, and those behind it wait for what is slow. */
static void
submit_items(struct batch *batch)
{
    const struct order_env *env = cnop_request_env(batch->req);
    const struct ledger *ledger = engine_ledger(env->engine);
    bool slow = false, slow_change = false;

    cnop_assert(batch->open_count == 0);
    for (; batch->next < batch->count; batch->next++) {
        const struct batch_item *item = &batch->items[batch->next];
        bool change = is_change(item), waits = item->err == CNOP_OK && is_slow(ledger, item);

        if (item->err != CNOP_OK)
            continue;
        if (slow_change || (slow && change))
            break;
        if (!submit(env, batch, batch->next))
            continue;
        slow = slow || waits;
        slow_change = slow_change || (waits && change);
    }
    cnop_assert(batch->open_count > 0 || batch->next == batch->count);
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

/* Where an item stands in the request. */
struct place {
    struct cnop_request *req;
    struct cnop_str batch_key;
    const char *prefix; /* "orders[3]." */
    size_t index;
};

static enum cnop_err
read_ticket(const struct place *place, const struct ticket *ticket, struct batch_item *item)
{
    struct cnop_request *req = place->req;
    const struct order_env *env = cnop_request_env(req);
    enum cnop_err err = ticket_check(req, ticket, place->prefix);

    if (err != CNOP_OK)
        return err;
    item->err = ticket_command(env->engine, env->config->price_limit, item->command.account_id,
                               ticket, &item->command);
    if (item->err != CNOP_OK)
        return CNOP_OK;
    if (!cnop_str_empty(ticket->client_order_id))
        return ledger_command_set_key(&item->command, ticket->client_order_id);
    if (cnop_str_empty(place->batch_key))
        return CNOP_OK;
    return order_batch_key(req, place->batch_key, place->index, &item->command);
}

static enum cnop_err
fault(const struct place *place, const char *name, const char *text)
{
    return cnop_request_fault(place->req, CNOP_E_INVALID,
                              ticket_field_name(place->req, place->prefix, name), "%s", text);
}

static enum cnop_err
check_change(const struct place *place, const struct entry *entry)
{
    const struct ticket *terms = &entry->ticket;
    bool has_terms = terms->quantity.e8 != 0 || terms->price.e10 != 0;

    if (cnop_str_empty(entry->order_id) == cnop_str_empty(terms->client_order_id))
        return fault(place, "order_id", "is required, or client_order_id, and not both");
    if (!cnop_str_empty(terms->client_order_id) && !order_client_id_fits(terms->client_order_id))
        return fault(place, "client_order_id", "must be letters, digits, '_' and '-'");
    if (entry->action == AMEND && !has_terms)
        return fault(place, "quantity", "is required, unless price is given");
    if (entry->action == CANCEL && has_terms)
        return fault(place, terms->quantity.e8 != 0 ? "quantity" : "price",
                     "must be absent: all that is left of the order is cancelled");
    return CNOP_OK;
}

/* An id that is none of ours is the item's own fault: there is no such order. */
static enum cnop_err
read_change(const struct place *place, const struct entry *entry, struct batch_item *item)
{
    enum cnop_err err = check_change(place, entry);

    item->command.op = entry->action == CANCEL ? LEDGER_OP_CANCEL : LEDGER_OP_AMEND;
    item->command.qty = entry->ticket.quantity;
    item->command.price = entry->ticket.price;
    item->named = entry->ticket.client_order_id;
    if (err != CNOP_OK || item->named.len > 0)
        return err;
    err = order_http_parse_id(place->req, ticket_field_name(place->req, place->prefix, "order_id"),
                              entry->order_id, &item->command.order_id);
    item->err = err == CNOP_E_NOT_FOUND ? err : CNOP_OK;
    return item->err == CNOP_OK ? err : CNOP_OK;
}

/* Fills one item. Its own refusal stays in item->err; an error concerns the whole batch. */
static enum cnop_err
read_item(struct cnop_request *req, const struct entry *entry, struct cnop_str batch_key,
          struct batch *batch, size_t index)
{
    struct batch_item *item = &batch->items[index];
    struct cnop_str prefix = cnop_arena_printf(cnop_request_arena(req), "orders[%zu].", index);
    const struct place place = {req, batch_key, prefix.ptr, index};
    enum cnop_err err = order_http_account(req, &item->command.account_id);

    cnop_assert(index < batch->count);
    if (err != CNOP_OK)
        return err;
    if (prefix.ptr == NULL)
        return CNOP_E_NO_MEMORY;
    ledger_command_set_request_id(&item->command, cnop_request_id(req));
    return entry->action == PLACE ? read_ticket(&place, &entry->ticket, item)
                                  : read_change(&place, entry, item);
}

static enum cnop_err
read_batch(struct cnop_request *req, struct batch *batch)
{
    struct cnop_arena *arena = cnop_request_arena(req);
    struct cnop_str batch_key;
    void *entries;
    enum cnop_err err;

    err = cnop_request_idempotency_key(req, &batch_key);
    if (err == CNOP_OK)
        err = cnop_request_decode_items(req, &batch_shape, &entries, &batch->count);
    if (err != CNOP_OK)
        return err;
    batch->req = req;
    batch->items = cnop_arena_alloc_array(arena, batch->count, sizeof(*batch->items));
    if (batch->items == NULL)
        return CNOP_E_NO_MEMORY;
    for (size_t i = 0; i < batch->count && err == CNOP_OK; i++)
        err = read_item(req, (const struct entry *)entries + i, batch_key, batch, i);
    return err;
}

enum cnop_err
order_batch_run(const struct order_env *env, struct batch *batch)
{
    if (engine_room(env->engine) < batch->count)
        return CNOP_E_OVERLOADED;
    submit_items(batch);
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
