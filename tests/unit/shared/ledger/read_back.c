/* SPDX-License-Identifier: MIT */
/* See read_back.h. */
#include "tests/unit/shared/ledger/read_back.h"

#include "shared/ledger/book.h"

int64_t
read_back_asset_sum(const struct ledger *ledger, uint16_t asset_id)
{
    __int128 sum = 0;

    for (uint32_t i = 0; i < ledger->counters.balance_count; i++) {
        if (ledger->balances[i].asset_id == asset_id)
            sum += (__int128)ledger->balances[i].avail_e8 + ledger->balances[i].held_e8;
    }
    cnop_assert(sum >= INT64_MIN && sum <= INT64_MAX);
    return (int64_t)sum;
}

/* FNV-1a over 64-bit words; rows are summed, so their order does not matter. */
static uint64_t
fold(uint64_t hash, uint64_t word)
{
    for (int i = 0; i < 8; i++) {
        hash = (hash ^ (word & 0xff)) * UINT64_C(0x100000001b3);
        word >>= 8;
    }
    return hash;
}

#define FOLD_START UINT64_C(0xcbf29ce484222325)

/* Everything that decides what an order will do. */
static uint64_t
order_digest(const struct ledger_order *order)
{
    uint64_t hash = fold(FOLD_START, (uint64_t)order->id);

    if (order->id == 0)
        return 0; /* a free place */
    hash = fold(hash, (uint64_t)order->account_id);
    hash = fold(hash, order->prio);
    hash = fold(hash, (uint64_t)order->price.e10);
    hash = fold(hash, (uint64_t)order->qty.e8);
    hash = fold(hash, (uint64_t)order->left.e8);
    hash = fold(hash, (uint64_t)order->hold_e8);
    hash = fold(hash, (uint64_t)order->exact_e8);
    hash = fold(hash, (uint64_t)order->exact_e18);
    hash = fold(hash, (uint64_t)order->fee_cent_bps);
    hash = fold(hash, (uint64_t)order->cost_e8);
    hash = fold(hash, (uint64_t)order->expires_us);
    hash = fold(hash, (uint64_t)order->stop.e10);
    hash =
        fold(hash, (uint64_t)order->taker_bps << 16 | (uint64_t)order->tif << 8 | order->trigger);
    hash =
        fold(hash, (uint64_t)order->asset_id << 32 | (uint64_t)order->maker_bps << 8 | order->side);
    return fold(hash, (uint64_t)order->ver << 16 | (uint64_t)order->status << 8 | order->self);
}

uint64_t
read_back_digest(const struct ledger *ledger)
{
    uint64_t digest = fold(FOLD_START, (uint64_t)ledger->counters.next_id);

    for (uint32_t i = 0; i < ledger->counters.balance_count; i++) {
        const struct ledger_balance *row = &ledger->balances[i];
        uint64_t hash = fold(FOLD_START, (uint64_t)row->account_id);

        hash = fold(hash, row->asset_id);
        hash = fold(hash, (uint64_t)row->avail_e8);
        hash = fold(hash, (uint64_t)row->held_e8);
        hash = fold(hash, (uint64_t)row->cost_e8);
        hash = fold(hash, (uint64_t)row->realised_e8);
        hash = fold(hash, row->entries);
        digest += fold(hash, row->ver);
    }
    for (uint32_t i = 0; i < ledger->counters.account_count; i++) {
        const struct ledger_account *row = &ledger->accounts[i];
        uint64_t hash = fold(FOLD_START, (uint64_t)row->id);

        hash = fold(hash, row->status);
        for (size_t limit = 0; limit < LEDGER_LIMIT_COUNT; limit++) {
            hash = fold(hash, (uint64_t)row->used_day[limit]);
            hash = fold(hash, (uint64_t)row->used_e8[limit]);
        }
        digest += hash;
    }
    for (uint32_t i = 1; i <= ledger->pools.orders.used; i++)
        digest += order_digest(&ledger->orders[i]);
    return digest;
}

const struct ledger_order *
read_back_next_order(const struct ledger *ledger, uint16_t asset_id, uint8_t side,
                     const struct ledger_order *order)
{
    uint32_t slot = order == NULL ? book_front(ledger, asset_id, (enum book_lane)side)
                                  : book_behind(ledger, (uint32_t)(order - ledger->orders));

    return slot == 0 ? NULL : &ledger->orders[slot];
}
