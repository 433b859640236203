/* SPDX-License-Identifier: MIT */
/* Text of a batch: values are digits or hexadecimal, never input; a full buffer is noticed. The
 * same calls fill arrays instead (shared/db/batch_array.c). */
#include "shared/db/batch.h"

#include <string.h>

#include "shared/db/batch_array.h"
#include "tests/unit/unit.h"

static char memory[512];
static struct cnop_batch batch;

static void
ck_assert_text(const char *expected)
{
    ck_assert_uint_eq(batch.text.len, strlen(expected));
    ck_assert_mem_eq(batch.text.ptr, expected, batch.text.len);
}

START_TEST(rows_are_separated_and_closed)
{
    cnop_batch_init(&batch, memory, sizeof(memory));
    cnop_batch_sql(&batch, "START TRANSACTION;");
    cnop_batch_rows_open(&batch, "INSERT INTO t (a,b,c) VALUES ");
    for (int64_t i = -1; i < 1; i++) {
        cnop_batch_row_open(&batch);
        cnop_batch_i64(&batch, i);
        cnop_batch_u64(&batch, UINT64_MAX);
        cnop_batch_null(&batch);
        cnop_batch_row_close(&batch);
    }
    cnop_batch_rows_close(&batch, " ON DUPLICATE KEY UPDATE a=VALUES(a)");
    cnop_batch_sql(&batch, "COMMIT");
    ck_assert_text("START TRANSACTION;INSERT INTO t (a,b,c) VALUES (-1,18446744073709551615,NULL),"
                   "(0,18446744073709551615,NULL) ON DUPLICATE KEY UPDATE a=VALUES(a);COMMIT");
}
END_TEST

START_TEST(bytes_cannot_become_sql)
{
    static const char hostile[] = "'); DROP TABLE orders; -- \\";

    cnop_batch_init(&batch, memory, sizeof(memory));
    cnop_batch_row_open(&batch);
    cnop_batch_bytes(&batch, hostile, sizeof(hostile) - 1);
    cnop_batch_ascii(&batch, CNOP_STR("a'b"));
    cnop_batch_bytes(&batch, NULL, 0);
    cnop_batch_row_close(&batch);
    ck_assert_text("(x'27293b2044524f50205441424c45206f72646572733b202d2d205c',"
                   "_ascii x'612762',x'')");
}
END_TEST

START_TEST(a_full_buffer_is_noticed)
{
    static const unsigned char bytes[300];

    cnop_batch_init(&batch, memory, sizeof(memory));
    cnop_batch_bytes(&batch, bytes, sizeof(bytes));
    ck_assert(cnop_batch_overflowed(&batch));
    cnop_batch_clear(&batch);
    ck_assert(!cnop_batch_overflowed(&batch));
    cnop_batch_i64(&batch, INT64_MIN);
    ck_assert_text("-9223372036854775808");
}
END_TEST

START_TEST(rows_fill_columns)
{
    char key[] = "key-1";
    struct batch_section *section;

    cnop_batch_init(&batch, memory, sizeof(memory));
    cnop_batch_take_arrays(&batch);
    cnop_batch_sql(&batch, "START TRANSACTION;");
    cnop_batch_use_arrays(&batch, true);
    cnop_batch_rows_open(&batch, "INSERT INTO t (a,b) VALUES ");
    cnop_batch_row_open(&batch);
    cnop_batch_i64(&batch, -5);
    cnop_batch_null(&batch); /* the first value does not tell the type */
    cnop_batch_row_close(&batch);
    cnop_batch_row_open(&batch);
    cnop_batch_null(&batch);
    cnop_batch_bytes(&batch, key, sizeof(key) - 1);
    cnop_batch_row_close(&batch);
    cnop_batch_rows_close(&batch, "");
    cnop_batch_use_arrays(&batch, false);
    cnop_batch_sql(&batch, "COMMIT");
    key[0] = '?'; /* texts are copies */

    ck_assert_text("START TRANSACTION;COMMIT");
    ck_assert_uint_eq(batch.text_before, strlen("START TRANSACTION;"));
    ck_assert_uint_eq(batch.arrays->section_count, 1);
    section = &batch.arrays->sections[0];
    ck_assert_uint_eq(section->row_count, 2);
    ck_assert_uint_eq(section->column_count, 2);
    ck_assert_int_eq(section->columns[0].numbers[0], -5);
    ck_assert_int_eq(section->columns[0].indicators[1], STMT_INDICATOR_NULL);
    ck_assert(section->columns[1].is_text);
    ck_assert_int_eq(section->columns[1].indicators[0], STMT_INDICATOR_NULL);
    ck_assert_uint_eq(section->columns[1].lengths[1], 5);
    ck_assert_mem_eq(section->columns[1].texts[1], "key-1", 5);
    cnop_batch_clear(&batch);
    ck_assert_uint_eq(batch.arrays->section_count, 0);
}
END_TEST

START_TEST(full_arrays_are_noticed)
{
    static const char text[1024];

    cnop_batch_init(&batch, memory, sizeof(memory));
    cnop_batch_take_arrays(&batch);
    cnop_batch_use_arrays(&batch, true);
    cnop_batch_rows_open(&batch, "INSERT INTO t (a) VALUES ");
    for (uint32_t i = 0; i <= BATCH_ARRAY_ROW_MAX; i++) {
        ck_assert(!cnop_batch_overflowed(&batch));
        cnop_batch_row_open(&batch);
        cnop_batch_i64(&batch, i);
        cnop_batch_row_close(&batch);
    }
    ck_assert(cnop_batch_overflowed(&batch));
    cnop_batch_clear(&batch);
    cnop_batch_use_arrays(&batch, true);
    cnop_batch_rows_open(&batch, "INSERT INTO t (a) VALUES ");
    for (size_t i = 0; i <= BATCH_ARRAY_BYTES / sizeof(text); i++) {
        ck_assert(!cnop_batch_overflowed(&batch));
        cnop_batch_row_open(&batch);
        cnop_batch_bytes(&batch, text, sizeof(text));
        cnop_batch_row_close(&batch);
    }
    ck_assert(cnop_batch_overflowed(&batch));
}
END_TEST

static void
add(TCase *tests)
{
    tcase_add_test(tests, rows_fill_columns);
    tcase_add_test(tests, full_arrays_are_noticed);
    tcase_add_test(tests, rows_are_separated_and_closed);
    tcase_add_test(tests, bytes_cannot_become_sql);
    tcase_add_test(tests, a_full_buffer_is_noticed);
}

UNIT_MAIN("db_batch", add)
