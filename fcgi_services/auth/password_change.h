/* SPDX-License-Identifier: MIT */
/* Changing the password. Rules only: no HTTP, no SQL. */
#ifndef CNOP_AUTH_PASSWORD_CHANGE_H
#define CNOP_AUTH_PASSWORD_CHANGE_H

#include "fcgi_services/auth/session.h"

/* A new password for the user, who proves the current one; ends every session of theirs.
 * PASSWORD_WRONG, PASSWORD_UNCHANGED, PASSWORD_POLICY and PASSWORD_COMMON (*ret_rule names the
 * rule), RATE_LIMITED (too many wrong ones), UNAUTHENTICATED (no such user any more), OVERLOADED.
 */
struct password_change {
    uint64_t user_id;
    struct cnop_str current;
    struct cnop_str wanted;
    const struct auth_client *client;
};
struct password_changed {
    const struct cnop_text_rule *broken_rule; /* not NULL: refused, see err */
    enum cnop_err err;
    struct session_end end;
};
cnop_must_check enum cnop_err password_change_apply(struct auth_env *env,
                                                    const struct password_change *change,
                                                    struct password_changed *ret_changed);

#endif
