/* SPDX-License-Identifier: MIT */
/* What an operator may change of a user's rights. Rules only: no HTTP, no SQL. */
#ifndef CNOP_AUTH_ACCOUNT_RIGHT_H
#define CNOP_AUTH_ACCOUNT_RIGHT_H

#include "fcgi_services/auth/session.h"

/* What an operator may change of a user. Taking a right away (DEMOTE, DISABLE) also ends all
 * sessions and all tokens, which carry the right until they expire. */
enum account_right {
    ACCOUNT_PROMOTE, /* role admin, from the next login or refresh */
    ACCOUNT_DEMOTE,
    ACCOUNT_DISABLE, /* logins are refused */
    ACCOUNT_ENABLE,
};

/* NOT_FOUND. */
cnop_must_check enum cnop_err account_right_set(struct auth_env *env, struct cnop_str username,
                                                enum account_right right,
                                                struct session_end *ret_end);

#endif
