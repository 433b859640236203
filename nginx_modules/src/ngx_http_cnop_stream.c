/* SPDX-License-Identifier: MIT */
/*
 * One stream, from its first event to its last.  A socket that does not take
 * what it is given makes the stream late: it keeps its place in the ring
 * instead of events, and reads on from there when there is room again.
 */

#include "ngx_http_cnop_answer.h"
#include "ngx_http_cnop_stream.h"


#define NGX_HTTP_CNOP_STREAM_READ   65536
#define NGX_HTTP_CNOP_STREAM_TURN   8      /* reads before others are served */
#define NGX_HTTP_CNOP_STREAM_SOCKET 65536  /* what the kernel may keep for it */
#define NGX_HTTP_CNOP_RETRY_MS      3000


static void ngx_http_cnop_stream_catch_up(ngx_http_cnop_stream_t *stream);
static void ngx_http_cnop_stream_tick(ngx_event_t *ev);


/* of nginx's own: the request's memory goes, and the stream with it */

static void
ngx_http_cnop_stream_cleanup(void *data)
{
    ngx_http_cnop_stream_t *stream = data;

    ngx_http_cnop_stream_leave(stream);
    ngx_http_cnop_stream_release(stream);
}


ngx_http_cnop_stream_t *
ngx_http_cnop_stream_create(ngx_http_request_t *r, ngx_http_cnop_zone_t *zone,
    uint32_t seat)
{
    ngx_pool_cleanup_t      *cln;
    ngx_http_cnop_stream_t  *stream;

    stream = ngx_pcalloc(r->pool, sizeof(ngx_http_cnop_stream_t));
    if (stream == NULL) {
        return NULL;
    }

    cln = ngx_pool_cleanup_add(r->pool, 0);
    if (cln == NULL) {
        return NULL;
    }

    cln->handler = ngx_http_cnop_stream_cleanup;
    cln->data = stream;

    stream->request = r;
    stream->zone = zone;
    stream->seat = seat;
    stream->ctx = ngx_http_cnop_get_ctx(r);

    ngx_queue_init(&stream->all);
    ngx_queue_init(&stream->by_account);
    ngx_queue_init(&stream->by_trade);
    ngx_queue_init(&stream->by_ticker);
    ngx_queue_init(&stream->call);

    stream->timer.handler = ngx_http_cnop_stream_tick;
    stream->timer.data = stream;
    stream->timer.log = r->connection->log;
    stream->timer.cancelable = 1;

    return stream;
}


static void
ngx_http_cnop_stream_write(ngx_http_request_t *r)
{
    ngx_http_cnop_stream_t  *stream;

    stream = ngx_http_cnop_get_ctx(r)->stream;

    if (stream->gone) {
        return;
    }

    if (r->connection->write->timedout) {
        r->connection->timedout = 1;
        stream->reason = NGX_HTTP_CNOP_END_SLOW;
        ngx_http_cnop_stream_finish(stream, NGX_HTTP_REQUEST_TIME_OUT);
        return;
    }

    if (!stream->busy) {
        return;
    }

    if (ngx_http_output_filter(r, NULL) == NGX_ERROR
        || ngx_http_cnop_stream_settle(stream) != NGX_OK)
    {
        ngx_http_cnop_stream_finish(stream, NGX_ERROR);
        return;
    }

    if (!stream->busy && stream->late) {
        ngx_http_cnop_stream_catch_up(stream);
    }
}


/* numbers were left out: the client has to read them elsewhere */

static ngx_int_t
ngx_http_cnop_stream_gap(ngx_http_cnop_stream_t *stream, uint64_t first)
{
    u_char  text[128], *last;

    last = ngx_sprintf(text,
                       "event: gap\ndata: {\"after\":%uL,\"first\":%uL}\n\n",
                       stream->seq, first);

    return ngx_http_cnop_stream_put(stream, text, last - text);
}


/* NGX_AGAIN: there is no room for it in the block */

static ngx_int_t
ngx_http_cnop_stream_take(ngx_http_cnop_stream_t *stream,
    const struct event_record *record)
{
    ngx_int_t  rc;

    rc = NGX_OK;

    if (record->channel == NGX_HTTP_CNOP_JUMP) {
        if (stream->seq != record->account) {
            rc = ngx_http_cnop_stream_gap(stream, record->account + 1);

            if (rc == NGX_OK) {
                stream->seq = record->account;
            }
        }

        return rc;
    }

    if (record->seq && record->seq <= stream->seq) {
        return NGX_OK;
    }

    /* what is private is somebody's, and what is somebody's is private */

    if ((record->channel & stream->channels)
        && ((record->channel & NGX_HTTP_CNOP_PUBLIC)
                ? record->account == 0
                : record->account && record->account == stream->account))
    {
        rc = ngx_http_cnop_stream_put(stream, (const u_char *) (record + 1),
                                      record->bytes - record->padding
                                      - sizeof(struct event_record));
    }

    if (rc == NGX_OK && record->seq) {
        stream->seq = record->seq;
    }

    return rc;
}


