/* SPDX-License-Identifier: MIT */
/*
 * The login guard.  A guess takes one of the address's free attempts before it may reach a worker
 * and settles when the worker has answered, so that parallel guesses can never be more than the
 * failures still allowed; one too many waits for the others to settle.  A block lasts exactly its
 * time, counted from the failure that caused it.
 */

#include "ngx_http_cnop_module.h"


#define NGX_HTTP_CNOP_GUARD_WAYS      8
#define NGX_HTTP_CNOP_GUARD_SLOTS     16
#define NGX_HTTP_CNOP_GUARD_HOLD_MS   120000   /* longer than any upstream timeout */
#define NGX_HTTP_CNOP_GUARD_WAIT_MS   10000
#define NGX_HTTP_CNOP_GUARD_POLL_MS   10


typedef struct {
    uint32_t                    pid;           /* 0 = free */
    uint32_t                    until_s;       /* monotonic */
} ngx_http_cnop_guard_slot_t;


typedef struct {
    u_char                      key[16];
    uint64_t                    used_ms;       /* 0 = empty */
    uint64_t                    window_ms;     /* of the first failure */
    uint64_t                    blocked_ms;    /* until; 0 = not blocked */
    uint32_t                    fails;
    uint32_t                    soft_fails;
    ngx_http_cnop_guard_slot_t  slots[NGX_HTTP_CNOP_GUARD_SLOTS];
} ngx_http_cnop_guard_row_t;


typedef struct {
    ngx_http_cnop_zone_head_t   head;
    uint64_t                    buckets;
    ngx_http_cnop_guard_row_t   rows[];
} ngx_http_cnop_guard_table_t;


typedef enum {
    NGX_HTTP_CNOP_GUARD_PASS = 0,
    NGX_HTTP_CNOP_GUARD_WAIT,
    NGX_HTTP_CNOP_GUARD_BLOCK
} ngx_http_cnop_guard_verdict_e;


static ngx_http_cnop_guard_row_t *ngx_http_cnop_guard_find(ngx_http_cnop_zone_t *zone,
    const u_char key[16], ngx_uint_t create, ngx_uint_t *evicted);
static ngx_http_cnop_guard_verdict_e ngx_http_cnop_guard_reserve(
    ngx_http_cnop_zone_t *zone, ngx_http_cnop_guard_t *guard,
    ngx_http_cnop_guard_hold_t *hold, uint64_t *left_ms, ngx_uint_t *evicted);
static ngx_int_t ngx_http_cnop_guard_wait(ngx_http_request_t *r,
    ngx_http_cnop_ctx_t *ctx);
static void ngx_http_cnop_guard_resume(ngx_http_request_t *r);


ngx_int_t
ngx_http_cnop_guard_zone(ngx_http_cnop_zone_t *zone, ngx_uint_t fresh)
{
    ngx_http_cnop_guard_table_t  *table;

    if (fresh) {
        table = (ngx_http_cnop_guard_table_t *) zone->head;
        table->buckets = (table->head.bytes - sizeof(ngx_http_cnop_guard_table_t))
                         / (sizeof(ngx_http_cnop_guard_row_t) * NGX_HTTP_CNOP_GUARD_WAYS);
    }

    return NGX_OK;
}


ngx_int_t
ngx_http_cnop_guard_check(ngx_http_request_t *r, ngx_http_cnop_ctx_t *ctx)
{
    uint64_t                        left_ms;
    ngx_uint_t                      evicted;
    ngx_http_cnop_zone_t           *zone;
    ngx_http_cnop_guard_t          *guard;
    ngx_http_cnop_loc_conf_t       *clcf;
    ngx_http_cnop_main_conf_t      *cmcf;
    ngx_http_cnop_guard_verdict_e   verdict;

    if (ctx->guard_hold.reserved || ctx->guard_status) {
        return NGX_DECLINED;
    }

    clcf = ngx_http_get_module_loc_conf(r, ngx_http_cnop_module);
    cmcf = ngx_http_get_module_main_conf(r, ngx_http_cnop_module);
    zone = ngx_http_cnop_zone_get(cmcf, NGX_HTTP_CNOP_ZONE_GUARD);
    guard = clcf->guard;

    ngx_http_cnop_address_key(r, ctx->guard_hold.key);

    verdict = ngx_http_cnop_guard_reserve(zone, guard, &ctx->guard_hold, &left_ms,
                                          &evicted);

    if (evicted) {
        ngx_http_cnop_count(cmcf, NGX_HTTP_CNOP_N_GUARD_EVICTED);
    }

    if (verdict == NGX_HTTP_CNOP_GUARD_PASS) {
        ctx->guard_status = "PASSED";
        return NGX_DECLINED;
    }

    if (guard->dry_run) {
        ctx->guard_status = "REJECTED_DRY_RUN";
        return NGX_DECLINED;
    }

    if (verdict == NGX_HTTP_CNOP_GUARD_WAIT) {
        return ngx_http_cnop_guard_wait(r, ctx);
    }

    ctx->guard_status = "REJECTED";
    ctx->retry_after = (left_ms + 999) / 1000;
    ngx_http_cnop_count(cmcf, NGX_HTTP_CNOP_N_GUARD_REJECTED);
    ngx_http_cnop_audit(r, "access_denied", "ip_blocked");

    return ngx_http_cnop_problem(r, CNOP_E_IP_BLOCKED, "access denied, IP blocked");
}


