/* SPDX-License-Identifier: MIT */
/* Who may listen to what: the requests that become streams. */

#ifndef _NGX_HTTP_CNOP_SUBSCRIBE_H_INCLUDED_
#define _NGX_HTTP_CNOP_SUBSCRIBE_H_INCLUDED_


#include "ngx_http_cnop_conf.h"


char *ngx_http_cnop_set_stream(ngx_conf_t *cf, ngx_command_t *cmd,
    void *conf);


#endif /* _NGX_HTTP_CNOP_SUBSCRIBE_H_INCLUDED_ */
