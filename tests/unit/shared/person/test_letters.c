/* SPDX-License-Identifier: MIT */
/* The table of name letters: samples of scripts, and what must stay out. */
#include "shared/person/letters.h"

#include "tests/unit/unit.h"

START_TEST(letters_of_many_scripts)
{
    static const uint32_t letters[] = {'a',    'Z',    0xe9,   0x142,  0x3b1,  0x416,
                                       0x5d0,  0x628,  0x905,  0x0e01, 0x10d0, 0x1ea0,
                                       0x3042, 0x30a2, 0x4e00, 0xac00, 0x301,  0x20000};

    for (size_t i = 0; i < CNOP_COUNT(letters); i++)
        ck_assert_msg(cnop_letter_is(letters[i]), "U+%04X", letters[i]);
}
END_TEST

START_TEST(everything_else_stays_out)
{
    static const uint32_t others[] = {
        0,      '0',    '<',    '@',    '[',    '`',    '{',     0x7f,    0x80,    0xa0,   0xd7,
        0xf7,   0x34f,  0x660,  0x966,  0x115f, 0x200b, 0x200d,  0x202e,  0x2066,  0x20ac, 0x3000,
        0x3164, 0xd800, 0xe000, 0xfe0f, 0xfeff, 0xfffd, 0x1f600, 0xe0001, 0x10ffff};

    for (size_t i = 0; i < CNOP_COUNT(others); i++)
        ck_assert_msg(!cnop_letter_is(others[i]), "U+%04X", others[i]);
}
END_TEST

START_TEST(next_takes_one_code_point_at_a_time)
{
    struct cnop_str text = CNOP_STR("a\xc3\xa9\xe5\xb1\xb1\xf0\xa0\x80\x80");

    ck_assert_uint_eq(cnop_letter_next(&text), 'a');
    ck_assert_uint_eq(cnop_letter_next(&text), 0xe9);
    ck_assert_uint_eq(cnop_letter_next(&text), 0x5c71);
    ck_assert_uint_eq(cnop_letter_next(&text), 0x20000);
    ck_assert_uint_eq(text.len, 0);
}
END_TEST

static void
add(TCase *tests)
{
    tcase_add_test(tests, letters_of_many_scripts);
    tcase_add_test(tests, everything_else_stays_out);
    tcase_add_test(tests, next_takes_one_code_point_at_a_time);
}

UNIT_MAIN("letters", add)
