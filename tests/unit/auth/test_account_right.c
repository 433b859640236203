/* SPDX-License-Identifier: MIT */
/* What an operator changes: rights, and the sessions and tokens that rest on them. */
#include "fcgi_services/auth/account_right.h"

#include "tests/unit/auth/auth_bench.h"
#include "tests/unit/unit.h"

START_TEST(disabling_ends_everything)
{
    struct session_end end;
    struct session_refreshed outcome;
    struct bench_outcome first;

    (void)bench_user("trader_jane", "Quiet-Harbour-41");
    first = bench_login("trader_jane", "Quiet-Harbour-41", "192.0.2.7");
    ck_assert_int_eq(account_right_set(&bench.env, CNOP_STR("trader_jane"), ACCOUNT_DISABLE, &end),
                     CNOP_OK);
    ck_assert_uint_eq(end.count, 2);
    ck_assert_int_eq(end.revocations[1].kind, REVOCATION_USER);
    ck_assert_str_eq(end.revocations[1].subject, "1000");
    ck_assert_int_eq(end.revocations[1].revoked_before_s, bench.now_us / BENCH_SECOND_US + 1);
    ck_assert_int_eq(session_refresh(&bench.env, cnop_str_from(first.refresh_token), &outcome),
                     CNOP_OK);
    ck_assert_int_eq(outcome.verdict, REFRESH_REFUSE);
    ck_assert_int_eq(account_right_set(&bench.env, CNOP_STR("trader_jane"), ACCOUNT_ENABLE, &end),
                     CNOP_OK);
    ck_assert_uint_eq(end.count, 0);
    ck_assert_int_eq(bench_login("trader_jane", "Quiet-Harbour-41", "192.0.2.7").outcome,
                     LOGIN_ACCEPTED);
    ck_assert_int_eq(account_right_set(&bench.env, CNOP_STR("nobody_here"), ACCOUNT_DISABLE, &end),
                     CNOP_E_NOT_FOUND);
}
END_TEST

START_TEST(a_demoted_admin_loses_the_tokens_that_say_admin)
{
    struct session_end end;
    struct bench_outcome before, after;

    (void)bench_user("trader_jane", "Quiet-Harbour-41");
    ck_assert_int_eq(account_right_set(&bench.env, CNOP_STR("trader_jane"), ACCOUNT_PROMOTE, &end),
                     CNOP_OK);
    ck_assert_uint_eq(end.count, 0);
    before = bench_login("trader_jane", "Quiet-Harbour-41", "192.0.2.7");
    ck_assert_int_eq(before.role, AUTH_ROLE_ADMIN);
    ck_assert_int_eq(account_right_set(&bench.env, CNOP_STR("trader_jane"), ACCOUNT_DEMOTE, &end),
                     CNOP_OK);
    ck_assert_uint_eq(end.count, 2);
    ck_assert_int_eq(end.revocations[0].kind, REVOCATION_SESSION);
    ck_assert_int_eq(end.revocations[1].kind, REVOCATION_USER);
    after = bench_login("trader_jane", "Quiet-Harbour-41", "192.0.2.7");
    ck_assert_int_eq(after.outcome, LOGIN_ACCEPTED);
    ck_assert_int_eq(after.role, AUTH_ROLE_CUSTOMER);
}
END_TEST

static void
add(TCase *tests)
{
    tcase_add_checked_fixture(tests, bench_start, bench_stop);
    tcase_add_test(tests, disabling_ends_everything);
    tcase_add_test(tests, a_demoted_admin_loses_the_tokens_that_say_admin);
}

UNIT_MAIN("account_right", add)
