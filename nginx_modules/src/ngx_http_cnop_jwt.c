/* SPDX-License-Identifier: MIT */
/*
 * Tokens: where they come from, whether they hold, and who is asking.  Verification itself is
 * shared/token's; this file keeps the keys fresh without a reload and remembers good verdicts.
 * A key file that does not load completely never replaces one that did.
 */

#include "ngx_http_cnop_module.h"


#define NGX_HTTP_CNOP_CACHE_SETS   1024
#define NGX_HTTP_CNOP_CACHE_WAYS   4


typedef struct {
    u_char                      digest[32];
    ngx_uint_t                  generation;    /* of the keys; 0 = empty */
    struct cnop_token_claims    claims;
} ngx_http_cnop_cached_t;


typedef struct {
    struct cnop_keyset          keys;
    uint64_t                    version;       /* of the files it was read from */
} ngx_http_cnop_keys_t;


/*
 * of this process: the master fills "pending" while it reads the configuration and turns it into
 * "active" when the configuration was accepted; workers inherit that and renew it themselves
 */

static struct {
    ngx_http_cnop_keys_t        active;
    ngx_http_cnop_keys_t        pending;
    uint64_t                    refused;       /* version that did not load */
    ngx_uint_t                  generation;
    ngx_uint_t                  broken;
    ngx_event_t                 timer;
    ngx_connection_t            dummy;
    ngx_http_cnop_cached_t     *cache;
    ngx_uint_t                  victim;
} ngx_http_cnop_jwt;


static ngx_int_t ngx_http_cnop_bearer(ngx_http_cnop_ctx_t *ctx, ngx_str_t *token);
static ngx_int_t ngx_http_cnop_token_refused(ngx_http_request_t *r,
    ngx_http_cnop_ctx_t *ctx, enum cnop_err err, const char *detail);
static enum cnop_token_verdict ngx_http_cnop_verify(ngx_http_cnop_main_conf_t *cmcf,
    ngx_str_t *token, struct cnop_token_claims *claims);
static ngx_int_t ngx_http_cnop_accept(ngx_http_request_t *r, ngx_http_cnop_ctx_t *ctx);
static void ngx_http_cnop_keys_timer(ngx_event_t *ev);


ngx_int_t
ngx_http_cnop_jwt_check(ngx_http_request_t *r, ngx_http_cnop_ctx_t *ctx)
{
    ngx_int_t                   rc;
    ngx_str_t                   token;
    enum cnop_token_verdict     verdict;
    ngx_http_cnop_loc_conf_t   *clcf;
    ngx_http_cnop_main_conf_t  *cmcf;

    clcf = ngx_http_get_module_loc_conf(r, ngx_http_cnop_module);
    cmcf = ngx_http_get_module_main_conf(r, ngx_http_cnop_module);

    rc = ngx_http_cnop_bearer(ctx, &token);

    if (rc == NGX_ERROR) {
        ctx->jwt_status = "malformed";
        return ngx_http_cnop_token_refused(r, ctx, CNOP_E_UNAUTHENTICATED,
                                           "invalid authorization header format");
    }

    if (rc == NGX_DECLINED) {
        if (ngx_http_cnop_cookie(r, clcf->cookies, &token) != NGX_OK) {
            ctx->jwt_status = "none";
            return NGX_DECLINED;
        }

        ctx->source = NGX_HTTP_CNOP_SOURCE_COOKIE;

    } else {
        ctx->source = NGX_HTTP_CNOP_SOURCE_BEARER;
    }

    verdict = ngx_http_cnop_verify(cmcf, &token, &ctx->claims);
    ctx->jwt_status = cnop_token_verdict_name(verdict);

    if (verdict == CNOP_TOKEN_OK) {
        return ngx_http_cnop_accept(r, ctx);
    }

    ngx_http_cnop_count_verdict(cmcf, verdict);

    ngx_log_error(NGX_LOG_INFO, r->connection->log, 0, "token refused: %s",
                  ctx->jwt_status);

    if (verdict == CNOP_TOKEN_EXPIRED) {
        return ngx_http_cnop_token_refused(r, ctx, CNOP_E_TOKEN_EXPIRED, NULL);
    }

    return ngx_http_cnop_token_refused(r, ctx, CNOP_E_UNAUTHENTICATED,
                                       "token validation failed");
}


/*
 * NGX_OK with the token, NGX_DECLINED without a header, NGX_ERROR when it is not one scheme, one
 * blank and one token
 */

