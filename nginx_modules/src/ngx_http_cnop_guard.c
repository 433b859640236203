/* SPDX-License-Identifier: MIT */
/*
 * The login guard: takes a place in its address's row before a guess may reach
 * the service and tells the row what the answer was.  One guess too many waits
 * for the others to settle.  What an event does to a row is policy/guard's.
 */

#include "ngx_http_cnop_audit.h"
#include "ngx_http_cnop_guard.h"
#include "ngx_http_cnop_metrics.h"
#include "ngx_http_cnop_problem.h"
#include "ngx_http_cnop_wait.h"


#define NGX_HTTP_CNOP_GUARD_WAIT_MS   10000
#define NGX_HTTP_CNOP_GUARD_POLL_MS   10
#define NGX_HTTP_CNOP_GUARD_LISTED    1000


typedef struct {
    ngx_http_cnop_zone_head_t   head;
    uint64_t                    buckets;
    struct guard_row            rows[];
} ngx_http_cnop_guard_table_t;


typedef struct {
    struct guard_result         result;
    struct guard_slot           slots[GUARD_SLOTS];
    bool                        evicted;
} ngx_http_cnop_guard_outcome_t;


static void ngx_http_cnop_guard_tell(ngx_http_cnop_zone_t *zone,
    const struct guard_rule *rule, const u_char key[16],
    const struct guard_event *event, ngx_http_cnop_guard_outcome_t *outcome);
static ngx_int_t ngx_http_cnop_guard_hold(ngx_http_request_t *r,
    ngx_http_cnop_ctx_t *ctx, ngx_http_cnop_guard_t *guard,
    ngx_uint_t slot);
static ngx_int_t ngx_http_cnop_guard_wait(ngx_http_request_t *r,
    ngx_http_cnop_ctx_t *ctx, ngx_http_cnop_guard_t *guard,
    ngx_http_cnop_guard_outcome_t *outcome);
static void ngx_http_cnop_guard_cleanup(void *data);


/* for events by hand, which no rule bears on */

static const struct guard_rule  ngx_http_cnop_guard_any = {
    .fails = GUARD_FAILS_MAX,
    .within_ms = UINT64_MAX,
    .block_ms = 0,
    .hold_ms = 0
};


ngx_int_t
ngx_http_cnop_guard_zone(ngx_http_cnop_zone_t *zone, ngx_uint_t fresh)
{
    ngx_http_cnop_guard_table_t  *table;

    if (fresh) {
        table = (ngx_http_cnop_guard_table_t *) zone->head;
        table->buckets = (table->head.bytes
                          - sizeof(ngx_http_cnop_guard_table_t))
                         / (sizeof(struct guard_row) * GUARD_WAYS);
    }

    return NGX_OK;
}


/* the one place that locks the zone to change a row */

static void
ngx_http_cnop_guard_tell(ngx_http_cnop_zone_t *zone,
    const struct guard_rule *rule, const u_char key[16],
    const struct guard_event *event, ngx_http_cnop_guard_outcome_t *outcome)
{
    bool                          create;
    uint64_t                      hash, now;
    struct guard_row             *row;
    ngx_http_cnop_guard_table_t  *table;

    ngx_memzero(outcome, sizeof(ngx_http_cnop_guard_outcome_t));

    create = event->kind == GUARD_ASK || event->kind == GUARD_BLOCK
             || event->kind == GUARD_FAILED || event->kind == GUARD_SOFT;
    table = (ngx_http_cnop_guard_table_t *) zone->head;
    hash = ngx_http_cnop_zone_hash(zone, key, 16);

    ngx_shmtx_lock(&zone->shpool->mutex);

    now = ngx_http_cnop_now_ms();
    row = guard_find(&table->rows[hash % table->buckets * GUARD_WAYS], key,
                     now, create, &outcome->evicted);

    if (row) {
        guard_apply(row, rule, event, now, &outcome->result);

        if (outcome->result.verdict == GUARD_WAIT) {
            ngx_memcpy(outcome->slots, row->slots, sizeof(outcome->slots));
        }
    }

    ngx_shmtx_unlock(&zone->shpool->mutex);
}


