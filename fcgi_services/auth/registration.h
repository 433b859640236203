/* SPDX-License-Identifier: MIT */
/* Registering: every broken rule by name, then the stored account. Rules only: no HTTP, no SQL. */
#ifndef CNOP_AUTH_REGISTRATION_H
#define CNOP_AUTH_REGISTRATION_H

#include "fcgi_services/auth/auth_env.h"

#define REGISTRATION_VIOLATION_MAX 8

/* As it came in, blanks around the fields already gone (never around the password). */
struct registration {
    struct cnop_str username;
    struct cnop_str email;
    struct cnop_str password;
    struct cnop_str first_name;
    struct cnop_str last_name;
    struct cnop_str phone;         /* may be empty */
    struct cnop_str date_of_birth; /* may be empty */
    bool marketing_emails_consent;
};

struct registration_violation {
    const char *field;
    const struct cnop_text_rule *rule;
    enum cnop_err err;
};

struct registration_violations {
    struct registration_violation list[REGISTRATION_VIOLATION_MAX];
    size_t count;
};

/* Every broken rule, one at most for each field. */
void registration_check(const struct auth_rules *rules, const struct registration *registration,
                        int32_t today, struct registration_violations *ret_violations);

/* Stores a registration that has no violations; the arena holds the normalised values meanwhile.
 * USERNAME_TAKEN, EMAIL_TAKEN, OVERLOADED (too many hashes at once). */
cnop_must_check enum cnop_err registration_store(struct auth_env *env, struct cnop_arena *arena,
                                                 const struct registration *registration,
                                                 const struct auth_client *client,
                                                 uint64_t *ret_user_id);

#endif
