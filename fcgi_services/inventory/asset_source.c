/* SPDX-License-Identifier: MIT */
/* Three layers, asked in the order of their cost. Never serves a list older than KEEP, and never
 * lets a crowd of threads run the same query because a cached value has just expired. */
#include "fcgi_services/inventory/asset_source.h"

#include <time.h>

#include "fcgi_services/inventory/inventory_store.h"
#include "shared/base/clock.h"

#define SECOND_US INT64_C(1000000)
#define FRESH_US (SECOND_US / 2) /* without a cache: how long a list is used unasked */
#define KEEP_US (ASSET_CACHE_KEEP_S * SECOND_US)
#define WAIT_ROUNDS 20 /* for another loader: 20 times 5 ms */
#define WAIT_NS INT64_C(5000000)

void
asset_source_init(struct asset_source *source, struct cnop_db *db, struct asset_cache *cache)
{
    cnop_assert(db != NULL);
    cnop_assert(cache != NULL);
    *source = (struct asset_source){.db = db, .cache = cache};
    for (size_t i = 0; i < CNOP_COUNT(source->arenas); i++)
        source->arenas[i] = cnop_arena_new(ASSET_SOURCE_ARENA_BYTES);
}

void
asset_source_done(struct asset_source *source)
{
    for (size_t i = 0; i < CNOP_COUNT(source->arenas); i++)
        cnop_arena_free(&source->arenas[i]);
    *source = (struct asset_source){0};
}

static struct cnop_arena *
spare_of(struct asset_source *source)
{
    struct cnop_arena *spare = source->arenas[1 - source->current];

    cnop_arena_reset(spare);
    return spare;
}

/* The list just built in the spare arena becomes the one in use. */
static void
adopt(struct asset_source *source, const struct asset_list *list, int64_t written_us)
{
    source->current = 1 - source->current;
    source->list = *list;
    source->loaded_us = cnop_clock_monotonic_us();
    source->written_us = written_us;
    source->has_list = true;
}

static bool
is_usable(const struct asset_source *source)
{
    int64_t age_us = cnop_clock_wall_us() - source->written_us;

    return source->has_list && age_us >= 0 && age_us < KEEP_US;
}

static bool
fetch(struct asset_source *source, uint64_t min_version)
{
    struct asset_list list;
    int64_t written_us;

    if (asset_cache_fetch(source->cache, spare_of(source), &list, &written_us) != CNOP_OK)
        return false;
    if (list.version < min_version)
        return false;
    adopt(source, &list, written_us);
    return true;
}

static enum cnop_err
load(struct asset_source *source)
{
    struct cnop_arena *arena = spare_of(source);
    int64_t now_us = cnop_clock_wall_us();
    struct asset_list list;
    enum cnop_err err;

    err = inventory_store_list(source->db, arena, &list);
    if (err != CNOP_OK)
        return err;
    asset_cache_publish(source->cache, arena, &list);
    adopt(source, &list, now_us);
    return CNOP_OK;
}

/* Another thread loads the list: its old value will do, else wait for it a moment. */
static bool
wait_for_loader(struct asset_source *source, uint64_t min_version)
{
    const struct timespec pause = {.tv_nsec = WAIT_NS};

    if (is_usable(source))
        return true;
    for (unsigned i = 0; i < WAIT_ROUNDS; i++) {
        nanosleep(&pause, NULL);
        if (fetch(source, min_version))
            return true;
    }
    return false;
}

enum cnop_err
asset_source_get(struct asset_source *source, const struct asset_list **ret_list)
{
    uint64_t version = 0;
    bool has_version;
    enum cnop_err err = CNOP_OK;

    has_version = asset_cache_version(source->cache, spare_of(source), &version) == CNOP_OK;
    if (is_usable(source) && has_version && version == source->list.version)
        goto out;
    if (is_usable(source) && !has_version &&
        cnop_clock_monotonic_us() - source->loaded_us < FRESH_US)
        goto out;
    if (has_version && fetch(source, version))
        goto out;
    if (!asset_cache_claim(source->cache) && wait_for_loader(source, version))
        goto out;
    err = load(source);
    if (err != CNOP_OK && is_usable(source))
        err = CNOP_OK; /* the database is away: the last list, until it is too old */
out:
    if (err != CNOP_OK)
        return err;
    *ret_list = &source->list;
    return CNOP_OK;
}

void
asset_source_renew(struct asset_source *source)
{
    enum cnop_err err = load(source);

    if (err != CNOP_OK)
        source->has_list = false; /* ours is outdated for certain */
}
