/* SPDX-License-Identifier: MIT */
/* The only door to libcurl: one bounded HTTP exchange at a time, to a unix socket or a fixed URL.
 * Never follows a redirect, never uses a proxy or cookies, never takes longer than it was given and
 * never keeps more of an answer than fits the caller's buffer. Callers pass addresses from
 * configuration, never from a request. */
#ifndef CNOP_HTTP_HTTP_CLIENT_H
#define CNOP_HTTP_HTTP_CLIENT_H

#include "shared/base/buf.h"

#define CNOP_HTTP_HEADER_MAX 8

struct cnop_http_client;

/* Start-up, before threads: initialises libcurl once for the process. */
void cnop_http_init(void);

/* One a thread; keeps its connection open between exchanges. Aborts without memory. */
struct cnop_http_client *cnop_http_client_new(void);
void cnop_http_client_free(struct cnop_http_client **client); /* accepts pointer to NULL */

struct cnop_http_exchange {
    const char *unix_socket;  /* path, or NULL for a TCP connection to the URL's host */
    const char *url;          /* "http://localhost/control/revocations"; http or https */
    struct cnop_str body;     /* of a POST; ignored without content_type */
    const char *content_type; /* NULL: GET, else POST */
    bool is_delete;           /* DELETE, without a body */
    const char *login;        /* "name:password" for HTTP Basic, or NULL */
    const char *headers[CNOP_HTTP_HEADER_MAX]; /* further lines "Name: value"; NULL ends */
    uint32_t timeout_ms;                       /* for everything, connecting included */
};

/* Whether an exchange with this URL would be tried at all: http or https, nothing else. */
bool cnop_http_url_is_usable(const char *url);

/* *ret_status is the HTTP status; the body is appended to ret_body (may be NULL: dropped).
 * IO: no connection, or a broken answer. DEADLINE: out of time. TRUNCATED: the answer is larger
 * than the buffer's room. INVALID: not a URL we would use. ret_body may hold a part on error. */
cnop_must_check enum cnop_err cnop_http_send(struct cnop_http_client *client,
                                             const struct cnop_http_exchange *exchange,
                                             struct cnop_buf *ret_body, int *ret_status);

/* Why the last exchange failed, for logs. Valid until the next. */
const char *cnop_http_cause(const struct cnop_http_client *client);

#endif
