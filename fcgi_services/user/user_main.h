/* SPDX-License-Identifier: MIT */
/* The user service's settings and what each handler thread holds. For main, the adapters and the
 * routes; the rules see their own arguments only. */
#ifndef CNOP_USER_USER_MAIN_H
#define CNOP_USER_USER_MAIN_H

#include "fcgi_services/user/gift.h"
#include "shared/base/id.h"
#include "shared/config/db_config.h"
#include "shared/web/web.h"

struct user_config {
    struct cnop_web_config web;
    struct cnop_db_config db;
    const char *engine_socket;
    uint64_t engine_timeout; /* ms */
    const char *order_id_key_file;
    const char *gift_phrases;
    const char *consolation;   /* US dollars */
    const char *deposit_limit; /* the engine's, to show them */
    const char *withdraw_limit;
    const char *max_notional;
};

extern const struct cnop_config_spec user_config_spec;
extern const struct cnop_route user_routes[];
extern const size_t user_route_count;

struct user_limits {
    cnop_cash deposit;
    cnop_cash withdraw;
    cnop_cash max_order;
};

struct user_thread {
    struct user_store *store;
    struct engine_client engine;
    struct gift_env gift;
    const struct cnop_id_key *id_key;
    const struct user_limits *limits;
    struct cnop_arena *arena; /* holds this struct */
};

/* Hooks of the service; arg is the user_config. */
enum cnop_err user_main_validate(void *values);
enum cnop_err user_main_process_init(void *arg);
enum cnop_err user_main_thread_init(void *arg, unsigned thread, void **ret_env);
void user_main_thread_done(void *env);
void user_main_ready(void *env, struct cnop_health *health);

#endif
