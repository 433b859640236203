/* SPDX-License-Identifier: MIT */
/* The books: slots, queues, lists; see book.h. */
#include "shared/ledger/book.h"

#include "shared/base/mix.h"
#include "shared/ledger/due.h"
#include "shared/ledger/fill.h"
#include "shared/ledger/grid.h"
#include "shared/ledger/ladder.h"

/* ---- slots by id ---- */

static uint32_t
home_of(const struct ledger *ledger, int64_t order_id)
{
    return (uint32_t)cnop_mix64((uint64_t)order_id) & ledger->order_slot_mask;
}

/* Place of the order in the table, or the free one where it belongs. */
static uint32_t
place_of(const struct ledger *ledger, int64_t order_id)
{
    uint32_t place = home_of(ledger, order_id);

    cnop_assert(order_id > 0);
    while (ledger->order_slots[place] != 0 &&
           ledger->orders[ledger->order_slots[place]].id != order_id)
        place = (place + 1) & ledger->order_slot_mask;
    return place;
}

uint32_t
book_find(const struct ledger *ledger, int64_t order_id)
{
    return order_id > 0 ? ledger->order_slots[place_of(ledger, order_id)] : 0;
}

static void
set_place(struct ledger *ledger, uint32_t place, uint32_t slot)
{
    state_touch(ledger, &ledger->order_slots[place], sizeof(ledger->order_slots[place]));
    ledger->order_slots[place] = slot;
}

/* Those behind move up, so that no search ends early. */
static void
clear_place(struct ledger *ledger, uint32_t hole)
{
    uint32_t mask = ledger->order_slot_mask;
    uint32_t place = hole;

    cnop_assert(ledger->order_slots[hole] != 0);
    for (;;) {
        uint32_t slot, home;

        place = (place + 1) & mask;
        slot = ledger->order_slots[place];
        if (slot == 0)
            break;
        home = home_of(ledger, ledger->orders[slot].id);
        if (((place - home) & mask) < ((place - hole) & mask))
            continue; /* it would come to lie before its home */
        set_place(ledger, hole, slot);
        hole = place;
    }
    set_place(ledger, hole, 0);
}

/* ---- looking ---- */

uint32_t
book_front(const struct ledger *ledger, uint16_t asset_id, enum book_lane lane)
{
    uint32_t best = ledger->books[asset_id].best[lane - 1];

    cnop_assert(lane >= BOOK_BUY && lane <= BOOK_RISING);
    return best == 0 ? 0 : ledger->levels[best].first;
}

/* Of a ladder: buyers and sellers share one, since they never meet. */
static uint32_t *
root_of(struct book *book, uint8_t lane)
{
    cnop_assert(lane >= BOOK_BUY && lane <= BOOK_RISING);
    return &book->root[lane <= BOOK_SELL ? 0 : lane - BOOK_SELL];
}

/* Whether the highest price is the first of the lane; else the lowest. */
static bool
falls(uint8_t lane)
{
    return lane == BOOK_BUY || lane == BOOK_FALLING;
}

/* The next price of the same lane; 0: none. */
static uint32_t
next_level(const struct ledger *ledger, uint16_t asset_id, const struct book_level *level)
{
    uint32_t root = *root_of(&ledger->books[asset_id], level->lane);

    return falls(level->lane) ? ladder_below(ledger, root, level->step)
                              : ladder_above(ledger, root, level->step);
}

uint32_t
book_behind(const struct ledger *ledger, uint32_t slot)
{
    const struct ledger_order *order = &ledger->orders[slot];
    uint32_t level;

    cnop_assert(slot != 0);
    if (order->after != 0)
        return order->after;
    level = next_level(ledger, order->asset_id, &ledger->levels[order->level]);
    cnop_assert(level == 0 || ledger->levels[level].lane == order->side);
    return level == 0 ? 0 : ledger->levels[level].first;
}

uint32_t
ledger_book_levels(const struct ledger *ledger, uint16_t asset_id, uint8_t side, uint32_t max,
                   struct ledger_level *levels)
{
    uint32_t at = ledger->books[asset_id].best[side - 1], count = 0; /* its lane */

