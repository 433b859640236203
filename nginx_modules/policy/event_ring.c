/* SPDX-License-Identifier: MIT */
/* See event_ring.h. What a call changes becomes visible in the order: room (tail), record, index,
 * end (head), number (last_seq). A record whose number was not written yet is sent again by its
 * source; readers, who know numbers, skip the second copy. */
#include "nginx_modules/policy/event_ring.h"

#include <string.h>

#define FILLER UINT16_MAX /* channel of what fills the end of the memory up */
#define BYTES_A_SLOT 256u /* of records: a usual event's */

static uint64_t *
index_of(struct event_ring *ring, uint64_t seq)
{
    return &ring->memory[seq & (ring->slots - 1)];
}

static struct event_record *
record_at(struct event_ring *ring, uint64_t place)
{
    unsigned char *records = (unsigned char *)&ring->memory[ring->slots];

    return (struct event_record *)(void *)(records + place % ring->size);
}

/* What lies there was written by this code, or by a process that went mad. */
static bool
is_sound(const struct event_ring *ring, uint64_t place, const struct event_record *record)
{
    return record->place == place && record->bytes % EVENT_RING_ALIGN == 0 && record->bytes > 0 &&
           record->bytes <= ring->head - place &&
           place % ring->size + record->bytes <= ring->size &&
           record->padding <= record->bytes - sizeof(*record);
}

void
event_ring_init(struct event_ring *ring, size_t bytes)
{
    uint64_t slots = 64;

    while (slots * 2 * BYTES_A_SLOT <= bytes)
        slots *= 2;
    ring->slots = slots;
    ring->size = bytes - sizeof(*ring) - slots * sizeof(uint64_t);
    ring->size -= ring->size % EVENT_RING_ALIGN;
    ring->head = 0;
    event_ring_reset(ring, 0);
}

void
event_ring_reset(struct event_ring *ring, uint64_t last_seq)
{
    ring->tail = ring->head;
    ring->first_seq = last_seq + 1;
    ring->last_seq = last_seq;
}

/* Forgets the oldest record; all of them, should it not be one. */
static void
forget_oldest(struct event_ring *ring)
{
    const struct event_record *record = record_at(ring, ring->tail);
    uint64_t bytes = ring->head - ring->tail;

    if (!is_sound(ring, ring->tail, record)) {
        ring->first_seq = ring->last_seq + 1;
    } else {
        bytes = record->bytes;
        if (record->seq >= ring->first_seq)
            ring->first_seq = record->seq + 1;
    }
    ring->tail += bytes;
}

static void
make_room(struct event_ring *ring, uint64_t bytes)
{
    while (ring->tail < ring->head && ring->head + bytes - ring->tail > ring->size)
        forget_oldest(ring);
}

static struct event_record *
put(struct event_ring *ring, uint64_t bytes, const struct event_record *from)
{
    struct event_record *record = record_at(ring, ring->head);

    *record = *from;
    record->place = ring->head;
    record->bytes = (uint32_t)bytes;
    return record;
}

bool
event_ring_add(struct event_ring *ring, const struct event_record *record, const void *text,
               size_t bytes)
{
    uint64_t room = ring->size - ring->head % ring->size;
    uint64_t whole = sizeof(*record) + bytes + EVENT_RING_ALIGN - 1;
    struct event_record *added;

    whole -= whole % EVENT_RING_ALIGN;
    if (bytes > ring->size / 4 || whole > ring->size / 4 ||
        (record->seq != 0 && record->seq != ring->last_seq + 1))
        return false;
    if (room < whole) { /* a record lies in one piece */
        make_room(ring, room);
        (void)put(ring, room, &(struct event_record){.channel = FILLER});
        ring->head += room;
    }
    make_room(ring, whole);
    while (record->seq != 0 && ring->tail < ring->head &&
           record->seq - ring->first_seq >= ring->slots)
        forget_oldest(ring); /* the index has no place for both */
    added = put(ring, whole, record);
    added->padding = (uint16_t)(whole - sizeof(*record) - bytes);
    if (bytes > 0)
        memcpy(added + 1, text, bytes);
    if (record->seq != 0)
        *index_of(ring, record->seq) = ring->head;
    ring->head += whole;
    if (record->seq != 0)
        ring->last_seq = record->seq;
    return true;
}

bool
event_ring_find(struct event_ring *ring, uint64_t seq, uint64_t *ret_place)
{
    if (seq > ring->last_seq || seq + 1 < ring->first_seq)
        return false;
    *ret_place = seq == ring->last_seq ? ring->head : *index_of(ring, seq + 1);
    return true;
}

bool
event_ring_read(struct event_ring *ring, uint64_t *place, void *buffer, size_t bytes,
                size_t *ret_bytes)
{
    size_t used = 0;

    while (*place != ring->head) {
        const struct event_record *record = record_at(ring, *place);

        if (*place < ring->tail || *place > ring->head || *place % EVENT_RING_ALIGN != 0 ||
            !is_sound(ring, *place, record))
            return false;
        if (record->channel != FILLER) {
            if (record->bytes > bytes - used)
                break;
            memcpy((unsigned char *)buffer + used, record, record->bytes);
            used += record->bytes;
        }
        *place += record->bytes;
    }
    *ret_bytes = used;
    return true;
}
