/* SPDX-License-Identifier: MIT */
/* From FastCGI parameters to the request's views. Identity is read from CNOP_* parameters only; the
 * names a client can produce all begin with HTTP_ and stay in the header list. */
#include "shared/web/request.h"

#include <string.h>

#include "shared/base/ascii.h"
#include "shared/base/id.h"
#include "shared/web/request_state.h"

static const struct {
    const char *name;
    size_t len;
} param_names[CNOP_REQUEST_PARAM_COUNT] = {
#define PARAM(index, text) [index] = {text, sizeof(text) - 1}
    PARAM(CNOP_PARAM_METHOD, "REQUEST_METHOD"),
    PARAM(CNOP_PARAM_PATH, "CNOP_PATH"),
    PARAM(CNOP_PARAM_QUERY, "QUERY_STRING"),
    PARAM(CNOP_PARAM_CONTENT_TYPE, "CONTENT_TYPE"),
    PARAM(CNOP_PARAM_REQUEST_ID, "CNOP_REQUEST_ID"),
    PARAM(CNOP_PARAM_USER_ID, "CNOP_USER_ID"),
    PARAM(CNOP_PARAM_ROLE, "CNOP_ROLE"),
    PARAM(CNOP_PARAM_SID, "CNOP_SID"),
    PARAM(CNOP_PARAM_TOKEN_IAT, "CNOP_TOKEN_IAT"),
    PARAM(CNOP_PARAM_TOKEN_EXP, "CNOP_TOKEN_EXP"),
    PARAM(CNOP_PARAM_TOKEN_SOURCE, "CNOP_TOKEN_SOURCE"),
    PARAM(CNOP_PARAM_CLIENT_ADDR, "CNOP_CLIENT_ADDR"),
    PARAM(CNOP_PARAM_TRACEPARENT, "CNOP_TRACEPARENT"),
    PARAM(CNOP_PARAM_HTTPS, "CNOP_HTTPS"),
#undef PARAM
};

static void
load_param(struct cnop_request *req, struct cnop_str name, struct cnop_str value)
{
    if (name.len > 5 && memcmp(name.ptr, "HTTP_", 5) == 0) {
        if (req->header_count < CNOP_HEADER_MAX)
            req->headers[req->header_count++] =
                (struct cnop_pair){cnop_str_make(name.ptr + 5, name.len - 5), value};
        return;
    }
    for (size_t i = 0; i < CNOP_REQUEST_PARAM_COUNT; i++)
        if (param_names[i].len == name.len &&
            memcmp(param_names[i].name, name.ptr, name.len) == 0) {
            if (req->params[i].ptr == NULL)
                req->params[i] = value;
            return;
        }
}

static void
load_request_id(struct cnop_request *req)
{
    struct cnop_str *id = &req->params[CNOP_PARAM_REQUEST_ID];
    char hex[CNOP_HEX_ID_LEN + 1];

    if (id->len > 0 && id->len <= CNOP_REQUEST_ID_BYTES && cnop_str_is_word(*id, "-._"))
        return;
    cnop_id_random_hex(hex);
    *id = cnop_arena_printf(req->arena, "req-%s", hex);
    if (id->ptr == NULL)
        *id = CNOP_STR("req-none");
}

/* The gateway names a user by a positive number or not at all. */
static enum cnop_err
load_identity(struct cnop_request *req)
{
    struct cnop_str user = req->params[CNOP_PARAM_USER_ID];

    if (!cnop_str_empty(user)) {
        enum cnop_err err = cnop_str_parse_u64(user, 1, INT64_MAX, &req->user_id);

        if (err != CNOP_OK)
            return CNOP_E_BAD_REQUEST;
    }
    req->is_admin =
        req->user_id != 0 && cnop_str_equal(req->params[CNOP_PARAM_ROLE], CNOP_STR("admin"));
    return CNOP_OK;
}

enum cnop_err
cnop_request_load(struct cnop_request *req, char *const *params)
{
    enum cnop_err err;

    for (size_t i = 0; params[i] != NULL; i++) {
        struct cnop_str name, value;

        if (cnop_str_cut(cnop_str_from(params[i]), '=', &name, &value))
            load_param(req, name, value);
    }
    load_request_id(req);
    err = load_identity(req);
    if (err != CNOP_OK)
        return err;
    if (cnop_str_empty(req->params[CNOP_PARAM_METHOD]) || req->params[CNOP_PARAM_PATH].len == 0 ||
        req->params[CNOP_PARAM_PATH].ptr[0] != '/' ||
        !cnop_str_is_utf8(req->params[CNOP_PARAM_PATH]))
        return CNOP_E_BAD_REQUEST;
    return cnop_query_parse(req, req->params[CNOP_PARAM_QUERY]);
}

struct cnop_arena *
cnop_request_arena(struct cnop_request *req)
{
    return req->arena;
}

void *
cnop_request_env(struct cnop_request *req)
{
    return req->env;
}

uint64_t
cnop_request_user_id(const struct cnop_request *req)
{
    cnop_assert(req->user_id > 0 || req->match.route == NULL ||
                req->match.route->role == CNOP_ROLE_PUBLIC);
    return req->user_id;
}

bool
cnop_request_is_admin(const struct cnop_request *req)
{
    return req->is_admin;
}

static int64_t
param_seconds(const struct cnop_request *req, enum cnop_request_param param)
{
    uint64_t value;

    return cnop_str_parse_u64(req->params[param], 0, INT64_MAX, &value) == CNOP_OK ? (int64_t)value
                                                                                   : 0;
}

