/* SPDX-License-Identifier: MIT */
/* What the auth rules work with: one set per handler thread. Values and handles only; the rules
 * reach the outside through the store and nothing else. */
#ifndef CNOP_AUTH_AUTH_ENV_H
#define CNOP_AUTH_AUTH_ENV_H

#include "fcgi_services/auth/auth_store.h"
#include "fcgi_services/auth/password_policy.h"

/* Settings, constant after start-up. */
struct auth_rules {
    struct password_policy password;
    struct password_cost cost;
    int64_t access_ttl_s;     /* life of an access token */
    int64_t session_ttl_us;   /* life of a session, however often it is refreshed */
    int64_t refresh_grace_us; /* a used refresh token still works this long */
    size_t sessions_max;      /* live sessions of a user; a login beyond ends the oldest */
    int hash_nice;            /* of the threads that hash */
};

struct session_grant;

/* Fills the grant's access token. Called before the commit of what it stands for: a session that
 * nobody has a token of must not come into being. */
typedef enum cnop_err (*auth_mint_fn)(void *minter, struct session_grant *grant);

struct auth_env {
    struct auth_store *store;
    const struct auth_rules *rules;
    struct hash_gate *gate;
    const char *dummy_hash; /* checked when there is no user, so that it takes as long */
    auth_mint_fn mint;
    void *minter;
};

/* Who is at the other end; kept with the session and in the audit trail. */
struct auth_client {
    struct cnop_str address;
    struct cnop_str user_agent;
};

#endif
