/* SPDX-License-Identifier: MIT */
/* The share of a worker's connections that one address may have. */

#ifndef _NGX_HTTP_CNOP_SHARE_H_INCLUDED_
#define _NGX_HTTP_CNOP_SHARE_H_INCLUDED_


#include "ngx_http_cnop_conf.h"


ngx_int_t ngx_http_cnop_share_init_process(ngx_cycle_t *cycle,
    ngx_http_cnop_main_conf_t *cmcf);


#endif /* _NGX_HTTP_CNOP_SHARE_H_INCLUDED_ */
