/* SPDX-License-Identifier: MIT */
/* User names and passwords: registering, proving who you are, changing the password. Rules only: no
 * HTTP, no SQL. Never tells, by answer or by time, whether a user name exists, except where
 * registering must. */
#ifndef CNOP_AUTH_CREDENTIAL_H
#define CNOP_AUTH_CREDENTIAL_H

#include "fcgi_services/auth/session.h"

#define REGISTRATION_VIOLATION_MAX 8

/* As it came in, blanks around the fields already gone (never around the password). */
struct registration {
    struct cnop_str username;
    struct cnop_str email;
    struct cnop_str password;
    struct cnop_str first_name;
    struct cnop_str last_name;
    struct cnop_str phone;         /* may be empty */
    struct cnop_str date_of_birth; /* may be empty */
    bool marketing_emails_consent;
};

struct registration_violation {
    const char *field;
    const struct cnop_text_rule *rule;
    enum cnop_err err;
};

struct registration_violations {
    struct registration_violation list[REGISTRATION_VIOLATION_MAX];
    size_t count;
};

/* Every broken rule, one at most for each field. */
void credential_check_registration(const struct auth_rules *rules,
                                   const struct registration *registration, int32_t today,
                                   struct registration_violations *ret_violations);

/* Stores a registration that has no violations; the arena holds the normalised values meanwhile.
 * USERNAME_TAKEN, EMAIL_TAKEN, OVERLOADED (too many hashes at once). */
cnop_must_check enum cnop_err credential_register(struct auth_env *env, struct cnop_arena *arena,
                                                  const struct registration *registration,
                                                  uint64_t *ret_user_id);

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
cnop_must_check enum cnop_err credential_login(struct auth_env *env, struct cnop_str username,
                                               struct cnop_str password,
                                               const struct auth_client *client,
                                               struct login *ret_login);

/* A new password for the user, who proves the current one; ends every session of theirs.
 * PASSWORD_WRONG, PASSWORD_UNCHANGED, PASSWORD_POLICY and PASSWORD_COMMON (*ret_rule names the
 * rule), RATE_LIMITED (too many wrong ones), UNAUTHENTICATED (no such user any more), OVERLOADED.
 */
struct password_change {
    uint64_t user_id;
    struct cnop_str current;
    struct cnop_str wanted;
};
struct password_changed {
    const struct cnop_text_rule *broken_rule; /* not NULL: refused, see err */
    enum cnop_err err;
    struct session_end end;
};
cnop_must_check enum cnop_err credential_change_password(struct auth_env *env,
                                                         const struct password_change *change,
                                                         struct password_changed *ret_changed);

/* What an operator may change of a user. Taking a right away (DEMOTE, DISABLE) also ends all
 * sessions and all tokens, which carry the right until they expire. */
enum credential_right {
    CREDENTIAL_PROMOTE, /* role admin, from the next login or refresh */
    CREDENTIAL_DEMOTE,
    CREDENTIAL_DISABLE, /* logins are refused */
    CREDENTIAL_ENABLE,
};

/* NOT_FOUND. */
cnop_must_check enum cnop_err credential_set_right(struct auth_env *env, struct cnop_str username,
                                                   enum credential_right right,
                                                   struct session_end *ret_end);

#endif
