/* SPDX-License-Identifier: MIT */
/* The verifier: split, decode, pin the algorithm, check the signature, then type every claim. The
 * payload is not looked at before the signature is good. */
#include "shared/token/token.h"

#include <openssl/crypto.h>
#include <string.h>

#include "shared/base/ascii.h"
#include "shared/json/json_scan.h"
#include "shared/token/base64url.h"

#define HEADER_MAX_BYTES 512
#define PAYLOAD_MAX_BYTES 3072
#define ES256_BYTES 64 /* r and s, 32 bytes each */
#define HS256_BYTES 32
#define ES256_DER_MAX_BYTES 72
#define SHA256_BYTES 32

struct token_parts {
    struct cnop_str header, payload, signature;
    struct cnop_str signed_text; /* header "." payload */
};

struct token_header {
    struct cnop_str alg, kid, typ;
};

struct payload {
    struct cnop_scan_value iss, aud, sub, sid, jti, iat, exp, nbf, role;
    bool has_nbf;
    unsigned required_seen;
};

#define REQUIRED_CLAIMS 8

const char *
cnop_token_verdict_name(enum cnop_token_verdict verdict)
{
    static const char *const names[] = {
#define X(symbol, name) name,
        CNOP_TOKEN_VERDICTS(X)
#undef X
    };

    cnop_assert(verdict < CNOP_TOKEN_VERDICT_COUNT);
    return names[verdict];
}

const char *
cnop_token_role_name(enum cnop_role role)
{
    return role == CNOP_ROLE_ADMIN ? "admin" : "customer";
}

static bool
split(struct cnop_str token, struct token_parts *ret_parts)
{
    struct token_parts parts;
    struct cnop_str rest;

    if (!cnop_str_cut(token, '.', &parts.header, &rest) ||
        !cnop_str_cut(rest, '.', &parts.payload, &parts.signature))
        return false;
    if (cnop_str_empty(parts.header) || cnop_str_empty(parts.payload) ||
        cnop_str_empty(parts.signature) ||
        memchr(parts.signature.ptr, '.', parts.signature.len) != NULL)
        return false;
    parts.signed_text = cnop_str_make(token.ptr, parts.header.len + 1 + parts.payload.len);
    *ret_parts = parts;
    return true;
}

/* Exactly alg, kid and typ, each a plain string: crit, jku, jwk, x5c, x5u, zip and anything else a
 * forger may think of fall out here without being named. */
static bool
parse_header(struct cnop_str text, struct token_header *ret_header)
{
    struct token_header header = {0};
    struct cnop_scan_value value;
    struct cnop_scan scan;
    struct cnop_str name;
    enum cnop_scan_step step;

    cnop_scan_start(&scan, text);
    while ((step = cnop_scan_member(&scan, &name, &value)) == CNOP_SCAN_ITEM) {
        if (value.kind != CNOP_SCAN_STRING || value.escaped)
            return false;
        if (cnop_str_equal(name, CNOP_STR("alg")))
            header.alg = value.raw;
        else if (cnop_str_equal(name, CNOP_STR("kid")))
            header.kid = value.raw;
        else if (cnop_str_equal(name, CNOP_STR("typ")))
            header.typ = value.raw;
        else
            return false;
    }
    if (step != CNOP_SCAN_END || scan.count != 3)
        return false;
    *ret_header = header;
    return true;
}

/* One 32-byte big-endian number as a DER INTEGER; returns the end, NULL for zero. */
static unsigned char *
der_integer(unsigned char *out, const unsigned char *number)
{
    size_t skip = 0;
    size_t len;

    while (skip < 32 && number[skip] == 0)
        skip++;
    if (skip == 32)
        return NULL;
    len = 32 - skip;
    *out++ = 0x02;
    *out++ = (unsigned char)(len + (number[skip] >> 7));
    if ((number[skip] & 0x80) != 0)
        *out++ = 0;
    memcpy(out, number + skip, len);
    return out + len;
}

