/* SPDX-License-Identifier: MIT */
/* Logging in: outcomes, the failure budget, and equal work for users that do not exist. */
#include "fcgi_services/auth/login.h"

#include "tests/unit/auth/auth_bench.h"
#include "tests/unit/unit.h"

#include <dlfcn.h>
#include <sodium.h>

START_TEST(login_outcomes)
{
    (void)bench_user("trader_jane", "Quiet-Harbour-41");
    ck_assert_int_eq(bench_login("trader_jane", "Quiet-Harbour-41", "192.0.2.7").outcome,
                     LOGIN_ACCEPTED);
    ck_assert_int_eq(bench_login("trader_jane", "Quiet-Harbour-42", "192.0.2.7").outcome,
                     LOGIN_WRONG_PASSWORD);
    ck_assert_int_eq(bench_login("trader_nope", "Quiet-Harbour-41", "192.0.2.7").outcome,
                     LOGIN_UNKNOWN_USER);
    bench.store.tables.users[0].is_active = false;
    ck_assert_int_eq(bench_login("trader_jane", "Quiet-Harbour-41", "192.0.2.7").outcome,
                     LOGIN_DISABLED);
    ck_assert_int_eq(bench_login("trader_jane", "Quiet-Harbour-42", "192.0.2.7").outcome,
                     LOGIN_WRONG_PASSWORD);
}
END_TEST

/* The dummy's own password must not open anything. */
START_TEST(the_dummy_is_nobody)
{
    ck_assert_int_eq(bench_login("trader_nope", "x", "192.0.2.7").outcome, LOGIN_UNKNOWN_USER);
    ck_assert_uint_eq(bench.store.tables.session_count, 0);
}
END_TEST

/* What the library was asked to compare since the last reset. */
static struct {
    unsigned count;
    char cost[64]; /* "$argon2id$v=19$m=...,t=...,p=...$" */
} verified;

/* Stands before the library's own: counts, then does the work. */
int
crypto_pwhash_argon2id_str_verify(const char str[crypto_pwhash_argon2id_STRBYTES],
                                  const char *const passwd, unsigned long long passwdlen)
{
    static int (*real)(const char *, const char *, unsigned long long);
    size_t cost_len = 0;

    if (real == NULL)
        *(void **)&real = dlsym(RTLD_NEXT, __func__);
    for (unsigned dollars = 0; dollars < 4; cost_len++)
        dollars += str[cost_len] == '$';
    verified.count++;
    (void)snprintf(verified.cost, sizeof(verified.cost), "%.*s", (int)cost_len, str);
    return real(str, passwd, passwdlen);
}

/* Threat 16: the same store calls and the same hashing, whether the name exists or not. */
START_TEST(unknown_and_wrong_do_the_same_work)
{
    char cost[sizeof(verified.cost)];
    unsigned calls;

    (void)bench_user("trader_jane", "Quiet-Harbour-41");
    bench.store.call_count = 0;
    verified.count = 0;
    (void)bench_login("trader_jane", "Quiet-Harbour-42", "192.0.2.7");
    ck_assert_uint_eq(verified.count, 1);
    calls = bench.store.call_count;
    memcpy(cost, verified.cost, sizeof(cost));
    bench.store.call_count = 0;
    verified.count = 0;
    (void)bench_login("trader_nope", "Quiet-Harbour-42", "192.0.2.7");
    ck_assert_uint_eq(verified.count, 1);
    ck_assert_uint_eq(bench.store.call_count, calls);
    ck_assert_str_eq(verified.cost, cost);
    ck_assert_str_eq(cost, "$argon2id$v=19$m=64,t=1,p=1$");
}
END_TEST

/* Threat 14: guesses from many addresses pause the account; its owner's own address does not wait,
 * and names that do not exist pause alike. */
