/* SPDX-License-Identifier: MIT */
/*
 * The zone of the newest events: what the source sent, in the form in which
 * streams are given it, and the seats of the streams.  The bell is one eventfd
 * for all workers, made before the first of them and never read: each watches
 * for the edge that a ring makes, so one write wakes them all, those of an
 * earlier configuration too.
 */

#include "ngx_http_cnop_events.h"

#include <openssl/rand.h>
#include <signal.h>
#include <sys/eventfd.h>


#define NGX_HTTP_CNOP_EVENT_TEXT   4096
#define NGX_HTTP_CNOP_SEAT_BYTES   1024    /* of the zone, for each seat */
#define NGX_HTTP_CNOP_REACH        1000000 /* events, between two gateways */


typedef struct {
    ngx_http_cnop_zone_head_t    head;
    u_char                       boot_id[16];
    ngx_atomic_t                 synced;
    uint64_t                     taken_back;   /* the last such number */
    ngx_atomic_t                 revocations;
    ngx_atomic_t                 opened;
    ngx_atomic_t                 refused;
    ngx_atomic_t                 ends[NGX_HTTP_CNOP_ENDS];
    uint64_t                     ring_at;      /* behind the seats */
    struct seats                 seats;
} ngx_http_cnop_events_table_t;


typedef struct {
    struct cnop_str              one;
    struct cnop_str              many;
    ngx_uint_t                   channel;
} ngx_http_cnop_channel_t;


static ngx_http_cnop_channel_t  ngx_http_cnop_channels[] = {
    { CNOP_STR("order"), CNOP_STR("orders"), NGX_HTTP_CNOP_ORDERS },
    { CNOP_STR("fill"), CNOP_STR("fills"), NGX_HTTP_CNOP_FILLS },
    { CNOP_STR("balance"), CNOP_STR("balances"), NGX_HTTP_CNOP_BALANCES },
    { CNOP_STR("trade"), CNOP_STR("trades"), NGX_HTTP_CNOP_TRADES },
    { CNOP_STR("ticker"), CNOP_STR("tickers"), NGX_HTTP_CNOP_TICKERS }
};


static int  ngx_http_cnop_bell_fd = -1;


static ngx_http_cnop_events_table_t *
ngx_http_cnop_events_table(ngx_http_cnop_zone_t *zone)
{
    return (ngx_http_cnop_events_table_t *) zone->head;
}


static struct event_ring *
ngx_http_cnop_events_ring(ngx_http_cnop_zone_t *zone)
{
    return (struct event_ring *) ((u_char *) zone->head
                                  + ngx_http_cnop_events_table(zone)->ring_at);
}


ngx_int_t
ngx_http_cnop_events_zone(ngx_http_cnop_zone_t *zone, ngx_uint_t fresh)
{
    ngx_http_cnop_events_table_t  *table;

    if (!fresh) {
        return NGX_OK;
    }

    table = ngx_http_cnop_events_table(zone);
    table->seats.count = table->head.bytes / NGX_HTTP_CNOP_SEAT_BYTES;
    table->ring_at = ngx_align(sizeof(ngx_http_cnop_events_table_t)
                               + table->seats.count * sizeof(struct seat),
                               EVENT_RING_ALIGN);

    event_ring_init(ngx_http_cnop_events_ring(zone),
                    table->head.bytes - table->ring_at);

    return RAND_bytes(table->boot_id, 16) == 1 ? NGX_OK : NGX_ERROR;
}


ngx_uint_t
ngx_http_cnop_channel(struct cnop_str name, ngx_uint_t plural)
{
    ngx_uint_t                i;
    ngx_http_cnop_channel_t  *channel;

    for (i = 0; i < sizeof(ngx_http_cnop_channels)
                    / sizeof(ngx_http_cnop_channel_t); i++)
    {
        channel = &ngx_http_cnop_channels[i];

        if (cnop_str_equal(plural ? channel->many : channel->one, name)) {
            return channel->channel;
        }
    }

    return 0;
}


/* that numbers were left out is a record of its own, for those who listen */

static void
ngx_http_cnop_events_jump(struct event_ring *ring, uint64_t seq)
{
    struct event_record  record;

    event_ring_reset(ring, seq);

    ngx_memzero(&record, sizeof(struct event_record));
    record.channel = NGX_HTTP_CNOP_JUMP;
    record.account = seq;

    (void) event_ring_add(ring, &record, NULL, 0);
}


