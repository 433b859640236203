/* SPDX-License-Identifier: MIT */
/*
 * Who may listen to what: a request is asked for its channels, where it wants
 * to go on, and whether there is a seat for it; then it is a stream.
 */

#include "ngx_http_cnop_hub.h"
#include "ngx_http_cnop_jwt.h"
#include "ngx_http_cnop_param.h"
#include "ngx_http_cnop_problem.h"
#include "ngx_http_cnop_subscribe.h"


typedef struct {
    ngx_uint_t                  channels;
    ngx_uint_t                  resume;
    uint64_t                    after;
} ngx_http_cnop_wish_t;


static ngx_int_t
ngx_http_cnop_wish_refuse(ngx_http_request_t *r, ngx_http_cnop_ctx_t *ctx,
    const char *field, const char *rule)
{
    u_char  *detail;

    detail = ngx_pnalloc(r->pool, 256);
    if (detail == NULL) {
        return NGX_HTTP_INTERNAL_SERVER_ERROR;
    }

    (void) ngx_snprintf(detail, 256, "%s %s%Z", field, rule);

    ctx->fault_field = field;
    ctx->fault_rule = rule;

    return ngx_http_cnop_problem_content(r, CNOP_E_INVALID,
                                         (const char *) detail);
}


/*
 * Who came with a token means to be somebody: when it does not hold, there is
 * an answer instead of a stream that lacks what is his.  A bearer token that
 * does not hold was refused before.
 */

static ngx_int_t
ngx_http_cnop_wish_token(ngx_http_request_t *r, ngx_http_cnop_ctx_t *ctx)
{
    enum cnop_err  err;

    if (ctx->authenticated || ctx->source == NGX_HTTP_CNOP_SOURCE_NONE) {
        return NGX_DECLINED;
    }

    if (ngx_strcmp(ctx->jwt_status, "not_synced") == 0) {
        ctx->retry_after = 1;
        return ngx_http_cnop_problem_content(
            r, CNOP_E_UNAVAILABLE,
            "The gateway has not yet learned which sessions "
            "have ended.");
    }

    err = CNOP_E_UNAUTHENTICATED;

    if (ngx_strcmp(ctx->jwt_status, "expired") == 0) {
        err = CNOP_E_TOKEN_EXPIRED;

    } else if (ngx_strcmp(ctx->jwt_status, "revoked") == 0) {
        err = CNOP_E_SESSION_REVOKED;
    }

    if (ngx_http_cnop_jwt_challenge(r) != NGX_OK) {
        return NGX_HTTP_INTERNAL_SERVER_ERROR;
    }

    return ngx_http_cnop_problem_content(r, err, NULL);
}


/*
 * NGX_DECLINED = go on, or the request has been answered.  The commas between
 * the names may be written as %2C: many clients write them so
 */

static ngx_int_t
ngx_http_cnop_wish_channels(ngx_http_request_t *r, ngx_http_cnop_ctx_t *ctx,
    ngx_http_cnop_wish_t *wish)
{
    bool              more;
    u_char           *dst, *src;
    ngx_str_t         arg;
    ngx_uint_t        channel;
    struct cnop_str   rest, name;

    wish->channels = NGX_HTTP_CNOP_PUBLIC;

    if (ctx->authenticated) {
        wish->channels |= NGX_HTTP_CNOP_PRIVATE;
    }

    if (ngx_http_arg(r, (u_char *) "channels", 8, &arg) != NGX_OK) {
        return NGX_DECLINED;
    }

    src = arg.data;
    dst = ngx_pnalloc(r->pool, arg.len + 1);
    if (dst == NULL) {
        return NGX_HTTP_INTERNAL_SERVER_ERROR;
    }

    rest.ptr = (const char *) dst;
    ngx_unescape_uri(&dst, &src, arg.len, NGX_UNESCAPE_URI);
    rest.len = (const char *) dst - rest.ptr;

    wish->channels = 0;

    do {
        more = cnop_str_cut(rest, ',', &name, &rest);
        channel = ngx_http_cnop_channel(name, 1);

        if (channel == 0) {
            return ngx_http_cnop_wish_refuse(
                r, ctx, "channels",
                "must be orders, fills, balances, trades or tickers, or "
                "several of them with commas between");
        }

        wish->channels |= channel;

    } while (more);

    if (ctx->authenticated || !(wish->channels & NGX_HTTP_CNOP_PRIVATE)) {
        return NGX_DECLINED;
    }

    if (ngx_http_cnop_jwt_challenge(r) != NGX_OK) {
        return NGX_HTTP_INTERNAL_SERVER_ERROR;
    }

    return ngx_http_cnop_problem_content(r, CNOP_E_UNAUTHENTICATED,
                                         "Authentication required.");
}


