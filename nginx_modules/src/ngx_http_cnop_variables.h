/* SPDX-License-Identifier: MIT */
/* The $cnop_* variables. */

#ifndef _NGX_HTTP_CNOP_VARIABLES_H_INCLUDED_
#define _NGX_HTTP_CNOP_VARIABLES_H_INCLUDED_


#include "ngx_http_cnop_conf.h"


ngx_int_t ngx_http_cnop_add_variables(ngx_conf_t *cf);


#endif /* _NGX_HTTP_CNOP_VARIABLES_H_INCLUDED_ */
