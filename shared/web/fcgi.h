/* SPDX-License-Identifier: MIT */
/* The only door to libfcgi: one request on an already accepted connection. Only whole requests
 * judged READY (or OVERSIZE) by frame.h come here, so no call blocks for more input. */
#ifndef CNOP_WEB_FCGI_H
#define CNOP_WEB_FCGI_H

#include "shared/base/arena.h"

struct cnop_fcgi;

/* Once per process, before the first request. Resets the signal handlers libfcgi installs. */
void cnop_fcgi_start(void);

/* Start-up: state for one request at a time, in memory of the pool. */
struct cnop_fcgi *cnop_fcgi_new(struct cnop_arena *pool);

/* Takes over fd until cnop_fcgi_end. False: the stream was refused and fd is closed. */
bool cnop_fcgi_begin(struct cnop_fcgi *fcgi, int fd);

/* NULL-terminated "NAME=value" texts, valid until cnop_fcgi_end. */
char *const *cnop_fcgi_params(const struct cnop_fcgi *fcgi);

/* Body bytes; fewer than len only at its end. */
size_t cnop_fcgi_read(struct cnop_fcgi *fcgi, void *ret_bytes, size_t len);

/* False: the peer is gone; what follows is thrown away, and cnop_fcgi_flush tells it, too. */
bool cnop_fcgi_write(struct cnop_fcgi *fcgi, const void *bytes, size_t len);

/* Ends the connection without the end of the answer: the peer sees that it is not whole. */
void cnop_fcgi_cut(struct cnop_fcgi *fcgi);

/* Sends all that was written and the end of the answer. False: it could not be delivered, the peer
 * is gone or stalled. */
bool cnop_fcgi_flush(struct cnop_fcgi *fcgi);

/* Forgets the request; its parameters die. True: fd is open and may carry the next request. False:
 * fd is closed: the answer was not delivered, or the peer did not ask to keep the connection. */
bool cnop_fcgi_end(struct cnop_fcgi *fcgi);

#endif