struct cnop_str
cnop_request_sid(const struct cnop_request *req)
{
    return req->params[CNOP_PARAM_SID];
}

int64_t
cnop_request_token_expires_s(const struct cnop_request *req)
{
    return param_seconds(req, CNOP_PARAM_TOKEN_EXP);
}

struct cnop_str
cnop_request_token_source(const struct cnop_request *req)
{
    return req->params[CNOP_PARAM_TOKEN_SOURCE];
}

struct cnop_str
cnop_request_id(const struct cnop_request *req)
{
    return req->params[CNOP_PARAM_REQUEST_ID];
}

struct cnop_str
cnop_request_client_addr(const struct cnop_request *req)
{
    return req->params[CNOP_PARAM_CLIENT_ADDR];
}

bool
cnop_request_is_https(const struct cnop_request *req)
{
    return cnop_str_equal(req->params[CNOP_PARAM_HTTPS], CNOP_STR("on"));
}

struct cnop_str
cnop_request_method(const struct cnop_request *req)
{
    return req->params[CNOP_PARAM_METHOD];
}

struct cnop_str
cnop_request_path(const struct cnop_request *req)
{
    return req->params[CNOP_PARAM_PATH];
}

/* "Idempotency-Key" against the IDEMPOTENCY_KEY of HTTP_IDEMPOTENCY_KEY. */
static bool
is_header(struct cnop_str have, const char *want, size_t want_len)
{
    if (have.len != want_len)
        return false;
    for (size_t i = 0; i < want_len; i++) {
        char c = want[i] == '-' ? '_' : cnop_to_upper(want[i]);

        if (have.ptr[i] != c)
            return false;
    }
    return true;
}

static const struct cnop_str *
find_header(const struct cnop_request *req, const char *name)
{
    size_t len = strlen(name);

    if (is_header(CNOP_STR("CONTENT_TYPE"), name, len))
        return &req->params[CNOP_PARAM_CONTENT_TYPE];
    for (size_t i = 0; i < req->header_count; i++)
        if (is_header(req->headers[i].name, name, len))
            return &req->headers[i].value;
    return NULL;
}

struct cnop_str
cnop_request_header(const struct cnop_request *req, const char *name)
{
    const struct cnop_str *value = find_header(req, name);

    return value == NULL ? (struct cnop_str){"", 0} : *value;
}

enum cnop_err
cnop_request_idempotency_key(struct cnop_request *req, struct cnop_str *ret_key)
{
    const struct cnop_str *key = find_header(req, "Idempotency-Key");

    if (key != NULL && (cnop_str_empty(*key) || key->len > CNOP_IDEMPOTENCY_KEY_BYTES ||
                        !cnop_str_is_word(*key, "_-")))
        return cnop_request_fault(req, CNOP_E_INVALID, "Idempotency-Key",
                                  "must be 1 to %d letters, digits, '_' and '-'",
                                  CNOP_IDEMPOTENCY_KEY_BYTES);
    *ret_key = key == NULL ? (struct cnop_str){"", 0} : *key;
    return CNOP_OK;
}

struct cnop_str
cnop_request_cookie(const struct cnop_request *req, const char *name)
{
    struct cnop_str rest = cnop_request_header(req, "Cookie");
    struct cnop_str want = cnop_str_from(name);

    while (!cnop_str_empty(rest)) {
        struct cnop_str part, key, value;

        (void)cnop_str_cut(rest, ';', &part, &rest);
        if (cnop_str_cut(cnop_str_trim(part), '=', &key, &value) && cnop_str_equal(key, want))
            return value;
    }
    return (struct cnop_str){"", 0};
}

struct cnop_str
cnop_request_path_param(const struct cnop_request *req, const char *name)
{
    struct cnop_str want = cnop_str_from(name);

    for (size_t i = 0; i < req->match.param_count; i++)
        if (cnop_str_equal(req->match.params[i].name, want))
            return req->match.params[i].value;
    cnop_assert(false && "the route's path has this parameter");
    return (struct cnop_str){"", 0};
}

struct cnop_str
cnop_request_body(const struct cnop_request *req)
{
    return req->body;
}

enum cnop_err
cnop_request_json(struct cnop_request *req, const struct cnop_json **ret_object)
{
    struct cnop_json_fault fault = {0};
    enum cnop_err err;

    if (req->json == NULL) {
        if (cnop_str_empty(req->body))
            return cnop_request_fault_add(
                req, CNOP_E_INVALID, (struct cnop_fault){"", "missing", "A JSON body is required"});
        err = cnop_json_parse(req->arena, req->body, NULL, &fault, &req->json);
        if (err != CNOP_OK) {
            req->json = NULL;
            if (err == CNOP_E_MALFORMED_JSON)
                return cnop_request_detail(req, err, "invalid JSON body: %s at byte %zu",
                                           fault.reason, fault.offset);
            return err;
        }
    }
    if (req->json->kind != CNOP_JSON_OBJECT)
        return cnop_request_fault_add(
            req, CNOP_E_INVALID,
            (struct cnop_fault){"", "object_type", "The body must be a JSON object"});
    *ret_object = req->json;
    return CNOP_OK;
}

struct cnop_log_context
cnop_request_log_context(const struct cnop_request *req)
{
    return (struct cnop_log_context){.request_id = req->params[CNOP_PARAM_REQUEST_ID],
                                     .user = req->params[CNOP_PARAM_USER_ID]};
}

struct cnop_response *
cnop_request_response(struct cnop_request *req)
{
    return &req->response;
}
