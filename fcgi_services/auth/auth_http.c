/* SPDX-License-Identifier: MIT */
/* Register, login, password. Decode, call, encode. No rules here. */
#include "fcgi_services/auth/auth_http.h"

#include "fcgi_services/auth/auth_http_audit.h"
#include "fcgi_services/auth/login.h"
#include "fcgi_services/auth/password_change.h"
#include "fcgi_services/auth/registration.h"
#include "shared/base/clock.h"

#include <inttypes.h>

static enum cnop_err
refuse_rule(struct cnop_request *req, enum cnop_err err, const char *field,
            const struct cnop_text_rule *rule)
{
    return cnop_request_fault_add(
        req, err,
        (struct cnop_fault){.field = field, .type = rule->name, .message = rule->message});
}

/* Counts what the hash gate turned away. */
static enum cnop_err
note_shed(struct cnop_request *req, enum cnop_err err)
{
    if (err != CNOP_E_OVERLOADED)
        return err;
    cnop_metric_add(AUTH_METRIC_HASH_SHED, 1);
    cnop_request_retry_after(req, 1);
    return err;
}

/* ---- register ---- */

static const struct cnop_field register_fields[] = {
    CNOP_FIELD(struct registration, username, CNOP_K_STR, CNOP_ANY, CNOP_REQUIRED | CNOP_TRIM),
    CNOP_FIELD(struct registration, email, CNOP_K_STR, CNOP_ANY, CNOP_REQUIRED | CNOP_TRIM),
    CNOP_FIELD(struct registration, password, CNOP_K_STR, CNOP_ANY, CNOP_REQUIRED),
    CNOP_FIELD(struct registration, first_name, CNOP_K_STR, CNOP_ANY, CNOP_REQUIRED | CNOP_TRIM),
    CNOP_FIELD(struct registration, last_name, CNOP_K_STR, CNOP_ANY, CNOP_REQUIRED | CNOP_TRIM),
    CNOP_FIELD(struct registration, phone, CNOP_K_STR, CNOP_ANY, CNOP_OPTIONAL | CNOP_TRIM),
    CNOP_FIELD(struct registration, date_of_birth, CNOP_K_STR, CNOP_ANY, CNOP_OPTIONAL | CNOP_TRIM),
    CNOP_FIELD(struct registration, marketing_emails_consent, CNOP_K_BOOL, CNOP_ANY, CNOP_OPTIONAL),
};

static void
audit_register(const struct cnop_request *req, const struct registration *registration,
               uint64_t user_id, const char *reason)
{
    /* A name that broke the rules is not repeated: it may be anything. */
    bool is_name = cnop_person_check_username(registration->username) == NULL;

    auth_audit_write(
        req,
        &(struct auth_audit){.action = reason == NULL ? "user_registration_success"
                                                      : "user_registration_failed",
                             .message = reason == NULL ? "user registered" : "registration refused",
                             .failed = reason != NULL,
                             .username = is_name ? registration->username : (struct cnop_str){0},
                             .user_id = user_id,
                             .reason = reason});
}

static enum cnop_err
register_checked(struct cnop_request *req, const struct registration *registration,
                 uint64_t *ret_user_id)
{
    struct auth_thread *self = cnop_request_env(req);
    struct auth_client client = auth_audit_client(req);
    struct registration_violations violations;
    enum cnop_err err;

    registration_check(self->env.rules, registration, cnop_clock_utc_day(cnop_clock_wall_us()),
                       &violations);
    for (size_t i = 0; i < violations.count; i++)
        (void)refuse_rule(req, violations.list[i].err, violations.list[i].field,
                          violations.list[i].rule);
    if (violations.count > 0)
        return violations.list[0].err;
    err =
        registration_store(&self->env, cnop_request_arena(req), registration, &client, ret_user_id);
    if (err == CNOP_E_USERNAME_TAKEN)
        return cnop_request_fault(req, err, "username", "is taken by another account");
    if (err == CNOP_E_EMAIL_TAKEN)
        return cnop_request_fault(req, err, "email", "is taken by another account");
    return note_shed(req, err);
}