ngx_int_t
ngx_http_cnop_stream_give(ngx_http_cnop_stream_t *stream,
    const struct event_record *record)
{
    ngx_int_t  rc;

    if (stream->late) {
        return NGX_OK;
    }

    rc = stream->busy ? NGX_AGAIN : ngx_http_cnop_stream_take(stream, record);

    if (rc == NGX_AGAIN && !stream->busy) {
        if (ngx_http_cnop_stream_flush(stream) == NGX_DONE) {
            return NGX_DONE;
        }

        if (!stream->busy) {
            rc = ngx_http_cnop_stream_take(stream, record);
        }
    }

    if (rc == NGX_ERROR) {
        ngx_http_cnop_stream_finish(stream, NGX_ERROR);
        return NGX_DONE;
    }

    if (rc == NGX_AGAIN) {
        stream->late = 1;
        stream->place = record->place;
    }

    return NGX_OK;
}


/* what was read of the ring; NGX_AGAIN: the socket takes no more for now */

static ngx_int_t
ngx_http_cnop_stream_records(ngx_http_cnop_stream_t *stream, u_char *buffer,
    size_t size)
{
    u_char                     *p;
    ngx_int_t                   rc;
    const struct event_record  *record;

    for (p = buffer; p < buffer + size; p += record->bytes) {
        record = (const struct event_record *) p;
        rc = ngx_http_cnop_stream_take(stream, record);

        if (rc == NGX_AGAIN) {
            if (ngx_http_cnop_stream_flush(stream) == NGX_DONE) {
                return NGX_DONE;
            }

            if (stream->busy) {
                stream->place = record->place;
                return NGX_AGAIN;
            }

            rc = ngx_http_cnop_stream_take(stream, record);
        }

        if (rc != NGX_OK) {
            ngx_http_cnop_stream_finish(stream, NGX_ERROR);
            return NGX_DONE;
        }
    }

    return NGX_OK;
}


/* from its own place to the end of the ring, where it is on time again */

static void
ngx_http_cnop_stream_catch_up(ngx_http_cnop_stream_t *stream)
{
    size_t      used;
    ngx_uint_t  n;

    static u_char  buffer[NGX_HTTP_CNOP_STREAM_READ]
        __attribute__((aligned(EVENT_RING_ALIGN)));

    for (n = 0; n < NGX_HTTP_CNOP_STREAM_TURN; n++) {

        if (ngx_http_cnop_events_read(stream->zone, &stream->place, buffer,
                                      sizeof(buffer), &used)
            != NGX_OK)
        {
            ngx_http_cnop_stream_end(stream, NGX_HTTP_CNOP_END_SLOW);
            return;
        }

        if (used == 0) {
            stream->late = 0;
            (void) ngx_http_cnop_stream_flush(stream);
            return;
        }

        if (ngx_http_cnop_stream_records(stream, buffer, used) != NGX_OK) {
            return;
        }
    }

    /* others have their turn; the timer comes back to this one */

    if (ngx_http_cnop_stream_flush(stream) == NGX_OK && !stream->busy) {
        ngx_add_timer(&stream->timer, 1);
    }
}


static void
ngx_http_cnop_stream_rest(ngx_http_cnop_stream_t *stream)
{
    time_t      left;
    ngx_msec_t  ms;

    ms = stream->ping;

    if (stream->account) {
        left = (time_t) stream->ctx->claims.exp_s - ngx_time();
        left = ngx_max(left, 0);

        if ((ngx_msec_t) left * 1000 < ms) {
            ms = (ngx_msec_t) left * 1000 + 1;
        }
    }

    ngx_add_timer(&stream->timer, ms);
}


static void
ngx_http_cnop_stream_tick(ngx_event_t *ev)
{
    ngx_http_cnop_stream_t  *stream;

    static const u_char  ping[] = ": ping\n\n";

    stream = ev->data;

    if (stream->account
        && (time_t) stream->ctx->claims.exp_s <= ngx_time())
    {
        ngx_http_cnop_stream_end(stream, NGX_HTTP_CNOP_END_EXPIRED);
        return;
    }

    ngx_http_cnop_stream_rest(stream);

    if (stream->busy) {
        return;
    }

    if (stream->late) {
        ngx_http_cnop_stream_catch_up(stream);
        return;
    }

    if (stream->block
        || ngx_http_cnop_stream_put(stream, ping, sizeof(ping) - 1) == NGX_OK)
    {
        (void) ngx_http_cnop_stream_flush(stream);
    }
}