ngx_int_t
ngx_http_cnop_guard_check(ngx_http_request_t *r, ngx_http_cnop_ctx_t *ctx)
{
    struct guard_event              event;
    ngx_http_cnop_zone_t           *zone;
    ngx_http_cnop_guard_t          *guard;
    ngx_http_cnop_loc_conf_t       *clcf;
    ngx_http_cnop_main_conf_t      *cmcf;
    ngx_http_cnop_guard_outcome_t   outcome;

    if (ctx->guard_hold.reserved || ctx->guard_status) {
        return NGX_DECLINED;
    }

    clcf = ngx_http_get_module_loc_conf(r, ngx_http_cnop_module);
    cmcf = ngx_http_get_module_main_conf(r, ngx_http_cnop_module);
    zone = ngx_http_cnop_zone_get(cmcf, NGX_HTTP_CNOP_ZONE_GUARD);
    guard = clcf->guard;

    ngx_http_cnop_address_key(r, ctx->guard_hold.key);

    ngx_memzero(&event, sizeof(struct guard_event));
    event.kind = GUARD_ASK;
    event.pid = ngx_pid;

    ngx_http_cnop_guard_tell(zone, &guard->rule, ctx->guard_hold.key, &event,
                             &outcome);

    ngx_log_debug1(NGX_LOG_DEBUG_HTTP, r->connection->log, 0,
                   "cnop guard verdict:%d", outcome.result.verdict);

    if (outcome.evicted) {
        ngx_http_cnop_count(cmcf, NGX_HTTP_CNOP_N_GUARD_EVICTED);
    }

    if (outcome.result.verdict == GUARD_GO) {
        ctx->guard_status = "PASSED";
        return ngx_http_cnop_guard_hold(r, ctx, guard, outcome.result.slot);
    }

    if (guard->dry_run) {
        ctx->guard_status = "REJECTED_DRY_RUN";
        return NGX_DECLINED;
    }

    if (outcome.result.verdict == GUARD_WAIT) {
        return ngx_http_cnop_guard_wait(r, ctx, guard, &outcome);
    }

    ctx->guard_status = "REJECTED";
    ctx->retry_after = (outcome.result.left_ms + 999) / 1000;
    ngx_http_cnop_count(cmcf, NGX_HTTP_CNOP_N_GUARD_REJECTED);
    ngx_http_cnop_audit(r, "access_denied", "ip_blocked");

    return ngx_http_cnop_problem(r, CNOP_E_IP_BLOCKED,
                                 "access denied, IP blocked");
}


/* the place is taken; whatever ends the request gives it back */

static ngx_int_t
ngx_http_cnop_guard_hold(ngx_http_request_t *r, ngx_http_cnop_ctx_t *ctx,
    ngx_http_cnop_guard_t *guard, ngx_uint_t slot)
{
    ngx_pool_cleanup_t  *cln;

    ctx->guard_hold.slot = slot;
    ctx->guard_hold.reserved = 1;

    cln = ngx_pool_cleanup_add(r->pool, 0);
    if (cln == NULL) {
        ngx_http_cnop_guard_settle(r, ctx, 0);
        return NGX_HTTP_INTERNAL_SERVER_ERROR;
    }

    cln->handler = ngx_http_cnop_guard_cleanup;
    cln->data = ctx;

    return NGX_DECLINED;
}


static void
ngx_http_cnop_guard_cleanup(void *data)
{
    ngx_http_cnop_ctx_t *ctx = data;

    ngx_http_cnop_guard_settle(ctx->request, ctx, 0);
}


/*
 * Which account a guess was at, by the service's word; 0 when it does not say.
 * Only the hash is kept.
 */

static uint32_t
ngx_http_cnop_guard_account(ngx_http_request_t *r, ngx_http_cnop_zone_t *zone)
{
    uint64_t          hash;
    ngx_uint_t        count;
    ngx_table_elt_t  *h;

    if (r->upstream == NULL) {
        return 0;
    }

    h = ngx_http_cnop_find_header(&r->upstream->headers_in.headers,
                                  "X-Cnop-Audit-User", &count);
    if (h == NULL) {
        return 0;
    }

    hash = ngx_http_cnop_zone_hash(zone, h->value.data, h->value.len);

    return (uint32_t) hash ? (uint32_t) hash : 1;
}


