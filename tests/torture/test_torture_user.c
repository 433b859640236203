/* SPDX-License-Identifier: MIT */
/* Torture of every operation of the user service: real routes, adapters and rules over profiles,
 * gifts and an engine in memory. */
#include "fcgi_services/user/user_http.h"
#include "tests/fakes/clock_fake.h"
#include "tests/fakes/engine_client_fake.h"
#include "tests/fakes/user_store_fake.h"
#include "tests/torture/torture.h"
#include "tests/unit/unit.h"

#define NOW_US INT64_C(1795000000000000)
#define USER_ID 1000
#define CUSTOMER                                                                                   \
    {                                                                                              \
        "CNOP_USER_ID=1000", "CNOP_ROLE=customer", "HTTP_IDEMPOTENCY_KEY=torture-1"                \
    }
#define OPERATOR_ID 1
#define ADMIN                                                                                      \
    {                                                                                              \
        "CNOP_USER_ID=1", "CNOP_ROLE=admin"                                                        \
    }

static struct user_store store;
static struct user_limits limits;
static struct cnop_id_key id_key;
static struct user_thread self;
static struct gift_list gifts;
static struct cnop_arena *arena;

/* ---- the reading half of the store ---- */

static enum cnop_err read_failure;
static struct {
    unsigned call_count;
    unsigned fail_at;
} reads;

static enum cnop_err
enter(void)
{
    reads.call_count++;
    return reads.call_count == reads.fail_at ? read_failure : CNOP_OK;
}

static const struct cash_balance balance = {.available = {900 * CNOP_E8}, .entry_count = 2};

enum cnop_err
user_store_find_cash(struct user_store *unused, uint64_t user_id, struct cash_balance *ret_balance)
{
    enum cnop_err err = enter();

    (void)unused;
    ck_assert(user_id == USER_ID || user_id == OPERATOR_ID);
    if (err == CNOP_OK)
        *ret_balance = balance;
    return err;
}

enum cnop_err
user_store_find_limits(struct user_store *unused, uint64_t user_id, int32_t utc_day,
                       struct limits_used *ret_used)
{
    enum cnop_err err = enter();

    (void)unused;
    (void)user_id;
    (void)utc_day;
    if (err == CNOP_OK)
        *ret_used = (struct limits_used){{0}, {0}};
    return err;
}

static const struct position position = {.symbol = CNOP_STR("BTC"),
                                         .name = CNOP_STR("Bitcoin"),
                                         .qty = {CNOP_E8},
                                         .cost = {50000 * CNOP_E8},
                                         .price = {60000 * CNOP_E10}};

enum cnop_err
user_store_find_wealth(struct user_store *unused, uint64_t user_id, struct cnop_arena *memory,
                       struct wealth *ret_wealth)
{
    enum cnop_err err = enter();
    struct position *list;

    (void)unused;
    (void)user_id;
    if (err != CNOP_OK)
        return err;
    list = cnop_arena_alloc_array(memory, 1, sizeof(*list));
    if (list == NULL)
        return CNOP_E_NO_MEMORY;
    list[0] = position;
    *ret_wealth = (struct wealth){.cash = balance, .positions = list, .count = 1};
    return CNOP_OK;
}

enum cnop_err
user_store_find_position(struct user_store *unused, uint64_t user_id, struct cnop_str symbol,
                         struct cnop_arena *memory, struct position *ret_position)
{
    enum cnop_err err = enter();

    (void)unused;
    (void)user_id;
    (void)symbol;
    (void)memory;
    if (err == CNOP_OK)
        *ret_position = position;
    return err;
}

struct user_view {
    bool open;
};
static struct user_view view;

enum cnop_err
user_store_view_begin(struct user_store *unused, struct user_view **ret_view)
{
    enum cnop_err err = enter();

    (void)unused;
    ck_assert(!view.open);
    if (err != CNOP_OK)
        return err;
    view.open = true;
    *ret_view = &view;
    return CNOP_OK;
}

void
user_store_view_done(struct user_view **own)
{
    if (*own != NULL)
        (*own)->open = false;
    *own = NULL;
}

enum cnop_err
user_view_find_cash(struct user_view *own, uint64_t user_id, struct cnop_arena *memory,
                    struct cash_balance *ret_balance)
{
    ck_assert(own->open);
    (void)memory;
    return user_store_find_cash(NULL, user_id, ret_balance);
}

enum cnop_err
user_view_list_entries(struct user_view *own, const struct entry_page *page,
                       struct cnop_arena *memory, struct entry **ret_list, size_t *ret_count)
{
    enum cnop_err err = enter();
    size_t most = page->limit < 501 ? page->limit : 501;
    struct entry *list;

    ck_assert(own->open);
    if (err != CNOP_OK)
        return err;
    list = cnop_arena_alloc_array(memory, most, sizeof(*list));
    if (list == NULL)
        return CNOP_E_NO_MEMORY;
    if (page->after_id > 1000) /* two chunks of an export are enough */
        most = 1;
    for (size_t i = 0; i < most; i++)
        list[i] = (struct entry){.id = page->after_id + (int64_t)i + 1,
                                 .type = CNOP_STR("deposit"),
                                 .amount = {CNOP_E8},
                                 .created_us = NOW_US};
    *ret_list = list;
    *ret_count = most;
    return CNOP_OK;
}

