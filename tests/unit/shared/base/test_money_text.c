/* SPDX-License-Identifier: MIT */
/* Money as text: spellings of amounts, and how they are shown. The rest of shared/base/money.c is
 * test_money.c's. */
#include "shared/base/money.h"

#include <signal.h>

#include "tests/unit/unit.h"

struct spelling {
    const char *text;
    enum cnop_err err;
    int64_t e8;
};

static const struct spelling cash_spellings[] = {
    {"0", CNOP_OK, 0},
    {"1", CNOP_OK, 100000000},
    {"10", CNOP_OK, 1000000000},
    {"0.1", CNOP_OK, 10000000},
    {"0.10", CNOP_OK, 10000000},
    {"0.01", CNOP_OK, 1000000},
    {"0.00000001", CNOP_OK, 1},
    {"0.00000010", CNOP_OK, 10},
    {"0.00000000", CNOP_OK, 0},
    {"00", CNOP_OK, 0},
    {"007.5", CNOP_OK, 750000000},
    {"100.50", CNOP_OK, 10050000000},
    {"1234567.89", CNOP_OK, 123456789000000},
    {"92233720368.54775807", CNOP_OK, INT64_MAX},
    {"000000000001", CNOP_OK, 100000000},
    {"92233720368.54775808", CNOP_E_OVERFLOW, 0},
    {"92233720369", CNOP_E_OVERFLOW, 0},
    {"999999999999", CNOP_E_OVERFLOW, 0},
    {"999999999999.99999999", CNOP_E_OVERFLOW, 0},
    {"1000000000000", CNOP_E_OVERFLOW, 0},
    {"0000000000001", CNOP_E_OVERFLOW, 0},
    {"184467440738", CNOP_E_OVERFLOW, 0},
    {"99999999999999999999999999999999999999999", CNOP_E_OVERFLOW, 0},
    {"18446744073709551617", CNOP_E_OVERFLOW, 0},
    {"0.000000001", CNOP_E_AMOUNT_PRECISION, 0},
    {"0.100000000", CNOP_E_AMOUNT_PRECISION, 0},
    {"1.0000000000", CNOP_E_AMOUNT_PRECISION, 0},
    {"1.18446744073709551617", CNOP_E_AMOUNT_PRECISION, 0},
    {"9999999999999.123456789", CNOP_E_AMOUNT_PRECISION, 0},
    {"", CNOP_E_AMOUNT_INVALID, 0},
    {".", CNOP_E_AMOUNT_INVALID, 0},
    {".5", CNOP_E_AMOUNT_INVALID, 0},
    {"5.", CNOP_E_AMOUNT_INVALID, 0},
    {"1..2", CNOP_E_AMOUNT_INVALID, 0},
    {"1.2.3", CNOP_E_AMOUNT_INVALID, 0},
    {"-1", CNOP_E_AMOUNT_INVALID, 0},
    {"-0", CNOP_E_AMOUNT_INVALID, 0},
    {"+1", CNOP_E_AMOUNT_INVALID, 0},
    {"--1", CNOP_E_AMOUNT_INVALID, 0},
    {"1e3", CNOP_E_AMOUNT_INVALID, 0},
    {"1E3", CNOP_E_AMOUNT_INVALID, 0},
    {"1e-3", CNOP_E_AMOUNT_INVALID, 0},
    {"0x1", CNOP_E_AMOUNT_INVALID, 0},
    {"0x1p4", CNOP_E_AMOUNT_INVALID, 0},
    {"0b1", CNOP_E_AMOUNT_INVALID, 0},
    {"1_000", CNOP_E_AMOUNT_INVALID, 0},
    {"1,000", CNOP_E_AMOUNT_INVALID, 0},
    {"1,5", CNOP_E_AMOUNT_INVALID, 0},
    {"1 000", CNOP_E_AMOUNT_INVALID, 0},
    {" 1", CNOP_E_AMOUNT_INVALID, 0},
    {"1 ", CNOP_E_AMOUNT_INVALID, 0},
    {"1\n", CNOP_E_AMOUNT_INVALID, 0},
    {"1\t", CNOP_E_AMOUNT_INVALID, 0},
    {"1.5f", CNOP_E_AMOUNT_INVALID, 0},
    {"$1", CNOP_E_AMOUNT_INVALID, 0},
    {"1%", CNOP_E_AMOUNT_INVALID, 0},
    {"NaN", CNOP_E_AMOUNT_INVALID, 0},
    {"nan", CNOP_E_AMOUNT_INVALID, 0},
    {"Infinity", CNOP_E_AMOUNT_INVALID, 0},
    {"inf", CNOP_E_AMOUNT_INVALID, 0},
    {"-Infinity", CNOP_E_AMOUNT_INVALID, 0},
    {"null", CNOP_E_AMOUNT_INVALID, 0},
    {"one", CNOP_E_AMOUNT_INVALID, 0},
    {"\xD9\xA1", CNOP_E_AMOUNT_INVALID, 0},     /* Arabic-Indic digit one */
    {"\xEF\xBC\x91", CNOP_E_AMOUNT_INVALID, 0}, /* full-width digit one */
    {"1\xC2\xA0", CNOP_E_AMOUNT_INVALID, 0},    /* no-break space */
    {"\xE2\x88\x92"
     "1",
     CNOP_E_AMOUNT_INVALID, 0}, /* minus sign */
    {"1\xFF", CNOP_E_AMOUNT_INVALID, 0},
    {"1/2", CNOP_E_AMOUNT_INVALID, 0},
    {"1:2", CNOP_E_AMOUNT_INVALID, 0},
};

