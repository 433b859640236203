/* SPDX-License-Identifier: MIT */
/* Password rules of both profiles, each rule by name. */
#include "fcgi_services/auth/password_policy.h"

#include "shared/base/secret.h"
#include "tests/unit/unit.h"

static struct cnop_arena *arena;
static struct password_policy policy;

static void
load(void)
{
    cnop_secret_init();
    arena = cnop_arena_new(2 * 1024 * 1024);
    policy = (struct password_policy){.profile = PASSWORD_PROFILE_DEFAULT};
    ck_assert_int_eq(common_passwords_parse(arena, CNOP_STR("password\nsummer\n"), &policy.common),
                     CNOP_OK);
}

static void
drop(void)
{
    cnop_arena_free(&arena);
}

static void
expect(const char *password, const char *rule)
{
    struct password_verdict verdict =
        password_policy_check(&policy, CNOP_STR("trader_jane"), cnop_str_from(password));

    if (rule == NULL) {
        ck_assert_msg(verdict.err == CNOP_OK, "%s: %s", password,
                      verdict.rule == NULL ? "" : verdict.rule->name);
        return;
    }
    ck_assert_msg(verdict.rule != NULL && strcmp(verdict.rule->name, rule) == 0, "%s: %s", password,
                  verdict.rule == NULL ? "accepted" : verdict.rule->name);
}

START_TEST(default_profile)
{
    char longest[130];

    expect("Quiet-Harbour-41", NULL);
    expect("only lower case words", NULL);
    expect("<script>alert(1)</script>", NULL); /* passwords are never shown to anybody */
    expect("\xd0\xb3\xd0\xbe\xd1\x80\xd1\x8b-\xd0\xb8-\xd1\x80\xd0\xb5\xd0\xba\xd0\xb8-77", NULL);
    expect("elevenchars", "password_length");
    expect("", "password_length");
    expect("Quiet-Harbour\t41", "password_controls");
    expect("Quiet-Harbour\xff-41", "password_encoding");
    expect("XTrader_JaneX9", "password_username");
    expect("Password1234", "password_common");
    expect("summer-summer-1", "password_common");

    for (size_t i = 0; i < sizeof(longest); i++)
        longest[i] = (char)('!' + (i * 53 + i / 7) % 90);
    longest[128] = '\0';
    expect(longest, NULL);
    longest[128] = 'x';
    longest[129] = '\0';
    expect(longest, "password_length");
}
END_TEST

START_TEST(reference_profile)
{
    policy.profile = PASSWORD_PROFILE_REFERENCE;
    expect("SecurePass1!", NULL);
    expect("Password1234!", NULL); /* no list of common ones in this profile */
    expect("SecurePass1!SecurePa", NULL);
    expect("SecurePass1!SecurePas", "password_length");
    expect("Short1!", "password_length");
    expect("securepass123!", "password_upper");
    expect("SECUREPASS123!", "password_lower");
    expect("SecurePassword!", "password_digit");
    expect("SecurePassword1", "password_sign");
    expect("SecurePassword1?", "password_sign");
    expect("Aa1!<script>xxx", "password_script");
}
END_TEST

START_TEST(a_login_checks_the_form_only)
{
    ck_assert_ptr_null(password_policy_check_form(&policy, CNOP_STR("Password1234")));
    ck_assert_ptr_nonnull(password_policy_check_form(&policy, CNOP_STR("short")));
    policy.profile = PASSWORD_PROFILE_REFERENCE;
    ck_assert_str_eq(password_policy_check_form(&policy, CNOP_STR("alllowercase1"))->name,
                     "password_upper");
}
END_TEST

static void
add(TCase *tests)
{
    tcase_add_checked_fixture(tests, load, drop);
    tcase_add_test(tests, default_profile);
    tcase_add_test(tests, reference_profile);
    tcase_add_test(tests, a_login_checks_the_form_only);
}

UNIT_MAIN("password_policy", add)
