/* SPDX-License-Identifier: MIT */
/* The gift: who gets what and how often, and that every failure at every step ends with the
 * money paid exactly once or not at all. */
#include "fcgi_services/user/gift.h"

#include "shared/base/clock.h"
#include "tests/fakes/clock_fake.h"
#include "tests/fakes/engine_client_fake.h"
#include "tests/fakes/user_store_fake.h"
#include "tests/unit/unit.h"

#define NOW_US INT64_C(1795000000000000)
#define SECOND_US INT64_C(1000000)
#define DAY_US (INT64_C(86400) * SECOND_US)
#define SMALL_E8 INT64_C(888000000)
#define RED_E8 INT64_C(8888000000)

static struct cnop_arena *arena;
static struct user_store store;
static struct gift_list list;
static struct gift_env env;

static void
start(void)
{
    cnop_secret_init();
    arena = cnop_arena_new(256 * 1024);
    store = (struct user_store){.gift_count = 0};
    fake_engine = (struct fake_engine){.answer = CNOP_OK};
    ck_assert_int_eq(gift_list_parse(arena, CNOP_STR("88.88 gong xi fa cai\n"), &list), CNOP_OK);
    env = (struct gift_env){
        .store = &store, .list = &list, .consolation = {.e8 = SMALL_E8}, .engine = NULL};
    clock_fake_freeze(NOW_US, 1);
}

static void
stop(void)
{
    clock_fake_unfreeze();
    cnop_arena_free(&arena);
}

static enum cnop_err
ask(const char *phrase, const char *key, struct gift_result *result)
{
    struct gift_request wanted = {
        .user_id = 1000, .phrase = cnop_str_from(phrase), .idem_key = cnop_str_from(key)};

    return gift_give(&env, &wanted, result);
}

START_TEST(phrases_are_parsed_strictly)
{
    static const char *const bad[] = {"88.88\n",    "x hello\n", "0 hello\n", "-1 hello\n",
                                      "1 a\n2 a\n", "hello\n",   "1 \xff\n"};
    struct gift_list parsed = {0};

    for (size_t i = 0; i < CNOP_COUNT(bad); i++)
        ck_assert_msg(gift_list_parse(arena, cnop_str_from(bad[i]), &parsed) == CNOP_E_CONFIG, "%s",
                      bad[i]);
    ck_assert_int_eq(gift_list_parse(arena, CNOP_STR("# none\n\n"), &parsed), CNOP_OK);
    ck_assert_uint_eq(parsed.count, 0);
    ck_assert_int_eq(gift_list_parse(arena, CNOP_STR(" 5  two words \r\n"), &parsed), CNOP_OK);
    ck_assert(cnop_str_equal(parsed.phrases[0].phrase, CNOP_STR("two words")));
}
END_TEST

START_TEST(one_of_each_a_day_and_nothing_after_a_win)
{
    struct gift_result result;

    ck_assert_int_eq(ask("hello", "", &result), CNOP_OK);
    ck_assert(!result.by_phrase);
    ck_assert_int_eq(result.amount.e8, SMALL_E8);
    ck_assert_int_eq(ask("other", "", &result), CNOP_E_GIFT_TAKEN);
    ck_assert_int_eq(ask("gong xi fa cai", "", &result), CNOP_OK);
    ck_assert(result.by_phrase);
    ck_assert_int_eq(ask("gong xi fa cai", "", &result), CNOP_E_GIFT_TAKEN);
    ck_assert_int_eq(fake_engine.moved_e8, SMALL_E8 + RED_E8);
    clock_fake_freeze(NOW_US + DAY_US, 1);
    ck_assert_int_eq(ask("gong xi fa cai", "", &result), CNOP_OK);
    ck_assert_int_eq(ask("hello", "", &result), CNOP_E_GIFT_TAKEN);
}
END_TEST