static size_t
signature_to_der(const unsigned char raw[ES256_BYTES], unsigned char der[ES256_DER_MAX_BYTES])
{
    unsigned char *end = der_integer(der + 2, raw);

    if (end != NULL)
        end = der_integer(end, raw + 32);
    if (end == NULL)
        return 0;
    der[0] = 0x30;
    der[1] = (unsigned char)(end - der - 2);
    return (size_t)(end - der);
}

static bool
verify_es256(struct cnop_keyset *keys, const struct cnop_token_key *key, struct cnop_str text,
             const unsigned char *signature)
{
    unsigned char digest[SHA256_BYTES];
    unsigned char der[ES256_DER_MAX_BYTES];
    unsigned digest_len = 0;
    size_t der_len = signature_to_der(signature, der);

    if (der_len == 0 || EVP_DigestInit_ex2(keys->digest_ctx, keys->sha256, NULL) != 1 ||
        EVP_DigestUpdate(keys->digest_ctx, text.ptr, text.len) != 1 ||
        EVP_DigestFinal_ex(keys->digest_ctx, digest, &digest_len) != 1)
        return false;
    return EVP_PKEY_verify(key->verify_ctx, der, der_len, digest, digest_len) == 1;
}

static bool
verify_hs256(const struct cnop_token_key *key, struct cnop_str text, const unsigned char *signature)
{
    unsigned char mac[HS256_BYTES];
    size_t mac_len = 0;

    if (EVP_MAC_init(key->mac_ctx, NULL, 0, NULL) != 1 ||
        EVP_MAC_update(key->mac_ctx, (const unsigned char *)text.ptr, text.len) != 1 ||
        EVP_MAC_final(key->mac_ctx, mac, &mac_len, sizeof(mac)) != 1)
        return false;
    return mac_len == HS256_BYTES && CRYPTO_memcmp(mac, signature, HS256_BYTES) == 0;
}

static enum cnop_token_verdict
check_signature(struct cnop_keyset *keys, const struct token_parts *parts)
{
    unsigned char signature[ES256_BYTES];
    char header_text[HEADER_MAX_BYTES];
    struct token_header header;
    struct cnop_token_key *key;
    size_t header_len, signature_len;

    if (cnop_base64url_decode(parts->header, header_text, sizeof(header_text), &header_len) !=
            CNOP_OK ||
        cnop_base64url_decode(parts->signature, signature, sizeof(signature), &signature_len) !=
            CNOP_OK)
        return CNOP_TOKEN_BAD_BASE64;
    if (!parse_header(cnop_str_make(header_text, header_len), &header))
        return CNOP_TOKEN_BAD_HEADER;
    if (!cnop_str_equal(header.typ, CNOP_STR(CNOP_TOKEN_TYP)))
        return CNOP_TOKEN_BAD_TYPE;
    key = cnop_keyset_kid_valid(header.kid) ? cnop_keyset_find(keys, header.kid) : NULL;
    if (key == NULL)
        return CNOP_TOKEN_UNKNOWN_KEY;

    if (key->alg == CNOP_ALG_ES256) {
        if (!cnop_str_equal(header.alg, CNOP_STR("ES256")))
            return CNOP_TOKEN_BAD_ALGORITHM;
        if (signature_len != ES256_BYTES || !verify_es256(keys, key, parts->signed_text, signature))
            return CNOP_TOKEN_BAD_SIGNATURE;
        return CNOP_TOKEN_OK;
    }
    cnop_assert(key->alg == CNOP_ALG_HS256);
    if (!cnop_str_equal(header.alg, CNOP_STR("HS256")))
        return CNOP_TOKEN_BAD_ALGORITHM;
    if (signature_len != HS256_BYTES || !verify_hs256(key, parts->signed_text, signature))
        return CNOP_TOKEN_BAD_SIGNATURE;
    return CNOP_TOKEN_OK;
}

