/* SPDX-License-Identifier: MIT */
/* Rows in a ring of bytes; see event_queue.h. A body never wraps: what does not fit behind the
 * newest one begins at the front again. */
#include "fcgi_services/order/event_queue.h"

#include <pthread.h>
#include <string.h>
#include <sys/mman.h>
#include <time.h>

#include "shared/base/clock.h"

struct kept {
    uint64_t first_seq;
    uint32_t count;
    uint32_t len;
    uint32_t offset;
    int64_t pushed_us;
};

struct event_queue {
    pthread_mutex_t mutex;
    pthread_cond_t wake;
    uint64_t head_seq;
    bool closed;
    char *bytes;
    uint32_t end;    /* where the next body begins */
    uint32_t oldest; /* among rows */
    uint32_t row_count;
    struct kept rows[EVENT_QUEUE_ROWS];
};

enum cnop_err
event_queue_open(uint64_t head_seq, struct event_queue **ret_queue)
{
    static struct event_queue queue;
    pthread_condattr_t clock;
    void *bytes = queue.bytes;

    if (bytes == NULL)
        bytes = mmap(NULL, EVENT_QUEUE_BYTES, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS,
                     -1, 0);
    if (bytes == MAP_FAILED)
        return CNOP_E_NO_MEMORY;
    memset(&queue, 0, sizeof(queue));
    queue.bytes = bytes;
    queue.head_seq = head_seq;
    pthread_condattr_init(&clock);
    pthread_condattr_setclock(&clock, CLOCK_MONOTONIC);
    pthread_mutex_init(&queue.mutex, NULL);
    pthread_cond_init(&queue.wake, &clock);
    pthread_condattr_destroy(&clock);
    *ret_queue = &queue;
    return CNOP_OK;
}

/* ---- under the mutex ---- */

static struct kept *
row_at(struct event_queue *queue, uint32_t index)
{
    cnop_assert(index < queue->row_count);
    return &queue->rows[(queue->oldest + index) % EVENT_QUEUE_ROWS];
}

static void
forget_oldest(struct event_queue *queue)
{
    cnop_assert(queue->row_count > 0);
    queue->oldest = (queue->oldest + 1) % EVENT_QUEUE_ROWS;
    queue->row_count--;
}

/* Forgets whatever lies where the body goes. */
static uint32_t
make_room(struct event_queue *queue, uint32_t len)
{
    uint32_t begin = queue->end + len <= EVENT_QUEUE_BYTES ? queue->end : 0;

    /* Those at the end of the ring that are jumped over are the oldest. */
    while (begin == 0 && queue->row_count > 0 && row_at(queue, 0)->offset >= queue->end &&
           queue->end > 0)
        forget_oldest(queue);
    while (queue->row_count == EVENT_QUEUE_ROWS ||
           (queue->row_count > 0 && row_at(queue, 0)->offset >= begin &&
            row_at(queue, 0)->offset < begin + len))
        forget_oldest(queue);
    queue->end = begin + len;
    return begin;
}

static void
keep(struct event_queue *queue, const struct event_row *row, struct cnop_str body, int64_t now_us)
{
    uint32_t begin = make_room(queue, row->len);

    memcpy(queue->bytes + begin, body.ptr, body.len);
    queue->rows[(queue->oldest + queue->row_count) % EVENT_QUEUE_ROWS] =
        (struct kept){.first_seq = row->first_seq,
                      .count = row->count,
                      .len = row->len,
                      .offset = begin,
                      .pushed_us = now_us};
    queue->row_count++;
}

/* The row with the event after this one; NULL. */
static const struct kept *
find(struct event_queue *queue, uint64_t after)
{
    uint32_t low = 0, high = queue->row_count;

    while (low < high) {
        uint32_t middle = low + (high - low) / 2;
        const struct kept *row = row_at(queue, middle);

        if (row->first_seq + row->count - 1 <= after)
            low = middle + 1;
        else
            high = middle;
    }
    if (low == queue->row_count || row_at(queue, low)->first_seq > after + 1)
        return NULL;
    return row_at(queue, low);
}

static void
wait_until(struct event_queue *queue, int64_t until_us)
{
    const struct timespec until = {.tv_sec = until_us / 1000000,
                                   .tv_nsec = until_us % 1000000 * 1000};

    (void)pthread_cond_timedwait(&queue->wake, &queue->mutex, &until);
}

/* ---- for everybody ---- */

void
event_queue_push(struct event_queue *queue, const struct event_rows *rows)
{
    int64_t now_us = cnop_clock_monotonic_us();

    if (rows->row_count == 0)
        return;
    pthread_mutex_lock(&queue->mutex);
    for (uint32_t i = 0; i < rows->row_count; i++)
        keep(queue, &rows->rows[i], event_rows_body(rows, &rows->rows[i]), now_us);
    queue->head_seq = rows->last_seq;
    pthread_cond_broadcast(&queue->wake);
    pthread_mutex_unlock(&queue->mutex);
}

uint64_t
event_queue_head(struct event_queue *queue)
{
    uint64_t head_seq;

    pthread_mutex_lock(&queue->mutex);
    head_seq = queue->head_seq;
    pthread_mutex_unlock(&queue->mutex);
    return head_seq;
}

int64_t
event_queue_since(struct event_queue *queue, uint64_t after)
{
    const struct kept *row;
    int64_t since_us;

    pthread_mutex_lock(&queue->mutex);
    row = find(queue, after);
    if (row == NULL && queue->row_count > 0 && after < queue->head_seq)
        row = row_at(queue, 0); /* no younger than that */
    since_us = row == NULL ? 0 : row->pushed_us;
    pthread_mutex_unlock(&queue->mutex);
    return since_us;
}

bool
event_queue_wait(struct event_queue *queue, uint64_t after, int64_t until_us)
{
    bool there;

    pthread_mutex_lock(&queue->mutex);
    while (!queue->closed && queue->head_seq <= after && cnop_clock_monotonic_us() < until_us)
        wait_until(queue, until_us);
    there = !queue->closed && queue->head_seq > after;
    pthread_mutex_unlock(&queue->mutex);
    return there;
}

enum cnop_err
event_queue_copy(struct event_queue *queue, uint64_t after, struct event_copy *ret_row)
{
    const struct kept *row;

    pthread_mutex_lock(&queue->mutex);
    row = find(queue, after);
    if (row != NULL) {
        cnop_assert(row->len <= sizeof(ret_row->body));
        ret_row->first_seq = row->first_seq;
        ret_row->count = row->count;
        ret_row->len = row->len;
        memcpy(ret_row->body, queue->bytes + row->offset, row->len);
    }
    pthread_mutex_unlock(&queue->mutex);
    return row == NULL ? CNOP_E_NOT_FOUND : CNOP_OK;
}

void
event_queue_close(struct event_queue *queue)
{
    pthread_mutex_lock(&queue->mutex);
    queue->closed = true;
    pthread_cond_broadcast(&queue->wake);
    pthread_mutex_unlock(&queue->mutex);
}

bool
event_queue_is_closed(struct event_queue *queue)
{
    bool closed;

    pthread_mutex_lock(&queue->mutex);
    closed = queue->closed;
    pthread_mutex_unlock(&queue->mutex);
    return closed;
}

void
event_queue_rest(struct event_queue *queue, int64_t until_us)
{
    pthread_mutex_lock(&queue->mutex);
    while (!queue->closed && cnop_clock_monotonic_us() < until_us)
        wait_until(queue, until_us);
    pthread_mutex_unlock(&queue->mutex);
}
