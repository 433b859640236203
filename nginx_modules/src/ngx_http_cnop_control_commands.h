/* SPDX-License-Identifier: MIT */
/* What can be asked and told over the control socket. */

#ifndef _NGX_HTTP_CNOP_CONTROL_COMMANDS_H_INCLUDED_
#define _NGX_HTTP_CNOP_CONTROL_COMMANDS_H_INCLUDED_


#include "ngx_http_cnop_zone.h"


/* a body on its way: each line takes effect as it is read */

typedef struct {
    ngx_http_cnop_zone_t       *zone;
    ngx_http_cnop_main_conf_t  *cmcf;
    ngx_http_request_t         *request;
    ngx_uint_t                  lines;
    ngx_uint_t                  snapshot;
    uint64_t                    from;
    uint64_t                    to;
    ngx_uint_t                  full;
} ngx_http_cnop_feed_t;


/* NGX_DECLINED for a line that is not understood */

typedef ngx_int_t (*ngx_http_cnop_line_pt)(ngx_http_cnop_feed_t *feed,
    struct cnop_str line);


ngx_int_t ngx_http_cnop_revocations_get(ngx_http_request_t *r,
    ngx_http_cnop_zone_t *zone);
ngx_int_t ngx_http_cnop_revocations_line(ngx_http_cnop_feed_t *feed,
    struct cnop_str line);
ngx_int_t ngx_http_cnop_revocations_done(ngx_http_request_t *r,
    ngx_http_cnop_feed_t *feed);
ngx_int_t ngx_http_cnop_events_get(ngx_http_request_t *r,
    ngx_http_cnop_zone_t *zone);
ngx_int_t ngx_http_cnop_events_line(ngx_http_cnop_feed_t *feed,
    struct cnop_str line);
ngx_int_t ngx_http_cnop_events_done(ngx_http_request_t *r,
    ngx_http_cnop_feed_t *feed);
ngx_int_t ngx_http_cnop_guard_get(ngx_http_request_t *r,
    ngx_http_cnop_zone_t *zone);
ngx_int_t ngx_http_cnop_guard_line(ngx_http_cnop_feed_t *feed,
    struct cnop_str line);
ngx_int_t ngx_http_cnop_breakers_get(ngx_http_request_t *r,
    ngx_http_cnop_zone_t *zone);
ngx_int_t ngx_http_cnop_breakers_line(ngx_http_cnop_feed_t *feed,
    struct cnop_str line);


#endif /* _NGX_HTTP_CNOP_CONTROL_COMMANDS_H_INCLUDED_ */