START_TEST(cash_spelling)
{
    const struct spelling *row = &cash_spellings[_i];
    cnop_cash cash = {-77};
    enum cnop_err err = cnop_cash_parse(cnop_str_from(row->text), &cash);

    ck_assert_msg(err == row->err, "\"%s\": %s", row->text, cnop_err_symbol(err));
    ck_assert_int_eq(cash.e8, row->err == CNOP_OK ? row->e8 : -77); /* untouched on failure */
}
END_TEST

static const struct spelling number_spellings[] = {
    {"0", CNOP_OK, 0},
    {"0.0e7", CNOP_OK, 0},
    {"0e-99999999999999999999", CNOP_OK, 0},
    {"1", CNOP_OK, 100000000},
    {"100.50", CNOP_OK, 10050000000},
    {"1e2", CNOP_OK, 10000000000},
    {"1E+2", CNOP_OK, 10000000000},
    {"1.5e-1", CNOP_OK, 15000000},
    {"8.4676e-06", CNOP_E_AMOUNT_PRECISION, 0}, /* a price has room for it */
    {"1e-8", CNOP_OK, 1},
    {"0.000000010000000000000000000000000000", CNOP_OK, 1},
    {"1000000000000000000000000000000e-30", CNOP_OK, 100000000},
    {"0.000000000000000000001e20", CNOP_OK, 10000000},
    {"9.223372036854775807e10", CNOP_OK, INT64_MAX},
    {"9.223372036854775808e10", CNOP_E_OVERFLOW, 0},
    {"1e12", CNOP_E_OVERFLOW, 0},
    {"1e99999999999999999999", CNOP_E_OVERFLOW, 0},
    {"123456789012345678901234567890", CNOP_E_OVERFLOW, 0},
    {"1e-9", CNOP_E_AMOUNT_PRECISION, 0},
    {"5e-324", CNOP_E_AMOUNT_PRECISION, 0},
    {"0.30000000000000004", CNOP_E_AMOUNT_PRECISION, 0},
    {"1.00000000000000000000000000000000000001", CNOP_E_AMOUNT_PRECISION, 0},
    {"1e-99999999999999999999", CNOP_E_AMOUNT_PRECISION, 0},
    {"", CNOP_E_AMOUNT_INVALID, 0},
    {"-1", CNOP_E_AMOUNT_INVALID, 0},
    {"+1", CNOP_E_AMOUNT_INVALID, 0},
    {".5", CNOP_E_AMOUNT_INVALID, 0},
    {"5.", CNOP_E_AMOUNT_INVALID, 0},
    {"5.e1", CNOP_E_AMOUNT_INVALID, 0},
    {"1e", CNOP_E_AMOUNT_INVALID, 0},
    {"1e+", CNOP_E_AMOUNT_INVALID, 0},
    {"1e1.5", CNOP_E_AMOUNT_INVALID, 0},
    {"1e1e1", CNOP_E_AMOUNT_INVALID, 0},
    {"e1", CNOP_E_AMOUNT_INVALID, 0},
    {"1.2.3", CNOP_E_AMOUNT_INVALID, 0},
    {"NaN", CNOP_E_AMOUNT_INVALID, 0},
};

