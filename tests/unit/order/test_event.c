/* SPDX-License-Identifier: MIT */
/* Packing of events and their rows: fcgi_services/order/event.c and
 * fcgi_services/order/event_rows.c. */
#include "fcgi_services/order/event_rows.h"

#include <string.h>
#include <sys/mman.h>

#include "tests/unit/unit.h"

#define TIME_US INT64_C(1795000000000000)

static const struct event samples[] = {
    {.type = EVENT_ORDER,
     .account_id = 1000,
     .id = 17,
     .asset_id = 3,
     .side = LEDGER_SELL,
     .kind = 2,
     .status = LEDGER_PARTIAL,
     .reason = LEDGER_REASON_NONE,
     .price_e10 = INT64_MAX,
     .qty_e8 = 5,
     .filled_e8 = 2,
     .value_e8 = INT64_MIN,
     .fee_e8 = -1,
     .held_e8 = 3,
     .created_us = TIME_US - 1000,
     .time_us = TIME_US + 1000,
     .expires_us = TIME_US * 2,
     .stop_e10 = 70,
     .tif = LEDGER_GTD,
     .post_only = 1,
     .key_len = 3,
     .key = "abc"},
    {.type = EVENT_FILL,
     .account_id = 1000,
     .id = 18,
     .order_id = 17,
     .asset_id = 3,
     .side = LEDGER_SELL,
     .maker = 1,
     .price_e10 = 1,
     .qty_e8 = 2,
     .value_e8 = 63,
     .fee_e8 = 64,
     .cost_e8 = 65,
     .time_us = TIME_US},
    {.type = EVENT_BALANCE,
     .account_id = INT64_MAX,
     .asset_id = 1023,
     .qty_e8 = 127,
     .held_e8 = 128,
     .time_us = TIME_US},
    {.type = EVENT_TRADE,
     .id = 18,
     .asset_id = 3,
     .side = LEDGER_BUY,
     .price_e10 = 1,
     .qty_e8 = 2,
     .time_us = TIME_US},
};

static char memory[4096];

static struct cnop_str
pack(void)
{
    struct cnop_buf row;

    cnop_buf_init(&row, memory, sizeof(memory));
    event_row_open(&row, TIME_US);
    for (size_t i = 0; i < CNOP_COUNT(samples); i++)
        event_pack(&row, TIME_US, &samples[i]);
    ck_assert(!row.overflow);
    return cnop_buf_view(&row);
}

START_TEST(what_was_packed_is_unpacked)
{
    struct cnop_str body = pack();
    struct event_head head;

    ck_assert_int_eq(event_row_head(&body, &head), CNOP_OK);
    ck_assert_int_eq(head.time_us, TIME_US);
    ck_assert_uint_eq(head.version, EVENT_ROW_VERSION);
    for (size_t i = 0; i < CNOP_COUNT(samples); i++) {
        struct event event;

        ck_assert_int_eq(event_unpack(&body, &head, &event), CNOP_OK);
        ck_assert_mem_eq(&event, &samples[i], sizeof(event));
    }
    ck_assert_uint_eq(body.len, 0);
}
END_TEST

/* Bytes that version 1 has written. */
START_TEST(rows_of_before_an_upgrade_are_read)
{
    static const unsigned char row[] = {
        1,    0x80, 0xc0, 0xf9, 0x95, 0xe0, 0xa2, 0xb0, 0x06, /* version, TIME_US */
        1,    0xd0, 0x0f, 0x22, 6,    4,    4,    6,    0,    /* of 1000, 17: sell, partial */
        0xc8, 0x01, 10,   4,    0x7e, 2,    6,    0xcf, 0x0f, 0xd0, 0x0f, 0, /* its figures */
        3,    'a',  'b',  'c',                                               /* its key */
        4,    0x24, 6,    2,    2,    4,    0};                              /* a trade */
    struct cnop_str body = cnop_str_make((const char *)row, sizeof(row));
    struct event_head head;
    struct event event;

    ck_assert_int_eq(event_row_head(&body, &head), CNOP_OK);
    ck_assert_uint_eq(head.version, 1);
    ck_assert_int_eq(head.time_us, TIME_US);
    ck_assert_int_eq(event_unpack(&body, &head, &event), CNOP_OK);
    ck_assert_int_eq(event.id, 17);
    ck_assert_int_eq(event.price_e10, 100);
    ck_assert_int_eq(event.time_us, TIME_US + 1000);
    ck_assert_int_eq(event.stop_e10, 0);
    ck_assert_int_eq(event.tif, 0);
    ck_assert_int_eq(event.post_only, 0);
    ck_assert_uint_eq(event.key_len, 3);
    ck_assert_int_eq(event_unpack(&body, &head, &event), CNOP_OK);
    ck_assert_uint_eq(event.type, EVENT_TRADE);
    ck_assert_int_eq(event.id, 18);
    ck_assert_uint_eq(body.len, 0);
}
END_TEST

