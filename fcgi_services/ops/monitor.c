/* SPDX-License-Identifier: MIT */
/* Every exchange carries the login; its answer is taken whole or not at all. */
#include "fcgi_services/ops/monitor.h"

#include <errno.h>
#include <unistd.h>

#include "fcgi_services/ops/answer.h"
#include "shared/base/base.h"
#include "shared/base/clock.h"
#include "shared/base/log.h"
#include "shared/base/secret.h"
#include "shared/http/http_client.h"

#define LOGIN_BYTES 256
#define URL_BYTES 512
#define PATH_BYTES 64 /* of ours, behind an address */
#define US_PER_MS 1000

bool
ops_monitor_url_is_usable(const char *url)
{
    return cnop_http_url_is_usable(url) && strlen(url) < URL_BYTES - PATH_BYTES;
}

void
ops_monitor_init(struct ops_monitor *monitor, const struct ops_monitor_config *config)
{
    *monitor = (struct ops_monitor){.config = config, .client = cnop_http_client_new()};
}

void
ops_monitor_done(struct ops_monitor *monitor)
{
    cnop_http_client_free(&monitor->client);
}

void
ops_monitor_begin(struct ops_monitor *monitor)
{
    monitor->until_us =
        cnop_clock_monotonic_us() + (int64_t)monitor->config->timeout_ms * US_PER_MS;
}

bool
ops_monitor_is_deployed(const struct ops_monitor *monitor)
{
    return access(monitor->config->login_file, F_OK) == 0 || errno != ENOENT;
}

/* "operator:<password>", NUL-terminated. */
static enum cnop_err
read_login(const struct ops_monitor *monitor, char ret_login[LOGIN_BYTES])
{
    static const char name[] = "operator:";
    char *password = ret_login + sizeof(name) - 1;
    const char *reason = NULL;
    struct cnop_str text;
    size_t len;

    if (!ops_monitor_is_deployed(monitor))
        return CNOP_E_MONITORING_ABSENT;
    memcpy(ret_login, name, sizeof(name) - 1);
    if (cnop_secret_read_file(monitor->config->login_file, password, 1, LOGIN_BYTES - sizeof(name),
                              &len, &reason) != CNOP_OK) {
        cnop_log_write(CNOP_LOG_ERROR, "monitoring_login", "the login file is refused");
        return CNOP_E_MONITORING_FAILED;
    }
    text = cnop_str_trim(cnop_str_make(password, len));
    memmove(password, text.ptr, text.len);
    password[text.len] = '\0';
    return CNOP_OK;
}

static void
log_failure(const struct ops_monitor *monitor, enum cnop_err err, int status)
{
    struct cnop_log_line line;

    cnop_log_begin(&line, CNOP_LOG_WARN, NULL, "monitoring", "no usable answer of a monitor");
    cnop_log_text(&line, "err", cnop_err_symbol(err));
    cnop_log_text(&line, "cause", cnop_http_cause(monitor->client));
    cnop_log_i64(&line, "http_status", status);
    cnop_log_end(&line);
}

static enum cnop_err
exchange(struct ops_monitor *monitor, struct cnop_arena *arena, struct cnop_http_exchange *ask,
         struct cnop_str *ret_body)
{
    void *memory = cnop_arena_alloc(arena, OPS_ANSWER_BYTES);
    int64_t left_ms = (monitor->until_us - cnop_clock_monotonic_us()) / US_PER_MS;
    char login[LOGIN_BYTES];
    struct cnop_buf body;
    enum cnop_err err;
    int status = 0;

    if (memory == NULL)
        return CNOP_E_NO_MEMORY;
    err = read_login(monitor, login);
    if (err != CNOP_OK)
        return err;
    ask->login = login;
    ask->timeout_ms = left_ms > 1 ? (uint32_t)left_ms : 1;
    cnop_buf_init(&body, memory, OPS_ANSWER_BYTES);
    err = cnop_http_send(monitor->client, ask, &body, &status);
    cnop_secret_zero(login, sizeof(login));
    if (err != CNOP_OK || status != 200) {
        log_failure(monitor, err, status);
        return CNOP_E_MONITORING_FAILED;
    }
    *ret_body = cnop_buf_view(&body);
    return CNOP_OK;
}

enum cnop_err
ops_monitor_query(struct ops_monitor *monitor, struct cnop_arena *arena, const char *path,
                  struct cnop_str form, struct cnop_str *ret_body)
{
    char url[URL_BYTES];
    struct cnop_http_exchange ask = {
        .url = url, .body = form, .content_type = "application/x-www-form-urlencoded"};

    snprintf(url, sizeof(url), "%s%s", monitor->config->prometheus_url, path);
    return exchange(monitor, arena, &ask, ret_body);
}

/* Of what is behind this path of Alertmanager. */
static enum cnop_err
ask_alertmanager(struct ops_monitor *monitor, struct cnop_arena *arena, const char *path,
                 struct cnop_http_exchange ask, struct cnop_str *ret_body)
{
    char url[URL_BYTES];

    snprintf(url, sizeof(url), "%s/api/v2/%s", monitor->config->alertmanager_url, path);
    ask.url = url;
    return exchange(monitor, arena, &ask, ret_body);
}

enum cnop_err
ops_monitor_alerts(struct ops_monitor *monitor, struct cnop_arena *arena, struct cnop_str *ret_body)
{
    return ask_alertmanager(monitor, arena, "alerts", (struct cnop_http_exchange){0}, ret_body);
}

enum cnop_err
ops_monitor_silences(struct ops_monitor *monitor, struct cnop_arena *arena,
                     struct cnop_str *ret_body)
{
    return ask_alertmanager(monitor, arena, "silences", (struct cnop_http_exchange){0}, ret_body);
}

enum cnop_err
ops_monitor_silence(struct ops_monitor *monitor, struct cnop_arena *arena, struct cnop_str order,
                    struct cnop_str *ret_body)
{
    return ask_alertmanager(
        monitor, arena, "silences",
        (struct cnop_http_exchange){.body = order, .content_type = "application/json"}, ret_body);
}

enum cnop_err
ops_monitor_end_silence(struct ops_monitor *monitor, struct cnop_arena *arena, struct cnop_str id)
{
    char path[PATH_BYTES];
    struct cnop_str body;

    snprintf(path, sizeof(path), "silence/%.*s", CNOP_STR_ARG(id));
    return ask_alertmanager(monitor, arena, path, (struct cnop_http_exchange){.is_delete = true},
                            &body);
}