static enum cnop_scan_step
collect_claims(struct cnop_str text, struct payload *payload)
{
    const struct {
        struct cnop_str name;
        struct cnop_scan_value *value;
    } claims[REQUIRED_CLAIMS] = {
        {CNOP_STR("iss"), &payload->iss}, {CNOP_STR("aud"), &payload->aud},
        {CNOP_STR("sub"), &payload->sub}, {CNOP_STR("sid"), &payload->sid},
        {CNOP_STR("jti"), &payload->jti}, {CNOP_STR("iat"), &payload->iat},
        {CNOP_STR("exp"), &payload->exp}, {CNOP_STR("role"), &payload->role},
    };
    struct cnop_scan_value value;
    struct cnop_scan scan;
    struct cnop_str name;
    enum cnop_scan_step step;

    cnop_scan_start(&scan, text);
    while ((step = cnop_scan_member(&scan, &name, &value)) == CNOP_SCAN_ITEM) {
        for (size_t i = 0; i < CNOP_COUNT(claims); i++) {
            if (cnop_str_equal(claims[i].name, name)) {
                *claims[i].value = value;
                payload->required_seen++;
            }
        }
        if (cnop_str_equal(name, CNOP_STR("nbf"))) {
            payload->nbf = value;
            payload->has_nbf = true;
        }
    }
    return step;
}

static bool
is_text(const struct cnop_scan_value *value, struct cnop_str expected)
{
    return value->kind == CNOP_SCAN_STRING && !value->escaped &&
           cnop_str_equal(value->raw, expected);
}

/* Our audience, alone or among others. */
static bool
audience_matches(const struct cnop_scan_value *aud, struct cnop_str expected)
{
    struct cnop_scan_value element;
    struct cnop_scan scan;
    enum cnop_scan_step step;
    bool found = false;

    if (aud->kind != CNOP_SCAN_ARRAY)
        return is_text(aud, expected);
    cnop_scan_start(&scan, aud->raw);
    while ((step = cnop_scan_element(&scan, &element)) == CNOP_SCAN_ITEM) {
        if (element.kind != CNOP_SCAN_STRING)
            return false;
        found = found || is_text(&element, expected);
    }
    return step == CNOP_SCAN_END && found;
}

/* A NumericDate: a positive number of seconds without an exponent, at most year 9999; a fraction
 * is cut off. */
static bool
take_time(const struct cnop_scan_value *value, int64_t *ret_time_s)
{
    struct cnop_str whole, fraction;
    uint64_t time_s;

    if (value->kind != CNOP_SCAN_INTEGER && value->kind != CNOP_SCAN_NUMBER)
        return false;
    (void)cnop_str_cut(value->raw, '.', &whole, &fraction);
    for (size_t i = 0; i < fraction.len; i++)
        if (!cnop_is_digit(fraction.ptr[i]))
            return false;
    if (cnop_str_parse_u64(whole, 1, UINT64_C(253402300799), &time_s) != CNOP_OK)
        return false;
    *ret_time_s = (int64_t)time_s;
    return true;
}

/* 32 lower-case hex digits. */
static bool
take_hex(const struct cnop_scan_value *value, char ret_text[CNOP_TOKEN_HEX_CHARS + 1])
{
    if (value->kind != CNOP_SCAN_STRING || value->raw.len != CNOP_TOKEN_HEX_CHARS)
        return false;
    for (size_t i = 0; i < value->raw.len; i++)
        if (!cnop_is_lower_hex(value->raw.ptr[i]))
            return false;
    memcpy(ret_text, value->raw.ptr, CNOP_TOKEN_HEX_CHARS);
    ret_text[CNOP_TOKEN_HEX_CHARS] = '\0';
    return true;
}

/* Decimal digits without a leading zero: one spelling for each user. */
static bool
take_subject(const struct cnop_scan_value *value, uint64_t *ret_user_id)
{
    if (value->kind != CNOP_SCAN_STRING || value->escaped || cnop_str_empty(value->raw) ||
        value->raw.ptr[0] == '0')
        return false;
    return cnop_str_parse_u64(value->raw, 1, INT64_MAX, ret_user_id) == CNOP_OK;
}

