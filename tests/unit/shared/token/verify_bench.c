/* SPDX-License-Identifier: MIT */
/* See verify_bench.h. */
#include "tests/unit/shared/token/verify_bench.h"
#include "tests/unit/unit.h"

const struct cnop_token_policy bench_policy = {
    .issuer = {"cnop", 4},
    .audience = {"cnop-api", 8},
    .leeway_s = 10,
    .max_ttl_s = 86400,
};

struct cnop_keyset bench_keys;

void
bench_setup(void)
{
    char text[1024];
    struct cnop_buf jwks;

    cnop_buf_init(&jwks, text, sizeof(text));
    forge_jwks(&jwks);
    ck_assert_int_eq(cnop_keyset_add_jwks(&bench_keys, cnop_buf_view(&jwks)), CNOP_OK);
    ck_assert_int_eq(cnop_keyset_add_hs256(&bench_keys, CNOP_STR("h1"), CNOP_STR(FORGE_SECRET)),
                     CNOP_OK);
}

void
bench_teardown(void)
{
    cnop_keyset_clear(&bench_keys);
}

enum cnop_token_verdict
bench_verify_at(struct cnop_str token, int64_t now_s)
{
    struct cnop_token_claims claims;

    return cnop_token_verify(&bench_keys, &bench_policy, token, now_s, &claims);
}

enum cnop_token_verdict
bench_verify(const char *token)
{
    return bench_verify_at(cnop_str_from(token), NOW_S);
}

enum cnop_token_verdict
bench_verify_signed(const char *header, const char *payload)
{
    static char text[8192];
    struct cnop_buf buf;

    cnop_buf_init(&buf, text, sizeof(text));
    forge_es256(&buf, header, payload);
    return bench_verify_at(cnop_buf_view(&buf), NOW_S);
}