/* How many of the events are read before something does not fit. */
static unsigned
read_all(struct cnop_str body)
{
    struct event event;
    unsigned count = 0;
    struct event_head head;

    if (event_row_head(&body, &head) != CNOP_OK)
        return 0;
    while (body.len > 0 && event_unpack(&body, &head, &event) == CNOP_OK)
        count++;
    return count;
}

START_TEST(a_cut_row_ends_where_it_is_cut)
{
    struct cnop_str whole = pack();
    unsigned before = 0;

    for (size_t len = 0; len < whole.len; len++) {
        /* in memory of just that size: what is read behind it is found by the sanitizer */
        char *copy = malloc(len + 1);
        unsigned count;

        memcpy(copy, whole.ptr, len);
        count = read_all(cnop_str_make(copy, len));
        ck_assert_uint_ge(count, before);
        ck_assert_uint_lt(count, CNOP_COUNT(samples));
        before = count;
        free(copy);
    }
    ck_assert_uint_eq(before, CNOP_COUNT(samples) - 1);
}
END_TEST

START_TEST(strange_bytes_are_no_events)
{
    static const char *const strange[] = {"", "\x03\x02", "\x01", "\x02\xff", "\x02\x01"};
    uint64_t random = 88172645463325252u;
    struct event_head head;
    struct event event;

    for (size_t i = 0; i < CNOP_COUNT(strange); i++) {
        struct cnop_str body = cnop_str_from(strange[i]);

        ck_assert_int_eq(event_row_head(&body, &head), CNOP_E_INVALID);
    }
    for (unsigned round = 0; round < 20000; round++) {
        unsigned char bytes[64];
        struct cnop_str body = {(const char *)bytes, sizeof(bytes)};

        for (size_t i = 0; i < sizeof(bytes); i++) {
            random ^= random << 13;
            random ^= random >> 7;
            random ^= random << 17;
            bytes[i] = (unsigned char)random;
        }
        bytes[0] = (unsigned char)(round % 6);
        head = (struct event_head){TIME_US, (uint8_t)(1 + round % EVENT_ROW_VERSION)};
        if (event_unpack(&body, &head, &event) == CNOP_OK) {
            ck_assert_uint_ge(bytes[0], EVENT_ORDER);
            ck_assert_uint_le(bytes[0], EVENT_TRADE);
        }
    }
}
END_TEST

START_TEST(each_type_has_a_name)
{
    ck_assert_str_eq(event_type_name(EVENT_ORDER), "order");
    ck_assert_str_eq(event_type_name(EVENT_TICKER), "ticker");
    ck_assert_ptr_null(event_type_name(99));
}
END_TEST

START_TEST(rows_are_numbered_and_split)
{
    static struct event_rows rows;
    void *bytes =
        mmap(NULL, EVENT_ROWS_BYTES, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    uint64_t next = 101;

    ck_assert_ptr_ne(bytes, MAP_FAILED);
    event_rows_init(&rows, bytes);
    rows.last_seq = 100;
    rows.time_us = TIME_US;
    for (unsigned i = 0; i < 3000; i++)
        event_rows_add(&rows, &samples[i % CNOP_COUNT(samples)]);
    ck_assert_uint_eq(rows.last_seq, 3100);
    ck_assert_uint_gt(rows.row_count, 1);
    for (uint32_t i = 0; i < rows.row_count; i++) {
        ck_assert_uint_eq(rows.rows[i].first_seq, next);
        ck_assert_uint_le(rows.rows[i].len, EVENT_ROW_BYTES);
        ck_assert_uint_eq(read_all(event_rows_body(&rows, &rows.rows[i])), rows.rows[i].count);
        next += rows.rows[i].count;
    }
    ck_assert_uint_eq(next, 3101);
    event_rows_clear(&rows);
    ck_assert_uint_eq(rows.row_count, 0);
}
END_TEST

/* The largest that a batch can do fits. */
START_TEST(there_is_room_for_everything_that_a_batch_does)
{
    static struct event_rows rows;
    struct event large = samples[0];
    void *bytes =
        mmap(NULL, EVENT_ROWS_BYTES, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

    ck_assert_ptr_ne(bytes, MAP_FAILED);
    event_rows_init(&rows, bytes);
    large.key_len = LEDGER_KEY_BYTES;
    large.account_id = large.id = large.qty_e8 = large.filled_e8 = large.held_e8 = INT64_MAX;
    large.fee_e8 = large.expires_us = large.stop_e10 = INT64_MAX;
    for (unsigned i = 0; i < 512 + 4096 + 3 * (2048 + 512) + 512 * 6; i++)
        event_rows_add(&rows, &large);
    ck_assert(!rows.bytes.overflow);
}
END_TEST

static void
add(TCase *tests)
{
    tcase_add_test(tests, what_was_packed_is_unpacked);
    tcase_add_test(tests, rows_of_before_an_upgrade_are_read);
    tcase_add_test(tests, a_cut_row_ends_where_it_is_cut);
    tcase_add_test(tests, strange_bytes_are_no_events);
    tcase_add_test(tests, each_type_has_a_name);
    tcase_add_test(tests, rows_are_numbered_and_split);
    tcase_add_test(tests, there_is_room_for_everything_that_a_batch_does);
}

UNIT_MAIN("event", add)
