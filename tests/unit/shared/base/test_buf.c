/* SPDX-License-Identifier: MIT */
/* Bounded buffers: what fits is whole, what does not sets the flag and leaves no trace. */
#include "shared/base/buf.h"

#include "tests/unit/unit.h"

static struct cnop_buf
make(char *memory, size_t cap)
{
    struct cnop_buf buf;

    cnop_buf_init(&buf, memory, cap);
    return buf;
}

START_TEST(appends_in_order)
{
    char memory[64];
    struct cnop_buf buf = make(memory, sizeof(memory));

    cnop_buf_char(&buf, 'a');
    cnop_buf_text(&buf, "bc");
    cnop_buf_str(&buf, CNOP_STR("de"));
    cnop_buf_bytes(&buf, NULL, 0);
    cnop_buf_u64(&buf, 0);
    cnop_buf_u64(&buf, UINT64_MAX);
    cnop_buf_printf(&buf, "<%d>", 7);
    ck_assert(cnop_str_equal(cnop_buf_view(&buf), CNOP_STR("abcde018446744073709551615<7>")));
    ck_assert(!buf.overflow);
}
END_TEST

START_TEST(signed_edges)
{
    char memory[64];
    struct cnop_buf buf = make(memory, sizeof(memory));

    cnop_buf_i64(&buf, INT64_MIN);
    cnop_buf_char(&buf, ' ');
    cnop_buf_i64(&buf, INT64_MAX);
    cnop_buf_char(&buf, ' ');
    cnop_buf_i64(&buf, -1);
    ck_assert(cnop_str_equal(cnop_buf_view(&buf),
                             CNOP_STR("-9223372036854775808 9223372036854775807 -1")));
}
END_TEST

START_TEST(exact_fit_then_sticky_overflow)
{
    char memory[4];
    struct cnop_buf buf = make(memory, sizeof(memory));

    cnop_buf_text(&buf, "abcd");
    ck_assert(!buf.overflow);
    cnop_buf_text(&buf, "");
    ck_assert(!buf.overflow);
    cnop_buf_char(&buf, 'e');
    ck_assert(buf.overflow);
    cnop_buf_clear(&buf);
    ck_assert(!buf.overflow);
    cnop_buf_text(&buf, "abcde");
    ck_assert(buf.overflow);
    cnop_buf_char(&buf, 'x'); /* would fit, but the output already has a hole */
    ck_assert_uint_eq(buf.len, 0);
}
END_TEST

START_TEST(no_part_of_a_number)
{
    char memory[3];
    struct cnop_buf buf = make(memory, sizeof(memory));

    cnop_buf_i64(&buf, -1234);
    ck_assert(buf.overflow);
    ck_assert_uint_eq(buf.len, 0);
    buf = make(memory, sizeof(memory));
    cnop_buf_printf(&buf, "%d", 1234);
    ck_assert(buf.overflow);
    ck_assert_uint_eq(buf.len, 0);
}
END_TEST

START_TEST(no_memory_at_all)
{
    struct cnop_buf buf = make(NULL, 0);

    cnop_buf_bytes(&buf, NULL, 0);
    ck_assert(!buf.overflow);
    cnop_buf_printf(&buf, "x");
    ck_assert(buf.overflow);
}
END_TEST

static void
add(TCase *tests)
{
    tcase_add_test(tests, appends_in_order);
    tcase_add_test(tests, signed_edges);
    tcase_add_test(tests, exact_fit_then_sticky_overflow);
    tcase_add_test(tests, no_part_of_a_number);
    tcase_add_test(tests, no_memory_at_all);
}

UNIT_MAIN("buf", add)
