/* SPDX-License-Identifier: MIT */
/* Torture of the portfolio's insights, with a language model that is asked and never there: facts
 * in memory, a cache in memory. */
#include "fcgi_services/insights/insights_env.h"
#include "fcgi_services/insights/insights_http.h"
#include "fcgi_services/insights/insights_store.h"
#include "tests/fakes/cache_fake.h"
#include "tests/fakes/clock_fake.h"
#include "tests/torture/torture.h"
#include "tests/unit/unit.h"

#define NOW_US INT64_C(1795000000000000)

static struct insights_env env;

static struct {
    unsigned call_count;
    unsigned fail_at;
} store;
static enum cnop_err store_failure;

enum cnop_err
insights_store_facts(struct cnop_db *db, struct cnop_arena *arena, uint64_t account_id,
                     int64_t now_us, struct insight_facts *ret_facts)
{
    struct insight_holding *holdings;

    ck_assert_ptr_nonnull(db);
    ck_assert_uint_eq(account_id, 1000);
    ck_assert_int_eq(now_us, NOW_US);
    store.call_count++;
    if (store.call_count == store.fail_at)
        return store_failure;
    holdings = cnop_arena_alloc_array(arena, 1, sizeof(*holdings));
    if (holdings == NULL)
        return CNOP_E_NO_MEMORY;
    holdings[0] = (struct insight_holding){.symbol = CNOP_STR("BTC"),
                                           .category = CNOP_STR("major"),
                                           .peg = CNOP_STR("BTC"),
                                           .qty = {CNOP_E8},
                                           .price = {1000 * CNOP_E10},
                                           .volatility_ppm = -1};
    *ret_facts =
        (struct insight_facts){.cash = {100 * CNOP_E8}, .holdings = holdings, .holding_count = 1};
    return CNOP_OK;
}

static void
reset(void)
{
    cache_fake_clear();
    env.provider.retry_us = 0;
}

static struct torture_effect
effect(void)
{
    return (struct torture_effect){.values = {0}};
}

static const struct torture_fake fakes[] = {
    {"store", &store.call_count, &store.fail_at, &store_failure},
};

static struct cnop_service service = {.name = "insights"};
static const struct torture_world world = {
    .service = &service,
    .env = &env,
    .reset = reset,
    .effect = effect,
    .fakes = fakes,
    .fake_count = CNOP_COUNT(fakes),
};

static void
start(void)
{
    service.routes = insights_routes;
    service.route_count = insights_route_count;
    clock_fake_freeze(NOW_US, 1);
    env = (struct insights_env){
        .db = (struct cnop_db *)(void *)&env, /* opaque: never looked into */
        .cache = cache_fake(),
        .provider_config = {
            .url = "http://localhost/v1", .model = "model", .key_file = "", .timeout_ms = 100}};
    ck_assert_int_eq(provider_init(&env.provider, &env.provider_config), CNOP_OK);
}

static void
stop(void)
{
    provider_done(&env.provider);
    clock_fake_unfreeze();
}

START_TEST(every_call_of_a_request_fails)
{
    static const struct torture_request request = {
        "GET",         "/api/v1/insights/portfolio",
        NULL,          {"CNOP_USER_ID=1000", "CNOP_ROLE=customer"},
        200,           false,
        "cnop-rules-1"};

    ck_assert_uint_gt(torture_request(&world, &request), 5);
}
END_TEST

static void
add(TCase *tests)
{
    tcase_add_checked_fixture(tests, start, stop);
    tcase_add_test(tests, every_call_of_a_request_fails);
}

UNIT_MAIN("torture_insights", add)
