/* SPDX-License-Identifier: MIT */
/* What the gateway says about itself. */

#ifndef _NGX_HTTP_CNOP_INFO_H_INCLUDED_
#define _NGX_HTTP_CNOP_INFO_H_INCLUDED_


#include "ngx_http_cnop_conf.h"


char *ngx_http_cnop_set_info(ngx_conf_t *cf, ngx_command_t *cmd, void *conf);


#endif /* _NGX_HTTP_CNOP_INFO_H_INCLUDED_ */
