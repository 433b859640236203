/* SPDX-License-Identifier: MIT */
/* The audit trail's door for services: one security event, one line, written once, by whoever
 * decided. docs/reference/audit.md lists the actions.
 *
 *   cnop_audit_begin(&line, req, &(struct cnop_audit){.action = "logout", .message = "logged
 * out"}); cnop_log_text(&line, "session_id", sid);   (what only this event has)
 *   cnop_log_end(&line);
 */
#ifndef CNOP_WEB_AUDIT_H
#define CNOP_WEB_AUDIT_H

#include "shared/base/log.h"
#include "shared/web/request.h"

struct cnop_audit {
    const char *action;
    const char *message;
    bool failed;
    struct cnop_str reason; /* why, or why not; may be empty */
    struct cnop_str actor;  /* empty: the user of the request's token */
    struct cnop_str object; /* what was acted on, "kind:id"; may be empty */
};

/* Writes actor, action, object, outcome, reason, client address, program and request id. */
void cnop_audit_begin(struct cnop_log_line *line, const struct cnop_request *req,
                      const struct cnop_audit *audit);

/* What an operator has done to something, or could not do. */
struct cnop_audit_act {
    const char *done, *failed; /* actions */
    const char *message;
    const char *kind; /* of the object: "ip:" */
    struct cnop_str id;
    struct cnop_str reason; /* the operator's; a refusal gives its own instead */
};

/* The same for an operator's act that ended so. */
void cnop_audit_begin_act(struct cnop_log_line *line, const struct cnop_request *req,
                          const struct cnop_audit_act *act, enum cnop_err err);

#endif
