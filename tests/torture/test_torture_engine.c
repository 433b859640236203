/* SPDX-License-Identifier: MIT */
/* Torture of every operation of the order engine: real routes, adapters, engine and ledger; the
 * commit, the look-up and the room for commands fail. */
#include "fcgi_services/order/engine_config.h"
#include "fcgi_services/order/order_codes.h"
#include "fcgi_services/order/order_http.h"
#include "tests/torture/torture.h"
#include "tests/unit/order/engine_bench.h"
#include "tests/unit/shared/ledger/read_back.h"
#include "tests/unit/unit.h"

#include "shared/base/clock.h"

#define BTC 1
#define DUST 2
#define THIN 3 /* the house does not trade: its price has grown old */
#define OTHER (BENCH_ACCOUNT + 1)
#define CUSTOMER                                                                                   \
    {                                                                                              \
        "CNOP_USER_ID=1000", "CNOP_ROLE=customer"                                                  \
    }
#define CUSTOMER_ASKS(query)                                                                       \
    {                                                                                              \
        "CNOP_USER_ID=1000", "CNOP_ROLE=customer", "QUERY_STRING=" query                           \
    }
#define CUSTOMER_WITH_KEY                                                                          \
    {                                                                                              \
        "CNOP_USER_ID=1000", "CNOP_ROLE=customer", "HTTP_IDEMPOTENCY_KEY=torture-1"                \
    }

static struct engine_config config;
static struct order_env env;
static char cancel_path[96], cancel_rest_path[96];
static int64_t resting_id, partly_id;

/* ---- what fails ---- */

struct place {
    unsigned call_count;
    unsigned fail_at;
};
static struct place commits, pushes, lookups, rooms;
static enum cnop_err commit_failure;

static bool
is_turn(struct place *place)
{
    place->call_count++;
    return place->call_count == place->fail_at;
}

static enum cnop_err
judge_commit(struct committer *committer, const struct engine_batch *batch)
{
    ck_assert_ptr_nonnull(committer);
    ck_assert_uint_gt(batch->job_count, 0);
    return is_turn(&commits) ? commit_failure : CNOP_OK;
}

bool __real_lookup_push(struct lookup *lookup, struct engine_job *job);
bool __wrap_lookup_push(struct lookup *lookup, struct engine_job *job);
struct engine_job *__real_engine_job_take(struct engine *engine);
struct engine_job *__wrap_engine_job_take(struct engine *engine);

bool
__wrap_lookup_push(struct lookup *lookup, struct engine_job *job)
{
    return !is_turn(&pushes) && __real_lookup_push(lookup, job);
}

struct engine_job *
__wrap_engine_job_take(struct engine *engine)
{
    return is_turn(&rooms) ? NULL : __real_engine_job_take(engine);
}

static const struct torture_fake fakes[] = {
    {"commit", &commits.call_count, &commits.fail_at, &commit_failure},
    {"place in the look-up", &pushes.call_count, &pushes.fail_at, NULL},
    {"look-up", &lookups.call_count, &lookups.fail_at, NULL},
    {"room", &rooms.call_count, &rooms.fail_at, NULL},
};

/* ---- the world ---- */

static void
pump(void)
{
    bench_round();
    while (bench.lookup.waiting_count > 0) {
        const struct engine_job *job = bench.lookup.waiting[0];
        const struct engine_order order = {.id = resting_id,
                                           .account_id = BENCH_ACCOUNT,
                                           .asset_id = BTC,
                                           .type = ORDER_KIND_LIMIT,
                                           .side = LEDGER_BUY,
                                           .tif = LEDGER_GTC,
                                           .status = ORDER_STATUS_CANCELLED,
                                           .price = {900 * CNOP_E10},
                                           .qty = {CNOP_E8},
                                           .created_us = 1,
                                           .updated_us = 1};
        bool shown = job->show_order;
        enum cnop_err err = shown ? CNOP_OK : CNOP_E_NOT_FOUND;

        lookup_fake_answer(&bench.lookup, is_turn(&lookups) ? CNOP_E_DB_FAILED : err, NULL);
        bench.lookup.ready[bench.lookup.ready_count - 1].order = order;
    }
}

static struct ledger_outcome answered;
static enum cnop_err answered_err;

static void
on_done(struct engine_job *job)
{
    answered = job->outcome;
    answered_err = job->err;
}

static void
command_of(int64_t account_id, struct ledger_command wanted)
{
    struct engine_job *job = __real_engine_job_take(bench.engine);

    ck_assert_ptr_nonnull(job);
    wanted.account_id = account_id;
    job->command = wanted;
    job->done = on_done;
    answered_err = CNOP_E_INTERNAL;
    engine_submit(bench.engine, job);
    bench_run();
    ck_assert_msg(answered_err == CNOP_OK, "%s", cnop_err_symbol(answered_err));
}

