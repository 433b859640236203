/* SPDX-License-Identifier: MIT */
/* Lines, names of files, and the chain: one seal is written down, the others must differ. */
#include "fcgi_services/audit/trail.h"

#include <string.h>

#include "tests/unit/unit.h"

static const struct trail_key key = {"0123456789abcdef0123456789abcdef"};

static struct trail_row
example(void)
{
    struct trail_row row = {.start = 10, .end = 15, .line = CNOP_STR("line")};

    trail_file_name(CNOP_STR("first"), &row.file);
    return row;
}

static void
setup(void)
{
    cnop_secret_init();
}

/* hmac.digest(b"0123456789abcdef" * 2, b"cnop audit trail v1" + bytes(32) + struct.pack(">Q16sQQ",
 * 1, hashlib.sha256(b"first").digest()[:16], 10, 15) + b"line", "sha256") of Python */
START_TEST(first_seal)
{
    struct trail_head head = {.seq = 0};
    struct trail_row row = example();
    char hex[2 * TRAIL_SEAL_BYTES + 1];

    trail_chain(&key, &head, &row);
    ck_assert_uint_eq(row.seq, 1);
    ck_assert_uint_eq(head.seq, 1);
    ck_assert_mem_eq(head.seal, row.seal, sizeof(row.seal));
    cnop_str_hex(row.seal, sizeof(row.seal), hex);
    ck_assert_str_eq(hex, "a677ff63a8bd8775f4db29dce5ebc6893892432e61010a15722ff4c999035209");
}
END_TEST

START_TEST(everything_counts)
{
    struct trail_key other_key = key;
    struct trail_row rows[6];
    struct trail_head heads[6];

    memset(heads, 0, sizeof(heads));
    for (size_t i = 0; i < CNOP_COUNT(rows); i++)
        rows[i] = example();
    heads[1].seq = 1;
    heads[2].seal[31] = 1;
    rows[3].start = 11;
    rows[4].file.bytes[0] ^= 1;
    rows[5].line = CNOP_STR("lime");
    for (size_t i = 0; i < CNOP_COUNT(rows); i++)
        trail_chain(&key, &heads[i], &rows[i]);
    for (size_t i = 0; i < CNOP_COUNT(rows); i++)
        for (size_t k = 0; k < i; k++)
            ck_assert_mem_ne(rows[i].seal, rows[k].seal, TRAIL_SEAL_BYTES);
    other_key.bytes[0] ^= 1;
    heads[0] = (struct trail_head){.seq = 0};
    rows[1] = example();
    trail_chain(&other_key, &heads[0], &rows[1]);
    ck_assert_mem_ne(rows[0].seal, rows[1].seal, TRAIL_SEAL_BYTES);
}
END_TEST

START_TEST(lines)
{
    static char big[TRAIL_LINE_BYTES + 10];
    struct cnop_str line;

    memset(big, 'x', sizeof(big));
    ck_assert_uint_eq(trail_next_line(CNOP_STR(""), &line), 0);
    ck_assert_uint_eq(trail_next_line(CNOP_STR("half"), &line), 0);
    ck_assert_uint_eq(trail_next_line(CNOP_STR("\nrest"), &line), 1);
    ck_assert_uint_eq(line.len, 0);
    ck_assert_uint_eq(trail_next_line(CNOP_STR("a\0b\nrest"), &line), 4);
    ck_assert(cnop_str_equal(line, CNOP_STR("a\0b")));
    ck_assert_uint_eq(trail_next_line(cnop_str_make(big, TRAIL_LINE_BYTES - 1), &line), 0);
    ck_assert_uint_eq(trail_next_line(cnop_str_make(big, sizeof(big)), &line), TRAIL_LINE_BYTES);
    ck_assert_uint_eq(line.len, TRAIL_LINE_BYTES);
}
END_TEST

static void
add(TCase *tests)
{
    tcase_add_checked_fixture(tests, setup, NULL);
    tcase_add_test(tests, first_seal);
    tcase_add_test(tests, everything_counts);
    tcase_add_test(tests, lines);
}

UNIT_MAIN("trail", add)
