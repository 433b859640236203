/* SPDX-License-Identifier: MIT */
/*
 * The module's shared declarations: configuration, per-request context and the calls between its
 * parts.  Configuration is immutable after merge; what changes lives in the request context or in
 * shared zones, and no pointer to process memory ever enters a zone.
 */

#ifndef _NGX_HTTP_CNOP_MODULE_H_INCLUDED_
#define _NGX_HTTP_CNOP_MODULE_H_INCLUDED_


#include <ngx_config.h>
#include <ngx_core.h>
#include <ngx_http.h>

#include "shared/base/buf.h"
#include "shared/base/err.h"
#include "shared/base/escape.h"
#include "shared/token/token.h"


#define NGX_HTTP_CNOP_ID_MIN           8
#define NGX_HTTP_CNOP_ID_MAX           64
#define NGX_HTTP_CNOP_LABEL_MAX        63
#define NGX_HTTP_CNOP_ROUTES_MAX       96
#define NGX_HTTP_CNOP_SERVICES_MAX     16
#define NGX_HTTP_CNOP_POLICIES_MAX     16
#define NGX_HTTP_CNOP_SECRETS_MAX      8


/* shared zones, one of each kind */

typedef enum {
    NGX_HTTP_CNOP_ZONE_LIMIT = 0,
    NGX_HTTP_CNOP_ZONE_GUARD,
    NGX_HTTP_CNOP_ZONE_REVOKE,
    NGX_HTTP_CNOP_ZONE_BREAKER,
    NGX_HTTP_CNOP_ZONE_METRICS,
    NGX_HTTP_CNOP_ZONES
} ngx_http_cnop_zone_kind_e;


typedef struct ngx_http_cnop_main_conf_s  ngx_http_cnop_main_conf_t;


typedef struct {
    uint32_t                    magic;
    uint32_t                    layout;
    uint32_t                    kind;
    uint32_t                    reserved;
    uint64_t                    bytes;
    uint64_t                    seed[2];       /* for the hash of this zone */
} ngx_http_cnop_zone_head_t;


typedef struct {
    ngx_http_cnop_zone_kind_e   kind;
    ngx_http_cnop_main_conf_t  *main_conf;
    ngx_slab_pool_t            *shpool;
    ngx_http_cnop_zone_head_t  *head;
} ngx_http_cnop_zone_t;


typedef struct {
    ngx_str_t                   name;
    ngx_uint_t                  failures;      /* consecutive, or in the window */
    ngx_uint_t                  ratio;         /* percent of the window */
    ngx_uint_t                  successes;     /* to close again, and probes at once */
    ngx_msec_t                  window;
    ngx_msec_t                  open;
    ngx_uint_t                  neutral;       /* a worker's status that is no result, or 0 */
    ngx_flag_t                  breaker;
    ngx_uint_t                  breaker_slot;  /* in the zones, found at start */
    ngx_uint_t                  metrics_slot;
} ngx_http_cnop_service_t;


typedef struct {
    ngx_str_t                   label;
    ngx_uint_t                  metrics_slot;
} ngx_http_cnop_route_t;


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


#define NGX_HTTP_CNOP_REVOKE_OFF       0
#define NGX_HTTP_CNOP_REVOKE_OPEN      1
#define NGX_HTTP_CNOP_REVOKE_CLOSED    2

struct ngx_http_cnop_main_conf_s {
    ngx_shm_zone_t             *zones[NGX_HTTP_CNOP_ZONES];
    ngx_http_cnop_keys_conf_t   keys;
    ngx_uint_t                  revoke;
    ngx_array_t                 routes;        /* ngx_http_cnop_route_t */
    ngx_array_t                 services;      /* ngx_http_cnop_service_t */
    ngx_array_t                 policies;      /* ngx_str_t, names of limits */
    ngx_uint_t                  policy_slots[NGX_HTTP_CNOP_POLICIES_MAX];
    ngx_open_file_t            *audit;
    ngx_flag_t                  uses_jwt;
    ngx_flag_t                  uses_limit;
    ngx_flag_t                  uses_guard;
    ngx_flag_t                  uses_breaker;
};


