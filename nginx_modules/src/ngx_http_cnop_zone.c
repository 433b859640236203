/* SPDX-License-Identifier: MIT */
/*
 * Shared zones: creation, adoption over a reload, and the keyed hash their
 * tables use.  A zone is one flat block with a head that names its layout; a
 * block of another layout is refused, never cast.  Every change of more than
 * one word happens under the zone's slab mutex, which the master releases when
 * its holder dies.
 */

#include "ngx_http_cnop_zone.h"

#include "nginx_modules/policy/siphash.h"

#include <openssl/rand.h>


#define NGX_HTTP_CNOP_ZONE_MAGIC   0x434e4f50
#define NGX_HTTP_CNOP_ZONE_LAYOUT  2


static ngx_int_t ngx_http_cnop_zone_init(ngx_shm_zone_t *shm_zone, void *data);


ngx_int_t
ngx_http_cnop_zone_add(ngx_conf_t *cf, ngx_http_cnop_zone_t *zone,
    ngx_str_t *name, size_t size)
{
    ngx_shm_zone_t  *shm_zone;

    shm_zone = ngx_shared_memory_add(cf, name, size, &ngx_http_cnop_module);
    if (shm_zone == NULL) {
        return NGX_ERROR;
    }

    shm_zone->init = ngx_http_cnop_zone_init;
    shm_zone->data = zone;
    zone->main_conf->zones[zone->kind] = shm_zone;

    return NGX_OK;
}


ngx_http_cnop_zone_t *
ngx_http_cnop_zone_get(ngx_http_cnop_main_conf_t *cmcf, ngx_uint_t kind)
{
    return cmcf->zones[kind] ? cmcf->zones[kind]->data : NULL;
}


static ngx_int_t
ngx_http_cnop_zone_create(ngx_http_cnop_zone_t *zone, ngx_log_t *log)
{
    size_t                      bytes;
    ngx_http_cnop_zone_head_t  *head;

    bytes = zone->shpool->pfree * ngx_pagesize;

    head = ngx_slab_alloc(zone->shpool, bytes);
    if (head == NULL) {
        return NGX_ERROR;
    }

    ngx_memzero(head, bytes);

    head->magic = NGX_HTTP_CNOP_ZONE_MAGIC;
    head->layout = NGX_HTTP_CNOP_ZONE_LAYOUT;
    head->kind = zone->kind;
    head->bytes = bytes;

    if (RAND_bytes((u_char *) head->seed, sizeof(head->seed)) != 1) {
        ngx_log_error(NGX_LOG_EMERG, log, 0,
                      "no random bytes for a shared zone");
        return NGX_ERROR;
    }

    zone->head = head;
    zone->shpool->data = head;
    zone->shpool->log_nomem = 0;

    return NGX_OK;
}


static ngx_int_t
ngx_http_cnop_zone_init(ngx_shm_zone_t *shm_zone, void *data)
{
    ngx_uint_t                  fresh;
    ngx_http_cnop_zone_t       *zone;
    ngx_http_cnop_zone_head_t  *head;

    zone = shm_zone->data;
    zone->shpool = (ngx_slab_pool_t *) shm_zone->shm.addr;
    fresh = (data == NULL && !shm_zone->shm.exists);

    if (fresh) {
        if (ngx_http_cnop_zone_create(zone, shm_zone->shm.log) != NGX_OK) {
            return NGX_ERROR;
        }

    } else {
        head = zone->shpool->data;

        if (head == NULL
            || head->magic != NGX_HTTP_CNOP_ZONE_MAGIC
            || head->layout != NGX_HTTP_CNOP_ZONE_LAYOUT
            || head->kind != (uint32_t) zone->kind)
        {
            ngx_log_error(
                NGX_LOG_EMERG, shm_zone->shm.log, 0,
                "shared zone \"%V\" has the layout of another module version: "
                "restart nginx instead of reloading it",
                &shm_zone->shm.name);
            return NGX_ERROR;
        }

        zone->head = head;
    }

    return zone->init(zone, fresh);
}


/* a client cannot aim at the bucket of another: the seed is ours */

uint64_t
ngx_http_cnop_zone_hash(ngx_http_cnop_zone_t *zone, const void *key, size_t len)
{
    return policy_siphash(zone->head->seed, key, len);
}


/*
 * milliseconds that never go back and mean the same in every worker;
 * ngx_current_msec would do, but wraps on 32-bit systems and is as old as the
 * last event loop turn
 */

uint64_t
ngx_http_cnop_now_ms(void)
{
    struct timespec  now;

    (void) clock_gettime(CLOCK_MONOTONIC, &now);

    return (uint64_t) now.tv_sec * 1000 + (uint64_t) now.tv_nsec / 1000000;
}


void
ngx_http_cnop_address_key(ngx_http_request_t *r, u_char key[16])
{
    ngx_http_cnop_sockaddr_key(r->connection->sockaddr, key);
}


void
ngx_http_cnop_sockaddr_key(struct sockaddr *sa, u_char key[16])
{
    struct sockaddr_in   *sin;
#if (NGX_HAVE_INET6)
    struct sockaddr_in6  *sin6;
#endif

    ngx_memzero(key, 16);

    switch (sa->sa_family) {

    case AF_INET:
        sin = (struct sockaddr_in *) sa;
        key[10] = 0xff;
        key[11] = 0xff;
        ngx_memcpy(&key[12], &sin->sin_addr, 4);
        break;

#if (NGX_HAVE_INET6)
    case AF_INET6:
        sin6 = (struct sockaddr_in6 *) sa;

        if (IN6_IS_ADDR_V4MAPPED(&sin6->sin6_addr)) {
            ngx_memcpy(key, &sin6->sin6_addr, 16);
        } else {
            ngx_memcpy(key, &sin6->sin6_addr, 8);
        }

        break;
#endif

    default:
        break;
    }
}