/* under the lock: how many guesses of living workers are on their way */

static ngx_uint_t
ngx_http_cnop_guard_held(ngx_http_cnop_guard_row_t *row, uint64_t now, ngx_uint_t *free)
{
    ngx_uint_t                   i, held;
    ngx_http_cnop_guard_slot_t  *slot;

    held = 0;
    *free = NGX_HTTP_CNOP_GUARD_SLOTS;

    for (i = 0; i < NGX_HTTP_CNOP_GUARD_SLOTS; i++) {
        slot = &row->slots[i];

        if (slot->pid
            && (slot->until_s <= now / 1000
                || (kill((ngx_pid_t) slot->pid, 0) == -1 && ngx_errno == NGX_ESRCH)))
        {
            slot->pid = 0;
        }

        if (slot->pid) {
            held++;
        } else {
            *free = i;
        }
    }

    return held;
}


static ngx_http_cnop_guard_verdict_e
ngx_http_cnop_guard_reserve(ngx_http_cnop_zone_t *zone, ngx_http_cnop_guard_t *guard,
    ngx_http_cnop_guard_hold_t *hold, uint64_t *left_ms, ngx_uint_t *evicted)
{
    uint64_t                        now;
    ngx_uint_t                      free;
    ngx_http_cnop_guard_row_t      *row;
    ngx_http_cnop_guard_verdict_e   verdict;

    *left_ms = 0;
    verdict = NGX_HTTP_CNOP_GUARD_WAIT;

    ngx_shmtx_lock(&zone->shpool->mutex);

    row = ngx_http_cnop_guard_find(zone, hold->key, 1, evicted);
    now = ngx_http_cnop_now_ms();
    row->used_ms = now;

    if (row->blocked_ms && row->blocked_ms <= now) {
        row->blocked_ms = 0;
        row->fails = 0;
        row->soft_fails = 0;
    }

    if ((row->fails || row->soft_fails) && now - row->window_ms >= guard->within) {
        row->fails = 0;
        row->soft_fails = 0;
    }

    if (row->blocked_ms) {
        *left_ms = row->blocked_ms - now;
        verdict = NGX_HTTP_CNOP_GUARD_BLOCK;

    } else if (ngx_http_cnop_guard_held(row, now, &free) + row->fails < guard->fails
               && free < NGX_HTTP_CNOP_GUARD_SLOTS)
    {
        row->slots[free].until_s = (uint32_t) ((now + NGX_HTTP_CNOP_GUARD_HOLD_MS) / 1000);
        row->slots[free].pid = (uint32_t) ngx_pid;
        hold->slot = free;
        hold->reserved = 1;
        verdict = NGX_HTTP_CNOP_GUARD_PASS;
    }

    ngx_shmtx_unlock(&zone->shpool->mutex);

    return verdict;
}


/* under the lock; a row in use is one with failures, a block or a guess on its way */

