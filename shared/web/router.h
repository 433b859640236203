/* SPDX-License-Identifier: MIT */
/* The route table of a service: what can be asked, by whom, with how large a body. Matching is by
 * whole path segments of the decoded path; the first matching row wins. Tables are static. */
#ifndef CNOP_WEB_ROUTER_H
#define CNOP_WEB_ROUTER_H

#include "shared/base/role.h"
#include "shared/base/str.h"

#include <stdio.h>

struct cnop_request;
struct cnop_response;

#define CNOP_PATH_PARAM_MAX 4
#define CNOP_ROUTE_MAX 64   /* rows of one service */
#define CNOP_BODY_MAX 65536 /* no route takes more: a whole request must fit a socket buffer */

enum cnop_method { CNOP_GET, CNOP_POST, CNOP_PUT, CNOP_PATCH, CNOP_DELETE, CNOP_METHOD_COUNT };

/* Route flags. */
enum {
    CNOP_ROUTE_IDEMPOTENT = 1, /* honours Idempotency-Key; printed by --routes, checked in tests */
    CNOP_ROUTE_NO_LOG = 2,     /* no request line unless it was refused or failed */
    CNOP_ROUTE_ANY_TYPE = 4,   /* body need not be JSON; the handler reads the bytes itself */
    CNOP_ROUTE_BULK_LOG = 8,   /* the same, but the others go to cnop_log_open_bulk's file if it is
                                  open; LOOP services only */
};

/* Fills the response and returns CNOP_OK, or returns an error: then whatever the handler wrote is
 * dropped and the runtime writes the problem body. May call cnop_request_defer (answer later). */
typedef enum cnop_err (*cnop_handler)(struct cnop_request *req, struct cnop_response *res);

struct cnop_route {
    enum cnop_method method;
    const char *path; /* "/api/v1/orders/{order_id}"; {name} is one non-empty segment */
    cnop_handler handler;
    enum cnop_role role;
    uint32_t body_max_bytes; /* 0: a body is not expected; one of up to 1 KiB is ignored */
    unsigned flags;
};

/* A row of the files in conf/routes, the table that services and gateway share; what only the
 * gateway needs is left out here:
 *
 *   const struct cnop_route user_routes[] = {
 *   #define ROUTE CNOP_ROUTE_ROW
 *   #include "conf/routes/user.def"
 *   #undef ROUTE
 *   };
 */
#define CNOP_ROUTE_ROW(method_, path_, handler_, role_, body_max_bytes_, flags_, gateway_)         \
    {.method = CNOP_##method_,                                                                     \
     .path = (path_),                                                                              \
     .handler = (handler_),                                                                        \
     .role = CNOP_ROLE_##role_,                                                                    \
     .body_max_bytes = (body_max_bytes_),                                                          \
     .flags = (flags_)},

struct cnop_path_param {
    struct cnop_str name;
    struct cnop_str value;
};

struct cnop_route_match {
    const struct cnop_route *route; /* NULL unless CNOP_OK */
    size_t index;                   /* row of route */
    unsigned allowed_methods;       /* bit (1 << method) for each method this path has */
    struct cnop_path_param params[CNOP_PATH_PARAM_MAX];
    size_t param_count;
};

/* Start-up check of a table: paths are well formed, no two rows are equal, at most
 * CNOP_PATH_PARAM_MAX parameters. Asserts: a bad table is our bug. */
void cnop_router_check(const struct cnop_route *routes, size_t count);

/* Errors: ROUTE_UNKNOWN, METHOD_NOT_ALLOWED (allowed_methods is filled). HEAD counts as GET.
 * Views in ret_match point into path. */
cnop_must_check enum cnop_err cnop_router_match(const struct cnop_route *routes, size_t count,
                                                struct cnop_str method, struct cnop_str path,
                                                struct cnop_route_match *ret_match);

/* "GET", "POST", ... Static storage. */
const char *cnop_method_name(enum cnop_method method);

/* One line a route: METHOD PATH ROLE BODY_MAX FLAGS. For --routes. */
void cnop_router_print(const struct cnop_route *routes, size_t count, FILE *out);

#endif
