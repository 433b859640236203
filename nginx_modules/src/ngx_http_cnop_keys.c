/* SPDX-License-Identifier: MIT */
/*
 * Verification keys: read from their files, kept fresh without a reload, and
 * the verdicts made with them, remembered.  Verification itself is
 * shared/token's.  Files that do not load completely never replace keys that
 * did.
 */

#include "ngx_http_cnop_keys.h"
#include "ngx_http_cnop_metrics.h"


#define NGX_HTTP_CNOP_CACHE_SETS   1024
#define NGX_HTTP_CNOP_CACHE_WAYS   4


typedef struct {
    u_char                      digest[32];
    ngx_uint_t                  generation;    /* of the keys; 0 = empty */
    struct cnop_token_claims    claims;
} ngx_http_cnop_cached_t;


typedef struct {
    struct cnop_keyset          keys;
    uint64_t                    version;       /* of the files */
} ngx_http_cnop_keys_t;


/*
 * of this process: the master fills "pending" while it reads the configuration
 * and turns it into "active" when the configuration was accepted; workers
 * inherit that and renew it themselves
 */

static struct {
    ngx_http_cnop_keys_t        active;
    ngx_http_cnop_keys_t        pending;
    uint64_t                    refused;       /* version that did not load */
    ngx_uint_t                  generation;
    time_t                      broken;        /* since; 0 = the files load */
    ngx_event_t                 timer;
    ngx_connection_t            dummy;
    ngx_http_cnop_cached_t     *cache;
    ngx_uint_t                  victim;
} ngx_http_cnop_keyring;


static void ngx_http_cnop_keys_timer(ngx_event_t *ev);


/*
 * a verdict is found by the SHA-256 of the whole token and dies with the keys
 * it was made with
 */

static ngx_http_cnop_cached_t *
ngx_http_cnop_cache_slot(ngx_str_t *token, u_char digest[32], ngx_uint_t *hit)
{
    uint32_t                 set;
    ngx_uint_t               i;
    struct cnop_keyset      *keys;
    ngx_http_cnop_cached_t  *row;

    keys = &ngx_http_cnop_keyring.active.keys;
    *hit = 0;

    if (ngx_http_cnop_keyring.cache == NULL || keys->count == 0
        || token->len > CNOP_TOKEN_MAX_BYTES
        || EVP_DigestInit_ex2(keys->digest_ctx, keys->sha256, NULL) != 1
        || EVP_DigestUpdate(keys->digest_ctx, token->data, token->len) != 1
        || EVP_DigestFinal_ex(keys->digest_ctx, digest, NULL) != 1)
    {
        return NULL;
    }

    ngx_memcpy(&set, digest, sizeof(set));
    row =
        &ngx_http_cnop_keyring
             .cache[set % NGX_HTTP_CNOP_CACHE_SETS * NGX_HTTP_CNOP_CACHE_WAYS];

    for (i = 0; i < NGX_HTTP_CNOP_CACHE_WAYS; i++) {
        if (row[i].generation == ngx_http_cnop_keyring.generation
            && ngx_memcmp(row[i].digest, digest, 32) == 0)
        {
            *hit = 1;
            return &row[i];
        }
    }

    return &row[ngx_http_cnop_keyring.victim++ % NGX_HTTP_CNOP_CACHE_WAYS];
}


enum cnop_token_verdict
ngx_http_cnop_keys_verify(ngx_http_cnop_main_conf_t *cmcf, ngx_str_t *token,
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

    verdict = cnop_token_verify(&ngx_http_cnop_keyring.active.keys, &policy,
                                ngx_http_cnop_str(token), now, claims);

    if (verdict == CNOP_TOKEN_OK && slot) {
        ngx_http_cnop_count(cmcf, NGX_HTTP_CNOP_N_CACHE_MISSES);

        slot->claims = *claims;
        ngx_memcpy(slot->digest, digest, 32);
        slot->generation = ngx_http_cnop_keyring.generation;
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
ngx_http_cnop_keys_load(ngx_http_cnop_main_conf_t *cmcf,
    ngx_http_cnop_keys_t *set, ngx_str_t *file)
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
        err = cnop_keyset_load_hs256(&set->keys,
                                     ngx_http_cnop_str(&secret[i].kid),
                                     (char *) secret[i].file.data);

        if (err != CNOP_OK) {
            return NGX_ERROR;
        }
    }

    return NGX_OK;
}


