/* SPDX-License-Identifier: MIT */
/* Keeping a gateway's denylist equal to the revocations in the database: compares numbers, sends
 * what is missing, or everything after a cold start. One round at a time; holds no state of its
 * own, so a restarted relay goes on where the gateway stands. */
#ifndef CNOP_AUTH_RELAY_H
#define CNOP_AUTH_RELAY_H

#include "fcgi_services/auth/relay_link.h"

enum relay_action {
    RELAY_NOTHING,
    RELAY_DELTA,    /* the rows after the gateway's last number */
    RELAY_SNAPSHOT, /* everything alive */
};

/* What a gateway needs when the database has come to head. */
enum relay_action relay_decide(const struct gateway_state *state, uint64_t head);

/* One round with one gateway. ret_action says what was sent. DB errors, IO and DEADLINE of the
 * link, TRUNCATED: more live revocations than the text buffer holds. */
cnop_must_check enum cnop_err relay_round(struct relay_link *link, size_t index,
                                          struct auth_store *store, uint32_t timeout_ms,
                                          enum relay_action *ret_action);

#endif
