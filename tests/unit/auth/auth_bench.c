/* SPDX-License-Identifier: MIT */
/* The environment of the rule tests. */
#include "tests/unit/auth/auth_bench.h"
#include "tests/fakes/clock_fake.h"

#include "shared/base/clock.h"
#include "shared/base/secret.h"
#include "tests/unit/unit.h"

struct bench bench;

/* Counts as a call of the store, so that it fails when it is its turn. */
static enum cnop_err
bench_mint(void *minter, struct session_grant *grant)
{
    enum cnop_err err = fake_call(minter);

    (void)snprintf(grant->access_token, sizeof(grant->access_token), "token of %llu",
                   (unsigned long long)grant->user.id);
    return err;
}

void
bench_start(void)
{
    cnop_secret_init();
    bench = (struct bench){.now_us = BENCH_NOW_US};
    bench.arena = cnop_arena_new(1024 * 1024);
    bench.rules = (struct auth_rules){
        .cost = {.memory_kib = 64, .passes = 1},
        .access_ttl_s = 3600,
        .session_ttl_us = 7 * 24 * 3600 * BENCH_SECOND_US,
        .refresh_grace_us = 10 * BENCH_SECOND_US,
        .sessions_max = 3,
    };
    ck_assert_int_eq(
        common_passwords_parse(bench.arena, CNOP_STR("password\n"), &bench.rules.password.common),
        CNOP_OK);
    bench.env = (struct auth_env){
        .store = &bench.store,
        .rules = &bench.rules,
        .gate = hash_gate_new(),
        .dummy_hash = bench.dummy_hash,
        .mint = bench_mint,
        .minter = &bench.store,
    };
    hash_gate_limit(bench.env.gate, 1, 0, 100);
    ck_assert_int_eq(password_hash_make(&bench.rules.cost, CNOP_STR("x"), bench.dummy_hash),
                     CNOP_OK);
    clock_fake_freeze(bench.now_us, 1);
}

void
bench_stop(void)
{
    clock_fake_unfreeze();
    cnop_arena_free(&bench.arena);
}

void
bench_advance(int64_t us)
{
    bench.now_us += us;
    clock_fake_freeze(bench.now_us, bench.now_us - BENCH_NOW_US + 1);
}

uint64_t
bench_user(const char *username, const char *password)
{
    char hash[PASSWORD_HASH_BYTES];

    ck_assert_int_eq(password_hash_make(&bench.rules.cost, cnop_str_from(password), hash), CNOP_OK);
    return fake_add_user(&bench.store, username, hash);
}

struct auth_client
bench_client(const char *address)
{
    return (struct auth_client){.address = cnop_str_from(address), .user_agent = CNOP_STR("check")};
}

struct bench_outcome
bench_login(const char *username, const char *password, const char *address)
{
    struct auth_client client = bench_client(address);
    struct bench_outcome outcome = {.wait_s = 0};
    struct login result;

    ck_assert_int_eq(login_attempt(&bench.env, cnop_str_from(username), cnop_str_from(password),
                                   &client, &result),
                     CNOP_OK);
    outcome.outcome = result.outcome;
    outcome.wait_s = result.wait_s;
    outcome.role = result.grant.user.role;
    memcpy(outcome.refresh_token, result.grant.refresh_token, sizeof(outcome.refresh_token));
    return outcome;
}
