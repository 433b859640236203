/* SPDX-License-Identifier: MIT */
/* Formatting of the control text. */
#include "fcgi_services/auth/revocation_wire.h"

#include <inttypes.h>

void
revocation_wire_snapshot(struct cnop_buf *buf, uint64_t seq)
{
    cnop_buf_printf(buf, "snapshot %" PRIu64 "\n", seq);
}

void
revocation_wire_delta(struct cnop_buf *buf, uint64_t previous_seq)
{
    cnop_buf_printf(buf, "delta %" PRIu64 "\n", previous_seq);
}

void
revocation_wire_line(struct cnop_buf *buf, const struct revocation *revocation)
{
    cnop_assert(revocation->seq > 0);
    switch (revocation->kind) {
    case REVOCATION_SESSION:
        cnop_buf_printf(buf, "%" PRIu64 " sid %s %" PRId64 "\n", revocation->seq,
                        revocation->subject, revocation->expires_s);
        break;
    case REVOCATION_TOKEN:
        cnop_buf_printf(buf, "%" PRIu64 " jti %s %" PRId64 "\n", revocation->seq,
                        revocation->subject, revocation->expires_s);
        break;
    case REVOCATION_USER:
        cnop_buf_printf(buf, "%" PRIu64 " sub %s %" PRId64 " %" PRId64 "\n", revocation->seq,
                        revocation->subject, revocation->revoked_before_s, revocation->expires_s);
        break;
    }
}
