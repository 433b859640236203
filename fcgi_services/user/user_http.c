/* SPDX-License-Identifier: MIT */
/* The profile. Decode, call, encode. No rules here. */
#include "fcgi_services/user/user_http.h"

#include "fcgi_services/user/profile.h"
#include "shared/base/clock.h"
#include "shared/web/audit.h"

enum cnop_err
user_http_cash(struct cnop_request *req, struct cash_balance *ret_balance)
{
    struct user_thread *self = cnop_request_env(req);
    enum cnop_err err = user_store_find_cash(self->store, cnop_request_user_id(req), ret_balance);

    return err == CNOP_E_NOT_FOUND ? CNOP_E_UNAUTHENTICATED : err;
}

static void
write_profile(struct cnop_json_writer *json, const char *key, const struct profile *profile)
{
    cnop_json_object_open(json, key);
    cnop_json_str(json, "username", profile->username);
    cnop_json_str(json, "email", profile->email);
    cnop_json_str(json, "first_name", profile->first_name);
    cnop_json_str(json, "last_name", profile->last_name);
    cnop_json_str_or_null(json, "phone", profile->phone);
    cnop_json_str_or_null(json, "date_of_birth", profile->date_of_birth);
    cnop_json_bool(json, "marketing_emails_consent", profile->marketing_emails_consent);
    cnop_json_time(json, "created_at", profile->created_us);
    cnop_json_time(json, "updated_at", profile->updated_us);
    cnop_json_object_close(json);
}

/* GET /auth/profile */
enum cnop_err
user_http_profile(struct cnop_request *req, struct cnop_response *res)
{
    struct user_thread *self = cnop_request_env(req);
    struct profile profile;
    enum cnop_err err = user_store_find_profile(self->store, cnop_request_user_id(req),
                                                cnop_request_arena(req), &profile);

    if (err != CNOP_OK)
        return err == CNOP_E_NOT_FOUND ? CNOP_E_UNAUTHENTICATED : err;
    write_profile(cnop_response_json(res), NULL, &profile);
    return CNOP_OK;
}

static const struct cnop_field change_fields[] = {
    CNOP_FIELD(struct profile_change, email, CNOP_K_STR, CNOP_ANY, CNOP_OPTIONAL | CNOP_TRIM),
    CNOP_FIELD(struct profile_change, first_name, CNOP_K_STR, CNOP_ANY, CNOP_OPTIONAL | CNOP_TRIM),
    CNOP_FIELD(struct profile_change, last_name, CNOP_K_STR, CNOP_ANY, CNOP_OPTIONAL | CNOP_TRIM),
    CNOP_FIELD(struct profile_change, phone, CNOP_K_STR, CNOP_ANY, CNOP_OPTIONAL | CNOP_TRIM),
    CNOP_FIELD(struct profile_change, date_of_birth, CNOP_K_STR, CNOP_ANY,
               CNOP_OPTIONAL | CNOP_TRIM),
    CNOP_FIELD(struct profile_change, marketing_emails_consent, CNOP_K_BOOL, CNOP_ANY,
               CNOP_OPTIONAL),
};

/* An optional field changes when it holds text, and is removed by null. An empty string keeps what
 * is stored, as clients of the reference expect. */
static bool
changes_optional(const struct cnop_json *body, const char *name, struct cnop_str value)
{
    const struct cnop_json *member = cnop_json_find(body, cnop_str_from(name));

    return member != NULL && (member->kind == CNOP_JSON_NULL || value.len > 0);
}

static enum cnop_err
change_decode(struct cnop_request *req, struct profile_change *change)
{
    const struct cnop_json *body;
    enum cnop_err err = cnop_request_json(req, &body);

    if (err == CNOP_OK)
        err = cnop_request_decode(req, change_fields, CNOP_COUNT(change_fields), change);
    if (err != CNOP_OK)
        return err;
    change->has_email = cnop_request_has_member(req, "email");
    change->has_first_name = cnop_request_has_member(req, "first_name");
    change->has_last_name = cnop_request_has_member(req, "last_name");
    change->has_phone = changes_optional(body, "phone", change->phone);
    change->has_date_of_birth = changes_optional(body, "date_of_birth", change->date_of_birth);
    change->has_consent = cnop_request_has_member(req, "marketing_emails_consent");
    return CNOP_OK;
}

static enum cnop_err
change_check(struct cnop_request *req, const struct profile_change *change)
{
    struct profile_violation violations[PROFILE_VIOLATION_MAX];
    size_t count =
        profile_check_change(change, cnop_clock_utc_day(cnop_clock_wall_us()), violations);

    for (size_t i = 0; i < count; i++)
        (void)cnop_request_fault_add(req, CNOP_E_INVALID,
                                     (struct cnop_fault){.field = violations[i].field,
                                                         .type = violations[i].rule->name,
                                                         .message = violations[i].rule->message});
    return count == 0 ? CNOP_OK : CNOP_E_INVALID;
}

static void
audit_profile(struct cnop_request *req, enum cnop_err err)
{
    bool changed = err == CNOP_OK;
    struct cnop_log_line line;

    cnop_audit_begin(
        &line, req,
        &(struct cnop_audit){.action = changed ? "profile_changed" : "profile_change_failed",
                             .message = changed ? "profile changed" : "profile not changed",
                             .failed = !changed,
                             .reason = cnop_str_from(changed ? NULL : cnop_err_code(err))});
    cnop_log_end(&line);
}

/* PUT /auth/profile */
enum cnop_err
user_http_profile_put(struct cnop_request *req, struct cnop_response *res)
{
    struct user_thread *self = cnop_request_env(req);
    struct profile_change change = {0};
    struct cnop_json_writer *json;
    struct profile profile;
    enum cnop_err err = change_decode(req, &change);

    if (err == CNOP_OK)
        err = change_check(req, &change);
    if (err == CNOP_OK)
        err = profile_change_apply(self->store, cnop_request_user_id(req), &change,
                                   cnop_request_arena(req), &profile);
    audit_profile(req, err);
    if (err == CNOP_E_EMAIL_TAKEN)
        return cnop_request_fault(req, err, "email", "is taken by another account");
    if (err != CNOP_OK)
        return err;
    json = cnop_response_json(res);
    cnop_json_object_open(json, NULL);
    cnop_json_bool(json, "success", true);
    cnop_json_text(json, "message", "Profile updated successfully");
    write_profile(json, "user", &profile);
    cnop_json_object_close(json);
    return CNOP_OK;
}