static ngx_int_t
ngx_http_cnop_bearer(ngx_http_cnop_ctx_t *ctx, ngx_str_t *token)
{
    ngx_str_t   *value;
    ngx_uint_t   i;

    if (ctx->authorizations == 0) {
        return NGX_DECLINED;
    }

    value = &ctx->authorization;

    if (ctx->authorizations > 1 || value->len < sizeof("Bearer x") - 1
        || ngx_strncasecmp(value->data, (u_char *) "Bearer ", 7) != 0)
    {
        return NGX_ERROR;
    }

    token->data = value->data + 7;
    token->len = value->len - 7;

    for (i = 0; i < token->len; i++) {
        if (token->data[i] <= ' ' || token->data[i] == ',') {
            return NGX_ERROR;
        }
    }

    return NGX_OK;
}


/*
 * a bearer token that does not hold is an error wherever it is sent; a cookie is sent by the
 * browser whether wanted or not, so a stale one only means that nobody is logged in
 */

static ngx_int_t
ngx_http_cnop_token_refused(ngx_http_request_t *r, ngx_http_cnop_ctx_t *ctx,
    enum cnop_err err, const char *detail)
{
    ngx_http_cnop_loc_conf_t  *clcf;

    clcf = ngx_http_get_module_loc_conf(r, ngx_http_cnop_module);

    if (ctx->source == NGX_HTTP_CNOP_SOURCE_COOKIE
        && clcf->jwt != NGX_HTTP_CNOP_JWT_REQUIRED)
    {
        return NGX_DECLINED;
    }

    ngx_http_cnop_audit(r, "token_rejected", ctx->jwt_status);

    if (ngx_http_cnop_add_literal(r, "WWW-Authenticate", "Bearer error=\"invalid_token\"")
        != NGX_OK)
    {
        return NGX_HTTP_INTERNAL_SERVER_ERROR;
    }

    return ngx_http_cnop_problem(r, err, detail);
}


/* the token is good: is its session still alive? */

static ngx_int_t
ngx_http_cnop_accept(ngx_http_request_t *r, ngx_http_cnop_ctx_t *ctx)
{
    u_char                     *p;
    ngx_http_cnop_loc_conf_t   *clcf;
    ngx_http_cnop_main_conf_t  *cmcf;

    clcf = ngx_http_get_module_loc_conf(r, ngx_http_cnop_module);
    cmcf = ngx_http_get_module_main_conf(r, ngx_http_cnop_module);

    switch (ngx_http_cnop_revoke_check(cmcf, &ctx->claims)) {

    case NGX_HTTP_CNOP_REVOKED:
        ctx->jwt_status = "revoked";
        ngx_http_cnop_count(cmcf, NGX_HTTP_CNOP_N_REVOKED);
        return ngx_http_cnop_token_refused(r, ctx, CNOP_E_SESSION_REVOKED, NULL);

    case NGX_HTTP_CNOP_NOT_SYNCED:
        ctx->jwt_status = "not_synced";
        ngx_http_cnop_count(cmcf, NGX_HTTP_CNOP_N_UNSYNCED);

        if (clcf->jwt != NGX_HTTP_CNOP_JWT_REQUIRED) {
            return NGX_DECLINED;
        }

        ctx->retry_after = 1;
        return ngx_http_cnop_problem(r, CNOP_E_UNAVAILABLE,
                                     "The gateway has not yet learned which sessions "
                                     "have ended.");

    default: /* NGX_HTTP_CNOP_NOT_REVOKED */
        break;
    }

    p = ngx_pnalloc(r->pool, NGX_INT64_LEN);
    if (p == NULL) {
        return NGX_HTTP_INTERNAL_SERVER_ERROR;
    }

    ctx->user_id.data = p;
    ctx->user_id.len = ngx_sprintf(p, "%uL", ctx->claims.user_id) - p;
    ctx->authenticated = 1;

    return NGX_DECLINED;
}


/* a verdict is found by the SHA-256 of the whole token and dies with the keys it was made with */

