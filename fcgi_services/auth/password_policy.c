/* SPDX-License-Identifier: MIT */
/* The two rule tables. The first broken rule is the answer. */
#include "fcgi_services/auth/password_policy.h"

static bool
has_encoding(struct cnop_str value)
{
    return cnop_str_is_utf8(value);
}

static bool
has_no_controls(struct cnop_str value)
{
    for (size_t i = 0; i < value.len; i++) {
        if ((unsigned char)value.ptr[i] < 0x20 || value.ptr[i] == 0x7f)
            return false;
    }
    return true;
}

static bool
has_default_length(struct cnop_str value)
{
    size_t characters = cnop_str_codepoint_count(value);

    return characters >= 12 && characters <= 128;
}

static bool
has_reference_length(struct cnop_str value)
{
    size_t characters = cnop_str_codepoint_count(value);

    return characters >= 12 && characters <= 20;
}

static bool
has_byte_between(struct cnop_str value, char first, char last)
{
    for (size_t i = 0; i < value.len; i++) {
        if (value.ptr[i] >= first && value.ptr[i] <= last)
            return true;
    }
    return false;
}

static bool
has_upper(struct cnop_str value)
{
    return has_byte_between(value, 'A', 'Z');
}

static bool
has_lower(struct cnop_str value)
{
    return has_byte_between(value, 'a', 'z');
}

static bool
has_digit(struct cnop_str value)
{
    return has_byte_between(value, '0', '9');
}

static bool
has_sign(struct cnop_str value)
{
    for (size_t i = 0; i < value.len; i++) {
        if (value.ptr[i] != '\0' && strchr("!@#$%^&*()-_=+", value.ptr[i]) != NULL)
            return true;
    }
    return false;
}

static bool
has_no_script(struct cnop_str value)
{
    return !cnop_person_is_suspicious(value);
}

/* The order matters: nothing after the first rule sees ill-formed text. */
static const struct cnop_text_rule default_rules[] = {
    {"password_encoding", "must be well-formed text", has_encoding},
    {"password_length", "must have 12 to 128 characters", has_default_length},
    {"password_controls", "must not contain control characters", has_no_controls},
};

static const struct cnop_text_rule reference_rules[] = {
    {"password_encoding", "must be well-formed text", has_encoding},
    {"password_length", "must have 12 to 20 characters", has_reference_length},
    {"password_controls", "must not contain control characters", has_no_controls},
    {"password_script", "must not contain markup or script", has_no_script},
    {"password_upper", "must contain at least one upper-case letter", has_upper},
    {"password_lower", "must contain at least one lower-case letter", has_lower},
    {"password_digit", "must contain at least one digit", has_digit},
    {"password_sign", "must contain at least one of !@#$%^&*()-_=+", has_sign},
};

const struct cnop_text_rule *
password_policy_check_form(const struct password_policy *policy, struct cnop_str password)
{
    if (policy->profile == PASSWORD_PROFILE_REFERENCE)
        return cnop_text_rules_check(reference_rules, CNOP_COUNT(reference_rules), password);
    return cnop_text_rules_check(default_rules, CNOP_COUNT(default_rules), password);
}

static bool
contains_nocase(struct cnop_str text, struct cnop_str part)
{
    for (size_t at = 0; at + part.len <= text.len; at++) {
        if (cnop_str_equal_nocase(cnop_str_make(text.ptr + at, part.len), part))
            return true;
    }
    return false;
}

struct password_verdict
password_policy_check(const struct password_policy *policy, struct cnop_str username,
                      struct cnop_str password)
{
    static const struct cnop_text_rule username_rule = {"password_username",
                                                        "must not contain the user name", NULL};
    static const struct cnop_text_rule common_rule = {
        "password_common", "must not be a common password or a simple pattern", NULL};
    const struct cnop_text_rule *rule = password_policy_check_form(policy, password);

    cnop_assert(username.len > 0);
    if (rule != NULL)
        return (struct password_verdict){CNOP_E_PASSWORD_POLICY, rule};
    if (policy->profile == PASSWORD_PROFILE_REFERENCE)
        return (struct password_verdict){CNOP_OK, NULL};
    if (contains_nocase(password, username))
        return (struct password_verdict){CNOP_E_PASSWORD_POLICY, &username_rule};
    if (common_passwords_match(&policy->common, password))
        return (struct password_verdict){CNOP_E_PASSWORD_COMMON, &common_rule};
    return (struct password_verdict){CNOP_OK, NULL};
}