#define NGX_HTTP_CNOP_KEY_IP           1
#define NGX_HTTP_CNOP_KEY_USER         2

typedef struct {
    ngx_uint_t                  policy;        /* index of its name */
    uint32_t                    id;            /* of its name, the same over reloads */
    ngx_str_t                   name;
    ngx_uint_t                  key;
    ngx_uint_t                  rate;
    ngx_msec_t                  window;
    ngx_flag_t                  dry_run;
} ngx_http_cnop_limit_t;


typedef struct {
    ngx_uint_t                  fails;
    ngx_uint_t                  soft_fails;
    ngx_uint_t                  status;
    ngx_uint_t                  soft_status;
    ngx_msec_t                  within;
    ngx_msec_t                  block;
    ngx_flag_t                  dry_run;
} ngx_http_cnop_guard_t;


typedef struct {
    ngx_array_t                 origins;       /* ngx_str_t; empty = any */
    ngx_flag_t                  credentials;
    ngx_str_t                   max_age;
} ngx_http_cnop_cors_t;


#define NGX_HTTP_CNOP_JWT_OFF          0
#define NGX_HTTP_CNOP_JWT_OPTIONAL     1
#define NGX_HTTP_CNOP_JWT_REQUIRED     2

#define NGX_HTTP_CNOP_CSRF_TOKEN       1       /* when the token came in a cookie */
#define NGX_HTTP_CNOP_CSRF_ANY         2       /* when any cookie came and no bearer token */

#define NGX_HTTP_CNOP_SECURITY_OFF     0
#define NGX_HTTP_CNOP_SECURITY_API     1
#define NGX_HTTP_CNOP_SECURITY_HTML    2

#define NGX_HTTP_CNOP_NONE             ((ngx_uint_t) -2)

typedef struct {
    ngx_flag_t                  enable;
    ngx_uint_t                  jwt;
    ngx_array_t                *cookies;       /* ngx_str_t */
    ngx_uint_t                  csrf;
    ngx_uint_t                  roles;         /* bit set of enum cnop_role; 0 = any */
    ngx_array_t                *limits;        /* ngx_http_cnop_limit_t */
    ngx_http_cnop_guard_t      *guard;
    ngx_uint_t                  service;       /* index, or NGX_HTTP_CNOP_NONE */
    ngx_uint_t                  write_service; /* for methods other than GET and HEAD */
    ngx_http_cnop_cors_t       *cors;
    ngx_uint_t                  security;
    ngx_uint_t                  methods;       /* bit set; 0 = any */
    ngx_str_t                   allow;
    ngx_uint_t                  route;         /* index, or NGX_HTTP_CNOP_NONE */
    ngx_str_t                   audit_success;
    ngx_str_t                   audit_failure;
    ngx_uint_t                  problem;       /* 1 = status of the error, else this status */
    ngx_flag_t                  control_write;
    ngx_str_t                   info;          /* a body, complete */
    ngx_flag_t                  info_ready;
} ngx_http_cnop_loc_conf_t;


/* what a request carries from phase to phase */

typedef enum {
    NGX_HTTP_CNOP_SOURCE_NONE = 0,
    NGX_HTTP_CNOP_SOURCE_BEARER,
    NGX_HTTP_CNOP_SOURCE_COOKIE
} ngx_http_cnop_source_e;


typedef struct {
    u_char                      key[16];
    ngx_uint_t                  slot;
    ngx_uint_t                  reserved;      /* unsigned  reserved:1; */
} ngx_http_cnop_guard_hold_t;


