/* SPDX-License-Identifier: MIT */
/* Common passwords: what the shipped list catches, and what it must leave alone. */
#include "fcgi_services/auth/common_passwords.h"

#include "shared/base/secret.h"
#include "tests/unit/unit.h"

#define ARENA_BYTES (16 * 1024 * 1024)

static struct cnop_arena *arena;
static struct common_passwords list;

static void
load(void)
{
    const char *top = getenv("top_srcdir");
    const char *reason;
    char path[1024];

    (void)snprintf(path, sizeof(path), "%s/conf/auth/common-passwords.txt",
                   top == NULL ? "." : top);
    cnop_secret_init();
    arena = cnop_arena_new(ARENA_BYTES);
    ck_assert_int_eq(common_passwords_load(arena, path, &list, &reason), CNOP_OK);
}

static void
drop(void)
{
    cnop_arena_free(&arena);
}

START_TEST(common_ones_are_refused)
{
    static const char *const common[] = {
        "passwordpassword", "password1234",   "Password1234!",
        "P@ssw0rd1234",     "123password456", "Summer2026!!",
        "$ummer2026!!",     "qwertyuiop12",   "QWERTYUIOP!!",
        "iloveyou1234",     "dragon_master9", "monkeymonkey1",
        "letmein12345",     "1q2w3e4r5t6y",   "abcdefghijkl",
        "123456789012",     "zyxwvutsrqpo",   "aaaaaaaaaaaa",
        "abababababab",     "abc1abc1abc1",   "correcthorsebatterystaple",
        "bitcoinwallet",    "Trading2026!",   "michaeljordan23",
        "starwars-1977",    "9876543210ab",   "121212121212",
        "Cnop12345678",     "football1234",
    };

    for (size_t i = 0; i < CNOP_COUNT(common); i++)
        ck_assert_msg(common_passwords_match(&list, cnop_str_from(common[i])), "%s", common[i]);
}
END_TEST

START_TEST(others_are_left_alone)
{
    static const char *const fine[] = {
        "Quiet-Harbour-41",      "Louder-Lighthouse-77",
        "k7#mQ2!vX9@pLw",        "velvet tractor opinion",
        "SecurePass123!Zx",      "h8Gf5kLm2QwRt",
        "purple lamp eats rain", "\xd0\xbf\xd0\xb0\xd1\x80\xd0\xbe\xd0\xbb\xd1\x8c-42-zwei",
        "Tr4vel!Kettle9Moss",
    };

    for (size_t i = 0; i < CNOP_COUNT(fine); i++)
        ck_assert_msg(!common_passwords_match(&list, cnop_str_from(fine[i])), "%s", fine[i]);
}
END_TEST

START_TEST(the_longest_password_fits)
{
    char text[512];

    for (size_t i = 0; i < sizeof(text); i++)
        text[i] = (char)('!' + (i * 37) % 90);
    ck_assert(!common_passwords_match(&list, cnop_str_make(text, sizeof(text))));
}
END_TEST

START_TEST(bad_lists_are_refused)
{
    struct common_passwords parsed = {0};
    const char *reason = NULL;

    ck_assert_int_eq(common_passwords_parse(arena, CNOP_STR("# nothing\n\n"), &parsed),
                     CNOP_E_CONFIG);
    ck_assert_int_eq(common_passwords_parse(arena, CNOP_STR("Capital\n"), &parsed), CNOP_E_CONFIG);
    ck_assert_int_eq(common_passwords_parse(arena, CNOP_STR("two words\n"), &parsed),
                     CNOP_E_CONFIG);
    ck_assert_int_eq(common_passwords_load(arena, "/nonexistent/list", &parsed, &reason),
                     CNOP_E_NOT_FOUND);
    ck_assert_str_eq(reason, "No such file or directory");
    ck_assert_int_eq(common_passwords_load(arena, "/dev/null", &parsed, &reason), CNOP_E_INVALID);
    ck_assert_ptr_null(parsed.digests);
    ck_assert_int_eq(common_passwords_parse(arena, CNOP_STR("one\ntwo\n"), &parsed), CNOP_OK);
    ck_assert_uint_eq(parsed.count, 2);
}
END_TEST

static void
add(TCase *tests)
{
    tcase_add_checked_fixture(tests, load, drop);
    tcase_add_test(tests, common_ones_are_refused);
    tcase_add_test(tests, others_are_left_alone);
    tcase_add_test(tests, the_longest_password_fits);
    tcase_add_test(tests, bad_lists_are_refused);
}

UNIT_MAIN("common_passwords", add)
