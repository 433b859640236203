/* SPDX-License-Identifier: MIT */
/* The audit trail as a list. Proving it is `cnop-trail verify`, which shares no code with us. */
#include "fcgi_services/ops/ops_http.h"

#include "fcgi_services/ops/ops_env.h"
#include "fcgi_services/ops/ops_store.h"
#include "shared/web/period.h"

#define LIMIT_DEFAULT 50
#define NUMBER_MAX INT64_MAX

struct trail_query {
    struct cnop_str values[OPS_TRAIL_KEY_COUNT];
    uint64_t before;
    uint64_t limit;
};

#define FILTER(key_, name_, max_)                                                                  \
    CNOP_FIELD_AS(struct trail_query, values[key_], name_, CNOP_K_STR, CNOP_RANGE(1, max_),        \
                  CNOP_OPTIONAL)

static const struct cnop_field trail_fields[] = {
    FILTER(OPS_TRAIL_ACTION, "action", 64),
    FILTER(OPS_TRAIL_ACTOR, "actor", 128),
    FILTER(OPS_TRAIL_OBJECT, "object", 128),
    FILTER(OPS_TRAIL_REQUEST, "request_id", 64),
    CNOP_FIELD(struct trail_query, before, CNOP_K_U64, CNOP_RANGE(1, NUMBER_MAX), CNOP_OPTIONAL),
    CNOP_FIELD(struct trail_query, limit, CNOP_K_U64, CNOP_RANGE(1, OPS_TRAIL_LIMIT_MAX),
               CNOP_OPTIONAL),
};

static enum cnop_err
decode(struct cnop_request *req, struct ops_trail_query *ret_query)
{
    static const char *const names[] = {NULL, "action", "actor", "object", "request_id"};
    struct trail_query given = {.before = NUMBER_MAX, .limit = LIMIT_DEFAULT};
    struct cnop_period period;
    enum cnop_err err =
        cnop_request_decode_query(req, trail_fields, CNOP_COUNT(trail_fields), &given);

    if (err == CNOP_OK)
        err = cnop_request_period(req, &period);
    if (err != CNOP_OK)
        return err;
    *ret_query = (struct ops_trail_query){.before = given.before,
                                          .limit = given.limit,
                                          .from_us = period.from_us,
                                          .to_us = period.to_us};
    for (size_t key = OPS_TRAIL_ACTION; key < OPS_TRAIL_KEY_COUNT; key++) {
        if (cnop_str_empty(given.values[key]))
            continue;
        if (ret_query->key != OPS_TRAIL_ALL)
            return cnop_request_fault(req, CNOP_E_INVALID, names[key], "cannot go with %s",
                                      names[ret_query->key]);
        ret_query->key = (enum ops_trail_key)key;
        ret_query->value = given.values[key];
    }
    return CNOP_OK;
}

static void
encode_row(struct cnop_json_writer *json, const struct ops_trail_row *row)
{
    cnop_json_object_open(json, NULL);
    cnop_json_u64(json, "number", row->number);
    cnop_json_str_or_null(json, "happened", row->happened);
    cnop_json_str_or_null(json, "action", row->action);
    cnop_json_str_or_null(json, "actor", row->actor);
    cnop_json_str_or_null(json, "object", row->object);
    cnop_json_str_or_null(json, "outcome", row->outcome);
    cnop_json_str_or_null(json, "reason", row->reason);
    cnop_json_str_or_null(json, "ip", row->ip);
    cnop_json_str_or_null(json, "request_id", row->request_id);
    cnop_json_object_close(json);
}

/* GET /ops/audit: lines of the audit trail, newest first. */
enum cnop_err
ops_http_audit(struct cnop_request *req, struct cnop_response *res)
{
    struct ops_env *env = cnop_request_env(req);
    struct cnop_json_writer *json;
    struct ops_trail_query query;
    struct ops_trail_page page;
    enum cnop_err err = decode(req, &query);

    if (err == CNOP_OK)
        err = ops_store_trail(env->db, cnop_request_arena(req), &query, &page);
    if (err != CNOP_OK)
        return err;
    json = cnop_response_json(res);
    cnop_json_object_open(json, NULL);
    cnop_json_array_open(json, "data");
    for (size_t i = 0; i < page.count; i++)
        encode_row(json, &page.rows[i]);
    cnop_json_array_close(json);
    cnop_json_bool(json, "has_more", page.has_more);
    cnop_json_object_close(json);
    return CNOP_OK;
}
