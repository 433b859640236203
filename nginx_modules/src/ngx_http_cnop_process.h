/* SPDX-License-Identifier: MIT */
/* Beginnings: of a configuration in the master, and of a worker. */

#ifndef _NGX_HTTP_CNOP_PROCESS_H_INCLUDED_
#define _NGX_HTTP_CNOP_PROCESS_H_INCLUDED_


#include "ngx_http_cnop_conf.h"


ngx_int_t ngx_http_cnop_init_module(ngx_cycle_t *cycle);
ngx_int_t ngx_http_cnop_init_process(ngx_cycle_t *cycle);


#endif /* _NGX_HTTP_CNOP_PROCESS_H_INCLUDED_ */
