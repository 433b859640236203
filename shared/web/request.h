/* SPDX-License-Identifier: MIT */
/* One request as a handler sees it. Views point into request memory and die when the answer has
 * been sent. Identity comes only from what the gateway verified, never from client headers. */
#ifndef CNOP_WEB_REQUEST_H
#define CNOP_WEB_REQUEST_H

#include "shared/base/arena.h"
#include "shared/base/log.h"
#include "shared/json/json_read.h"

#include "shared/web/router.h"

struct cnop_request;
struct cnop_response;

#define CNOP_FAULT_MAX 16

/* Memory of this request; reset after the answer. Null results mean it is full: return
 * CNOP_E_NO_MEMORY. */
struct cnop_arena *cnop_request_arena(struct cnop_request *req);

/* The pointer the service's thread_init made for the thread that runs this handler. */
void *cnop_request_env(struct cnop_request *req);

/* ---- who asks (empty or 0 when anonymous) ---- */
uint64_t cnop_request_user_id(const struct cnop_request *req); /* asserted > 0 on USER routes */
bool cnop_request_is_admin(const struct cnop_request *req);
struct cnop_str cnop_request_sid(const struct cnop_request *req);     /* session, 32 hex digits */
int64_t cnop_request_token_expires_s(const struct cnop_request *req); /* Unix seconds; 0: none */
struct cnop_str cnop_request_token_source(const struct cnop_request *req); /* bearer, cookie */

/* ---- what is asked ---- */
struct cnop_str cnop_request_id(const struct cnop_request *req); /* never empty */
struct cnop_str cnop_request_client_addr(const struct cnop_request *req);
bool cnop_request_is_https(const struct cnop_request *req);
struct cnop_str cnop_request_method(const struct cnop_request *req);
struct cnop_str cnop_request_path(const struct cnop_request *req); /* decoded, without query */

/* A header of the client that the gateway passes on, by its usual name in any case
 * ("Idempotency-Key"); empty when absent. First value only. */
struct cnop_str cnop_request_header(const struct cnop_request *req, const char *name);

/* The client's Idempotency-Key, empty when none was sent. INVALID (the fault is told): sent, but
 * empty, too long, or of other characters than letters, digits, '_' and '-'. */
#define CNOP_IDEMPOTENCY_KEY_BYTES 64
cnop_must_check enum cnop_err cnop_request_idempotency_key(struct cnop_request *req,
                                                           struct cnop_str *ret_key);

/* A cookie of the client (only where the gateway passes Cookie on); empty when absent. */
struct cnop_str cnop_request_cookie(const struct cnop_request *req, const char *name);

/* {name} of the route's path. Asserts that the template has it. */
struct cnop_str cnop_request_path_param(const struct cnop_request *req, const char *name);

/* First value of a query parameter, decoded (%XX and +); empty when absent. A parameter with
 * broken encoding, a NUL or invalid UTF-8 has already been refused with BAD_REQUEST. */
struct cnop_str cnop_request_query(struct cnop_request *req, const char *name);
bool cnop_request_has_query(struct cnop_request *req, const char *name);
/* How many there are, known or not, each time they appear. */
size_t cnop_request_query_count(const struct cnop_request *req);

/* The whole body; at most the route's body_max_bytes. */
struct cnop_str cnop_request_body(const struct cnop_request *req);

/* The body as JSON, parsed once and kept. A missing body gives INVALID (422, a fault on ""), text
 * that is not strict JSON MALFORMED_JSON (400), a value that is no object INVALID. */
cnop_must_check enum cnop_err cnop_request_json(struct cnop_request *req,
                                                const struct cnop_json **ret_object);

/* request_id and user for cnop_log_begin and the audit trail. */
struct cnop_log_context cnop_request_log_context(const struct cnop_request *req);

/* Before an answer that grows with what is asked for: gives it until ms after the request's start.
 * RATE_LIMITED: the account has such an answer under way; OVERLOADED: others have. */
cnop_must_check enum cnop_err cnop_request_long(struct cnop_request *req, uint64_t ms);

/* ---- what is wrong with it ---- */

/* Adds one entry to the problem's errors[] (the first CNOP_FAULT_MAX are kept) and returns err, so
 * that a handler can `return cnop_request_fault(...)`. field is a body member, query or path
 * parameter or header name; the text completes "<field> ..." and is shown to the client:
 *     return cnop_request_fault(req, CNOP_E_INVALID, "quantity", "must be greater than 0");
 * The first fault also becomes `detail` unless cnop_request_detail is called. */
cnop_printf(4, 5) enum cnop_err cnop_request_fault(struct cnop_request *req, enum cnop_err err,
                                                   const char *field, const char *fmt, ...);

/* The same with the machine-readable kind of the fault ("missing", "string_too_short"). */
struct cnop_fault {
    const char *field;   /* arena or static */
    const char *type;    /* static */
    const char *message; /* arena or static */
};
enum cnop_err cnop_request_fault_add(struct cnop_request *req, enum cnop_err err,
                                     struct cnop_fault fault);

/* Sets the problem's `detail` (one or two sentences for the user) and returns err. Without it the
 * catalogue's meaning is used. */
cnop_printf(3, 4) enum cnop_err
    cnop_request_detail(struct cnop_request *req, enum cnop_err err, const char *fmt, ...);

/* What a client is told about err: errors that stay inside the process become a public one. */
cnop_must_check enum cnop_err cnop_err_public(enum cnop_err err);

/* Seconds for Retry-After when the answer is 429, 403 or 503; without it 1 for 503, 60 else. */
void cnop_request_retry_after(struct cnop_request *req, uint32_t seconds);

/* Names the account that this request is about to the gateway, in a header that no client sees:
 * for its login guard and its audit log. Text without control characters (asserted). */
void cnop_request_audit_user(struct cnop_request *req, struct cnop_str user);

/* ---- answer later (services in inline mode only) ---- */

/* The handler returns CNOP_OK after this and nothing is sent. Request, response and their memory
 * stay valid until cnop_request_complete, even if the client goes away in between. */
void cnop_request_defer(struct cnop_request *req);

/* On the loop thread only, once per deferred request, from any callback of the loop: sends the
 * response the service has filled (CNOP_OK) or the problem of err. A client that is gone is no
 * error. req is dead afterwards. */
void cnop_request_complete(struct cnop_request *req, enum cnop_err err);

struct cnop_response *cnop_request_response(struct cnop_request *req);

#endif
