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

/* "block <address> <seconds>" or "unblock <address>", which gives 0 seconds */
bool control_parse_block(struct cnop_str line, struct cnop_str *ret_address, uint64_t *ret_seconds);

/* "open <service>" or "close <service>" */
bool control_parse_breaker(struct cnop_str line, struct cnop_str *ret_service, bool *ret_open);

#endif
