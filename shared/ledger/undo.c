/* SPDX-License-Identifier: MIT */
/* The undo ring: what was changed since a mark, byte by byte, and whether the next command has
 * room. Knows no row; never allocates. */
#include "shared/ledger/state.h"

#include <string.h>

_Static_assert(sizeof(struct state_undo) == 64, "an undo entry is one cache line");
_Static_assert(sizeof(struct ledger_balance) % 8 == 0, "rows stay aligned for the undo offsets");

void
state_touch(struct ledger *ledger, const void *place, size_t len)
{
    const unsigned char *from = place;

    cnop_assert(len > 0);
    cnop_assert(from > (const unsigned char *)ledger);
    while (len > 0) {
        size_t part = len < STATE_UNDO_DATA_BYTES ? len : STATE_UNDO_DATA_BYTES;
        size_t offset = (size_t)(from - (const unsigned char *)ledger);
        struct state_undo *entry =
            &ledger->undo[ledger->undo_tail & (ledger->config.undo_entries - 1)];

        cnop_assert(ledger->undo_tail - ledger->undo_head < ledger->config.undo_entries);
        entry->offset8 = (uint32_t)(offset / 8);
        entry->skip = (uint16_t)(offset % 8);
        entry->len = (uint16_t)part;
        memcpy(entry->data, from, part);
        ledger->undo_tail++;
        from += part;
        len -= part;
    }
}

uint64_t
ledger_mark(const struct ledger *ledger)
{
    cnop_assert(ledger->undo_head <= ledger->undo_tail);
    return ledger->undo_tail;
}

void
ledger_rollback(struct ledger *ledger, uint64_t mark)
{
    cnop_assert(mark >= ledger->undo_head);
    cnop_assert(mark <= ledger->undo_tail);
    while (ledger->undo_tail > mark) {
        const struct state_undo *entry;

        ledger->undo_tail--;
        entry = &ledger->undo[ledger->undo_tail & (ledger->config.undo_entries - 1)];
        memcpy((unsigned char *)ledger + (size_t)entry->offset8 * 8 + entry->skip, entry->data,
               entry->len);
    }
}

void
ledger_forget(struct ledger *ledger, uint64_t mark)
{
    cnop_assert(mark >= ledger->undo_head);
    cnop_assert(mark <= ledger->undo_tail);
    ledger->undo_head = mark;
}

/* The largest command that meets no resting order opens eight rows: far fewer than these. Each
 * order it meets (a fill, or one that ends with its account) adds some more. */
#define ROOM_UNDO 128
#define ROOM_ROWS 10
#define ROOM_UNDO_ORDER 72
#define ROOM_ROWS_ORDER 2

/* How many resting orders one command can meet. */
static uint32_t
orders_to_meet(const struct ledger *ledger)
{
    const struct book_pool *pool = &ledger->pools.orders;
    uint32_t open_count = pool->used - pool->free_count;

    _Static_assert(LEDGER_ACCOUNT_ORDERS >= LEDGER_FILL_MAX, "the larger of the two bounds");
    return open_count < LEDGER_ACCOUNT_ORDERS ? open_count : LEDGER_ACCOUNT_ORDERS;
}

bool
ledger_has_room(const struct ledger *ledger)
{
    uint32_t orders = orders_to_meet(ledger);
    uint32_t rows = ROOM_ROWS + ROOM_ROWS_ORDER * orders;

    cnop_assert(ledger->undo_head <= ledger->undo_tail);
    return ledger->undo_tail - ledger->undo_head + ROOM_UNDO + ROOM_UNDO_ORDER * orders <=
               ledger->config.undo_entries &&
           ledger->counters.account_count + ROOM_ROWS <= ledger->config.max_accounts &&
           ledger->counters.balance_count + rows <= ledger->config.max_balances &&
           ledger->dirty_balance_count + rows <= ledger->config.max_dirty &&
           ledger->dirty_account_count + ROOM_ROWS <= ledger->config.max_dirty &&
           ledger->fill_count + orders + 1 <= ledger->config.max_fills &&
           ledger->order_row_count + orders + 1 <= ledger->config.max_order_rows;
}

int64_t
state_take_id(struct ledger *ledger)
{
    cnop_assert(ledger->counters.next_id >= 1);
    cnop_assert(ledger->counters.next_id < INT64_MAX);
    state_touch(ledger, &ledger->counters, sizeof(ledger->counters));
    return ledger->counters.next_id++;
}

void
ledger_load_next_id(struct ledger *ledger, int64_t next_id)
{
    cnop_assert(next_id >= 1);
    ledger->counters.next_id = next_id;
}

int64_t
ledger_next_id(const struct ledger *ledger)
{
    return ledger->counters.next_id;
}