enum cnop_err
auth_http_register(struct cnop_request *req, struct cnop_response *res)
{
    struct registration registration = {0};
    struct cnop_json_writer *json;
    uint64_t user_id = 0;
    char id[24];
    enum cnop_err err;

    err = cnop_request_decode(req, register_fields, CNOP_COUNT(register_fields), &registration);
    if (err == CNOP_OK)
        err = register_checked(req, &registration, &user_id);
    audit_register(req, &registration, user_id, err == CNOP_OK ? NULL : cnop_err_code(err));
    if (err != CNOP_OK)
        return err;
    cnop_metric_add(AUTH_METRIC_REGISTERED, 1);
    (void)snprintf(id, sizeof(id), "%" PRIu64, user_id);
    cnop_response_status(res, 201);
    json = cnop_response_json(res);
    cnop_json_object_open(json, NULL);
    cnop_json_text(json, "message", "User registered successfully");
    cnop_json_text(json, "user_id", id);
    cnop_json_object_close(json);
    return CNOP_OK;
}

/* ---- login ---- */

struct login_form {
    struct cnop_str username;
    struct cnop_str password;
};

static const struct cnop_field login_fields[] = {
    CNOP_FIELD(struct login_form, username, CNOP_K_STR, CNOP_ANY, CNOP_REQUIRED | CNOP_TRIM),
    CNOP_FIELD(struct login_form, password, CNOP_K_STR, CNOP_ANY, CNOP_REQUIRED),
};

static enum cnop_err
login_decode(struct cnop_request *req, struct login_form *form)
{
    const struct auth_thread *self = cnop_request_env(req);
    const struct cnop_text_rule *username_rule;
    const struct cnop_text_rule *password_rule;
    enum cnop_err err = cnop_request_decode(req, login_fields, CNOP_COUNT(login_fields), form);

    if (err != CNOP_OK)
        return err;
    username_rule = cnop_person_check_username(form->username);
    password_rule = password_policy_check_form(&self->env.rules->password, form->password);
    if (username_rule != NULL)
        err = refuse_rule(req, CNOP_E_INVALID, "username", username_rule);
    if (password_rule != NULL)
        err = refuse_rule(req, CNOP_E_INVALID, "password", password_rule);
    if (err != CNOP_OK)
        return err;
    form->username = cnop_str_lower(cnop_request_arena(req), form->username);
    return form->username.ptr == NULL ? CNOP_E_NO_MEMORY : CNOP_OK;
}

static void
audit_login(const struct cnop_request *req, struct cnop_str username, const struct login *login)
{
    static const char *const reasons[] = {
        [LOGIN_ACCEPTED] = NULL,
        [LOGIN_UNKNOWN_USER] = "unknown_user",
        [LOGIN_WRONG_PASSWORD] = "wrong_password",
        [LOGIN_DISABLED] = "user_disabled",
        [LOGIN_PAUSED] = "too_many_failures",
    };
    bool accepted = login->outcome == LOGIN_ACCEPTED;

    auth_audit_write(req,
                     &(struct auth_audit){.action = accepted ? "auth_success" : "auth_failed",
                                          .message = accepted ? "user logged in" : "login refused",
                                          .failed = !accepted,
                                          .username = username,
                                          .user_id = login->user.id,
                                          .sid = accepted ? &login->grant.sid : NULL,
                                          .jti = accepted ? login->grant.token_id : NULL,
                                          .reason = reasons[login->outcome]});
    if (accepted)
        auth_audit_ended(req, login->user.id, &login->end, "too_many");
}

static enum cnop_err
login_refusal(struct cnop_request *req, const struct login *login)
{
    const struct auth_thread *self = cnop_request_env(req);

    switch (login->outcome) {
    case LOGIN_ACCEPTED:
        cnop_metric_add(AUTH_METRIC_LOGIN_ACCEPTED, 1);
        return CNOP_OK;
    case LOGIN_PAUSED:
        cnop_metric_add(AUTH_METRIC_LOGIN_PAUSED, 1);
        cnop_request_retry_after(req, login->wait_s);
        return cnop_request_detail(req, CNOP_E_RATE_LIMITED,
                                   "Too many failed logins for this user name; try again later.");
    case LOGIN_DISABLED:
        cnop_metric_add(AUTH_METRIC_LOGIN_REFUSED, 1);
        return cnop_request_detail(req, CNOP_E_FORBIDDEN, "An operator has disabled this account.");
    case LOGIN_UNKNOWN_USER:
        cnop_metric_add(AUTH_METRIC_LOGIN_REFUSED, 1);
        return self->env.rules->password.profile == PASSWORD_PROFILE_REFERENCE
                   ? CNOP_E_USER_UNKNOWN
                   : CNOP_E_BAD_CREDENTIALS;
    case LOGIN_WRONG_PASSWORD:
        cnop_metric_add(AUTH_METRIC_LOGIN_REFUSED, 1);
        return CNOP_E_BAD_CREDENTIALS;
    }
    return CNOP_E_INTERNAL;
}

