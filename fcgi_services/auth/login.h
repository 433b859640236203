/* SPDX-License-Identifier: MIT */
/* Proving who you are. Never tells, by answer or by time, whether a user name exists. Rules only:
 * no HTTP, no SQL. */
#ifndef CNOP_AUTH_LOGIN_H
#define CNOP_AUTH_LOGIN_H

#include "fcgi_services/auth/session.h"

enum login_outcome {
    LOGIN_ACCEPTED,
    LOGIN_UNKNOWN_USER,
    LOGIN_WRONG_PASSWORD,
    LOGIN_DISABLED, /* the password was right */
    LOGIN_PAUSED,   /* too many failures: nothing was checked */
};

struct login {
    enum login_outcome outcome;
    uint32_t wait_s;            /* PAUSED */
    struct auth_user user;      /* ACCEPTED, WRONG_PASSWORD, DISABLED */
    struct session_grant grant; /* ACCEPTED */
    struct session_end end;     /* ACCEPTED: sessions that had to make room */
};

/* username in lower case, both fields well formed. OVERLOADED. */
cnop_must_check enum cnop_err login_attempt(struct auth_env *env, struct cnop_str username,
                                            struct cnop_str password,
                                            const struct auth_client *client,
                                            struct login *ret_login);

#endif
