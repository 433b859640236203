/* SPDX-License-Identifier: MIT */
/* A verifier with one key of each kind, and a good token to change: for the tests of it. */
#ifndef CNOP_TESTS_TOKEN_VERIFY_BENCH_H
#define CNOP_TESTS_TOKEN_VERIFY_BENCH_H

#include "shared/token/token.h"
#include "tests/unit/shared/token/forge.h"

#define NOW_S INT64_C(1800000000)

#define HEADER "{\"alg\":\"ES256\",\"kid\":\"k1\",\"typ\":\"at+jwt\"}"
#define HS_HEADER "{\"alg\":\"HS256\",\"kid\":\"h1\",\"typ\":\"at+jwt\"}"
#define CLAIMS_WITHOUT_TIME                                                                        \
    "\"iss\":\"cnop\",\"aud\":\"cnop-api\",\"sub\":\"1001\",\"sid\":\"" FORGE_SID                  \
    "\",\"jti\":\"" FORGE_JTI "\",\"role\":\"customer\""
#define PAYLOAD "{" CLAIMS_WITHOUT_TIME ",\"iat\":1799999000,\"exp\":1800002600}"

extern const struct cnop_token_policy bench_policy;
extern struct cnop_keyset bench_keys;

/* For a checked fixture. */
void bench_setup(void);
void bench_teardown(void);

enum cnop_token_verdict bench_verify_at(struct cnop_str token, int64_t now_s);
enum cnop_token_verdict bench_verify(const char *token);
enum cnop_token_verdict bench_verify_signed(const char *header, const char *payload);

#define expect(call, verdict, what)                                                                \
    do {                                                                                           \
        enum cnop_token_verdict got = (call);                                                      \
        ck_assert_msg(got == (verdict), "%s: got %s", what, cnop_token_verdict_name(got));         \
    } while (0)

#endif
