/* SPDX-License-Identifier: MIT */
/* Refresh, logout, sessions, me, keys. Decode, call, encode. No rules here. */
#include "fcgi_services/auth/auth_http.h"

#include "fcgi_services/auth/auth_http_audit.h"
#include "shared/base/clock.h"

#include <inttypes.h>

static void
write_message(struct cnop_response *res, const char *message)
{
    struct cnop_json_writer *json = cnop_response_json(res);

    cnop_json_object_open(json, NULL);
    cnop_json_text(json, "message", message);
    cnop_json_object_close(json);
}

/* ---- refresh ---- */

struct refresh_form {
    struct cnop_str refresh_token;
};

static const struct cnop_field refresh_fields[] = {
    CNOP_FIELD(struct refresh_form, refresh_token, CNOP_K_STR, CNOP_RANGE(1, 200), CNOP_OPTIONAL),
};

/* From the body, else from the cookie; and where the new ones go. */
static enum cnop_err
refresh_decode(struct cnop_request *req, struct cnop_str *ret_token, bool *ret_cookies)
{
    struct refresh_form form = {0};
    enum cnop_err err;

    err = cnop_request_decode(req, refresh_fields, CNOP_COUNT(refresh_fields), &form);
    if (err == CNOP_OK)
        err = auth_http_cookie_mode(req, ret_cookies);
    if (err != CNOP_OK)
        return err;
    if (form.refresh_token.len == 0) {
        form.refresh_token = auth_http_refresh_cookie(req);
        if (form.refresh_token.len > 0)
            *ret_cookies = true;
        else if (!*ret_cookies)
            return cnop_request_fault_add(req, CNOP_E_INVALID,
                                          (struct cnop_fault){.field = "refresh_token",
                                                              .type = "missing",
                                                              .message = "is required"});
    }
    *ret_token = form.refresh_token;
    return CNOP_OK;
}

static const struct auth_audit refresh_failed = {.action = "refresh_failed",
                                                 .message = "session not refreshed"};

static enum cnop_err
refresh_verdict(struct cnop_request *req, const struct session_refreshed *outcome)
{
    struct auth_thread *self = cnop_request_env(req);

    if (outcome->verdict == REFRESH_REFUSE)
        return auth_audit_refused(req, refresh_failed, CNOP_E_REFRESH_INVALID);
    if (outcome->verdict != REFRESH_REUSE) {
        cnop_metric_add(AUTH_METRIC_REFRESHED, 1);
        return CNOP_OK;
    }
    cnop_metric_add(AUTH_METRIC_REFRESH_REUSED, 1);
    auth_audit_write(req, &(struct auth_audit){.action = "refresh_reuse",
                                               .message = "session ended: a copy of its token",
                                               .failed = true,
                                               .reason = "refresh_reused",
                                               .user_id = outcome->grant.user.id,
                                               .sid = &outcome->grant.sid});
    auth_http_tell(self, &outcome->end);
    return CNOP_E_REFRESH_REUSED;
}

enum cnop_err
auth_http_refresh(struct cnop_request *req, struct cnop_response *res)
{
    struct auth_thread *self = cnop_request_env(req);
    struct session_refreshed outcome;
    struct cnop_str token;
    bool cookies;
    enum cnop_err err = refresh_decode(req, &token, &cookies);

    if (err == CNOP_OK)
        err = session_refresh(&self->env, token, &outcome);
    if (err != CNOP_OK)
        return auth_audit_refused(req, refresh_failed, err);
    err = refresh_verdict(req, &outcome);
    if (err == CNOP_OK) {
        auth_audit_write(req, &(struct auth_audit){.action = "token_refreshed",
                                                   .message = "session refreshed",
                                                   .user_id = outcome.grant.user.id,
                                                   .sid = &outcome.grant.sid,
                                                   .jti = outcome.grant.token_id});
        auth_http_grant(req, res, &outcome.grant, cookies);
    }
    cnop_secret_zero(&outcome, sizeof(outcome));
    return err;
}

/* ---- endings ---- */

/* The session of the token that came with the request. */
static enum cnop_err
own_session(struct cnop_request *req, struct session_id *ret_sid)
{
    return session_id_parse(cnop_request_sid(req), ret_sid) == CNOP_OK ? CNOP_OK
                                                                       : CNOP_E_UNAUTHENTICATED;
}

static enum cnop_err
close_session(struct cnop_request *req, const struct session_id *sid, const char *reason)
{
    struct auth_thread *self = cnop_request_env(req);
    struct session_end end;
    enum cnop_err err = session_close(&self->env, cnop_request_user_id(req), sid, reason, &end);

    if (err == CNOP_OK)
        auth_http_tell(self, &end);
    return err;
}

enum cnop_err
auth_http_logout(struct cnop_request *req, struct cnop_response *res)
{
    const struct cnop_json *ignored;
    struct session_id sid;
    enum cnop_err body_err = cnop_request_json(req, &ignored);
    enum cnop_err err = own_session(req, &sid);

    if (err == CNOP_OK)
        err = close_session(req, &sid, "logout");
    if (err != CNOP_OK && err != CNOP_E_NOT_FOUND) /* over already: that is what was asked for */
        return auth_audit_refused(
            req, (struct auth_audit){.action = "logout_failed", .message = "not logged out"}, err);
    auth_audit_write(req, &(struct auth_audit){.action = "logout",
                                               .message = "user logged out",
                                               .user_id = cnop_request_user_id(req),
                                               .sid = &sid});
    /* Told, but whoever wants to leave is let out. What failed on our side is not told: the session
     * is over, as was asked for. */
    if (body_err != CNOP_OK && cnop_err_status(body_err) < 500)
        return body_err;
    if (cnop_str_equal(cnop_request_token_source(req), CNOP_STR("cookie")))
        auth_http_clear_cookies(req, res);
    write_message(res, "Logged out successfully");
    return CNOP_OK;
}