typedef struct {
    ngx_http_request_t         *request;
    struct timespec             start;

    ngx_str_t                   request_id;
    ngx_str_t                   traceparent;
    ngx_str_t                   path;          /* as sent, without the query */
    ngx_str_t                   method_name;
    ngx_uint_t                  method;
    ngx_str_t                   authorization;
    ngx_uint_t                  authorizations;

    ngx_uint_t                  route;
    ngx_uint_t                  service;

    ngx_http_cnop_source_e      source;
    struct cnop_token_claims    claims;
    const char                 *jwt_status;
    const char                 *csrf_status;
    ngx_str_t                   user_id;

    const char                 *limit_status;
    ngx_uint_t                  limit;
    ngx_uint_t                  limit_remaining;
    time_t                      limit_reset;
    ngx_uint_t                  retry_after;

    const char                 *guard_status;
    ngx_http_cnop_guard_hold_t  guard_hold;
    ngx_msec_t                  guard_deadline;

    const char                 *breaker_status;
    uint64_t                    breaker_generation;

    unsigned                    preflight:1;
    unsigned                    limited:1;     /* the limits of the address were charged */
    unsigned                    token_done:1;
    unsigned                    authenticated:1;
    unsigned                    breaker_held:1;
    unsigned                    audited:1;
    unsigned                    problem:1;     /* the body is ours */
} ngx_http_cnop_ctx_t;


/* core: ngx_http_cnop_module.c, ngx_http_cnop_ctx.c, ngx_http_cnop_conf.c */

extern ngx_module_t  ngx_http_cnop_module;
extern ngx_module_t  ngx_http_cnop_filter_module;

ngx_http_cnop_ctx_t *ngx_http_cnop_get_ctx(ngx_http_request_t *r);
ngx_int_t ngx_http_cnop_post_read_handler(ngx_http_request_t *r);
ngx_int_t ngx_http_cnop_add_variables(ngx_conf_t *cf);
ngx_http_cnop_service_t *ngx_http_cnop_service(ngx_http_request_t *r,
    ngx_http_cnop_ctx_t *ctx);

typedef struct {
    const char   *name;
    ngx_uint_t    min;
    ngx_uint_t    max;
    ngx_uint_t   *number;    /* one of these two */
    ngx_msec_t   *time;
} ngx_http_cnop_param_t;


char *ngx_http_cnop_refuse(ngx_conf_t *cf, ngx_str_t *arg);
ngx_uint_t ngx_http_cnop_named(ngx_str_t *arg, const char *name, ngx_str_t *val);
ngx_int_t ngx_http_cnop_parse_param(ngx_conf_t *cf, ngx_str_t *arg,
    ngx_http_cnop_param_t *params);

char *ngx_http_cnop_zone(ngx_conf_t *cf, ngx_command_t *cmd, void *conf);
char *ngx_http_cnop_keys(ngx_conf_t *cf, ngx_command_t *cmd, void *conf);
char *ngx_http_cnop_jwt_cookie(ngx_conf_t *cf, ngx_command_t *cmd, void *conf);
char *ngx_http_cnop_require_role(ngx_conf_t *cf, ngx_command_t *cmd, void *conf);
char *ngx_http_cnop_limit(ngx_conf_t *cf, ngx_command_t *cmd, void *conf);
char *ngx_http_cnop_guard(ngx_conf_t *cf, ngx_command_t *cmd, void *conf);
char *ngx_http_cnop_service_directive(ngx_conf_t *cf, ngx_command_t *cmd, void *conf);
char *ngx_http_cnop_breaker(ngx_conf_t *cf, ngx_command_t *cmd, void *conf);
char *ngx_http_cnop_cors(ngx_conf_t *cf, ngx_command_t *cmd, void *conf);
char *ngx_http_cnop_methods(ngx_conf_t *cf, ngx_command_t *cmd, void *conf);
char *ngx_http_cnop_route(ngx_conf_t *cf, ngx_command_t *cmd, void *conf);
char *ngx_http_cnop_audit_event(ngx_conf_t *cf, ngx_command_t *cmd, void *conf);
char *ngx_http_cnop_audit_log(ngx_conf_t *cf, ngx_command_t *cmd, void *conf);

/* zones: ngx_http_cnop_zone.c */

ngx_int_t ngx_http_cnop_zone_add(ngx_conf_t *cf, ngx_http_cnop_main_conf_t *cmcf,
    ngx_uint_t kind, size_t size);
