/* SPDX-License-Identifier: MIT */
/* Making access tokens and their keys. For the auth service and its key tool alone: everything
 * here touches private keys. The only door to libjwt. */
#ifndef CNOP_TOKEN_MINT_H
#define CNOP_TOKEN_MINT_H

#include "shared/base/buf.h"
#include "shared/token/token.h"

/* One private key and the kid it signs under. Signing does not change it, so threads may share
 * it. Release with cnop_token_signer_free. */
struct cnop_token_signer {
    char kid[CNOP_KEYSET_KID_CHARS + 1];
    EVP_PKEY *key;
};

/* Reads the ES256 key of a file named es256-<kid>.pem; the kid comes from the name. The file must
 * be private (see cnop_secret_read_file). ret_reason (may be NULL) is static text on failure. */
cnop_must_check enum cnop_err cnop_token_signer_load(struct cnop_token_signer *ret_signer,
                                                     const char *path, const char **ret_reason);
void cnop_token_signer_free(struct cnop_token_signer *signer);

/* Appends the compact token (about 400 bytes) to buf. NO_MEMORY when a library gives up; TRUNCATED
 * when it does not fit. */
cnop_must_check enum cnop_err cnop_token_mint(const struct cnop_token_signer *signer,
                                              const struct cnop_token_policy *policy,
                                              const struct cnop_token_claims *claims,
                                              struct cnop_buf *buf);

/* Makes a new P-256 key as <dir>/es256-<kid>.pem, mode 0600, never overwriting; the kid is the
 * first 16 hex digits of the public key's SHA-256. */
cnop_must_check enum cnop_err cnop_token_key_create(const char *dir,
                                                    char ret_kid[CNOP_KEYSET_KID_CHARS + 1]);

/* Writes the public halves of every <dir>/es256-*.pem as a JWKS file, mode 0644, replacing it
 * atomically. ret_count keys were written; none is INVALID and leaves the old file. */
cnop_must_check enum cnop_err cnop_jwks_write(const char *dir, const char *jwks_path,
                                              size_t *ret_count);

#endif
