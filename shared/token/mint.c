/* SPDX-License-Identifier: MIT */
/* Signing. libjwt builds the claims; the header and the signature are ours, because libjwt 1.10
 * writes "typ":"JWT" whatever it is asked for. The algorithm is ES256 and nothing else. */
#include "shared/token/mint.h"

#include <inttypes.h>
#include <jwt.h>
#include <openssl/core_names.h>
#include <openssl/ecdsa.h>
#include <openssl/pem.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "shared/base/secret.h"
#include "shared/token/base64url.h"

#define PEM_MIN_BYTES 100
#define PEM_MAX_BYTES 1024
#define ES256_BYTES 64

static void
free_jwt(jwt_t **jwt)
{
    if (*jwt != NULL)
        jwt_free(*jwt);
}

static void
free_text(char **text)
{
    free(*text);
}

static void
free_digest_ctx(EVP_MD_CTX **ctx)
{
    EVP_MD_CTX_free(*ctx);
}

static void
free_ecdsa(ECDSA_SIG **signature)
{
    ECDSA_SIG_free(*signature);
}

/* es256-<kid>.pem with any folder before it. */
static bool
kid_from_path(const char *path, struct cnop_str *ret_kid)
{
    const char *slash = strrchr(path, '/');
    struct cnop_str name = cnop_str_from(slash == NULL ? path : slash + 1);
    struct cnop_str kid;

    if (!cnop_str_has_prefix(name, CNOP_STR("es256-")) || name.len < 11 ||
        strcmp(name.ptr + name.len - 4, ".pem") != 0)
        return false;
    kid = cnop_str_make(name.ptr + 6, name.len - 10);
    if (!cnop_keyset_kid_valid(kid))
        return false;
    *ret_kid = kid;
    return true;
}

static EVP_PKEY *
parse_pem(const char *pem, size_t len)
{
    BIO *bio = BIO_new_mem_buf(pem, (int)len);
    EVP_PKEY *key = bio == NULL ? NULL : PEM_read_bio_PrivateKey(bio, NULL, NULL, NULL);
    char group[32];
    size_t group_len;

    BIO_free(bio);
    if (key != NULL && (EVP_PKEY_get_utf8_string_param(key, OSSL_PKEY_PARAM_GROUP_NAME, group,
                                                       sizeof(group), &group_len) != 1 ||
                        strcmp(group, "prime256v1") != 0)) {
        EVP_PKEY_free(key);
        key = NULL;
    }
    return key;
}

enum cnop_err
cnop_token_signer_load(struct cnop_token_signer *ret_signer, const char *path,
                       const char **ret_reason)
{
    struct cnop_token_signer signer = {0};
    const char *reason = "the file name is not es256-<kid>.pem";
    enum cnop_err err = CNOP_E_INVALID;
    char pem[PEM_MAX_BYTES];
    struct cnop_str kid;
    size_t pem_len = 0;

    if (kid_from_path(path, &kid)) {
        memcpy(signer.kid, kid.ptr, kid.len);
        err = cnop_secret_read_file(path, pem, PEM_MIN_BYTES, sizeof(pem), &pem_len, &reason);
    }
    if (err == CNOP_OK) {
        signer.key = parse_pem(pem, pem_len);
        if (signer.key == NULL) {
            reason = "not a PEM private key on P-256";
            err = CNOP_E_INVALID;
        }
    }
    cnop_secret_zero(pem, sizeof(pem));
    if (err == CNOP_OK)
        *ret_signer = signer;
    else if (ret_reason != NULL)
        *ret_reason = reason;
    return err;
}

void
cnop_token_signer_free(struct cnop_token_signer *signer)
{
    EVP_PKEY_free(signer->key);
    memset(signer, 0, sizeof(*signer));
}

static bool
add_text(jwt_t *jwt, const char *name, struct cnop_str value)
{
    char text[128];

    if (value.len >= sizeof(text))
        return false;
    memcpy(text, value.ptr, value.len);
    text[value.len] = '\0';
    return jwt_add_grant(jwt, name, text) == 0;
}

static bool
add_claims(jwt_t *jwt, const struct cnop_token_policy *policy,
           const struct cnop_token_claims *claims)
{
    char sub[24];

    snprintf(sub, sizeof(sub), "%" PRIu64, claims->user_id);
    return add_text(jwt, "iss", policy->issuer) && add_text(jwt, "aud", policy->audience) &&
           jwt_add_grant(jwt, "sub", sub) == 0 && jwt_add_grant(jwt, "sid", claims->sid) == 0 &&
           jwt_add_grant(jwt, "jti", claims->jti) == 0 &&
           jwt_add_grant(jwt, "role", cnop_token_role_name(claims->role)) == 0 &&
           jwt_add_grant_int(jwt, "iat", claims->iat_s) == 0 &&
           jwt_add_grant_int(jwt, "exp", claims->exp_s) == 0;
}

/* Appends the signature of everything from `start` on, as base64url of r and s. */
static bool
append_signature(const struct cnop_token_signer *signer, size_t start, struct cnop_buf *buf)
{
    cnop_cleanup(free_digest_ctx) EVP_MD_CTX *ctx = EVP_MD_CTX_new();
    cnop_cleanup(free_ecdsa) ECDSA_SIG *signature = NULL;
    unsigned char der[80], raw[ES256_BYTES];
    const unsigned char *at = der;
    size_t der_len = sizeof(der);

    if (ctx == NULL || EVP_DigestSignInit(ctx, NULL, EVP_sha256(), NULL, signer->key) != 1 ||
        EVP_DigestSign(ctx, der, &der_len, (const unsigned char *)buf->ptr + start,
                       buf->len - start) != 1)
        return false;
    signature = d2i_ECDSA_SIG(NULL, &at, (long)der_len);
    if (signature == NULL || BN_bn2binpad(ECDSA_SIG_get0_r(signature), raw, 32) != 32 ||
        BN_bn2binpad(ECDSA_SIG_get0_s(signature), raw + 32, 32) != 32)
        return false;
    cnop_buf_char(buf, '.');
    cnop_base64url_encode(buf, raw, sizeof(raw));
    return true;
}

enum cnop_err
cnop_token_mint(const struct cnop_token_signer *signer, const struct cnop_token_policy *policy,
                const struct cnop_token_claims *claims, struct cnop_buf *buf)
{
    cnop_cleanup(free_jwt) jwt_t *jwt = NULL;
    cnop_cleanup(free_text) char *payload = NULL;
    size_t start = buf->len;
    char header[128];
    int header_len;

    cnop_assert(signer->key != NULL);
    cnop_assert(claims->user_id != 0 && claims->exp_s > claims->iat_s);
    if (jwt_new(&jwt) != 0 || !add_claims(jwt, policy, claims))
        return CNOP_E_NO_MEMORY;
    payload = jwt_get_grants_json(jwt, NULL);
    if (payload == NULL)
        return CNOP_E_NO_MEMORY;
    header_len =
        snprintf(header, sizeof(header),
                 "{\"alg\":\"ES256\",\"kid\":\"%s\",\"typ\":\"" CNOP_TOKEN_TYP "\"}", signer->kid);
    cnop_base64url_encode(buf, header, (size_t)header_len);
    cnop_buf_char(buf, '.');
    cnop_base64url_encode(buf, payload, strlen(payload));
    if (buf->overflow)
        return CNOP_E_TRUNCATED;
    if (!append_signature(signer, start, buf))
        return CNOP_E_NO_MEMORY;
    return buf->overflow ? CNOP_E_TRUNCATED : CNOP_OK;
}
