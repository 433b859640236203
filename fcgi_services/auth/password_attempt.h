/* SPDX-License-Identifier: MIT */
/* One attempt at a password, and the making of new hashes: the only paths that hash. An attempt is
 * counted before it is checked, whatever becomes of the client; what is checked waits behind the
 * gate and runs in the background. */
#ifndef CNOP_AUTH_PASSWORD_ATTEMPT_H
#define CNOP_AUTH_PASSWORD_ATTEMPT_H

#include "fcgi_services/auth/auth_env.h"

struct password_attempt {
    struct token_digest name;
    struct login_source source;
    struct hash_caller caller;
    bool is_known;              /* the user has logged in from this source before */
    uint32_t wait_s;            /* > 0: paused */
    struct login_series before; /* the series before this attempt */
    int64_t charged_us;
    char
        renewed[PASSWORD_HASH_BYTES]; /* a new hash where the stored one is out of date, or empty */
};

/* Who tries what from where, and whether that has to pause. username in lower case; user_id 0 when
 * there is no such user. */
cnop_must_check enum cnop_err password_attempt_begin(struct auth_env *env, struct cnop_str username,
                                                     uint64_t user_id,
                                                     const struct auth_client *client,
                                                     struct password_attempt *ret_attempt);

/* Counts and checks against a stored hash, or the dummy. BAD_CREDENTIALS; RATE_LIMITED: another
 * attempt came first, wait_s is set; OVERLOADED. */
cnop_must_check enum cnop_err password_attempt_check(struct auth_env *env,
                                                     struct password_attempt *attempt,
                                                     const char *hash, struct cnop_str password);

/* Inside a transaction: the attempt was right. The failures from its source are forgotten. */
cnop_must_check enum cnop_err password_attempt_forgive(struct auth_env *env,
                                                       const struct password_attempt *attempt);

/* The same in a transaction of its own. */
cnop_must_check enum cnop_err
password_attempt_forgive_alone(struct auth_env *env, const struct password_attempt *attempt);

/* A new hash. OVERLOADED: too many at once. */
cnop_must_check enum cnop_err password_hash_behind_gate(struct auth_env *env,
                                                        const struct hash_caller *caller,
                                                        struct cnop_str password,
                                                        char ret_hash[PASSWORD_HASH_BYTES]);

/* The class and source of somebody who is not logging in: user_id 0 when there is no user yet. */
cnop_must_check enum cnop_err password_caller(struct auth_env *env, uint64_t user_id,
                                              const struct auth_client *client,
                                              struct hash_caller *ret_caller);

#endif
