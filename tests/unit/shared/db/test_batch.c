/* SPDX-License-Identifier: MIT */
/* Text of a batch: values are digits or hexadecimal, never input; a full buffer is noticed. */
#include "shared/db/batch.h"

#include <string.h>

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

static void
add(TCase *tests)
{
    tcase_add_test(tests, rows_are_separated_and_closed);
    tcase_add_test(tests, bytes_cannot_become_sql);
    tcase_add_test(tests, a_full_buffer_is_noticed);
}

UNIT_MAIN("db_batch", add)