ngx_http_cnop_zone_t *ngx_http_cnop_zone_get(ngx_http_cnop_main_conf_t *cmcf,
    ngx_uint_t kind);
uint64_t ngx_http_cnop_zone_hash(ngx_http_cnop_zone_t *zone, const u_char *key, size_t len);
uint64_t ngx_http_cnop_now_ms(void);
void ngx_http_cnop_address_key(ngx_http_request_t *r, u_char key[16]);

/* gives each part a chance to lay out its zone (fresh = 1) and to find its slots */
ngx_int_t ngx_http_cnop_limit_zone(ngx_http_cnop_zone_t *zone, ngx_uint_t fresh);
ngx_int_t ngx_http_cnop_guard_zone(ngx_http_cnop_zone_t *zone, ngx_uint_t fresh);
ngx_int_t ngx_http_cnop_revoke_zone(ngx_http_cnop_zone_t *zone, ngx_uint_t fresh);
ngx_int_t ngx_http_cnop_breaker_zone(ngx_http_cnop_zone_t *zone, ngx_uint_t fresh);
ngx_int_t ngx_http_cnop_metrics_zone(ngx_http_cnop_zone_t *zone, ngx_uint_t fresh);

/* policies: one file each; NGX_DECLINED = go on, anything else ends the phase */

ngx_int_t ngx_http_cnop_preaccess_handler(ngx_http_request_t *r);
ngx_int_t ngx_http_cnop_precontent_handler(ngx_http_request_t *r);

ngx_int_t ngx_http_cnop_limit_check(ngx_http_request_t *r, ngx_http_cnop_ctx_t *ctx,
    ngx_uint_t key_kind);

ngx_int_t ngx_http_cnop_jwt_check(ngx_http_request_t *r, ngx_http_cnop_ctx_t *ctx);
ngx_int_t ngx_http_cnop_jwt_test_files(ngx_conf_t *cf, ngx_http_cnop_main_conf_t *cmcf);
void ngx_http_cnop_jwt_adopt(void);
ngx_int_t ngx_http_cnop_jwt_init_process(ngx_cycle_t *cycle,
    ngx_http_cnop_main_conf_t *cmcf);
void ngx_http_cnop_jwt_counts(uint64_t *keys, uint64_t *broken);

ngx_int_t ngx_http_cnop_csrf_check(ngx_http_request_t *r, ngx_http_cnop_ctx_t *ctx);
ngx_int_t ngx_http_cnop_cookie(ngx_http_request_t *r, ngx_array_t *names, ngx_str_t *value);

typedef enum {
    NGX_HTTP_CNOP_NOT_REVOKED = 0,
    NGX_HTTP_CNOP_REVOKED,
    NGX_HTTP_CNOP_NOT_SYNCED
} ngx_http_cnop_revocation_e;

ngx_http_cnop_revocation_e ngx_http_cnop_revoke_check(ngx_http_cnop_main_conf_t *cmcf,
    const struct cnop_token_claims *claims);

typedef struct {
    char                        boot_id[33];
    uint64_t                    last_seq;
    uint64_t                    records;
    uint64_t                    capacity;
    uint64_t                    refused;       /* records that found no room */
    ngx_uint_t                  synced;
} ngx_http_cnop_revoke_state_t;

typedef struct {
    ngx_uint_t                  kind;          /* 's', 'j' or 'u' */
    uint64_t                    key[2];
    uint32_t                    before;
    uint32_t                    expires;
} ngx_http_cnop_revoke_record_t;

void ngx_http_cnop_revoke_state(ngx_http_cnop_zone_t *zone,
    ngx_http_cnop_revoke_state_t *state);
ngx_int_t ngx_http_cnop_revoke_add(ngx_http_cnop_zone_t *zone,
    const ngx_http_cnop_revoke_record_t *record);
ngx_int_t ngx_http_cnop_revoke_advance(ngx_http_cnop_zone_t *zone, uint64_t from,
    uint64_t to, ngx_uint_t snapshot);

