/* SPDX-License-Identifier: MIT */
/* Torture of every operation of the operations service: real routes, a monitor and a gateway that
 * answer at once, logs in a folder, an audit trail in memory. */
#include <fcntl.h>
#include <unistd.h>

#include "fcgi_services/ops/ops_env.h"
#include "fcgi_services/ops/ops_store.h"
#include "shared/http/http_client.h"
#include "tests/fakes/clock_fake.h"
#include "tests/torture/folder.h"
#include "tests/torture/torture.h"
#include "tests/unit/unit.h"

#define NOW_US INT64_C(1795000000000000)
#define LINE                                                                                       \
    "{\"timestamp\":\"2026-11-18T11:06:39.000000Z\",\"level\":\"WARN\",\"service\":\"inventory\"," \
    "\"message\":\"GET /api/v1/assets/{asset_id}\"}\n"
#define SILENCE "1c8f2a6e-7b3d-4e5f-8a90-b1c2d3e4f506"
#define OPERATOR                                                                                   \
    {                                                                                              \
        "CNOP_USER_ID=1000", "CNOP_ROLE=admin"                                                     \
    }
#define OPERATOR_ASKS(query)                                                                       \
    {                                                                                              \
        "CNOP_USER_ID=1000", "CNOP_ROLE=admin", "QUERY_STRING=" query                              \
    }

static char login_path[64];
static struct ops_env env;
static int64_t told_count; /* lines that the gateway was told */

static struct {
    unsigned call_count;
    unsigned fail_at;
} store, turn;
static enum cnop_err store_failure;

/* ---- what the routes stand on ---- */

enum cnop_err
ops_store_trail(struct cnop_db *db, struct cnop_arena *arena, const struct ops_trail_query *query,
                struct ops_trail_page *ret_page)
{
    struct ops_trail_row *row;

    ck_assert_ptr_nonnull(db);
    ck_assert_uint_eq(query->limit, 50);
    if (++store.call_count == store.fail_at)
        return store_failure;
    row = cnop_arena_alloc(arena, sizeof(*row));
    if (row == NULL)
        return CNOP_E_NO_MEMORY;
    *row = (struct ops_trail_row){.number = 7, .action = CNOP_STR("auth_success")};
    *ret_page = (struct ops_trail_page){.rows = row, .count = 1};
    return CNOP_OK;
}

static enum cnop_err
take(void)
{
    return ++turn.call_count == turn.fail_at ? CNOP_E_OVERLOADED : CNOP_OK;
}

enum cnop_err
ops_turn_take(const struct ops_env *of, const struct ops_panel *panel)
{
    ck_assert_ptr_nonnull(of);
    ck_assert_ptr_nonnull(panel);
    return take();
}

void
ops_turn_give(const struct ops_panel *panel)
{
    ck_assert_ptr_nonnull(panel);
}

enum cnop_err
ops_search_turn_take(const struct ops_env *of)
{
    ck_assert_ptr_nonnull(of);
    return take();
}

void
ops_search_turn_give(void)
{
}

/* Prometheus, Alertmanager and the gateway. */
static int
answer(const struct cnop_http_exchange *ask, struct cnop_buf *body)
{
    static const struct {
        const char *path;
        const char *answer;
    } answers[] = {
        {"/query", "{\"status\":\"success\",\"data\":{\"resultType\":\"vector\",\"result\":[]}}"},
        {"/query_range",
         "{\"status\":\"success\",\"data\":{\"resultType\":\"matrix\",\"result\":[]}}"},
        {"/alerts",
         "[{\"fingerprint\":\"f\",\"startsAt\":\"2026-11-18T11:06:39Z\",\"status\":{\"state\":"
         "\"active\"},\"labels\":{\"alertname\":\"A\"},\"annotations\":{}}]"},
        {"/silences",
         "[{\"id\":\"" SILENCE "\",\"status\":{\"state\":\"active\"},\"startsAt\":"
         "\"2026-11-18T11:06:39Z\",\"endsAt\":\"2026-11-18T12:06:39Z\",\"createdBy\":\"1000\","
         "\"comment\":\"known\",\"matchers\":[]}]"},
        {"/guard", "{\"addresses\":[{\"address\":\"203.0.113.9\",\"fails\":3,\"unknown_users\":1,"
                   "\"seconds_left\":60}],\"blocked\":1}"},
    };
    const char *path = strrchr(ask->url, '/');

    if (body == NULL) {
        ck_assert_ptr_nonnull(ask->content_type);
        told_count++;
        return 200;
    }
    if (strcmp(path, "/silences") == 0 && ask->content_type != NULL) {
        cnop_buf_text(body, "{\"silenceID\":\"" SILENCE "\"}");
        return 200;
    }
    for (size_t i = 0; i < CNOP_COUNT(answers); i++)
        if (strcmp(path, answers[i].path) == 0)
            cnop_buf_text(body, answers[i].answer);
    return 200;
}