static ngx_int_t
ngx_http_cnop_wish_resume(ngx_http_request_t *r, ngx_http_cnop_ctx_t *ctx,
    ngx_http_cnop_wish_t *wish)
{
    ngx_str_t         text;
    ngx_uint_t        count;
    ngx_table_elt_t  *h;

    wish->resume = 1;
    h = ngx_http_cnop_find_header(&r->headers_in.headers, "Last-Event-ID",
                                  &count);

    if (h) {
        text = h->value;

    } else if (ngx_http_arg(r, (u_char *) "after", 5, &text) != NGX_OK) {
        wish->resume = 0;
        return NGX_DECLINED;
    }

    if (cnop_str_parse_u64(ngx_http_cnop_str(&text), 0, INT64_MAX,
                           &wish->after)
        == CNOP_OK)
    {
        return NGX_DECLINED;
    }

    return ngx_http_cnop_wish_refuse(
        r, ctx, h ? "Last-Event-ID" : "after",
        "must be an integer of at least 0");
}


/* those who do other things need connections, too */

static ngx_uint_t
ngx_http_cnop_may_stream(ngx_http_cnop_zone_t *zone)
{
    uint64_t  place, seq;

    return !ngx_exiting
           && ngx_cycle->free_connection_n > ngx_cycle->connection_n / 8
           && ngx_http_cnop_events_end(zone, &place, &seq) == NGX_OK;
}


/* where in the ring it begins; 0: all is there, or the first that is */

static uint64_t
ngx_http_cnop_stream_from(ngx_http_cnop_stream_t *stream,
    ngx_http_cnop_wish_t *wish)
{
    uint64_t  first, place, seq;

    stream->seq = ngx_http_cnop_hub_seq();

    if (!wish->resume) {
        return 0;
    }

    stream->seq = wish->after;
    (void) ngx_http_cnop_events_end(stream->zone, &place, &seq);

    if (wish->after == seq
        || (wish->after > seq
            && ngx_http_cnop_events_ahead(stream->zone, wish->after)))
    {
        return 0;
    }

    stream->late = 1;

    if (ngx_http_cnop_events_find(stream->zone, wish->after, &stream->place,
                                  &first)
        == NGX_OK)
    {
        return 0;
    }

    return first;
}


static ngx_int_t
ngx_http_cnop_stream_open(ngx_http_request_t *r, ngx_http_cnop_ctx_t *ctx,
    ngx_http_cnop_zone_t *zone, ngx_http_cnop_wish_t *wish)
{
    u_char                        key[16];
    uint32_t                      seat;
    uint64_t                      account, first;
    ngx_http_cnop_stream_t       *stream;
    ngx_http_core_loc_conf_t     *core;
    ngx_http_cnop_stream_conf_t  *conf;

    conf = ((ngx_http_cnop_loc_conf_t *) ngx_http_get_module_loc_conf(
                r, ngx_http_cnop_module))->stream;
    core = ngx_http_get_module_loc_conf(r, ngx_http_core_module);
    account = ctx->authenticated ? ctx->claims.user_id : 0;

    ngx_http_cnop_address_key(r, key);

    if (ngx_http_cnop_seat_take(zone, &conf->limits, account, key, &seat)
        != NGX_OK)
    {
        ctx->retry_after = 5;
        return ngx_http_cnop_problem_content(
            r, CNOP_E_RATE_LIMITED,
            "This account or address has as many streams as it may have.");
    }

    stream = ngx_http_cnop_stream_create(r, zone, seat);

    if (stream == NULL) {
        ngx_http_cnop_seat_leave(zone, seat, NGX_HTTP_CNOP_END_CLIENT);
        return NGX_HTTP_INTERNAL_SERVER_ERROR;
    }

    stream->account = account;
    stream->channels = wish->channels;
    stream->ping = conf->ping;
    stream->send_timeout = core->send_timeout;

    first = ngx_http_cnop_stream_from(stream, wish);
    ngx_http_cnop_hub_add(stream);

    return ngx_http_cnop_stream_begin(stream, wish->resume, first);
}


