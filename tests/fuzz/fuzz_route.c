/* SPDX-License-Identifier: MIT */
/* Path and route table: "METHOD path" is matched as a plain reading of the templates says, byte by
 * byte, and a match put back together gives the path. Covers shared/web/router.c. */
#include "tests/fuzz/fuzz.h"

#include <string.h>

#include "shared/base/buf.h"
#include "shared/web/router.h"

const char fuzz_corpus[] = "route";

static enum cnop_err
handler(struct cnop_request *req, struct cnop_response *res)
{
    (void)req;
    (void)res;
    return CNOP_OK;
}

#define ROUTE(method_, path_)                                                                      \
    {                                                                                              \
        .method = (method_), .path = (path_), .handler = handler                                   \
    }

/* Every shape the services use: fixed before and after parameters, two in a row, one prefix. */
static const struct cnop_route routes[] = {
    ROUTE(CNOP_POST, "/api/v1/orders"),
    ROUTE(CNOP_GET, "/api/v1/orders"),
    ROUTE(CNOP_POST, "/api/v1/orders/preview"),
    ROUTE(CNOP_POST, "/api/v1/orders/batch"),
    ROUTE(CNOP_GET, "/api/v1/orders/by-client-id/{client_order_id}"),
    ROUTE(CNOP_DELETE, "/api/v1/orders/by-client-id/{client_order_id}"),
    ROUTE(CNOP_GET, "/api/v1/orders/{order_id}"),
    ROUTE(CNOP_DELETE, "/api/v1/orders/{order_id}"),
    ROUTE(CNOP_GET, "/api/v1/assets/balances"),
    ROUTE(CNOP_GET, "/api/v1/assets/{asset_id}/balance"),
    ROUTE(CNOP_GET, "/api/v1/assets/{asset_id}/transactions"),
    ROUTE(CNOP_GET, "/api/v1/inventory/assets/{asset_id}"),
    ROUTE(CNOP_GET, "/api/v1/inventory/assets/{asset_id}/candles"),
    ROUTE(CNOP_PUT, "/api/v1/auth/profile"),
    ROUTE(CNOP_PATCH, "/api/v1/{a}/{b}/{c}/{d}"),
};

static bool
plain_match(const char *template, struct cnop_str path)
{
    size_t at = 0;

    while (*template != '\0') {
        if (*template == '{') {
            size_t start = at;

            template = strchr(template, '}') + 1;
            while (at < path.len && path.ptr[at] != '/')
                at++;
            if (at == start)
                return false;
        } else {
            if (at == path.len || path.ptr[at] != *template)
                return false;
            at++;
            template ++;
        }
    }
    return at == path.len;
}

static void
check_rebuilt(const struct cnop_route_match *match, struct cnop_str path)
{
    static char output[70000];
    struct cnop_buf buf;
    size_t param = 0;

    cnop_buf_init(&buf, output, sizeof(output));
    for (const char *c = match->route->path; *c != '\0'; c++) {
        if (*c != '{') {
            cnop_buf_char(&buf, *c);
            continue;
        }
        cnop_assert(param < match->param_count);
        cnop_assert(cnop_str_has_prefix(cnop_str_from(c + 1), match->params[param].name));
        cnop_buf_str(&buf, match->params[param++].value);
        c = strchr(c, '}');
    }
    cnop_assert(param == match->param_count);
    cnop_assert(cnop_str_equal(cnop_buf_view(&buf), path));
}

int
LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len)
{
    struct cnop_str text = cnop_str_make((const char *)bytes, len);
    struct cnop_str method, path, wanted;
    struct cnop_route_match match;
    const struct cnop_route *expected = NULL;
    unsigned allowed = 0;
    enum cnop_err err;

    if (len > 65536)
        return 0;
    (void)cnop_str_cut(text, ' ', &method, &path);
    wanted = cnop_str_equal(method, CNOP_STR("HEAD")) ? CNOP_STR("GET") : method;
    for (size_t i = 0; i < CNOP_COUNT(routes); i++) {
        if (!plain_match(routes[i].path, path))
            continue;
        allowed |= 1U << routes[i].method;
        if (expected == NULL &&
            cnop_str_equal(wanted, cnop_str_from(cnop_method_name(routes[i].method))))
            expected = &routes[i];
    }
    err = cnop_router_match(routes, CNOP_COUNT(routes), method, path, &match);
    cnop_assert(match.route == expected);
    if (expected != NULL) {
        cnop_assert(err == CNOP_OK);
        cnop_assert(match.index == (size_t)(expected - routes));
        check_rebuilt(&match, path);
    } else {
        cnop_assert(err == (allowed ? CNOP_E_METHOD_NOT_ALLOWED : CNOP_E_ROUTE_UNKNOWN));
        cnop_assert(match.allowed_methods == allowed);
        cnop_assert(match.param_count == 0);
    }
    return 0;
}