/* ---- the world ---- */

static void
reset(void)
{
    told_count = 0;
}

static struct torture_effect
effect(void)
{
    return (struct torture_effect){.values = {told_count}};
}

static const struct torture_fake fakes[] = {
    {"store", &store.call_count, &store.fail_at, &store_failure},
    {"turn", &turn.call_count, &turn.fail_at, NULL},
};

static struct cnop_service service = {.name = "ops"};
static const struct torture_world world = {
    .service = &service,
    .env = &env,
    .reset = reset,
    .effect = effect,
    .fakes = fakes,
    .fake_count = CNOP_COUNT(fakes),
    .arena_bytes = (size_t)12 * 1024 * 1024, /* as conf/workers/ops.conf.j2 */
};

static void
write_file(const char *name, const char *text, int mode)
{
    char path[64];
    int fd;

    (void)snprintf(path, sizeof(path), "%s/%s", torture_folder, name);
    fd = open(path, O_WRONLY | O_CREAT | O_CLOEXEC, mode);
    ck_assert_int_eq(write(fd, text, strlen(text)), (ssize_t)strlen(text));
    ck_assert_int_eq(close(fd), 0);
}

static void
start(void)
{
    service.routes = ops_routes;
    service.route_count = ops_route_count;
    clock_fake_freeze(NOW_US, 1);
    torture_folder_make();
    write_file("monitoring.pw", "secret\n", 0600);
    write_file("inventory.jsonl", LINE, 0640);
    (void)snprintf(login_path, sizeof(login_path), "%s/monitoring.pw", torture_folder);
    torture_peer = answer;
    env = (struct ops_env){
        .db = (struct cnop_db *)(void *)&env, /* opaque: never looked into */
        .monitor_config = {.prometheus_url = "http://127.0.0.1:9090",
                           .alertmanager_url = "http://127.0.0.1:9093",
                           .login_file = login_path,
                           .timeout_ms = 1000},
        .window_s = 60,
        .log_folder = torture_folder,
        .log_bounds = {.bytes = 1 << 20, .time_us = INT64_C(1000000)},
    };
    ops_monitor_init(&env.monitor, &env.monitor_config);
    ops_gateway_link_init(&env.gateway, "/nowhere");
}

static void
stop(void)
{
    ops_monitor_done(&env.monitor);
    ops_gateway_link_done(&env.gateway);
    torture_folder_remove();
    clock_fake_unfreeze();
}

/* ---- the requests ---- */

#define BLOCK "{\"address\":\"203.0.113.9\",\"reason\":\"guessing\",\"blocked\":"

static const struct torture_request requests[] = {
    {"GET", "/api/v1/ops/health", NULL, OPERATOR, 200, false, "\"processes\""},
    {"GET", "/api/v1/ops/panels/overview-latency", NULL, OPERATOR, 200, false, "\"series\""},
    {"GET", "/api/v1/ops/alerts", NULL, OPERATOR, 200, false, "\"fingerprint\":\"f\""},
    {"GET", "/api/v1/ops/silences", NULL, OPERATOR, 200, false, SILENCE},
    {"POST", "/api/v1/ops/silences", "{\"fingerprint\":\"f\",\"reason\":\"known\"}", OPERATOR, 201,
     false, SILENCE},
    {"POST", "/api/v1/ops/silences/" SILENCE "/end", "{\"reason\":\"over\"}", OPERATOR, 200, false,
     "\"ended_at\""},
    {"GET", "/api/v1/ops/audit", NULL, OPERATOR, 200, false, "\"number\":7"},
    {"GET", "/api/v1/ops/guard", NULL, OPERATOR, 200, false, "203.0.113.9"},
    {"POST", "/api/v1/ops/guard", BLOCK "true}", OPERATOR, 200, false, "\"blocked_until\":\""},
    {"POST", "/api/v1/ops/guard", BLOCK "false}", OPERATOR, 200, false, "\"blocked_until\":null"},
    {"GET", "/api/v1/ops/logs", NULL, OPERATOR_ASKS("limit=10"), 200, false, "\"WARN\""},
    {"GET", "/api/v1/ops/logs/histogram", NULL, OPERATOR, 200, false, "[0,1,0]"},
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

UNIT_MAIN("torture_ops", add)
