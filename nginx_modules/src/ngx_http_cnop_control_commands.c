/* SPDX-License-Identifier: MIT */
/*
 * What can be asked and told over the control socket: ended sessions, blocked
 * addresses, breakers. Each line is checked completely before anything of it
 * takes effect.
 */

#include "ngx_http_cnop_answer.h"
#include "ngx_http_cnop_audit.h"
#include "ngx_http_cnop_breaker.h"
#include "ngx_http_cnop_control_commands.h"
#include "ngx_http_cnop_events.h"
#include "ngx_http_cnop_guard.h"
#include "ngx_http_cnop_problem.h"
#include "ngx_http_cnop_revoke.h"

#include "nginx_modules/policy/control_line.h"


#define NGX_HTTP_CNOP_CONTROL_REPLY  (256 * 1024)


static ngx_int_t
ngx_http_cnop_revocations_reply(ngx_http_request_t *r,
    ngx_http_cnop_zone_t *zone, ngx_uint_t status)
{
    struct cnop_buf                buf;
    ngx_http_cnop_revoke_state_t   state;

    if (ngx_http_cnop_reply_buf(r, 512, &buf) != NGX_OK) {
        return NGX_HTTP_INTERNAL_SERVER_ERROR;
    }

    ngx_http_cnop_revoke_state(zone, &state);

    cnop_buf_printf(
        &buf,
        "{\"boot_id\":\"%s\",\"last_seq\":%lu,\"synced\":%s,"
        "\"records\":%lu,\"capacity\":%lu,\"refused\":%lu}\n",
        state.boot_id, (unsigned long) state.last_seq,
        state.synced ? "true" : "false", (unsigned long) state.records,
        (unsigned long) state.capacity, (unsigned long) state.refused);

    return ngx_http_cnop_send_json(r, status, &buf);
}


ngx_int_t
ngx_http_cnop_revocations_get(ngx_http_request_t *r, ngx_http_cnop_zone_t *zone)
{
    return ngx_http_cnop_revocations_reply(r, zone, NGX_HTTP_OK);
}


ngx_int_t
ngx_http_cnop_revocations_line(ngx_http_cnop_feed_t *feed, struct cnop_str line)
{
    uint64_t              seq;
    struct control_head   head;
    struct revoke_record  record;

    if (feed->lines == 0) {
        if (!control_parse_head(line, &head)) {
            return NGX_DECLINED;
        }

        feed->snapshot = head.snapshot;
        feed->from = head.seq;
        feed->to = head.seq;

        return NGX_OK;
    }

    if (!control_parse_revocation(line, &seq, &record)) {
        return NGX_DECLINED;
    }

    if (ngx_http_cnop_revoke_add(feed->zone, &record) != NGX_OK) {
        feed->full = 1;
    }

    feed->to = ngx_max(feed->to, seq);

    return NGX_OK;
}


/*
 * records take effect even when the sequence has a gap; it is only not
 * acknowledged then
 */

ngx_int_t
ngx_http_cnop_revocations_done(ngx_http_request_t *r,
    ngx_http_cnop_feed_t *feed)
{
    ngx_http_cnop_events_revoked(feed->cmcf);

    if (feed->lines == 0 && feed->from == 0 && !feed->snapshot) {
        return ngx_http_cnop_problem_content(r, CNOP_E_BAD_REQUEST, NULL);
    }

    if (feed->full) {
        ngx_log_error(NGX_LOG_CRIT, r->connection->log, 0,
                      "denylist is full: enlarge \"cnop_zone revoke\"");
        return ngx_http_cnop_revocations_reply(r, feed->zone,
                                               NGX_HTTP_INSUFFICIENT_STORAGE);
    }

    if (ngx_http_cnop_revoke_advance(feed->zone, feed->from, feed->to,
                                     feed->snapshot)
        != NGX_OK)
    {
        return ngx_http_cnop_revocations_reply(r, feed->zone,
                                               NGX_HTTP_CONFLICT);
    }

    return ngx_http_cnop_revocations_reply(r, feed->zone, NGX_HTTP_OK);
}


ngx_int_t
ngx_http_cnop_guard_get(ngx_http_request_t *r, ngx_http_cnop_zone_t *zone)
{
    ngx_uint_t       blocked;
    struct cnop_buf  buf;

    if (ngx_http_cnop_reply_buf(r, NGX_HTTP_CNOP_CONTROL_REPLY, &buf)
        != NGX_OK)
    {
        return NGX_HTTP_INTERNAL_SERVER_ERROR;
    }

    cnop_buf_text(&buf, "{\"addresses\":[");
    blocked = ngx_http_cnop_guard_list(zone, &buf);
    cnop_buf_printf(&buf, "],\"blocked\":%lu}\n", (unsigned long) blocked);

    return ngx_http_cnop_send_json(r, NGX_HTTP_OK, &buf);
}


