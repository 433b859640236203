/* SPDX-License-Identifier: MIT */
/* Where the module takes part in a request: the order of everything. */

#ifndef _NGX_HTTP_CNOP_PHASES_H_INCLUDED_
#define _NGX_HTTP_CNOP_PHASES_H_INCLUDED_


#include "ngx_http_cnop_conf.h"


ngx_int_t ngx_http_cnop_phases_init(ngx_conf_t *cf);
ngx_int_t ngx_http_cnop_filter_init(ngx_conf_t *cf);


#endif /* _NGX_HTTP_CNOP_PHASES_H_INCLUDED_ */
