/* SPDX-License-Identifier: MIT */
/*
 * The streams of this worker.  When the bell rings the hub goes through what is
 * new once and calls those whom it concerns: an event of one account finds its
 * streams by a table; one for everybody, by the list of those who asked for its
 * kind.  Then one stream after the other takes its part and sends it, so that
 * one block of memory serves all whose sockets take what they are given.
 */

#include "ngx_http_cnop_hub.h"
#include "ngx_http_cnop_revoke.h"


#define NGX_HTTP_CNOP_HUB_ACCOUNTS  4096
#define NGX_HTTP_CNOP_HUB_READ      65536
#define NGX_HTTP_CNOP_HUB_TURN      16     /* reads before others are served */


/* of this process */

static struct {
    ngx_http_cnop_main_conf_t  *main_conf;
    ngx_http_cnop_zone_t       *zone;
    uint64_t                    place;
    uint64_t                    seq;
    ngx_atomic_uint_t           revocations;
    ngx_queue_t                 all;
    ngx_queue_t                 trades;
    ngx_queue_t                 tickers;
    ngx_queue_t                 called;
    ngx_queue_t                 accounts[NGX_HTTP_CNOP_HUB_ACCOUNTS];
} ngx_http_cnop_hub;


static void ngx_http_cnop_hub_bell(ngx_event_t *ev);


ngx_int_t
ngx_http_cnop_hub_init_process(ngx_cycle_t *cycle,
    ngx_http_cnop_main_conf_t *cmcf)
{
    ngx_uint_t             i;
    ngx_connection_t      *c;
    ngx_http_cnop_zone_t  *zone;

    zone = ngx_http_cnop_zone_get(cmcf, NGX_HTTP_CNOP_ZONE_EVENTS);

    if (zone == NULL) {
        return NGX_OK;
    }

    ngx_http_cnop_hub.main_conf = cmcf;
    ngx_http_cnop_hub.zone = zone;
    ngx_queue_init(&ngx_http_cnop_hub.all);
    ngx_queue_init(&ngx_http_cnop_hub.trades);
    ngx_queue_init(&ngx_http_cnop_hub.tickers);
    ngx_queue_init(&ngx_http_cnop_hub.called);

    for (i = 0; i < NGX_HTTP_CNOP_HUB_ACCOUNTS; i++) {
        ngx_queue_init(&ngx_http_cnop_hub.accounts[i]);
    }

    ngx_http_cnop_seats_reclaim(zone);
    (void) ngx_http_cnop_events_end(zone, &ngx_http_cnop_hub.place,
                                    &ngx_http_cnop_hub.seq);
    ngx_http_cnop_hub.revocations = ngx_http_cnop_events_revocations(zone);

    c = ngx_get_connection(ngx_http_cnop_bell(), cycle->log);
    if (c == NULL) {
        return NGX_ERROR;
    }

    /* "idle": told when this worker is to leave; "channel": nothing to miss */

    c->idle = 1;
    c->log = cycle->log;
    c->read->log = cycle->log;
    c->read->channel = 1;
    c->read->handler = ngx_http_cnop_hub_bell;

    if (ngx_add_event(c->read, NGX_READ_EVENT, NGX_CLEAR_EVENT) != NGX_OK) {
        ngx_free_connection(c);
        return NGX_ERROR;
    }

    return NGX_OK;
}


uint64_t
ngx_http_cnop_hub_seq(void)
{
    return ngx_http_cnop_hub.seq;
}


static ngx_queue_t *
ngx_http_cnop_hub_bucket(uint64_t account)
{
    /* numbers that follow each other: their last bits are as good as a hash */

    return &ngx_http_cnop_hub.accounts[account % NGX_HTTP_CNOP_HUB_ACCOUNTS];
}