enum cnop_err
user_view_narrow(struct user_view *own, int64_t from_us, int64_t to_us, struct cnop_arena *memory,
                 struct entry_page *page)
{
    ck_assert(own->open);
    (void)from_us;
    (void)to_us;
    (void)memory;
    (void)page;
    return enter();
}

/* ---- the writing half ---- */

static enum cnop_err write_failure;
static struct {
    unsigned call_count;
    unsigned fail_at;
} writes;

enum cnop_err __real_user_store_update_profile(struct user_store *own,
                                               const struct profile *profile,
                                               int64_t old_updated_us);
enum cnop_err __wrap_user_store_update_profile(struct user_store *own,
                                               const struct profile *profile,
                                               int64_t old_updated_us);
enum cnop_err __real_user_store_insert_gift(struct user_store *own, const struct gift_row *gift);
enum cnop_err __wrap_user_store_insert_gift(struct user_store *own, const struct gift_row *gift);

/* Unknown: the row is there, and the answer of the commit is lost. */
enum cnop_err
__wrap_user_store_update_profile(struct user_store *own, const struct profile *profile,
                                 int64_t old_updated_us)
{
    bool fails = ++writes.call_count == writes.fail_at;
    enum cnop_err err = CNOP_OK;

    if (!fails || write_failure == CNOP_E_OUTCOME_UNKNOWN)
        err = __real_user_store_update_profile(own, profile, old_updated_us);
    return fails && err == CNOP_OK ? write_failure : err;
}

enum cnop_err
__wrap_user_store_insert_gift(struct user_store *own, const struct gift_row *gift)
{
    bool fails = ++writes.call_count == writes.fail_at;
    enum cnop_err err = CNOP_OK;

    if (!fails || write_failure == CNOP_E_OUTCOME_UNKNOWN)
        err = __real_user_store_insert_gift(own, gift);
    return fails && err == CNOP_OK ? write_failure : err;
}

/* One list, there or not. */
static bool watches;

static enum cnop_err
write_watchlist(bool there)
{
    bool fails = ++writes.call_count == writes.fail_at;

    if (!fails || write_failure == CNOP_E_OUTCOME_UNKNOWN)
        watches = there;
    return fails ? write_failure : CNOP_OK;
}

enum cnop_err
user_store_list_watchlists(struct user_store *unused, uint64_t user_id, struct cnop_arena *memory,
                           struct watchlist ret_list[WATCHLIST_MAX], size_t *ret_count)
{
    enum cnop_err err = enter();

    (void)unused;
    (void)user_id;
    (void)memory;
    if (err != CNOP_OK)
        return err;
    ret_list[0] = (struct watchlist){
        .name = CNOP_STR("Starred"), .assets = CNOP_STR("BTC,ETH"), .updated_us = 1};
    *ret_count = 1;
    return CNOP_OK;
}

enum cnop_err
user_store_put_watchlist(struct user_store *unused, uint64_t user_id, const struct watchlist *list,
                         struct cnop_str *ret_unknown)
{
    (void)unused;
    (void)user_id;
    (void)list;
    (void)ret_unknown;
    return write_watchlist(true);
}

enum cnop_err
user_store_delete_watchlist(struct user_store *unused, uint64_t user_id, struct cnop_str name)
{
    (void)unused;
    (void)user_id;
    (void)name;
    return write_watchlist(false);
}

/* ---- the engine ---- */

static enum cnop_err engine_failure;
static struct {
    unsigned call_count;
    unsigned fail_at;
} engine_calls;

enum cnop_err __real_engine_client_call(struct engine_client *client,
                                        const struct ledger_command *command,
                                        struct ledger_outcome *outcome);
enum cnop_err __wrap_engine_client_call(struct engine_client *client,
                                        const struct ledger_command *command,
                                        struct ledger_outcome *outcome);

/* Unknown: the money has moved, and the answer is lost. */
enum cnop_err
__wrap_engine_client_call(struct engine_client *client, const struct ledger_command *command,
                          struct ledger_outcome *outcome)
{
    enum cnop_err err;

    engine_calls.call_count++;
    if (engine_calls.call_count != engine_calls.fail_at)
        return __real_engine_client_call(client, command, outcome);
    if (engine_failure != CNOP_E_OUTCOME_UNKNOWN)
        return engine_failure;
    err = __real_engine_client_call(client, command, outcome);
    return err == CNOP_OK ? CNOP_E_OUTCOME_UNKNOWN : err;
}

void
ledger_command_set_reason(struct ledger_command *command, struct cnop_str reason)
{
    (void)command;
    ck_assert_uint_gt(reason.len, 0);
}

/* ---- the world ---- */

