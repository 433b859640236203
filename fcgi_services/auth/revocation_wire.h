/* SPDX-License-Identifier: MIT */
/* The text in which revocations travel to a gateway's control socket: a header line that says how
 * the lines connect to what the gateway knows, then one line for each revocation. Pure. */
#ifndef CNOP_AUTH_REVOCATION_WIRE_H
#define CNOP_AUTH_REVOCATION_WIRE_H

#include "fcgi_services/auth/auth_store.h"
#include "shared/base/buf.h"

/* "snapshot SEQ": everything alive up to seq follows; the gateway forgets the rest. */
void revocation_wire_snapshot(struct cnop_buf *buf, uint64_t seq);
/* "delta PREVIOUS": the lines that follow come right after number previous. */
void revocation_wire_delta(struct cnop_buf *buf, uint64_t previous_seq);
/* "SEQ sid HEX EXPIRES", "SEQ jti HEX EXPIRES" or "SEQ sub USER BEFORE EXPIRES". */
void revocation_wire_line(struct cnop_buf *buf, const struct revocation *revocation);

#endif
