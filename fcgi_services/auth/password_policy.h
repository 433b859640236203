/* SPDX-License-Identifier: MIT */
/* What a password must be like, as tables of named rules, one table per profile. Pure: judges a
 * value, never stores, hashes, logs or changes one. */
#ifndef CNOP_AUTH_PASSWORD_POLICY_H
#define CNOP_AUTH_PASSWORD_POLICY_H

#include "fcgi_services/auth/common_passwords.h"
#include "shared/person/person.h"

#define PASSWORD_BYTES_MAX 512 /* 128 characters of at most four bytes */

enum password_profile {
    PASSWORD_PROFILE_DEFAULT,   /* 12 to 128 characters, any of them */
    PASSWORD_PROFILE_REFERENCE, /* 12 to 20 characters with four classes */
};

struct password_policy {
    enum password_profile profile;
    struct common_passwords common;
};

/* PASSWORD_POLICY or PASSWORD_COMMON with the broken rule, or OK with NULL. */
struct password_verdict {
    enum cnop_err err;
    const struct cnop_text_rule *rule;
};

/* For a new password of the user. */
struct password_verdict password_policy_check(const struct password_policy *policy,
                                              struct cnop_str username, struct cnop_str password);

/* For a login: only the form, so that a password accepted once never becomes unusable because the
 * list of common ones grew. NULL when the form is right. */
const struct cnop_text_rule *password_policy_check_form(const struct password_policy *policy,
                                                        struct cnop_str password);

#endif
