/* SPDX-License-Identifier: MIT */
/* The metrics page in Prometheus' text format. */

#ifndef _NGX_HTTP_CNOP_METRICS_PAGE_H_INCLUDED_
#define _NGX_HTTP_CNOP_METRICS_PAGE_H_INCLUDED_


#include "ngx_http_cnop_conf.h"


char *ngx_http_cnop_set_metrics(ngx_conf_t *cf, ngx_command_t *cmd,
    void *conf);


#endif /* _NGX_HTTP_CNOP_METRICS_PAGE_H_INCLUDED_ */
