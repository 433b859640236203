/* SPDX-License-Identifier: MIT */
/* Where an attempt comes from, as failed logins are counted: an IPv4 address, or the 64-bit network
 * of an IPv6 one, in which a single household changes addresses at will. Pure. */
#ifndef CNOP_AUTH_LOGIN_SOURCE_H
#define CNOP_AUTH_LOGIN_SOURCE_H

#include "shared/base/str.h"

#define LOGIN_SOURCE_BYTES 16

struct login_source {
    unsigned char bytes[LOGIN_SOURCE_BYTES]; /* IPv6, IPv4 mapped into it */
};

/* The source of an address as the gateway writes it; all zero when it is none (tests, tools). */
void login_source_of(struct cnop_str address, struct login_source *ret_source);

/* Equal sources give equal numbers. */
uint64_t login_source_number(const struct login_source *source);

#endif
