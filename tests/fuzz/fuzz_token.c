/* SPDX-License-Identifier: MIT */
/* Tokens: the input is used as a token, as a JWKS text and as base64url. Nothing without a valid
 * signature is accepted, and whatever base64url is accepted is spelled in the only way. */
#include "tests/fuzz/fuzz.h"

#include "shared/base/attr.h"
#include "shared/token/base64url.h"
#include "shared/token/token.h"

const char fuzz_corpus[] = "token";

static const char jwks[] =
    "{\"keys\":[{\"kty\":\"EC\",\"crv\":\"P-256\",\"alg\":\"ES256\",\"kid\":\"k1\","
    "\"x\":\"axfR8uEsQkf4vOblY6RA8ncDfYEt6zOg9KE5RdiYwpY\","
    "\"y\":\"T-NC4v4af5uO5-tKfA-eFivOM1drMV7Oy7ZAaDe_UfU\"}]}";

static void
fuzz_base64url(struct cnop_str text)
{
    unsigned char bytes[2048];
    char again[4096];
    struct cnop_buf buf;
    size_t len;

    if (cnop_base64url_decode(text, bytes, sizeof(bytes), &len) != CNOP_OK)
        return;
    cnop_buf_init(&buf, again, sizeof(again));
    cnop_base64url_encode(&buf, bytes, len);
    cnop_assert(cnop_str_equal(cnop_buf_view(&buf), text));
}

int
LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len)
{
    static const struct cnop_token_policy policy = {
        .issuer = {"cnop", 4}, .audience = {"cnop-api", 8}, .leeway_s = 10};
    static struct cnop_keyset keys;
    struct cnop_keyset other = {0};
    struct cnop_token_claims claims;
    struct cnop_str text = cnop_str_make((const char *)bytes, len);
    enum cnop_token_verdict verdict;
    enum cnop_err err;

    if (keys.count == 0) {
        err = cnop_keyset_add_jwks(&keys, cnop_str_from(jwks));
        cnop_assert(err == CNOP_OK);
    }
    verdict = cnop_token_verify(&keys, &policy, text, 1800000000, &claims);
    cnop_assert(verdict != CNOP_TOKEN_OK);
    fuzz_base64url(text);
    err = cnop_keyset_add_jwks(&other, text);
    cnop_assert(err == CNOP_OK || other.reason[0] != '\0');
    cnop_keyset_clear(&other);
    return 0;
}
