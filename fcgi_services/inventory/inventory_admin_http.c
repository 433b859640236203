/* SPDX-License-Identifier: MIT */
/* HTTP adapter of the operator's changes: role admin (checked by the runtime from the route), a
 * reason, a line in the audit trail. No rules here. */
#include "fcgi_services/inventory/inventory_http.h"

#include "fcgi_services/inventory/inventory_admin.h"
#include "fcgi_services/inventory/inventory_env.h"
#include "fcgi_services/inventory/inventory_store.h"
#include "shared/base/clock.h"
#include "shared/web/audit.h"

static enum cnop_err
change_of(struct cnop_request *req, struct cnop_str reason, struct inventory_change *change)
{
    enum cnop_err err;

    *change = (struct inventory_change){.reason = reason,
                                        .request_id = cnop_request_id(req),
                                        .actor_user_id = cnop_request_user_id(req),
                                        .now_us = cnop_clock_wall_us()};
    err = asset_symbol_parse(cnop_request_arena(req), cnop_request_path_param(req, "asset_id"),
                             &change->symbol);
    if (err == CNOP_E_INVALID)
        return cnop_request_fault(req, err, "asset_id", "must be 1 to 10 letters or digits");
    return err;
}

static struct inventory_desk
desk_of(struct cnop_request *req)
{
    struct inventory_env *env = cnop_request_env(req);

    return (struct inventory_desk){
        .db = env->db, .engine = &env->engine, .arena = cnop_request_arena(req)};
}

static enum cnop_err
explain(struct cnop_request *req, const struct inventory_change *change, enum cnop_err err)
{
    if (err == CNOP_E_NOT_FOUND)
        return cnop_request_detail(req, err, "There is no asset %.*s.",
                                   CNOP_STR_ARG(change->symbol));
    if (err == CNOP_E_OUTCOME_UNKNOWN)
        return cnop_request_detail(req, err, "The change may have taken effect; repeat it.");
    return err;
}

/* Hands err on. action[0]: done, [1]: refused. */
static enum cnop_err
audit(struct cnop_request *req, const struct inventory_change *change, const char *const action[2],
      cnop_price price, enum cnop_err err)
{
    struct cnop_log_line line;
    char memory[40];
    struct cnop_buf text;

    cnop_audit_begin_act(&line, req,
                         &(struct cnop_audit_act){.done = action[0],
                                                  .failed = action[1],
                                                  .message = err == CNOP_OK
                                                                 ? "market changed by an operator"
                                                                 : "market not changed",
                                                  .kind = "asset:",
                                                  .id = change->symbol,
                                                  .reason = change->reason},
                         err);
    cnop_log_str(&line, "asset", change->symbol);
    if (price.e10 > 0) {
        cnop_buf_init(&text, memory, sizeof(memory));
        cnop_price_format(&text, price, 2);
        cnop_log_str(&line, "price", cnop_buf_view(&text));
    }
    cnop_log_end(&line);
    return err;
}

struct price_body {
    cnop_price price;
    struct cnop_str reason;
};

static const struct cnop_field price_fields[] = {
    CNOP_FIELD(struct price_body, price, CNOP_K_PRICE, CNOP_RANGE(1, 1000000 * CNOP_E10),
               CNOP_REQUIRED),
    CNOP_FIELD(struct price_body, reason, CNOP_K_STR, CNOP_RANGE(1, 200),
               CNOP_REQUIRED | CNOP_TRIM),
};

static const char *const price_actions[2] = {"price_set", "price_set_failed"};

/* PUT /inventory/assets/{asset_id}/price: in force when answered. */
enum cnop_err
inventory_http_set_price(struct cnop_request *req, struct cnop_response *res)
{
    struct inventory_env *env = cnop_request_env(req);
    struct inventory_desk desk = desk_of(req);
    struct cnop_json_writer *json;
    struct inventory_change change;
    struct price_body body = {0};
    cnop_price previous;
    enum cnop_err err;

    err = cnop_request_decode(req, price_fields, CNOP_COUNT(price_fields), &body);
    if (err != CNOP_OK)
        return err;
    err = change_of(req, body.reason, &change);
    if (err != CNOP_OK)
        return err;
    err = inventory_store_find_user(env->db, desk.arena, change.actor_user_id);
    if (err == CNOP_OK)
        err = inventory_price_set(&desk, &change, body.price, &previous);
    err = audit(req, &change, price_actions, body.price, err);
    if (err != CNOP_OK)
        return explain(req, &change, err);
    asset_source_renew(&env->assets);

    json = cnop_response_json(res);
    cnop_json_object_open(json, NULL);
    cnop_json_object_open(json, "data");
    cnop_json_str(json, "asset_id", change.symbol);
    cnop_json_price_number(json, "price_usd", body.price, 0);
    if (previous.e10 == 0)
        cnop_json_null(json, "previous_price_usd");
    else
        cnop_json_price_number(json, "previous_price_usd", previous, 0);
    cnop_json_time(json, "updated_at", change.now_us);
    cnop_json_object_close(json);
    cnop_json_object_close(json);
    return CNOP_OK;
}

struct halt_body {
    struct cnop_str reason;
    bool halted;
};

static const struct cnop_field halt_fields[] = {
    CNOP_FIELD(struct halt_body, reason, CNOP_K_STR, CNOP_RANGE(1, 200), CNOP_REQUIRED | CNOP_TRIM),
    CNOP_FIELD(struct halt_body, halted, CNOP_K_BOOL, CNOP_ANY, CNOP_OPTIONAL),
};

static const char *const halt_actions[2][2] = {{"resume", "resume_failed"},
                                               {"halt", "halt_failed"}};

/* POST /inventory/assets/{asset_id}/halt: in force when answered; `halted` false resumes. */
enum cnop_err
inventory_http_halt(struct cnop_request *req, struct cnop_response *res)
{
    struct inventory_env *env = cnop_request_env(req);
    struct inventory_desk desk = desk_of(req);
    struct halt_body body = {.halted = true};
    struct cnop_json_writer *json;
    struct inventory_change change;
    enum cnop_err err;

    err = cnop_request_decode(req, halt_fields, CNOP_COUNT(halt_fields), &body);
    if (err != CNOP_OK)
        return err;
    err = change_of(req, body.reason, &change);
    if (err != CNOP_OK)
        return err;
    err = inventory_store_find_user(env->db, desk.arena, change.actor_user_id);
    if (err == CNOP_OK)
        err = inventory_halted_set(&desk, &change, body.halted);
    err = audit(req, &change, halt_actions[body.halted], (cnop_price){0}, err);
    if (err != CNOP_OK)
        return explain(req, &change, err);
    asset_source_renew(&env->assets);

    json = cnop_response_json(res);
    cnop_json_object_open(json, NULL);
    cnop_json_object_open(json, "data");
    cnop_json_str(json, "asset_id", change.symbol);
    cnop_json_bool(json, "halted", body.halted);
    cnop_json_str(json, "reason", change.reason);
    cnop_json_time(json, "updated_at", change.now_us);
    cnop_json_object_close(json);
    cnop_json_object_close(json);
    return CNOP_OK;
}
