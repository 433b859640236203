/* SPDX-License-Identifier: MIT */
/* Writing the audit lines. */
#include "fcgi_services/auth/auth_http_audit.h"

struct auth_client
auth_audit_client(const struct cnop_request *req)
{
    return (struct auth_client){
        .address = cnop_request_client_addr(req),
        .user_agent = cnop_request_header(req, "User-Agent"),
    };
}

void
auth_audit_write(const struct cnop_request *req, const struct auth_audit *audit)
{
    struct cnop_log_context context = cnop_request_log_context(req);
    struct auth_client client = auth_audit_client(req);
    struct cnop_log_line line;
    char sid[33];

    cnop_log_begin_audit(&line, &context, audit->action, audit->message);
    if (audit->username.len > 0)
        cnop_log_str(&line, "username", audit->username);
    if (audit->user_id != 0)
        cnop_log_u64(&line, "user_id", audit->user_id);
    if (audit->sid != NULL) {
        session_id_format(audit->sid, sid);
        cnop_log_text(&line, "session_id", sid);
    }
    if (audit->jti != NULL)
        cnop_log_text(&line, "token_id", audit->jti);
    if (audit->reason != NULL)
        cnop_log_text(&line, "reason", audit->reason);
    cnop_log_str(&line, "ip", client.address);
    cnop_log_str(&line, "user_agent", client.user_agent);
    cnop_log_end(&line);
}

void
auth_audit_ended(const struct cnop_request *req, uint64_t user_id, const struct session_end *end,
                 const char *reason)
{
    for (size_t i = 0; i < end->count; i++) {
        struct session_id sid;

        if (end->revocations[i].kind != REVOCATION_SESSION ||
            session_id_parse(cnop_str_from(end->revocations[i].subject), &sid) != CNOP_OK)
            continue;
        auth_audit_write(req, &(struct auth_audit){.action = "session_revoked",
                                                   .message = "session ended",
                                                   .user_id = user_id,
                                                   .sid = &sid,
                                                   .reason = reason});
    }
}