void
ngx_http_cnop_hub_add(ngx_http_cnop_stream_t *stream)
{
    ngx_queue_insert_tail(&ngx_http_cnop_hub.all, &stream->all);

    if (stream->channels & NGX_HTTP_CNOP_PRIVATE) {
        ngx_queue_insert_tail(ngx_http_cnop_hub_bucket(stream->account),
                              &stream->by_account);
    }

    if (stream->channels & NGX_HTTP_CNOP_TRADES) {
        ngx_queue_insert_tail(&ngx_http_cnop_hub.trades, &stream->by_trade);
    }

    if (stream->channels & NGX_HTTP_CNOP_TICKERS) {
        ngx_queue_insert_tail(&ngx_http_cnop_hub.tickers, &stream->by_ticker);
    }
}


static void
ngx_http_cnop_hub_call(ngx_http_cnop_stream_t *stream)
{
    if (!stream->called && !stream->late) {
        stream->called = 1;
        ngx_queue_insert_tail(&ngx_http_cnop_hub.called, &stream->call);
    }
}


static void
ngx_http_cnop_hub_call_list(ngx_queue_t *list, size_t link, uint64_t account)
{
    ngx_queue_t             *q;
    ngx_http_cnop_stream_t  *stream;

    for (q = ngx_queue_head(list); q != list; q = ngx_queue_next(q)) {
        stream = (ngx_http_cnop_stream_t *) ((u_char *) q - link);

        if (account == 0 || account == stream->account) {
            ngx_http_cnop_hub_call(stream);
        }
    }
}


/* whom this record concerns */

static void
ngx_http_cnop_hub_concern(const struct event_record *record)
{
    if (record->channel == NGX_HTTP_CNOP_JUMP) {
        ngx_http_cnop_hub.seq = record->account;
        ngx_http_cnop_hub_call_list(&ngx_http_cnop_hub.all,
                                    offsetof(ngx_http_cnop_stream_t, all), 0);
        return;
    }

    if (record->seq) {
        if (record->seq <= ngx_http_cnop_hub.seq) {
            return;
        }

        ngx_http_cnop_hub.seq = record->seq;
    }

    if (record->account) {
        ngx_http_cnop_hub_call_list(ngx_http_cnop_hub_bucket(record->account),
                                    offsetof(ngx_http_cnop_stream_t,
                                             by_account),
                                    record->account);

    } else if (record->channel == NGX_HTTP_CNOP_TRADES) {
        ngx_http_cnop_hub_call_list(&ngx_http_cnop_hub.trades,
                                    offsetof(ngx_http_cnop_stream_t, by_trade),
                                    0);

    } else if (record->channel == NGX_HTTP_CNOP_TICKERS) {
        ngx_http_cnop_hub_call_list(&ngx_http_cnop_hub.tickers,
                                    offsetof(ngx_http_cnop_stream_t, by_ticker),
                                    0);
    }
}


static void
ngx_http_cnop_hub_give(ngx_http_cnop_stream_t *stream, u_char *p, u_char *last)
{
    const struct event_record  *record;

    for ( /* void */ ; p < last; p += record->bytes) {
        record = (const struct event_record *) p;

        if (ngx_http_cnop_stream_give(stream, record) == NGX_DONE) {
            return;
        }
    }

    (void) ngx_http_cnop_stream_flush(stream);
}


/* what was read, to those whom it concerns */

static void
ngx_http_cnop_hub_dispatch(u_char *buffer, size_t size)
{
    u_char                     *p;
    uint64_t                    seq;
    ngx_queue_t                *q;
    ngx_http_cnop_stream_t     *stream;
    const struct event_record  *record;

    seq = ngx_http_cnop_hub.seq;    /* who is not late has all up to here */

    for (p = buffer; p < buffer + size; p += record->bytes) {
        record = (const struct event_record *) p;
        ngx_http_cnop_hub_concern(record);
    }

    while (!ngx_queue_empty(&ngx_http_cnop_hub.called)) {
        q = ngx_queue_head(&ngx_http_cnop_hub.called);
        stream = ngx_queue_data(q, ngx_http_cnop_stream_t, call);

        ngx_queue_remove(q);
        ngx_queue_init(q);
        stream->called = 0;
        stream->seq = ngx_max(stream->seq, seq);

        ngx_http_cnop_hub_give(stream, buffer, buffer + size);
    }
}