static ngx_int_t
ngx_http_cnop_stream_handler(ngx_http_request_t *r)
{
    ngx_int_t                   rc;
    ngx_http_cnop_ctx_t        *ctx;
    ngx_http_cnop_wish_t        wish;
    ngx_http_cnop_zone_t       *zone;
    ngx_http_cnop_main_conf_t  *cmcf;

    if (!(r->method & (NGX_HTTP_GET|NGX_HTTP_HEAD))) {
        return NGX_HTTP_NOT_ALLOWED;
    }

    rc = ngx_http_discard_request_body(r);

    if (rc != NGX_OK) {
        return rc;
    }

    cmcf = ngx_http_get_module_main_conf(r, ngx_http_cnop_module);
    zone = ngx_http_cnop_zone_get(cmcf, NGX_HTTP_CNOP_ZONE_EVENTS);
    ctx = ngx_http_cnop_get_ctx(r);

    if (ctx == NULL) {
        return NGX_HTTP_INTERNAL_SERVER_ERROR;
    }

    rc = ngx_http_cnop_wish_token(r, ctx);

    if (rc == NGX_DECLINED) {
        rc = ngx_http_cnop_wish_channels(r, ctx, &wish);
    }

    if (rc == NGX_DECLINED) {
        rc = ngx_http_cnop_wish_resume(r, ctx, &wish);
    }

    if (rc != NGX_DECLINED) {
        return rc;
    }

    if (!ngx_http_cnop_may_stream(zone)) {
        ctx->retry_after = 1;
        return ngx_http_cnop_problem_content(
            r, CNOP_E_UNAVAILABLE,
            "The gateway does not know the newest event yet, is about to end, "
            "or has too few connections left.");
    }

    return ngx_http_cnop_stream_open(r, ctx, zone, &wish);
}


char *
ngx_http_cnop_set_stream(ngx_conf_t *cf, ngx_command_t *cmd, void *conf)
{
    ngx_http_cnop_loc_conf_t  *clcf = conf;

    ngx_str_t                    *value;
    ngx_uint_t                    i;
    ngx_http_core_loc_conf_t     *core;
    ngx_http_cnop_main_conf_t    *cmcf;
    ngx_http_cnop_stream_conf_t  *stream;

    if (clcf->stream) {
        return "is duplicate";
    }

    stream = ngx_pcalloc(cf->pool, sizeof(ngx_http_cnop_stream_conf_t));
    if (stream == NULL) {
        return NGX_CONF_ERROR;
    }

    stream->limits.account = 5;
    stream->limits.address = 50;
    stream->ping = 15000;

    ngx_http_cnop_param_t  params[] = {
        { "account", 1, 100000, &stream->limits.account, NULL, NULL },
        { "address", 1, 100000, &stream->limits.address, NULL, NULL },
        { "ping", 100, 3600000, NULL, &stream->ping, NULL },
        { NULL, 0, 0, NULL, NULL, NULL }
    };

    value = cf->args->elts;

    for (i = 1; i < cf->args->nelts; i++) {

        if (ngx_http_cnop_repeated(cf, i)
            || ngx_http_cnop_parse_param(cf, &value[i], params) != NGX_OK)
        {
            return NGX_CONF_ERROR;
        }
    }

    clcf->stream = stream;

    cmcf = ngx_http_conf_get_module_main_conf(cf, ngx_http_cnop_module);
    cmcf->uses_stream = 1;

    core = ngx_http_conf_get_module_loc_conf(cf, ngx_http_core_module);
    core->handler = ngx_http_cnop_stream_handler;

    return NGX_CONF_OK;
}
