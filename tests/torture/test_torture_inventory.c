/* SPDX-License-Identifier: MIT */
/* Torture of every operation of the inventory service: real routes, adapters and rules over store,
 * engine and cache in memory. */
#include "fcgi_services/inventory/inventory_env.h"
#include "fcgi_services/inventory/inventory_http.h"
#include "fcgi_services/inventory/inventory_store.h"
#include "tests/fakes/cache_fake.h"
#include "tests/fakes/clock_fake.h"
#include "tests/fakes/inventory_fake.h"
#include "tests/torture/torture.h"
#include "tests/unit/unit.h"

#define NOW_US INT64_C(1795350000000000)
#define ADMIN                                                                                      \
    {                                                                                              \
        "CNOP_USER_ID=1", "CNOP_ROLE=admin"                                                        \
    }

static struct inventory_env env;

static struct {
    unsigned call_count;
    unsigned fail_at;
} candles;
static enum cnop_err candles_failure;

enum cnop_err
inventory_store_candles(struct cnop_db *db, struct cnop_arena *arena, uint16_t asset_id,
                        int64_t span_s, uint64_t limit, struct candle_list *ret_list)
{
    struct candle *items;

    ck_assert_ptr_nonnull(db);
    ck_assert_uint_eq(asset_id, 1);
    ck_assert_uint_gt(limit, 0);
    candles.call_count++;
    if (candles.call_count == candles.fail_at)
        return candles_failure;
    items = cnop_arena_alloc_array(arena, 1, sizeof(*items));
    if (items == NULL)
        return CNOP_E_NO_MEMORY;
    items[0] = (struct candle){.span_s = span_s,
                               .start_s = NOW_US / 1000000 / span_s * span_s,
                               .open = {CNOP_E10},
                               .high = {CNOP_E10},
                               .low = {CNOP_E10},
                               .close = {CNOP_E10}};
    *ret_list = (struct candle_list){.items = items, .count = 1};
    return CNOP_OK;
}

/* ---- the world ---- */

static void
reset(void)
{
    asset_source_done(&env.assets);
    cache_fake_clear();
    inventory_fake_clear();
    asset_source_init(&env.assets, env.db, &env.asset_cache);
}

static struct torture_effect
effect(void)
{
    ck_assert(!inventory_fake.has_open_tx);
    return (struct torture_effect){
        .values = {inventory_fake.price.e10, inventory_fake.halted, (int64_t)inventory_fake.version,
                   inventory_fake.note_count, inventory_fake.engine_price.e10,
                   inventory_fake.engine_halted}};
}

static const struct torture_fake fakes[] = {
    {"store or engine", &inventory_fake.call_count, &inventory_fake.fail_at,
     &inventory_fake.fail_with},
    {"candles", &candles.call_count, &candles.fail_at, &candles_failure},
};

static struct cnop_service service = {.name = "inventory"};
static const struct torture_world world = {
    .service = &service,
    .env = &env,
    .reset = reset,
    .effect = effect,
    .fakes = fakes,
    .fake_count = CNOP_COUNT(fakes),
    .promise = TORTURE_UNKNOWN_COMPLETE, /* the engine agreed, the commit failed */
};

static void
start(void)
{
    service.routes = inventory_routes;
    service.route_count = inventory_route_count;
    clock_fake_freeze(NOW_US, 1);
    env.db = (struct cnop_db *)(void *)&env; /* opaque: never looked into */
    env.asset_cache = (struct asset_cache){.cache = cache_fake(), .key = "0123456789abcde"};
    asset_source_init(&env.assets, env.db, &env.asset_cache);
}

static void
stop(void)
{
    asset_source_done(&env.assets);
    clock_fake_unfreeze();
}

/* ---- the requests ---- */

static const struct torture_request requests[] = {
    {"GET", "/api/v1/inventory/assets", NULL, {NULL}, 200, false, NULL},
    {"GET", "/api/v1/inventory/assets/BTC", NULL, {NULL}, 200, false, NULL},
    {"GET", "/api/v1/inventory/assets/BTC/candles", NULL, {NULL}, 200, false, NULL},
    {"PUT", "/api/v1/inventory/assets/BTC/price", "{\"price\":\"61000\",\"reason\":\"a test\"}",
     ADMIN, 200, false, NULL},
    {"POST", "/api/v1/inventory/assets/BTC/halt", "{\"reason\":\"a test\"}", ADMIN, 200, false,
     NULL},
};

START_TEST(every_call_of_a_request_fails)
{
    torture_one_of(&world, &requests[_i]);
}
END_TEST

static void
add(TCase *tests)
{
    tcase_add_checked_fixture(tests, start, stop);
    tcase_add_loop_test(tests, every_call_of_a_request_fails, 0, CNOP_COUNT(requests));
}

UNIT_MAIN("torture_inventory", add)