ngx_int_t ngx_http_cnop_guard_check(ngx_http_request_t *r, ngx_http_cnop_ctx_t *ctx);
void ngx_http_cnop_guard_settle(ngx_http_request_t *r, ngx_http_cnop_ctx_t *ctx,
    ngx_uint_t status);
void ngx_http_cnop_guard_force(ngx_http_cnop_zone_t *zone, const u_char key[16],
    ngx_msec_t block);
ngx_uint_t ngx_http_cnop_guard_list(ngx_http_cnop_zone_t *zone, struct cnop_buf *buf);

ngx_int_t ngx_http_cnop_breaker_check(ngx_http_request_t *r, ngx_http_cnop_ctx_t *ctx);
void ngx_http_cnop_breaker_settle(ngx_http_request_t *r, ngx_http_cnop_ctx_t *ctx);
const char *ngx_http_cnop_breaker_state(ngx_http_cnop_zone_t *zone, ngx_uint_t slot,
    ngx_uint_t *value, uint64_t *opened);
ngx_int_t ngx_http_cnop_breaker_force(ngx_http_cnop_zone_t *zone, ngx_uint_t slot,
    ngx_uint_t open);

/* answers */

ngx_int_t ngx_http_cnop_problem(ngx_http_request_t *r, enum cnop_err err,
    const char *detail);
ngx_int_t ngx_http_cnop_problem_content(ngx_http_request_t *r, enum cnop_err err);
ngx_int_t ngx_http_cnop_printable(ngx_pool_t *pool, ngx_str_t *s, size_t max,
    ngx_str_t *out);
char *ngx_http_cnop_problem_directive(ngx_conf_t *cf, ngx_command_t *cmd, void *conf);
ngx_int_t ngx_http_cnop_send_text(ngx_http_request_t *r, ngx_uint_t status,
    const char *type, ngx_str_t *text);
ngx_int_t ngx_http_cnop_send_json(ngx_http_request_t *r, ngx_uint_t status,
    struct cnop_buf *buf);
ngx_int_t ngx_http_cnop_add_header(ngx_http_request_t *r, const char *name,
    ngx_str_t *value);
ngx_int_t ngx_http_cnop_add_literal(ngx_http_request_t *r, const char *name,
    const char *value);
ngx_int_t ngx_http_cnop_filter_init(ngx_conf_t *cf);
ngx_int_t ngx_http_cnop_preflight(ngx_http_request_t *r, ngx_http_cnop_ctx_t *ctx);
char *ngx_http_cnop_control_directive(ngx_conf_t *cf, ngx_command_t *cmd, void *conf);
char *ngx_http_cnop_info_directive(ngx_conf_t *cf, ngx_command_t *cmd, void *conf);

/* control: ngx_http_cnop_control.c reads lines, ngx_http_cnop_control_commands.c acts on them */

typedef struct {
    ngx_http_cnop_zone_t       *zone;
    ngx_http_cnop_main_conf_t  *cmcf;
    ngx_uint_t                  lines;
    ngx_uint_t                  snapshot;
    uint64_t                    from;
    uint64_t                    to;
    ngx_uint_t                  full;
} ngx_http_cnop_feed_t;


typedef ngx_int_t (*ngx_http_cnop_line_pt)(ngx_http_cnop_feed_t *feed,
    struct cnop_str line);


ngx_int_t ngx_http_cnop_revocations_get(ngx_http_request_t *r,
    ngx_http_cnop_zone_t *zone);
ngx_int_t ngx_http_cnop_revocations_line(ngx_http_cnop_feed_t *feed,
    struct cnop_str line);
ngx_int_t ngx_http_cnop_revocations_done(ngx_http_request_t *r,
    ngx_http_cnop_feed_t *feed);
ngx_int_t ngx_http_cnop_guard_get(ngx_http_request_t *r, ngx_http_cnop_zone_t *zone);
ngx_int_t ngx_http_cnop_guard_line(ngx_http_cnop_feed_t *feed, struct cnop_str line);
ngx_int_t ngx_http_cnop_breakers_get(ngx_http_request_t *r, ngx_http_cnop_zone_t *zone);
ngx_int_t ngx_http_cnop_breakers_line(ngx_http_cnop_feed_t *feed, struct cnop_str line);

