/* SPDX-License-Identifier: MIT */
/* Addresses at the gateway's login guard: who is counted and blocked, and an operator's block or
 * its lifting, with a reason and a line in the audit trail. */
#include "fcgi_services/ops/ops_http.h"

#include "fcgi_services/ops/guard_json.h"
#include "fcgi_services/ops/ops_env.h"
#include "shared/base/clock.h"
#include "shared/web/audit.h"

#define US_PER_S INT64_C(1000000)
#define SECONDS_DEFAULT 3600
#define ADDRESS_BYTES 45 /* longest text of an address */

static void
encode_end(struct cnop_json_writer *json, int64_t now_us, uint64_t seconds_left)
{
    if (seconds_left == 0)
        cnop_json_null(json, "blocked_until");
    else
        cnop_json_time(json, "blocked_until", now_us + (int64_t)seconds_left * US_PER_S);
}

/* GET /ops/guard: addresses with failures or a block. */
enum cnop_err
ops_http_guard(struct cnop_request *req, struct cnop_response *res)
{
    struct ops_env *env = cnop_request_env(req);
    struct cnop_arena *arena = cnop_request_arena(req);
    int64_t now_us = cnop_clock_wall_us();
    struct cnop_json_writer *json;
    struct ops_guard guard;
    struct cnop_str body;
    enum cnop_err err = ops_gateway_link_guard(&env->gateway, arena, &body);

    if (err == CNOP_OK)
        err = ops_guard_read(arena, body, &guard);
    if (err != CNOP_OK)
        return err;
    json = cnop_response_json(res);
    cnop_json_object_open(json, NULL);
    cnop_json_array_open(json, "data");
    for (size_t i = 0; i < guard.count; i++) {
        const struct ops_guard_row *row = &guard.rows[i];

        cnop_json_object_open(json, NULL);
        cnop_json_str(json, "address", row->address);
        cnop_json_u64(json, "failures", row->fails);
        cnop_json_u64(json, "unknown_users", row->unknown_users);
        encode_end(json, now_us, row->seconds_left);
        cnop_json_object_close(json);
    }
    cnop_json_array_close(json);
    cnop_json_u64(json, "blocked", guard.blocked_count);
    cnop_json_object_close(json);
    return CNOP_OK;
}

struct guard_body {
    struct cnop_str address;
    struct cnop_str reason;
    bool blocked;
    uint64_t seconds;
};

static const struct cnop_field guard_fields[] = {
    CNOP_FIELD(struct guard_body, address, CNOP_K_STR, CNOP_RANGE(2, ADDRESS_BYTES),
               CNOP_REQUIRED | CNOP_TRIM),
    CNOP_FIELD(struct guard_body, reason, CNOP_K_STR, CNOP_RANGE(1, 200),
               CNOP_REQUIRED | CNOP_TRIM),
    CNOP_FIELD(struct guard_body, blocked, CNOP_K_BOOL, CNOP_ANY, CNOP_REQUIRED),
    CNOP_FIELD(struct guard_body, seconds, CNOP_K_U64,
               CNOP_RANGE(60, (int64_t)OPS_GUARD_SECONDS_MAX), CNOP_OPTIONAL),
};

/* Hands err on. */
static enum cnop_err
audit(struct cnop_request *req, const struct guard_body *body, enum cnop_err err)
{
    struct cnop_log_line line;

    cnop_audit_begin_act(
        &line, req,
        &(struct cnop_audit_act){.done = body->blocked ? "ip_block" : "ip_unblock",
                                 .failed = body->blocked ? "ip_block_failed" : "ip_unblock_failed",
                                 .message = "address blocked or unblocked by an operator",
                                 .kind = "ip:",
                                 .id = body->address,
                                 .reason = body->reason},
        err);
    if (body->blocked)
        cnop_log_u64(&line, "seconds", body->seconds);
    cnop_log_end(&line);
    return err;
}

/* POST /ops/guard: in force when answered. */
enum cnop_err
ops_http_set_guard(struct cnop_request *req, struct cnop_response *res)
{
    struct ops_env *env = cnop_request_env(req);
    struct guard_body body = {.seconds = SECONDS_DEFAULT};
    char memory[OPS_GUARD_LINE_BYTES];
    struct cnop_json_writer *json;
    struct cnop_buf line;
    enum cnop_err err = cnop_request_decode(req, guard_fields, CNOP_COUNT(guard_fields), &body);

    if (err != CNOP_OK)
        return err;
    if (!ops_guard_address_is_valid(body.address))
        return cnop_request_fault(req, CNOP_E_INVALID, "address",
                                  "must be an IPv4 or IPv6 address, not a name or a network");
    cnop_buf_init(&line, memory, sizeof(memory));
    ops_guard_write(&line, body.address, body.blocked ? body.seconds : 0);
    cnop_assert(!line.overflow);
    err = audit(req, &body, ops_gateway_link_tell(&env->gateway, cnop_buf_view(&line)));
    if (err == CNOP_E_UNAVAILABLE)
        return cnop_request_detail(req, err,
                                   "The gateway did not confirm it; look at the list and repeat.");
    if (err != CNOP_OK)
        return err;
    json = cnop_response_json(res);
    cnop_json_object_open(json, NULL);
    cnop_json_object_open(json, "data");
    cnop_json_str(json, "address", body.address);
    encode_end(json, cnop_clock_wall_us(), body.blocked ? body.seconds : 0);
    cnop_json_object_close(json);
    cnop_json_object_close(json);
    return CNOP_OK;
}
