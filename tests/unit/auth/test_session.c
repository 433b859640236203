/* SPDX-License-Identifier: MIT */
/* Sessions: opening, rotation, reuse, endings, and what is left when the store fails. */
#include "fcgi_services/auth/session.h"

#include "tests/unit/auth/auth_bench.h"
#include "tests/unit/unit.h"

/* Of somebody who has never failed. */
static const struct password_attempt bench_proof;

static struct session_grant
open_session(uint64_t user_id)
{
    struct auth_client client = bench_client("192.0.2.7");
    struct session_opening opening;
    struct session_grant grant;
    struct session_end end;
    struct auth_user user;

    ck_assert_int_eq(auth_store_find_user_by_id(&bench.store, user_id, &user), CNOP_OK);
    opening = (struct session_opening){.user = &user, .client = &client, .proof = &bench_proof};
    ck_assert_int_eq(session_open(&bench.env, &opening, &grant, &end), CNOP_OK);
    return grant;
}

static enum refresh_verdict
refresh(const char *token, struct session_refreshed *outcome)
{
    ck_assert_int_eq(session_refresh(&bench.env, cnop_str_from(token), outcome), CNOP_OK);
    return outcome->verdict;
}

START_TEST(verdicts)
{
    const struct session live = {.expires_us = 1000};
    const struct session over = {.expires_us = 100};
    const struct session from_the_future = {.expires_us = INT64_MAX, .created_us = 60000101};
    const struct session revoked = {.expires_us = 1000, .revoked_us = 50};
    const struct refresh_token fresh = {.used_us = 0};
    const struct refresh_token used = {.used_us = 90};

    ck_assert_int_eq(session_refresh_judge(&fresh, &live, true, 10, 100), REFRESH_ROTATE);
    ck_assert_int_eq(session_refresh_judge(&used, &live, true, 10, 100), REFRESH_REPEAT);
    ck_assert_int_eq(session_refresh_judge(&used, &live, true, 10, 101), REFRESH_REUSE);
    ck_assert_int_eq(session_refresh_judge(&used, &live, true, 0, 90), REFRESH_REUSE);
    ck_assert_int_eq(session_refresh_judge(&used, &live, true, 0, 89), REFRESH_REUSE);
    ck_assert_int_eq(session_refresh_judge(&fresh, &live, false, 10, 100), REFRESH_REFUSE);
    ck_assert_int_eq(session_refresh_judge(&fresh, &over, true, 10, 100), REFRESH_REFUSE);
    ck_assert_int_eq(session_refresh_judge(&fresh, &from_the_future, true, 10, 100),
                     REFRESH_REFUSE);
    ck_assert_int_eq(session_refresh_judge(&fresh, &from_the_future, true, 10, 101),
                     REFRESH_ROTATE);
    ck_assert_int_eq(session_refresh_judge(&fresh, &revoked, true, 10, 100), REFRESH_REFUSE);
    ck_assert_int_eq(session_refresh_judge(&used, &revoked, true, 10, 500), REFRESH_REFUSE);
}
END_TEST

START_TEST(tokens_are_opaque_and_stored_as_digests)
{
    uint64_t id = bench_user("trader_jane", "Quiet-Harbour-41");
    struct session_grant first = open_session(id);
    struct session_grant second = open_session(id);

    ck_assert_uint_eq(strlen(first.refresh_token), REFRESH_TOKEN_LEN);
    ck_assert(cnop_str_is_word(cnop_str_from(first.refresh_token), "-_"));
    ck_assert_str_ne(first.refresh_token, second.refresh_token);
    ck_assert_mem_ne(first.sid.bytes, second.sid.bytes, SESSION_ID_BYTES);
    ck_assert_mem_ne(bench.store.tables.tokens[0].digest.bytes, first.refresh_token, 32);
}
END_TEST

