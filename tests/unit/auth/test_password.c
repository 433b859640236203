/* SPDX-License-Identifier: MIT */
/* Hashes: round trip, salt, cost in the text, and texts that are no hash. */
#include "fcgi_services/auth/password.h"

#include "shared/base/secret.h"
#include "tests/unit/unit.h"

static const struct password_cost cheap = {.memory_kib = 64, .passes = 1};

static void
start(void)
{
    cnop_secret_init();
}

START_TEST(round_trip)
{
    char hash[PASSWORD_HASH_BYTES];
    char again[PASSWORD_HASH_BYTES];

    ck_assert_int_eq(password_hash_make(&cheap, CNOP_STR("Quiet-Harbour-41"), hash), CNOP_OK);
    ck_assert_int_eq(password_hash_make(&cheap, CNOP_STR("Quiet-Harbour-41"), again), CNOP_OK);
    ck_assert_str_ne(hash, again);
    ck_assert_int_eq(strncmp(hash, "$argon2id$v=19$m=64,t=1,p=1$", 28), 0);
    ck_assert_int_eq(password_hash_verify(hash, CNOP_STR("Quiet-Harbour-41")), CNOP_OK);
    ck_assert_int_eq(password_hash_verify(hash, CNOP_STR("Quiet-Harbour-42")),
                     CNOP_E_BAD_CREDENTIALS);
    ck_assert_int_eq(password_hash_verify(hash, CNOP_STR("")), CNOP_E_BAD_CREDENTIALS);
}
END_TEST

START_TEST(staleness_is_about_cost)
{
    const struct password_cost dearer = {.memory_kib = 128, .passes = 1};
    const struct password_cost longer = {.memory_kib = 64, .passes = 2};
    char hash[PASSWORD_HASH_BYTES];

    ck_assert_int_eq(password_hash_make(&cheap, CNOP_STR("x"), hash), CNOP_OK);
    ck_assert(!password_hash_is_stale(hash, &cheap));
    ck_assert(password_hash_is_stale(hash, &dearer));
    ck_assert(password_hash_is_stale(hash, &longer));
}
END_TEST

START_TEST(not_a_hash_never_verifies)
{
    static const char *const texts[] = {"", "x", "$argon2id$", "plain",
                                        "$2b$12$abcdefghijklmnopqrstuv"};

    for (size_t i = 0; i < CNOP_COUNT(texts); i++)
        ck_assert_int_eq(password_hash_verify(texts[i], cnop_str_from(texts[i])),
                         CNOP_E_BAD_CREDENTIALS);
}
END_TEST

START_TEST(impossible_memory_is_an_error)
{
    const struct password_cost huge = {.memory_kib = UINT64_C(1) << 40, .passes = 1};
    char hash[PASSWORD_HASH_BYTES] = "untouched";

    ck_assert_int_eq(password_hash_make(&huge, CNOP_STR("x"), hash), CNOP_E_NO_MEMORY);
    ck_assert_str_eq(hash, "untouched");
}
END_TEST

static void
add(TCase *tests)
{
    tcase_add_checked_fixture(tests, start, NULL);
    tcase_add_test(tests, round_trip);
    tcase_add_test(tests, staleness_is_about_cost);
    tcase_add_test(tests, not_a_hash_never_verifies);
    tcase_add_test(tests, impossible_memory_is_an_error);
}

UNIT_MAIN("password", add)
