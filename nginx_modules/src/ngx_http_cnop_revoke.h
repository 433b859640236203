/* SPDX-License-Identifier: MIT */
/* The denylist of ended sessions: glue between zone and policy/revoke. */

#ifndef _NGX_HTTP_CNOP_REVOKE_H_INCLUDED_
#define _NGX_HTTP_CNOP_REVOKE_H_INCLUDED_


#include "ngx_http_cnop_zone.h"
#include "nginx_modules/policy/revoke.h"
#include "shared/token/token.h"


typedef enum {
    NGX_HTTP_CNOP_NOT_REVOKED = 0,
    NGX_HTTP_CNOP_REVOKED,
    NGX_HTTP_CNOP_NOT_SYNCED
} ngx_http_cnop_revocation_e;


typedef struct {
    char                        boot_id[33];
    uint64_t                    last_seq;
    uint64_t                    records;
    uint64_t                    capacity;
    uint64_t                    refused;       /* records that found no room */
    ngx_uint_t                  synced;
} ngx_http_cnop_revoke_state_t;


ngx_int_t ngx_http_cnop_revoke_zone(ngx_http_cnop_zone_t *zone,
    ngx_uint_t fresh);
ngx_http_cnop_revocation_e ngx_http_cnop_revoke_check(
    ngx_http_cnop_main_conf_t *cmcf, const struct cnop_token_claims *claims);

/* complete, as far as this configuration asks for it */

ngx_uint_t ngx_http_cnop_revoke_ready(ngx_http_cnop_main_conf_t *cmcf);

/* counts the records: for pages, not for requests */

void ngx_http_cnop_revoke_state(ngx_http_cnop_zone_t *zone,
    ngx_http_cnop_revoke_state_t *state);

/* NGX_DECLINED when there is no room */

ngx_int_t ngx_http_cnop_revoke_add(ngx_http_cnop_zone_t *zone,
    const struct revoke_record *record);

/* NGX_DECLINED when the sender knows of records that never came here */

ngx_int_t ngx_http_cnop_revoke_advance(ngx_http_cnop_zone_t *zone,
    uint64_t from, uint64_t to, ngx_uint_t snapshot);


#endif /* _NGX_HTTP_CNOP_REVOKE_H_INCLUDED_ */
