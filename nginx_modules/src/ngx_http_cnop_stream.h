/* SPDX-License-Identifier: MIT */
/* One stream: a request that is answered for as long as it lasts. */

#ifndef _NGX_HTTP_CNOP_STREAM_H_INCLUDED_
#define _NGX_HTTP_CNOP_STREAM_H_INCLUDED_


#include "ngx_http_cnop_stream_out.h"


/* a stream of this request, in no list yet; it gives back the seat it has */

ngx_http_cnop_stream_t *ngx_http_cnop_stream_create(ngx_http_request_t *r,
    ngx_http_cnop_zone_t *zone, uint32_t seat);

/*
 * begins: headers, and what comes first.  "first" is not 0: numbers before it
 * are gone.  Returns what a content handler does
 */

ngx_int_t ngx_http_cnop_stream_begin(ngx_http_cnop_stream_t *stream,
    ngx_uint_t resume, uint64_t first);

/* a record; what it asked for is in its block.  NGX_DONE: the stream is gone */

ngx_int_t ngx_http_cnop_stream_give(ngx_http_cnop_stream_t *stream,
    const struct event_record *record);

/* says why, and ends; the stream is gone afterwards */

void ngx_http_cnop_stream_end(ngx_http_cnop_stream_t *stream,
    ngx_http_cnop_end_e reason);


#endif /* _NGX_HTTP_CNOP_STREAM_H_INCLUDED_ */
