/* SPDX-License-Identifier: MIT */
/* Writing the audit lines. */
#include "fcgi_services/auth/auth_http_audit.h"

#include "shared/web/audit.h"

#include <inttypes.h>

#define OBJECT_BYTES 48 /* "session:" and 32 digits */

struct auth_client
auth_audit_client(const struct cnop_request *req)
{
    return (struct auth_client){
        .address = cnop_request_client_addr(req),
        .user_agent = cnop_request_header(req, "User-Agent"),
    };
}

static struct cnop_str
object_of(const struct auth_audit *audit, char memory[OBJECT_BYTES])
{
    char sid[33];

    if (audit->sid != NULL) {
        session_id_format(audit->sid, sid);
        (void)snprintf(memory, OBJECT_BYTES, "session:%s", sid);
        return cnop_str_from(memory);
    }
    if (audit->user_id == 0)
        return CNOP_STR("");
    (void)snprintf(memory, OBJECT_BYTES, "user:%" PRIu64, audit->user_id);
    return cnop_str_from(memory);
}

void
auth_audit_write(const struct cnop_request *req, const struct auth_audit *audit)
{
    struct cnop_str actor = audit->username;
    char memory[OBJECT_BYTES];
    char number[24];
    struct cnop_log_line line;

    cnop_assert(!audit->failed || audit->reason != NULL);
    if (actor.len == 0 && audit->user_id != 0) { /* a refresh comes without a token */
        (void)snprintf(number, sizeof(number), "%" PRIu64, audit->user_id);
        actor = cnop_str_from(number);
    }
    cnop_audit_begin(&line, req,
                     &(struct cnop_audit){.action = audit->action,
                                          .message = audit->message,
                                          .failed = audit->failed,
                                          .reason = cnop_str_from(audit->reason),
                                          .actor = actor,
                                          .object = object_of(audit, memory)});
    if (audit->username.len > 0)
        cnop_log_str(&line, "username", audit->username);
    if (audit->user_id != 0)
        cnop_log_u64(&line, "user_id", audit->user_id);
    if (audit->jti != NULL)
        cnop_log_text(&line, "token_id", audit->jti);
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

enum cnop_err
auth_audit_refused(const struct cnop_request *req, struct auth_audit audit, enum cnop_err err)
{
    if (err == CNOP_OK)
        return err;
    audit.failed = true;
    audit.reason = cnop_err_code(cnop_err_public(err));
    auth_audit_write(req, &audit);
    return err;
}
