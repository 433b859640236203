/* SPDX-License-Identifier: MIT */
/* Parameters to views: identity, headers, cookies, query (shared/web/query.c). */
#include "shared/web/request.h"

#include "shared/base/secret.h"
#include "tests/unit/shared/web/fixture.h"

static void
setup(void)
{
    cnop_secret_init();
    fixture_setup();
}

#define ck_assert_view_eq(view, text) ck_assert(cnop_str_equal((view), cnop_str_from(text)))

START_TEST(identity)
{
    ck_assert_int_eq(fixture_load("", "CNOP_USER_ID=1000"), CNOP_OK);
    ck_assert_uint_eq(cnop_request_user_id(fixture_request), 1000);
    ck_assert(!cnop_request_is_admin(fixture_request));
}
END_TEST

static const char *const bad_users[] = {"CNOP_USER_ID=0", "CNOP_USER_ID=-1", "CNOP_USER_ID=1x",
                                        "CNOP_USER_ID=9223372036854775808"};

START_TEST(impossible_identity)
{
    ck_assert_int_eq(fixture_load("", bad_users[_i]), CNOP_E_BAD_REQUEST);
}
END_TEST

START_TEST(role_without_user_is_nobody)
{
    ck_assert_int_eq(fixture_load("", "CNOP_ROLE=admin"), CNOP_OK);
    ck_assert(!cnop_request_is_admin(fixture_request));
}
END_TEST

START_TEST(client_header_is_no_identity)
{
    ck_assert_int_eq(fixture_load("", "HTTP_CNOP_USER_ID=7"), CNOP_OK);
    ck_assert_uint_eq(cnop_request_user_id(fixture_request), 0);
    ck_assert_view_eq(cnop_request_header(fixture_request, "CNOP-User-ID"), "7");
}
END_TEST

START_TEST(headers_and_cookies)
{
    ck_assert_int_eq(fixture_load("", "HTTP_COOKIE=a=1; session=two ;b= x"), CNOP_OK);
    ck_assert_view_eq(cnop_request_cookie(fixture_request, "a"), "1");
    ck_assert_view_eq(cnop_request_cookie(fixture_request, "session"), "two");
    ck_assert_view_eq(cnop_request_cookie(fixture_request, "b"), " x");
    ck_assert_view_eq(cnop_request_cookie(fixture_request, "c"), "");
    ck_assert_view_eq(cnop_request_header(fixture_request, "Cook"), "");
}
END_TEST

START_TEST(keys_that_are_sent_are_words)
{
    struct cnop_str key = CNOP_STR("left");
    char longest[] = "HTTP_IDEMPOTENCY_KEY="
                     "0123456789abcdef0123456789ABCDEF0123456789abcdef0123456789ABCD-_x";

    ck_assert_int_eq(fixture_load("", NULL), CNOP_OK);
    ck_assert_int_eq(cnop_request_idempotency_key(fixture_request, &key), CNOP_OK);
    ck_assert_view_eq(key, "");
    ck_assert_int_eq(fixture_load("", "HTTP_IDEMPOTENCY_KEY="), CNOP_OK);
    ck_assert_int_eq(cnop_request_idempotency_key(fixture_request, &key), CNOP_E_INVALID);
    ck_assert_int_eq(fixture_load("", "HTTP_IDEMPOTENCY_KEY=two words"), CNOP_OK);
    ck_assert_int_eq(cnop_request_idempotency_key(fixture_request, &key), CNOP_E_INVALID);
    ck_assert_int_eq(fixture_load("", "HTTP_IDEMPOTENCY_KEY=gift:1:2"), CNOP_OK);
    ck_assert_int_eq(cnop_request_idempotency_key(fixture_request, &key), CNOP_E_INVALID);
    ck_assert_int_eq(fixture_load("", longest), CNOP_OK);
    ck_assert_int_eq(cnop_request_idempotency_key(fixture_request, &key), CNOP_E_INVALID);
    longest[sizeof(longest) - 2] = '\0';
    ck_assert_int_eq(fixture_load("", longest), CNOP_OK);
    ck_assert_int_eq(cnop_request_idempotency_key(fixture_request, &key), CNOP_OK);
    ck_assert_uint_eq(key.len, 64);
}
END_TEST

START_TEST(query)
{
    ck_assert_int_eq(fixture_load("a=1&a=2&&b=x+y%2Bz&c&%64=%C3%A4", NULL), CNOP_OK);
    ck_assert_view_eq(cnop_request_query(fixture_request, "a"), "1");
    ck_assert_view_eq(cnop_request_query(fixture_request, "b"), "x y+z");
    ck_assert(cnop_request_has_query(fixture_request, "c"));
    ck_assert_view_eq(cnop_request_query(fixture_request, "d"), "\xc3\xa4");
    ck_assert(!cnop_request_has_query(fixture_request, "e"));
}
END_TEST

static const char *const bad_queries[] = {"a=%",   "a=%4", "a=%4g", "a=%00",
                                          "a=%ff", "%80",  "a=\x80"};

START_TEST(bad_query)
{
    ck_assert_int_eq(fixture_load(bad_queries[_i], NULL), CNOP_E_BAD_REQUEST);
}
END_TEST

START_TEST(odd_request_id_is_replaced)
{
    ck_assert_int_eq(fixture_load("", NULL), CNOP_OK);
    ck_assert_view_eq(cnop_request_id(fixture_request), "req-1");
    fixture_request->params[CNOP_PARAM_REQUEST_ID] = (struct cnop_str){0};
    char method[] = "REQUEST_METHOD=GET", path[] = "CNOP_PATH=/", id[] = "CNOP_REQUEST_ID=a b";
    char *params[] = {method, path, id, NULL};
    ck_assert_int_eq(cnop_request_load(fixture_request, params), CNOP_OK);
    ck_assert_uint_eq(cnop_request_id(fixture_request).len, 36);
}
END_TEST

static void
add(TCase *tests)
{
    tcase_add_checked_fixture(tests, setup, fixture_teardown);
    tcase_add_test(tests, identity);
    tcase_add_loop_test(tests, impossible_identity, 0, (int)CNOP_COUNT(bad_users));
    tcase_add_test(tests, role_without_user_is_nobody);
    tcase_add_test(tests, client_header_is_no_identity);
    tcase_add_test(tests, headers_and_cookies);
    tcase_add_test(tests, keys_that_are_sent_are_words);
    tcase_add_test(tests, query);
    tcase_add_loop_test(tests, bad_query, 0, (int)CNOP_COUNT(bad_queries));
    tcase_add_test(tests, odd_request_id_is_replaced);
}

UNIT_MAIN("request", add)
