/* SPDX-License-Identifier: MIT */
/* Register, login, password change: outcomes, the failure budget, and equal work for users that do
 * not exist. */
#include "fcgi_services/auth/credential.h"

#include "shared/base/clock.h"
#include "tests/unit/auth/auth_bench.h"

#include "tests/unit/unit.h"
#include <dlfcn.h>
#include <sodium.h>

static struct login
login(const char *username, const char *password, const char *address)
{
    struct auth_client client = bench_client(address);
    struct login result;

    ck_assert_int_eq(credential_login(&bench.env, cnop_str_from(username), cnop_str_from(password),
                                      &client, &result),
                     CNOP_OK);
    return result;
}

static struct registration
jane(void)
{
    return (struct registration){
        .username = CNOP_STR("Trader_Jane"),
        .email = CNOP_STR("Jane@Example.com"),
        .password = CNOP_STR("Quiet-Harbour-41"),
        .first_name = CNOP_STR("Jane"),
        .last_name = CNOP_STR("O'Neill"),
        .phone = CNOP_STR("+1 (415) 555-0123"),
        .date_of_birth = CNOP_STR("1990-04-17"),
    };
}

static struct registration_violations
violations_of(const struct registration *registration)
{
    struct registration_violations violations;

    credential_check_registration(&bench.rules, registration, cnop_clock_utc_day(bench.now_us),
                                  &violations);
    return violations;
}

START_TEST(registration_names_every_broken_field)
{
    struct registration registration = jane();
    struct registration_violations violations = violations_of(&registration);

    ck_assert_uint_eq(violations.count, 0);
    registration = (struct registration){
        .username = CNOP_STR("a b"),
        .email = CNOP_STR("nobody"),
        .password = CNOP_STR("short"),
        .first_name = CNOP_STR("<script>"),
        .last_name = CNOP_STR("3"),
        .phone = CNOP_STR("12"),
        .date_of_birth = CNOP_STR("2020-01-01"),
    };
    violations = violations_of(&registration);
    ck_assert_uint_eq(violations.count, 7);
    ck_assert_str_eq(violations.list[0].field, "username");
    ck_assert_str_eq(violations.list[6].field, "password");
    ck_assert_int_eq(violations.list[6].err, CNOP_E_PASSWORD_POLICY);

    registration = jane();
    registration.password = CNOP_STR("password12345");
    violations = violations_of(&registration);
    ck_assert_uint_eq(violations.count, 1);
    ck_assert_int_eq(violations.list[0].err, CNOP_E_PASSWORD_COMMON);
}
END_TEST

/* Weakness 13: what is typed is what is stored, except for case and punctuation that never counts.
 */
START_TEST(registration_stores_what_it_was_given)
{
    struct registration registration = jane();
    uint64_t id = 0;

    ck_assert_int_eq(credential_register(&bench.env, bench.arena, &registration, &id), CNOP_OK);
    ck_assert_uint_ge(id, 1000);
    ck_assert_str_eq(bench.store.tables.users[0].username, "trader_jane");
    ck_assert_str_eq(bench.store.tables.emails[0], "jane@example.com");
    ck_assert_int_eq(login("trader_jane", "Quiet-Harbour-41", "192.0.2.7").outcome, LOGIN_ACCEPTED);

    ck_assert_int_eq(credential_register(&bench.env, bench.arena, &registration, &id),
                     CNOP_E_USERNAME_TAKEN);
    registration.username = CNOP_STR("other_jane");
    ck_assert_int_eq(credential_register(&bench.env, bench.arena, &registration, &id),
                     CNOP_E_EMAIL_TAKEN);
}
END_TEST

START_TEST(login_outcomes)
{
    (void)bench_user("trader_jane", "Quiet-Harbour-41");
    ck_assert_int_eq(login("trader_jane", "Quiet-Harbour-41", "192.0.2.7").outcome, LOGIN_ACCEPTED);
    ck_assert_int_eq(login("trader_jane", "Quiet-Harbour-42", "192.0.2.7").outcome,
                     LOGIN_WRONG_PASSWORD);
    ck_assert_int_eq(login("trader_nope", "Quiet-Harbour-41", "192.0.2.7").outcome,
                     LOGIN_UNKNOWN_USER);
    bench.store.tables.users[0].is_active = false;
    ck_assert_int_eq(login("trader_jane", "Quiet-Harbour-41", "192.0.2.7").outcome, LOGIN_DISABLED);
    ck_assert_int_eq(login("trader_jane", "Quiet-Harbour-42", "192.0.2.7").outcome,
                     LOGIN_WRONG_PASSWORD);
}
END_TEST