static ngx_http_cnop_guard_row_t *
ngx_http_cnop_guard_find(ngx_http_cnop_zone_t *zone, const u_char key[16],
    ngx_uint_t create, ngx_uint_t *evicted)
{
    ngx_uint_t                    i;
    ngx_http_cnop_guard_row_t    *row, *victim;
    ngx_http_cnop_guard_table_t  *table;

    table = (ngx_http_cnop_guard_table_t *) zone->head;
    row = &table->rows[ngx_http_cnop_zone_hash(zone, key, 16) % table->buckets
                       * NGX_HTTP_CNOP_GUARD_WAYS];
    victim = NULL;

    for (i = 0; i < NGX_HTTP_CNOP_GUARD_WAYS; i++) {

        if (row[i].used_ms && ngx_memcmp(row[i].key, key, 16) == 0) {
            if (evicted) {
                *evicted = 0;
            }

            return &row[i];
        }

        /* blocked addresses are the last to be forgotten */

        if (victim == NULL
            || (row[i].blocked_ms == 0) > (victim->blocked_ms == 0)
            || ((row[i].blocked_ms == 0) == (victim->blocked_ms == 0)
                && row[i].used_ms < victim->used_ms))
        {
            victim = &row[i];
        }
    }

    if (!create) {
        return NULL;
    }

    if (evicted) {
        *evicted = (victim->used_ms && (victim->fails || victim->blocked_ms));
    }

    ngx_memzero(victim, sizeof(ngx_http_cnop_guard_row_t));
    ngx_memcpy(victim->key, key, 16);
    victim->used_ms = ngx_http_cnop_now_ms();

    return victim;
}


/* status 0: the guess never got an answer */

void
ngx_http_cnop_guard_settle(ngx_http_request_t *r, ngx_http_cnop_ctx_t *ctx,
    ngx_uint_t status)
{
    uint64_t                     now;
    ngx_uint_t                   blocked;
    ngx_http_cnop_zone_t        *zone;
    ngx_http_cnop_guard_t       *guard;
    ngx_http_cnop_guard_row_t   *row;
    ngx_http_cnop_guard_hold_t  *hold;
    ngx_http_cnop_loc_conf_t    *clcf;
    ngx_http_cnop_main_conf_t   *cmcf;

    hold = &ctx->guard_hold;

    if (!hold->reserved) {
        return;
    }

    hold->reserved = 0;

    clcf = ngx_http_get_module_loc_conf(r, ngx_http_cnop_module);
    cmcf = ngx_http_get_module_main_conf(r, ngx_http_cnop_module);
    zone = ngx_http_cnop_zone_get(cmcf, NGX_HTTP_CNOP_ZONE_GUARD);
    guard = clcf->guard;
    blocked = 0;

    ngx_shmtx_lock(&zone->shpool->mutex);

    row = ngx_http_cnop_guard_find(zone, hold->key, 0, NULL);
    now = ngx_http_cnop_now_ms();

    if (row && row->slots[hold->slot].pid == (uint32_t) ngx_pid) {
        row->slots[hold->slot].pid = 0;
    }

    if (row && guard && status) {

        if (status == guard->status || (guard->soft_fails && status == guard->soft_status)) {

            if (row->fails == 0 && row->soft_fails == 0) {
                row->window_ms = now;
            }

            if (status == guard->status) {
                row->fails++;
            } else {
                row->soft_fails++;
            }

            if (!row->blocked_ms
                && (row->fails >= guard->fails
                    || (guard->soft_fails && row->soft_fails >= guard->soft_fails)))
            {
                row->blocked_ms = now + guard->block;
                blocked = 1;
            }

        } else if (status >= 200 && status < 300) {
            row->fails = 0;
            row->soft_fails = 0;
        }
    }

    ngx_shmtx_unlock(&zone->shpool->mutex);

    if (blocked) {
        ngx_http_cnop_count(cmcf, NGX_HTTP_CNOP_N_GUARD_BLOCKED);
        ngx_http_cnop_audit(r, "security_event", "ip_blocked");
    }
}


/* by hand: block for some time, or with 0 forget the address */

void
ngx_http_cnop_guard_force(ngx_http_cnop_zone_t *zone, const u_char key[16],
    ngx_msec_t block)
{
    ngx_http_cnop_guard_row_t  *row;

    ngx_shmtx_lock(&zone->shpool->mutex);

    row = ngx_http_cnop_guard_find(zone, key, block != 0, NULL);

    if (row) {
        row->fails = 0;
        row->soft_fails = 0;
        row->blocked_ms = block ? ngx_http_cnop_now_ms() + block : 0;
    }

    ngx_shmtx_unlock(&zone->shpool->mutex);
}


