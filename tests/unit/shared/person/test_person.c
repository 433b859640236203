/* SPDX-License-Identifier: MIT */
/* Personal data: each rule by name, with the values on both sides of it. */
#include "shared/person/person.h"

#include "shared/base/clock.h"
#include "tests/unit/unit.h"

/* rule NULL: accepted. */
struct sample {
    const char *text;
    const char *rule;
};

static void
check(const struct cnop_text_rule *(*judge)(struct cnop_str), const struct sample *samples,
      size_t count)
{
    for (size_t i = 0; i < count; i++) {
        const struct cnop_text_rule *rule = judge(cnop_str_from(samples[i].text));

        if (samples[i].rule == NULL)
            ck_assert_msg(rule == NULL, "%s: %s", samples[i].text, rule == NULL ? "" : rule->name);
        else
            ck_assert_msg(rule != NULL && strcmp(rule->name, samples[i].rule) == 0, "%s: %s",
                          samples[i].text, rule == NULL ? "accepted" : rule->name);
    }
}

START_TEST(usernames)
{
    static const struct sample samples[] = {
        {"abcdef", NULL},
        {"Trader_Jane_1990", NULL},
        {"123456789012345678901234567890", NULL},
        {"abcde", "username_length"},
        {"1234567890123456789012345678901", "username_length"},
        {"", "username_length"},
        {"trader jane", "username_characters"},
        {"trader-jane", "username_characters"},
        {"tr\xc3\xa4"
         "der",
         "username_characters"},
        {"' OR 1=1 --", "username_characters"},
        {"<script>x", "username_script"},
        {"JaVaScRiPt:alert", "username_script"},
    };

    check(cnop_person_check_username, samples, CNOP_COUNT(samples));
}
END_TEST

START_TEST(emails)
{
    static const struct sample samples[] = {
        {"jane@example.com", NULL},
        {"j.a.n.e+cnop%x@mail.example.co.uk", NULL},
        {"J_A-N@EXAMPLE-1.MUSEUM", NULL},
        {"a@b.c", "email_length"},
        {"jane", "email_length"},
        {"jane.example.com", "email_mailbox"},
        {"@example.com", "email_mailbox"},
        {".jane@example.com", "email_mailbox"},
        {"jane.@example.com", "email_mailbox"},
        {"ja..ne@example.com", "email_mailbox"},
        {"ja ne@example.com", "email_mailbox"},
        {"jane@doe@example.com", "email_domain"},
        {"jane@example", "email_domain"},
        {"jane@example.c", "email_domain"},
        {"jane@example.c0m", "email_domain"},
        {"jane@-example.com", "email_domain"},
        {"jane@example-.com", "email_domain"},
        {"jane@exa..mple.com", "email_domain"},
        {"jane@example.com.", "email_domain"},
        {"jane@ex\xc3\xa4mple.com", "email_domain"},
        {"<form>@example.com", "email_script"},
    };

    check(cnop_person_check_email, samples, CNOP_COUNT(samples));
}
END_TEST

/* Weakness 13 of the reference: names outside ASCII were refused, and others silently rewritten. */
START_TEST(names)
{
    static const struct sample samples[] = {
        {"Jane", NULL},
        {"O'Neill", NULL},
        {"O\xe2\x80\x99Neill", NULL},
        {"Anne-Marie van der Berg", NULL},
        {"mcdonald", NULL},
        {"J\xc3\xbcrgen", NULL},
        {"\xc5\x81ukasz", NULL},
        {"\xd0\x98\xd0\xb2\xd0\xb0\xd0\xbd", NULL},
        {"\xe5\xb1\xb1\xe7\x94\xb0", NULL},
        {"\xe0\xa4\xb8\xe0\xa5\x80\xe0\xa4\xa4\xe0\xa4\xbe", NULL},
        {"\xd9\x85\xd8\xad\xd9\x85\xd8\xaf", NULL},
        {"", "name_length"},
        {"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa", "name_length"},
        {"St. John", NULL},
        {"Jr.", NULL},
        {"J.R.R.", NULL},
        {"O'Brien-Smith", NULL},
        {"D\xe2\x80\x99"
         "Angelo",
         NULL},
        {"Gal\xc2\xb7la", NULL},                                    /* Catalan */
        {"\xe3\x82\xb8\xe3\x83\xa7\xe3\x83\xbb\xe3\x82\xb9", NULL}, /* Japanese */
        {".", "name_characters"},
        {". John", "name_characters"},
        {"John..", "name_characters"},
        {"J, Smith", "name_characters"},
        {"John3", "name_characters"},
        {"John@123", "name_characters"},
        {"- -", "name_characters"},
        {"Jane\n", "name_characters"},
        {"Jane\xe2\x80\xae", "name_characters"},     /* right-to-left override */
        {"Jane\xe2\x80\x8b", "name_characters"},     /* zero-width space */
        {"Jane\xf0\x9f\x98\x80", "name_characters"}, /* emoji */
        {"Jane\xc2\xa0", "name_characters"},         /* no-break space */
        {"\xe1\x85\x9f", "name_characters"},         /* Hangul filler */
        {"<script>", "name_script"},
        {"Jane\xff", "name_encoding"},
        {"\xed\xa0\x80", "name_encoding"},
    };

    check(cnop_person_check_name, samples, CNOP_COUNT(samples));
}
END_TEST