    cnop_assert(side == LEDGER_BUY || side == LEDGER_SELL);
    cnop_assert(asset_id < ledger->config.max_assets);
    while (at != 0 && count < max) {
        const struct book_level *level = &ledger->levels[at];

        levels[count++] = (struct ledger_level){.price = ledger->orders[level->first].price,
                                                .qty = {level->total_e8},
                                                .order_count = level->count};
        at = next_level(ledger, asset_id, level);
    }
    return count;
}

static bool
pool_has_room(const struct book_pool *pool, uint32_t max)
{
    cnop_assert(pool->used <= max);
    return pool->free != 0 || pool->used < max;
}

bool
book_has_room(const struct ledger *ledger)
{
    return pool_has_room(&ledger->pools.orders, ledger->config.max_open_orders) &&
           pool_has_room(&ledger->pools.levels, ledger->config.max_levels) &&
           ladder_has_room(ledger);
}

/* ---- levels ---- */

static uint32_t
take_level(struct ledger *ledger, uint32_t step, uint8_t lane)
{
    struct book_pool *pool = &ledger->pools.levels;
    uint32_t at = pool->free;

    state_touch(ledger, pool, sizeof(*pool));
    if (at == 0) {
        at = ++pool->used;
    } else {
        pool->free = ledger->levels[at].next_free;
        pool->free_count--;
    }
    cnop_assert(at <= ledger->config.max_levels);
    state_touch(ledger, &ledger->levels[at], sizeof(ledger->levels[at]));
    ledger->levels[at] = (struct book_level){.step = step, .lane = lane};
    return at;
}

static bool
is_better(const struct ledger *ledger, uint32_t step, uint32_t best, uint8_t lane)
{
    if (best == 0)
        return true;
    return falls(lane) ? step > ledger->levels[best].step : step < ledger->levels[best].step;
}

static uint8_t
lane_of(const struct ledger_order *order)
{
    if (order->status != LEDGER_PENDING)
        return order->side;
    return book_rises(order) ? BOOK_RISING : BOOK_FALLING;
}

static uint32_t
open_level(struct ledger *ledger, const struct ledger_order *order)
{
    struct book *book = &ledger->books[order->asset_id];
    uint8_t lane = lane_of(order);
    uint32_t step = grid_step(lane > BOOK_SELL ? order->stop : order->price);
    uint32_t *root = root_of(book, lane);
    uint32_t at;

    cnop_assert(step != 0);
    at = ladder_find(ledger, *root, step);
    if (at != 0) {
        cnop_assert(ledger->levels[at].lane == lane);
        return at;
    }
    at = take_level(ledger, step, lane);
    ladder_insert(ledger, root, step, at);
    if (is_better(ledger, step, book->best[lane - 1], lane))
        book->best[lane - 1] = at;
    return at;
}

static void
close_level(struct ledger *ledger, uint16_t asset_id, uint32_t at)
{
    struct book_pool *pool = &ledger->pools.levels;
    struct book *book = &ledger->books[asset_id];
    struct book_level *level = &ledger->levels[at];

    cnop_assert(level->count == 0);
    cnop_assert(level->total_e8 == 0);
    if (book->best[level->lane - 1] == at)
        book->best[level->lane - 1] = next_level(ledger, asset_id, level);
    ladder_remove(ledger, root_of(book, level->lane), level->step);
    state_touch(ledger, pool, sizeof(*pool));
    level->next_free = pool->free;
    pool->free = at;
    pool->free_count++;
}

/* ---- queues and lists ---- */

static void
join_queue(struct ledger *ledger, uint32_t slot)
{
    struct ledger_order *order = &ledger->orders[slot];
    struct book_level *level = &ledger->levels[order->level];

    state_touch(ledger, level, sizeof(*level));
    order->before = level->last;
    order->after = 0;
    if (level->last != 0) {
        struct ledger_order *last = &ledger->orders[level->last];

        cnop_assert(last->prio < order->prio);
        state_touch(ledger, &last->after, sizeof(last->after));
        last->after = slot;
    } else {
        level->first = slot;
    }
    level->last = slot;
    level->count++;
    level->total_e8 += order->left.e8;
}