/* status 0: the guess never got an answer */

static enum guard_event_kind
ngx_http_cnop_guard_kind(ngx_http_cnop_guard_t *guard, ngx_uint_t status)
{
    if (guard && status && status == guard->status) {
        return GUARD_FAILED;
    }

    if (guard && guard->rule.soft_fails && status == guard->soft_status) {
        return GUARD_SOFT;
    }

    return status >= 200 && status < 300 ? GUARD_PASSED : GUARD_RELEASE;
}


void
ngx_http_cnop_guard_settle(ngx_http_request_t *r, ngx_http_cnop_ctx_t *ctx,
    ngx_uint_t status)
{
    struct guard_event              event;
    const struct guard_rule        *rule;
    ngx_http_cnop_zone_t           *zone;
    ngx_http_cnop_loc_conf_t       *clcf;
    ngx_http_cnop_main_conf_t      *cmcf;
    ngx_http_cnop_guard_outcome_t   outcome;

    if (!ctx->guard_hold.reserved) {
        return;
    }

    ctx->guard_hold.reserved = 0;

    clcf = ngx_http_get_module_loc_conf(r, ngx_http_cnop_module);
    cmcf = ngx_http_get_module_main_conf(r, ngx_http_cnop_module);
    zone = ngx_http_cnop_zone_get(cmcf, NGX_HTTP_CNOP_ZONE_GUARD);
    rule = clcf->guard ? &clcf->guard->rule : &ngx_http_cnop_guard_any;

    ngx_memzero(&event, sizeof(struct guard_event));
    event.kind = ngx_http_cnop_guard_kind(clcf->guard, status);
    event.pid = ngx_pid;
    event.slot = ctx->guard_hold.slot;
    event.account = ngx_http_cnop_guard_account(r, zone);

    ngx_http_cnop_guard_tell(zone, rule, ctx->guard_hold.key, &event,
                             &outcome);

    if (outcome.result.newly_blocked) {
        ngx_http_cnop_count(cmcf, NGX_HTTP_CNOP_N_GUARD_BLOCKED);
        ngx_http_cnop_audit_block(r, 1, "gateway", "failed_logins",
                                  &r->connection->addr_text);
    }
}


/* outside the lock: workers that died with a guess on its way */

static void
ngx_http_cnop_guard_bury(ngx_http_cnop_zone_t *zone,
    const struct guard_rule *rule, const u_char key[16],
    const struct guard_slot slots[GUARD_SLOTS])
{
    ngx_uint_t                      i;
    struct guard_event              event;
    ngx_http_cnop_guard_outcome_t   outcome;

    ngx_memzero(&event, sizeof(struct guard_event));
    event.kind = GUARD_DIED;

    for (i = 0; i < GUARD_SLOTS; i++) {

        if (slots[i].pid == 0 || slots[i].pid == (uint32_t) ngx_pid
            || slots[i].pid == event.pid
            || kill((ngx_pid_t) slots[i].pid, 0) == 0
            || ngx_errno != NGX_ESRCH)
        {
            continue;
        }

        event.pid = slots[i].pid;
        ngx_http_cnop_guard_tell(zone, rule, key, &event, &outcome);
    }
}


/* all attempts are on their way: look again when one may have settled */

static ngx_int_t
ngx_http_cnop_guard_wait(ngx_http_request_t *r, ngx_http_cnop_ctx_t *ctx,
    ngx_http_cnop_guard_t *guard, ngx_http_cnop_guard_outcome_t *outcome)
{
    ngx_msec_t                  now;
    ngx_http_cnop_main_conf_t  *cmcf;

    cmcf = ngx_http_get_module_main_conf(r, ngx_http_cnop_module);
    now = ngx_current_msec;

    if (ctx->guard_deadline == 0) {
        ctx->guard_deadline = now + NGX_HTTP_CNOP_GUARD_WAIT_MS;
    }

    if ((ngx_msec_int_t) (ctx->guard_deadline - now) <= 0) {
        ctx->guard_status = "REJECTED";
        ctx->retry_after = 1;
        return ngx_http_cnop_problem(r, CNOP_E_RATE_LIMITED,
                                     "Too many logins from this address are "
                                     "in progress.");
    }

    ngx_http_cnop_guard_bury(ngx_http_cnop_zone_get(cmcf,
                                                    NGX_HTTP_CNOP_ZONE_GUARD),
                             &guard->rule, ctx->guard_hold.key,
                             outcome->slots);

    return ngx_http_cnop_wait(r, NGX_HTTP_CNOP_GUARD_POLL_MS);
}


