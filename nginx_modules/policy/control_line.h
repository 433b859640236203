/* SPDX-License-Identifier: MIT */
/* The lines of the control socket, one command each. A line is understood completely or refused.
 * Pure. */
#ifndef CNOP_POLICY_CONTROL_LINE_H
#define CNOP_POLICY_CONTROL_LINE_H

#include "nginx_modules/policy/revoke.h"
#include "shared/base/str.h"

/* "snapshot <seq>" or "delta <previous seq>" */
struct control_head {
    bool snapshot;
    uint64_t seq;
};

bool control_parse_head(struct cnop_str line, struct control_head *ret_head);

/* "<seq> sid|jti <32 hex> <expires>" or "<seq> sub <user id> <before> <expires>" */
bool control_parse_revocation(struct cnop_str line, uint64_t *ret_seq,
                              struct revoke_record *ret_record);

/* "events <number before>", or "reset <number before>" */
bool control_parse_events(struct cnop_str line, bool *ret_reset, uint64_t *ret_seq);

/* "<seq> <account, or - for everybody> <type> <json>"; a number 0 is of the moment only */
struct control_event {
    uint64_t seq;
    uint64_t account; /* 0: everybody's */
    struct cnop_str type;
    struct cnop_str json; /* of printable characters; not parsed */
};

bool control_parse_event(struct cnop_str line, struct control_event *ret_event);

/* "block <address> <seconds>" or "unblock <address>", which gives 0 seconds */
bool control_parse_block(struct cnop_str line, struct cnop_str *ret_address, uint64_t *ret_seconds);

/* "open <service>" or "close <service>" */
bool control_parse_breaker(struct cnop_str line, struct cnop_str *ret_service, bool *ret_open);

#endif