enum cnop_err
auth_http_login(struct cnop_request *req, struct cnop_response *res)
{
    struct auth_thread *self = cnop_request_env(req);
    struct auth_client client = auth_audit_client(req);
    struct auth_audit login_failed = {.action = "auth_failed", .message = "login refused"};
    struct login_form form = {0};
    struct login login;
    bool cookies;
    enum cnop_err err = login_decode(req, &form);

    if (err == CNOP_OK)
        err = auth_http_cookie_mode(req, &cookies);
    if (err != CNOP_OK) /* the name may be anything, and is not repeated */
        return auth_audit_refused(req, login_failed, err);
    cnop_request_audit_user(req, form.username);
    err = login_attempt(&self->env, form.username, form.password, &client, &login);
    if (err != CNOP_OK) {
        login_failed.username = form.username;
        return auth_audit_refused(req, login_failed, note_shed(req, err));
    }
    audit_login(req, form.username, &login);
    err = login_refusal(req, &login);
    if (err == CNOP_OK) {
        auth_http_tell(self, &login.end);
        auth_http_grant(req, res, &login.grant, cookies);
    }
    cnop_secret_zero(&login, sizeof(login));
    return err;
}

/* ---- password ---- */

struct password_form {
    struct cnop_str current_password;
    struct cnop_str new_password;
};

static const struct cnop_field password_fields[] = {
    CNOP_FIELD(struct password_form, current_password, CNOP_K_STR, CNOP_RANGE(1, 128),
               CNOP_REQUIRED),
    CNOP_FIELD(struct password_form, new_password, CNOP_K_STR, CNOP_ANY, CNOP_REQUIRED),
};

static enum cnop_err
password_refusal(struct cnop_request *req, enum cnop_err err)
{
    if (err == CNOP_E_PASSWORD_WRONG)
        return cnop_request_fault(req, err, "current_password", "is not the current password");
    if (err == CNOP_E_PASSWORD_UNCHANGED)
        return cnop_request_fault(req, err, "new_password",
                                  "must differ from the current password");
    return note_shed(req, err);
}

enum cnop_err
auth_http_password(struct cnop_request *req, struct cnop_response *res)
{
    struct auth_thread *self = cnop_request_env(req);
    struct password_changed changed = {.err = CNOP_OK};
    struct auth_client client = auth_audit_client(req);
    struct password_form form = {0};
    struct password_change change;
    struct cnop_json_writer *json;
    enum cnop_err err;
    const struct auth_audit refused = {.action = "password_change_failed",
                                       .message = "password not changed",
                                       .user_id = cnop_request_user_id(req)};

    err = cnop_request_decode(req, password_fields, CNOP_COUNT(password_fields), &form);
    if (err != CNOP_OK)
        return auth_audit_refused(req, refused, err);
    change = (struct password_change){.user_id = cnop_request_user_id(req),
                                      .current = form.current_password,
                                      .wanted = form.new_password,
                                      .client = &client};
    err = password_change_apply(&self->env, &change, &changed);
    if (err != CNOP_OK)
        return auth_audit_refused(req, refused, password_refusal(req, err));
    if (changed.broken_rule != NULL) {
        err = refuse_rule(req, changed.err, "new_password", changed.broken_rule);
        return auth_audit_refused(req, refused, err);
    }
    auth_audit_write(req, &(struct auth_audit){.action = "password_changed",
                                               .message = "password changed",
                                               .user_id = change.user_id});
    auth_audit_ended(req, change.user_id, &changed.end, "password_changed");
    auth_http_tell(self, &changed.end);
    auth_http_clear_cookies(req, res);
    json = cnop_response_json(res);
    cnop_json_object_open(json, NULL);
    cnop_json_text(json, "message", "Password changed; log in again");
    cnop_json_object_close(json);
    return CNOP_OK;
}
