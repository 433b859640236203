/* SPDX-License-Identifier: MIT */
/* The streams of this worker, and who of them is given what. */

#ifndef _NGX_HTTP_CNOP_HUB_H_INCLUDED_
#define _NGX_HTTP_CNOP_HUB_H_INCLUDED_


#include "ngx_http_cnop_stream.h"


ngx_int_t ngx_http_cnop_hub_init_process(ngx_cycle_t *cycle,
    ngx_http_cnop_main_conf_t *cmcf);

/* the newest event that streams of this worker have been given */

uint64_t ngx_http_cnop_hub_seq(void);

void ngx_http_cnop_hub_add(ngx_http_cnop_stream_t *stream);


#endif /* _NGX_HTTP_CNOP_HUB_H_INCLUDED_ */