static void
tick(uint16_t asset_id, int64_t price_e10)
{
    static uint64_t seq;
    const struct ledger_command wanted = {.op = LEDGER_OP_TICK,
                                          .asset_id = asset_id,
                                          .price = {price_e10},
                                          .price_seq = ++seq,
                                          .time_us = cnop_clock_wall_us()};

    ck_assert_int_eq(engine_tick(bench.engine, &wanted), CNOP_OK);
    bench_run();
}

static int64_t
limit(int64_t account_id, uint16_t asset_id, uint8_t side, int64_t qty_e8, int64_t dollars)
{
    command_of(account_id, (struct ledger_command){.op = LEDGER_OP_LIMIT,
                                                   .side = side,
                                                   .asset_id = asset_id,
                                                   .qty = {qty_e8},
                                                   .price = {dollars * CNOP_E10},
                                                   .tif = LEDGER_GTC});
    return answered.posting.id;
}

static void
buy(int64_t account_id, uint16_t asset_id, int64_t qty_e8)
{
    command_of(account_id, (struct ledger_command){.op = LEDGER_OP_ORDER,
                                                   .side = LEDGER_BUY,
                                                   .asset_id = asset_id,
                                                   .qty = {qty_e8}});
}

/* People alone: two offers that one order can meet, and an order that was met in part. */
static void
open_thin_market(void)
{
    tick(THIN, 10 * CNOP_E10);
    buy(OTHER, THIN, 2 * CNOP_E8);
    bench_pass_us(config.ledger.price_max_age_us + 1);
    partly_id = limit(BENCH_ACCOUNT, THIN, LEDGER_BUY, CNOP_E8, 9);
    (void)limit(OTHER, THIN, LEDGER_SELL, CNOP_E8 / 4, 9);
    (void)limit(OTHER, THIN, LEDGER_SELL, CNOP_E8 / 2, 10);
    (void)limit(OTHER, THIN, LEDGER_SELL, CNOP_E8 / 2, 11);
}

/* 8,000 dollars, a coin, a position of next to nothing, and orders that wait. */
static void
open_world(void)
{
    static const struct {
        const char *symbol;
        int64_t price_e10;
    } assets[] = {{"BTC", 1000 * CNOP_E10}, {"DUST", 10 * CNOP_E10}, {"THIN", 0}};

    bench_open();
    bench.committer.judge = judge_commit;
    env.engine = bench.engine;
    for (uint16_t id = BTC; id <= THIN; id++) {
        struct ledger_asset asset = {.id = id, .known = true, .active = true};

        asset.symbol_len = (uint8_t)strlen(assets[id - 1].symbol);
        memcpy(asset.symbol, assets[id - 1].symbol, asset.symbol_len);
        ck_assert_int_eq(ledger_load_asset(bench.ledger, &asset), CNOP_OK);
    }
    for (int64_t id = BENCH_ACCOUNT; id <= OTHER; id++)
        command_of(id,
                   (struct ledger_command){.op = LEDGER_OP_DEPOSIT, .amount = {9000 * CNOP_E8}});
    open_thin_market();
    for (uint16_t id = BTC; id <= DUST; id++) {
        tick(id, assets[id - 1].price_e10);
        buy(BENCH_ACCOUNT, id, CNOP_E8);
    }
    tick(DUST, CNOP_E10 / 1000);
    resting_id = limit(BENCH_ACCOUNT, BTC, LEDGER_BUY, CNOP_E8, 900);
}

static void
reset(void)
{
    bench_close();
    open_world();
}

/* The account is let in again after the pause that a locked row earns it; an engine that does not
 * know what the database holds is replaced. */
static void
settle(void)
{
    bench_pass_us(BENCH_PAUSE_US + 1);
    bench_round();
    if (engine_is_over(bench.engine))
        reset();
    tick(BTC, 1000 * CNOP_E10); /* prices grow old */
    tick(DUST, CNOP_E10 / 1000);
}

static struct torture_effect
effect(void)
{
    struct engine_status status = engine_status(bench.engine);
    struct torture_effect effect = {
        .values = {status.waiting_count, ledger_find_order(bench.ledger, resting_id) != NULL}};

    effect.values[10] = ledger_find_order(bench.ledger, partly_id) != NULL;
    effect.values[11] = ledger_find_balance(bench.ledger, OTHER, LEDGER_USD)->avail_e8;
    for (uint16_t id = LEDGER_USD; id <= THIN; id++) {
        const struct ledger_balance *row = ledger_find_balance(bench.ledger, BENCH_ACCOUNT, id);

        effect.values[2 + 2 * id] = row == NULL ? 0 : row->avail_e8;
        effect.values[3 + 2 * id] = row == NULL ? 0 : row->held_e8;
        ck_assert_int_eq(read_back_asset_sum(bench.ledger, id), 0);
    }
    return effect;
}

static struct cnop_service service = {.name = "order", .mode = CNOP_SERVICE_LOOP};
static const struct torture_world world = {
    .service = &service,
    .env = &env,
    .reset = reset,
    .effect = effect,
    .fakes = fakes,
    .fake_count = CNOP_COUNT(fakes),
    .pump = pump,
    .settle = settle,
};

