/* SPDX-License-Identifier: MIT */
/* The rules of a registration. Values are judged as they came and stored normalised. */
#include "fcgi_services/auth/registration.h"

#include "fcgi_services/auth/password_attempt.h"
#include "shared/base/clock.h"

static void
violation_add(struct registration_violations *violations, const char *field,
              const struct cnop_text_rule *rule, enum cnop_err err)
{
    if (rule == NULL)
        return;
    cnop_assert(violations->count < REGISTRATION_VIOLATION_MAX);
    violations->list[violations->count++] =
        (struct registration_violation){.field = field, .rule = rule, .err = err};
}

void
registration_check(const struct auth_rules *rules, const struct registration *registration,
                   int32_t today, struct registration_violations *ret_violations)
{
    const struct registration *r = registration;
    struct registration_violations violations = {.count = 0};
    const struct cnop_text_rule *username_rule = cnop_person_check_username(r->username);

    violation_add(&violations, "username", username_rule, CNOP_E_INVALID);
    violation_add(&violations, "email", cnop_person_check_email(r->email), CNOP_E_INVALID);
    violation_add(&violations, "first_name", cnop_person_check_name(r->first_name), CNOP_E_INVALID);
    violation_add(&violations, "last_name", cnop_person_check_name(r->last_name), CNOP_E_INVALID);
    if (r->phone.len > 0)
        violation_add(&violations, "phone", cnop_person_check_phone(r->phone), CNOP_E_INVALID);
    if (r->date_of_birth.ptr != NULL) /* sent, if only as a blank */
        violation_add(&violations, "date_of_birth",
                      cnop_person_check_birth(r->date_of_birth, today), CNOP_E_INVALID);
    if (username_rule == NULL) {
        struct password_verdict verdict =
            password_policy_check(&rules->password, r->username, r->password);

        violation_add(&violations, "password", verdict.rule, verdict.err);
    } else {
        violation_add(&violations, "password",
                      password_policy_check_form(&rules->password, r->password),
                      CNOP_E_PASSWORD_POLICY);
    }
    *ret_violations = violations;
}

enum cnop_err
registration_store(struct auth_env *env, struct cnop_arena *arena,
                   const struct registration *registration, const struct auth_client *client,
                   uint64_t *ret_user_id)
{
    char hash[PASSWORD_HASH_BYTES];
    struct auth_new_user user = {
        .username = cnop_str_lower(arena, registration->username),
        .email = cnop_str_lower(arena, registration->email),
        .first_name = registration->first_name,
        .last_name = registration->last_name,
        .date_of_birth = registration->date_of_birth,
        .marketing_emails_consent = registration->marketing_emails_consent,
        .now_us = cnop_clock_wall_us(),
    };
    struct hash_caller caller;
    enum cnop_err err;

    if (user.username.ptr == NULL || user.email.ptr == NULL)
        return CNOP_E_NO_MEMORY;
    if (registration->phone.len > 0 &&
        !cnop_person_phone_digits(arena, registration->phone, &user.phone))
        return CNOP_E_NO_MEMORY;
    login_source_of(client->address, &user.source);
    err = password_caller(env, 0, client, &caller);
    if (err == CNOP_OK)
        err = password_hash_behind_gate(env, &caller, registration->password, hash);
    if (err != CNOP_OK)
        return err;
    user.password_hash = cnop_str_from(hash);
    return auth_store_insert_user(env->store, &user, ret_user_id);
}
