/* SPDX-License-Identifier: MIT */
/* Matching of paths against the route table, segment by segment. No regular expressions, no
 * allocation; never changes a path. */
#include "shared/web/router.h"

#include <string.h>

#include "shared/base/attr.h"

static const char *const method_names[CNOP_METHOD_COUNT] = {
    [CNOP_GET] = "GET",     [CNOP_POST] = "POST",     [CNOP_PUT] = "PUT",
    [CNOP_PATCH] = "PATCH", [CNOP_DELETE] = "DELETE",
};

const char *
cnop_method_name(enum cnop_method method)
{
    cnop_assert(method < CNOP_METHOD_COUNT);
    return method_names[method];
}

static bool
is_param(struct cnop_str segment)
{
    return segment.len >= 2 && segment.ptr[0] == '{' && segment.ptr[segment.len - 1] == '}';
}

static struct cnop_str
param_name(struct cnop_str segment)
{
    return cnop_str_make(segment.ptr + 1, segment.len - 2);
}

/* Takes one segment off a path that begins with a slash. */
static bool
next_segment(struct cnop_str *path, struct cnop_str *ret_segment)
{
    const char *slash;
    size_t len;

    if (path->len == 0 || path->ptr[0] != '/')
        return false;
    slash = memchr(path->ptr + 1, '/', path->len - 1);
    len = slash != NULL ? (size_t)(slash - path->ptr) : path->len;
    *ret_segment = cnop_str_make(path->ptr + 1, len - 1);
    *path = cnop_str_make(path->ptr + len, path->len - len);
    return true;
}

static bool
match_path(const struct cnop_route *route, struct cnop_str path, struct cnop_route_match *match)
{
    struct cnop_str pattern = cnop_str_from(route->path);

    match->param_count = 0;
    for (;;) {
        struct cnop_str want, have;
        bool more_pattern = next_segment(&pattern, &want);
        bool more_path = next_segment(&path, &have);

        if (!more_pattern || !more_path)
            return !more_pattern && !more_path && path.len == 0;
        if (is_param(want)) {
            if (cnop_str_empty(have))
                return false;
            cnop_assert(match->param_count < CNOP_PATH_PARAM_MAX);
            match->params[match->param_count].name = param_name(want);
            match->params[match->param_count].value = have;
            match->param_count++;
        } else if (!cnop_str_equal(want, have)) {
            return false;
        }
    }
}

enum cnop_err
cnop_router_match(const struct cnop_route *routes, size_t count, struct cnop_str method,
                  struct cnop_str path, struct cnop_route_match *ret_match)
{
    struct cnop_route_match match = {0};

    cnop_assert(count <= CNOP_ROUTE_MAX);
    if (cnop_str_equal(method, CNOP_STR("HEAD")))
        method = CNOP_STR("GET");
    for (size_t i = 0; i < count; i++) {
        if (!match_path(&routes[i], path, &match))
            continue;
        match.allowed_methods |= 1U << routes[i].method;
        if (cnop_str_equal(method, cnop_str_from(method_names[routes[i].method]))) {
            match.route = &routes[i];
            match.index = i;
            *ret_match = match;
            return CNOP_OK;
        }
    }
    match.param_count = 0;
    *ret_match = match;
    return match.allowed_methods != 0 ? CNOP_E_METHOD_NOT_ALLOWED : CNOP_E_ROUTE_UNKNOWN;
}

void
cnop_router_check(const struct cnop_route *routes, size_t count)
{
    cnop_assert(count <= CNOP_ROUTE_MAX);
    for (size_t i = 0; i < count; i++) {
        struct cnop_str rest = cnop_str_from(routes[i].path);
        struct cnop_str segment;
        size_t params = 0;

        cnop_assert(routes[i].handler != NULL);
        cnop_assert(routes[i].method < CNOP_METHOD_COUNT);
        cnop_assert(routes[i].body_max_bytes <= CNOP_BODY_MAX);
        cnop_assert(rest.len > 1 && rest.ptr[0] == '/');
        while (next_segment(&rest, &segment)) {
            cnop_assert(!cnop_str_empty(segment));
            params += is_param(segment);
        }
        cnop_assert(params <= CNOP_PATH_PARAM_MAX);
        for (size_t other = 0; other < i; other++)
            cnop_assert(routes[other].method != routes[i].method ||
                        strcmp(routes[other].path, routes[i].path) != 0);
    }
}

void
cnop_router_print(const struct cnop_route *routes, size_t count, FILE *out)
{
    static const char *const role_names[] = {"public", "user", "admin"};

    for (size_t i = 0; i < count; i++)
        (void)fprintf(out, "%s %s %s %u%s\n", method_names[routes[i].method], routes[i].path,
                      role_names[routes[i].role], (unsigned)routes[i].body_max_bytes,
                      routes[i].flags & CNOP_ROUTE_IDEMPOTENT ? " idempotent" : "");
}
