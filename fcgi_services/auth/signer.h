/* SPDX-License-Identifier: MIT */
/* The auth service's signing key and the published key set, kept up to date while the service runs:
 * one signer a thread, which looks at the keyring file again every half second. A keyring that
 * cannot be read keeps the key in use and is logged once. Nothing else here touches private keys.
 */
#ifndef CNOP_AUTH_SIGNER_H
#define CNOP_AUTH_SIGNER_H

#include "fcgi_services/auth/auth_store.h"
#include "shared/base/buf.h"

#define SIGNER_JWKS_BYTES 16384

struct signer;

struct signer_config {
    const char *keys_dir;
    const char *jwks_file;
    const char *issuer;
    const char *audience;
};

/* Start-up, in the thread's own arena. The config must outlive the signer. Keys are loaded at the
 * first use. NULL when the arena is full. */
struct signer *signer_new(struct cnop_arena *arena, const struct signer_config *config);
void signer_wipe(struct signer *signer);

struct signer_claims {
    uint64_t user_id;
    enum auth_role role;
    struct session_id sid;
    int64_t issued_s;
    int64_t expires_s;
};

/* Appends the access token; ret_jti (may be NULL) receives its id. IO: no usable key. */
cnop_must_check enum cnop_err signer_mint(struct signer *signer, const struct signer_claims *claims,
                                          struct cnop_buf *buf, char ret_jti[33]);

/* The JWKS text, valid until the next call on the signer. IO: no usable key set. */
cnop_must_check enum cnop_err signer_jwks(struct signer *signer, struct cnop_str *ret_text);

/* The kid in use; NULL while there is none. */
const char *signer_kid(struct signer *signer);

#endif
