/* SPDX-License-Identifier: MIT */
/* POST /accounts/{user_id}/freeze and /unfreeze, for operators (the runtime checks the role from
 * the route): the user must exist, the engine is told, the audit trail says who and why. */
#include "fcgi_services/user/user_http.h"

#include "shared/engine_client/client.h"
#include "shared/web/audit.h"

struct freeze_request {
    struct cnop_str reason;
};

static const struct cnop_field freeze_fields[] = {
    CNOP_FIELD(struct freeze_request, reason, CNOP_K_STR, CNOP_RANGE(1, LEDGER_REASON_BYTES),
               CNOP_REQUIRED | CNOP_TRIM),
};

/* Hands err on. */
static enum cnop_err
audit_status(struct cnop_request *req, enum ledger_op op, struct cnop_str reason, enum cnop_err err)
{
    bool freeze = op == LEDGER_OP_FREEZE;
    struct cnop_log_line line;

    cnop_audit_begin_act(&line, req,
                         &(struct cnop_audit_act){
                             .done = freeze ? "account_freeze" : "account_unfreeze",
                             .failed = freeze ? "account_freeze_failed" : "account_unfreeze_failed",
                             .message = err != CNOP_OK ? "no account changed"
                                        : freeze       ? "account frozen"
                                                       : "account active again",
                             .kind = "account:",
                             .id = cnop_request_path_param(req, "user_id"),
                             .reason = reason},
                         err);
    cnop_log_end(&line);
    return err;
}

/* The ledger opens accounts by itself, so that only this keeps a mistyped number out of it. */
static enum cnop_err
find_account(struct cnop_request *req, int64_t *ret_account)
{
    struct user_thread *self = cnop_request_env(req);
    struct cash_balance ignored;
    uint64_t user_id;
    enum cnop_err err;

    if (cnop_str_parse_u64(cnop_request_path_param(req, "user_id"), 1, INT64_MAX, &user_id) !=
        CNOP_OK)
        return cnop_request_fault(req, CNOP_E_INVALID, "user_id", "must be an account number");
    err = user_store_find_cash(self->store, user_id, &ignored);
    if (err != CNOP_OK)
        return err;
    *ret_account = (int64_t)user_id;
    return CNOP_OK;
}

static enum cnop_err
set_status(struct cnop_request *req, struct cnop_response *res, enum ledger_op op)
{
    struct user_thread *self = cnop_request_env(req);
    struct ledger_command command = {.op = (uint8_t)op};
    struct freeze_request body = {{NULL, 0}};
    struct ledger_outcome outcome = {0};
    struct cash_balance ignored;
    struct cnop_json_writer *json;
    enum cnop_err err;

    err = cnop_request_decode(req, freeze_fields, CNOP_COUNT(freeze_fields), &body);
    if (err == CNOP_OK)
        err = user_http_cash(req, &ignored); /* the operator's own: a token may outlive its user */
    if (err == CNOP_OK)
        err = find_account(req, &command.account_id);
    if (err != CNOP_OK)
        return audit_status(req, op, body.reason, err);
    ledger_command_set_request_id(&command, cnop_request_id(req));
    ledger_command_set_reason(&command, body.reason);
    err = engine_client_call(&self->engine, &command, &outcome);
    err = audit_status(req, op, body.reason, err);
    if (err != CNOP_OK)
        return err;
    json = cnop_response_json(res);
    cnop_json_object_open(json, NULL);
    cnop_json_str(json, "user_id", cnop_request_path_param(req, "user_id"));
    cnop_json_text(json, "status", op == LEDGER_OP_FREEZE ? "frozen" : "active");
    cnop_json_str(json, "reason", body.reason);
    cnop_json_time(json, "updated_at", outcome.posting.time_us);
    cnop_json_object_close(json);
    return CNOP_OK;
}

enum cnop_err
user_http_freeze(struct cnop_request *req, struct cnop_response *res)
{
    return set_status(req, res, LEDGER_OP_FREEZE);
}

enum cnop_err
user_http_unfreeze(struct cnop_request *req, struct cnop_response *res)
{
    return set_status(req, res, LEDGER_OP_UNFREEZE);
}