START_TEST(guessing_pauses_the_name)
{
    static const char *const names[] = {"trader_jane", "trader_nope"};

    (void)bench_user("trader_jane", "Quiet-Harbour-41");
    ck_assert_int_eq(bench_login("trader_jane", "Quiet-Harbour-41", "192.0.2.7").outcome,
                     LOGIN_ACCEPTED);
    for (size_t i = CNOP_COUNT(names); i > 0; i--) {
        struct bench_outcome paused;

        for (int guess = 0; guess < 12; guess++) {
            bench_advance(5 * BENCH_SECOND_US);
            ck_assert_int_ne(bench_login(names[i - 1], "Quiet-Harbour-40", "198.51.100.1").outcome,
                             LOGIN_PAUSED);
        }
        paused = bench_login(names[i - 1], "Quiet-Harbour-41", "198.51.100.2");
        ck_assert_int_eq(paused.outcome, LOGIN_PAUSED);
        ck_assert_uint_eq(paused.wait_s, 4);
    }
    ck_assert_int_eq(bench_login("trader_jane", "Quiet-Harbour-41", "192.0.2.7").outcome,
                     LOGIN_ACCEPTED);
    /* a success forgives its own source, and nothing else */
    ck_assert_int_eq(bench_login("trader_jane", "Quiet-Harbour-41", "198.51.100.2").outcome,
                     LOGIN_PAUSED);
    bench_advance(5 * BENCH_SECOND_US);
    ck_assert_int_eq(bench_login("trader_jane", "Quiet-Harbour-41", "198.51.100.2").outcome,
                     LOGIN_ACCEPTED);
}
END_TEST

START_TEST(a_dearer_cost_renews_the_hash)
{
    (void)bench_user("trader_jane", "Quiet-Harbour-41");
    bench.rules.cost.passes = 2;
    ck_assert_int_eq(bench_login("trader_jane", "Quiet-Harbour-41", "192.0.2.7").outcome,
                     LOGIN_ACCEPTED);
    ck_assert(
        !password_hash_is_stale(bench.store.tables.users[0].password_hash, &bench.rules.cost));
    ck_assert_int_eq(bench_login("trader_jane", "Quiet-Harbour-41", "192.0.2.7").outcome,
                     LOGIN_ACCEPTED);
}
END_TEST

START_TEST(a_full_gate_refuses)
{
    struct auth_client client = bench_client("192.0.2.7");
    struct hash_caller somebody = {.hash_class = HASH_CLASS_KNOWN};
    struct hash_gate_pass pass;
    struct login result;

    ck_assert_int_eq(hash_gate_enter(bench.env.gate, &somebody, &pass), CNOP_OK);
    ck_assert_int_eq(
        login_attempt(&bench.env, CNOP_STR("trader_jane"), CNOP_STR("x"), &client, &result),
        CNOP_E_OVERLOADED);
    hash_gate_leave(&pass);
}
END_TEST

/* A guesser at a known source - a stolen laptop, a shared office - has to pause, too. */
START_TEST(a_known_source_pauses_for_its_own_guesses)
{
    (void)bench_user("trader_jane", "Quiet-Harbour-41");
    ck_assert_int_eq(bench_login("trader_jane", "Quiet-Harbour-41", "192.0.2.7").outcome,
                     LOGIN_ACCEPTED);
    for (int guess = 0; guess < 10; guess++)
        ck_assert_int_eq(bench_login("trader_jane", "Quiet-Harbour-40", "192.0.2.7").outcome,
                         LOGIN_WRONG_PASSWORD);
    verified.count = 0;
    ck_assert_int_eq(bench_login("trader_jane", "Quiet-Harbour-41", "192.0.2.7").outcome,
                     LOGIN_PAUSED);
    ck_assert_uint_eq(verified.count, 0);
}
END_TEST

/* The pause has been read, and another attempt has passed since: the count under the lock decides,
 * so that one pause lets one guess through however many come at once. */
