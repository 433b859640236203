/* SPDX-License-Identifier: MIT */
/* The engine's side of the board: what has changed, when it is copied, and the file; see board.h.
 * Never waits, and does a bounded amount of work in each call. */
#include "fcgi_services/order/board.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "shared/base/clock.h"
#include "shared/base/log.h"

#define STAGE_MAX 8     /* books copied for one batch */
#define PAUSE_US 100000 /* between two copies of a book while batches follow each other */
#define FILE_MODE (S_IRUSR | S_IWUSR | S_IRGRP)
#define PATH_BYTES 256

/* A book on its way. */
struct staged {
    struct ledger_asset asset;
    uint32_t level_count[2];
    struct ledger_level levels[2][BOARD_LEVELS];
};

struct board {
    struct board_page *page;
    uint16_t changed[BOARD_MARKETS]; /* the longest waiting first */
    uint32_t changed_count;
    bool is_changed[BOARD_MARKETS];
    int64_t copied_us[BOARD_MARKETS]; /* monotonic */
    struct staged staged[STAGE_MAX];
    uint32_t staged_count;
};

/* ---- writing a market ---- */

static struct board_market *
write_begin(struct board *board, uint16_t asset_id)
{
    struct board_market *market = &board->page->markets[asset_id];
    uint32_t version = atomic_load_explicit(&market->version, memory_order_relaxed);

    cnop_assert(asset_id < BOARD_MARKETS);
    cnop_assert(version % 2 == 0);
    atomic_store_explicit(&market->version, version + 1, memory_order_relaxed);
    atomic_thread_fence(memory_order_release);
    return market;
}

static void
write_end(struct board_market *market)
{
    uint32_t version = atomic_load_explicit(&market->version, memory_order_relaxed);

    cnop_assert(version % 2 == 1);
    atomic_store_explicit(&market->version, version + 1, memory_order_release);
}

static void
put_price(struct board_market *market, const struct ledger *ledger, uint16_t asset_id)
{
    const struct ledger_asset *asset = ledger_find_asset(ledger, asset_id);

    cnop_assert(asset != NULL);
    market->asset.price = asset->price;
    market->asset.price_seq = asset->price_seq;
    market->asset.price_time_us = asset->price_time_us;
    market->house = ledger_house_quote(ledger, asset_id);
}

void
board_price(struct board *board, const struct ledger *ledger, uint16_t asset_id)
{
    struct board_market *market;

    if (asset_id == LEDGER_USD || asset_id >= BOARD_MARKETS)
        return;
    market = write_begin(board, asset_id);
    put_price(market, ledger, asset_id);
    write_end(market);
}

void
board_trade(struct board *board, uint16_t asset_id, const struct board_trade *trade)
{
    struct board_market *market;

    cnop_assert(trade->qty.e8 > 0);
    if (asset_id >= BOARD_MARKETS)
        return;
    market = write_begin(board, asset_id);
    market->trades[market->trade_count % BOARD_TRADES] = *trade;
    market->trade_count++;
    write_end(market);
}

/* False: there is no such asset, not even in memory. */
static bool
copy_book(const struct ledger *ledger, uint16_t asset_id, struct staged *staged)
{
    const struct ledger_asset *asset = ledger_find_asset(ledger, asset_id);

    if (asset == NULL || asset_id == LEDGER_USD)
        return false;
    staged->asset = *asset;
    for (uint8_t side = LEDGER_BUY; side <= LEDGER_SELL; side++)
        staged->level_count[side - 1] =
            ledger_book_levels(ledger, asset_id, side, BOARD_LEVELS, staged->levels[side - 1]);
    return true;
}

static void
publish(struct board *board, const struct ledger *ledger, const struct staged *staged)
{
    struct board_market *market = write_begin(board, staged->asset.id);

    market->asset = staged->asset;
    put_price(market, ledger, staged->asset.id);
    for (size_t side = 0; side < 2; side++) {
        uint32_t count = staged->level_count[side];

        market->level_count[side] = count;
        memcpy(market->levels[side], staged->levels[side], count * sizeof(staged->levels[0][0]));
    }
    write_end(market);
}

/* ---- what has changed ---- */

void
board_touch(struct board *board, uint16_t asset_id)
{
    if (asset_id >= BOARD_MARKETS || board->is_changed[asset_id])
        return;
    cnop_assert(board->changed_count < BOARD_MARKETS);
    board->is_changed[asset_id] = true;
    board->changed[board->changed_count++] = asset_id;
}

/* Copies up to STAGE_MAX books that have not been copied since `since_us`. */
static void
take_changed(struct board *board, const struct ledger *ledger, int64_t now_us, int64_t since_us)
{
    uint32_t kept = 0;

    cnop_assert(board->staged_count == 0);
    for (uint32_t i = 0; i < board->changed_count; i++) {
        uint16_t asset_id = board->changed[i];
        bool takes = board->staged_count < STAGE_MAX && board->copied_us[asset_id] <= since_us;

        if (!takes) {
            board->changed[kept++] = asset_id;
            continue;
        }
        board->is_changed[asset_id] = false;
        board->copied_us[asset_id] = now_us;
        if (copy_book(ledger, asset_id, &board->staged[board->staged_count]))
            board->staged_count++;
    }
    board->changed_count = kept;
}

