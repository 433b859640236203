/* SPDX-License-Identifier: MIT */
/* Exchanges with the gateway of this host over its unix socket, whose mode says who may. */
#include "fcgi_services/ops/gateway_link.h"

#include "fcgi_services/ops/guard_json.h"
#include "shared/base/base.h"
#include "shared/base/log.h"
#include "shared/http/http_client.h"

#define CONTROL_URL "http://localhost/control/guard"
#define TIMEOUT_MS 2000

void
ops_gateway_link_init(struct ops_gateway_link *link, const char *socket)
{
    *link = (struct ops_gateway_link){.socket = socket, .client = cnop_http_client_new()};
}

void
ops_gateway_link_done(struct ops_gateway_link *link)
{
    cnop_http_client_free(&link->client);
}

static enum cnop_err
exchange(struct ops_gateway_link *link, struct cnop_http_exchange *ask, struct cnop_buf *body)
{
    struct cnop_log_line line;
    int status = 0;
    enum cnop_err err;

    ask->unix_socket = link->socket;
    ask->url = CONTROL_URL;
    ask->timeout_ms = TIMEOUT_MS;
    err = cnop_http_send(link->client, ask, body, &status);
    if (err == CNOP_OK && status == 200)
        return CNOP_OK;
    cnop_log_begin(&line, CNOP_LOG_WARN, NULL, "gateway", "no usable answer of the gateway");
    cnop_log_text(&line, "err", cnop_err_symbol(err));
    cnop_log_text(&line, "cause", cnop_http_cause(link->client));
    cnop_log_i64(&line, "http_status", status);
    cnop_log_end(&line);
    return CNOP_E_UNAVAILABLE;
}

enum cnop_err
ops_gateway_link_guard(struct ops_gateway_link *link, struct cnop_arena *arena,
                       struct cnop_str *ret_body)
{
    void *memory = cnop_arena_alloc(arena, OPS_GUARD_REPLY_BYTES);
    struct cnop_http_exchange ask = {0};
    struct cnop_buf body;
    enum cnop_err err;

    if (memory == NULL)
        return CNOP_E_NO_MEMORY;
    cnop_buf_init(&body, memory, OPS_GUARD_REPLY_BYTES);
    err = exchange(link, &ask, &body);
    if (err == CNOP_OK)
        *ret_body = cnop_buf_view(&body);
    return err;
}

enum cnop_err
ops_gateway_link_tell(struct ops_gateway_link *link, struct cnop_str line)
{
    struct cnop_http_exchange ask = {.body = line, .content_type = "text/plain"};

    return exchange(link, &ask, NULL);
}
