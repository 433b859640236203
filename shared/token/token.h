/* SPDX-License-Identifier: MIT */
/* Access tokens, checked: a strict compact JWT verifier with preloaded keys, one pinned algorithm
 * per key. It never believes a token about its own algorithm or key material, never follows a
 * URL, never allocates per token, and has no door to libjwt or json-c: nginx links it. */
#ifndef CNOP_TOKEN_TOKEN_H
#define CNOP_TOKEN_TOKEN_H

#include "shared/base/role.h"
#include "shared/base/str.h"
#include "shared/token/keyset.h"

#define CNOP_TOKEN_MAX_BYTES 4096
#define CNOP_TOKEN_HEX_CHARS 32 /* sid and jti */
#define CNOP_TOKEN_TYP "at+jwt"

/* What a verified token says. Strings are NUL-terminated copies. Times are Unix seconds. */
struct cnop_token_claims {
    uint64_t user_id;
    int64_t iat_s;
    int64_t exp_s;
    enum cnop_role role;
    char sid[CNOP_TOKEN_HEX_CHARS + 1];
    char jti[CNOP_TOKEN_HEX_CHARS + 1];
};

/* Why a token was refused. One name each, for log lines and metric labels. */
#define CNOP_TOKEN_VERDICTS(X)                                                                     \
    X(OK, "ok")                                                                                    \
    X(TOO_LONG, "too_long")                                                                        \
    X(NOT_COMPACT, "not_compact")     /* not three non-empty parts */                              \
    X(BAD_BASE64, "bad_base64")       /* not canonical base64url */                                \
    X(BAD_HEADER, "bad_header")       /* not the three members alg, kid, typ */                    \
    X(BAD_TYPE, "bad_type")           /* typ is not at+jwt */                                      \
    X(UNKNOWN_KEY, "unknown_key")     /* kid malformed or not in the set */                        \
    X(BAD_ALGORITHM, "bad_algorithm") /* alg is not the key's */                                   \
    X(BAD_SIGNATURE, "bad_signature")                                                              \
    X(BAD_PAYLOAD, "bad_payload") /* not one flat-named JSON object */                             \
    X(BAD_CLAIM, "bad_claim")     /* missing or of the wrong type or form */                       \
    X(BAD_ISSUER, "bad_issuer")                                                                    \
    X(BAD_AUDIENCE, "bad_audience")                                                                \
    X(NOT_YET, "not_yet")     /* iat or nbf in the future */                                       \
    X(TOO_LIVED, "too_lived") /* exp - iat above the policy */                                     \
    X(EXPIRED, "expired")

enum cnop_token_verdict {
#define X(symbol, name) CNOP_TOKEN_##symbol,
    CNOP_TOKEN_VERDICTS(X)
#undef X
        CNOP_TOKEN_VERDICT_COUNT
};

struct cnop_token_policy {
    struct cnop_str issuer;
    struct cnop_str audience;
    int64_t leeway_s;  /* for exp, nbf and iat; 0..30 */
    int64_t max_ttl_s; /* exp - iat at most; 0 = no limit */
};

/* Checks form, key, algorithm, signature, then every claim. ret_claims is written on OK only; on
 * EXPIRED everything else about the token was right. The keyset's scratch contexts are used, so a
 * keyset belongs to one thread. */
cnop_must_check enum cnop_token_verdict cnop_token_verify(struct cnop_keyset *keys,
                                                          const struct cnop_token_policy *policy,
                                                          struct cnop_str token, int64_t now_s,
                                                          struct cnop_token_claims *ret_claims);

const char *cnop_token_verdict_name(enum cnop_token_verdict verdict); /* static storage */
const char *cnop_token_role_name(enum cnop_role role);                /* "customer", "admin" */

#endif
