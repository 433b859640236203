/* SPDX-License-Identifier: MIT */
/* The ring: numbers without a gap, the oldest forgotten first, a place that is gone is known to be.
 */
#include "nginx_modules/policy/event_ring.h"

#include <stdio.h>
#include <string.h>

#include "shared/base/attr.h"
#include "tests/unit/unit.h"

#define BYTES EVENT_RING_LEAST

static union {
    struct event_ring ring;
    unsigned char memory[BYTES];
} table __attribute__((aligned(EVENT_RING_ALIGN)));
static struct event_ring *const ring = &table.ring;
static unsigned char buffer[BYTES] __attribute__((aligned(EVENT_RING_ALIGN)));

static void
fresh(void)
{
    memset(&table, 0xa5, sizeof(table));
    event_ring_init(ring, sizeof(table));
}

static bool
add(uint64_t seq, size_t bytes)
{
    static char text[BYTES];

    memset(text, 'a' + (int)(seq % 26), sizeof(text));
    return event_ring_add(
        ring, &(struct event_record){.seq = seq, .account = seq * 3, .channel = 1}, text, bytes);
}

/* Every record from a place to the end is the next one, with its own text. Returns the last. */
static uint64_t
expect_from(uint64_t place, uint64_t seq)
{
    size_t used = 1;

    while (used > 0) {
        ck_assert(event_ring_read(ring, &place, buffer, sizeof(buffer), &used));
        for (size_t at = 0; at < used;) {
            const struct event_record *record = (const void *)(buffer + at);
            size_t bytes = record->bytes - record->padding - sizeof(*record);
            const char *text = (const char *)(record + 1);

            ck_assert_uint_eq(record->seq, seq);
            ck_assert_uint_eq(record->account, seq * 3);
            for (size_t i = 0; i < bytes; i++)
                ck_assert_int_eq(text[i], 'a' + (int)(seq % 26));
            seq++;
            at += record->bytes;
        }
    }
    return seq - 1;
}

START_TEST(numbers_follow_each_other)
{
    ck_assert(!add(2, 10));
    ck_assert(add(1, 10));
    ck_assert(!add(1, 10));
    ck_assert(!add(3, 10));
    ck_assert(add(2, 0));
    event_ring_reset(ring, 100);
    ck_assert(!add(3, 10));
    ck_assert(add(101, 10));
    ck_assert_uint_eq(ring->first_seq, 101);
}
END_TEST

START_TEST(what_is_there_is_found_and_read)
{
    uint64_t place, first = 0;

    for (uint64_t seq = 1; seq <= 5000; seq++) {
        ck_assert(add(seq, (size_t)(seq * 7919 % 900)));
        ck_assert_uint_ge(ring->first_seq, first);
        first = ring->first_seq;
        ck_assert(event_ring_find(ring, first - 1, &place));
        ck_assert_uint_eq(place, first == 1 ? 0 : place);
        if (seq % 100 == 0)
            ck_assert_uint_eq(expect_from(place, first), seq);
    }
    ck_assert_uint_gt(first, 1);
    ck_assert_uint_gt(ring->last_seq - first, 40);
    ck_assert(!event_ring_find(ring, first - 2, &place));
    ck_assert(!event_ring_find(ring, 5001, &place));
    ck_assert(event_ring_find(ring, 5000, &place));
    ck_assert_uint_eq(place, ring->head);
    for (uint64_t seq = first - 1; seq < 5000; seq++) {
        ck_assert(event_ring_find(ring, seq, &place));
        ck_assert_uint_eq(expect_from(place, seq + 1), 5000);
    }
}
END_TEST

START_TEST(small_ones_are_bounded_by_the_index)
{
    uint64_t place;

    for (uint64_t seq = 1; seq <= 10000; seq++)
        ck_assert(add(seq, 1));
    ck_assert_uint_eq(ring->last_seq - ring->first_seq + 1, ring->slots);
    ck_assert(event_ring_find(ring, ring->first_seq - 1, &place));
    ck_assert_uint_eq(expect_from(place, ring->first_seq), 10000);
}
END_TEST