ngx_int_t
ngx_http_cnop_events_begin(ngx_http_cnop_zone_t *zone, uint64_t seq,
    ngx_uint_t reset)
{
    ngx_int_t                      rc;
    struct event_ring             *ring;
    ngx_http_cnop_events_table_t  *table;

    table = ngx_http_cnop_events_table(zone);
    ring = ngx_http_cnop_events_ring(zone);
    rc = NGX_OK;

    ngx_shmtx_lock(&zone->shpool->mutex);

    if (reset) {
        if (seq < ring->last_seq) {
            table->taken_back = ngx_max(table->taken_back, ring->last_seq);
        }

        ngx_http_cnop_events_jump(ring, seq);

    } else if (ring->last_seq != seq) {
        rc = NGX_DECLINED;
    }

    if (rc == NGX_OK) {
        table->synced = 1;
    }

    ngx_shmtx_unlock(&zone->shpool->mutex);

    return rc;
}


ngx_int_t
ngx_http_cnop_events_add(ngx_http_cnop_zone_t *zone, uint64_t seq,
    uint64_t account, struct cnop_str type, struct cnop_str json)
{
    bool                 added;
    u_char               text[NGX_HTTP_CNOP_EVENT_TEXT];
    struct cnop_buf      buf;
    struct event_record  record;

    cnop_buf_init(&buf, text, sizeof(text));

    if (seq) {
        cnop_buf_printf(&buf, "id: %lu\n", (unsigned long) seq);
    }

    cnop_buf_text(&buf, "event: ");
    cnop_buf_str(&buf, type);
    cnop_buf_text(&buf, "\ndata: ");
    cnop_buf_str(&buf, json);
    cnop_buf_text(&buf, "\n\n");

    if (buf.overflow) {
        return NGX_DECLINED;
    }

    ngx_memzero(&record, sizeof(struct event_record));
    record.channel = ngx_http_cnop_channel(type, 0);
    record.seq = seq;
    record.account = account;

    ngx_shmtx_lock(&zone->shpool->mutex);
    added = event_ring_add(ngx_http_cnop_events_ring(zone), &record, text,
                           buf.len);
    ngx_shmtx_unlock(&zone->shpool->mutex);

    return added ? NGX_OK : NGX_DECLINED;
}


ngx_int_t
ngx_http_cnop_events_end(ngx_http_cnop_zone_t *zone, uint64_t *place,
    uint64_t *seq)
{
    struct event_ring  *ring;

    ring = ngx_http_cnop_events_ring(zone);

    ngx_shmtx_lock(&zone->shpool->mutex);

    *place = ring->head;
    *seq = ring->last_seq;

    ngx_shmtx_unlock(&zone->shpool->mutex);

    return ngx_http_cnop_events_table(zone)->synced ? NGX_OK : NGX_DECLINED;
}


ngx_int_t
ngx_http_cnop_events_find(ngx_http_cnop_zone_t *zone, uint64_t seq,
    uint64_t *place, uint64_t *first)
{
    bool                found;
    struct event_ring  *ring;

    ring = ngx_http_cnop_events_ring(zone);

    ngx_shmtx_lock(&zone->shpool->mutex);

    found = event_ring_find(ring, seq, place);
    *first = ring->first_seq;

    if (!found) {
        *place = ring->tail;
    }

    ngx_shmtx_unlock(&zone->shpool->mutex);

    return found ? NGX_OK : NGX_DECLINED;
}


ngx_uint_t
ngx_http_cnop_events_ahead(ngx_http_cnop_zone_t *zone, uint64_t seq)
{
    uint64_t  place, last;

    (void) ngx_http_cnop_events_end(zone, &place, &last);

    return seq > ngx_http_cnop_events_table(zone)->taken_back
           && seq - last < NGX_HTTP_CNOP_REACH;
}


ngx_int_t
ngx_http_cnop_events_read(ngx_http_cnop_zone_t *zone, uint64_t *place,
    u_char *buffer, size_t size, size_t *used)
{
    bool  there;

    ngx_shmtx_lock(&zone->shpool->mutex);
    there = event_ring_read(ngx_http_cnop_events_ring(zone), place, buffer,
                            size, used);
    ngx_shmtx_unlock(&zone->shpool->mutex);

    return there ? NGX_OK : NGX_DECLINED;
}


