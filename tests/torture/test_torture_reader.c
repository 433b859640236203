/* SPDX-License-Identifier: MIT */
/* Torture of every operation of the order reader: real routes and adapters over a store in memory.
 * Nothing changes here: what must hold is the answer, and that no view stays open. */
#include <fcntl.h>
#include <unistd.h>

#include "fcgi_services/order/event.h"
#include "fcgi_services/order/event_store.h"
#include "fcgi_services/order/order_codes.h"
#include "fcgi_services/order/reader_http.h"
#include "shared/ledger/command.h"
#include "tests/fakes/clock_fake.h"
#include "tests/torture/folder.h"
#include "tests/torture/torture.h"
#include "tests/unit/unit.h"

#define NOW_US INT64_C(1795000000000000)
#define ORDER_ID 4711
#define ORDERS_MAX 450 /* more than two chunks of an export */
#define CUSTOMER                                                                                   \
    {                                                                                              \
        "CNOP_USER_ID=1000", "CNOP_ROLE=customer"                                                  \
    }
#define CUSTOMER_ASKS(query)                                                                       \
    {                                                                                              \
        "CNOP_USER_ID=1000", "CNOP_ROLE=customer", "QUERY_STRING=" query                           \
    }

static char board_path[64];
static struct reader_config config;
static struct reader_env env;
static char order_path[96];
static char last_id[CNOP_PUBLIC_ID_LEN + 1]; /* of an export: half of one does not have it */

static struct {
    unsigned call_count;
    unsigned fail_at;
} store;
static enum cnop_err store_failure;

static enum cnop_err
enter(void)
{
    store.call_count++;
    return store.call_count == store.fail_at ? store_failure : CNOP_OK;
}

/* ---- the store ---- */

struct cnop_snapshot {
    bool open;
};
static struct cnop_snapshot snapshot;

enum cnop_err
reader_store_view(struct cnop_db *db, struct cnop_snapshot **ret_view)
{
    enum cnop_err err = enter();

    ck_assert_ptr_nonnull(db);
    ck_assert(!snapshot.open);
    if (err != CNOP_OK)
        return err;
    snapshot.open = true;
    *ret_view = &snapshot;
    return CNOP_OK;
}

void
reader_store_view_done(struct cnop_snapshot **view)
{
    if (*view != NULL)
        (*view)->open = false;
    *view = NULL;
}

static struct reader_order
order_of(int64_t id)
{
    return (struct reader_order){.id = id,
                                 .asset_id = 1,
                                 .side = LEDGER_SELL,
                                 .qty = {CNOP_E8},
                                 .asked = {CNOP_E8},
                                 .price = {1000 * CNOP_E10},
                                 .total = {1000 * CNOP_E8},
                                 .has_cost = true,
                                 .cost = {900 * CNOP_E8},
                                 .created_us = NOW_US,
                                 .updated_us = NOW_US,
                                 .type = ORDER_KIND_MARKET,
                                 .status = ORDER_STATUS_COMPLETED};
}

static enum cnop_err
list_orders(struct cnop_arena *arena, const struct reader_filter *filter,
            struct reader_orders *ret_orders)
{
    enum cnop_err err = enter();
    size_t left = ORDERS_MAX - (size_t)filter->after_id;
    size_t count = left < filter->limit ? left : filter->limit;
    struct reader_order *list;

    if (err != CNOP_OK)
        return err;
    list = cnop_arena_alloc_array(arena, count, sizeof(*list));
    if (list == NULL)
        return CNOP_E_NO_MEMORY;
    for (size_t i = 0; i < count; i++)
        list[i] = order_of(filter->after_id + (int64_t)i + 1);
    *ret_orders =
        (struct reader_orders){.list = list, .count = count, .has_more = left > filter->limit};
    return CNOP_OK;
}

enum cnop_err
reader_store_list(struct cnop_snapshot *view, struct cnop_arena *arena,
                  const struct reader_filter *filter, struct reader_orders *ret_orders)
{
    ck_assert(view->open);
    return list_orders(arena, filter, ret_orders);
}

bool
reader_filter_is_plain(const struct reader_filter *filter)
{
    return filter->asset_id == 0 && filter->side == 0 && filter->type == 0 && filter->status == 0;
}

enum cnop_err
reader_store_list_plain(struct cnop_db *db, struct cnop_arena *arena,
                        const struct reader_filter *filter, struct reader_orders *ret_orders)
{
    ck_assert_ptr_nonnull(db);
    return list_orders(arena, filter, ret_orders);
}

enum cnop_err
reader_store_skip(struct cnop_snapshot *view, struct cnop_arena *arena, uint64_t offset,
                  struct reader_filter *filter)
{
    ck_assert(view->open);
    ck_assert_ptr_nonnull(arena);
    ck_assert_uint_gt(offset, 0);
    ck_assert_ptr_nonnull(filter);
    return enter();
}

