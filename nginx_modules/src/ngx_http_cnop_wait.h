/* SPDX-License-Identifier: MIT */
/* A request that goes through the phases again after a while. */

#ifndef _NGX_HTTP_CNOP_WAIT_H_INCLUDED_
#define _NGX_HTTP_CNOP_WAIT_H_INCLUDED_


#include "ngx_http_cnop_conf.h"


/*
 * from a phase handler, whose result it is; ends with the client's connection
 */

ngx_int_t ngx_http_cnop_wait(ngx_http_request_t *r, ngx_msec_t ms);


#endif /* _NGX_HTTP_CNOP_WAIT_H_INCLUDED_ */