static void
reset(void)
{
    store = (struct user_store){.profile = {.user_id = USER_ID,
                                            .username = CNOP_STR("trader_jane"),
                                            .email = CNOP_STR("jane@example.com"),
                                            .first_name = CNOP_STR("Jane"),
                                            .last_name = CNOP_STR("Doe"),
                                            .created_us = 1,
                                            .updated_us = 1}};
    fake_engine = (struct fake_engine){.answer = CNOP_OK};
    watches = false;
    ck_assert(!view.open);
}

/* Whether a gift is marked as paid makes no difference: it is sent again, to no effect; nor does it
 * how often a profile is set to the same. */
static struct torture_effect
effect(void)
{
    ck_assert(!view.open);
    return (struct torture_effect){.values = {
                                       store.profile.updated_us > 1,
                                       (int64_t)store.profile.email.len,
                                       (int64_t)store.profile.first_name.len,
                                       (int64_t)store.gift_count,
                                       fake_engine.moved_e8,
                                       fake_engine.key_count > 0,
                                       watches,
                                   }};
}

static const struct torture_fake fakes[] = {
    {"store", &store.call_count, &store.fail_at, NULL},
    {"write", &writes.call_count, &writes.fail_at, &write_failure},
    {"view", &reads.call_count, &reads.fail_at, &read_failure},
    {"engine", &engine_calls.call_count, &engine_calls.fail_at, &engine_failure},
};

static struct cnop_service service = {.name = "user"};
static const struct torture_world world = {
    .service = &service,
    .env = &self,
    .reset = reset,
    .effect = effect,
    .fakes = fakes,
    .fake_count = CNOP_COUNT(fakes),
    .promise = TORTURE_UNKNOWN_COMPLETE, /* a gift is a row first and money second */
};

static void
start(void)
{
    cnop_secret_init();
    service.routes = user_routes;
    service.route_count = user_route_count;
    arena = cnop_arena_new(64 * 1024);
    ck_assert_int_eq(gift_list_parse(arena, CNOP_STR("88.88 gong xi fa cai\n"), &gifts), CNOP_OK);
    limits.deposit.e8 = limits.withdraw.e8 = limits.max_order.e8 = 10000 * CNOP_E8;
    self = (struct user_thread){.store = &store, .id_key = &id_key, .limits = &limits};
    self.gift = (struct gift_env){
        .store = &store, .engine = &self.engine, .list = &gifts, .consolation = {CNOP_E8}};
    clock_fake_freeze(NOW_US, 1);
}

static void
stop(void)
{
    clock_fake_unfreeze();
    cnop_arena_free(&arena);
}

/* ---- the requests ---- */

static const struct torture_request requests[] = {
    {"GET", "/api/v1/auth/profile", NULL, CUSTOMER, 200, false, NULL},
    {"PUT", "/api/v1/auth/profile",
     "{\"email\":\"jane.doe@example.com\",\"first_name\":\"Janet\",\"phone\":\"+1 555 0100 200\"}",
     CUSTOMER, 200, false, NULL},
    {"GET", "/api/v1/balance", NULL, CUSTOMER, 200, false, NULL},
    {"POST", "/api/v1/balance/deposit", "{\"amount\":\"100.00\"}", CUSTOMER, 201, false, NULL},
    {"POST", "/api/v1/balance/withdraw", "{\"amount\":\"50.00\"}", CUSTOMER, 201, false, NULL},
    {"GET", "/api/v1/balance/transactions", NULL, CUSTOMER, 200, false, NULL},
    {"GET", "/api/v1/balance/limits", NULL, CUSTOMER, 200, false, NULL},
    {"GET", "/api/v1/balance/statement", NULL, CUSTOMER, 200, true, NULL},
    {"GET", "/api/v1/balance/asset/BTC", NULL, CUSTOMER, 200, false, NULL},
    {"GET", "/api/v1/assets/balances", NULL, CUSTOMER, 200, false, NULL},
    {"GET", "/api/v1/portfolio", NULL, CUSTOMER, 200, false, NULL},
    {"GET", "/api/v1/watchlists", NULL, CUSTOMER, 200, false, NULL},
    {"PUT", "/api/v1/watchlists/Starred", "{\"asset_ids\":[\"BTC\",\"eth\"]}", CUSTOMER, 200, false,
     NULL},
    {"DELETE", "/api/v1/watchlists/Starred", NULL, CUSTOMER, 200, false, NULL},
    {"POST", "/api/v1/cny/claim", "{\"phrase\":\"gong xi fa cai\"}", CUSTOMER, 201, false, NULL},
    {"POST", "/api/v1/cny/claim", "{\"phrase\":\"hello\"}", CUSTOMER, 201, false, NULL},
    {"POST", "/api/v1/accounts/1000/freeze", "{\"reason\":\"asked for\"}", ADMIN, 200, false, NULL},
    {"POST", "/api/v1/accounts/1000/unfreeze", "{\"reason\":\"asked for\"}", ADMIN, 200, false,
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

UNIT_MAIN("torture_user", add)
