/* SPDX-License-Identifier: MIT */
/* Judges the bytes waiting on a FastCGI connection before libfcgi sees one of them: is a whole
 * request there, and is it well formed and within limits? Pure; never reads a socket. */
#ifndef CNOP_WEB_FRAME_H
#define CNOP_WEB_FRAME_H

#include <stddef.h>

enum cnop_frame_state {
    CNOP_FRAME_PARTIAL,  /* good so far, more must come */
    CNOP_FRAME_READY,    /* one whole request and nothing behind it */
    CNOP_FRAME_OVERSIZE, /* all parameters are there; the body is over the limit, perhaps cut */
    CNOP_FRAME_BROKEN,   /* not a request we accept: close the connection */
};

struct cnop_frame_limits {
    size_t param_bytes; /* all names and values with their lengths */
    size_t param_count;
    size_t body_bytes;
};

/* 48 KiB and 128 parameters; the body limit is the caller's. */
#define CNOP_FRAME_PARAM_BYTES 49152
#define CNOP_FRAME_PARAM_COUNT 128

struct cnop_frame {
    enum cnop_frame_state state;
    size_t total_bytes; /* READY: length of the request on the wire */
    size_t body_bytes;  /* READY: length of the body; OVERSIZE: of what was seen of it */
    const char *reason; /* BROKEN: static text for the log */
};

/* A request is BEGIN_REQUEST (responder), PARAMS records up to an empty one, STDIN records up to an
 * empty one, all with one id. Anything else is BROKEN: also a management or abort record, a second
 * request before the first has been answered, and what libfcgi would read in another way (padding
 * behind the end of a stream). */
struct cnop_frame cnop_frame_scan(const unsigned char *bytes, size_t len,
                                  const struct cnop_frame_limits *limits);

#endif
