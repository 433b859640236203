/* SPDX-License-Identifier: MIT */
/* The error catalogue: every row is complete, and the accessors read the right column. */
#include "shared/base/err.h"

#include <string.h>

#include "tests/unit/unit.h"

START_TEST(ok_is_status_200)
{
    ck_assert_int_eq(cnop_err_status(CNOP_OK), 200);
    ck_assert_str_eq(cnop_err_symbol(CNOP_OK), "OK");
}
END_TEST

START_TEST(known_row_reads_back)
{
    ck_assert_str_eq(cnop_err_symbol(CNOP_E_INSUFFICIENT_FUNDS), "INSUFFICIENT_FUNDS");
    ck_assert_str_eq(cnop_err_code(CNOP_E_INSUFFICIENT_FUNDS), "insufficient_funds");
    ck_assert_int_eq(cnop_err_status(CNOP_E_INSUFFICIENT_FUNDS), 422);
    ck_assert_int_eq(cnop_err_status(CNOP_E_UNAVAILABLE), 503);
}
END_TEST

START_TEST(every_row_is_complete)
{
    for (unsigned i = 1; i < CNOP_ERR_COUNT; i++) {
        enum cnop_err err = (enum cnop_err)i;
        const char *meaning = cnop_err_meaning(err);

        ck_assert(strlen(cnop_err_symbol(err)) > 0);
        ck_assert(strlen(cnop_err_code(err)) > 0);
        ck_assert(strlen(cnop_err_title(err)) > 0);
        ck_assert(strlen(meaning) > 0);
        ck_assert_int_eq(meaning[strlen(meaning) - 1], '.');
        ck_assert_int_ge(cnop_err_status(err), 400);
        ck_assert_int_le(cnop_err_status(err), 599);
    }
}
END_TEST

static void
add(TCase *tests)
{
    tcase_add_test(tests, ok_is_status_200);
    tcase_add_test(tests, known_row_reads_back);
    tcase_add_test(tests, every_row_is_complete);
}

UNIT_MAIN("err", add)
