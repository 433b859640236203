/* SPDX-License-Identifier: MIT */
/* What every line of the audit trail that a request causes has in common. */
#include "shared/web/audit.h"

#define OBJECT_BYTES 128

void
cnop_audit_begin(struct cnop_log_line *line, const struct cnop_request *req,
                 const struct cnop_audit *audit)
{
    struct cnop_log_context context = cnop_request_log_context(req);

    cnop_assert(audit->action != NULL);
    cnop_assert(audit->message != NULL);
    if (!cnop_str_empty(audit->actor))
        context.user = audit->actor;
    cnop_log_begin_audit(line, &context, audit->action, audit->message);
    cnop_log_text(line, "outcome", audit->failed ? "failure" : "success");
    if (!cnop_str_empty(audit->reason))
        cnop_log_str(line, "reason", audit->reason);
    if (!cnop_str_empty(audit->object))
        cnop_log_str(line, "object", audit->object);
    cnop_log_str(line, "ip", cnop_request_client_addr(req));
    cnop_log_str(line, "user_agent", cnop_request_header(req, "User-Agent"));
}

void
cnop_audit_begin_act(struct cnop_log_line *line, const struct cnop_request *req,
                     const struct cnop_audit_act *act, enum cnop_err err)
{
    bool done = err == CNOP_OK;
    char memory[OBJECT_BYTES];
    struct cnop_buf object;

    cnop_buf_init(&object, memory, sizeof(memory));
    cnop_buf_text(&object, act->kind);
    cnop_buf_str(&object, act->id);
    cnop_audit_begin(
        line, req,
        &(struct cnop_audit){.action = done ? act->done : act->failed,
                             .message = act->message,
                             .failed = !done,
                             .reason = done ? act->reason : cnop_str_from(cnop_err_code(err)),
                             .object = cnop_buf_view(&object)});
}