START_TEST(a_key_repeats_its_answer)
{
    struct gift_result first;
    struct gift_result again;

    ck_assert_int_eq(ask("hello", "k", &first), CNOP_OK);
    ck_assert(!first.replayed);
    ck_assert_int_eq(ask("hello", "k", &again), CNOP_OK);
    ck_assert(again.replayed);
    ck_assert_int_eq(again.given_us, first.given_us);
    ck_assert_int_eq(ask("other", "k", &again), CNOP_E_IDEMPOTENCY_MISMATCH);
    ck_assert_int_eq(ask("hello", "k2", &again), CNOP_E_GIFT_TAKEN);
    ck_assert_int_eq(fake_engine.moved_e8, SMALL_E8);
}
END_TEST

START_TEST(a_refused_gift_is_taken_back)
{
    static const enum cnop_err refusals[] = {CNOP_E_ACCOUNT_FROZEN, CNOP_E_UNAVAILABLE,
                                             CNOP_E_OVERLOADED, CNOP_E_DEADLINE};
    struct gift_result result;

    for (size_t i = 0; i < CNOP_COUNT(refusals); i++) {
        fake_engine.answer = refusals[i];
        ck_assert_int_eq(ask("hello", "", &result), refusals[i]);
        ck_assert_uint_eq(store.gift_count, 0);
    }
    fake_engine.answer = CNOP_OK;
    ck_assert_int_eq(ask("hello", "", &result), CNOP_OK);
}
END_TEST

START_TEST(an_unknown_outcome_is_settled_later)
{
    struct gift_result result;

    fake_engine.lose_answer = true;
    ck_assert_int_eq(ask("hello", "", &result), CNOP_E_OUTCOME_UNKNOWN);
    ck_assert_uint_eq(store.gift_count, 1);
    fake_engine.lose_answer = false;
    ck_assert_int_eq(ask("hello", "", &result), CNOP_E_GIFT_TAKEN);
    ck_assert_int_eq(store.gifts[0].paid_us, 0); /* young: perhaps still being answered */
    clock_fake_freeze(NOW_US + 6 * SECOND_US, 1);
    ck_assert_int_eq(ask("hello", "", &result), CNOP_E_GIFT_TAKEN);
    ck_assert_int_ne(store.gifts[0].paid_us, 0);
    ck_assert_int_eq(fake_engine.moved_e8, SMALL_E8);
}
END_TEST

START_TEST(yesterdays_debt_is_paid_today)
{
    struct gift_result result;

    store.gifts[store.gift_count++] = (struct gift_row){.user_id = 1000,
                                                        .utc_day = cnop_clock_utc_day(NOW_US) - 1,
                                                        .amount = {.e8 = SMALL_E8},
                                                        .given_us = NOW_US - DAY_US};
    ck_assert_int_eq(ask("hello", "", &result), CNOP_OK);
    ck_assert_int_eq(fake_engine.moved_e8, 2 * SMALL_E8);
    ck_assert_int_ne(store.gifts[0].paid_us, 0);
}
END_TEST

/* Each store call fails once. Whatever the answer was, retrying with the same key ends with one
 * gift. */
START_TEST(every_failed_step_converges)
{
    for (unsigned nth = 1; nth <= 4; nth++) {
        struct gift_result result;

        store = (struct user_store){.fail_at = nth};
        fake_engine = (struct fake_engine){.answer = CNOP_OK};
        (void)!ask("hello", "k", &result);
        store.fail_at = 0;
        ck_assert_int_eq(ask("hello", "k", &result), CNOP_OK);
        ck_assert_int_eq(fake_engine.moved_e8, SMALL_E8);
        ck_assert_uint_eq(store.gift_count, 1);
    }
}
END_TEST

static void
add(TCase *tests)
{
    tcase_add_checked_fixture(tests, start, stop);
    tcase_add_test(tests, phrases_are_parsed_strictly);
    tcase_add_test(tests, one_of_each_a_day_and_nothing_after_a_win);
    tcase_add_test(tests, a_key_repeats_its_answer);
    tcase_add_test(tests, a_refused_gift_is_taken_back);
    tcase_add_test(tests, an_unknown_outcome_is_settled_later);
    tcase_add_test(tests, yesterdays_debt_is_paid_today);
    tcase_add_test(tests, every_failed_step_converges);
}

UNIT_MAIN("gift", add)