void
ngx_http_cnop_stream_end(ngx_http_cnop_stream_t *stream,
    ngx_http_cnop_end_e reason)
{
    u_char  text[128], *last;

    stream->reason = reason;

    /* with an id: who has seen nothing else comes back to this place */

    last = ngx_sprintf(text, "id: %uL\n", stream->seq);

    switch (reason) {

    case NGX_HTTP_CNOP_END_EXPIRED:
        last = ngx_sprintf(last,
                           "event: auth\ndata: {\"reason\":\"expired\"}\n\n");
        break;

    case NGX_HTTP_CNOP_END_REVOKED:
        last = ngx_sprintf(last,
                           "event: auth\ndata: {\"reason\":\"revoked\"}\n\n");
        break;

    default: /* it may come back: not all in the same moment */
        last = ngx_sprintf(last, "retry: %uL\nevent: bye\ndata: {}\n\n",
                           (uint64_t) ngx_random() % NGX_HTTP_CNOP_RETRY_MS);
        break;
    }

    if (stream->busy
        || ngx_http_cnop_stream_put(stream, text, last - text) != NGX_OK)
    {
        ngx_http_cnop_stream_finish(stream, NGX_ERROR);
        return;
    }

    if (ngx_http_cnop_stream_flush(stream) == NGX_OK) {
        stream->request->keepalive = 0;
        ngx_http_cnop_stream_finish(
            stream, ngx_http_send_special(stream->request, NGX_HTTP_LAST));
    }
}


static ngx_int_t
ngx_http_cnop_stream_headers(ngx_http_request_t *r)
{
    int  size;

    ngx_str_set(&r->headers_out.content_type, "text/event-stream");
    r->headers_out.content_type_len = r->headers_out.content_type.len;
    r->headers_out.content_type_lowcase = NULL;
    r->headers_out.status = NGX_HTTP_OK;
    r->headers_out.content_length_n = -1;

    if (ngx_http_cnop_add_literal(r, "Cache-Control", "no-store") != NGX_OK
        || ngx_http_cnop_add_literal(r, "X-Accel-Buffering", "no") != NGX_OK)
    {
        return NGX_ERROR;
    }

    /* a client that does not read costs this much of the kernel's memory */

    size = NGX_HTTP_CNOP_STREAM_SOCKET;

#if (NGX_HTTP_V2)
    if (r->stream) {
        return ngx_http_send_header(r);
    }
#endif

    (void) setsockopt(r->connection->fd, SOL_SOCKET, SO_SNDBUF, &size,
                      sizeof(int));

    return ngx_http_send_header(r);
}


static ngx_int_t
ngx_http_cnop_stream_first(ngx_http_cnop_stream_t *stream, ngx_uint_t resume,
    uint64_t first)
{
    u_char     text[128], *last;
    ngx_int_t  rc;

    if (!resume) {
        last = ngx_sprintf(text,
                           "id: %uL\nevent: hello\ndata: {\"seq\":%uL}\n\n",
                           stream->seq, stream->seq);
        return ngx_http_cnop_stream_put(stream, text, last - text);
    }

    if (first == 0) {
        return NGX_OK;
    }

    rc = ngx_http_cnop_stream_gap(stream, first);
    stream->seq = first - 1;

    return rc;
}


ngx_int_t
ngx_http_cnop_stream_begin(ngx_http_cnop_stream_t *stream, ngx_uint_t resume,
    uint64_t first)
{
    ngx_int_t            rc;
    ngx_http_request_t  *r;

    r = stream->request;
    rc = ngx_http_cnop_stream_headers(r);

    if (rc == NGX_ERROR || rc > NGX_OK || r->header_only) {
        return rc;
    }

    stream->ctx->stream = stream;
    (void) clock_gettime(CLOCK_MONOTONIC, &stream->ctx->answered);

    if (ngx_http_cnop_stream_first(stream, resume, first) != NGX_OK) {
        return NGX_ERROR;
    }

    r->read_event_handler = ngx_http_test_reading;
    r->write_event_handler = ngx_http_cnop_stream_write;
    r->main->count++;

    /* not from here: who called still holds the request */

    ngx_post_event(&stream->timer, &ngx_posted_events);

    /* a client may have left already, and its leaving is said only once */

    if (r->stream == NULL) {
        ngx_post_event(r->connection->read, &ngx_posted_events);
    }

    return NGX_DONE;
}