ngx_int_t
ngx_http_cnop_seat_take(ngx_http_cnop_zone_t *zone,
    const struct seat_limits *limits, uint64_t account, const u_char key[16],
    uint32_t *seat)
{
    bool                           taken;
    struct seat                    who;
    ngx_http_cnop_events_table_t  *table;

    table = ngx_http_cnop_events_table(zone);

    who.account = account;
    who.address = ngx_http_cnop_zone_hash(zone, key, 16);
    who.process = ngx_pid;

    ngx_shmtx_lock(&zone->shpool->mutex);
    taken = seats_take(&table->seats, limits, &who, seat);
    ngx_shmtx_unlock(&zone->shpool->mutex);

    (void) ngx_atomic_fetch_add(taken ? &table->opened : &table->refused, 1);

    return taken ? NGX_OK : NGX_DECLINED;
}


void
ngx_http_cnop_seat_leave(ngx_http_cnop_zone_t *zone, uint32_t seat,
    ngx_http_cnop_end_e reason)
{
    ngx_http_cnop_events_table_t  *table;

    table = ngx_http_cnop_events_table(zone);

    seats_leave(&table->seats, seat);
    (void) ngx_atomic_fetch_add(&table->ends[reason], 1);
}


/* a process of our number that is not us had it before us */

static bool
ngx_http_cnop_is_gone(uint64_t process)
{
    return (ngx_pid_t) process == ngx_pid
           || (kill((ngx_pid_t) process, 0) == -1 && ngx_errno == ESRCH);
}


void
ngx_http_cnop_seats_reclaim(ngx_http_cnop_zone_t *zone)
{
    ngx_shmtx_lock(&zone->shpool->mutex);
    seats_reclaim(&ngx_http_cnop_events_table(zone)->seats,
                  ngx_http_cnop_is_gone);
    ngx_shmtx_unlock(&zone->shpool->mutex);
}


void
ngx_http_cnop_events_state(ngx_http_cnop_zone_t *zone,
    ngx_http_cnop_events_state_t *state)
{
    ngx_uint_t                     i;
    struct event_ring             *ring;
    ngx_http_cnop_events_table_t  *table;

    table = ngx_http_cnop_events_table(zone);
    ring = ngx_http_cnop_events_ring(zone);

    cnop_str_hex(table->boot_id, 16, state->boot_id);
    state->synced = table->synced;
    state->opened = table->opened;
    state->refused = table->refused;
    state->seats = table->seats.count;
    state->streams = seats_taken(&table->seats);

    for (i = 0; i < NGX_HTTP_CNOP_ENDS; i++) {
        state->ends[i] = table->ends[i];
    }

    ngx_shmtx_lock(&zone->shpool->mutex);

    state->first_seq = ring->first_seq;
    state->last_seq = ring->last_seq;

    ngx_shmtx_unlock(&zone->shpool->mutex);
}


ngx_int_t
ngx_http_cnop_bell_open(ngx_log_t *log)
{
    if (ngx_http_cnop_bell_fd != -1) {
        return NGX_OK;
    }

    ngx_http_cnop_bell_fd = eventfd(0, EFD_NONBLOCK|EFD_CLOEXEC);

    if (ngx_http_cnop_bell_fd == -1) {
        ngx_log_error(NGX_LOG_EMERG, log, ngx_errno, "eventfd() failed");
        return NGX_ERROR;
    }

    return NGX_OK;
}


int
ngx_http_cnop_bell(void)
{
    return ngx_http_cnop_bell_fd;
}


void
ngx_http_cnop_bell_ring(void)
{
    if (ngx_http_cnop_bell_fd != -1) {
        (void) eventfd_write(ngx_http_cnop_bell_fd, 1);
    }
}


void
ngx_http_cnop_events_revoked(ngx_http_cnop_main_conf_t *cmcf)
{
    ngx_http_cnop_zone_t  *zone;

    zone = ngx_http_cnop_zone_get(cmcf, NGX_HTTP_CNOP_ZONE_EVENTS);

    if (zone) {
        (void) ngx_atomic_fetch_add(
            &ngx_http_cnop_events_table(zone)->revocations, 1);
        ngx_http_cnop_bell_ring();
    }
}


ngx_atomic_uint_t
ngx_http_cnop_events_revocations(ngx_http_cnop_zone_t *zone)
{
    return ngx_http_cnop_events_table(zone)->revocations;
}