START_TEST(rotation_gives_a_new_pair)
{
    struct session_grant grant = open_session(bench_user("trader_jane", "Quiet-Harbour-41"));
    struct session_refreshed outcome;
    struct session_refreshed next;

    bench_advance(60 * BENCH_SECOND_US);
    ck_assert_int_eq(refresh(grant.refresh_token, &outcome), REFRESH_ROTATE);
    ck_assert_str_ne(outcome.grant.refresh_token, grant.refresh_token);
    ck_assert_mem_eq(outcome.grant.sid.bytes, grant.sid.bytes, SESSION_ID_BYTES);
    ck_assert_int_eq(outcome.grant.expires_us, grant.expires_us); /* never prolonged */
    ck_assert_int_eq(refresh(outcome.grant.refresh_token, &next), REFRESH_ROTATE);
}
END_TEST

START_TEST(a_lost_answer_is_forgiven_for_ten_seconds)
{
    struct session_grant grant = open_session(bench_user("trader_jane", "Quiet-Harbour-41"));
    struct session_refreshed outcome;

    ck_assert_int_eq(refresh(grant.refresh_token, &outcome), REFRESH_ROTATE);
    bench_advance(10 * BENCH_SECOND_US);
    ck_assert_int_eq(refresh(grant.refresh_token, &outcome), REFRESH_REPEAT);
    ck_assert_int_eq(refresh(outcome.grant.refresh_token, &outcome), REFRESH_ROTATE);
}
END_TEST

START_TEST(reuse_ends_the_family)
{
    struct session_grant grant = open_session(bench_user("trader_jane", "Quiet-Harbour-41"));
    struct session_refreshed stolen;
    struct session_refreshed outcome;

    ck_assert_int_eq(refresh(grant.refresh_token, &stolen), REFRESH_ROTATE);
    bench_advance(11 * BENCH_SECOND_US);
    ck_assert_int_eq(refresh(grant.refresh_token, &outcome), REFRESH_REUSE);
    ck_assert_uint_eq(outcome.end.count, 1);
    ck_assert_int_eq(outcome.end.revocations[0].kind, REVOCATION_SESSION);
    ck_assert_uint_eq(outcome.end.revocations[0].seq, 1);
    ck_assert_int_eq(outcome.end.revocations[0].expires_s,
                     bench.now_us / BENCH_SECOND_US + 3600 + 60);
    ck_assert_int_eq(refresh(stolen.grant.refresh_token, &outcome), REFRESH_REFUSE);
}
END_TEST

START_TEST(nonsense_is_refused_without_asking_the_store)
{
    static const char *const tokens[] = {"", "x", "' OR 1=1 -- aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa",
                                         "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"};
    struct session_refreshed outcome;

    for (size_t i = 0; i < CNOP_COUNT(tokens); i++)
        ck_assert_int_eq(refresh(tokens[i], &outcome), REFRESH_REFUSE);
    ck_assert_uint_eq(bench.store.call_count, 0);
    ck_assert_int_eq(refresh("aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa", &outcome),
                     REFRESH_REFUSE);
}
END_TEST

START_TEST(sessions_end_with_their_time)
{
    struct session_grant grant = open_session(bench_user("trader_jane", "Quiet-Harbour-41"));
    struct session_refreshed outcome;

    bench_advance(bench.rules.session_ttl_us);
    ck_assert_int_eq(refresh(grant.refresh_token, &outcome), REFRESH_REFUSE);
}
END_TEST

START_TEST(one_login_too_many_ends_the_oldest)
{
    uint64_t id = bench_user("trader_jane", "Quiet-Harbour-41");
    struct session_grant oldest = open_session(id);
    struct session_refreshed outcome;

    for (int i = 0; i < 3; i++)
        (void)open_session(id);
    ck_assert_int_eq(refresh(oldest.refresh_token, &outcome), REFRESH_REFUSE);
    ck_assert_uint_eq(bench.store.tables.revocation_count, 1);
}
END_TEST

START_TEST(only_the_owner_closes)
{
    uint64_t jane = bench_user("trader_jane", "Quiet-Harbour-41");
    uint64_t eve = bench_user("trader_evil", "Quiet-Harbour-42");
    struct session_grant grant = open_session(jane);
    struct session_end end;

    ck_assert_int_eq(session_close(&bench.env, eve, &grant.sid, "logout", &end), CNOP_E_NOT_FOUND);
    ck_assert_int_eq(session_close(&bench.env, jane, &grant.sid, "logout", &end), CNOP_OK);
    ck_assert_uint_eq(end.count, 1);
    ck_assert_int_eq(session_close(&bench.env, jane, &grant.sid, "logout", &end), CNOP_E_NOT_FOUND);
    ck_assert_uint_eq(bench.store.tables.revocation_count, 1);
}
END_TEST

