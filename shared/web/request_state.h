/* SPDX-License-Identifier: MIT */
/* What a request and its response are made of. For the files of shared/web only. */
#ifndef CNOP_WEB_REQUEST_STATE_H
#define CNOP_WEB_REQUEST_STATE_H

#include "shared/base/span.h"
#include "shared/web/fcgi.h"
#include "shared/web/web.h"

#define CNOP_QUERY_PARAM_MAX 32
#define CNOP_HEADER_MAX 48 /* client headers looked at; further ones are not seen */
#define CNOP_HEADER_TEXT_BYTES 1024
#define CNOP_REQUEST_ID_BYTES 64

struct cnop_pair {
    struct cnop_str name;
    struct cnop_str value;
};

struct cnop_response {
    struct cnop_request *req;
    int status;
    struct cnop_buf headers;
    struct cnop_buf body;
    struct cnop_json_writer json;
    bool json_open;
    bool no_content;
    bool streaming; /* the body may be sent in pieces */
    bool begun;     /* status and headers are gone */
    const char *content_type;
    const char *cache_control;
};

enum cnop_request_param {
    CNOP_PARAM_METHOD,
    CNOP_PARAM_PATH,
    CNOP_PARAM_QUERY,
    CNOP_PARAM_CONTENT_TYPE,
    CNOP_PARAM_REQUEST_ID,
    CNOP_PARAM_USER_ID,
    CNOP_PARAM_ROLE,
    CNOP_PARAM_SID,
    CNOP_PARAM_TOKEN_IAT,
    CNOP_PARAM_TOKEN_EXP,
    CNOP_PARAM_TOKEN_SOURCE,
    CNOP_PARAM_CLIENT_ADDR,
    CNOP_PARAM_TRACEPARENT,
    CNOP_PARAM_HTTPS,
    CNOP_REQUEST_PARAM_COUNT
};

/* Everything after `span` is cleared for each request. */
struct cnop_request {
    const struct cnop_service *service;
    struct cnop_arena *arena;
    struct cnop_fcgi *fcgi;
    struct cnop_conn *conn;
    struct cnop_thread *thread;
    void *env;
    struct cnop_response response;
    struct cnop_span span;

    int64_t started_us; /* monotonic */
    struct cnop_str params[CNOP_REQUEST_PARAM_COUNT];
    struct cnop_pair headers[CNOP_HEADER_MAX]; /* names as HTTP_* without the prefix */
    size_t header_count;
    struct cnop_pair query[CNOP_QUERY_PARAM_MAX];
    size_t query_count;
    uint64_t user_id;
    bool is_admin;
    struct cnop_route_match match;
    size_t route_index; /* for metrics; route_count of the service when unknown */
    bool builtin;
    struct cnop_str body;
    const struct cnop_json *json;
    struct cnop_fault faults[CNOP_FAULT_MAX];
    size_t fault_count;
    enum cnop_err first_fault;
    struct cnop_str detail;
    uint32_t retry_after_s;
    struct cnop_str audit_user; /* see cnop_request_audit_user */
    bool deferred;
    bool is_long; /* holds the account's place for a long answer */
};

/* Binds response buffers, body being body_bytes of memory; once per request object. */
void cnop_response_attach(struct cnop_request *req, struct cnop_arena *pool, void *body,
                          size_t body_bytes);

/* Reads the parameters libfcgi parsed into req->params, headers, query and identity. BAD_REQUEST:
 * the gateway sent something impossible, or the query is malformed. */
cnop_must_check enum cnop_err cnop_request_load(struct cnop_request *req, char *const *params);

/* Splits and decodes the query string. BAD_REQUEST. */
cnop_must_check enum cnop_err cnop_query_parse(struct cnop_request *req, struct cnop_str text);

/* Makes the response the problem body of err. */
void cnop_problem_write(struct cnop_request *req, enum cnop_err err);

/* Built-in routes: health and metrics. */
extern const struct cnop_route cnop_builtin_routes[];
extern const size_t cnop_builtin_route_count;

/* The account's part of the service's threads (share.h), for reads. RATE_LIMITED: used up. */
cnop_must_check enum cnop_err cnop_request_admit(struct cnop_request *req);
void cnop_request_charge(struct cnop_request *req); /* when it is answered, in every case */
void cnop_request_beat(struct cnop_request *req);   /* a long answer is under way */

/* Header and body onto the connection. False: they could not be delivered. */
bool cnop_response_send(struct cnop_request *req);

#endif
