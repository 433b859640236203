/* SPDX-License-Identifier: MIT */
/* The queue between committer and publishers: what is kept, what is forgotten, who waits. */
#include "fcgi_services/order/event_queue.h"

#include <pthread.h>
#include <string.h>
#include <sys/mman.h>

#include "shared/base/clock.h"
#include "tests/unit/unit.h"

#define FAR_US 30000000

static struct event_rows rows;
static struct event_copy copy;
static struct event_queue *queue;

static void
open_queue(uint64_t head_seq)
{
    static void *bytes;

    if (bytes == NULL) {
        bytes = mmap(NULL, EVENT_ROWS_BYTES, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS,
                     -1, 0);
        event_rows_init(&rows, bytes);
    }
    rows.last_seq = head_seq;
    ck_assert_int_eq(event_queue_open(head_seq, &queue), CNOP_OK);
}

/* A batch of so many events. */
static void
push(unsigned count)
{
    uint64_t last_seq = rows.last_seq;

    event_rows_clear(&rows);
    rows.last_seq = last_seq;
    for (unsigned i = 0; i < count; i++)
        event_rows_add(&rows, &(struct event){.type = EVENT_TRADE,
                                              .id = (int64_t)rows.last_seq + 1,
                                              .qty_e8 = INT64_MAX,
                                              .price_e10 = INT64_MAX});
    event_queue_push(queue, &rows);
}

/* The events of the copy are those that its numbers promise. */
static void
expect_copy(uint64_t after)
{
    struct cnop_str body;
    struct event_head head;

    ck_assert_int_eq(event_queue_copy(queue, after, &copy), CNOP_OK);
    ck_assert_uint_le(copy.first_seq, after + 1);
    ck_assert_uint_gt(copy.first_seq + copy.count, after + 1);
    body = cnop_str_make(copy.body, copy.len);
    ck_assert_int_eq(event_row_head(&body, &head), CNOP_OK);
    for (uint32_t i = 0; i < copy.count; i++) {
        struct event event;

        ck_assert_int_eq(event_unpack(&body, &head, &event), CNOP_OK);
        ck_assert_int_eq(event.id, (int64_t)(copy.first_seq + i));
    }
    ck_assert_uint_eq(body.len, 0);
}

START_TEST(what_was_pushed_is_found)
{
    open_queue(40);
    ck_assert_uint_eq(event_queue_head(queue), 40);
    ck_assert_int_eq(event_queue_copy(queue, 40, &copy), CNOP_E_NOT_FOUND);
    ck_assert_int_eq(event_queue_since(queue, 40), 0);
    push(3);
    push(2);
    ck_assert_uint_eq(event_queue_head(queue), 45);
    for (uint64_t after = 40; after < 45; after++)
        expect_copy(after);
    ck_assert_uint_eq(copy.first_seq, 44);
    ck_assert_int_gt(event_queue_since(queue, 44), 0);
    ck_assert_int_eq(event_queue_copy(queue, 39, &copy), CNOP_E_NOT_FOUND);
    ck_assert_int_eq(event_queue_copy(queue, 45, &copy), CNOP_E_NOT_FOUND);
    push(0);
    ck_assert_uint_eq(event_queue_head(queue), 45);
}
END_TEST

/* Far more than fits: the newest are there, whole, wherever the ring has its seam. */
START_TEST(the_oldest_is_forgotten)
{
    uint64_t oldest = 0;

    open_queue(0);
    for (unsigned i = 0; i < 3000; i++) {
        push(1 + i * 7 % 1500);
        expect_copy(event_queue_head(queue) - 1);
        while (event_queue_copy(queue, oldest, &copy) != CNOP_OK)
            oldest++;
        expect_copy(oldest);
    }
    ck_assert_uint_gt(oldest, 0);
    ck_assert_uint_gt(event_queue_head(queue) - oldest, 10000);
    for (uint64_t after = oldest; after < event_queue_head(queue); after += copy.count)
        expect_copy(after);
    /* no younger than the oldest that is kept */
    ck_assert_int_gt(event_queue_since(queue, oldest - 1), 0);
}
END_TEST

START_TEST(many_small_rows_are_forgotten_too)
{
    open_queue(0);
    for (unsigned i = 0; i < EVENT_QUEUE_ROWS + 10; i++)
        push(1);
    ck_assert_int_eq(event_queue_copy(queue, 9, &copy), CNOP_E_NOT_FOUND);
    expect_copy(10);
    expect_copy(EVENT_QUEUE_ROWS + 9);
}
END_TEST

static void *
push_later(void *arg)
{
    (void)arg;
    event_queue_rest(queue, cnop_clock_monotonic_us() + 20000);
    push(1);
    return NULL;
}

START_TEST(who_waits_is_woken)
{
    int64_t far_us = cnop_clock_monotonic_us() + FAR_US;
    pthread_t thread;

    open_queue(7);
    ck_assert(!event_queue_wait(queue, 7, cnop_clock_monotonic_us() + 1000));
    ck_assert(event_queue_wait(queue, 6, far_us));
    ck_assert_int_eq(pthread_create(&thread, NULL, push_later, NULL), 0);
    ck_assert(event_queue_wait(queue, 7, far_us));
    ck_assert_int_eq(pthread_join(thread, NULL), 0);
    ck_assert(!event_queue_is_closed(queue));
    event_queue_close(queue);
    ck_assert(event_queue_is_closed(queue));
    ck_assert(!event_queue_wait(queue, 0, far_us));
    event_queue_rest(queue, far_us);
    ck_assert_int_lt(cnop_clock_monotonic_us(), far_us);
}
END_TEST

static void
add(TCase *tests)
{
    tcase_add_test(tests, what_was_pushed_is_found);
    tcase_add_test(tests, the_oldest_is_forgotten);
    tcase_add_test(tests, many_small_rows_are_forgotten_too);
    tcase_add_test(tests, who_waits_is_woken);
}

UNIT_MAIN("event_queue", add)
