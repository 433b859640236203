/* SPDX-License-Identifier: MIT */
/* Building and sending of one answer. Header text is checked for control characters here, so that
 * nothing can split a response. */
#include "shared/web/response.h"

#include <stdarg.h>
#include <string.h>

#include "shared/base/span.h"
#include "shared/web/request_state.h"

void
cnop_response_attach(struct cnop_request *req, struct cnop_arena *pool, void *body,
                     size_t body_bytes)
{
    struct cnop_response *res = &req->response;
    void *headers = cnop_arena_alloc(pool, CNOP_RESPONSE_HEADER_BYTES);

    cnop_assert(headers != NULL);
    cnop_assert(body != NULL);
    res->req = req;
    cnop_buf_init(&res->headers, headers, CNOP_RESPONSE_HEADER_BYTES);
    cnop_buf_init(&res->body, body, body_bytes);
    cnop_response_clear(res);
}

void
cnop_response_clear(struct cnop_response *res)
{
    res->status = 200;
    cnop_buf_clear(&res->headers);
    cnop_buf_clear(&res->body);
    res->json_open = false;
    res->no_content = false;
    res->streaming = false;
    res->begun = false;
    res->content_type = "application/json";
    res->cache_control = "no-store";
}

void
cnop_response_status(struct cnop_response *res, int status)
{
    cnop_assert(status >= 200 && status <= 599);
    res->status = status;
}

const char *
cnop_response_phrase(int status)
{
    static const struct {
        int status;
        const char *phrase;
    } named[] = {
        {201, "Created"},
        {202, "Accepted"},
        {204, "No Content"},
        {304, "Not Modified"},
        {401, "Unauthorized"},
        {403, "Forbidden"},
        {404, "Not Found"},
        {405, "Method Not Allowed"},
        {406, "Not Acceptable"},
        {408, "Request Timeout"},
        {409, "Conflict"},
        {410, "Gone"},
        {412, "Precondition Failed"},
        {413, "Content Too Large"},
        {414, "URI Too Long"},
        {415, "Unsupported Media Type"},
        {422, "Unprocessable Content"},
        {429, "Too Many Requests"},
        {431, "Request Header Fields Too Large"},
        {501, "Not Implemented"},
        {502, "Bad Gateway"},
        {503, "Service Unavailable"},
        {504, "Gateway Timeout"},
    };
    static const char *const classes[] = {"OK", "Multiple Choices", "Bad Request",
                                          "Internal Server Error"};

    cnop_assert(status >= 200 && status <= 599);
    for (size_t i = 0; i < CNOP_COUNT(named); i++)
        if (named[i].status == status)
            return named[i].phrase;
    return classes[status / 100 - 2];
}

static bool
is_header_text(const char *text, size_t len)
{
    for (size_t i = 0; i < len; i++)
        if ((unsigned char)text[i] < 0x20 || text[i] == 0x7f)
            return false;
    return true;
}

static void
add_header(struct cnop_response *res, const char *name, struct cnop_str value)
{
    cnop_assert(is_header_text(name, strlen(name)));
    cnop_assert(is_header_text(value.ptr, value.len));
    cnop_buf_text(&res->headers, name);
    cnop_buf_bytes(&res->headers, ": ", 2);
    cnop_buf_str(&res->headers, value);
    cnop_buf_bytes(&res->headers, "\r\n", 2);
}

void
cnop_response_header(struct cnop_response *res, const char *name, const char *fmt, ...)
{
    char text[CNOP_HEADER_TEXT_BYTES];
    va_list args;
    int len;

    va_start(args, fmt);
    len = vsnprintf(text, sizeof(text), fmt, args);
    va_end(args);
    cnop_assert(len >= 0 && (size_t)len < sizeof(text));
    add_header(res, name, cnop_str_make(text, (size_t)len));
}

void
cnop_response_cache_control(struct cnop_response *res, const char *value)
{
    res->cache_control = value;
}

static bool
is_cookie_value(struct cnop_str value)
{
    for (size_t i = 0; i < value.len; i++) {
        char c = value.ptr[i];

        if (c <= 0x20 || c >= 0x7f || c == ';' || c == ',' || c == '"' || c == '\\')
            return false;
    }
    return true;
}

