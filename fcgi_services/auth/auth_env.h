/* SPDX-License-Identifier: MIT */
/* What the auth rules work with: one set per handler thread. Values and handles only; the rules
 * reach the outside through the store and nothing else. */
#ifndef CNOP_AUTH_AUTH_ENV_H
#define CNOP_AUTH_AUTH_ENV_H

#include "fcgi_services/auth/auth_store.h"
#include "fcgi_services/auth/hash_gate.h"
#include "fcgi_services/auth/password_policy.h"

/* Settings, constant after start-up. */
struct auth_rules {
    struct password_policy password;
    struct password_cost cost;
    int64_t access_ttl_s;     /* life of an access token */
    int64_t session_ttl_us;   /* life of a session, however often it is refreshed */
    int64_t refresh_grace_us; /* a used refresh token still works this long */
    size_t sessions_max;      /* live sessions of a user; a login beyond ends the oldest */
};

struct auth_env {
    struct auth_store *store;
    const struct auth_rules *rules;
    struct hash_gate *gate;
    const char *dummy_hash; /* checked when there is no user, so that it takes as long */
};

/* Who is at the other end; kept with the session and in the audit trail. */
struct auth_client {
    struct cnop_str address;
    struct cnop_str user_agent;
};

#endif
