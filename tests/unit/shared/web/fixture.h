/* SPDX-License-Identifier: MIT */
/* A request without a connection: what handlers see, loaded from given FastCGI parameters. */
#ifndef CNOP_TESTS_UNIT_WEB_FIXTURE_H
#define CNOP_TESTS_UNIT_WEB_FIXTURE_H

#include <string.h>

#include "shared/web/request_state.h"
#include "tests/unit/unit.h"

static const struct cnop_service fixture_service = {.name = "fixture"};
static struct cnop_request *fixture_request;
static struct cnop_arena *fixture_pool;
static char fixture_body[16384];

static inline void
fixture_setup(void)
{
    fixture_pool = cnop_arena_new(256 * 1024);
    fixture_request = cnop_arena_alloc(fixture_pool, sizeof(*fixture_request));
    fixture_request->service = &fixture_service;
    fixture_request->arena = cnop_arena_new(256 * 1024);
    cnop_response_attach(fixture_request, fixture_pool, fixture_body, sizeof(fixture_body));
}

static inline void
fixture_teardown(void)
{
    cnop_arena_free(&fixture_request->arena);
    cnop_arena_free(&fixture_pool);
}

/* Loads the request with a query string and, if not NULL, one more parameter "NAME=value". */
static inline enum cnop_err
fixture_load(const char *query, const char *more)
{
    static char method[] = "REQUEST_METHOD=POST", path[] = "CNOP_PATH=/api/v1/x";
    static char request_id[] = "CNOP_REQUEST_ID=req-1", last[512];
    static char query_text[4096];
    char *params[] = {method, path, request_id, query_text, last, NULL};

    memset(fixture_request->params, 0, sizeof(fixture_request->params));
    fixture_request->header_count = 0;
    (void)snprintf(query_text, sizeof(query_text), "QUERY_STRING=%s", query);
    (void)snprintf(last, sizeof(last), "%s", more != NULL ? more : "X=");
    return cnop_request_load(fixture_request, params);
}

#endif
