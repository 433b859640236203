/* SPDX-License-Identifier: MIT */
/* What every line of the audit trail that a request causes has in common. */
#include "shared/web/audit.h"

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