static ngx_http_cnop_cached_t *
ngx_http_cnop_cache_slot(ngx_str_t *token, u_char digest[32], ngx_uint_t *hit)
{
    uint32_t                 set;
    ngx_uint_t               i;
    struct cnop_keyset      *keys;
    ngx_http_cnop_cached_t  *row;

    keys = &ngx_http_cnop_jwt.active.keys;
    *hit = 0;

    if (ngx_http_cnop_jwt.cache == NULL || keys->count == 0
        || token->len > CNOP_TOKEN_MAX_BYTES
        || EVP_DigestInit_ex2(keys->digest_ctx, keys->sha256, NULL) != 1
        || EVP_DigestUpdate(keys->digest_ctx, token->data, token->len) != 1
        || EVP_DigestFinal_ex(keys->digest_ctx, digest, NULL) != 1)
    {
        return NULL;
    }

    ngx_memcpy(&set, digest, sizeof(set));
    row = &ngx_http_cnop_jwt.cache[set % NGX_HTTP_CNOP_CACHE_SETS * NGX_HTTP_CNOP_CACHE_WAYS];

    for (i = 0; i < NGX_HTTP_CNOP_CACHE_WAYS; i++) {
        if (row[i].generation == ngx_http_cnop_jwt.generation
            && ngx_memcmp(row[i].digest, digest, 32) == 0)
        {
            *hit = 1;
            return &row[i];
        }
    }

    return &row[ngx_http_cnop_jwt.victim++ % NGX_HTTP_CNOP_CACHE_WAYS];
}


static enum cnop_token_verdict
ngx_http_cnop_verify(ngx_http_cnop_main_conf_t *cmcf, ngx_str_t *token,
    struct cnop_token_claims *claims)
{
    u_char                     digest[32];
    time_t                     now;
    ngx_uint_t                 hit;
    enum cnop_token_verdict    verdict;
    ngx_http_cnop_cached_t    *slot;
    struct cnop_token_policy   policy;

    now = ngx_time();
    slot = ngx_http_cnop_cache_slot(token, digest, &hit);

    if (slot && hit) {
        ngx_http_cnop_count(cmcf, NGX_HTTP_CNOP_N_CACHE_HITS);

        if (slot->claims.exp_s + cmcf->keys.leeway <= now) {
            return CNOP_TOKEN_EXPIRED;
        }

        *claims = slot->claims;
        return CNOP_TOKEN_OK;
    }

    policy.issuer = ngx_http_cnop_str(&cmcf->keys.issuer);
    policy.audience = ngx_http_cnop_str(&cmcf->keys.audience);
    policy.leeway_s = cmcf->keys.leeway;
    policy.max_ttl_s = cmcf->keys.max_ttl;

    verdict = cnop_token_verify(&ngx_http_cnop_jwt.active.keys, &policy,
                                ngx_http_cnop_str(token), now, claims);

    if (verdict == CNOP_TOKEN_OK && slot) {
        ngx_http_cnop_count(cmcf, NGX_HTTP_CNOP_N_CACHE_MISSES);

        slot->claims = *claims;
        ngx_memcpy(slot->digest, digest, 32);
        slot->generation = ngx_http_cnop_jwt.generation;
    }

    return verdict;
}


/* changes when any of the files is replaced, rewritten or touched */

static uint64_t
ngx_http_cnop_keys_version(ngx_http_cnop_main_conf_t *cmcf)
{
    uint64_t                 version;
    ngx_uint_t               i;
    struct stat              info;
    const char              *file;
    ngx_http_cnop_secret_t  *secret;

    version = 1;
    secret = cmcf->keys.secrets.elts;

    for (i = 0; i <= cmcf->keys.secrets.nelts; i++) {
        file = (char *) (i ? secret[i - 1].file.data : cmcf->keys.jwks.data);

        if (file == NULL || stat(file, &info) != 0) {
            version = version * 31 + 7;
            continue;
        }

        version = version * 1000003 + (uint64_t) info.st_ino;
        version = version * 1000003 + (uint64_t) info.st_size;
        version = version * 1000003 + (uint64_t) info.st_mtim.tv_sec;
        version = version * 1000003 + (uint64_t) info.st_mtim.tv_nsec;
    }

    return version;
}


/* all files or nothing; file is the one that failed */

static ngx_int_t
ngx_http_cnop_keys_load(ngx_http_cnop_main_conf_t *cmcf, ngx_http_cnop_keys_t *set,
    ngx_str_t *file)
{
    ngx_uint_t               i;
    enum cnop_err            err;
    ngx_http_cnop_secret_t  *secret;

    cnop_keyset_clear(&set->keys);
    set->version = ngx_http_cnop_keys_version(cmcf);

    if (cmcf->keys.jwks.len) {
        *file = cmcf->keys.jwks;
        err = cnop_keyset_load_jwks(&set->keys, (char *) cmcf->keys.jwks.data);

        if (err != CNOP_OK) {
            return NGX_ERROR;
        }
    }

    secret = cmcf->keys.secrets.elts;

    for (i = 0; i < cmcf->keys.secrets.nelts; i++) {
        *file = secret[i].file;
        err = cnop_keyset_load_hs256(&set->keys, ngx_http_cnop_str(&secret[i].kid),
                                     (char *) secret[i].file.data);

        if (err != CNOP_OK) {
            return NGX_ERROR;
        }
    }

    return NGX_OK;
}


