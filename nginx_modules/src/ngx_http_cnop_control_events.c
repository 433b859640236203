/* SPDX-License-Identifier: MIT */
/* What the source of the events tells over the control socket, and asks. */

#include "ngx_http_cnop_answer.h"
#include "ngx_http_cnop_control_commands.h"
#include "ngx_http_cnop_events.h"
#include "ngx_http_cnop_problem.h"

#include "nginx_modules/policy/control_line.h"


static ngx_int_t
ngx_http_cnop_events_reply(ngx_http_request_t *r, ngx_http_cnop_zone_t *zone,
    ngx_uint_t status)
{
    struct cnop_buf                buf;
    ngx_http_cnop_events_state_t   state;

    if (ngx_http_cnop_reply_buf(r, 512, &buf) != NGX_OK) {
        return NGX_HTTP_INTERNAL_SERVER_ERROR;
    }

    ngx_http_cnop_events_state(zone, &state);

    cnop_buf_printf(&buf,
                    "{\"boot_id\":\"%s\",\"first\":%lu,\"last\":%lu,"
                    "\"synced\":%s,\"streams\":%lu}\n",
                    state.boot_id, (unsigned long) state.first_seq,
                    (unsigned long) state.last_seq,
                    state.synced ? "true" : "false",
                    (unsigned long) state.streams);

    return ngx_http_cnop_send_json(r, status, &buf);
}


ngx_int_t
ngx_http_cnop_events_get(ngx_http_request_t *r, ngx_http_cnop_zone_t *zone)
{
    return ngx_http_cnop_events_reply(r, zone, NGX_HTTP_OK);
}


/* after a conflict nothing takes effect any more: "full" says so */

ngx_int_t
ngx_http_cnop_events_line(ngx_http_cnop_feed_t *feed, struct cnop_str line)
{
    bool                  reset;
    uint64_t              seq;
    struct control_event  event;

    if (feed->lines == 0) {
        if (!control_parse_events(line, &reset, &seq)) {
            return NGX_DECLINED;
        }

        feed->snapshot = 1;
        feed->full = (ngx_http_cnop_events_begin(feed->zone, seq, reset)
                      != NGX_OK);
        return NGX_OK;
    }

    if (!control_parse_event(line, &event)) {
        return NGX_DECLINED;
    }

    if (!feed->full
        && ngx_http_cnop_events_add(feed->zone, event.seq, event.account,
                                    event.type, event.json)
           != NGX_OK)
    {
        feed->full = 1;
    }

    return NGX_OK;
}


ngx_int_t
ngx_http_cnop_events_done(ngx_http_request_t *r, ngx_http_cnop_feed_t *feed)
{
    if (!feed->snapshot) {
        return ngx_http_cnop_problem_content(r, CNOP_E_BAD_REQUEST,
                                             "The text is empty.");
    }

    ngx_http_cnop_bell_ring();

    return ngx_http_cnop_events_reply(r, feed->zone,
                                      feed->full ? NGX_HTTP_CONFLICT
                                                 : NGX_HTTP_OK);
}
