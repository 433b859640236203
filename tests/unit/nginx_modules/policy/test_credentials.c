/* SPDX-License-Identifier: MIT */
/* Authorization values and trace contexts: what is taken, what is not ours, what is malformed. */
#include "nginx_modules/policy/credentials.h"

#include "shared/base/attr.h"
#include "tests/unit/unit.h"

START_TEST(bearer)
{
    static const struct {
        const char *value;
        enum bearer kind;
        const char *token;
    } rows[] = {
        {"Bearer abc.def", BEARER_TOKEN, "abc.def"},
        {"bearer x", BEARER_TOKEN, "x"},
        {"BEARER   x", BEARER_TOKEN, "x"}, /* 1*SP */
        {"Bearer", BEARER_MALFORMED, NULL},
        {"Bearer ", BEARER_MALFORMED, NULL},
        {"Bearer a b", BEARER_MALFORMED, NULL},
        {"Bearer a,b", BEARER_MALFORMED, NULL},
        {"Bearer a\tb", BEARER_MALFORMED, NULL},
        {"Bearer\ta", BEARER_MALFORMED, NULL},
        {"Bearer \x7f", BEARER_MALFORMED, NULL},
        {"Bearerx y", BEARER_FOREIGN, NULL},
        {"Basic eDp5", BEARER_FOREIGN, NULL},
        {"Bear x", BEARER_FOREIGN, NULL},
        {"", BEARER_FOREIGN, NULL},
        {" Bearer x", BEARER_FOREIGN, NULL},
    };

    for (size_t i = 0; i < CNOP_COUNT(rows); i++) {
        struct cnop_str token = CNOP_STR("none");

        ck_assert_int_eq(bearer_parse(cnop_str_from(rows[i].value), &token), rows[i].kind);
        ck_assert(cnop_str_equal(token, rows[i].token == NULL ? CNOP_STR("none")
                                                              : cnop_str_from(rows[i].token)));
    }
}
END_TEST

START_TEST(traceparent)
{
    static const struct {
        const char *value;
        bool valid;
    } rows[] = {
        {"00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01", true},
        {"cc-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-00", true},
        {"ff-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01", false},
        {"00-00000000000000000000000000000000-b7ad6b7169203331-01", false},
        {"00-0af7651916cd43dd8448eb211c80319c-0000000000000000-01", false},
        {"00-0AF7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01", false},
        {"00-0af7651916cd43dd8448eb211c80319-cb7ad6b7169203331-01", false},
        {"00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-1", false},
        {"00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-012", false},
        {"00 0af7651916cd43dd8448eb211c80319c b7ad6b7169203331 01", false},
        {"", false},
    };

    for (size_t i = 0; i < CNOP_COUNT(rows); i++)
        ck_assert_int_eq(traceparent_is_valid(cnop_str_from(rows[i].value)), rows[i].valid);
}
END_TEST

static void
add(TCase *tests)
{
    tcase_add_test(tests, bearer);
    tcase_add_test(tests, traceparent);
}

UNIT_MAIN("policy/credentials", add)
