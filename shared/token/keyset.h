/* SPDX-License-Identifier: MIT */
/* Verification keys by kid, parsed once and kept ready. Each key carries the one algorithm it may
 * be used with; an HMAC secret and a public key can never stand in for each other. */
#ifndef CNOP_TOKEN_KEYSET_H
#define CNOP_TOKEN_KEYSET_H

#include "shared/base/str.h"

#include <openssl/evp.h>

#define CNOP_KEYSET_MAX_KEYS 16
#define CNOP_KEYSET_KID_CHARS 32
#define CNOP_KEYSET_MIN_SECRET_BYTES 32
#define CNOP_KEYSET_MAX_SECRET_BYTES 512
#define CNOP_KEYSET_MAX_JWKS_BYTES 65536
#define CNOP_KEYSET_REASON_BYTES 160

enum cnop_token_alg { CNOP_ALG_ES256 = 1, CNOP_ALG_HS256 = 2 };

struct cnop_token_key {
    char kid[CNOP_KEYSET_KID_CHARS + 1];
    enum cnop_token_alg alg;
    EVP_PKEY *public_key;     /* ES256 */
    EVP_PKEY_CTX *verify_ctx; /* ES256, initialised for verification */
    EVP_MAC_CTX *mac_ctx;     /* HS256, keyed */
};

/* Zero is the empty set. Owned by one thread; release with cnop_keyset_clear. */
struct cnop_keyset {
    struct cnop_token_key keys[CNOP_KEYSET_MAX_KEYS];
    size_t count;
    EVP_MD *sha256;
    EVP_MD_CTX *digest_ctx;
    char reason[CNOP_KEYSET_REASON_BYTES]; /* why the last call below failed */
};

/* Adds the EC P-256 public keys of a JWKS text. Refused as a whole (INVALID, with keys->reason):
 * no key, another key type, a private member, a point off the curve, a malformed or repeated kid.
 */
cnop_must_check enum cnop_err cnop_keyset_add_jwks(struct cnop_keyset *keys, struct cnop_str text);

/* The same from a file that neither group nor others can write. NOT_FOUND, IO or INVALID. */
cnop_must_check enum cnop_err cnop_keyset_load_jwks(struct cnop_keyset *keys, const char *path);

/* Adds an HMAC secret of 32..512 bytes under a kid. */
cnop_must_check enum cnop_err cnop_keyset_add_hs256(struct cnop_keyset *keys, struct cnop_str kid,
                                                    struct cnop_str secret);

/* The same from a file that group cannot write and others cannot touch; a final newline is not
 * part of the secret. */
cnop_must_check enum cnop_err cnop_keyset_load_hs256(struct cnop_keyset *keys, struct cnop_str kid,
                                                     const char *path);

/* NULL when no key has this kid. */
struct cnop_token_key *cnop_keyset_find(struct cnop_keyset *keys, struct cnop_str kid);

/* Frees every key; the set is empty and usable again. */
void cnop_keyset_clear(struct cnop_keyset *keys);

/* 1 to 32 of A-Z a-z 0-9 _ - */
bool cnop_keyset_kid_valid(struct cnop_str kid);

#endif
