/* SPDX-License-Identifier: MIT */
/*
 * What nginx looks for in a dynamic module: its modules, their names, and where
 * the filter goes. nginx's own build generates this file; ours writes it down.
 */

#include <ngx_config.h>
#include <ngx_core.h>


extern ngx_module_t   ngx_http_cnop_module;
extern ngx_module_t   ngx_http_cnop_filter_module;

extern ngx_module_t  *ngx_modules[];
extern char          *ngx_module_names[];
extern char          *ngx_module_order[];


ngx_module_t *ngx_modules[] = {
    &ngx_http_cnop_module,
    &ngx_http_cnop_filter_module,
    NULL
};


char *ngx_module_names[] = {
    "ngx_http_cnop_module",
    "ngx_http_cnop_filter_module",
    NULL
};


/*
 * our header filter comes to see a response after "add_header" has added to it
 */

char *ngx_module_order[] = {
    "ngx_http_cnop_filter_module",
    "ngx_http_headers_filter_module",
    NULL
};
