/* SPDX-License-Identifier: MIT */
/* See seats.h. */
#include "nginx_modules/policy/seats.h"

bool
seats_take(struct seats *seats, const struct seat_limits *limits, const struct seat *who,
           uint32_t *ret_index)
{
    uint32_t index = seats->used;
    uint32_t of_account = 0;
    uint32_t of_address = 0;

    for (uint32_t i = 0; i < seats->used; i++) {
        const struct seat *row = &seats->rows[i];

        if (row->process == 0) {
            if (index == seats->used)
                index = i;
            continue;
        }
        of_account += who->account != 0 && row->account == who->account;
        of_address += row->address == who->address;
    }
    if (of_account >= limits->account || of_address >= limits->address || index >= seats->count)
        return false;
    seats->rows[index].account = who->account;
    seats->rows[index].address = who->address;
    __atomic_store_n(&seats->rows[index].process, who->process, __ATOMIC_RELEASE);
    if (index == seats->used)
        seats->used++;
    *ret_index = index;
    return true;
}

void
seats_leave(struct seats *seats, uint32_t index)
{
    __atomic_store_n(&seats->rows[index].process, 0, __ATOMIC_RELEASE);
}

void
seats_reclaim(struct seats *seats, bool (*is_gone)(uint64_t process))
{
    for (uint32_t i = 0; i < seats->used; i++) {
        uint64_t process = seats->rows[i].process;

        if (process != 0 && is_gone(process))
            seats_leave(seats, i);
    }
}

uint32_t
seats_taken(const struct seats *seats)
{
    uint32_t taken = 0;

    for (uint32_t i = 0; i < seats->used; i++)
        taken += seats->rows[i].process != 0;
    return taken;
}
