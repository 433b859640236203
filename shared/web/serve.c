/* SPDX-License-Identifier: MIT */
/* The life of a request. The order is fixed: parameters, route, method, role, size and type of the
 * body, then the handler. A handler's error becomes a problem here and nowhere else. */
#include "shared/web/serve.h"

#include <string.h>
#include <sys/mman.h>

#include "shared/base/clock.h"
#include "shared/web/scoreboard.h"

#define IGNORED_BODY_BYTES 1024 /* routes without a body put up with a small one */

struct cnop_request *
cnop_request_new(struct cnop_arena *pool, const struct cnop_service *service,
                 const struct cnop_request_sizes *sizes)
{
    struct cnop_request *req = cnop_arena_alloc(pool, sizeof(*req));
    void *body;

    cnop_assert(req != NULL);
    req->service = service;
    req->arena = cnop_arena_new(sizes->arena_bytes);
    req->fcgi = cnop_fcgi_new(pool);
    /* Mapped, not taken from the pool: pages that no answer ever reaches are never touched. */
    body = mmap(NULL, sizes->response_bytes, PROT_READ | PROT_WRITE,
                MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    cnop_assert(body != MAP_FAILED);
    cnop_response_attach(req, pool, body, sizes->response_bytes);
    return req;
}

static void
request_reset(struct cnop_request *req, uint64_t deadline_ms)
{
    size_t keep = offsetof(struct cnop_request, span);

    cnop_arena_reset(req->arena);
    cnop_response_clear(&req->response);
    memset((char *)req + keep, 0, sizeof(*req) - keep);
    req->started_us = cnop_clock_monotonic_us();
    req->span.deadline_us = req->started_us + (int64_t)deadline_ms * 1000;
    req->route_index = req->service->route_count;
}

static enum cnop_err
find_route(struct cnop_request *req)
{
    struct cnop_str method = cnop_request_method(req);
    struct cnop_str path = cnop_request_path(req);
    const struct cnop_service *service = req->service;
    enum cnop_err err;

    err = cnop_router_match(service->routes, service->route_count, method, path, &req->match);
    if (err == CNOP_OK)
        req->route_index = req->match.index;
    if (err != CNOP_E_ROUTE_UNKNOWN)
        return err;
    err =
        cnop_router_match(cnop_builtin_routes, cnop_builtin_route_count, method, path, &req->match);
    req->builtin = err == CNOP_OK;
    return err;
}

static enum cnop_err
check_role(const struct cnop_request *req)
{
    enum cnop_role role = req->match.route->role;

    if (role == CNOP_ROLE_PUBLIC)
        return CNOP_OK;
    if (req->user_id == 0)
        return CNOP_E_UNAUTHENTICATED;
    if (role == CNOP_ROLE_ADMIN && !req->is_admin)
        return CNOP_E_FORBIDDEN;
    return CNOP_OK;
}

static bool
is_json_type(struct cnop_str type)
{
    struct cnop_str head, tail;

    (void)cnop_str_cut(type, ';', &head, &tail);
    head = cnop_str_trim(head);
    return cnop_str_empty(head) || cnop_str_equal_nocase(head, CNOP_STR("application/json"));
}

/* Leaves the stream behind the body: an unread rest would be taken for the next request. */
static void
skip_body(struct cnop_request *req)
{
    char rest[4096];

    while (cnop_fcgi_read(req->fcgi, rest, sizeof(rest)) == sizeof(rest))
        ;
}

static enum cnop_err
read_body(struct cnop_request *req, size_t body_bytes)
{
    char *bytes = cnop_arena_alloc(req->arena, body_bytes + 1);

    if (bytes == NULL)
        return CNOP_E_NO_MEMORY;
    /* One more than there is, so that libfcgi also takes the empty record at the end. */
    req->body = cnop_str_make(bytes, cnop_fcgi_read(req->fcgi, bytes, body_bytes + 1));
    return req->body.len == body_bytes ? CNOP_OK : CNOP_E_BAD_REQUEST;
}

static enum cnop_err
take_body(struct cnop_request *req, size_t body_bytes)
{
    const struct cnop_route *route = req->match.route;

    if (route->body_max_bytes == 0 && body_bytes <= IGNORED_BODY_BYTES)
        return CNOP_OK;
    if (body_bytes > route->body_max_bytes)
        return cnop_request_detail(req, CNOP_E_BODY_TOO_LARGE,
                                   "This operation accepts a body of at most %u bytes.",
                                   (unsigned)route->body_max_bytes);
    if (body_bytes > 0 && !(route->flags & CNOP_ROUTE_ANY_TYPE) &&
        !is_json_type(req->params[CNOP_PARAM_CONTENT_TYPE]))
        return CNOP_E_UNSUPPORTED_MEDIA;
    return read_body(req, body_bytes);
}

static enum cnop_err
handle(struct cnop_request *req, const struct cnop_frame *frame)
{
    enum cnop_err err = cnop_request_load(req, cnop_fcgi_params(req->fcgi));

    if (err == CNOP_OK)
        err = find_route(req);
    if (err == CNOP_OK)
        err = check_role(req);
    if (err == CNOP_OK)
        err = take_body(req, frame->state == CNOP_FRAME_OVERSIZE ? SIZE_MAX : frame->body_bytes);
    if (frame->state == CNOP_FRAME_READY && req->body.ptr == NULL)
        skip_body(req);
    if (err != CNOP_OK)
        return err;
    err = cnop_request_admit(req);
    if (err != CNOP_OK)
        return err;
    req->span.one_view = req->match.route->method == CNOP_GET && !req->builtin;
    return req->match.route->handler(req, &req->response);
}

static enum cnop_log_level
level_of(int status)
{
    if (status >= 500)
        return CNOP_LOG_ERROR;
    return status >= 400 ? CNOP_LOG_WARN : CNOP_LOG_INFO;
}

/* Why a request was refused or failed: what the client was told, and which field was at fault. */
static void
log_reason(struct cnop_log_line *line, const struct cnop_request *req, enum cnop_err err)
{
    if (err == CNOP_OK)
        return;
    cnop_log_text(line, "err", cnop_err_symbol(err));
    cnop_log_text(line, "code", cnop_err_code(cnop_err_public(err)));
    if (req->fault_count > 0 && req->faults[0].field[0] != '\0') {
        cnop_log_text(line, "field", req->faults[0].field);
        cnop_log_text(line, "rule", req->faults[0].type);
    }
}

static void
log_request(struct cnop_request *req, enum cnop_err err, bool lost, int64_t elapsed_us)
{
    struct cnop_log_context context = cnop_request_log_context(req);
    int status = req->response.status;
    struct cnop_log_line line;
    bool bulk = false;

    if (req->match.route != NULL && status < 400) {
        if (req->match.route->flags & CNOP_ROUTE_NO_LOG)
            return;
        bulk = (req->match.route->flags & CNOP_ROUTE_BULK_LOG) != 0;
        if (bulk && !cnop_log_bulk_is_open())
            return;
    }
    cnop_log_begin(&line, level_of(status), &context, "request_end", "request answered");
    cnop_log_str(&line, "method", cnop_request_method(req));
    if (req->match.route != NULL)
        cnop_log_text(&line, "route", req->match.route->path);
    else
        cnop_log_str(&line, "path", cnop_request_path(req));
    cnop_log_u64(&line, "status", (uint64_t)status);
    log_reason(&line, req, err);
    if (req->span.cause[0] != '\0')
        cnop_log_text(&line, "cause", req->span.cause);
    cnop_log_i64(&line, "dur_us", elapsed_us);
    cnop_log_i64(&line, "db_us", req->span.db_us);
    cnop_log_str(&line, "client", cnop_request_client_addr(req));
    if (lost)
        cnop_log_bool(&line, "client_gone", true);
    if (bulk)
        cnop_log_end_bulk(&line);
    else
        cnop_log_end(&line);
}

/* Status, headers and body are whole, or the answer becomes an error. */
static enum cnop_err
settle_response(struct cnop_request *req, enum cnop_err err)
{
    struct cnop_response *res = &req->response;

    if (res->begun) /* too late for another answer */
        return err == CNOP_OK && res->body.overflow ? CNOP_E_TRUNCATED : err;
    if (err == CNOP_OK && res->json_open && !res->body.overflow)
        cnop_json_done(&res->json);
    if (err == CNOP_OK && (res->body.overflow || res->headers.overflow)) {
        cnop_span_cause("answer larger than its buffer");
        err = CNOP_E_TRUNCATED;
    }
    if (err != CNOP_OK)
        cnop_problem_write(req, err);
    cnop_assert(!res->body.overflow);
    return err;
}

enum cnop_served
cnop_serve_finish(struct cnop_request *req, enum cnop_err err)
{
    int64_t elapsed_us;
    bool lost;

    cnop_assert(!req->deferred);
    err = settle_response(req, err);
    if (req->audit_user.len > 0 && !req->response.begun)
        cnop_response_header(&req->response, "X-Cnop-Audit-User", "%.*s",
                             CNOP_STR_ARG(req->audit_user));
    if (err != CNOP_OK && req->response.begun)
        cnop_fcgi_cut(req->fcgi);
    /* Before the last byte leaves: who has the whole answer may ask for the next one at once. */
    cnop_request_charge(req);
    lost = !cnop_response_send(req);
    elapsed_us = cnop_clock_monotonic_us() - req->started_us;
    if (lost)
        cnop_scoreboard_count(CNOP_SCOREBOARD_LOST_CLIENTS);
    if (!req->builtin)
        cnop_scoreboard_request(req->route_index, req->response.status, elapsed_us);
    log_request(req, err, lost, elapsed_us);
    cnop_span_enter(NULL);
    return cnop_fcgi_end(req->fcgi) ? CNOP_SERVED_OPEN : CNOP_SERVED_CLOSED;
}

enum cnop_served
cnop_serve(struct cnop_request *req, int fd, const struct cnop_frame *frame, uint64_t deadline_ms)
{
    enum cnop_err err;

    cnop_assert(frame->state == CNOP_FRAME_READY || frame->state == CNOP_FRAME_OVERSIZE);
    request_reset(req, deadline_ms);
    if (!cnop_fcgi_begin(req->fcgi, fd)) {
        cnop_scoreboard_count(CNOP_SCOREBOARD_BROKEN_STREAMS);
        return CNOP_SERVED_CLOSED;
    }
    cnop_span_enter(&req->span);
    err = handle(req, frame);
    if (req->deferred && err == CNOP_OK) {
        cnop_span_enter(NULL);
        return CNOP_SERVED_LATER;
    }
    req->deferred = false;
    return cnop_serve_finish(req, err);
}
