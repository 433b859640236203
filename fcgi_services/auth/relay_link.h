/* SPDX-License-Identifier: MIT */
/* The way from auth to the gateways' control sockets: asks what they know, tells them what to
 * refuse. Best effort at the moment of a logout; the relay repairs whatever was missed. Decides
 * nothing about sessions. */
#ifndef CNOP_AUTH_RELAY_LINK_H
#define CNOP_AUTH_RELAY_LINK_H

#include "fcgi_services/auth/session.h"

#define GATEWAY_MAX 8
#define GATEWAY_BOOT_BYTES 65

struct relay_link;

struct gateway_state {
    char boot_id[GATEWAY_BOOT_BYTES]; /* changes when the gateway has forgotten everything */
    uint64_t last_seq;
    bool is_synced;
};

/* sockets: absolute paths separated by commas; empty: no gateway. text_bytes: the longest text to
 * send. Start-up, one a thread. CONFIG: too many, or not paths. */
cnop_must_check enum cnop_err relay_link_open(const char *sockets, size_t text_bytes,
                                              struct relay_link **ret_link);
void relay_link_close(struct relay_link **link); /* accepts pointer to NULL */

size_t relay_link_count(const struct relay_link *link);
const char *relay_link_name(const struct relay_link *link, size_t index);

/* IO, DEADLINE; IO also for an answer that makes no sense. */
cnop_must_check enum cnop_err relay_link_ask(struct relay_link *link, size_t index,
                                             uint32_t timeout_ms, struct gateway_state *ret_state);

/* The buffer to write one control text into; empty. */
struct cnop_buf *relay_link_text(struct relay_link *link);
/* Sends it. CONFLICT: the gateway misses something before it (ret_last_seq: what it has). */
cnop_must_check enum cnop_err relay_link_send(struct relay_link *link, size_t index,
                                              uint32_t timeout_ms, uint64_t *ret_last_seq);

/* Tells every gateway at once what a logout ended, within timeout_ms altogether; gaps are filled
 * from the store. True when all have it. */
bool relay_link_tell(struct relay_link *link, struct auth_store *store,
                     const struct session_end *end, uint32_t timeout_ms);

#endif
