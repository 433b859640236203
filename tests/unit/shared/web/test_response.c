/* SPDX-License-Identifier: MIT */
/* Headers, cookies, bodies, and problems (shared/web/problem.c).
 * Faults and details: shared/web/fault.c. */
#include "shared/web/response.h"

#include "tests/unit/shared/web/fixture.h"

static struct cnop_response *res;

static void
setup(void)
{
    fixture_setup();
    ck_assert_int_eq(fixture_load("", NULL), CNOP_OK);
    res = &fixture_request->response;
}

static bool
has(const struct cnop_buf *buf, const char *text)
{
    return memmem(buf->ptr, buf->len, text, strlen(text)) != NULL;
}

START_TEST(a_header_and_a_body)
{
    struct cnop_json_writer *json = cnop_response_json(res);

    cnop_response_header(res, "Location", "/x/%d", 7);
    cnop_json_object_open(json, NULL);
    cnop_json_object_close(json);
    ck_assert(has(&res->headers, "Location: /x/7\r\n"));
    ck_assert(cnop_str_equal(cnop_response_body(res), CNOP_STR("{}")));
}
END_TEST

START_TEST(cookies)
{
    struct cnop_cookie cookie = {.name = "c",
                                 .value = CNOP_STR("v"),
                                 .path = "/",
                                 .max_age_s = 60,
                                 .flags = CNOP_COOKIE_HTTP_ONLY | CNOP_COOKIE_SECURE |
                                          CNOP_COOKIE_SAMESITE_STRICT};

    cnop_response_cookie(res, &cookie);
    ck_assert(has(&res->headers, "Set-Cookie: c=v; Path=/; Max-Age=60; HttpOnly; Secure; "
                                 "SameSite=Strict\r\n"));
    cnop_response_clear(res);
    cookie.value = (struct cnop_str){"", 0};
    cnop_response_cookie(res, &cookie);
    ck_assert(has(&res->headers, "c=; Path=/; Max-Age=0;"));
}
END_TEST

START_TEST(header_injection_aborts)
{
    cnop_response_header(res, "X-A", "a\r\nSet-Cookie: b=c");
}
END_TEST

START_TEST(cookie_injection_aborts)
{
    struct cnop_cookie cookie = {.name = "c", .value = CNOP_STR("a;b"), .path = "/"};

    cnop_response_cookie(res, &cookie);
}
END_TEST

START_TEST(problem_texts)
{
    (void)cnop_request_fault(fixture_request, CNOP_E_INVALID, "name", "must be %s", "short");
    cnop_problem_write(fixture_request, CNOP_E_INVALID);
    ck_assert_int_eq(res->status, 422);
    ck_assert_str_eq(res->content_type, "application/problem+json");
    ck_assert(has(&res->body, "\"type\":\"/docs/errors#validation_failed\""));
    ck_assert(has(&res->body, "\"detail\":\"name must be short\""));
    ck_assert(has(&res->body, "\"message\":\"name must be short\""));
    ck_assert(has(&res->body, "{\"field\":\"name\",\"message\":\"must be short\",\"type\":"));
    ck_assert(has(&res->body, "\"trace_id\":\"req-1\""));
}
END_TEST

START_TEST(problem_replaces_what_was_written)
{
    cnop_response_header(res, "X-Left", "over");
    cnop_json_object_open(cnop_response_json(res), NULL);
    cnop_problem_write(fixture_request, CNOP_E_NOT_FOUND);
    ck_assert_int_eq(res->status, 404);
    ck_assert(!has(&res->headers, "X-Left"));
}
END_TEST

static const struct {
    enum cnop_err inner;
    int status;
    const char *code;
} mapped[] = {
    {CNOP_E_DB_FAILED, 503, "SVC_003"},
    {CNOP_E_DB_DEADLOCK, 503, "busy"},
    {CNOP_E_DUPLICATE, 409, "conflict"},
    {CNOP_E_FENCED, 503, "shutting_down"},
    {CNOP_E_TRUNCATED, 500, "SVC_001"},
    {CNOP_E_CACHE_MISS, 503, "SVC_003"},
    {CNOP_E_OUTCOME_UNKNOWN, 503, "outcome_unknown"},
};

START_TEST(inner_errors_leave_as_public_ones)
{
    char code[64];

    cnop_problem_write(fixture_request, mapped[_i].inner);
    (void)snprintf(code, sizeof(code), "\"code\":\"%s\"", mapped[_i].code);
    ck_assert_int_eq(res->status, mapped[_i].status);
    ck_assert(has(&res->body, code));
    if (mapped[_i].status == 503)
        ck_assert(has(&res->headers, "Retry-After: 1\r\n"));
}
END_TEST

START_TEST(every_error_has_a_phrase_of_its_own)
{
    for (int err = 1; err < CNOP_ERR_COUNT; err++) {
        int status = cnop_err_status((enum cnop_err)err);

        if (status % 100 != 0)
            ck_assert_str_ne(cnop_response_phrase(status),
                             cnop_response_phrase(status / 100 * 100));
    }
    ck_assert_str_eq(cnop_response_phrase(200), "OK");
    ck_assert_str_eq(cnop_response_phrase(422), "Unprocessable Content");
}
END_TEST

START_TEST(faults_are_capped)
{
    for (unsigned i = 0; i < 3 * CNOP_FAULT_MAX; i++)
        (void)cnop_request_fault(fixture_request, CNOP_E_INVALID, "f", "is bad");
    ck_assert_uint_eq(fixture_request->fault_count, CNOP_FAULT_MAX);
    cnop_problem_write(fixture_request, CNOP_E_INVALID);
    ck_assert(!res->body.overflow);
}
END_TEST

static void
add(TCase *tests)
{
    tcase_add_checked_fixture(tests, setup, fixture_teardown);
    tcase_add_test(tests, a_header_and_a_body);
    tcase_add_test(tests, cookies);
    unit_add_abort_test(tests, header_injection_aborts);
    unit_add_abort_test(tests, cookie_injection_aborts);
    tcase_add_test(tests, problem_texts);
    tcase_add_test(tests, problem_replaces_what_was_written);
    tcase_add_loop_test(tests, inner_errors_leave_as_public_ones, 0, (int)CNOP_COUNT(mapped));
    tcase_add_test(tests, every_error_has_a_phrase_of_its_own);
    tcase_add_test(tests, faults_are_capped);
}

UNIT_MAIN("response", add)
