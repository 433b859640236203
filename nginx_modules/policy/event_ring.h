/* SPDX-License-Identifier: MIT */
/* The newest events, in one block of memory that processes share: a ring of records of any size,
 * and an index by number. Numbers follow each other without a gap; a record with number 0 is of
 * the moment only and cannot be looked for. Places are bytes written ever, so they only grow and
 * name a record for as long as it is there.
 *
 * Every call is made under the lock of the block. A process that dies inside a call leaves a ring
 * that is whole: what it was writing is behind the end. Pure: no clock, no lock, no nginx. */
#ifndef CNOP_POLICY_EVENT_RING_H
#define CNOP_POLICY_EVENT_RING_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define EVENT_RING_ALIGN 32u /* of records and places: the size of a record's head */
#define EVENT_RING_LEAST (64u * 1024)

/* In front of every record. */
struct event_record {
    uint64_t place;   /* its own: tells a record from other bytes */
    uint64_t seq;     /* 0: not numbered */
    uint64_t account; /* 0: everybody's */
    uint32_t bytes;   /* with this head, up to the next record */
    uint16_t channel; /* one bit; 0: nobody's */
    uint16_t padding; /* of the bytes, behind the text */
};

struct event_ring {
    uint64_t head; /* place behind the newest record */
    uint64_t tail; /* place of the oldest */
    uint64_t first_seq;
    uint64_t last_seq; /* first_seq - 1: there is no numbered one */
    uint64_t size;     /* bytes of records */
    uint64_t slots;    /* numbers that the index holds, a power of two */
    uint64_t memory[]; /* index, then records */
};

/* Lays out a ring in so many bytes (EVENT_RING_LEAST at least). */
void event_ring_init(struct event_ring *ring, size_t bytes);

/* Forgets everything: the next number is last_seq + 1. Places go on. */
void event_ring_reset(struct event_ring *ring, uint64_t last_seq);

/* Adds a record of this text; the oldest make room. False: its number is not the next, or the text
 * is longer than a quarter of the ring. Of the record: seq, account and channel. */
bool event_ring_add(struct event_ring *ring, const struct event_record *record, const void *text,
                    size_t bytes);

/* The place of the first record after a number: the end if that is the last. False: records in
 * between have been forgotten, or the number has not been seen. */
bool event_ring_find(struct event_ring *ring, uint64_t seq, uint64_t *ret_place);

/* Copies whole records from *place, as many as fit; *place is behind them then. Returns the bytes,
 * 0 at the end. False: the place has been forgotten. buffer: EVENT_RING_ALIGN-aligned. */
bool event_ring_read(struct event_ring *ring, uint64_t *place, void *buffer, size_t bytes,
                     size_t *ret_bytes);

#endif