void
board_stage(struct board *board, const struct ledger *ledger, int64_t now_us)
{
    take_changed(board, ledger, now_us, now_us - PAUSE_US);
}

void
board_commit(struct board *board, const struct ledger *ledger)
{
    cnop_assert(board->staged_count <= STAGE_MAX);
    for (uint32_t i = 0; i < board->staged_count; i++)
        publish(board, ledger, &board->staged[i]);
    board->staged_count = 0;
}

void
board_drop(struct board *board)
{
    uint32_t count = board->staged_count;

    board->staged_count = 0;
    for (uint32_t i = 0; i < count; i++)
        board_touch(board, board->staged[i].asset.id);
}

void
board_rest(struct board *board, const struct ledger *ledger)
{
    if (board->changed_count == 0)
        return;
    take_changed(board, ledger, 0, INT64_MAX);
    board_commit(board, ledger);
}

void
board_beat(struct board *board, int64_t now_us)
{
    cnop_assert(now_us > 0);
    atomic_store_explicit(&board->page->alive_us, now_us, memory_order_relaxed);
}

/* ---- the file ---- */

/* Those who read the file of the engine before look for this one. */
static void
close_previous(const char *path)
{
    int fd = open(path, O_RDWR | O_CLOEXEC | O_NOFOLLOW);
    struct board_page *page;
    struct stat status;

    if (fd < 0)
        return;
    if (fstat(fd, &status) == 0 && status.st_size == (off_t)sizeof(*page)) {
        page = mmap(NULL, sizeof(*page), PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
        if (page != MAP_FAILED) {
            if (page->magic == BOARD_MAGIC)
                atomic_store(&page->closed, 1);
            munmap(page, sizeof(*page));
        }
    }
    close(fd);
}

/* A new file beside it, not yet in its place. */
static enum cnop_err
map_new(const char *path, struct board_page **ret_page)
{
    struct board_page *page;
    int fd;

    (void)unlink(path);
    fd = open(path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, FILE_MODE);
    if (fd < 0)
        return CNOP_E_IO;
    if (fchmod(fd, FILE_MODE) != 0 || ftruncate(fd, sizeof(*page)) != 0) {
        close(fd);
        return CNOP_E_IO;
    }
    page = mmap(NULL, sizeof(*page), PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
    close(fd);
    if (page == MAP_FAILED)
        return CNOP_E_NO_MEMORY;
    *ret_page = page;
    return CNOP_OK;
}

static void
put_all(struct board *board, const struct ledger *ledger, const struct ledger_config *rules)
{
    struct board_page *page = board->page;

    page->rules = (struct board_rules){.min_qty = rules->min_qty,
                                       .min_notional = rules->min_notional,
                                       .max_notional = rules->max_notional,
                                       .price_max_age_us = rules->price_max_age_us,
                                       .fee_bps = rules->fee_bps,
                                       .maker_fee_bps = rules->maker_fee_bps,
                                       .house_spread_bps = rules->house_spread_bps,
                                       .max_account_orders = rules->max_account_orders};
    for (uint32_t id = LEDGER_USD + 1; id < BOARD_MARKETS && id < rules->max_assets; id++)
        if (copy_book(ledger, (uint16_t)id, &board->staged[0]))
            publish(board, ledger, &board->staged[0]);
    page->magic = BOARD_MAGIC;
}

static enum cnop_err
make_file(const char *path, struct board *board, const struct ledger *ledger,
          const struct ledger_config *rules)
{
    char beside[PATH_BYTES];
    int len = snprintf(beside, sizeof(beside), "%s.new", path);
    enum cnop_err err;

    if (len < 0 || (size_t)len >= sizeof(beside))
        return CNOP_E_IO;
    err = map_new(beside, &board->page);
    if (err != CNOP_OK)
        return err;
    put_all(board, ledger, rules);
    board_beat(board, cnop_clock_monotonic_us());
    close_previous(path);
    return rename(beside, path) == 0 ? CNOP_OK : CNOP_E_IO;
}

enum cnop_err
board_open(const char *path, const struct ledger *ledger, const struct ledger_config *rules,
           struct board **ret_board)
{
    static struct board board;
    enum cnop_err err;

    cnop_assert(path[0] != '\0');
    memset(&board, 0, sizeof(board));
    err = make_file(path, &board, ledger, rules);
    if (err != CNOP_OK) {
        cnop_log_write(CNOP_LOG_CRITICAL, "board", "the file of the board cannot be made");
        return err;
    }
    *ret_board = &board;
    return CNOP_OK;
}
