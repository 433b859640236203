/* SPDX-License-Identifier: MIT */
/* The reader's side of the board; see board.h. */
#include "fcgi_services/order/board.h"

#include <fcntl.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "shared/base/clock.h"

#define ALIVE_MAX_US 5000000 /* a round of the engine ends at least once a second */
/* A market is written in microseconds, or the engine was interrupted: give it time. */
#define SPINS 64
#define TRIES (SPINS * 100)
#define REST_NS 200000

void
board_view_done(struct board_view *view)
{
    if (view->page != NULL)
        munmap((void *)(uintptr_t)view->page, sizeof(*view->page));
    view->page = NULL;
}

static bool
is_current(const struct board_page *page)
{
    int64_t age_us =
        cnop_clock_monotonic_us() - atomic_load_explicit(&page->alive_us, memory_order_relaxed);

    return atomic_load_explicit(&page->closed, memory_order_relaxed) == 0 && age_us < ALIVE_MAX_US;
}

static const struct board_page *
map_file(const char *path)
{
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    struct board_page *page = MAP_FAILED;
    struct stat status;

    if (fd < 0)
        return NULL;
    if (fstat(fd, &status) == 0 && status.st_size == (off_t)sizeof(*page))
        page = mmap(NULL, sizeof(*page), PROT_READ, MAP_SHARED, fd, 0);
    close(fd);
    if (page == MAP_FAILED)
        return NULL;
    if (page->magic == BOARD_MAGIC)
        return page;
    munmap(page, sizeof(*page));
    return NULL;
}

enum cnop_err
board_view_look(struct board_view *view, const char *path)
{
    if (view->page != NULL && is_current(view->page))
        return CNOP_OK;
    board_view_done(view);
    view->page = map_file(path);
    return view->page != NULL && is_current(view->page) ? CNOP_OK : CNOP_E_UNAVAILABLE;
}

enum cnop_err
board_view_read(const struct board_view *view, uint16_t asset_id, bool brief,
                struct board_market *ret_market)
{
    const struct board_market *market = &view->page->markets[asset_id];
    size_t from = offsetof(struct board_market, level_count);
    const struct timespec rest = {.tv_nsec = REST_NS};
    size_t to = brief ? offsetof(struct board_market, levels) : sizeof(*market);

    cnop_assert(view->page != NULL);
    cnop_assert(asset_id < BOARD_MARKETS);
    for (int i = 0; i < TRIES; i++) {
        uint32_t version = atomic_load_explicit(&market->version, memory_order_acquire);

        if (i % SPINS == SPINS - 1)
            (void)nanosleep(&rest, NULL);
        if (version % 2 == 1)
            continue;
        memcpy((char *)ret_market + from, (const char *)market + from, to - from);
        atomic_thread_fence(memory_order_acquire);
        if (atomic_load_explicit(&market->version, memory_order_relaxed) == version)
            return CNOP_OK;
    }
    return CNOP_E_UNAVAILABLE;
}

enum cnop_err
board_view_find(const struct board_view *view, struct cnop_str symbol, uint16_t *ret_asset)
{
    cnop_assert(view->page != NULL);
    for (uint16_t id = LEDGER_USD + 1; id < BOARD_MARKETS; id++) {
        const struct ledger_asset *asset = &view->page->markets[id].asset;

        /* Symbols hardly ever change, and the copy that follows is checked. */
        if (asset->known && asset->symbol_len <= LEDGER_SYMBOL_BYTES &&
            cnop_str_equal_nocase(symbol, cnop_str_make(asset->symbol, asset->symbol_len))) {
            *ret_asset = id;
            return CNOP_OK;
        }
    }
    return CNOP_E_NOT_FOUND;
}
