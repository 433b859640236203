/* SPDX-License-Identifier: MIT */
/* Every byte is of the kind that its ASCII code says, and of no other: also those above 127. */
#include "shared/base/ascii.h"

#include <string.h>

#include "tests/unit/unit.h"

static bool
is_in(const char *set, int byte)
{
    return byte != 0 && strchr(set, byte) != NULL;
}

START_TEST(kinds_of_every_byte)
{
    for (int byte = 0; byte < 256; byte++) {
        char c = (char)byte;
        bool digit = is_in("0123456789", byte);
        bool lower = is_in("abcdefghijklmnopqrstuvwxyz", byte);
        bool upper = is_in("ABCDEFGHIJKLMNOPQRSTUVWXYZ", byte);

        ck_assert(cnop_is_digit(c) == digit);
        ck_assert(cnop_is_lower(c) == lower);
        ck_assert(cnop_is_upper(c) == upper);
        ck_assert(cnop_is_letter(c) == (lower || upper));
        ck_assert(cnop_is_lower_hex(c) == is_in("0123456789abcdef", byte));
        ck_assert((cnop_hex_value(c) >= 0) == is_in("0123456789abcdefABCDEF", byte));
        ck_assert((cnop_to_lower(c) == c) == !upper);
        ck_assert((cnop_to_upper(c) == c) == !lower);
    }
}
END_TEST

START_TEST(hexadecimal_there_and_back)
{
    for (unsigned value = 0; value < 16; value++) {
        ck_assert_int_eq(cnop_hex_value(cnop_hex_digit(value)), (int)value);
        ck_assert_int_eq(cnop_hex_value(cnop_to_upper(cnop_hex_digit(value))), (int)value);
        ck_assert_int_eq(cnop_hex_digit(value + 16), cnop_hex_digit(value));
    }
}
END_TEST

static void
add(TCase *tests)
{
    tcase_add_test(tests, kinds_of_every_byte);
    tcase_add_test(tests, hexadecimal_there_and_back);
}

UNIT_MAIN("ascii", add)
