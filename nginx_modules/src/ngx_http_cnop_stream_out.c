/* SPDX-License-Identifier: MIT */
/*
 * The way out of a stream: what it is to send is collected in a block of the
 * worker's.  A socket that takes all of it gives the block back at once.
 */

#include "ngx_http_cnop_stream_out.h"


#define NGX_HTTP_CNOP_BLOCK  16384


struct ngx_http_cnop_block_s {
    ngx_http_cnop_block_t  *next;
    u_char                  data[NGX_HTTP_CNOP_BLOCK
                                 - sizeof(ngx_http_cnop_block_t *)];
};


/* of this process */

static ngx_http_cnop_block_t  *ngx_http_cnop_free_blocks;


void
ngx_http_cnop_stream_release(ngx_http_cnop_stream_t *stream)
{
    if (stream->block) {
        stream->block->next = ngx_http_cnop_free_blocks;
        ngx_http_cnop_free_blocks = stream->block;
        stream->block = NULL;
    }
}


static ngx_int_t
ngx_http_cnop_stream_block(ngx_http_cnop_stream_t *stream)
{
    if (stream->block) {
        return NGX_OK;
    }

    stream->block = ngx_http_cnop_free_blocks;

    if (stream->block) {
        ngx_http_cnop_free_blocks = stream->block->next;

    } else {
        stream->block = ngx_alloc(sizeof(ngx_http_cnop_block_t),
                                  stream->request->connection->log);
        if (stream->block == NULL) {
            return NGX_ERROR;
        }
    }

    ngx_memzero(&stream->buf, sizeof(ngx_buf_t));
    stream->buf.start = stream->block->data;
    stream->buf.end = stream->block->data + sizeof(stream->block->data);
    stream->buf.pos = stream->buf.start;
    stream->buf.last = stream->buf.start;
    stream->buf.memory = 1;
    stream->buf.flush = 1;

    return NGX_OK;
}


/* the request may stay for a while, to linger or to send what is left */

static void
ngx_http_cnop_stream_detach(ngx_http_cnop_stream_t *stream)
{
    ngx_uint_t    i;

    ngx_queue_t  *links[] = {
        &stream->all, &stream->by_account, &stream->by_trade,
        &stream->by_ticker, &stream->call
    };

    for (i = 0; i < sizeof(links) / sizeof(links[0]); i++) {
        ngx_queue_remove(links[i]);
        ngx_queue_init(links[i]);
    }

    if (stream->timer.timer_set) {
        ngx_del_timer(&stream->timer);
    }

    if (stream->timer.posted) {
        ngx_delete_posted_event(&stream->timer);
    }
}


void
ngx_http_cnop_stream_leave(ngx_http_cnop_stream_t *stream)
{
    ngx_http_cnop_stream_detach(stream);

    if (!stream->gone) {
        stream->gone = 1;
        ngx_http_cnop_seat_leave(stream->zone, stream->seat, stream->reason);
    }
}


void
ngx_http_cnop_stream_finish(ngx_http_cnop_stream_t *stream, ngx_int_t rc)
{
    ngx_connection_t  *c;

    c = stream->request->connection;

    ngx_http_cnop_stream_leave(stream);
    ngx_http_finalize_request(stream->request, rc);
    ngx_http_run_posted_requests(c);
}


ngx_int_t
ngx_http_cnop_stream_put(ngx_http_cnop_stream_t *stream, const u_char *text,
    size_t len)
{
    if (ngx_http_cnop_stream_block(stream) != NGX_OK) {
        return NGX_ERROR;
    }

    if (len > (size_t) (stream->buf.end - stream->buf.last)) {
        return NGX_AGAIN;
    }

    stream->buf.last = ngx_cpymem(stream->buf.last, text, len);

    return NGX_OK;
}


ngx_int_t
ngx_http_cnop_stream_settle(ngx_http_cnop_stream_t *stream)
{
    ngx_event_t       *wev;
    ngx_connection_t  *c;

    c = stream->request->connection;
    wev = c->write;

    if (ngx_buf_size(&stream->buf) == 0 && !c->buffered
        && !stream->request->buffered)
    {
        if (wev->timer_set) {
            ngx_del_timer(wev);
        }

        stream->busy = 0;
        ngx_http_cnop_stream_release(stream);

        return NGX_OK;
    }

    stream->busy = 1;

    if (!wev->timer_set) {
        ngx_add_timer(wev, stream->send_timeout);
    }

    return ngx_handle_write_event(wev, 0);
}


ngx_int_t
ngx_http_cnop_stream_flush(ngx_http_cnop_stream_t *stream)
{
    if (stream->block == NULL || stream->busy
        || stream->buf.last == stream->buf.pos)
    {
        return NGX_OK;
    }

    stream->out.buf = &stream->buf;
    stream->out.next = NULL;

    if (ngx_http_output_filter(stream->request, &stream->out) == NGX_ERROR
        || ngx_http_cnop_stream_settle(stream) != NGX_OK)
    {
        ngx_http_cnop_stream_finish(stream, NGX_ERROR);
        return NGX_DONE;
    }

    return NGX_OK;
}