static ngx_int_t
ngx_http_cnop_parse_address(struct cnop_str text, u_char key[16])
{
    ngx_addr_t  addr;
    in_addr_t   ipv4;

    ngx_memzero(key, 16);
    ngx_memzero(&addr, sizeof(ngx_addr_t));

    if (cnop_str_has_prefix(text, CNOP_STR("::ffff:"))) {
        text = cnop_str_make(text.ptr + 7, text.len - 7);
    }

    ipv4 = ngx_inet_addr((u_char *) text.ptr, text.len);

    if (ipv4 != INADDR_NONE) {
        key[10] = 0xff;
        key[11] = 0xff;
        ngx_memcpy(&key[12], &ipv4, 4);
        return NGX_OK;
    }

#if (NGX_HAVE_INET6)
    u_char  ipv6[16];

    if (ngx_inet6_addr((u_char *) text.ptr, text.len, ipv6) == NGX_OK) {
        ngx_memcpy(key, ipv6, 8);
        return NGX_OK;
    }
#endif

    return NGX_ERROR;
}


ngx_int_t
ngx_http_cnop_guard_line(ngx_http_cnop_feed_t *feed, struct cnop_str line)
{
    u_char           key[16];
    uint64_t         seconds;
    ngx_str_t        name;
    struct cnop_str  address;

    if (!control_parse_block(line, &address, &seconds)
        || ngx_http_cnop_parse_address(address, key) != NGX_OK)
    {
        return NGX_DECLINED;
    }

    ngx_http_cnop_guard_force(feed->zone, key, seconds * 1000);

    name.data = (u_char *) address.ptr;
    name.len = address.len;
    ngx_http_cnop_audit_block(feed->request, seconds != 0, "operator",
                              "command", &name);

    return NGX_OK;
}


static void
ngx_http_cnop_print_breakers(ngx_http_cnop_main_conf_t *cmcf,
    struct cnop_buf *buf)
{
    uint64_t                  opened;
    ngx_uint_t                i, n, value;
    const char               *state;
    ngx_http_cnop_zone_t     *zone;
    ngx_http_cnop_service_t  *service;

    zone = ngx_http_cnop_zone_get(cmcf, NGX_HTTP_CNOP_ZONE_BREAKER);
    service = cmcf->services.elts;
    n = 0;

    for (i = 0; zone && i < cmcf->services.nelts; i++) {
        if (!service[i].breaker) {
            continue;
        }

        state = ngx_http_cnop_breaker_state(zone, &service[i], &value, &opened);
        cnop_buf_printf(buf, "%s\"%.*s\":\"%s\"", n++ ? "," : "",
                        (int) service[i].name.len, service[i].name.data, state);
    }
}


ngx_int_t
ngx_http_cnop_breakers_get(ngx_http_request_t *r, ngx_http_cnop_zone_t *zone)
{
    struct cnop_buf  buf;

    if (ngx_http_cnop_reply_buf(r, 4096, &buf) != NGX_OK) {
        return NGX_HTTP_INTERNAL_SERVER_ERROR;
    }

    cnop_buf_text(&buf, "{\"breakers\":{");
    ngx_http_cnop_print_breakers(zone->main_conf, &buf);
    cnop_buf_text(&buf, "}}\n");

    return ngx_http_cnop_send_json(r, NGX_HTTP_OK, &buf);
}


ngx_int_t
ngx_http_cnop_breakers_line(ngx_http_cnop_feed_t *feed, struct cnop_str line)
{
    bool                      open;
    ngx_uint_t                i;
    struct cnop_str           name;
    ngx_http_cnop_event_t     event;
    ngx_http_cnop_service_t  *service;

    if (!control_parse_breaker(line, &name, &open)) {
        return NGX_DECLINED;
    }

    service = feed->cmcf->services.elts;

    for (i = 0; i < feed->cmcf->services.nelts; i++) {
        if (service[i].breaker
            && cnop_str_equal(ngx_http_cnop_str(&service[i].name), name))
        {
            ngx_http_cnop_breaker_force(feed->zone, &service[i], open);

            ngx_memzero(&event, sizeof(ngx_http_cnop_event_t));
            event.action = open ? "breaker_opened" : "breaker_closed";
            event.reason = "command";
            event.done = 1;
            ngx_str_set(&event.actor, "operator");
            event.object = service[i].name;
            ngx_http_cnop_audit_event(feed->request, &event);

            return NGX_OK;
        }
    }

    return NGX_DECLINED;
}
