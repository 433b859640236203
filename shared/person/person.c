/* SPDX-License-Identifier: MIT */
/* The rule tables for personal data. Rules judge; they never change a value. */
#include "shared/person/person.h"

#include "shared/base/ascii.h"
#include "shared/base/clock.h"
#include "shared/person/letters.h"

/* Lower case. Any of these in a text that is shown again marks it as an attempt at script. */
static const char *const suspicious_patterns[] = {
    "<script",    "javascript:", "vbscript:", "data:",     "<iframe",   "<object",
    "<embed",     "<form",       "<input",    "<textarea", "<select",   "<button",
    "<link",      "<meta",       "<style",    "<base",     "<bgsound",  "<xmp",
    "<plaintext", "<listing",    "<marquee",  "<applet",   "<isindex",  "<dir",
    "<menu",      "<nobr",       "<noembed",  "<noframes", "<noscript", "<wbr",
};

bool
cnop_person_is_suspicious(struct cnop_str text)
{
    for (size_t i = 0; i < CNOP_COUNT(suspicious_patterns); i++) {
        struct cnop_str pattern = cnop_str_from(suspicious_patterns[i]);

        for (size_t at = 0; at + pattern.len <= text.len; at++) {
            if (cnop_str_equal_nocase(cnop_str_make(text.ptr + at, pattern.len), pattern))
                return true;
        }
    }
    return false;
}

const struct cnop_text_rule *
cnop_text_rules_check(const struct cnop_text_rule *rules, size_t count, struct cnop_str value)
{
    for (size_t i = 0; i < count; i++) {
        if (!rules[i].holds(value))
            return &rules[i];
    }
    return NULL;
}

static bool
is_harmless(struct cnop_str value)
{
    return !cnop_person_is_suspicious(value);
}

/* ---- user name ---- */

static bool
username_has_length(struct cnop_str value)
{
    return value.len >= 6 && value.len <= CNOP_USERNAME_BYTES;
}

static bool
username_is_word(struct cnop_str value)
{
    return cnop_str_is_word(value, "_");
}

static const struct cnop_text_rule username_rules[] = {
    {"username_script", "must not contain markup or script", is_harmless},
    {"username_length", "must have 6 to 30 characters", username_has_length},
    {"username_characters", "may contain only letters A-Z, digits and underscores",
     username_is_word},
};

const struct cnop_text_rule *
cnop_person_check_username(struct cnop_str username)
{
    return cnop_text_rules_check(username_rules, CNOP_COUNT(username_rules), username);
}

/* ---- e-mail ---- */

static bool
email_has_length(struct cnop_str value)
{
    return value.len >= 6 && value.len <= CNOP_EMAIL_BYTES;
}

/* Dots separate non-empty pieces: none at either end, no two together. */
static bool
dots_are_between(struct cnop_str value)
{
    char previous = '.';

    for (size_t i = 0; i < value.len; i++) {
        if (value.ptr[i] == '.' && previous == '.')
            return false;
        previous = value.ptr[i];
    }
    return previous != '.';
}

static bool
email_has_mailbox(struct cnop_str value)
{
    struct cnop_str mailbox;
    struct cnop_str domain;

    if (!cnop_str_cut(value, '@', &mailbox, &domain))
        return false;
    return mailbox.len >= 1 && mailbox.len <= 64 && cnop_str_is_word(mailbox, "._%+-") &&
           dots_are_between(mailbox);
}

static bool
domain_label_is_valid(struct cnop_str label)
{
    return label.len >= 1 && label.len <= 63 && cnop_str_is_word(label, "-") &&
           label.ptr[0] != '-' && label.ptr[label.len - 1] != '-';
}

static bool
email_has_domain(struct cnop_str value)
{
    struct cnop_str mailbox;
    struct cnop_str rest;
    struct cnop_str label = {0};
    size_t label_count = 0;

    if (!cnop_str_cut(value, '@', &mailbox, &rest) || !dots_are_between(rest))
        return false;
    while (rest.len > 0) {
        struct cnop_str tail;

        cnop_str_cut(rest, '.', &label, &tail);
        if (!domain_label_is_valid(label))
            return false;
        label_count++;
        rest = tail;
    }
    for (size_t i = 0; i < label.len; i++) {
        if (!cnop_is_letter(label.ptr[i]))
            return false;
    }
    return label_count >= 2 && label.len >= 2;
}

static const struct cnop_text_rule email_rules[] = {
    {"email_script", "must not contain markup or script", is_harmless},
    {"email_length", "must have 6 to 254 characters", email_has_length},
    {"email_mailbox", "must have a mailbox of letters, digits and . _ % + - before one @",
     email_has_mailbox},
    {"email_domain", "must end in a domain name such as example.com", email_has_domain},
};

const struct cnop_text_rule *
cnop_person_check_email(struct cnop_str email)
{
    return cnop_text_rules_check(email_rules, CNOP_COUNT(email_rules), email);
}

/* ---- first and last name ---- */

static bool
name_has_length(struct cnop_str value)
{
    size_t characters = cnop_str_codepoint_count(value);

    return characters >= 1 && characters <= CNOP_PERSON_NAME_CHARACTERS;
}

