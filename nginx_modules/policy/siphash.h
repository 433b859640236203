/* SPDX-License-Identifier: MIT */
/* SipHash-1-3: with a seed that nobody else knows, a client cannot aim at the bucket of another. */
#ifndef CNOP_POLICY_SIPHASH_H
#define CNOP_POLICY_SIPHASH_H

#include <stddef.h>
#include <stdint.h>

uint64_t policy_siphash(const uint64_t seed[2], const void *bytes, size_t len);

#endif