void
ngx_http_cnop_guard_force(ngx_http_cnop_zone_t *zone, const u_char key[16],
    ngx_msec_t block)
{
    struct guard_event              event;
    ngx_http_cnop_guard_outcome_t   outcome;

    ngx_memzero(&event, sizeof(struct guard_event));
    event.kind = block ? GUARD_BLOCK : GUARD_FORGET;
    event.block_ms = block;

    ngx_http_cnop_guard_tell(zone, &ngx_http_cnop_guard_any, key, &event,
                             &outcome);
}


/* As everything else writes it: of IPv4 not the mapped form. */
static size_t
ngx_http_cnop_guard_address(const u_char key[16],
    u_char text[NGX_SOCKADDR_STRLEN])
{
    struct sockaddr_in   sin;
    struct sockaddr_in6  sin6;

    ngx_memzero(&sin6, sizeof(struct sockaddr_in6));
    sin6.sin6_family = AF_INET6;
    ngx_memcpy(&sin6.sin6_addr, key, 16);

    if (!IN6_IS_ADDR_V4MAPPED(&sin6.sin6_addr)) {
        return ngx_sock_ntop((struct sockaddr *) &sin6,
                             sizeof(struct sockaddr_in6), text,
                             NGX_SOCKADDR_STRLEN, 0);
    }

    ngx_memzero(&sin, sizeof(struct sockaddr_in));
    sin.sin_family = AF_INET;
    ngx_memcpy(&sin.sin_addr, key + 12, 4);

    return ngx_sock_ntop((struct sockaddr *) &sin, sizeof(struct sockaddr_in),
                         text, NGX_SOCKADDR_STRLEN, 0);
}


static void
ngx_http_cnop_guard_print(struct guard_row *row, uint64_t now,
    struct cnop_buf *buf)
{
    u_char      text[NGX_SOCKADDR_STRLEN];
    size_t      len;
    ngx_uint_t  blocked;

    len = ngx_http_cnop_guard_address(row->key, text);
    blocked = row->blocked_ms > now;

    cnop_buf_printf(buf, "{\"address\":\"%.*s\",\"fails\":%u,"
                    "\"unknown_users\":%u,\"blocked\":%s,"
                    "\"seconds_left\":%lu}",
                    (int) len, text, row->fails, row->soft_fails,
                    blocked ? "true" : "false",
                    blocked ? (unsigned long)
                              ((row->blocked_ms - now + 999) / 1000) : 0ul);
}


ngx_uint_t
ngx_http_cnop_guard_list(ngx_http_cnop_zone_t *zone, struct cnop_buf *buf)
{
    uint64_t                      i, now;
    ngx_uint_t                    blocked, listed;
    struct guard_row              copy;
    ngx_http_cnop_guard_table_t  *table;

    table = (ngx_http_cnop_guard_table_t *) zone->head;
    now = ngx_http_cnop_now_ms();
    blocked = 0;
    listed = 0;

    for (i = 0; i < table->buckets * GUARD_WAYS; i++) {

        if (guard_row_is_empty(&table->rows[i])) {
            continue;
        }

        ngx_shmtx_lock(&zone->shpool->mutex);
        copy = table->rows[i];
        ngx_shmtx_unlock(&zone->shpool->mutex);

        if (copy.blocked_ms > now) {
            blocked++;
        }

        if (buf && listed < NGX_HTTP_CNOP_GUARD_LISTED) {
            cnop_buf_text(buf, listed++ ? ",\n" : "\n");
            ngx_http_cnop_guard_print(&copy, now, buf);
        }
    }

    return blocked;
}
