/* SPDX-License-Identifier: MIT */
/* The one place where an error becomes a problem body (RFC 9457 with the members older clients
 * read). Causes stay in the log; the body shows catalogue and fault texts. */
#include <string.h>

#include "shared/base/ascii.h"
#include "shared/base/clock.h"
#include "shared/web/request_state.h"

enum cnop_err
cnop_err_public(enum cnop_err err)
{
    switch ((int)err) {
    case CNOP_E_DB_FAILED:
    case CNOP_E_CACHE_MISS:
    case CNOP_E_IO:
        return CNOP_E_UNAVAILABLE;
    case CNOP_E_DB_DEADLOCK:
        return CNOP_E_BUSY;
    case CNOP_E_DUPLICATE:
        return CNOP_E_CONFLICT;
    case CNOP_E_FENCED:
        return CNOP_E_SHUTTING_DOWN;
    case CNOP_E_TRUNCATED:
    case CNOP_E_CONFIG:
        return CNOP_E_INTERNAL;
    default:
        return err;
    }
}

/* "quantity must be greater than 0", or the message alone when it is a sentence. */
static struct cnop_str
fault_sentence(struct cnop_request *req, const struct cnop_fault *fault)
{
    if (fault->field[0] == '\0' || cnop_is_upper(fault->message[0]))
        return cnop_str_from(fault->message);
    return cnop_arena_printf(req->arena, "%s %s", fault->field, fault->message);
}

static struct cnop_str
detail_of(struct cnop_request *req, enum cnop_err err)
{
    struct cnop_str text = req->detail;

    if (cnop_str_empty(text) && req->fault_count > 0)
        text = fault_sentence(req, &req->faults[0]);
    return cnop_str_empty(text) ? cnop_str_from(cnop_err_meaning(err)) : text;
}

static void
write_faults(struct cnop_request *req, struct cnop_json_writer *json)
{
    cnop_json_array_open(json, "errors");
    for (size_t i = 0; i < req->fault_count; i++) {
        cnop_json_object_open(json, NULL);
        cnop_json_text(json, "field", req->faults[i].field);
        cnop_json_text(json, "message", req->faults[i].message);
        cnop_json_text(json, "type", req->faults[i].type);
        cnop_json_object_close(json);
    }
    cnop_json_array_close(json);
}

/* The path comes from the client: cut, so that it cannot fill the body. */
static struct cnop_str
instance_of(const struct cnop_request *req)
{
    struct cnop_str path = cnop_request_path(req);

    if (!cnop_str_is_utf8(path) || path.len > 512)
        return CNOP_STR("/");
    return path;
}

static void
write_allow(struct cnop_request *req)
{
    char text[64];
    struct cnop_buf allow;

    cnop_buf_init(&allow, text, sizeof(text));
    for (unsigned method = 0; method < CNOP_METHOD_COUNT; method++) {
        if (!(req->match.allowed_methods & (1U << method)))
            continue;
        if (allow.len > 0)
            cnop_buf_text(&allow, ", ");
        cnop_buf_text(&allow, cnop_method_name(method));
        if (method == CNOP_GET)
            cnop_buf_text(&allow, ", HEAD");
    }
    cnop_response_header(&req->response, "Allow", "%.*s", CNOP_STR_ARG(cnop_buf_view(&allow)));
}

static void
write_headers(struct cnop_request *req, int status)
{
    struct cnop_response *res = &req->response;

    if (status == 429 || status == 503)
        cnop_response_header(res, "Retry-After", "%u",
                             req->retry_after_s > 0 ? req->retry_after_s
                             : status == 503        ? 1
                                                    : 60);
    else if (req->retry_after_s > 0)
        cnop_response_header(res, "Retry-After", "%u", req->retry_after_s);
    if (status == 401)
        cnop_response_header(res, "WWW-Authenticate", "Bearer realm=\"cnop\"");
    if (status == 405)
        write_allow(req);
}

void
cnop_problem_write(struct cnop_request *req, enum cnop_err err)
{
    enum cnop_err shown = cnop_err_public(err);
    const char *code = cnop_err_code(shown);
    int status = cnop_err_status(shown);
    struct cnop_str detail = detail_of(req, shown);
    struct cnop_json_writer *json;
    char type[96];

    cnop_assert(err != CNOP_OK);
    (void)snprintf(type, sizeof(type), "/docs/errors#%s", code);
    cnop_response_clear(&req->response);
    cnop_response_status(&req->response, status);
    write_headers(req, status);
    json = cnop_response_json(&req->response);
    req->response.content_type = "application/problem+json";
    cnop_json_object_open(json, NULL);
    cnop_json_text(json, "type", type);
    cnop_json_text(json, "title", cnop_err_title(shown));
    cnop_json_u64(json, "status", (uint64_t)status);
    cnop_json_str(json, "detail", detail);
    cnop_json_str(json, "instance", instance_of(req));
    write_faults(req, json);
    cnop_json_str(json, "trace_id", cnop_request_id(req));
    cnop_json_time(json, "timestamp", cnop_clock_wall_us());
    cnop_json_str(json, "message", detail);
    cnop_json_text(json, "error", code);
    cnop_json_text(json, "code", code);
    cnop_json_object_close(json);
}
