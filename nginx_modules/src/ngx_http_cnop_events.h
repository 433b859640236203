/* SPDX-License-Identifier: MIT */
/*
 * The newest events in shared memory, the seats of those who listen, and the
 * bell that tells every worker that something is there.
 */

#ifndef _NGX_HTTP_CNOP_EVENTS_H_INCLUDED_
#define _NGX_HTTP_CNOP_EVENTS_H_INCLUDED_


#include "ngx_http_cnop_zone.h"

#include "nginx_modules/policy/event_ring.h"
#include "nginx_modules/policy/seats.h"
#include "shared/base/buf.h"


#define NGX_HTTP_CNOP_ORDERS       0x01
#define NGX_HTTP_CNOP_FILLS        0x02
#define NGX_HTTP_CNOP_BALANCES     0x04
#define NGX_HTTP_CNOP_TRADES       0x08
#define NGX_HTTP_CNOP_TICKERS      0x10
#define NGX_HTTP_CNOP_JUMP         0x20    /* to all: numbers were left out */

#define NGX_HTTP_CNOP_PRIVATE                                                 \
    (NGX_HTTP_CNOP_ORDERS|NGX_HTTP_CNOP_FILLS|NGX_HTTP_CNOP_BALANCES)
#define NGX_HTTP_CNOP_PUBLIC                                                  \
    (NGX_HTTP_CNOP_TRADES|NGX_HTTP_CNOP_TICKERS)


/* why a stream ended */

typedef enum {
    NGX_HTTP_CNOP_END_CLIENT = 0,
    NGX_HTTP_CNOP_END_EXPIRED,
    NGX_HTTP_CNOP_END_REVOKED,
    NGX_HTTP_CNOP_END_SLOW,
    NGX_HTTP_CNOP_END_SHUTDOWN,
    NGX_HTTP_CNOP_ENDS
} ngx_http_cnop_end_e;


typedef struct {
    char                         boot_id[33];
    ngx_uint_t                   synced;
    uint64_t                     first_seq;
    uint64_t                     last_seq;
    ngx_uint_t                   streams;
    ngx_uint_t                   seats;
    ngx_atomic_uint_t            opened;
    ngx_atomic_uint_t            refused;
    ngx_atomic_uint_t            ends[NGX_HTTP_CNOP_ENDS];
} ngx_http_cnop_events_state_t;


ngx_int_t ngx_http_cnop_events_zone(ngx_http_cnop_zone_t *zone,
    ngx_uint_t fresh);

/* the bit of "orders" or "order", and so on; 0: unknown */

ngx_uint_t ngx_http_cnop_channel(struct cnop_str name, ngx_uint_t plural);

/*
 * begins a text of the source: what follows comes after this number.  With
 * "reset" whatever there was is forgotten.  NGX_DECLINED: there is another
 * number here
 */

ngx_int_t ngx_http_cnop_events_begin(ngx_http_cnop_zone_t *zone, uint64_t seq,
    ngx_uint_t reset);

/* NGX_DECLINED: not the next number */

ngx_int_t ngx_http_cnop_events_add(ngx_http_cnop_zone_t *zone, uint64_t seq,
    uint64_t account, struct cnop_str type, struct cnop_str json);

/* where the newest event ends, and its number; NGX_DECLINED: not known yet */

ngx_int_t ngx_http_cnop_events_end(ngx_http_cnop_zone_t *zone, uint64_t *place,
    uint64_t *seq);

/*
 * the place behind a number; NGX_DECLINED: some of what followed it is gone,
 * and *first is the oldest that is there
 */

ngx_int_t ngx_http_cnop_events_find(ngx_http_cnop_zone_t *zone, uint64_t seq,
    uint64_t *place, uint64_t *first);

/*
 * a number that another gateway may have given already: not one that was taken
 * back here, as when a database is brought back to an earlier moment, and not
 * one out of all reach
 */

ngx_uint_t ngx_http_cnop_events_ahead(ngx_http_cnop_zone_t *zone,
    uint64_t seq);

/* whole records; NGX_DECLINED: the place is gone */

ngx_int_t ngx_http_cnop_events_read(ngx_http_cnop_zone_t *zone,
    uint64_t *place, u_char *buffer, size_t size, size_t *used);

/* a seat for a stream, or NGX_DECLINED: account or address have theirs */

ngx_int_t ngx_http_cnop_seat_take(ngx_http_cnop_zone_t *zone,
    const struct seat_limits *limits, uint64_t account, const u_char key[16],
    uint32_t *seat);
void ngx_http_cnop_seat_leave(ngx_http_cnop_zone_t *zone, uint32_t seat,
    ngx_http_cnop_end_e reason);

/* those of workers that are gone, when a worker starts */

void ngx_http_cnop_seats_reclaim(ngx_http_cnop_zone_t *zone);

void ngx_http_cnop_events_state(ngx_http_cnop_zone_t *zone,
    ngx_http_cnop_events_state_t *state);

/* ---- the bell ---- */

/* in the master, once */

ngx_int_t ngx_http_cnop_bell_open(ngx_log_t *log);

/* -1: there is none */

int ngx_http_cnop_bell(void);

/* wakes every worker, of this configuration and of those before */

void ngx_http_cnop_bell_ring(void);

/* rings it because sessions ended; how often that has happened */

void ngx_http_cnop_events_revoked(ngx_http_cnop_main_conf_t *cmcf);
ngx_atomic_uint_t ngx_http_cnop_events_revocations(ngx_http_cnop_zone_t *zone);


#endif /* _NGX_HTTP_CNOP_EVENTS_H_INCLUDED_ */
