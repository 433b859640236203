/* SPDX-License-Identifier: MIT */
/* Fuzzing the token path: the input is used as a token, as a JWKS text and as base64url. Whatever
 * it is, nothing crashes, and nothing without a valid signature is accepted. */
#include <stdlib.h>
#include <string.h>

#include "shared/token/base64url.h"
#include "shared/token/token.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const char jwks[] =
    "{\"keys\":[{\"kty\":\"EC\",\"crv\":\"P-256\",\"alg\":\"ES256\",\"kid\":\"k1\","
    "\"x\":\"axfR8uEsQkf4vOblY6RA8ncDfYEt6zOg9KE5RdiYwpY\","
    "\"y\":\"T-NC4v4af5uO5-tKfA-eFivOM1drMV7Oy7ZAaDe_UfU\"}]}";

static void
check_round_trip(struct cnop_str text)
{
    unsigned char bytes[4096];
    char back[8192];
    struct cnop_buf buf;
    size_t len;

    if (cnop_base64url_decode(text, bytes, sizeof(bytes), &len) != CNOP_OK)
        return;
    cnop_buf_init(&buf, back, sizeof(back));
    cnop_base64url_encode(&buf, bytes, len);
    if (!cnop_str_equal(cnop_buf_view(&buf), text))
        abort();
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const struct cnop_token_policy policy = {
        .issuer = {"cnop", 4}, .audience = {"cnop-api", 8}, .leeway_s = 10};
    static struct cnop_keyset keys;
    struct cnop_keyset other = {0};
    struct cnop_token_claims claims;
    struct cnop_str text = cnop_str_make((const char *)data, size);

    if (keys.count == 0 && cnop_keyset_add_jwks(&keys, cnop_str_from(jwks)) != CNOP_OK)
        abort();
    if (cnop_token_verify(&keys, &policy, text, 1800000000, &claims) == CNOP_TOKEN_OK)
        abort();
    check_round_trip(text);
    (void)!cnop_keyset_add_jwks(&other, text);
    cnop_keyset_clear(&other);
    return 0;
}
