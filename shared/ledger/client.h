/* SPDX-License-Identifier: MIT */
/* Sends commands to the order engine, the only writer of money. Blocking, with a deadline; one
 * client a thread. Every money command travels with an idempotency key (one is made when the caller
 * has none), so a call repeats itself safely over an engine restart until its deadline. */
#ifndef CNOP_LEDGER_CLIENT_H
#define CNOP_LEDGER_CLIENT_H

#include "shared/ledger/wire.h"

struct ledger_client {
    const char *path;
    uint32_t timeout_ms;
    int fd; /* -1: not connected */
    uint64_t tag;
};

/* path must outlive the client. timeout_ms caps every call; the request's own deadline (span) may
 * shorten it. Does not connect yet. */
void ledger_client_init(struct ledger_client *client, const char *path, uint32_t timeout_ms);
void ledger_client_done(struct ledger_client *client);

/* Sets key and fingerprint: the digest of everything in the command that makes it what it is. Call
 * it last. key: 1..64 characters [A-Za-z0-9_.:-]; INVALID otherwise. */
cnop_must_check enum cnop_err ledger_command_set_key(struct ledger_command *command,
                                                     struct cnop_str key);
/* Copies at most LEDGER_REQUEST_ID_BYTES, for the audit trail. */
void ledger_command_set_request_id(struct ledger_command *command, struct cnop_str request_id);
void ledger_command_set_reason(struct ledger_command *command, struct cnop_str reason);

/* Runs one command; outcome is written on CNOP_OK and on refusals (their figures). CNOP_OK means
 * durable. Errors: those of ledger_apply; UNAVAILABLE, OVERLOADED, SHUTTING_DOWN, DEADLINE,
 * FORBIDDEN (this socket may not do that): nothing was accepted; OUTCOME_UNKNOWN: it may have been,
 * ask again with the same key. */
cnop_must_check enum cnop_err ledger_client_call(struct ledger_client *client,
                                                 const struct ledger_command *command,
                                                 struct ledger_outcome *outcome);

/* Up to LEDGER_WIRE_TICK_MAX prices, in force when this returns CNOP_OK. Older ones than the engine
 * has are skipped and counted. Errors as above. */
cnop_must_check enum cnop_err ledger_client_ticks(struct ledger_client *client,
                                                  const struct ledger_tick *ticks, uint32_t count,
                                                  uint32_t *ret_refused_count);

#endif