enum cnop_err
reader_store_narrow(struct cnop_snapshot *view, struct cnop_arena *arena, int64_t from_us,
                    int64_t to_us, struct reader_filter *filter)
{
    ck_assert(view->open);
    ck_assert_ptr_nonnull(arena);
    ck_assert_int_le(from_us, to_us);
    ck_assert_ptr_nonnull(filter);
    return enter();
}

enum cnop_err
reader_store_find(struct cnop_db *db, struct cnop_arena *arena, int64_t account_id, int64_t id,
                  struct reader_order *ret_order)
{
    enum cnop_err err = enter();

    ck_assert_ptr_nonnull(db);
    ck_assert_ptr_nonnull(arena);
    ck_assert_int_eq(account_id, 1000);
    if (err == CNOP_OK)
        *ret_order = order_of(id);
    return err;
}

enum cnop_err
reader_store_fills(struct cnop_snapshot *view, struct cnop_arena *arena,
                   const struct reader_fill_filter *filter, struct reader_fills *ret_fills)
{
    enum cnop_err err = enter();
    struct reader_fill *list;

    ck_assert(view->open);
    ck_assert_int_eq(filter->account_id, 1000);
    if (err != CNOP_OK)
        return err;
    list = cnop_arena_alloc_array(arena, filter->limit, sizeof(*list));
    if (list == NULL)
        return CNOP_E_NO_MEMORY;
    for (uint32_t i = 0; i < filter->limit; i++)
        list[i] = (struct reader_fill){.trade_id = ORDER_ID + filter->limit - i,
                                       .order_id = ORDER_ID,
                                       .asset_id = 1,
                                       .side = LEDGER_SELL,
                                       .price = {1000 * CNOP_E10},
                                       .qty = {CNOP_E8},
                                       .quote = {1000 * CNOP_E8},
                                       .has_cost = true,
                                       .cost = {900 * CNOP_E8},
                                       .time_us = NOW_US};
    *ret_fills = (struct reader_fills){.list = list, .count = filter->limit, .has_more = true};
    return CNOP_OK;
}

enum cnop_err
reader_store_find_user(struct cnop_db *db, struct cnop_arena *arena, int64_t account_id)
{
    ck_assert_ptr_nonnull(db);
    ck_assert_ptr_nonnull(arena);
    ck_assert_int_eq(account_id, 1000);
    return enter();
}

enum cnop_err
reader_store_find_key(struct cnop_db *db, struct cnop_arena *arena, int64_t account_id,
                      struct cnop_str key, struct reader_order *ret_order)
{
    ck_assert_uint_gt(key.len, 0);
    return reader_store_find(db, arena, account_id, ORDER_ID, ret_order);
}

enum cnop_err
reader_store_assets(struct cnop_db *db, struct cnop_arena *arena, struct reader_assets *assets)
{
    enum cnop_err err = enter();

    ck_assert_ptr_nonnull(db);
    ck_assert_ptr_nonnull(arena);
    if (err == CNOP_OK)
        *assets = (struct reader_assets){
            .list = {{.id = 1, .symbol_len = 3, .symbol = "BTC"}}, .count = 1, .loaded_us = 1};
    return err;
}

enum cnop_err
reader_store_proof(struct cnop_db *db, struct cnop_arena *arena, struct reader_proof *proof)
{
    enum cnop_err err = enter();

    ck_assert_ptr_nonnull(db);
    ck_assert_ptr_nonnull(arena);
    if (err == CNOP_OK)
        *proof = (struct reader_proof){.chain_ok = true, .made_us = NOW_US};
    return err;
}

/* ---- the world ---- */

/* Nothing is kept from the request before: the board is mapped anew, too. */
static void
reset(void)
{
    board_view_done(&env.board);
    env.assets.loaded_us = 0;
    env.proof.made_us = 0;
}

