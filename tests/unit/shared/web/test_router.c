/* SPDX-License-Identifier: MIT */
/* Matching of whole segments, methods of a path, and the checks of a table. */
#include "shared/web/router.h"

#include "shared/base/attr.h"
#include "tests/unit/unit.h"

static enum cnop_err
handler(struct cnop_request *req, struct cnop_response *res)
{
    (void)req;
    (void)res;
    return CNOP_OK;
}

static const struct cnop_route routes[] = {
    {CNOP_GET, "/a", handler, CNOP_ROLE_PUBLIC, 0, 0},
    {CNOP_POST, "/a", handler, CNOP_ROLE_CUSTOMER, 100, CNOP_ROUTE_IDEMPOTENT},
    {CNOP_GET, "/a/fixed", handler, CNOP_ROLE_CUSTOMER, 0, 0},
    {CNOP_GET, "/a/{id}", handler, CNOP_ROLE_CUSTOMER, 0, 0},
    {CNOP_DELETE, "/a/{id}/b/{other}", handler, CNOP_ROLE_ADMIN, 0, 0},
};

static struct cnop_route_match match;

static enum cnop_err
find(const char *method, const char *path)
{
    return cnop_router_match(routes, CNOP_COUNT(routes), cnop_str_from(method), cnop_str_from(path),
                             &match);
}

START_TEST(rows_and_parameters)
{
    cnop_router_check(routes, CNOP_COUNT(routes));
    ck_assert_int_eq(find("POST", "/a"), CNOP_OK);
    ck_assert_uint_eq(match.index, 1);
    ck_assert_int_eq(find("GET", "/a/fixed"), CNOP_OK);
    ck_assert_uint_eq(match.index, 2);
    ck_assert_int_eq(find("HEAD", "/a/x-1"), CNOP_OK);
    ck_assert_uint_eq(match.index, 3);
    ck_assert(cnop_str_equal(match.params[0].name, CNOP_STR("id")));
    ck_assert(cnop_str_equal(match.params[0].value, CNOP_STR("x-1")));
    ck_assert_int_eq(find("DELETE", "/a/1/b/2"), CNOP_OK);
    ck_assert_uint_eq(match.param_count, 2);
    ck_assert(cnop_str_equal(match.params[1].value, CNOP_STR("2")));
}
END_TEST

START_TEST(unknown_paths)
{
    static const char *const paths[] = {"",     "/",     "a",       "/A",       "/a/",    "//a",
                                        "/a//", "/a/b/", "/a/1/b/", "/a/1/c/2", "/a/1/b", "/a?"};

    for (size_t i = 0; i < CNOP_COUNT(paths); i++)
        ck_assert_msg(find("GET", paths[i]) == CNOP_E_ROUTE_UNKNOWN, "%s", paths[i]);
}
END_TEST

START_TEST(methods)
{
    ck_assert_int_eq(find("PUT", "/a"), CNOP_E_METHOD_NOT_ALLOWED);
    ck_assert_uint_eq(match.allowed_methods, 1U << CNOP_GET | 1U << CNOP_POST);
    ck_assert_ptr_null(match.route);
    ck_assert_int_eq(find("get", "/a"), CNOP_E_METHOD_NOT_ALLOWED);
}
END_TEST

START_TEST(equal_rows_abort)
{
    static const struct cnop_route twice[] = {
        {CNOP_GET, "/a", handler, CNOP_ROLE_PUBLIC, 0, 0},
        {CNOP_GET, "/a", handler, CNOP_ROLE_CUSTOMER, 0, 0},
    };

    cnop_router_check(twice, CNOP_COUNT(twice));
}
END_TEST

START_TEST(empty_segment_aborts)
{
    static const struct cnop_route bad[] = {{CNOP_GET, "/a//b", handler, CNOP_ROLE_CUSTOMER, 0, 0}};

    cnop_router_check(bad, CNOP_COUNT(bad));
}
END_TEST

static void
add(TCase *tests)
{
    tcase_add_test(tests, rows_and_parameters);
    tcase_add_test(tests, unknown_paths);
    tcase_add_test(tests, methods);
    unit_add_abort_test(tests, equal_rows_abort);
    unit_add_abort_test(tests, empty_segment_aborts);
}

UNIT_MAIN("router", add)
