/* SPDX-License-Identifier: MIT */
/* Audit lines of the auth service: what happened, to whom, from which address and program. Never a
 * password or a token. */
#ifndef CNOP_AUTH_AUTH_HTTP_AUDIT_H
#define CNOP_AUTH_AUTH_HTTP_AUDIT_H

#include "fcgi_services/auth/session.h"
#include "shared/web/request.h"

struct auth_audit {
    const char *action;           /* "auth_success" */
    const char *message;          /* for people */
    bool failed;                  /* with a reason */
    struct cnop_str username;     /* who acts, when no token says so; empty: left out */
    uint64_t user_id;             /* 0: left out */
    const struct session_id *sid; /* the object; NULL: the user is */
    const char *jti;              /* NULL: left out */
    const char *reason;           /* NULL: left out */
};

void auth_audit_write(const struct cnop_request *req, const struct auth_audit *audit);

/* The request's address and user agent, as the gateway saw them. */
struct auth_client auth_audit_client(const struct cnop_request *req);

/* One session_revoked line for each session that ended as a side effect. */
void auth_audit_ended(const struct cnop_request *req, uint64_t user_id,
                      const struct session_end *end, const char *reason);

/* Hands err on after a line that says it; CNOP_OK leaves none. */
enum cnop_err auth_audit_refused(const struct cnop_request *req, struct auth_audit audit,
                                 enum cnop_err err);

#endif
