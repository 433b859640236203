/* SPDX-License-Identifier: MIT */
/* What the rule tests stand on: an auth environment over the fake store, with cheap hashes and a
 * clock that only moves when told. */
#ifndef CNOP_TESTS_UNIT_AUTH_AUTH_BENCH_H
#define CNOP_TESTS_UNIT_AUTH_AUTH_BENCH_H

#include "fcgi_services/auth/login.h"
#include "tests/fakes/auth_store_fake.h"

#define BENCH_NOW_US INT64_C(1795000000000000) /* in November 2026 */
#define BENCH_SECOND_US INT64_C(1000000)

struct bench {
    struct auth_env env;
    struct auth_rules rules;
    struct auth_store store;
    struct cnop_arena *arena;
    char dummy_hash[PASSWORD_HASH_BYTES];
    int64_t now_us;
};

extern struct bench bench;

void bench_start(void);
void bench_stop(void);
void bench_advance(int64_t us);
uint64_t bench_user(const char *username, const char *password);
struct auth_client bench_client(const char *address);
/* What the tests ask of a login. */
struct bench_outcome {
    enum login_outcome outcome;
    uint32_t wait_s;
    enum auth_role role;
    char refresh_token[REFRESH_TOKEN_LEN + 1];
};

/* An attempt that the store and the gate let through, whatever its outcome. */
struct bench_outcome bench_login(const char *username, const char *password, const char *address);

#endif