START_TEST(guesses_in_parallel_share_one_pause)
{
    struct auth_client client = bench_client("198.51.100.1");
    struct password_attempt attempts[3];
    enum cnop_err errs[CNOP_COUNT(attempts)];

    (void)bench_user("trader_jane", "Quiet-Harbour-41");
    for (int guess = 0; guess < 12; guess++) {
        bench_advance(5 * BENCH_SECOND_US);
        (void)bench_login("trader_jane", "Quiet-Harbour-40", "198.51.100.1");
    }
    bench_advance(5 * BENCH_SECOND_US);
    for (size_t i = 0; i < CNOP_COUNT(attempts); i++) {
        ck_assert_int_eq(password_attempt_begin(&bench.env, CNOP_STR("trader_jane"), 1000, &client,
                                                &attempts[i]),
                         CNOP_OK);
        ck_assert_uint_eq(attempts[i].wait_s, 0);
    }
    for (size_t i = 0; i < CNOP_COUNT(attempts); i++)
        errs[i] = password_attempt_check(&bench.env, &attempts[i],
                                         bench.store.tables.users[0].password_hash,
                                         CNOP_STR("Quiet-Harbour-39"));
    ck_assert_int_eq(errs[0], CNOP_E_BAD_CREDENTIALS);
    ck_assert_int_eq(errs[1], CNOP_E_RATE_LIMITED);
    ck_assert_int_eq(errs[2], CNOP_E_RATE_LIMITED);
}
END_TEST

/* Every call of the store and the signer fails once: whoever is told that the login failed has no
 * session, and nothing that only a success earns. */
START_TEST(failed_logins_leave_no_session)
{
    unsigned failed = 0;

    (void)bench_user("trader_jane", "Quiet-Harbour-41");
    bench.rules.cost.passes = 2;
    for (unsigned nth = 1;; nth++) {
        struct auth_client client = bench_client("192.0.2.7");
        struct login result;
        enum cnop_err err;

        bench.store.call_count = 0;
        bench.store.fail_at = nth;
        bench.store.failure = CNOP_E_DB_FAILED;
        err = login_attempt(&bench.env, CNOP_STR("trader_jane"), CNOP_STR("Quiet-Harbour-41"),
                            &client, &result);
        bench.store.fail_at = 0;
        if (err == CNOP_OK)
            break;
        failed++;
        bench_advance(3600 * BENCH_SECOND_US); /* each attempt that was checked has counted */
        ck_assert_int_eq(err, CNOP_E_DB_FAILED);
        ck_assert_uint_eq(bench.store.tables.session_count, 0);
        ck_assert_uint_eq(bench.store.tables.token_count, 0);
        ck_assert_uint_eq(bench.store.tables.source_count, 0);
    }
    ck_assert_uint_ge(failed, 15);
    ck_assert_uint_eq(bench.store.tables.session_count, 1);
}
END_TEST

static enum cnop_err
mint_nothing(void *minter, struct session_grant *grant)
{
    (void)minter;
    (void)grant;
    return CNOP_E_IO;
}

/* A right password that could not be answered for is no guess, however often it is sent. */
START_TEST(trouble_of_ours_makes_nobody_pause)
{
    auth_mint_fn mint = bench.env.mint;
    struct auth_client client = bench_client("192.0.2.7");
    struct login login;

    (void)bench_user("trader_jane", "Quiet-Harbour-41");
    bench.env.mint = mint_nothing;
    for (int i = 0; i < 30; i++)
        ck_assert_int_eq(login_attempt(&bench.env, CNOP_STR("trader_jane"),
                                       CNOP_STR("Quiet-Harbour-41"), &client, &login),
                         CNOP_E_IO);
    bench.env.mint = mint;
    ck_assert_int_eq(bench_login("trader_jane", "Quiet-Harbour-41", "192.0.2.7").outcome,
                     LOGIN_ACCEPTED);
}
END_TEST

static void
add(TCase *tests)
{
    tcase_add_checked_fixture(tests, bench_start, bench_stop);
    tcase_add_test(tests, login_outcomes);
    tcase_add_test(tests, the_dummy_is_nobody);
    tcase_add_test(tests, unknown_and_wrong_do_the_same_work);
    tcase_add_test(tests, guessing_pauses_the_name);
    tcase_add_test(tests, a_dearer_cost_renews_the_hash);
    tcase_add_test(tests, a_full_gate_refuses);
    tcase_add_test(tests, a_known_source_pauses_for_its_own_guesses);
    tcase_add_test(tests, guesses_in_parallel_share_one_pause);
    tcase_add_test(tests, failed_logins_leave_no_session);
    tcase_add_test(tests, trouble_of_ours_makes_nobody_pause);
}

UNIT_MAIN("login", add)