void
cnop_response_cookie(struct cnop_response *res, const struct cnop_cookie *cookie)
{
    char age[40] = "";
    int64_t max_age_s = cnop_str_empty(cookie->value) ? 0 : cookie->max_age_s;

    cnop_assert(is_cookie_value(cookie->value));
    if (max_age_s >= 0)
        (void)snprintf(age, sizeof(age), "; Max-Age=%lld", (long long)max_age_s);
    cnop_buf_printf(&res->headers, "Set-Cookie: %s=", cookie->name);
    cnop_buf_str(&res->headers, cookie->value);
    cnop_buf_printf(&res->headers, "; Path=%s%s%s%s%s%s\r\n", cookie->path, age,
                    cookie->flags & CNOP_COOKIE_HTTP_ONLY ? "; HttpOnly" : "",
                    cookie->flags & CNOP_COOKIE_SECURE ? "; Secure" : "",
                    cookie->flags & CNOP_COOKIE_SAMESITE_STRICT ? "; SameSite=Strict" : "",
                    cookie->flags & CNOP_COOKIE_SAMESITE_LAX ? "; SameSite=Lax" : "");
}

struct cnop_json_writer *
cnop_response_json(struct cnop_response *res)
{
    if (!res->json_open) {
        cnop_buf_clear(&res->body);
        cnop_json_init(&res->json, &res->body);
        res->json_open = true;
    }
    return &res->json;
}

struct cnop_buf *
cnop_response_raw(struct cnop_response *res, const char *content_type)
{
    cnop_assert(!res->json_open);
    cnop_assert(is_header_text(content_type, strlen(content_type)));
    res->content_type = content_type;
    return &res->body;
}

void
cnop_response_no_content(struct cnop_response *res)
{
    res->status = 204;
    res->no_content = true;
}

struct cnop_str
cnop_response_body(const struct cnop_response *res)
{
    return cnop_buf_view(&res->body);
}

/* whole: what is in the buffer is all of the body. */
static void
send_head(struct cnop_request *req, bool whole)
{
    struct cnop_response *res = &req->response;
    struct cnop_str id = cnop_request_id(req);
    char memory[512];
    struct cnop_buf head;

    cnop_buf_init(&head, memory, sizeof(memory));
    cnop_buf_printf(&head, "Status: %d %s\r\n", res->status, cnop_response_phrase(res->status));
    if (!res->no_content)
        cnop_buf_printf(&head, "Content-Type: %s\r\n", res->content_type);
    if (!res->no_content && whole)
        cnop_buf_printf(&head, "Content-Length: %zu\r\n", res->body.len);
    cnop_buf_printf(&head, "Cache-Control: %s\r\nX-Request-ID: ", res->cache_control);
    cnop_buf_str(&head, id);
    cnop_buf_text(&head, "\r\n");
    cnop_assert(!head.overflow);
    cnop_fcgi_write(req->fcgi, head.ptr, head.len);
    cnop_fcgi_write(req->fcgi, res->headers.ptr, res->headers.len);
    cnop_fcgi_write(req->fcgi, "\r\n", 2);
    res->begun = true;
}

/* ---- in pieces ---- */

struct cnop_buf *
cnop_response_stream(struct cnop_response *res, const char *content_type)
{
    struct cnop_buf *body = cnop_response_raw(res, content_type);

    res->streaming = true;
    return body;
}

bool
cnop_response_is_filling(const struct cnop_response *res)
{
    return res->body.len >= res->body.cap / 2;
}

enum cnop_err
cnop_response_push(struct cnop_response *res)
{
    struct cnop_request *req = res->req;

    cnop_assert(res->streaming);
    if (res->body.overflow || res->headers.overflow)
        return CNOP_E_TRUNCATED;
    if (cnop_span_left_ms(1) == 0) {
        cnop_span_cause("no time left for the rest of a stream");
        return CNOP_E_DEADLINE;
    }
    cnop_request_beat(req);
    if (!res->begun)
        send_head(req, false);
    if (!cnop_fcgi_write(req->fcgi, res->body.ptr, res->body.len))
        return CNOP_E_IO;
    cnop_buf_clear(&res->body);
    return CNOP_OK;
}

bool
cnop_response_send(struct cnop_request *req)
{
    struct cnop_response *res = &req->response;

    if (!res->begun)
        send_head(req, true);
    if (!res->no_content)
        cnop_fcgi_write(req->fcgi, res->body.ptr, res->body.len);
    return cnop_fcgi_flush(req->fcgi);
}
