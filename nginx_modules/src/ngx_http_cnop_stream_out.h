/* SPDX-License-Identifier: MIT */
/*
 * What a stream is, and its way out.  It has a block of memory only while
 * something is on its way to the client.
 */

#ifndef _NGX_HTTP_CNOP_STREAM_OUT_H_INCLUDED_
#define _NGX_HTTP_CNOP_STREAM_OUT_H_INCLUDED_


#include "ngx_http_cnop_ctx.h"
#include "ngx_http_cnop_events.h"


typedef struct ngx_http_cnop_block_s  ngx_http_cnop_block_t;


typedef struct {
    ngx_http_request_t         *request;
    ngx_http_cnop_zone_t       *zone;
    ngx_http_cnop_ctx_t        *ctx;
    uint64_t                    account;       /* 0: nobody's */
    uint64_t                    seq;           /* it has all up to this one */
    uint64_t                    place;         /* next in the ring, if late */
    ngx_uint_t                  channels;
    uint32_t                    seat;
    ngx_msec_t                  ping;
    ngx_msec_t                  send_timeout;
    ngx_http_cnop_end_e         reason;

    ngx_http_cnop_block_t      *block;
    ngx_buf_t                   buf;
    ngx_chain_t                 out;
    ngx_event_t                 timer;

    ngx_queue_t                 all;           /* the hub's lists */
    ngx_queue_t                 by_account;
    ngx_queue_t                 by_trade;
    ngx_queue_t                 by_ticker;
    ngx_queue_t                 call;

    unsigned                    late:1;        /* it reads the ring itself */
    unsigned                    busy:1;        /* the block waits to be sent */
    unsigned                    gone:1;        /* its request is ending */
    unsigned                    called:1;      /* in the hub's list of such */
} ngx_http_cnop_stream_t;


/* into the block; NGX_AGAIN: it has no room for all of this */

ngx_int_t ngx_http_cnop_stream_put(ngx_http_cnop_stream_t *stream,
    const u_char *text, size_t len);

/* sends what is in the block.  NGX_DONE: the stream is gone */

ngx_int_t ngx_http_cnop_stream_flush(ngx_http_cnop_stream_t *stream);

/* after something was sent: is the block free, or is it waited for? */

ngx_int_t ngx_http_cnop_stream_settle(ngx_http_cnop_stream_t *stream);

/*
 * ends the request; from an event, never from a handler of the request.  The
 * stream is in no list then, and is not written to any more
 */

void ngx_http_cnop_stream_finish(ngx_http_cnop_stream_t *stream,
    ngx_int_t rc);

/* out of all lists, and off its seat; may be called again */

void ngx_http_cnop_stream_leave(ngx_http_cnop_stream_t *stream);

void ngx_http_cnop_stream_release(ngx_http_cnop_stream_t *stream);


#endif /* _NGX_HTTP_CNOP_STREAM_OUT_H_INCLUDED_ */
