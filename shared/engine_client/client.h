/* SPDX-License-Identifier: MIT */
/* Sends commands to the order engine, the only writer of money. Blocking, with a deadline; one
 * client a thread. Every money command travels with an idempotency key (one is made when the caller
 * has none), so a call repeats itself safely over an engine restart until its deadline. */
#ifndef CNOP_ENGINE_CLIENT_CLIENT_H
#define CNOP_ENGINE_CLIENT_CLIENT_H

#include "shared/engine_client/wire.h"

struct engine_client {
    const char *path;
    uint32_t timeout_ms;
    int fd; /* -1: not connected */
    uint64_t tag;
};

/* path must outlive the client. timeout_ms caps every call; the request's own deadline (span) may
 * shorten it. Does not connect yet. */
void engine_client_init(struct engine_client *client, const char *path, uint32_t timeout_ms);
void engine_client_done(struct engine_client *client);

/* Runs one command; outcome is written on CNOP_OK and on refusals (their figures). CNOP_OK means
 * durable. Errors: those of ledger_apply; UNAVAILABLE, OVERLOADED, SHUTTING_DOWN, DEADLINE,
 * FORBIDDEN (this socket may not do that): nothing was accepted; OUTCOME_UNKNOWN: it may have been,
 * ask again with the same key. */
cnop_must_check enum cnop_err engine_client_call(struct engine_client *client,
                                                 const struct ledger_command *command,
                                                 struct ledger_outcome *outcome);

/* Up to ENGINE_WIRE_TICK_MAX prices, in force when this returns CNOP_OK. Older ones than the engine
 * has are skipped and counted. Errors as above. */
cnop_must_check enum cnop_err engine_client_ticks(struct engine_client *client,
                                                  const struct ledger_tick *ticks, uint32_t count,
                                                  uint32_t *ret_refused_count);

#endif