/* The dummy's own password must not open anything. */
START_TEST(the_dummy_is_nobody)
{
    ck_assert_int_eq(login("trader_nope", "x", "192.0.2.7").outcome, LOGIN_UNKNOWN_USER);
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
    (void)login("trader_jane", "Quiet-Harbour-42", "192.0.2.7");
    ck_assert_uint_eq(verified.count, 1);
    calls = bench.store.call_count;
    memcpy(cost, verified.cost, sizeof(cost));
    bench.store.call_count = 0;
    verified.count = 0;
    (void)login("trader_nope", "Quiet-Harbour-42", "192.0.2.7");
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
    ck_assert_int_eq(login("trader_jane", "Quiet-Harbour-41", "192.0.2.7").outcome, LOGIN_ACCEPTED);
    for (size_t i = CNOP_COUNT(names); i > 0; i--) {
        struct login paused;

        for (int guess = 0; guess < 12; guess++) {
            bench_advance(5 * BENCH_SECOND_US);
            ck_assert_int_ne(login(names[i - 1], "Quiet-Harbour-40", "198.51.100.1").outcome,
                             LOGIN_PAUSED);
        }
        paused = login(names[i - 1], "Quiet-Harbour-41", "198.51.100.2");
        ck_assert_int_eq(paused.outcome, LOGIN_PAUSED);
        ck_assert_uint_eq(paused.wait_s, 4);
    }
    ck_assert_int_eq(login("trader_jane", "Quiet-Harbour-41", "192.0.2.7").outcome, LOGIN_ACCEPTED);
    ck_assert_int_eq(login("trader_jane", "Quiet-Harbour-41", "198.51.100.2").outcome,
                     LOGIN_ACCEPTED); /* a success ends the series */
}
END_TEST

START_TEST(a_dearer_cost_renews_the_hash)
{
    (void)bench_user("trader_jane", "Quiet-Harbour-41");
    bench.rules.cost.passes = 2;
    ck_assert_int_eq(login("trader_jane", "Quiet-Harbour-41", "192.0.2.7").outcome, LOGIN_ACCEPTED);
    ck_assert(
        !password_hash_is_stale(bench.store.tables.users[0].password_hash, &bench.rules.cost));
    ck_assert_int_eq(login("trader_jane", "Quiet-Harbour-41", "192.0.2.7").outcome, LOGIN_ACCEPTED);
}
END_TEST

START_TEST(a_full_gate_refuses)
{
    struct auth_client client = bench_client("192.0.2.7");
    struct hash_gate_pass pass;
    struct login result;

    ck_assert_int_eq(hash_gate_enter(bench.env.gate, &pass), CNOP_OK);
    ck_assert_int_eq(
        credential_login(&bench.env, CNOP_STR("trader_jane"), CNOP_STR("x"), &client, &result),
        CNOP_E_OVERLOADED);
    hash_gate_leave(&pass);
}
END_TEST

static enum cnop_err
change(uint64_t id, const char *current, const char *wanted, struct password_changed *changed)
{
    struct password_change form = {
        .user_id = id, .current = cnop_str_from(current), .wanted = cnop_str_from(wanted)};

    return credential_change_password(&bench.env, &form, changed);
}

START_TEST(password_changes)
{
    uint64_t id = bench_user("trader_jane", "Quiet-Harbour-41");
    struct password_changed changed;

    (void)login("trader_jane", "Quiet-Harbour-41", "192.0.2.7");
    (void)login("trader_jane", "Quiet-Harbour-41", "192.0.2.8");
    ck_assert_int_eq(change(id, "Quiet-Harbour-40", "Louder-Lighthouse-77", &changed),
                     CNOP_E_PASSWORD_WRONG);
    ck_assert_int_eq(change(id, "Quiet-Harbour-41", "Quiet-Harbour-41", &changed),
                     CNOP_E_PASSWORD_UNCHANGED);
    ck_assert_int_eq(change(id, "Quiet-Harbour-41", "password12345", &changed), CNOP_OK);
    ck_assert_int_eq(changed.err, CNOP_E_PASSWORD_COMMON);
    ck_assert_uint_eq(bench.store.tables.revocation_count, 0);

    ck_assert_int_eq(change(id, "Quiet-Harbour-41", "Louder-Lighthouse-77", &changed), CNOP_OK);
    ck_assert_ptr_null(changed.broken_rule);
    ck_assert_uint_eq(changed.end.count, 2);
    ck_assert_int_eq(login("trader_jane", "Quiet-Harbour-41", "192.0.2.7").outcome,
                     LOGIN_WRONG_PASSWORD);
    ck_assert_int_eq(login("trader_jane", "Louder-Lighthouse-77", "192.0.2.7").outcome,
                     LOGIN_ACCEPTED);
    ck_assert_int_eq(change(4711, "Quiet-Harbour-41", "Louder-Lighthouse-77", &changed),
                     CNOP_E_UNAUTHENTICATED);
}
END_TEST

/* A stolen token is no place to guess at the password. */
START_TEST(guessing_through_a_password_change_pauses)
{
    uint64_t id = bench_user("trader_jane", "Quiet-Harbour-41");
    struct password_changed changed;

    for (int i = 0; i < 10; i++)
        ck_assert_int_eq(change(id, "Quiet-Harbour-40", "Louder-Lighthouse-77", &changed),
                         CNOP_E_PASSWORD_WRONG);
    ck_assert_int_eq(change(id, "Quiet-Harbour-41", "Louder-Lighthouse-77", &changed),
                     CNOP_E_RATE_LIMITED);
}
END_TEST

