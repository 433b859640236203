/* SPDX-License-Identifier: MIT */
/* The push writer: exact text, commas and nesting; misuse aborts. */
#include "shared/json/json_write.h"

#include "tests/unit/unit.h"

static char memory[1024];
static struct cnop_buf buf;
static struct cnop_json_writer writer;

static void
setup(void)
{
    cnop_buf_init(&buf, memory, sizeof(memory));
    cnop_json_init(&writer, &buf);
}

static void
expect(const char *text)
{
    cnop_json_done(&writer);
    ck_assert_msg(cnop_str_equal(cnop_buf_view(&buf), cnop_str_from(text)), "%.*s",
                  CNOP_STR_ARG(cnop_buf_view(&buf)));
}

START_TEST(every_kind_of_value)
{
    cnop_json_object_open(&writer, NULL);
    cnop_json_str(&writer, "name", CNOP_STR("a \"b\"\n"));
    cnop_json_text(&writer, "note", "x");
    cnop_json_text(&writer, "none", NULL);
    cnop_json_u64(&writer, "max", UINT64_MAX);
    cnop_json_i64(&writer, "min", INT64_MIN);
    cnop_json_bool(&writer, "yes", true);
    cnop_json_bool(&writer, "no", false);
    cnop_json_null(&writer, "null");
    cnop_json_cash(&writer, "balance", (cnop_cash){100000000000}, 2);
    cnop_json_qty(&writer, "quantity", (cnop_qty){10000000}, 8);
    cnop_json_price(&writer, "price", (cnop_price){671234500000000}, 2);
    cnop_json_cash_number(&writer, "total_value", (cnop_cash){-150000000}, 2);
    cnop_json_price_number(&writer, "price_usd", (cnop_price){1}, 2);
    cnop_json_time(&writer, "created_at", 0);
    cnop_json_raw(&writer, "raw", CNOP_STR("[1,2]"));
    cnop_json_object_close(&writer);
    expect("{\"name\":\"a \\\"b\\\"\\n\",\"note\":\"x\",\"none\":null,"
           "\"max\":18446744073709551615,\"min\":-9223372036854775808,\"yes\":true,\"no\":false,"
           "\"null\":null,\"balance\":\"1000.00\",\"quantity\":\"0.10000000\","
           "\"price\":\"67123.45\",\"total_value\":-1.50,\"price_usd\":0.0000000001,"
           "\"created_at\":\"1970-01-01T00:00:00.000000Z\",\"raw\":[1,2]}");
}
END_TEST

START_TEST(what_is_missing_is_null)
{
    cnop_json_object_open(&writer, NULL);
    cnop_json_str_or_null(&writer, "given", CNOP_STR("\""));
    cnop_json_str_or_null(&writer, "empty", CNOP_STR(""));
    cnop_json_time_or_null(&writer, "then", 1);
    cnop_json_time_or_null(&writer, "never", 0);
    cnop_json_object_close(&writer);
    expect("{\"given\":\"\\\"\",\"empty\":null,"
           "\"then\":\"1970-01-01T00:00:00.000001Z\",\"never\":null}");
}
END_TEST

START_TEST(nesting_and_commas)
{
    cnop_json_array_open(&writer, NULL);
    cnop_json_array_open(&writer, NULL);
    cnop_json_array_close(&writer);
    cnop_json_object_open(&writer, NULL);
    cnop_json_array_open(&writer, "a");
    cnop_json_u64(&writer, NULL, 1);
    cnop_json_u64(&writer, NULL, 2);
    cnop_json_array_close(&writer);
    cnop_json_object_open(&writer, "b");
    cnop_json_object_close(&writer);
    cnop_json_u64(&writer, "c", 3);
    cnop_json_object_close(&writer);
    cnop_json_null(&writer, NULL);
    cnop_json_array_close(&writer);
    expect("[[],{\"a\":[1,2],\"b\":{},\"c\":3},null]");
}
END_TEST

START_TEST(deepest_nesting)
{
    for (int i = 0; i < CNOP_JSON_WRITE_DEPTH; i++)
        cnop_json_array_open(&writer, NULL);
    for (int i = 0; i < CNOP_JSON_WRITE_DEPTH; i++)
        cnop_json_array_close(&writer);
    cnop_json_done(&writer);
    ck_assert_uint_eq(buf.len, 2 * CNOP_JSON_WRITE_DEPTH);
}
END_TEST

START_TEST(a_scalar_alone)
{
    cnop_json_u64(&writer, NULL, 7);
    expect("7");
}
END_TEST

START_TEST(full_buffer_keeps_count_of_nesting)
{
    cnop_buf_init(&buf, memory, 5);
    cnop_json_object_open(&writer, NULL);
    cnop_json_u64(&writer, "number", 1);
    cnop_json_object_close(&writer);
    cnop_json_done(&writer);
    ck_assert(buf.overflow);
}
END_TEST

START_TEST(key_in_an_array_aborts)
{
    cnop_json_array_open(&writer, NULL);
    cnop_json_u64(&writer, "key", 1);
}
END_TEST

START_TEST(no_key_in_an_object_aborts)
{
    cnop_json_object_open(&writer, NULL);
    cnop_json_u64(&writer, NULL, 1);
}
END_TEST

START_TEST(wrong_close_aborts)
{
    cnop_json_object_open(&writer, NULL);
    cnop_json_array_close(&writer);
}
END_TEST

START_TEST(second_root_aborts)
{
    cnop_json_null(&writer, NULL);
    cnop_json_null(&writer, NULL);
}
END_TEST

START_TEST(unclosed_aborts)
{
    cnop_json_object_open(&writer, NULL);
    cnop_json_done(&writer);
}
END_TEST

START_TEST(too_deep_aborts)
{
    for (int i = 0; i <= CNOP_JSON_WRITE_DEPTH; i++)
        cnop_json_array_open(&writer, NULL);
}
END_TEST

static void
add(TCase *tests)
{
    tcase_add_checked_fixture(tests, setup, NULL);
    tcase_add_test(tests, every_kind_of_value);
    tcase_add_test(tests, what_is_missing_is_null);
    tcase_add_test(tests, nesting_and_commas);
    tcase_add_test(tests, deepest_nesting);
    tcase_add_test(tests, a_scalar_alone);
    tcase_add_test(tests, full_buffer_keeps_count_of_nesting);
    unit_add_abort_test(tests, key_in_an_array_aborts);
    unit_add_abort_test(tests, no_key_in_an_object_aborts);
    unit_add_abort_test(tests, wrong_close_aborts);
    unit_add_abort_test(tests, second_root_aborts);
    unit_add_abort_test(tests, unclosed_aborts);
    unit_add_abort_test(tests, too_deep_aborts);
}

UNIT_MAIN("json_write", add)
