/* SPDX-License-Identifier: MIT */
/* Changing the password: outcomes, guessing, and what is left when the store fails. */
#include "fcgi_services/auth/password_change.h"

#include "tests/unit/auth/auth_bench.h"
#include "tests/unit/unit.h"

static enum cnop_err
change(uint64_t id, const char *current, const char *wanted, struct password_changed *changed)
{
    struct auth_client client = bench_client("192.0.2.7");
    struct password_change form = {.user_id = id,
                                   .client = &client,
                                   .current = cnop_str_from(current),
                                   .wanted = cnop_str_from(wanted)};

    return password_change_apply(&bench.env, &form, changed);
}

START_TEST(password_changes)
{
    uint64_t id = bench_user("trader_jane", "Quiet-Harbour-41");
    struct password_changed changed;

    (void)bench_login("trader_jane", "Quiet-Harbour-41", "192.0.2.7");
    (void)bench_login("trader_jane", "Quiet-Harbour-41", "192.0.2.8");
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
    ck_assert_int_eq(bench_login("trader_jane", "Quiet-Harbour-41", "192.0.2.7").outcome,
                     LOGIN_WRONG_PASSWORD);
    ck_assert_int_eq(bench_login("trader_jane", "Louder-Lighthouse-77", "192.0.2.7").outcome,
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

/* Every store call of a password change fails once: the old password and all sessions stay. */
START_TEST(failed_changes_change_nothing)
{
    uint64_t id = bench_user("trader_jane", "Quiet-Harbour-41");
    struct password_changed changed;
    unsigned failed = 0;

    (void)bench_login("trader_jane", "Quiet-Harbour-41", "192.0.2.7");
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
    tcase_add_test(tests, password_changes);
    tcase_add_test(tests, guessing_through_a_password_change_pauses);
    tcase_add_test(tests, failed_changes_change_nothing);
}

UNIT_MAIN("password_change", add)