static void
leave_queue(struct ledger *ledger, const struct ledger_order *order)
{
    struct book_level *level = &ledger->levels[order->level];

    state_touch(ledger, level, sizeof(*level));
    if (order->before != 0) {
        struct ledger_order *before = &ledger->orders[order->before];

        state_touch(ledger, &before->after, sizeof(before->after));
        before->after = order->after;
    } else {
        level->first = order->after;
    }
    if (order->after != 0) {
        struct ledger_order *after = &ledger->orders[order->after];

        state_touch(ledger, &after->before, sizeof(after->before));
        after->before = order->before;
    } else {
        level->last = order->before;
    }
    level->count--;
    level->total_e8 -= order->left.e8;
}

static void
join_account(struct ledger *ledger, uint32_t slot)
{
    struct ledger_order *order = &ledger->orders[slot];
    struct ledger_account *account = state_account_write(ledger, order->account_id, 0);

    order->own_before = account->order_last;
    order->own_after = 0;
    if (account->order_last != 0) {
        struct ledger_order *last = &ledger->orders[account->order_last];

        state_touch(ledger, &last->own_after, sizeof(last->own_after));
        last->own_after = slot;
    } else {
        account->order_first = slot;
    }
    account->order_last = slot;
    account->order_count++;
}

static void
leave_account(struct ledger *ledger, const struct ledger_order *order)
{
    struct ledger_account *account = state_account_write(ledger, order->account_id, 0);

    cnop_assert(account->order_count > 0);
    if (order->own_before != 0) {
        struct ledger_order *before = &ledger->orders[order->own_before];

        state_touch(ledger, &before->own_after, sizeof(before->own_after));
        before->own_after = order->own_after;
    } else {
        account->order_first = order->own_after;
    }
    if (order->own_after != 0) {
        struct ledger_order *after = &ledger->orders[order->own_after];

        state_touch(ledger, &after->own_before, sizeof(after->own_before));
        after->own_before = order->own_before;
    } else {
        account->order_last = order->own_before;
    }
    account->order_count--;
}

/* ---- orders ---- */

static uint32_t
take_slot(struct ledger *ledger)
{
    struct book_pool *pool = &ledger->pools.orders;
    uint32_t slot = pool->free;

    state_touch(ledger, pool, sizeof(*pool));
    if (slot == 0) {
        slot = ++pool->used;
    } else {
        pool->free = ledger->orders[slot].after;
        pool->free_count--;
    }
    cnop_assert(slot <= ledger->config.max_open_orders);
    /* One given back in this batch is taken again in it: what it was must come back too. */
    state_touch(ledger, &ledger->orders[slot], sizeof(ledger->orders[slot]));
    return slot;
}

uint32_t
book_add(struct ledger *ledger, const struct ledger_order *order)
{
    struct book *book = &ledger->books[order->asset_id];
    uint32_t slot;

    cnop_assert(book_has_room(ledger));
    cnop_assert(order->left.e8 > 0);
    cnop_assert(order->hold_e8 >= 0);
    slot = take_slot(ledger);
    ledger->orders[slot] = *order;
    state_touch(ledger, book, sizeof(*book));
    ledger->orders[slot].level = open_level(ledger, order);
    book->order_count += order->status != LEDGER_PENDING;
    join_queue(ledger, slot);
    join_account(ledger, slot);
    set_place(ledger, place_of(ledger, order->id), slot);
    if (order->expires_us != 0)
        due_add(ledger, DUE_ORDERS, slot);
    return slot;
}

struct ledger_order *
book_write(struct ledger *ledger, uint32_t slot)
{
    struct ledger_order *order = &ledger->orders[slot];

    cnop_assert(slot != 0);
    cnop_assert(order->id > 0);
    state_touch(ledger, &order->left,
                offsetof(struct ledger_order, level) - offsetof(struct ledger_order, left));
    state_touch(ledger, &order->status, 2); /* and the reason */
    return order;
}

void
book_reduce(struct ledger *ledger, uint32_t slot, cnop_qty qty)
{
    struct ledger_order *order = &ledger->orders[slot];
    struct book_level *level = &ledger->levels[order->level];

    cnop_assert(qty.e8 > 0);
    cnop_assert(qty.e8 <= order->left.e8);
    state_touch(ledger, &level->total_e8, sizeof(level->total_e8));
    level->total_e8 -= qty.e8;
    order->left.e8 -= qty.e8;
}