ngx_int_t
ngx_http_cnop_jwt_test_files(ngx_conf_t *cf, ngx_http_cnop_main_conf_t *cmcf)
{
    ngx_str_t              file;
    ngx_http_cnop_keys_t  *pending;

    pending = &ngx_http_cnop_jwt.pending;

    if (ngx_http_cnop_keys_load(cmcf, pending, &file) != NGX_OK) {
        ngx_conf_log_error(NGX_LOG_EMERG, cf, 0, "key file \"%V\" refused: %s", &file,
                           pending->keys.reason);
        return NGX_ERROR;
    }

    return NGX_OK;
}


static void
ngx_http_cnop_keys_activate(ngx_http_cnop_keys_t *set)
{
    cnop_keyset_clear(&ngx_http_cnop_jwt.active.keys);

    ngx_http_cnop_jwt.active = *set;
    ngx_http_cnop_jwt.refused = 0;
    ngx_http_cnop_jwt.broken = 0;
    ngx_http_cnop_jwt.generation++;

    ngx_memzero(set, sizeof(ngx_http_cnop_keys_t));
}


void
ngx_http_cnop_jwt_adopt(void)
{
    if (ngx_http_cnop_jwt.pending.keys.count) {
        ngx_http_cnop_keys_activate(&ngx_http_cnop_jwt.pending);
    }
}


ngx_int_t
ngx_http_cnop_jwt_init_process(ngx_cycle_t *cycle, ngx_http_cnop_main_conf_t *cmcf)
{
    ngx_event_t  *ev;

    ngx_http_cnop_jwt.cache = ngx_pcalloc(cycle->pool, sizeof(ngx_http_cnop_cached_t)
                                          * NGX_HTTP_CNOP_CACHE_SETS
                                          * NGX_HTTP_CNOP_CACHE_WAYS);
    if (ngx_http_cnop_jwt.cache == NULL) {
        return NGX_ERROR;
    }

    ngx_http_cnop_jwt.generation++;
    ngx_http_cnop_jwt.dummy.data = cmcf;
    ngx_http_cnop_jwt.dummy.fd = (ngx_socket_t) -1;

    ev = &ngx_http_cnop_jwt.timer;
    ngx_memzero(ev, sizeof(ngx_event_t));

    ev->handler = ngx_http_cnop_keys_timer;
    ev->data = &ngx_http_cnop_jwt.dummy;
    ev->log = cycle->log;
    ev->cancelable = 1;

    /* the first look is at once: a worker may be younger than the files its master read */

    ngx_add_timer(ev, 1);

    return NGX_OK;
}


static void
ngx_http_cnop_keys_timer(ngx_event_t *ev)
{
    uint64_t                    version;
    ngx_str_t                   file;
    ngx_connection_t           *dummy;
    ngx_http_cnop_main_conf_t  *cmcf;

    dummy = ev->data;
    cmcf = dummy->data;
    version = ngx_http_cnop_keys_version(cmcf);

    if (version != ngx_http_cnop_jwt.active.version
        && version != ngx_http_cnop_jwt.refused)
    {
        if (ngx_http_cnop_keys_load(cmcf, &ngx_http_cnop_jwt.pending, &file) == NGX_OK) {
            ngx_http_cnop_keys_activate(&ngx_http_cnop_jwt.pending);

            ngx_log_error(NGX_LOG_NOTICE, ev->log, 0, "token keys read again, %uz in use",
                          ngx_http_cnop_jwt.active.keys.count);

        } else {
            ngx_log_error(NGX_LOG_ERR, ev->log, 0,
                          "key file \"%V\" refused: %s; the keys in use stay", &file,
                          ngx_http_cnop_jwt.pending.keys.reason);

            ngx_http_cnop_jwt.refused = version;
            ngx_http_cnop_jwt.broken = 1;
            ngx_http_cnop_count(cmcf, NGX_HTTP_CNOP_N_KEYS_BROKEN);
        }
    }

    ngx_add_timer(ev, cmcf->keys.check);
}


void
ngx_http_cnop_jwt_counts(uint64_t *keys, uint64_t *broken)
{
    *keys = ngx_http_cnop_jwt.active.keys.count;
    *broken = ngx_http_cnop_jwt.broken;
}
