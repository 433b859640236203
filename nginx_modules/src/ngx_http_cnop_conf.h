/* SPDX-License-Identifier: MIT */
/*
 * The configuration as requests see it: plain data, immutable after merge.
 * Every part may include this; it includes no part.
 */

#ifndef _NGX_HTTP_CNOP_CONF_H_INCLUDED_
#define _NGX_HTTP_CNOP_CONF_H_INCLUDED_


#include <ngx_config.h>
#include <ngx_core.h>
#include <ngx_http.h>

#include "nginx_modules/policy/breaker.h"
#include "nginx_modules/policy/guard.h"
#include "nginx_modules/policy/limit.h"
#include "nginx_modules/policy/seats.h"
#include "shared/base/str.h"


#define NGX_HTTP_CNOP_LABEL_MAX        63
#define NGX_HTTP_CNOP_NAME_MAX         31
#define NGX_HTTP_CNOP_ROUTES_MAX       96
#define NGX_HTTP_CNOP_SERVICES_MAX     16
#define NGX_HTTP_CNOP_POLICIES_MAX     16
#define NGX_HTTP_CNOP_SECRETS_MAX      8

#define NGX_HTTP_CNOP_NONE             ((ngx_uint_t) -2)

#define NGX_HTTP_CNOP_REVOKE_OFF       0
#define NGX_HTTP_CNOP_REVOKE_OPEN      1
#define NGX_HTTP_CNOP_REVOKE_CLOSED    2

#define NGX_HTTP_CNOP_KEY_IP           1
#define NGX_HTTP_CNOP_KEY_USER         2

#define NGX_HTTP_CNOP_JWT_OFF          0
#define NGX_HTTP_CNOP_JWT_OPTIONAL     1  /* a bad token: anonymous */
#define NGX_HTTP_CNOP_JWT_STRICT       2  /* a bad token: refused */
#define NGX_HTTP_CNOP_JWT_REQUIRED     3

#define NGX_HTTP_CNOP_CSRF_TOKEN       1  /* when the token came in a cookie */
#define NGX_HTTP_CNOP_CSRF_ANY         2  /* any cookie, and no bearer token */

#define NGX_HTTP_CNOP_SECURITY_OFF     0
#define NGX_HTTP_CNOP_SECURITY_API     1
#define NGX_HTTP_CNOP_SECURITY_HTML    2


/* shared zones, one of each kind */

typedef enum {
    NGX_HTTP_CNOP_ZONE_LIMIT = 0,
    NGX_HTTP_CNOP_ZONE_GUARD,
    NGX_HTTP_CNOP_ZONE_REVOKE,
    NGX_HTTP_CNOP_ZONE_BREAKER,
    NGX_HTTP_CNOP_ZONE_METRICS,
    NGX_HTTP_CNOP_ZONE_EVENTS,
    NGX_HTTP_CNOP_ZONES
} ngx_http_cnop_zone_kind_e;


typedef struct {
    ngx_str_t                   name;
    struct breaker_rule         rule;
    ngx_uint_t                  neutral;       /* a status that is no result */
    ngx_flag_t                  breaker;
    ngx_uint_t                  breaker_slot;  /* in its zone */
    ngx_uint_t                  metrics_slot;
} ngx_http_cnop_service_t;


typedef struct {
    ngx_str_t                   label;
    ngx_uint_t                  metrics_slot;
} ngx_http_cnop_route_t;


typedef struct {
    ngx_str_t                   name;
    struct limit_rule           rule;
    ngx_uint_t                  key;
    ngx_uint_t                  metrics_slot;
} ngx_http_cnop_policy_t;


typedef struct {
    ngx_str_t                   kid;
    ngx_str_t                   file;
} ngx_http_cnop_secret_t;


typedef struct {
    ngx_str_t                   jwks;
    ngx_array_t                 secrets;       /* ngx_http_cnop_secret_t */
    ngx_msec_t                  check;
    ngx_str_t                   issuer;
    ngx_str_t                   audience;
    time_t                      leeway;
    time_t                      max_ttl;
} ngx_http_cnop_keys_conf_t;


typedef struct {
    ngx_shm_zone_t             *zones[NGX_HTTP_CNOP_ZONES];
    ngx_http_cnop_keys_conf_t   keys;
    ngx_uint_t                  revoke;
    ngx_array_t                 routes;        /* ngx_http_cnop_route_t */
    ngx_array_t                 services;      /* ngx_http_cnop_service_t */
    ngx_array_t                 policies;      /* ngx_http_cnop_policy_t */
    ngx_open_file_t            *audit;
    ngx_uint_t                  connections;   /* of an address in a worker */
    ngx_uint_t                  socket_mode;   /* 0 = nginx's own */
    ngx_flag_t                  uses_jwt;
    ngx_flag_t                  uses_limit;
    ngx_flag_t                  uses_guard;
    ngx_flag_t                  uses_breaker;
    ngx_flag_t                  uses_stream;
} ngx_http_cnop_main_conf_t;


typedef struct {
    ngx_uint_t                  policy;        /* index */
    ngx_flag_t                  dry_run;
} ngx_http_cnop_limit_t;


typedef struct {
    struct guard_rule           rule;
    ngx_uint_t                  status;
    ngx_uint_t                  soft_status;
    ngx_flag_t                  dry_run;
} ngx_http_cnop_guard_t;


typedef struct {
    ngx_array_t                 origins;       /* ngx_str_t; empty = any */
    ngx_flag_t                  credentials;
    ngx_str_t                   max_age;
} ngx_http_cnop_cors_t;


typedef struct {
    struct seat_limits          limits;
    uint64_t                    ping;          /* milliseconds */
} ngx_http_cnop_stream_conf_t;


typedef struct {
    ngx_flag_t                  enable;
    ngx_uint_t                  jwt;
    ngx_array_t                *cookies;       /* ngx_str_t */
    ngx_uint_t                  csrf;
    ngx_uint_t                  roles;         /* enum cnop_role, bits */
    ngx_array_t                *limits;        /* ngx_http_cnop_limit_t */
    ngx_http_cnop_guard_t      *guard;
    ngx_uint_t                  service;       /* index */
    ngx_uint_t                  write_service; /* all but GET and HEAD */
    ngx_http_cnop_cors_t       *cors;
    ngx_uint_t                  security;
    ngx_uint_t                  methods;       /* bit set; 0 = any */
    ngx_str_t                   allow;
    ngx_uint_t                  route;         /* index */
    ngx_uint_t                  problem;       /* 1 = of the error */
    ngx_msec_t                  body_deadline; /* 0 = none */
    ngx_flag_t                  control_write;
    ngx_http_cnop_stream_conf_t *stream;
    ngx_str_t                   info;          /* a body, complete */
    ngx_flag_t                  info_ready;
} ngx_http_cnop_loc_conf_t;


extern ngx_module_t  ngx_http_cnop_module;


void *ngx_http_cnop_create_main_conf(ngx_conf_t *cf);
char *ngx_http_cnop_init_main_conf(ngx_conf_t *cf, void *conf);
void *ngx_http_cnop_create_loc_conf(ngx_conf_t *cf);
char *ngx_http_cnop_merge_loc_conf(ngx_conf_t *cf, void *parent,
    void *child);


static ngx_inline struct cnop_str
ngx_http_cnop_str(ngx_str_t *s)
{
    return cnop_str_make((const char *) s->data, s->len);
}


#endif /* _NGX_HTTP_CNOP_CONF_H_INCLUDED_ */