void
book_note(struct ledger *ledger, uint32_t slot)
{
    cnop_assert(slot != 0);
    book_note_gone(ledger, &ledger->orders[slot]);
}

void
book_note_gone(struct ledger *ledger, struct ledger_order *order)
{
    cnop_assert(order->id > 0);
    if (order->stamp != ledger->batch_stamp) {
        cnop_assert(ledger->order_row_count < ledger->config.max_order_rows);
        order->stamp = ledger->batch_stamp;
        order->row = ledger->order_row_count++;
    }
    ledger->order_rows[order->row] = *order;
}

void
book_remove(struct ledger *ledger, uint32_t slot)
{
    struct ledger_order *order = &ledger->orders[slot];
    struct book *book = &ledger->books[order->asset_id];
    struct book_pool *pool = &ledger->pools.orders;
    bool waits = ledger->levels[order->level].lane > BOOK_SELL; /* its status may be the next */

    cnop_assert(slot != 0);
    cnop_assert(waits || book->order_count > 0);
    if (order->expires_us != 0)
        due_remove(ledger, DUE_ORDERS, slot);
    clear_place(ledger, place_of(ledger, order->id));
    leave_account(ledger, order);
    leave_queue(ledger, order);
    state_touch(ledger, book, sizeof(*book));
    book->order_count -= !waits;
    if (ledger->levels[order->level].count == 0)
        close_level(ledger, order->asset_id, order->level);
    state_touch(ledger, pool, sizeof(*pool));
    state_touch(ledger, order, sizeof(*order));
    order->id = 0;
    order->after = pool->free;
    pool->free = slot;
    pool->free_count++;
}

enum cnop_err
ledger_load_order(struct ledger *ledger, const struct ledger_order *order)
{
    bool buy = order->side == LEDGER_BUY;
    const struct ledger_balance *held =
        ledger_find_balance(ledger, order->account_id, buy ? LEDGER_USD : order->asset_id);
    struct ledger_balance *units;

    if (ledger_find_asset(ledger, order->asset_id) == NULL || order->asset_id == LEDGER_USD ||
        (!buy && order->side != LEDGER_SELL) || grid_step(order->price) == 0 ||
        (order->status == LEDGER_PENDING && (order->trigger == 0 || grid_step(order->stop) == 0)) ||
        order->left.e8 <= 0 || order->left.e8 > order->qty.e8 || order->hold_e8 < 0 ||
        order->expires_us < 0 || !ledger_tif_may_rest(order->tif) || held == NULL ||
        book_find(ledger, order->id) != 0 || ledger_find_account(ledger, order->account_id) == NULL)
        return CNOP_E_INVALID;
    if (fill_hold(order, fill_hold_bps(order)) != order->hold_e8)
        return CNOP_E_INVALID;
    if (!book_has_room(ledger) || !ledger_has_room(ledger))
        return CNOP_E_OVERLOADED;
    (void)book_add(ledger, order);
    if (buy) {
        units = state_balance_open(ledger, order->account_id, order->asset_id, order->created_us);
        if (__builtin_add_overflow(units->coming_e8, order->left.e8, &units->coming_e8))
            return CNOP_E_INVALID;
    }
    ledger_forget(ledger, ledger_mark(ledger));
    ledger_batch_begin(ledger);
    return CNOP_OK;
}

void
ledger_unload_orders(struct ledger *ledger, int64_t account_id)
{
    const struct ledger_account *account = ledger_find_account(ledger, account_id);

    while (account != NULL && account->order_first != 0) {
        uint32_t slot = account->order_first;
        const struct ledger_order *order = &ledger->orders[slot];

        if (order->side == LEDGER_BUY)
            state_balance_open(ledger, account_id, order->asset_id, order->created_us)->coming_e8 -=
                order->left.e8;
        book_remove(ledger, slot);
        ledger_forget(ledger, ledger_mark(ledger));
        ledger_batch_begin(ledger);
    }
    cnop_assert(account == NULL || account->order_count == 0);
}
