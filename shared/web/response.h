/* SPDX-License-Identifier: MIT */
/* One answer. The body grows in a fixed buffer; what does not fit turns the answer into an error,
 * never into a cut body; only a stream sends the buffer more than once. X-Request-ID, Content-Type
 * and Cache-Control are set by themselves. Header values may not hold control characters
 * (asserted): no value comes unchecked from outside.
 */
#ifndef CNOP_WEB_RESPONSE_H
#define CNOP_WEB_RESPONSE_H

#include "shared/json/json_write.h"

struct cnop_request;
struct cnop_response;

#define CNOP_RESPONSE_HEADER_BYTES 4096 /* all added headers together */

/* Default 200. */
void cnop_response_status(struct cnop_response *res, int status);

/* The reason phrase of RFC 9110, section 15 (and RFC 6585), that the status line carries: nginx
 * writes none of its own for the answers of a FastCGI program, not even the space before it that
 * RFC 9112 demands. A status without a name is called as the first of its class. */
const char *cnop_response_phrase(int status);

/* Adds a header line. The value is formatted; at most 1,024 bytes. */
cnop_printf(3, 4) void cnop_response_header(struct cnop_response *res, const char *name,
                                            const char *fmt, ...);

/* Replaces the default Cache-Control: no-store. */
void cnop_response_cache_control(struct cnop_response *res, const char *value);

enum {
    CNOP_COOKIE_HTTP_ONLY = 1,
    CNOP_COOKIE_SECURE = 2,
    CNOP_COOKIE_SAMESITE_STRICT = 4,
    CNOP_COOKIE_SAMESITE_LAX = 8,
};

struct cnop_cookie {
    const char *name;
    struct cnop_str value; /* visible ASCII without ; , " and \ (asserted); empty deletes it */
    const char *path;      /* "/" */
    int64_t max_age_s;     /* < 0: until the browser closes; 0: delete */
    unsigned flags;
};
void cnop_response_cookie(struct cnop_response *res, const struct cnop_cookie *cookie);

/* Writer of a JSON body; the handler opens and closes exactly one value. Same writer each call. */
struct cnop_json_writer *cnop_response_json(struct cnop_response *res);

/* Body of another type: the bounded buffer to append to. content_type is static. */
struct cnop_buf *cnop_response_raw(struct cnop_response *res, const char *content_type);

/* A body of any length, through the same bounded buffer: append, and call cnop_response_push when a
 * good part of it is used. Before the first push the answer is like any other: an error becomes a
 * problem. After it status and headers are gone, and an error ends the connection in the middle of
 * the body, so that a client never takes a part for the whole. */
struct cnop_buf *cnop_response_stream(struct cnop_response *res, const char *content_type);

/* Sends what the buffer holds and empties it. TRUNCATED: a piece was larger than the buffer; IO:
 * the client is gone; DEADLINE. */
cnop_must_check enum cnop_err cnop_response_push(struct cnop_response *res);

/* The buffer is at least half full: time to push. */
bool cnop_response_is_filling(const struct cnop_response *res);

/* 204 and no body. */
void cnop_response_no_content(struct cnop_response *res);

/* Drops status, headers and body written so far. */
void cnop_response_clear(struct cnop_response *res);

/* The body written so far: to store it for replays. */
struct cnop_str cnop_response_body(const struct cnop_response *res);

#endif