/* As the engine leaves it for the readers. */
static void
write_board(void)
{
    static struct board_page page = {
        .magic = BOARD_MAGIC,
        .alive_us = 1,
        .markets[1] = {.level_count = {1, 0},
                       .asset = {.id = 1,
                                 .known = true,
                                 .active = true,
                                 .symbol = "BTC",
                                 .symbol_len = 3,
                                 .price = {1000 * CNOP_E10}},
                       .trade_count = 1,
                       .levels[0][0] = {.price = {999 * CNOP_E10}, .qty = {CNOP_E8}},
                       .trades[0] = {.id = 1,
                                     .price = {1000 * CNOP_E10},
                                     .qty = {CNOP_E8},
                                     .time_us = NOW_US,
                                     .taker_side = LEDGER_BUY}}};

    const size_t len = offsetof(struct board_page, markets[2]); /* of the others nothing is known */
    int fd;

    torture_folder_make();
    (void)snprintf(board_path, sizeof(board_path), "%s/board", torture_folder);
    fd = open(board_path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    ck_assert_int_ge(fd, 0);
    ck_assert_int_eq(write(fd, &page, len), (ssize_t)len);
    ck_assert_int_eq(ftruncate(fd, sizeof(page)), 0);
    ck_assert_int_eq(close(fd), 0);
    config.board_file = board_path;
}

static struct torture_effect
effect(void)
{
    ck_assert(!snapshot.open);
    return (struct torture_effect){.values = {0}};
}

static const struct torture_fake fakes[] = {
    {"store", &store.call_count, &store.fail_at, &store_failure},
};

static const struct cnop_route routes[] = {
#define ROUTE CNOP_ROUTE_ROW
#include "conf/routes/order_read.def"
#undef ROUTE
};
static const struct cnop_service service = {
    .name = "order_read", .routes = routes, .route_count = CNOP_COUNT(routes)};
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
    char memory[CNOP_PUBLIC_ID_LEN];
    struct cnop_buf id, last;

    clock_fake_freeze(NOW_US, 1);
    write_board();
    env.config = &config;
    env.db = (struct cnop_db *)(void *)&env; /* opaque: never looked into */
    cnop_buf_init(&id, memory, sizeof(memory));
    cnop_id_format(&id, CNOP_ID_ORDER, &env.id_key, ORDER_ID);
    cnop_buf_init(&last, last_id, sizeof(last_id) - 1);
    cnop_id_format(&last, CNOP_ID_ORDER, &env.id_key, ORDERS_MAX);
    (void)snprintf(order_path, sizeof(order_path), "/api/v1/orders/%.*s",
                   CNOP_STR_ARG(cnop_buf_view(&id)));
}

static void
stop(void)
{
    board_view_done(&env.board);
    torture_folder_remove();
    clock_fake_unfreeze();
}

/* ---- the table of events ---- */

/* A trade and a balance, as numbers 7 and 8; then a row that is damaged. */
enum cnop_err
event_store_page(struct cnop_snapshot *view, struct cnop_arena *arena, uint64_t after, size_t bytes,
                 struct event_store_page *ret_page)
{
    static char memory[512];
    struct cnop_buf row;
    enum cnop_err err = enter();

    ck_assert(view->open);
    ck_assert_ptr_nonnull(arena);
    ck_assert_uint_eq(after, 6);
    ck_assert_uint_gt(bytes, 0);
    if (err != CNOP_OK)
        return err;
    cnop_buf_init(&row, memory, sizeof(memory));
    event_row_open(&row, NOW_US);
    event_pack(
        &row, NOW_US,
        &(struct event){.type = EVENT_TRADE, .id = 1, .asset_id = 1, .side = 1, .time_us = NOW_US});
    event_pack(&row, NOW_US,
               &(struct event){.type = EVENT_BALANCE, .account_id = 1000, .time_us = NOW_US});
    ret_page->first = 5;
    ret_page->last = 9;
    ret_page->rows.list[0] = (struct event_store_row){7, 2, cnop_buf_view(&row)};
    ret_page->rows.list[1] = (struct event_store_row){9, 1, CNOP_STR("?")};
    ret_page->rows.count = 2;
    return CNOP_OK;
}

/* ---- the requests ---- */

static const struct torture_request requests[] = {
    {"GET", "/api/v1/orders", NULL, CUSTOMER, 200, false, "\"has_more\":true"},
    {"GET", "/api/v1/orders", NULL, CUSTOMER_ASKS("side=sell&offset=10"), 200, false, NULL},
    {"GET", "/api/v1/orders", NULL, CUSTOMER_ASKS("status=open"), 200, false, NULL},
    {"GET", "/api/v1/orders/by-client-id/mine", NULL, CUSTOMER, 200, false, NULL},
    {"GET", order_path, NULL, CUSTOMER, 200, false, NULL},
    {"GET", "/api/v1/orders/export", NULL, CUSTOMER, 200, true, last_id},
    {"GET", "/api/v1/trades/export", NULL, CUSTOMER_ASKS("format=jsonl"), 200, true, last_id},
    {"GET", "/api/v1/fills", NULL, CUSTOMER_ASKS("asset_id=BTC&side=sell&limit=100"), 200, false,
     "\"realised_pnl\":\"100.00\""},
    {"GET", "/api/v1/events", NULL, CUSTOMER_ASKS("after=6"), 200, false, "\"last_seq\":9"},
    {"GET", "/api/v1/assets/BTC/transactions", NULL, CUSTOMER, 200, false, NULL},
    {"GET", "/api/v1/markets", NULL, {NULL}, 200, false, "\"total_count\":1"},
    {"GET", "/api/v1/markets/BTC", NULL, {NULL}, 200, false, NULL},
    {"GET", "/api/v1/markets/BTC/book", NULL, {NULL}, 200, false, NULL},
    {"GET", "/api/v1/markets/BTC/trades", NULL, {NULL}, 200, false, NULL},
    {"GET", "/api/v1/markets/BTC/ticker", NULL, {NULL}, 200, false, NULL},
    {"GET", "/api/v1/ledger/proof", NULL, CUSTOMER, 200, false, "\"balanced\":true"},
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

UNIT_MAIN("torture_reader", add)
