/* SPDX-License-Identifier: MIT */
/* How tokens travel to and from the client: in bodies or in cookies. No rules about sessions. */
#include "fcgi_services/auth/auth_http.h"

#include "shared/base/clock.h"

#include <inttypes.h>

/* Over HTTPS the names carry the browser's own protections: __Host- pins host and path, and the
 * refresh cookie, whose path is narrower, has __Secure-. */
#define ACCESS_COOKIE "cnop_at"
#define ACCESS_COOKIE_SECURE "__Host-cnop_at"
#define REFRESH_COOKIE "cnop_rt"
#define REFRESH_COOKIE_SECURE "__Secure-cnop_rt"
#define REFRESH_PATH "/api/v1/auth/refresh"

void
auth_http_tell(struct auth_thread *self, const struct session_end *end)
{
    if (end->count == 0)
        return;
    if (relay_link_tell(self->link, self->env.store, end, (uint32_t)self->config->gateway_timeout))
        cnop_metric_add(AUTH_METRIC_REVOKED_TOLD, 1);
    else
        cnop_metric_add(AUTH_METRIC_REVOKED_LATE, 1);
}

static bool
is_loopback(struct cnop_str address)
{
    return cnop_str_has_prefix(address, CNOP_STR("127.")) ||
           cnop_str_equal(address, CNOP_STR("::1"));
}

enum cnop_err
auth_http_cookie_mode(struct cnop_request *req, bool *ret_cookies)
{
    const struct auth_thread *self = cnop_request_env(req);
    struct cnop_str mode = cnop_request_header(req, "X-Session-Mode");

    if (!cnop_str_equal_nocase(mode, CNOP_STR("cookie"))) {
        *ret_cookies = false;
        return CNOP_OK;
    }
    if (!cnop_request_is_https(req) && !self->config->insecure_cookies &&
        !is_loopback(cnop_request_client_addr(req)))
        return cnop_request_detail(req, CNOP_E_COOKIE_REFUSED,
                                   "Cookie sessions need HTTPS, except from this host itself.");
    *ret_cookies = true;
    return CNOP_OK;
}

struct cnop_str
auth_http_refresh_cookie(struct cnop_request *req)
{
    struct cnop_str secure = cnop_request_cookie(req, REFRESH_COOKIE_SECURE);

    return secure.len > 0 ? secure : cnop_request_cookie(req, REFRESH_COOKIE);
}

static void
set_cookie(struct cnop_response *res, bool https, bool refresh, struct cnop_str value,
           int64_t max_age_s)
{
    struct cnop_cookie cookie = {
        .name = https ? ACCESS_COOKIE_SECURE : ACCESS_COOKIE,
        .value = value,
        .path = "/",
        .max_age_s = max_age_s,
        .flags = CNOP_COOKIE_HTTP_ONLY | CNOP_COOKIE_SAMESITE_STRICT,
    };

    if (refresh) {
        cookie.name = https ? REFRESH_COOKIE_SECURE : REFRESH_COOKIE;
        cookie.path = REFRESH_PATH;
    }
    if (https)
        cookie.flags |= CNOP_COOKIE_SECURE;
    cnop_response_cookie(res, &cookie);
}

void
auth_http_clear_cookies(struct cnop_request *req, struct cnop_response *res)
{
    bool https = cnop_request_is_https(req);

    set_cookie(res, https, false, (struct cnop_str){0}, 0);
    set_cookie(res, https, true, (struct cnop_str){0}, 0);
}

static void
write_user(struct cnop_json_writer *json, const struct auth_user *user)
{
    char id[24];

    (void)snprintf(id, sizeof(id), "%" PRIu64, user->id);
    cnop_json_object_open(json, "user");
    cnop_json_text(json, "user_id", id);
    cnop_json_text(json, "username", user->username);
    cnop_json_text(json, "role", user->role == AUTH_ROLE_ADMIN ? "admin" : "customer");
    cnop_json_object_close(json);
}

static int64_t
token_expiry_s(const struct auth_rules *rules, const struct session_grant *grant, int64_t now_s)
{
    int64_t expires_s = now_s + rules->access_ttl_s;
    int64_t session_s = grant->expires_us / 1000000;

    /* A session in its last second still gets a token that lives for one. */
    if (session_s <= now_s)
        session_s = now_s + 1;
    return expires_s < session_s ? expires_s : session_s;
}

enum cnop_err
auth_http_mint(void *minter, struct session_grant *grant)
{
    struct auth_thread *self = minter;
    int64_t now_s = cnop_clock_wall_us() / 1000000;
    int64_t expires_s = token_expiry_s(self->env.rules, grant, now_s);
    struct cnop_buf token;
    enum cnop_err err;

    cnop_buf_init(&token, grant->access_token, sizeof(grant->access_token) - 1);
    err = signer_mint(self->signer,
                      &(struct signer_claims){.user_id = grant->user.id,
                                              .role = grant->user.role,
                                              .sid = grant->sid,
                                              .issued_s = now_s,
                                              .expires_s = expires_s},
                      &token, grant->token_id);
    if (err != CNOP_OK)
        return err;
    grant->access_token[token.len] = '\0';
    grant->token_expires_s = expires_s;
    grant->token_ttl_s = expires_s - now_s;
    return CNOP_OK;
}

void
auth_http_grant(struct cnop_request *req, struct cnop_response *res,
                const struct session_grant *grant, bool cookies)
{
    bool https = cnop_request_is_https(req);
    struct cnop_json_writer *json = cnop_response_json(res);

    cnop_json_object_open(json, NULL);
    if (cookies) {
        set_cookie(res, https, false, cnop_str_from(grant->access_token), grant->token_ttl_s);
        set_cookie(res, https, true, cnop_str_from(grant->refresh_token),
                   grant->expires_us / 1000000 - grant->token_expires_s + grant->token_ttl_s);
    } else {
        cnop_json_text(json, "access_token", grant->access_token);
        cnop_json_text(json, "token_type", "bearer");
        cnop_json_text(json, "refresh_token", grant->refresh_token);
    }
    cnop_json_i64(json, "expires_in", grant->token_ttl_s);
    write_user(json, &grant->user);
    cnop_json_object_close(json);
}
