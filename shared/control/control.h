/* SPDX-License-Identifier: MIT */
/* Exchanges with the gateways' control sockets: asks what a gateway has, sends it a text. Each call
 * has a deadline, and a connection of each gateway stays open. What is said is the caller's. */
#ifndef CNOP_CONTROL_CONTROL_H
#define CNOP_CONTROL_CONTROL_H

#include "shared/base/buf.h"
#include "shared/json/json_read.h"

#define CNOP_CONTROL_GATEWAYS 8
#define CNOP_CONTROL_BOOT_BYTES 65

struct cnop_control;

/* sockets: absolute paths separated by commas; empty: no gateway. url: what is asked and told;
 * a constant. text_bytes: the longest text to send. Start-up, one a thread. CONFIG: too many, or
 * not paths. */
cnop_must_check enum cnop_err cnop_control_open(const char *sockets, const char *url,
                                                size_t text_bytes,
                                                struct cnop_control **ret_control);
void cnop_control_close(struct cnop_control **control); /* accepts pointer to NULL */

size_t cnop_control_count(const struct cnop_control *control);
const char *cnop_control_name(const struct cnop_control *control, size_t index);

/* The object that the gateway answers with; it lives until the next exchange. IO, DEADLINE; IO also
 * for an answer that makes no sense. */
cnop_must_check enum cnop_err cnop_control_ask(struct cnop_control *control, size_t index,
                                               uint32_t timeout_ms,
                                               const struct cnop_json **ret_object);

/* The buffer to write one text into; empty. */
struct cnop_buf *cnop_control_text(struct cnop_control *control);
/* Sends it. CONFLICT: the gateway misses something before it; ret_object: what it has, until the
 * next exchange. TRUNCATED: the text did not fit its buffer. */
cnop_must_check enum cnop_err cnop_control_send(struct cnop_control *control, size_t index,
                                                uint32_t timeout_ms,
                                                const struct cnop_json **ret_object);

/* Members of answers. IO: not there, or something else. */
cnop_must_check enum cnop_err cnop_control_u64(const struct cnop_json *object, struct cnop_str key,
                                               uint64_t *ret_value);
/* boot_id, which changes when the gateway has forgotten everything. */
cnop_must_check enum cnop_err cnop_control_boot_id(const struct cnop_json *object,
                                                   char ret_id[CNOP_CONTROL_BOOT_BYTES]);

#endif
