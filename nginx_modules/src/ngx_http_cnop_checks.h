/* SPDX-License-Identifier: MIT */
/* The checks of PREACCESS, in their order. */

#ifndef _NGX_HTTP_CNOP_CHECKS_H_INCLUDED_
#define _NGX_HTTP_CNOP_CHECKS_H_INCLUDED_


#include "ngx_http_cnop_ctx.h"


/* NGX_DECLINED: nothing refuses the request; anything else is its end */

ngx_int_t ngx_http_cnop_checks(ngx_http_request_t *r, ngx_http_cnop_ctx_t *ctx,
    ngx_http_cnop_loc_conf_t *clcf);


#endif /* _NGX_HTTP_CNOP_CHECKS_H_INCLUDED_ */