START_TEST(disabling_ends_everything)
{
    struct session_end end;
    struct session_refreshed outcome;
    struct login first;

    (void)bench_user("trader_jane", "Quiet-Harbour-41");
    first = login("trader_jane", "Quiet-Harbour-41", "192.0.2.7");
    ck_assert_int_eq(
        credential_set_right(&bench.env, CNOP_STR("trader_jane"), CREDENTIAL_DISABLE, &end),
        CNOP_OK);
    ck_assert_uint_eq(end.count, 2);
    ck_assert_int_eq(end.revocations[1].kind, REVOCATION_USER);
    ck_assert_str_eq(end.revocations[1].subject, "1000");
    ck_assert_int_eq(end.revocations[1].revoked_before_s, bench.now_us / BENCH_SECOND_US + 1);
    ck_assert_int_eq(
        session_refresh(&bench.env, cnop_str_from(first.grant.refresh_token), &outcome), CNOP_OK);
    ck_assert_int_eq(outcome.verdict, REFRESH_REFUSE);
    ck_assert_int_eq(
        credential_set_right(&bench.env, CNOP_STR("trader_jane"), CREDENTIAL_ENABLE, &end),
        CNOP_OK);
    ck_assert_uint_eq(end.count, 0);
    ck_assert_int_eq(login("trader_jane", "Quiet-Harbour-41", "192.0.2.7").outcome, LOGIN_ACCEPTED);
    ck_assert_int_eq(
        credential_set_right(&bench.env, CNOP_STR("nobody_here"), CREDENTIAL_DISABLE, &end),
        CNOP_E_NOT_FOUND);
}
END_TEST

START_TEST(a_demoted_admin_loses_the_tokens_that_say_admin)
{
    struct session_end end;
    struct login before, after;

    (void)bench_user("trader_jane", "Quiet-Harbour-41");
    ck_assert_int_eq(
        credential_set_right(&bench.env, CNOP_STR("trader_jane"), CREDENTIAL_PROMOTE, &end),
        CNOP_OK);
    ck_assert_uint_eq(end.count, 0);
    before = login("trader_jane", "Quiet-Harbour-41", "192.0.2.7");
    ck_assert_int_eq(before.grant.user.role, AUTH_ROLE_ADMIN);
    ck_assert_int_eq(
        credential_set_right(&bench.env, CNOP_STR("trader_jane"), CREDENTIAL_DEMOTE, &end),
        CNOP_OK);
    ck_assert_uint_eq(end.count, 2);
    ck_assert_int_eq(end.revocations[0].kind, REVOCATION_SESSION);
    ck_assert_int_eq(end.revocations[1].kind, REVOCATION_USER);
    after = login("trader_jane", "Quiet-Harbour-41", "192.0.2.7");
    ck_assert_int_eq(after.outcome, LOGIN_ACCEPTED);
    ck_assert_int_eq(after.grant.user.role, AUTH_ROLE_CUSTOMER);
}
END_TEST

/* Every store call of a password change fails once: the old password and all sessions stay. */
START_TEST(failed_changes_change_nothing)
{
    uint64_t id = bench_user("trader_jane", "Quiet-Harbour-41");
    struct password_changed changed;
    unsigned failed = 0;

    (void)login("trader_jane", "Quiet-Harbour-41", "192.0.2.7");
    for (unsigned nth = 1;; nth++) {
        enum cnop_err err;

        bench.store.call_count = 0;
        bench.store.fail_at = nth;
        bench.store.failure = CNOP_E_DB_FAILED;
        err = change(id, "Quiet-Harbour-41", "Louder-Lighthouse-77", &changed);
        bench.store.fail_at = 0;
        if (err == CNOP_OK)
            break;
        failed++;
        ck_assert_int_eq(password_hash_verify(bench.store.tables.users[0].password_hash,
                                              CNOP_STR("Quiet-Harbour-41")),
                         CNOP_OK);
        ck_assert_int_eq(bench.store.tables.sessions[0].revoked_us, 0);
        ck_assert_uint_eq(bench.store.tables.revocation_count, 0);
    }
    ck_assert_uint_ge(failed, 8);
}
END_TEST

static void
add(TCase *tests)
{
    tcase_add_checked_fixture(tests, bench_start, bench_stop);
    tcase_add_test(tests, registration_names_every_broken_field);
    tcase_add_test(tests, registration_stores_what_it_was_given);
    tcase_add_test(tests, login_outcomes);
    tcase_add_test(tests, the_dummy_is_nobody);
    tcase_add_test(tests, unknown_and_wrong_do_the_same_work);
    tcase_add_test(tests, guessing_pauses_the_name);
    tcase_add_test(tests, a_dearer_cost_renews_the_hash);
    tcase_add_test(tests, a_full_gate_refuses);
    tcase_add_test(tests, password_changes);
    tcase_add_test(tests, guessing_through_a_password_change_pauses);
    tcase_add_test(tests, disabling_ends_everything);
    tcase_add_test(tests, a_demoted_admin_loses_the_tokens_that_say_admin);
    tcase_add_test(tests, failed_changes_change_nothing);
}

UNIT_MAIN("credential", add)
