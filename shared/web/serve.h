/* SPDX-License-Identifier: MIT */
/* One request from its first parameter to its last answered byte: the order of checks, the turning
 * of errors into problems, the counting and the log line, once for every handler. */
#ifndef CNOP_WEB_SERVE_H
#define CNOP_WEB_SERVE_H

#include "shared/web/frame.h"
#include "shared/web/request_state.h"

enum cnop_served {
    CNOP_SERVED_OPEN,   /* answered; the connection may carry another request */
    CNOP_SERVED_CLOSED, /* answered or lost; the descriptor is closed */
    CNOP_SERVED_LATER,  /* deferred: cnop_serve_finish will end it */
};

struct cnop_request_sizes {
    size_t arena_bytes;
    size_t response_bytes;
};

/* Start-up: a request object in the pool, usable again and again. */
struct cnop_request *cnop_request_new(struct cnop_arena *pool, const struct cnop_service *service,
                                      const struct cnop_request_sizes *sizes);

/* frame: READY or OVERSIZE. deadline_ms from now. */
enum cnop_served cnop_serve(struct cnop_request *req, int fd, const struct cnop_frame *frame,
                            uint64_t deadline_ms);

/* Answers a deferred request; OPEN or CLOSED. */
enum cnop_served cnop_serve_finish(struct cnop_request *req, enum cnop_err err);

#endif
