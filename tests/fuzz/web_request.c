/* SPDX-License-Identifier: MIT */
/* The request object that fuzz targets share. Never opens a descriptor. */
#include "tests/fuzz/web_request.h"

#include <string.h>

#define FUZZ_ARENA_BYTES (512 * 1024) /* small: under ASan every reset poisons all of it */
#define FUZZ_BODY_BYTES (64 * 1024)

struct cnop_request *
fuzz_web_request(void)
{
    static struct cnop_request req;
    static struct cnop_arena *pool;
    static char body[FUZZ_BODY_BYTES];
    size_t keep = offsetof(struct cnop_request, span);

    if (pool == NULL) {
        req.arena = cnop_arena_new(FUZZ_ARENA_BYTES);
        pool = cnop_arena_new(64 * 1024);
        cnop_response_attach(&req, pool, body, sizeof(body));
    }
    cnop_arena_reset(req.arena);
    cnop_response_clear(&req.response);
    memset((char *)&req + keep, 0, sizeof(req) - keep);
    return &req;
}

void
fuzz_web_forgive(struct cnop_request *req)
{
    req->fault_count = 0;
    req->first_fault = CNOP_OK;
    req->detail = (struct cnop_str){0};
}

void
fuzz_web_problem(struct cnop_request *req, enum cnop_err err)
{
    static const struct cnop_json_limits limits = {
        .body_bytes = FUZZ_BODY_BYTES, .depth = 4, .key_count = 32, .value_count = 200};
    static struct cnop_arena *arena;
    const struct cnop_json *root = NULL;
    const struct cnop_json *member;

    if (arena == NULL)
        arena = cnop_arena_new(FUZZ_BODY_BYTES);
    cnop_arena_reset(arena);
    cnop_problem_write(req, err);
    cnop_json_done(&req->response.json);
    cnop_assert(!req->response.body.overflow);
    cnop_assert(req->response.status >= 400);
    cnop_assert(cnop_json_parse(arena, cnop_response_body(&req->response), &limits, NULL, &root) ==
                CNOP_OK);
    member = cnop_json_find(root, CNOP_STR("errors"));
    cnop_assert(member != NULL);
    cnop_assert(member->child_count == req->fault_count);
    member = cnop_json_find(root, CNOP_STR("message"));
    cnop_assert(member != NULL);
    cnop_assert(member->text.len > 0);
}
