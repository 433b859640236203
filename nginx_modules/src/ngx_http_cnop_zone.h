/* SPDX-License-Identifier: MIT */
/* Shared zones: creation, adoption over a reload, keyed hash, clock. */

#ifndef _NGX_HTTP_CNOP_ZONE_H_INCLUDED_
#define _NGX_HTTP_CNOP_ZONE_H_INCLUDED_


#include "ngx_http_cnop_conf.h"


typedef struct ngx_http_cnop_zone_s  ngx_http_cnop_zone_t;

/* lays out a fresh zone, and finds its slots for this configuration */

typedef ngx_int_t (*ngx_http_cnop_zone_init_pt)(ngx_http_cnop_zone_t *zone,
    ngx_uint_t fresh);


typedef struct {
    uint32_t                     magic;
    uint32_t                     layout;
    uint32_t                     kind;
    uint32_t                     reserved;
    uint64_t                     bytes;
    uint64_t                     seed[2];      /* for the hash of this zone */
} ngx_http_cnop_zone_head_t;


struct ngx_http_cnop_zone_s {
    ngx_http_cnop_zone_kind_e    kind;
    ngx_http_cnop_zone_init_pt   init;
    ngx_http_cnop_main_conf_t   *main_conf;
    ngx_slab_pool_t             *shpool;
    ngx_http_cnop_zone_head_t   *head;
};


ngx_int_t ngx_http_cnop_zone_add(ngx_conf_t *cf,
    ngx_http_cnop_zone_t *zone, ngx_str_t *name, size_t size);
ngx_http_cnop_zone_t *ngx_http_cnop_zone_get(ngx_http_cnop_main_conf_t *cmcf,
    ngx_uint_t kind);
uint64_t ngx_http_cnop_zone_hash(ngx_http_cnop_zone_t *zone, const void *key,
    size_t len);

/*
 * Milliseconds that never go back and mean the same in every worker.  What
 * they are compared with lies in a zone: read them under its lock.
 */

uint64_t ngx_http_cnop_now_ms(void);

/*
 * IPv4 as a mapped IPv6 address, IPv6 cut to its /64: the smallest network one
 * customer has.  Clients of a unix socket share one key.
 */

void ngx_http_cnop_sockaddr_key(struct sockaddr *sa, u_char key[16]);
void ngx_http_cnop_address_key(ngx_http_request_t *r, u_char key[16]);


#endif /* _NGX_HTTP_CNOP_ZONE_H_INCLUDED_ */