START_TEST(number_spelling)
{
    const struct spelling *row = &number_spellings[_i];
    cnop_cash cash = {-77};
    enum cnop_err err = cnop_cash_parse_number(cnop_str_from(row->text), &cash);

    ck_assert_msg(err == row->err, "\"%s\": %s", row->text, cnop_err_symbol(err));
    ck_assert_int_eq(cash.e8, row->err == CNOP_OK ? row->e8 : -77);
}
END_TEST

START_TEST(an_inner_nul_is_refused)
{
    cnop_cash cash;

    ck_assert_int_eq(cnop_cash_parse(cnop_str_make("1\0"
                                                   "0",
                                                   3),
                                     &cash),
                     CNOP_E_AMOUNT_INVALID);
}
END_TEST

START_TEST(nothing_is_read_behind_the_view)
{
    cnop_cash cash;

    ck_assert_int_eq(cnop_cash_parse(cnop_str_make("123456", 3), &cash), CNOP_OK);
    ck_assert_int_eq(cash.e8, 123 * CNOP_E8);
    ck_assert_int_eq(cnop_cash_parse(cnop_str_make("1.56", 3), &cash), CNOP_OK);
    ck_assert_int_eq(cash.e8, 150000000);
    ck_assert_int_eq(cnop_cash_parse(cnop_str_make("1.5", 2), &cash), CNOP_E_AMOUNT_INVALID);
    ck_assert_int_eq(cnop_cash_parse(cnop_str_make("1", 0), &cash), CNOP_E_AMOUNT_INVALID);
}
END_TEST

START_TEST(price_has_ten_decimals)
{
    cnop_price price;

    ck_assert_int_eq(cnop_price_parse(CNOP_STR("0.0000000001"), &price), CNOP_OK);
    ck_assert_int_eq(price.e10, 1);
    ck_assert_int_eq(cnop_price_parse(CNOP_STR("67123.45"), &price), CNOP_OK);
    ck_assert_int_eq(price.e10, 671234500000000);
    ck_assert_int_eq(cnop_price_parse(CNOP_STR("922337203.6854775807"), &price), CNOP_OK);
    ck_assert_int_eq(price.e10, INT64_MAX);
    ck_assert_int_eq(cnop_price_parse(CNOP_STR("922337203.6854775808"), &price), CNOP_E_OVERFLOW);
    ck_assert_int_eq(cnop_price_parse(CNOP_STR("922337204"), &price), CNOP_E_OVERFLOW);
    ck_assert_int_eq(cnop_price_parse(CNOP_STR("999999999999"), &price), CNOP_E_OVERFLOW);
    ck_assert_int_eq(cnop_price_parse(CNOP_STR("1.00000000001"), &price), CNOP_E_AMOUNT_PRECISION);
    ck_assert_int_eq(cnop_price_parse_number(CNOP_STR("8.4676e-06"), &price), CNOP_OK);
    ck_assert_int_eq(price.e10, 84676);
    ck_assert_int_eq(cnop_price_parse_number(CNOP_STR("1e-11"), &price), CNOP_E_AMOUNT_PRECISION);
}
END_TEST

