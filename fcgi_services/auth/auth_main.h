/* SPDX-License-Identifier: MIT */
/* The auth service's settings and what each handler thread holds. For main, the adapters and the
 * routes; the rules see auth_env only. */
#ifndef CNOP_AUTH_AUTH_MAIN_H
#define CNOP_AUTH_AUTH_MAIN_H

#include "fcgi_services/auth/auth_env.h"
#include "fcgi_services/auth/relay_link.h"
#include "fcgi_services/auth/signer.h"
#include "shared/config/db_config.h"
#include "shared/web/web.h"

struct auth_config {
    struct cnop_web_config web;
    struct cnop_db_config db;
    unsigned profile; /* enum password_profile */
    const char *common_passwords;
    uint64_t argon2_memory_kib;
    uint64_t argon2_passes;
    uint64_t hash_slots;
    uint64_t hash_queue;
    uint64_t hash_wait; /* ms */
    uint64_t hash_nice;
    uint64_t access_ttl;
    uint64_t session_ttl;
    uint64_t refresh_grace;
    uint64_t sessions_max;
    const char *keys_dir;
    const char *jwks_file;
    const char *token_issuer;
    const char *token_audience;
    const char *gateway_sockets;
    uint64_t gateway_timeout; /* ms */
    bool insecure_cookies;
};

extern const struct cnop_config_spec auth_config_spec;
extern const struct cnop_route auth_routes[];
extern const size_t auth_route_count;
extern const struct cnop_metric_def auth_metrics[];
extern const size_t auth_metric_count;

/* Rows of auth_metrics. */
enum auth_metric {
    AUTH_METRIC_LOGIN_ACCEPTED,
    AUTH_METRIC_LOGIN_REFUSED,
    AUTH_METRIC_LOGIN_PAUSED,
    AUTH_METRIC_REGISTERED,
    AUTH_METRIC_REFRESHED,
    AUTH_METRIC_REFRESH_REUSED,
    AUTH_METRIC_HASH_SHED,
    AUTH_METRIC_REVOKED_TOLD,
    AUTH_METRIC_REVOKED_LATE,
    AUTH_METRIC_COUNT
};

struct auth_thread {
    struct auth_env env;
    const struct auth_config *config;
    struct signer *signer;
    struct relay_link *link;
    struct cnop_arena *arena; /* holds this struct and the signer */
};

/* Hooks of the service; arg is the auth_config. */
void auth_service_prepare(void); /* in main, before everything else */
enum cnop_err auth_service_process_init(void *arg);
enum cnop_err auth_service_thread_init(void *arg, unsigned thread, void **ret_env);
void auth_service_thread_done(void *env);
void auth_service_ready(void *env, struct cnop_health *health);

#endif