static void
ngx_http_cnop_guard_print(ngx_http_cnop_guard_row_t *row, uint64_t now,
    struct cnop_buf *buf)
{
    u_char               text[NGX_SOCKADDR_STRLEN];
    size_t               len;
    struct sockaddr_in6  sin6;

    ngx_memzero(&sin6, sizeof(struct sockaddr_in6));
    sin6.sin6_family = AF_INET6;
    ngx_memcpy(&sin6.sin6_addr, row->key, 16);

    len = ngx_sock_ntop((struct sockaddr *) &sin6, sizeof(struct sockaddr_in6), text,
                        NGX_SOCKADDR_STRLEN, 0);

    cnop_buf_printf(buf, "{\"address\":\"%.*s\",\"fails\":%u,\"unknown_users\":%u,"
                    "\"blocked\":%s,\"seconds_left\":%lu}",
                    (int) len, text, row->fails, row->soft_fails,
                    row->blocked_ms > now ? "true" : "false",
                    row->blocked_ms > now
                        ? (unsigned long) ((row->blocked_ms - now + 999) / 1000) : 0ul);
}


/* how many addresses are blocked; with a buffer, lists those with failures or a block */

ngx_uint_t
ngx_http_cnop_guard_list(ngx_http_cnop_zone_t *zone, struct cnop_buf *buf)
{
    uint64_t                      i, now;
    ngx_uint_t                    blocked, listed;
    ngx_http_cnop_guard_row_t    *row, copy;
    ngx_http_cnop_guard_table_t  *table;

    table = (ngx_http_cnop_guard_table_t *) zone->head;
    now = ngx_http_cnop_now_ms();
    blocked = 0;
    listed = 0;

    for (i = 0; i < table->buckets * NGX_HTTP_CNOP_GUARD_WAYS; i++) {
        row = &table->rows[i];

        if (row->used_ms == 0
            || (row->fails == 0 && row->soft_fails == 0 && row->blocked_ms == 0))
        {
            continue;
        }

        ngx_shmtx_lock(&zone->shpool->mutex);
        copy = *row;
        ngx_shmtx_unlock(&zone->shpool->mutex);

        if (copy.blocked_ms > now) {
            blocked++;
        }

        if (buf && listed < 1000) {
            cnop_buf_text(buf, listed++ ? ",\n" : "\n");
            ngx_http_cnop_guard_print(&copy, now, buf);
        }
    }

    return blocked;
}


/* all attempts are on their way: look again when one may have settled */

static ngx_int_t
ngx_http_cnop_guard_wait(ngx_http_request_t *r, ngx_http_cnop_ctx_t *ctx)
{
    ngx_msec_t  now;

    now = ngx_current_msec;

    if (ctx->guard_deadline == 0) {
        ctx->guard_deadline = now + NGX_HTTP_CNOP_GUARD_WAIT_MS;
    }

    if ((ngx_msec_int_t) (ctx->guard_deadline - now) <= 0) {
        ctx->guard_status = "REJECTED";
        ctx->retry_after = 1;
        return ngx_http_cnop_problem(r, CNOP_E_RATE_LIMITED,
                                     "Too many logins from this address are in progress.");
    }

    if (ngx_handle_read_event(r->connection->read, 0) != NGX_OK) {
        return NGX_HTTP_INTERNAL_SERVER_ERROR;
    }

    r->read_event_handler = ngx_http_test_reading;
    r->write_event_handler = ngx_http_cnop_guard_resume;
    r->connection->write->delayed = 1;
    ngx_add_timer(r->connection->write, NGX_HTTP_CNOP_GUARD_POLL_MS);

    return NGX_AGAIN;
}


static void
ngx_http_cnop_guard_resume(ngx_http_request_t *r)
{
    ngx_event_t  *wev;

    wev = r->connection->write;

    if (wev->delayed) {

        if (ngx_handle_write_event(wev, 0) != NGX_OK) {
            ngx_http_finalize_request(r, NGX_HTTP_INTERNAL_SERVER_ERROR);
        }

        return;
    }

    if (ngx_handle_read_event(r->connection->read, 0) != NGX_OK) {
        ngx_http_finalize_request(r, NGX_HTTP_INTERNAL_SERVER_ERROR);
        return;
    }

    r->read_event_handler = ngx_http_block_reading;
    r->write_event_handler = ngx_http_core_run_phases;

    ngx_http_core_run_phases(r);
}
