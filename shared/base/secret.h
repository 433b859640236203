/* SPDX-License-Identifier: MIT */
/* Secrets: constant-time comparison, wiping, random bytes, digests, and reading key files. Values
 * handled here never reach a log line. The only door to libsodium's primitives. */
#ifndef CNOP_BASE_SECRET_H
#define CNOP_BASE_SECRET_H

#include "shared/base/str.h"

#define CNOP_SHA256_BYTES 32

/* Start-up, once per process before any other call here. Aborts when the system has no entropy. */
void cnop_secret_init(void);

bool cnop_secret_equal(const void *a, const void *b, size_t len); /* constant time */
void cnop_secret_zero(void *bytes, size_t len);
void cnop_secret_random(void *ret_bytes, size_t len);

void cnop_secret_sha256(const void *bytes, size_t len, unsigned char ret_digest[CNOP_SHA256_BYTES]);

/* HMAC-SHA-256 of len bytes under a 32-byte key. */
void cnop_secret_hmac(const unsigned char key[32], const void *bytes, size_t len,
                      unsigned char ret_digest[CNOP_SHA256_BYTES]);

/* SipHash-2-4 of len bytes under a 16-byte key. */
uint64_t cnop_secret_siphash(const unsigned char key[16], const void *bytes, size_t len);

/* Reads a whole file of min..max bytes that neither group nor others can write and others cannot
 * read. INVALID (mode or size, with the reason in ret_reason, static text), NOT_FOUND, IO. */
cnop_must_check enum cnop_err cnop_secret_read_file(const char *path, void *ret_bytes, size_t min,
                                                    size_t max, size_t *ret_len,
                                                    const char **ret_reason);

#endif