START_TEST(a_place_that_is_gone_is_known)
{
    uint64_t place = 0;
    size_t used;

    ck_assert(add(1, 100));
    for (uint64_t seq = 2; place >= ring->tail; seq++)
        ck_assert(add(seq, 1000));
    ck_assert(!event_ring_read(ring, &place, buffer, sizeof(buffer), &used));
    place = ring->head + EVENT_RING_ALIGN;
    ck_assert(!event_ring_read(ring, &place, buffer, sizeof(buffer), &used));
    place = ring->tail + 8;
    ck_assert(!event_ring_read(ring, &place, buffer, sizeof(buffer), &used));
}
END_TEST

START_TEST(those_of_the_moment_have_no_number)
{
    uint64_t place = 0;
    size_t used;

    ck_assert(add(1, 10));
    for (int i = 0; i < 3; i++)
        ck_assert(event_ring_add(ring, &(struct event_record){.channel = 2}, "now", 3));
    ck_assert(add(2, 10));
    ck_assert(event_ring_read(ring, &place, buffer, sizeof(buffer), &used));
    ck_assert_uint_eq(used, 5 * 64);
    ck_assert(event_ring_find(ring, 1, &place));
    ck_assert_uint_eq(expect_from(place, 2), 2);
}
END_TEST

START_TEST(a_read_takes_whole_records)
{
    uint64_t place = 0;
    size_t used;

    ck_assert(add(1, 100));
    ck_assert(add(2, 100));
    ck_assert(event_ring_read(ring, &place, buffer, 200, &used));
    ck_assert_uint_eq(used, 160);
    ck_assert(event_ring_read(ring, &place, buffer, 200, &used));
    ck_assert_uint_eq(used, 160);
    ck_assert_uint_eq(place, ring->head);
}
END_TEST

START_TEST(one_that_is_too_long_is_refused)
{
    ck_assert(!add(1, ring->size / 4));
    ck_assert(add(1, ring->size / 4 - 2 * EVENT_RING_ALIGN));
}
END_TEST

/* A process that died between the record and its number: the source sends it again. */
START_TEST(a_record_without_its_number_is_sent_again)
{
    uint64_t place = 0;
    size_t used;

    ck_assert(add(1, 10));
    ck_assert(add(2, 10));
    ring->last_seq = 1;
    ck_assert(add(2, 10));
    ck_assert(add(3, 10));
    ck_assert(event_ring_read(ring, &place, buffer, sizeof(buffer), &used));
    ck_assert_uint_eq(used, 4 * 64);
    ck_assert(event_ring_find(ring, 1, &place));
    ck_assert_uint_eq(expect_from(place, 2), 3);
}
END_TEST

START_TEST(bytes_that_are_no_record_are_not_read)
{
    uint64_t place = 0;
    size_t used;

    for (uint64_t seq = 1; seq <= 10; seq++)
        ck_assert(add(seq, 100));
    memset((unsigned char *)&ring->memory[ring->slots] + 3 * 160, 0xff, 32);
    ck_assert(!event_ring_read(ring, &place, buffer, sizeof(buffer), &used));
    for (uint64_t seq = 11; seq <= 2000; seq++)
        ck_assert(add(seq, 100)); /* the damage is forgotten with the rest */
    ck_assert(event_ring_find(ring, 1990, &place));
    ck_assert_uint_eq(expect_from(place, 1991), 2000);
}
END_TEST

static void
add_tests(TCase *tests)
{
    tcase_add_checked_fixture(tests, fresh, NULL);
    tcase_add_test(tests, numbers_follow_each_other);
    tcase_add_test(tests, what_is_there_is_found_and_read);
    tcase_add_test(tests, small_ones_are_bounded_by_the_index);
    tcase_add_test(tests, a_place_that_is_gone_is_known);
    tcase_add_test(tests, those_of_the_moment_have_no_number);
    tcase_add_test(tests, a_read_takes_whole_records);
    tcase_add_test(tests, one_that_is_too_long_is_refused);
    tcase_add_test(tests, a_record_without_its_number_is_sent_again);
    tcase_add_test(tests, bytes_that_are_no_record_are_not_read);
}

UNIT_MAIN("policy/event_ring", add_tests)