/* A password change between the check and the session must not leave a session behind. */
START_TEST(a_stale_proof_opens_nothing)
{
    uint64_t id = bench_user("trader_jane", "Quiet-Harbour-41");
    struct auth_client client = bench_client("192.0.2.7");
    struct session_opening opening;
    struct session_grant grant;
    struct session_end end;
    struct auth_user user;

    ck_assert_int_eq(auth_store_find_user_by_id(&bench.store, id, &user), CNOP_OK);
    opening = (struct session_opening){.user = &user, .client = &client, .proof = &bench_proof};
    bench.store.tables.users[0].password_set_us++;
    ck_assert_int_eq(session_open(&bench.env, &opening, &grant, &end), CNOP_E_CONFLICT);
    bench.store.tables.users[0].password_set_us--;
    bench.store.tables.users[0].is_active = false;
    ck_assert_int_eq(session_open(&bench.env, &opening, &grant, &end), CNOP_E_CONFLICT);
    ck_assert_uint_eq(bench.store.tables.session_count, 0);
}
END_TEST

/* Every store call of a refresh fails once: nothing is half done, and the same token still works.
 */
START_TEST(failed_refreshes_change_nothing)
{
    struct session_grant grant = open_session(bench_user("trader_jane", "Quiet-Harbour-41"));
    struct session_refreshed outcome;
    unsigned failed = 0;

    for (unsigned nth = 1;; nth++) {
        enum cnop_err err;

        bench.store.call_count = 0;
        bench.store.fail_at = nth;
        bench.store.failure = CNOP_E_DB_FAILED;
        err = session_refresh(&bench.env, cnop_str_from(grant.refresh_token), &outcome);
        bench.store.fail_at = 0;
        if (err == CNOP_OK)
            break;
        failed++;
        ck_assert_int_eq(err, CNOP_E_DB_FAILED);
        ck_assert(!bench.store.in_transaction);
        ck_assert_uint_eq(bench.store.tables.token_count, 1);
        ck_assert_int_eq(bench.store.tables.tokens[0].used_us, 0);
    }
    ck_assert_uint_ge(failed, 8);
    ck_assert_int_eq(outcome.verdict, REFRESH_ROTATE);
}
END_TEST

START_TEST(deadlocks_are_tried_again)
{
    struct session_grant grant = open_session(bench_user("trader_jane", "Quiet-Harbour-41"));
    struct session_refreshed outcome;

    bench.store.call_count = 0;
    bench.store.fail_at = 5;
    bench.store.failure = CNOP_E_DB_DEADLOCK;
    ck_assert_int_eq(refresh(grant.refresh_token, &outcome), REFRESH_ROTATE);
    ck_assert_uint_eq(bench.store.tables.token_count, 2);
}
END_TEST

static void
add(TCase *tests)
{
    tcase_add_checked_fixture(tests, bench_start, bench_stop);
    tcase_add_test(tests, verdicts);
    tcase_add_test(tests, tokens_are_opaque_and_stored_as_digests);
    tcase_add_test(tests, rotation_gives_a_new_pair);
    tcase_add_test(tests, a_lost_answer_is_forgiven_for_ten_seconds);
    tcase_add_test(tests, reuse_ends_the_family);
    tcase_add_test(tests, nonsense_is_refused_without_asking_the_store);
    tcase_add_test(tests, sessions_end_with_their_time);
    tcase_add_test(tests, one_login_too_many_ends_the_oldest);
    tcase_add_test(tests, only_the_owner_closes);
    tcase_add_test(tests, a_stale_proof_opens_nothing);
    tcase_add_test(tests, failed_refreshes_change_nothing);
    tcase_add_test(tests, deadlocks_are_tried_again);
}

UNIT_MAIN("session", add)
