/* SPDX-License-Identifier: MIT */
/* Signs whatever it is told to. For tests only; none of this is linked into a program we ship. */
#include "tests/unit/shared/token/forge.h"

#include <openssl/core_names.h>
#include <openssl/ecdsa.h>
#include <openssl/hmac.h>
#include <string.h>

#include "shared/token/base64url.h"
#include "tests/unit/unit.h"

EVP_PKEY *
forge_key(void)
{
    static EVP_PKEY *key;

    if (key == NULL)
        key = EVP_EC_gen("P-256");
    ck_assert_ptr_nonnull(key);
    return key;
}

void
forge_jwks(struct cnop_buf *buf)
{
    unsigned char point[65];
    size_t len = 0;

    ck_assert_int_eq(EVP_PKEY_get_octet_string_param(forge_key(), OSSL_PKEY_PARAM_PUB_KEY, point,
                                                     sizeof(point), &len),
                     1);
    ck_assert_uint_eq(len, sizeof(point));
    cnop_buf_text(buf, "{\"keys\":[{\"kty\":\"EC\",\"crv\":\"P-256\",\"alg\":\"ES256\","
                       "\"use\":\"sig\",\"kid\":\"k1\",\"x\":\"");
    cnop_base64url_encode(buf, point + 1, 32);
    cnop_buf_text(buf, "\",\"y\":\"");
    cnop_base64url_encode(buf, point + 33, 32);
    cnop_buf_text(buf, "\"}]}");
}

void
forge_unsigned(struct cnop_buf *buf, const char *header, const char *payload)
{
    cnop_base64url_encode(buf, header, strlen(header));
    cnop_buf_char(buf, '.');
    cnop_base64url_encode(buf, payload, strlen(payload));
    cnop_buf_char(buf, '.');
}

void
forge_es256(struct cnop_buf *buf, const char *header, const char *payload)
{
    unsigned char der[80], raw[64] = {0};
    const unsigned char *at = der;
    EVP_MD_CTX *ctx = EVP_MD_CTX_new();
    size_t start = buf->len;
    size_t der_len = sizeof(der);
    ECDSA_SIG *signature;

    forge_unsigned(buf, header, payload);
    ck_assert_int_eq(EVP_DigestSignInit(ctx, NULL, EVP_sha256(), NULL, forge_key()), 1);
    ck_assert_int_eq(
        EVP_DigestSign(ctx, der, &der_len, (unsigned char *)buf->ptr + start, buf->len - 1 - start),
        1);
    signature = d2i_ECDSA_SIG(NULL, &at, (long)der_len);
    ck_assert_int_eq(BN_bn2binpad(ECDSA_SIG_get0_r(signature), raw, 32), 32);
    ck_assert_int_eq(BN_bn2binpad(ECDSA_SIG_get0_s(signature), raw + 32, 32), 32);
    ECDSA_SIG_free(signature);
    EVP_MD_CTX_free(ctx);
    cnop_base64url_encode(buf, raw, sizeof(raw));
}

void
forge_hs256(struct cnop_buf *buf, const char *header, const char *payload, const void *secret,
            size_t secret_len)
{
    unsigned char mac[32];
    unsigned mac_len = 0;
    size_t start = buf->len;

    forge_unsigned(buf, header, payload);
    ck_assert_ptr_nonnull(HMAC(EVP_sha256(), secret, (int)secret_len,
                               (unsigned char *)buf->ptr + start, buf->len - 1 - start, mac,
                               &mac_len));
    cnop_base64url_encode(buf, mac, mac_len);
}