/* What stands between the letters of a name: blank, hyphens, apostrophes, the dots of l·l and of
 * transcriptions into Japanese, the marks of Hebrew ones. */
static bool
is_name_joiner(uint32_t code_point)
{
    static const uint32_t joiners[] = {' ',    '\'',   '-',    0x00b7, 0x05f3,
                                       0x05f4, 0x2010, 0x2018, 0x2019, 0x30fb};

    for (size_t i = 0; i < CNOP_COUNT(joiners); i++) {
        if (joiners[i] == code_point)
            return true;
    }
    return false;
}

/* A full stop ends what is shortened: "St. John", "Jr.", "J.R.R.". */
static bool
name_has_letters_only(struct cnop_str value)
{
    bool has_letter = false;
    bool after_letter = false;

    while (value.len > 0) {
        uint32_t code_point = cnop_letter_next(&value);
        bool is_letter = cnop_letter_is(code_point);

        if (!is_letter && !is_name_joiner(code_point) && !(code_point == '.' && after_letter))
            return false;
        has_letter = has_letter || is_letter;
        after_letter = is_letter;
    }
    return has_letter;
}

/* The order matters: nothing after the first rule sees ill-formed text. */
static const struct cnop_text_rule name_rules[] = {
    {"name_encoding", "must be well-formed text", cnop_str_is_utf8},
    {"name_length", "must have 1 to 50 characters", name_has_length},
    {"name_script", "must not contain markup or script", is_harmless},
    {"name_characters",
     "may contain only letters, blanks, hyphens, apostrophes, and a full stop after a letter",
     name_has_letters_only},
};

const struct cnop_text_rule *
cnop_person_check_name(struct cnop_str name)
{
    return cnop_text_rules_check(name_rules, CNOP_COUNT(name_rules), name);
}

/* ---- phone ---- */

static bool
phone_has_characters(struct cnop_str value)
{
    static const char punctuation[] = " +-().";

    for (size_t i = 0; i < value.len; i++) {
        if (!cnop_is_digit(value.ptr[i]) &&
            (value.ptr[i] == '\0' || strchr(punctuation, value.ptr[i]) == NULL))
            return false;
    }
    return true;
}

static bool
phone_has_digits(struct cnop_str value)
{
    size_t digits = 0;

    for (size_t i = 0; i < value.len; i++)
        digits += cnop_is_digit(value.ptr[i]);
    return digits >= 10 && digits <= CNOP_PHONE_DIGITS;
}

static const struct cnop_text_rule phone_rules[] = {
    {"phone_characters", "may contain only digits, blanks and + - ( ) .", phone_has_characters},
    {"phone_digits", "must have 10 to 15 digits", phone_has_digits},
};

const struct cnop_text_rule *
cnop_person_check_phone(struct cnop_str phone)
{
    return cnop_text_rules_check(phone_rules, CNOP_COUNT(phone_rules), phone);
}

bool
cnop_person_phone_digits(struct cnop_arena *arena, struct cnop_str phone,
                         struct cnop_str *ret_digits)
{
    char *digits = cnop_arena_alloc(arena, CNOP_PHONE_DIGITS + 1);
    size_t len = 0;

    cnop_assert(phone_has_digits(phone));
    if (digits == NULL)
        return false;
    for (size_t i = 0; i < phone.len; i++) {
        if (cnop_is_digit(phone.ptr[i]))
            digits[len++] = phone.ptr[i];
    }
    *ret_digits = cnop_str_make(digits, len);
    return true;
}

/* ---- date of birth ---- */

/* 20261122 of a text that is known to be YYYY-MM-DD: dates in this form compare like numbers, and
 * the difference of two, divided by 10000, is the age in whole years. */
static int32_t
date_as_number(struct cnop_str date)
{
    int32_t number = 0;

    for (size_t i = 0; i < date.len; i++) {
        if (cnop_is_digit(date.ptr[i]))
            number = number * 10 + (date.ptr[i] - '0');
    }
    return number;
}

const struct cnop_text_rule *
cnop_person_check_birth(struct cnop_str birth, int32_t today)
{
    static const struct cnop_text_rule date_rule = {
        "birth_date", "must be a calendar date written YYYY-MM-DD", NULL};
    static const struct cnop_text_rule past_rule = {"birth_past", "must not lie in the future",
                                                    NULL};
    static const struct cnop_text_rule age_rule = {"birth_age",
                                                   "must give an age of 13 to 120 years", NULL};
    char memory[16];
    struct cnop_buf today_text;
    int32_t birth_day;
    int32_t age_years;

    if (cnop_clock_parse_day(birth, &birth_day) != CNOP_OK)
        return &date_rule;
    if (birth_day > today)
        return &past_rule;
    cnop_buf_init(&today_text, memory, sizeof(memory));
    cnop_clock_format_day(&today_text, today);
    age_years = (date_as_number(cnop_buf_view(&today_text)) - date_as_number(birth)) / 10000;
    return age_years >= 13 && age_years <= 120 ? NULL : &age_rule;
}