START_TEST(fifty_wide_letters_fit)
{
    char text[50 * 3 + 4] = "";

    for (int i = 0; i < 50; i++)
        memcpy(text + i * 3, "\xe5\xb1\xb1", 3);
    ck_assert_ptr_null(cnop_person_check_name(cnop_str_from(text)));
    memcpy(text + 150, "\xe5\xb1\xb1", 3);
    ck_assert_str_eq(cnop_person_check_name(cnop_str_from(text))->name, "name_length");
}
END_TEST

START_TEST(phones)
{
    static const struct sample samples[] = {
        {"1234567890", NULL},
        {"+1 (415) 555-0123", NULL},
        {"123456789012345", NULL},
        {"123456789", "phone_digits"},
        {"1234567890123456", "phone_digits"},
        {"", "phone_digits"},
        {"call 1234567890", "phone_characters"},
        {"1234567890x12", "phone_characters"},
    };
    struct cnop_arena *arena = cnop_arena_new(1024);
    struct cnop_str digits;

    check(cnop_person_check_phone, samples, CNOP_COUNT(samples));
    ck_assert(cnop_person_phone_digits(arena, CNOP_STR("+1 (415) 555-0123"), &digits));
    ck_assert(cnop_str_equal(digits, CNOP_STR("14155550123")));
    cnop_arena_free(&arena);
}
END_TEST

START_TEST(birth_dates)
{
    static const struct sample samples[] = {
        {"1990-04-17", NULL},         {"2013-11-22", NULL}, /* thirteen today */
        {"1905-11-23", NULL},                               /* turns 121 tomorrow */
        {"1990/04/17", "birth_date"}, {"1990-4-17", "birth_date"}, {"1990-02-30", "birth_date"},
        {"17-04-1990", "birth_date"}, {"today", "birth_date"},     {"2026-11-23", "birth_past"},
        {"2013-11-23", "birth_age"},  {"2026-11-22", "birth_age"}, {"1905-11-22", "birth_age"},
        {"1900-01-01", "birth_age"},
    };
    int32_t today;

    ck_assert_int_eq(cnop_clock_parse_day(CNOP_STR("2026-11-22"), &today), CNOP_OK);
    for (size_t i = 0; i < CNOP_COUNT(samples); i++) {
        const struct cnop_text_rule *rule =
            cnop_person_check_birth(cnop_str_from(samples[i].text), today);

        ck_assert_msg(rule == NULL
                          ? samples[i].rule == NULL
                          : samples[i].rule != NULL && strcmp(rule->name, samples[i].rule) == 0,
                      "%s: %s", samples[i].text, rule == NULL ? "accepted" : rule->name);
    }
}
END_TEST

START_TEST(leap_day_birthdays_come_on_the_first_of_march)
{
    int32_t day;

    ck_assert_int_eq(cnop_clock_parse_day(CNOP_STR("2025-02-28"), &day), CNOP_OK);
    ck_assert_ptr_nonnull(cnop_person_check_birth(CNOP_STR("2012-02-29"), day));
    ck_assert_ptr_null(cnop_person_check_birth(CNOP_STR("2012-02-29"), day + 1));
}
END_TEST

static void
add(TCase *tests)
{
    tcase_add_test(tests, usernames);
    tcase_add_test(tests, emails);
    tcase_add_test(tests, names);
    tcase_add_test(tests, fifty_wide_letters_fit);
    tcase_add_test(tests, phones);
    tcase_add_test(tests, birth_dates);
    tcase_add_test(tests, leap_day_birthdays_come_on_the_first_of_march);
}

UNIT_MAIN("person", add)
