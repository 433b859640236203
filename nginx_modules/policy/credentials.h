/* SPDX-License-Identifier: MIT */
/* What a client says about itself in a header: the Authorization value (RFC 6750) and the trace
 * context (W3C). Pure. */
#ifndef CNOP_POLICY_CREDENTIALS_H
#define CNOP_POLICY_CREDENTIALS_H

#include "shared/base/str.h"

enum bearer {
    BEARER_TOKEN,     /* the scheme, blanks, one token */
    BEARER_FOREIGN,   /* another scheme, or nothing: not for us */
    BEARER_MALFORMED, /* our scheme without one token behind it */
};

/* The token is written with BEARER_TOKEN only. */
enum bearer bearer_parse(struct cnop_str value, struct cnop_str *ret_token);

/* 00-<32 hex>-<16 hex>-<2 hex> in lower case, identifiers not all zero, any version but ff. */
bool traceparent_is_valid(struct cnop_str value);

#endif
