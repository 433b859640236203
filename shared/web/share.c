/* SPDX-License-Identifier: MIT */
/* Arithmetic on one number an account; see share.h. Never blocks, never waits. */
#include "shared/web/share.h"

#include "shared/base/mix.h"

#define MIXED_US CNOP_SHARE_BURST_US

static size_t
slot_of(const struct cnop_shares *shares, uint64_t account)
{
    return cnop_mix64(account ^ shares->seed) & (CNOP_SHARE_SLOTS - 1);
}

/* True: somebody else has asked within the last second. */
static bool
is_mixed(struct cnop_shares *shares, uint64_t account, int64_t now_us)
{
    uint64_t last = atomic_exchange_explicit(&shares->last_account, account, memory_order_relaxed);

    if (last != account && last != 0) {
        atomic_store_explicit(&shares->mixed_us, now_us, memory_order_relaxed);
        return true;
    }
    return now_us - atomic_load_explicit(&shares->mixed_us, memory_order_relaxed) < MIXED_US;
}

bool
cnop_share_admit(struct cnop_shares *shares, uint64_t account, int64_t now_us, int64_t *ret_wait_us)
{
    int64_t ahead_us = atomic_load_explicit(&shares->used_until_us[slot_of(shares, account)],
                                            memory_order_relaxed) -
                       now_us;
    bool mixed = is_mixed(shares, account, now_us);

    cnop_assert(account != 0);
    if (!mixed || ahead_us <= CNOP_SHARE_BURST_US)
        return true;
    *ret_wait_us = ahead_us - CNOP_SHARE_BURST_US;
    return false;
}

void
cnop_share_charge(struct cnop_shares *shares, uint64_t account, int64_t started_us, int64_t cost_us)
{
    _Atomic int64_t *slot = &shares->used_until_us[slot_of(shares, account)];
    int64_t old_us = atomic_load_explicit(slot, memory_order_relaxed);
    int64_t new_us;

    cnop_assert(cost_us >= 0);
    do {
        new_us = (old_us > started_us ? old_us : started_us) + cost_us;
    } while (!atomic_compare_exchange_weak_explicit(slot, &old_us, new_us, memory_order_relaxed,
                                                    memory_order_relaxed));
}

bool
cnop_share_hold(struct cnop_shares *shares, uint64_t account, int64_t now_us)
{
    _Atomic int64_t *slot = &shares->held_until_us[slot_of(shares, account)];
    int64_t old_us = atomic_load_explicit(slot, memory_order_relaxed);

    return old_us <= now_us &&
           atomic_compare_exchange_strong_explicit(slot, &old_us, now_us + CNOP_SHARE_HOLD_US,
                                                   memory_order_relaxed, memory_order_relaxed);
}

void
cnop_share_renew(struct cnop_shares *shares, uint64_t account, int64_t now_us)
{
    atomic_store_explicit(&shares->held_until_us[slot_of(shares, account)],
                          now_us + CNOP_SHARE_HOLD_US, memory_order_relaxed);
}

void
cnop_share_release(struct cnop_shares *shares, uint64_t account)
{
    atomic_store_explicit(&shares->held_until_us[slot_of(shares, account)], 0,
                          memory_order_relaxed);
}