/* records */

typedef enum {
    NGX_HTTP_CNOP_N_GUARD_REJECTED = 0,
    NGX_HTTP_CNOP_N_GUARD_BLOCKED,
    NGX_HTTP_CNOP_N_CSRF_REJECTED,
    NGX_HTTP_CNOP_N_REVOKED,
    NGX_HTTP_CNOP_N_UNSYNCED,
    NGX_HTTP_CNOP_N_CACHE_HITS,
    NGX_HTTP_CNOP_N_CACHE_MISSES,
    NGX_HTTP_CNOP_N_LIMIT_EVICTED,
    NGX_HTTP_CNOP_N_GUARD_EVICTED,
    NGX_HTTP_CNOP_N_BREAKER_REJECTED,
    NGX_HTTP_CNOP_N_KEYS_BROKEN,
    NGX_HTTP_CNOP_N_AUDIT_FAILED,
    NGX_HTTP_CNOP_N_COUNTERS
} ngx_http_cnop_counter_e;

void ngx_http_cnop_count(ngx_http_cnop_main_conf_t *cmcf, ngx_http_cnop_counter_e counter);
void ngx_http_cnop_count_verdict(ngx_http_cnop_main_conf_t *cmcf,
    enum cnop_token_verdict verdict);
void ngx_http_cnop_count_limited(ngx_http_cnop_main_conf_t *cmcf, ngx_uint_t policy);
void ngx_http_cnop_metrics_record(ngx_http_request_t *r, ngx_http_cnop_ctx_t *ctx);

/* the layout of the metrics zone, for the part that counts and the part that prints */

#define NGX_HTTP_CNOP_STATUSES         500     /* 100 to 599 */
#define NGX_HTTP_CNOP_BUCKETS          15
#define NGX_HTTP_CNOP_ERRORS           8

typedef struct {
    char                        label[NGX_HTTP_CNOP_LABEL_MAX + 1];
    ngx_atomic_t                status[NGX_HTTP_CNOP_STATUSES];
    ngx_atomic_t                bucket[NGX_HTTP_CNOP_BUCKETS];
    ngx_atomic_t                sum_us;
} ngx_http_cnop_route_row_t;


typedef struct {
    char                        name[32];
    ngx_atomic_t                errors[NGX_HTTP_CNOP_ERRORS];
} ngx_http_cnop_service_row_t;


typedef struct {
    char                        name[32];
    ngx_atomic_t                rejected;
} ngx_http_cnop_policy_row_t;


typedef struct {
    ngx_http_cnop_zone_head_t    head;
    ngx_atomic_t                 counters[NGX_HTTP_CNOP_N_COUNTERS];
    ngx_atomic_t                 verdicts[CNOP_TOKEN_VERDICT_COUNT];
    ngx_http_cnop_policy_row_t   policies[NGX_HTTP_CNOP_POLICIES_MAX];
    ngx_http_cnop_service_row_t  services[NGX_HTTP_CNOP_SERVICES_MAX];
    ngx_http_cnop_route_row_t    routes[NGX_HTTP_CNOP_ROUTES_MAX];
} ngx_http_cnop_metrics_table_t;

ngx_http_cnop_metrics_table_t *ngx_http_cnop_metrics_table(
    ngx_http_cnop_main_conf_t *cmcf);
char *ngx_http_cnop_metrics_directive(ngx_conf_t *cf, ngx_command_t *cmd, void *conf);

void ngx_http_cnop_audit(ngx_http_request_t *r, const char *action, const char *reason);
void ngx_http_cnop_audit_result(ngx_http_request_t *r, ngx_http_cnop_ctx_t *ctx);
ngx_int_t ngx_http_cnop_log_handler(ngx_http_request_t *r);


static ngx_inline struct cnop_str
ngx_http_cnop_str(ngx_str_t *s)
{
    return cnop_str_make((const char *) s->data, s->len);
}


#endif /* _NGX_HTTP_CNOP_MODULE_H_INCLUDED_ */