START_TEST(every_single_byte)
{
    for (int byte = 0; byte < 256; byte++) {
        char c = (char)byte;
        cnop_qty qty;
        bool is_digit = byte >= '0' && byte <= '9';
        enum cnop_err err = cnop_qty_parse(cnop_str_make(&c, 1), &qty);

        ck_assert_int_eq(err, is_digit ? CNOP_OK : CNOP_E_AMOUNT_INVALID);
        if (is_digit)
            ck_assert_int_eq(qty.e8, (byte - '0') * CNOP_E8);
    }
}
END_TEST

struct shown {
    int64_t value;
    unsigned min_decimals;
    const char *cash;
    const char *price;
};

static const struct shown shown_rows[] = {
    {0, 0, "0", "0"},
    {0, 2, "0.00", "0.00"},
    {1, 0, "0.00000001", "0.0000000001"},
    {-1, 2, "-0.00000001", "-0.0000000001"},
    {100000000, 0, "1", "0.01"},
    {100000000, 2, "1.00", "0.01"},
    {150000000, 0, "1.5", "0.015"},
    {-150000000, 2, "-1.50", "-0.015"},
    {10000000000, 2, "100.00", "1.00"},
    {123456789, 8, "1.23456789", "0.0123456789"},
    {INT64_MAX, 2, "92233720368.54775807", "922337203.6854775807"},
    {INT64_MIN, 2, "-92233720368.54775808", "-922337203.6854775808"},
};

START_TEST(format)
{
    const struct shown *row = &shown_rows[_i];
    char memory[32];
    struct cnop_buf buf;

    cnop_buf_init(&buf, memory, sizeof(memory));
    cnop_cash_format(&buf, (cnop_cash){row->value}, row->min_decimals);
    ck_assert(cnop_str_equal(cnop_buf_view(&buf), cnop_str_from(row->cash)));
    cnop_buf_clear(&buf);
    cnop_qty_format(&buf, (cnop_qty){row->value}, row->min_decimals);
    ck_assert(cnop_str_equal(cnop_buf_view(&buf), cnop_str_from(row->cash)));
    cnop_buf_clear(&buf);
    cnop_price_format(&buf, (cnop_price){row->value}, row->min_decimals);
    ck_assert(cnop_str_equal(cnop_buf_view(&buf), cnop_str_from(row->price)));
}
END_TEST

START_TEST(a_full_buffer_gets_no_part_of_an_amount)
{
    char memory[3];
    struct cnop_buf buf;

    cnop_buf_init(&buf, memory, sizeof(memory));
    cnop_cash_format(&buf, (cnop_cash){123456789}, 2);
    ck_assert(buf.overflow);
    ck_assert_uint_eq(buf.len, 0);
}
END_TEST

START_TEST(too_many_shown_decimals_abort)
{
    char memory[32];
    struct cnop_buf buf;

    cnop_buf_init(&buf, memory, sizeof(memory));
    cnop_cash_format(&buf, (cnop_cash){1}, 9);
}
END_TEST

static void
add(TCase *tests)
{
    tcase_add_loop_test(tests, cash_spelling, 0, (int)CNOP_COUNT(cash_spellings));
    tcase_add_loop_test(tests, number_spelling, 0, (int)CNOP_COUNT(number_spellings));
    tcase_add_test(tests, an_inner_nul_is_refused);
    tcase_add_test(tests, nothing_is_read_behind_the_view);
    tcase_add_test(tests, price_has_ten_decimals);
    tcase_add_test(tests, every_single_byte);
    tcase_add_loop_test(tests, format, 0, (int)CNOP_COUNT(shown_rows));
    tcase_add_test(tests, a_full_buffer_gets_no_part_of_an_amount);
    unit_add_abort_test(tests, too_many_shown_decimals_abort);
}

UNIT_MAIN("money_text", add)
