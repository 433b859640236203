/* SPDX-License-Identifier: MIT */
/* A forger for tests: signs any header and payload text with a known key, and publishes the key. */
#ifndef CNOP_TESTS_FORGE_H
#define CNOP_TESTS_FORGE_H

#include <openssl/evp.h>

#include "shared/base/buf.h"

#define FORGE_SECRET "0123456789abcdef0123456789abcdef"
#define FORGE_SID "00112233445566778899aabbccddeeff"
#define FORGE_JTI "ffeeddccbbaa99887766554433221100"

/* A fresh P-256 key, made once per process. */
EVP_PKEY *forge_key(void);

/* JWKS text with forge_key() under kid "k1". */
void forge_jwks(struct cnop_buf *buf);

/* base64url(header).base64url(payload).signature */
void forge_es256(struct cnop_buf *buf, const char *header, const char *payload);
void forge_hs256(struct cnop_buf *buf, const char *header, const char *payload, const void *secret,
                 size_t secret_len);

/* The first two parts with a final dot, unsigned. */
void forge_unsigned(struct cnop_buf *buf, const char *header, const char *payload);

#endif