static bool
take_role(const struct cnop_scan_value *value, enum cnop_role *ret_role)
{
    if (is_text(value, CNOP_STR("customer")))
        *ret_role = CNOP_ROLE_CUSTOMER;
    else if (is_text(value, CNOP_STR("admin")))
        *ret_role = CNOP_ROLE_ADMIN;
    else
        return false;
    return true;
}

static enum cnop_token_verdict
check_times(const struct cnop_token_policy *policy, const struct payload *payload, int64_t now_s,
            const struct cnop_token_claims *claims)
{
    int64_t nbf_s = 0;

    if (payload->has_nbf && !take_time(&payload->nbf, &nbf_s))
        return CNOP_TOKEN_BAD_CLAIM;
    if (claims->iat_s > now_s + policy->leeway_s || nbf_s > now_s + policy->leeway_s)
        return CNOP_TOKEN_NOT_YET;
    if (claims->exp_s <= claims->iat_s)
        return CNOP_TOKEN_BAD_CLAIM;
    if (policy->max_ttl_s > 0 && claims->exp_s - claims->iat_s > policy->max_ttl_s)
        return CNOP_TOKEN_TOO_LIVED;
    return claims->exp_s + policy->leeway_s <= now_s ? CNOP_TOKEN_EXPIRED : CNOP_TOKEN_OK;
}

static enum cnop_token_verdict
check_claims(const struct cnop_token_policy *policy, struct cnop_str text, int64_t now_s,
             struct cnop_token_claims *ret_claims)
{
    struct cnop_token_claims claims = {0};
    struct payload payload = {0};
    enum cnop_token_verdict verdict;

    if (collect_claims(text, &payload) != CNOP_SCAN_END)
        return CNOP_TOKEN_BAD_PAYLOAD;
    if (payload.required_seen != REQUIRED_CLAIMS)
        return CNOP_TOKEN_BAD_CLAIM;
    if (!is_text(&payload.iss, policy->issuer))
        return CNOP_TOKEN_BAD_ISSUER;
    if (!audience_matches(&payload.aud, policy->audience))
        return CNOP_TOKEN_BAD_AUDIENCE;
    if (!take_subject(&payload.sub, &claims.user_id) || !take_hex(&payload.sid, claims.sid) ||
        !take_hex(&payload.jti, claims.jti) || !take_time(&payload.iat, &claims.iat_s) ||
        !take_time(&payload.exp, &claims.exp_s) || !take_role(&payload.role, &claims.role))
        return CNOP_TOKEN_BAD_CLAIM;
    verdict = check_times(policy, &payload, now_s, &claims);
    if (verdict == CNOP_TOKEN_OK)
        *ret_claims = claims;
    return verdict;
}

enum cnop_token_verdict
cnop_token_verify(struct cnop_keyset *keys, const struct cnop_token_policy *policy,
                  struct cnop_str token, int64_t now_s, struct cnop_token_claims *ret_claims)
{
    char payload[PAYLOAD_MAX_BYTES];
    struct token_parts parts;
    enum cnop_token_verdict verdict;
    enum cnop_err err;
    size_t payload_len;

    cnop_assert(policy->issuer.len > 0 && policy->audience.len > 0);
    if (token.len > CNOP_TOKEN_MAX_BYTES)
        return CNOP_TOKEN_TOO_LONG;
    if (!split(token, &parts))
        return CNOP_TOKEN_NOT_COMPACT;
    verdict = check_signature(keys, &parts);
    if (verdict != CNOP_TOKEN_OK)
        return verdict;
    err = cnop_base64url_decode(parts.payload, payload, sizeof(payload), &payload_len);
    if (err == CNOP_E_TRUNCATED)
        return CNOP_TOKEN_TOO_LONG;
    if (err != CNOP_OK)
        return CNOP_TOKEN_BAD_BASE64;
    return check_claims(policy, cnop_str_make(payload, payload_len), now_s, ret_claims);
}
