/* SPDX-License-Identifier: MIT */
/* POST /api/v1/accounts/{user_id}/freeze and /unfreeze, for operators. */
#include "fcgi_services/order/order_http.h"

#include "shared/base/log.h"
#include "shared/ledger/client.h"

struct freeze_request {
    struct cnop_str reason;
};

static const struct cnop_field freeze_fields[] = {
    CNOP_FIELD(struct freeze_request, reason, CNOP_K_STR, CNOP_RANGE(1, LEDGER_REASON_BYTES),
               CNOP_REQUIRED | CNOP_TRIM),
};

static void
write_audit(struct cnop_request *req, const struct engine_job *job)
{
    struct cnop_log_context context = cnop_request_log_context(req);
    bool freeze = job->command.op == LEDGER_OP_FREEZE;
    struct cnop_log_line line;

    cnop_log_begin_audit(&line, &context, freeze ? "account_freeze" : "account_unfreeze",
                         freeze ? "account frozen" : "account active again");
    cnop_log_i64(&line, "account", job->command.account_id);
    cnop_log_str(&line, "reason", cnop_str_make(job->command.reason, job->command.reason_len));
    cnop_log_bool(&line, "changed", job->outcome.changed);
    cnop_log_end(&line);
}

static void
on_status(struct engine_job *job)
{
    struct cnop_request *req = job->owner;
    bool freeze = job->command.op == LEDGER_OP_FREEZE;
    struct cnop_json_writer *writer;

    if (job->err != CNOP_OK) {
        cnop_request_complete(req, job->err);
        return;
    }
    write_audit(req, job);
    writer = cnop_response_json(cnop_request_response(req));
    cnop_json_object_open(writer, NULL);
    cnop_json_str(writer, "user_id", cnop_request_path_param(req, "user_id"));
    cnop_json_text(writer, "status", freeze ? "frozen" : "active");
    cnop_json_str(writer, "reason", cnop_str_make(job->command.reason, job->command.reason_len));
    cnop_json_time(writer, "updated_at", job->outcome.deed.time_us);
    cnop_json_object_close(writer);
    cnop_request_complete(req, CNOP_OK);
}

static enum cnop_err
set_status(struct cnop_request *req, uint8_t op)
{
    const struct order_env *env = cnop_request_env(req);
    struct freeze_request body = {{NULL, 0}};
    struct engine_job *job;
    uint64_t user_id;
    enum cnop_err err;

    if (cnop_str_parse_u64(cnop_request_path_param(req, "user_id"), 1, INT64_MAX, &user_id) !=
        CNOP_OK)
        return cnop_request_fault(req, CNOP_E_INVALID, "user_id", "must be an account number");
    err = cnop_request_decode(req, freeze_fields, CNOP_COUNT(freeze_fields), &body);
    if (err != CNOP_OK)
        return err;
    if (user_id < (uint64_t)LEDGER_ACCOUNT_FIRST_USER)
        return CNOP_E_NOT_FOUND; /* the ledger's own accounts are nobody's business */
    job = order_http_take(req, &err);
    if (job == NULL)
        return err;
    job->command.op = op;
    job->command.account_id = (int64_t)user_id;
    ledger_command_set_reason(&job->command, body.reason);
    job->done = on_status;
    cnop_request_defer(req);
    engine_submit(env->engine, job);
    return CNOP_OK;
}

enum cnop_err
order_http_freeze(struct cnop_request *req, struct cnop_response *res)
{
    (void)res;
    return set_status(req, LEDGER_OP_FREEZE);
}

enum cnop_err
order_http_unfreeze(struct cnop_request *req, struct cnop_response *res)
{
    (void)res;
    return set_status(req, LEDGER_OP_UNFREEZE);
}