ngx_int_t
ngx_http_cnop_keys_test(ngx_conf_t *cf, ngx_http_cnop_main_conf_t *cmcf)
{
    ngx_str_t              file;
    ngx_http_cnop_keys_t  *pending;

    pending = &ngx_http_cnop_keyring.pending;

    if (ngx_http_cnop_keys_load(cmcf, pending, &file) != NGX_OK) {
        ngx_conf_log_error(NGX_LOG_EMERG, cf, 0, "key file \"%V\" refused: %s",
                           &file, pending->keys.reason);
        return NGX_ERROR;
    }

    return NGX_OK;
}


static void
ngx_http_cnop_keys_activate(ngx_http_cnop_keys_t *set)
{
    cnop_keyset_clear(&ngx_http_cnop_keyring.active.keys);

    ngx_http_cnop_keyring.active = *set;
    ngx_http_cnop_keyring.refused = 0;
    ngx_http_cnop_keyring.broken = 0;
    ngx_http_cnop_keyring.generation++;

    ngx_memzero(set, sizeof(ngx_http_cnop_keys_t));
}


void
ngx_http_cnop_keys_adopt(void)
{
    if (ngx_http_cnop_keyring.pending.keys.count) {
        ngx_http_cnop_keys_activate(&ngx_http_cnop_keyring.pending);
    }
}


ngx_int_t
ngx_http_cnop_keys_init_process(ngx_cycle_t *cycle,
    ngx_http_cnop_main_conf_t *cmcf)
{
    ngx_event_t  *ev;

    ngx_http_cnop_keyring.cache = ngx_pcalloc(
        cycle->pool, sizeof(ngx_http_cnop_cached_t) * NGX_HTTP_CNOP_CACHE_SETS
                         * NGX_HTTP_CNOP_CACHE_WAYS);
    if (ngx_http_cnop_keyring.cache == NULL) {
        return NGX_ERROR;
    }

    ngx_http_cnop_keyring.generation++;
    ngx_http_cnop_keyring.dummy.data = cmcf;
    ngx_http_cnop_keyring.dummy.fd = (ngx_socket_t) -1;

    ev = &ngx_http_cnop_keyring.timer;
    ngx_memzero(ev, sizeof(ngx_event_t));

    ev->handler = ngx_http_cnop_keys_timer;
    ev->data = &ngx_http_cnop_keyring.dummy;
    ev->log = cycle->log;
    ev->cancelable = 1;

    /*
     * the first look is at once: a worker may be younger than the files its
     * master read
     */

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

    if (version != ngx_http_cnop_keyring.active.version
        && version != ngx_http_cnop_keyring.refused)
    {
        if (ngx_http_cnop_keys_load(cmcf, &ngx_http_cnop_keyring.pending, &file)
            == NGX_OK)
        {
            ngx_http_cnop_keys_activate(&ngx_http_cnop_keyring.pending);

            ngx_log_error(NGX_LOG_NOTICE, ev->log, 0,
                          "token keys read again, %uz in use",
                          ngx_http_cnop_keyring.active.keys.count);

        } else {
            ngx_log_error(NGX_LOG_ERR, ev->log, 0,
                          "key file \"%V\" refused: %s; the keys in use stay",
                          &file, ngx_http_cnop_keyring.pending.keys.reason);

            ngx_http_cnop_keyring.refused = version;

            if (ngx_http_cnop_keyring.broken == 0) {
                ngx_http_cnop_keyring.broken = ngx_time();
            }

            ngx_http_cnop_count(cmcf, NGX_HTTP_CNOP_N_KEYS_BROKEN);
        }
    }

    ngx_add_timer(ev, cmcf->keys.check);
}


void
ngx_http_cnop_keys_state(uint64_t *keys, time_t *broken)
{
    *keys = ngx_http_cnop_keyring.active.keys.count;
    *broken = 0;

    if (ngx_http_cnop_keyring.broken) {
        *broken = ngx_max(ngx_time() - ngx_http_cnop_keyring.broken, 1);
    }
}
