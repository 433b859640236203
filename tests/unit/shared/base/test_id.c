/* SPDX-License-Identifier: MIT */
/* Public ids: round trip, order, refusal of anything not made with the key, random ids. */
#include "shared/base/id.h"

#include <string.h>

#include "shared/base/secret.h"
#include "tests/unit/unit.h"

static const struct cnop_id_key key = {{1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16}};
static const struct cnop_id_key other_key = {{1}};

static struct cnop_str
made(char memory[32], char prefix, uint64_t id)
{
    struct cnop_buf buf;

    cnop_buf_init(&buf, memory, 32);
    cnop_id_format(&buf, prefix, &key, id);
    ck_assert(!buf.overflow);
    return cnop_buf_view(&buf);
}

START_TEST(round_trip_and_order)
{
    static const uint64_t ids[] = {0, 1, 31, 32, 1000, UINT32_MAX, UINT64_C(1) << 60, UINT64_MAX};
    char previous[32] = "";

    for (size_t i = 0; i < CNOP_COUNT(ids); i++) {
        char memory[32];
        struct cnop_str text = made(memory, CNOP_ID_ORDER, ids[i]);
        uint64_t id = 7;

        ck_assert_uint_eq(text.len, CNOP_PUBLIC_ID_LEN);
        ck_assert(cnop_str_is_word(text, ""));
        ck_assert_int_eq(cnop_id_parse(text, CNOP_ID_ORDER, &key, &id), CNOP_OK);
        ck_assert_uint_eq(id, ids[i]);
        ck_assert_int_gt(memcmp(memory, previous, CNOP_PUBLIC_ID_LEN), 0);
        memcpy(previous, memory, sizeof(previous));
    }
}
END_TEST

START_TEST(every_changed_character_is_not_found)
{
    char memory[32];
    struct cnop_str text = made(memory, CNOP_ID_ORDER, 123456789);
    uint64_t id = 7;

    for (size_t i = 0; i < text.len; i++) {
        char kept = memory[i];

        memory[i] = kept == '7' ? '8' : '7';
        ck_assert_int_eq(cnop_id_parse(text, CNOP_ID_ORDER, &key, &id), CNOP_E_NOT_FOUND);
        memory[i] = kept;
    }
    ck_assert_int_eq(cnop_id_parse(text, CNOP_ID_TRANSACTION, &key, &id), CNOP_E_NOT_FOUND);
    ck_assert_int_eq(cnop_id_parse(text, CNOP_ID_ORDER, &other_key, &id), CNOP_E_NOT_FOUND);
    memory[0] = CNOP_ID_TRANSACTION; /* the prefix is part of the tag */
    ck_assert_int_eq(cnop_id_parse(text, CNOP_ID_TRANSACTION, &key, &id), CNOP_E_NOT_FOUND);
    ck_assert_uint_eq(id, 7);
}
END_TEST

START_TEST(shape_decides_between_invalid_and_not_found)
{
    static const char *const invalid[] = {
        "", "short", "o12345678", "{order_id}", "o-123456789", "o 123456789", "caf\xC3\xA9 123456"};
    static const char *const unknown[] = {"o123456789", "ORD_1234567890",
                                          "ozzzzzzzzzzzzzzzzzzzzzzz", "o00000000000000000000000",
                                          "OUIL00000000000000000000"};
    char fifty_one[52];
    uint64_t id;

    for (size_t i = 0; i < CNOP_COUNT(invalid); i++)
        ck_assert_int_eq(cnop_id_parse(cnop_str_from(invalid[i]), 'o', &key, &id), CNOP_E_INVALID);
    for (size_t i = 0; i < CNOP_COUNT(unknown); i++)
        ck_assert_int_eq(cnop_id_parse(cnop_str_from(unknown[i]), 'o', &key, &id),
                         CNOP_E_NOT_FOUND);
    memset(fifty_one, 'a', sizeof(fifty_one));
    ck_assert_int_eq(cnop_id_parse(cnop_str_make(fifty_one, 50), 'o', &key, &id), CNOP_E_NOT_FOUND);
    ck_assert_int_eq(cnop_id_parse(cnop_str_make(fifty_one, 51), 'o', &key, &id), CNOP_E_INVALID);
}
END_TEST

START_TEST(random_ids_are_hex_and_differ)
{
    char a[CNOP_HEX_ID_LEN + 1];
    char b[CNOP_HEX_ID_LEN + 1];

    cnop_secret_init();
    cnop_id_random_hex(a);
    cnop_id_random_hex(b);
    ck_assert_uint_eq(strspn(a, "0123456789abcdef"), CNOP_HEX_ID_LEN);
    ck_assert_uint_eq(strlen(a), CNOP_HEX_ID_LEN);
    ck_assert_str_ne(a, b);
}
END_TEST

static void
add(TCase *tests)
{
    tcase_add_test(tests, round_trip_and_order);
    tcase_add_test(tests, every_changed_character_is_not_found);
    tcase_add_test(tests, shape_decides_between_invalid_and_not_found);
    tcase_add_test(tests, random_ids_are_hex_and_differ);
}

UNIT_MAIN("id", add)
