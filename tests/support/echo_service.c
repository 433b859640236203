/* SPDX-License-Identifier: MIT */
/* A small service for tests of the runtime: says back what it got, waits, fails, spins, dies.
 * Started under a name with `loop` in it, it answers later, from a timer. Never installed. */
#include <signal.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/timerfd.h>
#include <unistd.h>

#include "shared/base/clock.h"
#include "shared/base/span.h"
#include "shared/web/web.h"

struct echo_config {
    struct cnop_web_config web;
};

static const struct cnop_config_key echo_keys[] = {
    CNOP_WEB_CONFIG_ROWS(struct echo_config),
};

static const struct cnop_config_spec echo_spec = {"echo_service", echo_keys, CNOP_COUNT(echo_keys)};

enum echo_metric { ECHO_CALLS, ECHO_DELAY };

static const int64_t delay_bounds_us[] = {1000, 1000000};

static const struct cnop_metric_def echo_metrics[] = {
    [ECHO_CALLS] = {"echo_calls_total", "Echoes.", CNOP_METRIC_COUNTER, NULL, NULL, 0, 0},
    [ECHO_DELAY] = {"echo_delay_seconds", "Asked delays.", CNOP_METRIC_HISTOGRAM, "kind=\"asked\"",
                    delay_bounds_us, CNOP_COUNT(delay_bounds_us), 1000000},
};

static enum cnop_err
echo_write(struct cnop_request *req, struct cnop_response *res)
{
    struct cnop_json_writer *json = cnop_response_json(res);

    cnop_metric_add(ECHO_CALLS, 1);
    cnop_json_object_open(json, NULL);
    cnop_json_u64(json, "pid", (uint64_t)getpid());
    cnop_json_u64(json, "user_id", cnop_request_user_id(req));
    cnop_json_bool(json, "admin", cnop_request_is_admin(req));
    cnop_json_str(json, "method", cnop_request_method(req));
    cnop_json_str(json, "path", cnop_request_path(req));
    cnop_json_str(json, "body", cnop_request_body(req));
    cnop_json_str(json, "query_a", cnop_request_query(req, "a"));
    cnop_json_str(json, "key", cnop_request_header(req, "Idempotency-Key"));
    cnop_json_str(json, "cookie", cnop_request_cookie(req, "session"));
    cnop_json_str(json, "client", cnop_request_client_addr(req));
    cnop_json_object_close(json);
    return CNOP_OK;
}

static enum cnop_err
echo_id(struct cnop_request *req, struct cnop_response *res)
{
    struct cnop_json_writer *json = cnop_response_json(res);

    cnop_response_status(res, 201);
    cnop_response_header(res, "Location", "/api/v1/echo/%.*s",
                         CNOP_STR_ARG(cnop_request_path_param(req, "echo_id")));
    cnop_json_object_open(json, NULL);
    cnop_json_str(json, "id", cnop_request_path_param(req, "echo_id"));
    cnop_json_object_close(json);
    return CNOP_OK;
}

struct echo_form {
    struct cnop_str name;
    unsigned side;
    cnop_cash amount;
    uint64_t count;
    bool flag;
};

static const char *const side_names[] = {"buy", "sell", NULL};

static const struct cnop_field echo_fields[] = {
    CNOP_FIELD(struct echo_form, name, CNOP_K_STR, CNOP_RANGE(2, 8), CNOP_REQUIRED | CNOP_TRIM),
    CNOP_FIELD(struct echo_form, side, CNOP_K_ENUM, side_names, CNOP_REQUIRED),
    CNOP_FIELD(struct echo_form, amount, CNOP_K_CASH, CNOP_RANGE(1, 1000000 * CNOP_E8),
               CNOP_REQUIRED),
    CNOP_FIELD(struct echo_form, count, CNOP_K_U64, CNOP_RANGE(1, 100), CNOP_OPTIONAL),
    CNOP_FIELD(struct echo_form, flag, CNOP_K_BOOL, CNOP_ANY, CNOP_OPTIONAL),
};

static enum cnop_err
echo_form(struct cnop_request *req, struct cnop_response *res)
{
    struct echo_form form = {.count = 7};
    struct cnop_json_writer *json;
    enum cnop_err err;

    err = cnop_request_decode(req, echo_fields, CNOP_COUNT(echo_fields), &form);
    if (err != CNOP_OK)
        return err;
    json = cnop_response_json(res);
    cnop_json_object_open(json, NULL);
    cnop_json_str(json, "name", form.name);
    cnop_json_text(json, "side", side_names[form.side]);
    cnop_json_cash(json, "amount", form.amount, 2);
    cnop_json_u64(json, "count", form.count);
    cnop_json_bool(json, "flag", form.flag);
    cnop_json_object_close(json);
    return CNOP_OK;
}

static uint64_t
query_number(struct cnop_request *req, const char *name)
{
    uint64_t value = 0;

    return cnop_str_parse_u64(cnop_request_query(req, name), 0, UINT32_MAX, &value) == CNOP_OK
               ? value
               : 0;
}

static enum cnop_err
echo_big(struct cnop_request *req, struct cnop_response *res)
{
    struct cnop_buf *out = cnop_response_raw(res, "text/plain");
    uint64_t bytes = query_number(req, "bytes");

    for (uint64_t i = 0; i < bytes; i++)
        cnop_buf_char(out, (char)('a' + i % 26));
    return CNOP_OK;
}

