/* SPDX-License-Identifier: MIT */
/* Verification keys, kept fresh without a reload, and remembered verdicts. */

#ifndef _NGX_HTTP_CNOP_KEYS_H_INCLUDED_
#define _NGX_HTTP_CNOP_KEYS_H_INCLUDED_


#include "ngx_http_cnop_conf.h"
#include "shared/token/token.h"


/* while the configuration is read: all files, or a message and NGX_ERROR */

ngx_int_t ngx_http_cnop_keys_test(ngx_conf_t *cf,
    ngx_http_cnop_main_conf_t *cmcf);

/* the configuration was accepted: workers inherit what was read */

void ngx_http_cnop_keys_adopt(void);

ngx_int_t ngx_http_cnop_keys_init_process(ngx_cycle_t *cycle,
    ngx_http_cnop_main_conf_t *cmcf);

enum cnop_token_verdict ngx_http_cnop_keys_verify(
    ngx_http_cnop_main_conf_t *cmcf, ngx_str_t *token,
    struct cnop_token_claims *claims);

/* keys in use; broken is how long the files have not loaded, 0 when they do */

void ngx_http_cnop_keys_state(uint64_t *keys, time_t *broken);


#endif /* _NGX_HTTP_CNOP_KEYS_H_INCLUDED_ */