/* The user behind the token, which may have outlived its user. */
static enum cnop_err
find_caller(struct cnop_request *req, struct auth_user *ret_user)
{
    const struct auth_thread *self = cnop_request_env(req);
    enum cnop_err err =
        auth_store_find_user_by_id(self->env.store, cnop_request_user_id(req), ret_user);

    if (err == CNOP_E_NOT_FOUND || (err == CNOP_OK && !ret_user->is_active))
        return CNOP_E_UNAUTHENTICATED;
    return err;
}

enum cnop_err
auth_http_session_delete(struct cnop_request *req, struct cnop_response *res)
{
    struct auth_audit audit = {.action = "session_revoke_failed", .message = "session not ended"};
    struct auth_user user;
    struct session_id sid;
    enum cnop_err err;

    if (session_id_parse(cnop_request_path_param(req, "session_id"), &sid) != CNOP_OK) {
        err = cnop_request_fault(req, CNOP_E_INVALID, "session_id",
                                 "must be the id of a session: 32 hexadecimal digits");
        return auth_audit_refused(req, audit, err);
    }
    audit.sid = &sid;
    err = close_session(req, &sid, "ended_by_user");
    if (err == CNOP_E_NOT_FOUND) {
        enum cnop_err caller = find_caller(req, &user);

        err = caller == CNOP_OK ? err : caller;
    }
    if (err != CNOP_OK)
        return auth_audit_refused(req, audit, err);
    auth_audit_write(req, &(struct auth_audit){.action = "session_revoked",
                                               .message = "session ended",
                                               .user_id = cnop_request_user_id(req),
                                               .sid = &sid,
                                               .reason = "ended_by_user"});
    write_message(res, "Session ended");
    return CNOP_OK;
}

/* ---- reading ---- */

static void
write_session(struct cnop_json_writer *json, const struct session *session,
              struct cnop_str current_sid)
{
    char sid[33];

    session_id_format(&session->sid, sid);
    cnop_json_object_open(json, NULL);
    cnop_json_text(json, "session_id", sid);
    cnop_json_time(json, "created_at", session->created_us);
    cnop_json_time(json, "last_used_at", session->last_used_us);
    cnop_json_time(json, "expires_at", session->expires_us);
    cnop_json_text(json, "ip", session->client_addr);
    cnop_json_text(json, "user_agent", session->user_agent);
    cnop_json_bool(json, "current", cnop_str_equal(cnop_str_from(sid), current_sid));
    cnop_json_object_close(json);
}

enum cnop_err
auth_http_sessions(struct cnop_request *req, struct cnop_response *res)
{
    struct auth_thread *self = cnop_request_env(req);
    struct cnop_json_writer *json;
    struct auth_user user;
    struct session *list;
    size_t count;
    enum cnop_err err;

    list = cnop_arena_alloc_array(cnop_request_arena(req), SESSION_LIST_MAX, sizeof(*list));
    if (list == NULL)
        return CNOP_E_NO_MEMORY;
    err = auth_store_list_sessions(self->env.store, cnop_request_user_id(req), cnop_clock_wall_us(),
                                   list, &count);
    if (err == CNOP_OK && count == 0)
        err = find_caller(req, &user);
    if (err != CNOP_OK)
        return err;
    json = cnop_response_json(res);
    cnop_json_object_open(json, NULL);
    cnop_json_array_open(json, "data");
    for (size_t i = 0; i < count; i++)
        write_session(json, &list[i], cnop_request_sid(req));
    cnop_json_array_close(json);
    cnop_json_object_close(json);
    return CNOP_OK;
}

enum cnop_err
auth_http_me(struct cnop_request *req, struct cnop_response *res)
{
    struct cnop_json_writer *json;
    struct auth_user user;
    char id[24];
    enum cnop_err err = find_caller(req, &user);

    if (err != CNOP_OK)
        return err;
    (void)snprintf(id, sizeof(id), "%" PRIu64, user.id);
    json = cnop_response_json(res);
    cnop_json_object_open(json, NULL);
    cnop_json_text(json, "user_id", id);
    cnop_json_text(json, "username", user.username);
    cnop_json_text(json, "role", cnop_request_is_admin(req) ? "admin" : "customer");
    cnop_json_str(json, "session_id", cnop_request_sid(req));
    cnop_json_time(json, "expires_at", cnop_request_token_expires_s(req) * 1000000);
    cnop_json_object_close(json);
    return CNOP_OK;
}

enum cnop_err
auth_http_jwks(struct cnop_request *req, struct cnop_response *res)
{
    struct auth_thread *self = cnop_request_env(req);
    struct cnop_str text;
    enum cnop_err err = signer_jwks(self->signer, &text);

    if (err != CNOP_OK)
        return err;
    cnop_response_cache_control(res, "public, max-age=60");
    cnop_buf_str(cnop_response_raw(res, "application/json"), text);
    return CNOP_OK;
}