static enum cnop_err
echo_fail(struct cnop_request *req, struct cnop_response *res)
{
    struct cnop_str kind = cnop_request_path_param(req, "kind");

    (void)res;
    if (cnop_str_equal(kind, CNOP_STR("abort")))
        abort();
    if (cnop_str_equal(kind, CNOP_STR("spin")))
        for (volatile int i = 0;; i++)
            ;
    if (cnop_str_equal(kind, CNOP_STR("unavailable"))) {
        cnop_span_cause("the cause stays in the log");
        return CNOP_E_UNAVAILABLE;
    }
    if (cnop_str_equal(kind, CNOP_STR("limited"))) {
        cnop_request_retry_after(req, 7);
        return cnop_request_detail(req, CNOP_E_RATE_LIMITED, "Slow down.");
    }
    return cnop_request_fault(req, CNOP_E_INVALID, "kind", "is not a kind of failure");
}

/* ---- waiting: asleep in THREADS mode, deferred in LOOP mode ---- */

#define DEFERRED_MAX 1024

static struct {
    struct cnop_request *req;
    int64_t due_us;
} deferred[DEFERRED_MAX];
static size_t deferred_count;
static int timer_fd = -1;

/* Runs only while something waits. */
static void
timer_set(bool on)
{
    long every_ns = on ? 1000000 : 0;
    struct itimerspec every = {.it_interval = {.tv_nsec = every_ns},
                               .it_value = {.tv_nsec = every_ns}};

    cnop_assert(timerfd_settime(timer_fd, 0, &every, NULL) == 0);
}

static void
timer_fired(int fd, uint32_t events, void *arg)
{
    uint64_t count;
    int64_t now_us = cnop_clock_monotonic_us();

    (void)events;
    (void)arg;
    (void)!read(fd, &count, sizeof(count));
    for (size_t i = 0; i < deferred_count;) {
        struct cnop_request *req = deferred[i].req;

        if (deferred[i].due_us > now_us) {
            i++;
            continue;
        }
        deferred[i] = deferred[--deferred_count];
        cnop_request_complete(req, echo_write(req, cnop_request_response(req)));
    }
    if (deferred_count == 0)
        timer_set(false);
}

static enum cnop_err
echo_wait(struct cnop_request *req, struct cnop_response *res)
{
    uint64_t wait_ms = query_number(req, "ms");
    struct timespec wait = {.tv_sec = (time_t)(wait_ms / 1000),
                            .tv_nsec = (long)(wait_ms % 1000) * 1000000L};

    cnop_metric_observe(ECHO_DELAY, (int64_t)wait_ms * 1000);
    if (timer_fd < 0) {
        (void)nanosleep(&wait, NULL);
        return echo_write(req, res);
    }
    if (deferred_count == DEFERRED_MAX)
        return CNOP_E_OVERLOADED;
    if (deferred_count == 0)
        timer_set(true);
    deferred[deferred_count].req = req;
    deferred[deferred_count++].due_us = cnop_clock_monotonic_us() + (int64_t)wait_ms * 1000;
    cnop_request_defer(req);
    return CNOP_OK;
}

static enum cnop_err
loop_init(void *arg, unsigned thread, void **ret_env)
{
    (void)arg;
    (void)thread;
    (void)ret_env;
    timer_fd = timerfd_create(CLOCK_MONOTONIC, TFD_NONBLOCK | TFD_CLOEXEC);
    cnop_assert(timer_fd >= 0);
    cnop_loop_watch(timer_fd, EPOLLIN, timer_fired, NULL);
    return CNOP_OK;
}

static void
echo_ready(void *env, struct cnop_health *health)
{
    (void)env;
    cnop_health_check(health, "self", CNOP_OK, "%zu deferred", deferred_count);
}

static const struct cnop_route echo_routes[] = {
    {CNOP_GET, "/api/v1/echo", echo_write, CNOP_ROLE_PUBLIC, 0, 0},
    {CNOP_POST, "/api/v1/echo", echo_write, CNOP_ROLE_PUBLIC, 65536, CNOP_ROUTE_ANY_TYPE},
    {CNOP_POST, "/api/v1/form", echo_form, CNOP_ROLE_PUBLIC, 4096, 0},
    {CNOP_GET, "/api/v1/mine", echo_write, CNOP_ROLE_CUSTOMER, 0, 0},
    {CNOP_GET, "/api/v1/admin", echo_write, CNOP_ROLE_ADMIN, 0, 0},
    {CNOP_GET, "/api/v1/wait", echo_wait, CNOP_ROLE_PUBLIC, 0, 0},
    {CNOP_GET, "/api/v1/big", echo_big, CNOP_ROLE_PUBLIC, 0, 0},
    {CNOP_GET, "/api/v1/fail/{kind}", echo_fail, CNOP_ROLE_PUBLIC, 0, 0},
    {CNOP_GET, "/api/v1/echo/{echo_id}", echo_id, CNOP_ROLE_PUBLIC, 0, 0},
};

#define ECHO_SERVICE                                                                               \
    .name = "echo", .routes = echo_routes, .route_count = CNOP_COUNT(echo_routes),                 \
    .metrics = echo_metrics, .metric_count = CNOP_COUNT(echo_metrics), .ready = echo_ready

static const struct cnop_service threads_service = {ECHO_SERVICE};
static const struct cnop_service loop_service = {ECHO_SERVICE, .mode = CNOP_SERVICE_LOOP,
                                                 .exclusive = true, .thread_init = loop_init};

static bool
wants_loop(int argc, char **argv)
{
    return argc > 0 && strstr(argv[0], "loop") != NULL;
}

int
main(int argc, char **argv)
{
    static struct echo_config config;
    struct cnop_web_program program = {
        .service = wants_loop(argc, argv) ? &loop_service : &threads_service,
        .spec = &echo_spec,
        .values = &config,
        .web = &config.web,
    };

    return cnop_web_main(&program, argc, argv);
}