static void
ngx_http_cnop_hub_end(ngx_http_cnop_stream_t *stream,
    ngx_http_cnop_end_e reason)
{
    if (!stream->late) {
        stream->seq = ngx_max(stream->seq, ngx_http_cnop_hub.seq);
    }

    ngx_http_cnop_stream_end(stream, reason);
}


static void
ngx_http_cnop_hub_end_all(ngx_http_cnop_end_e reason)
{
    ngx_http_cnop_stream_t  *stream;

    /* whoever ends is not in the list any more */

    while (!ngx_queue_empty(&ngx_http_cnop_hub.all)) {
        stream = ngx_queue_data(ngx_queue_head(&ngx_http_cnop_hub.all),
                                ngx_http_cnop_stream_t, all);
        ngx_http_cnop_hub_end(stream, reason);
    }
}


/* NGX_AGAIN: there is more */

static ngx_int_t
ngx_http_cnop_hub_walk(void)
{
    size_t      used;
    ngx_uint_t  n;

    static u_char  buffer[NGX_HTTP_CNOP_HUB_READ]
        __attribute__((aligned(EVENT_RING_ALIGN)));

    for (n = 0; n < NGX_HTTP_CNOP_HUB_TURN; n++) {

        if (ngx_http_cnop_events_read(ngx_http_cnop_hub.zone,
                                      &ngx_http_cnop_hub.place, buffer,
                                      sizeof(buffer), &used)
            != NGX_OK)
        {
            /* this worker was away for too long: its streams come back */

            ngx_http_cnop_hub_end_all(NGX_HTTP_CNOP_END_SLOW);
            (void) ngx_http_cnop_events_end(ngx_http_cnop_hub.zone,
                                            &ngx_http_cnop_hub.place,
                                            &ngx_http_cnop_hub.seq);
            return NGX_OK;
        }

        if (used == 0) {
            return NGX_OK;
        }

        ngx_http_cnop_hub_dispatch(buffer, used);
    }

    return NGX_AGAIN;
}


static void
ngx_http_cnop_hub_revoke(void)
{
    ngx_queue_t             *q, *next;
    ngx_atomic_uint_t        revocations;
    ngx_http_cnop_stream_t  *stream;

    revocations = ngx_http_cnop_events_revocations(ngx_http_cnop_hub.zone);

    if (revocations == ngx_http_cnop_hub.revocations) {
        return;
    }

    ngx_http_cnop_hub.revocations = revocations;

    for (q = ngx_queue_head(&ngx_http_cnop_hub.all);
         q != &ngx_http_cnop_hub.all; q = next)
    {
        next = ngx_queue_next(q);
        stream = ngx_queue_data(q, ngx_http_cnop_stream_t, all);

        if (stream->account
            && ngx_http_cnop_revoke_check(ngx_http_cnop_hub.main_conf,
                                          &stream->ctx->claims)
               == NGX_HTTP_CNOP_REVOKED)
        {
            ngx_http_cnop_hub_end(stream, NGX_HTTP_CNOP_END_REVOKED);
        }
    }
}


static void
ngx_http_cnop_hub_bell(ngx_event_t *ev)
{
    ngx_connection_t  *c;

    c = ev->data;

    if (c->close) {
        ngx_http_cnop_hub_end_all(NGX_HTTP_CNOP_END_SHUTDOWN);
        (void) ngx_del_event(ev, NGX_READ_EVENT, 0);
        c->fd = (ngx_socket_t) -1;
        ngx_free_connection(c);
        return;
    }

    ngx_http_cnop_hub_revoke();

    if (ngx_http_cnop_hub_walk() == NGX_AGAIN) {
        ngx_post_event(ev, &ngx_posted_next_events);
    }
}