static void
write_path(char path[96], int64_t order_id)
{
    char memory[CNOP_PUBLIC_ID_LEN];
    struct cnop_buf id;

    cnop_buf_init(&id, memory, sizeof(memory));
    cnop_id_format(&id, CNOP_ID_ORDER, &env.id_key, (uint64_t)order_id);
    (void)snprintf(path, 96, "/api/v1/orders/%.*s", CNOP_STR_ARG(cnop_buf_view(&id)));
}

static void
start(void)
{
    service.routes = order_routes;
    service.route_count = order_route_count;
    ledger_config_default(&config.ledger);
    env.config = &config;
    open_world();
    write_path(cancel_path, resting_id);
    write_path(cancel_rest_path, partly_id);
}

static void
stop(void)
{
    bench_close();
}

/* ---- the requests ---- */

#define BUY "{\"asset_id\":\"BTC\",\"order_type\":\"market_buy\",\"quantity\":\"1\"}"
#define REST                                                                                       \
    "{\"asset_id\":\"BTC\",\"order_type\":\"limit_buy\",\"quantity\":\"1\",\"price\":\"900\"}"
#define MEET                                                                                       \
    "{\"asset_id\":\"THIN\",\"order_type\":\"limit_buy\",\"quantity\":\"1.5\",\"price\":\"12\"}"

static const struct torture_request requests[] = {
    {"POST", "/api/v1/orders", BUY, CUSTOMER_WITH_KEY, 201, false, NULL},
    {"POST", "/api/v1/orders", REST, CUSTOMER_WITH_KEY, 201, false, NULL},
    {"POST", "/api/v1/orders", REST, CUSTOMER, 201, false, NULL},
    {"POST", "/api/v1/orders", MEET, CUSTOMER_WITH_KEY, 201, false, "\"total_amount\":\"10.50\""},
    {"PATCH", cancel_path, "{\"quantity\":\"0.5\"}", CUSTOMER, 200, false, NULL},
    {"DELETE", cancel_path, NULL, CUSTOMER, 200, false, NULL},
    {"DELETE", cancel_rest_path, NULL, CUSTOMER, 200, false, NULL},
    {"DELETE", "/api/v1/orders", NULL, CUSTOMER, 200, false, "\"cancelled_count\":2"},
    {"DELETE", "/api/v1/orders", NULL, CUSTOMER_ASKS("asset_id=thin&side=buy"), 200, false,
     "\"cancelled_count\":1"},
    {"POST", "/api/v1/orders/cancel-after", "{\"seconds\":60}", CUSTOMER, 200, false,
     "\"cancel_at\":\""},
    {"POST", "/api/v1/orders/preview", BUY, CUSTOMER, 200, false, NULL},
    {"POST", "/api/v1/orders/preview", MEET, CUSTOMER, 200, false, NULL},
    {"POST", "/api/v1/orders/batch", "{\"orders\":[" REST "]}", CUSTOMER_WITH_KEY, 200, false,
     "\"accepted\":1"},
    {"POST", "/api/v1/positions/BTC/close", NULL, CUSTOMER_WITH_KEY, 201, false, NULL},
    {"POST", "/api/v1/positions/BTC/close/preview", NULL, CUSTOMER, 200, false, NULL},
    {"POST", "/api/v1/positions/sweep", NULL, CUSTOMER_WITH_KEY, 200, false, "\"accepted\":1"},
};

START_TEST(every_call_of_a_request_fails)
{
    torture_one_of(&world, &requests[_i]);
}
END_TEST

static int64_t
accepted_count(const char *answer)
{
    const char *at = strstr(answer, "\"accepted\":");

    ck_assert_ptr_nonnull(at);
    return strtol(at + strlen("\"accepted\":"), NULL, 10);
}

/* 900 dollars are held for each; for one more since the world began. */
static int64_t
resting_count(void)
{
    return ledger_find_balance(bench.ledger, BENCH_ACCOUNT, LEDGER_USD)->held_e8 / (900 * CNOP_E8) -
           1;
}

START_TEST(a_batch_tells_what_is_done)
{
    static const struct torture_request request = {"POST",
                                                   "/api/v1/orders/batch",
                                                   "{\"orders\":[" REST "," REST "," REST "]}",
                                                   CUSTOMER_WITH_KEY,
                                                   200,
                                                   false,
                                                   "\"accepted\":3"};
    static const struct torture_parts parts = {.told = accepted_count, .done = resting_count};

    ck_assert_uint_gt(torture_request_parts(&world, &request, &parts), 20);
}
END_TEST

static void
add(TCase *tests)
{
    tcase_add_checked_fixture(tests, start, stop);
    tcase_add_loop_test(tests, every_call_of_a_request_fails, 0, CNOP_COUNT(requests));
    tcase_add_test(tests, a_batch_tells_what_is_done);
}

UNIT_MAIN("torture_engine", add)
