/* SPDX-License-Identifier: MIT */
/* The verifier against forgeries: each row is a token somebody might try, and how it must end. */
#include "shared/token/token.h"

#include <openssl/pem.h>
#include <stdio.h>
#include <string.h>

#include "shared/token/base64url.h"
#include "tests/unit/shared/token/forge.h"
#include "tests/unit/unit.h"

#define NOW_S INT64_C(1800000000)

#define HEADER "{\"alg\":\"ES256\",\"kid\":\"k1\",\"typ\":\"at+jwt\"}"
#define HS_HEADER "{\"alg\":\"HS256\",\"kid\":\"h1\",\"typ\":\"at+jwt\"}"
#define CLAIMS_WITHOUT_TIME                                                                        \
    "\"iss\":\"cnop\",\"aud\":\"cnop-api\",\"sub\":\"1001\",\"sid\":\"" FORGE_SID                  \
    "\",\"jti\":\"" FORGE_JTI "\",\"role\":\"customer\""
#define PAYLOAD "{" CLAIMS_WITHOUT_TIME ",\"iat\":1799999000,\"exp\":1800002600}"

static const struct cnop_token_policy policy = {
    .issuer = {"cnop", 4},
    .audience = {"cnop-api", 8},
    .leeway_s = 10,
    .max_ttl_s = 86400,
};

static struct cnop_keyset keys;

static void
setup(void)
{
    char text[1024];
    struct cnop_buf jwks;

    cnop_buf_init(&jwks, text, sizeof(text));
    forge_jwks(&jwks);
    ck_assert_int_eq(cnop_keyset_add_jwks(&keys, cnop_buf_view(&jwks)), CNOP_OK);
    ck_assert_int_eq(cnop_keyset_add_hs256(&keys, CNOP_STR("h1"), CNOP_STR(FORGE_SECRET)), CNOP_OK);
}

static void
teardown(void)
{
    cnop_keyset_clear(&keys);
}

static enum cnop_token_verdict
verify_at(struct cnop_str token, int64_t now_s)
{
    struct cnop_token_claims claims;

    return cnop_token_verify(&keys, &policy, token, now_s, &claims);
}

static enum cnop_token_verdict
verify(const char *token)
{
    return verify_at(cnop_str_from(token), NOW_S);
}

static enum cnop_token_verdict
verify_signed(const char *header, const char *payload)
{
    static char text[8192];
    struct cnop_buf buf;

    cnop_buf_init(&buf, text, sizeof(text));
    forge_es256(&buf, header, payload);
    return verify_at(cnop_buf_view(&buf), NOW_S);
}

#define expect(call, verdict, what)                                                                \
    do {                                                                                           \
        enum cnop_token_verdict got = (call);                                                      \
        ck_assert_msg(got == (verdict), "%s: got %s", what, cnop_token_verdict_name(got));         \
    } while (0)

START_TEST(good_token_gives_claims)
{
    struct cnop_token_claims claims;
    char text[1024];
    struct cnop_buf buf;

    cnop_buf_init(&buf, text, sizeof(text));
    forge_es256(&buf, HEADER, PAYLOAD);
    ck_assert_int_eq(cnop_token_verify(&keys, &policy, cnop_buf_view(&buf), NOW_S, &claims),
                     CNOP_TOKEN_OK);
    ck_assert_uint_eq(claims.user_id, 1001);
    ck_assert_str_eq(claims.sid, FORGE_SID);
    ck_assert_str_eq(claims.jti, FORGE_JTI);
    ck_assert_int_eq(claims.role, CNOP_ROLE_CUSTOMER);
    ck_assert_int_eq(claims.iat_s, 1799999000);
    ck_assert_int_eq(claims.exp_s, 1800002600);
}
END_TEST

START_TEST(hs256_works_with_its_own_key_only)
{
    char text[1024];
    struct cnop_buf buf;

    cnop_buf_init(&buf, text, sizeof(text));
    forge_hs256(&buf, HS_HEADER, PAYLOAD, FORGE_SECRET, 32);
    expect(verify_at(cnop_buf_view(&buf), NOW_S), CNOP_TOKEN_OK, "own secret");
    cnop_buf_clear(&buf);
    forge_hs256(&buf, HS_HEADER, PAYLOAD, FORGE_SECRET, 31);
    expect(verify_at(cnop_buf_view(&buf), NOW_S), CNOP_TOKEN_BAD_SIGNATURE, "shorter secret");
    cnop_buf_clear(&buf);
    forge_hs256(&buf, HS_HEADER, PAYLOAD, "", 0);
    expect(verify_at(cnop_buf_view(&buf), NOW_S), CNOP_TOKEN_BAD_SIGNATURE, "empty secret");
}
END_TEST

/* The public key in each form an attacker can get it, used as an HMAC secret. */
START_TEST(public_key_is_no_secret)
{
    static const char *const headers[] = {
        "{\"alg\":\"HS256\",\"kid\":\"k1\",\"typ\":\"at+jwt\"}",
        "{\"alg\":\"ES256\",\"kid\":\"k1\",\"typ\":\"at+jwt\"}",
        "{\"alg\":\"HS256\",\"kid\":\"h1\",\"typ\":\"at+jwt\"}",
    };
    unsigned char *der = NULL;
    char *pem = NULL;
    char text[2048];
    struct cnop_buf buf;
    BIO *bio = BIO_new(BIO_s_mem());
    size_t pem_len, der_len;

    ck_assert_int_eq(PEM_write_bio_PUBKEY(bio, forge_key()), 1);
    pem_len = (size_t)BIO_get_mem_data(bio, &pem);
    der_len = (size_t)i2d_PUBKEY(forge_key(), &der);
    for (size_t i = 0; i < CNOP_COUNT(headers); i++) {
        const struct {
            const void *secret;
            size_t len;
        } secrets[] = {{pem, pem_len}, {pem, pem_len - 1}, {der, der_len}, {der + 27, 64}};

        for (size_t k = 0; k < CNOP_COUNT(secrets); k++) {
            cnop_buf_init(&buf, text, sizeof(text));
            forge_hs256(&buf, headers[i], PAYLOAD, secrets[k].secret, secrets[k].len);
            ck_assert_int_ne(verify_at(cnop_buf_view(&buf), NOW_S), CNOP_TOKEN_OK);
        }
    }
    OPENSSL_free(der);
    BIO_free(bio);
}
END_TEST

START_TEST(none_has_no_spelling)
{
    static const char *const algs[] = {
        "\"none\"",  "\"None\"",       "\"NONE\"",        "\"nOnE\"",    "\"none \"",
        "\"\"",      "null",           "[\"none\"]",      "[\"ES256\"]", "{}",
        "0",         "\"es256\"",      "\"ES256 \"",      "\"ES384\"",   "\"RS256\"",
        "\"HS256\"", "\"n\\u006fne\"", "\"E\\u0053256\"",
    };
    char header[128], text[1024];
    struct cnop_buf buf;

    for (size_t i = 0; i < CNOP_COUNT(algs); i++) {
        snprintf(header, sizeof(header), "{\"alg\":%s,\"kid\":\"k1\",\"typ\":\"at+jwt\"}", algs[i]);
        ck_assert_msg(verify_signed(header, PAYLOAD) != CNOP_TOKEN_OK, "%s", header);
        cnop_buf_init(&buf, text, sizeof(text));
        forge_unsigned(&buf, header, PAYLOAD);
        ck_assert_int_ne(verify_at(cnop_buf_view(&buf), NOW_S), CNOP_TOKEN_OK);
        cnop_buf_text(&buf, "AA");
        ck_assert_int_ne(verify_at(cnop_buf_view(&buf), NOW_S), CNOP_TOKEN_OK);
    }
}
END_TEST

START_TEST(header_has_three_members_and_no_more)
{
    static const char *const refused[] = {
        "{\"alg\":\"ES256\",\"kid\":\"k1\"}",
        "{\"alg\":\"ES256\",\"typ\":\"at+jwt\"}",
        "{\"kid\":\"k1\",\"typ\":\"at+jwt\"}",
        "{\"alg\":\"ES256\",\"kid\":\"k1\",\"typ\":\"at+jwt\",\"crit\":[\"exp\"]}",
        "{\"alg\":\"ES256\",\"kid\":\"k1\",\"typ\":\"at+jwt\",\"jku\":\"http://127.0.0.1/\"}",
        "{\"alg\":\"ES256\",\"kid\":\"k1\",\"typ\":\"at+jwt\",\"jwk\":{\"kty\":\"EC\"}}",
        "{\"alg\":\"ES256\",\"kid\":\"k1\",\"typ\":\"at+jwt\",\"x5u\":\"http://127.0.0.1/\"}",
        "{\"alg\":\"ES256\",\"kid\":\"k1\",\"typ\":\"at+jwt\",\"x5c\":[\"AA\"]}",
        "{\"alg\":\"ES256\",\"kid\":\"k1\",\"typ\":\"at+jwt\",\"zip\":\"DEF\"}",
        "{\"alg\":\"ES256\",\"kid\":\"k1\",\"typ\":\"at+jwt\",\"b64\":false}",
        "{\"alg\":\"none\",\"alg\":\"ES256\",\"kid\":\"k1\",\"typ\":\"at+jwt\"}",
        "{\"alg\":\"ES256\",\"kid\":\"k1\",\"kid\":\"h1\",\"typ\":\"at+jwt\"}",
        "{\"al\\u0067\":\"none\",\"alg\":\"ES256\",\"kid\":\"k1\",\"typ\":\"at+jwt\"}",
        "[]",
        "\"ES256\"",
        "null",
        "",
        "{\"alg\":\"ES256\",\"kid\":\"k1\",\"typ\":\"at+jwt\"} x",
    };

    for (size_t i = 0; i < CNOP_COUNT(refused); i++)
        ck_assert_msg(verify_signed(refused[i], PAYLOAD) != CNOP_TOKEN_OK, "%s", refused[i]);
    expect(verify_signed("{ \"typ\":\"at+jwt\", \"kid\":\"k1\", \"alg\":\"ES256\" }", PAYLOAD),
           CNOP_TOKEN_OK, "member order and blanks are free");
}
END_TEST

START_TEST(type_is_an_access_token)
{
    static const char *const types[] = {"JWT", "at+JWT", "rt+jwt", "jwt", "application/at+jwt", ""};
    char header[128];

    for (size_t i = 0; i < CNOP_COUNT(types); i++) {
        snprintf(header, sizeof(header), "{\"alg\":\"ES256\",\"kid\":\"k1\",\"typ\":\"%s\"}",
                 types[i]);
        expect(verify_signed(header, PAYLOAD), CNOP_TOKEN_BAD_TYPE, types[i]);
    }
}
END_TEST

START_TEST(kid_is_a_name_in_the_set)
{
    static const char *const kids[] = {
        "",
        "k2",
        "K1",
        "k1 ",
        " k1",
        "../../../dev/null",
        "/dev/null",
        "' OR 1=1 --",
        "k1;ls",
        "k1\\u0000",
        "http://127.0.0.1/k",
        "0123456789012345678901234567890123456789",
        "k1,h1",
        "*",
        "$k1",
        "`id`",
        "k1\\n",
        "\\u006b1",
        "k\xc3\xa4",
        "%6b1",
    };
    char header[256];

    for (size_t i = 0; i < CNOP_COUNT(kids); i++) {
        snprintf(header, sizeof(header), "{\"alg\":\"ES256\",\"kid\":\"%s\",\"typ\":\"at+jwt\"}",
                 kids[i]);
        ck_assert_msg(verify_signed(header, PAYLOAD) != CNOP_TOKEN_OK, "%s", kids[i]);
    }
}
END_TEST

START_TEST(form_is_compact_and_canonical)
{
    char token[1024], changed[2048];
    struct cnop_buf buf;
    size_t len;

    cnop_buf_init(&buf, token, sizeof(token) - 1);
    forge_es256(&buf, HEADER, PAYLOAD);
    len = buf.len;
    token[len] = '\0';
    expect(verify(token), CNOP_TOKEN_OK, "unchanged");

    static const char *const templates[] = {
        "%s.", ".%s", "%s.AA", "%s=", "%s==", " %s", "%s ", "%s\n", "\t%s", "%s,%s", "%s %s",
    };
    for (size_t i = 0; i < CNOP_COUNT(templates); i++) {
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-nonliteral"
        snprintf(changed, sizeof(changed), templates[i], token, token);
#pragma GCC diagnostic pop
        ck_assert_msg(verify(changed) != CNOP_TOKEN_OK, "%s", templates[i]);
    }
    static const char *const texts[] = {"",       ".",  "..",   "...", "a.b.c",
                                        "Bearer", "{}", "a..c", "..c"};
    for (size_t i = 0; i < CNOP_COUNT(texts); i++)
        ck_assert_msg(verify(texts[i]) != CNOP_TOKEN_OK, "%s", texts[i]);
}
END_TEST

/* Every single-character change of a good token is refused. */
START_TEST(no_character_may_change)
{
    static const char others[] = "AQgw-_9=. +/\n";
    char token[1024];
    struct cnop_buf buf;

    cnop_buf_init(&buf, token, sizeof(token));
    forge_es256(&buf, HEADER, PAYLOAD);
    for (size_t i = 0; i < buf.len; i++) {
        char saved = token[i];
        char other = others[i % (sizeof(others) - 1)];

        if (other == saved)
            other = 'Z';
        token[i] = other;
        ck_assert_msg(verify_at(cnop_buf_view(&buf), NOW_S) != CNOP_TOKEN_OK, "position %zu", i);
        token[i] = saved;
    }
    for (size_t len = 0; len < buf.len; len++)
        ck_assert_int_ne(verify_at(cnop_str_make(token, len), NOW_S), CNOP_TOKEN_OK);
}
END_TEST

START_TEST(length_is_bounded)
{
    static char payload[5000], text[16384];
    struct cnop_buf buf;

    snprintf(payload, sizeof(payload),
             "{" CLAIMS_WITHOUT_TIME ",\"iat\":1799999000,"
             "\"exp\":1800002600,\"x\":\"%0*d\"}",
             1500, 0);
    expect(verify_signed(HEADER, payload), CNOP_TOKEN_OK, "1.5 kB of other claims");
    snprintf(payload, sizeof(payload),
             "{" CLAIMS_WITHOUT_TIME ",\"iat\":1799999000,"
             "\"exp\":1800002600,\"x\":\"%0*d\"}",
             4000, 0);
    expect(verify_signed(HEADER, payload), CNOP_TOKEN_TOO_LONG, "4 kB of other claims");
    memset(text, 'A', sizeof(text));
    cnop_buf_init(&buf, text, sizeof(text));
    expect(verify_at(cnop_str_make(text, sizeof(text)), NOW_S), CNOP_TOKEN_TOO_LONG, "16 kB of A");
}
END_TEST

START_TEST(payload_is_one_strict_object)
{
    static const char *const refused[] = {
        "",
        "[]",
        "null",
        "{}",
        "\"x\"",
        "{" CLAIMS_WITHOUT_TIME "}",
        PAYLOAD PAYLOAD,
        PAYLOAD " ,",
        "\xef\xbb\xbf" PAYLOAD,
        "{" CLAIMS_WITHOUT_TIME ",\"iat\":1799999000,\"exp\":1800002600,\"sub\":\"1002\"}",
        "{\"sub\":\"1002\"," CLAIMS_WITHOUT_TIME ",\"iat\":1799999000,\"exp\":1800002600}",
        "{" CLAIMS_WITHOUT_TIME ",\"iat\":1799999000,\"exp\":1800002600,\"su\\u0062\":\"1002\"}",
        "{" CLAIMS_WITHOUT_TIME ",\"iat\":1799999000,\"exp\":1800002600,\"x\":\"\xff\"}",
        "{" CLAIMS_WITHOUT_TIME ",\"iat\":1799999000,\"exp\":1800002600,"
        "\"x\":[[[[[[[[[[1]]]]]]]]]]}",
    };

    for (size_t i = 0; i < CNOP_COUNT(refused); i++)
        ck_assert_msg(verify_signed(HEADER, refused[i]) != CNOP_TOKEN_OK, "%s", refused[i]);
}
END_TEST

/* Replaces one claim of the good payload by other text. */
static enum cnop_token_verdict
with_claim(const char *name, const char *value)
{
    static const struct {
        const char *name, *value;
    } claims[] = {
        {"iss", "\"cnop\""},          {"aud", "\"cnop-api\""},      {"sub", "\"1001\""},
        {"sid", "\"" FORGE_SID "\""}, {"jti", "\"" FORGE_JTI "\""}, {"role", "\"customer\""},
        {"iat", "1799999000"},        {"exp", "1800002600"},
    };
    char text[2048];
    struct cnop_buf buf;
    char separator = '{';

    cnop_buf_init(&buf, text, sizeof(text));
    for (size_t i = 0; i < CNOP_COUNT(claims); i++) {
        const char *used = strcmp(claims[i].name, name) == 0 ? value : claims[i].value;

        if (used == NULL)
            continue;
        cnop_buf_printf(&buf, "%c\"%s\":%s", separator, claims[i].name, used);
        separator = ',';
    }
    if (strcmp(name, "nbf") == 0)
        cnop_buf_printf(&buf, ",\"nbf\":%s", value);
    cnop_buf_char(&buf, '}');
    cnop_buf_char(&buf, '\0');
    return verify_signed(HEADER, text);
}

START_TEST(claims_are_typed)
{
    static const struct {
        const char *name, *value;
        enum cnop_token_verdict verdict;
    } rows[] = {
        {"iss", NULL, CNOP_TOKEN_BAD_CLAIM},
        {"iss", "\"other\"", CNOP_TOKEN_BAD_ISSUER},
        {"iss", "[\"cnop\"]", CNOP_TOKEN_BAD_ISSUER},
        {"iss", "\"cnop \"", CNOP_TOKEN_BAD_ISSUER},
        {"iss", "\"cn\\u006fp\"", CNOP_TOKEN_BAD_ISSUER},
        {"aud", NULL, CNOP_TOKEN_BAD_CLAIM},
        {"aud", "\"cnop\"", CNOP_TOKEN_BAD_AUDIENCE},
        {"aud", "\"cnop-api-2\"", CNOP_TOKEN_BAD_AUDIENCE},
        {"aud", "[]", CNOP_TOKEN_BAD_AUDIENCE},
        {"aud", "[\"x\",\"y\"]", CNOP_TOKEN_BAD_AUDIENCE},
        {"aud", "[1,\"cnop-api\"]", CNOP_TOKEN_BAD_AUDIENCE},
        {"aud", "{\"cnop-api\":1}", CNOP_TOKEN_BAD_AUDIENCE},
        {"aud", "[\"x\",\"cnop-api\",\"y\"]", CNOP_TOKEN_OK},
        {"aud", "[\"cnop-api\"]", CNOP_TOKEN_OK},
        {"sub", NULL, CNOP_TOKEN_BAD_CLAIM},
        {"sub", "1001", CNOP_TOKEN_BAD_CLAIM},
        {"sub", "\"\"", CNOP_TOKEN_BAD_CLAIM},
        {"sub", "\"0\"", CNOP_TOKEN_BAD_CLAIM},
        {"sub", "\"01001\"", CNOP_TOKEN_BAD_CLAIM},
        {"sub", "\"-1\"", CNOP_TOKEN_BAD_CLAIM},
        {"sub", "\"1e3\"", CNOP_TOKEN_BAD_CLAIM},
        {"sub", "\"1001 \"", CNOP_TOKEN_BAD_CLAIM},
        {"sub", "\"admin\"", CNOP_TOKEN_BAD_CLAIM},
        {"sub", "\"99999999999999999999\"", CNOP_TOKEN_BAD_CLAIM},
        {"sub", "[\"1001\"]", CNOP_TOKEN_BAD_CLAIM},
        {"sub", "\"9223372036854775807\"", CNOP_TOKEN_OK},
        {"sid", NULL, CNOP_TOKEN_BAD_CLAIM},
        {"sid", "\"x\"", CNOP_TOKEN_BAD_CLAIM},
        {"sid", "\"00112233445566778899AABBCCDDEEFF\"", CNOP_TOKEN_BAD_CLAIM},
        {"sid", "\"00112233445566778899aabbccddeefg\"", CNOP_TOKEN_BAD_CLAIM},
        {"sid", "null", CNOP_TOKEN_BAD_CLAIM},
        {"jti", NULL, CNOP_TOKEN_BAD_CLAIM},
        {"jti", "\"\"", CNOP_TOKEN_BAD_CLAIM},
        {"role", NULL, CNOP_TOKEN_BAD_CLAIM},
        {"role", "\"root\"", CNOP_TOKEN_BAD_CLAIM},
        {"role", "[\"admin\"]", CNOP_TOKEN_BAD_CLAIM},
        {"role", "\"admin\"", CNOP_TOKEN_OK},
    };

    for (size_t i = 0; i < CNOP_COUNT(rows); i++)
        expect(with_claim(rows[i].name, rows[i].value), rows[i].verdict,
               rows[i].value == NULL ? rows[i].name : rows[i].value);
}
END_TEST

/* now = 1800000000, leeway 10, longest life 86400. */
START_TEST(times_are_exact_to_the_second)
{
    static const struct {
        const char *name, *value;
        enum cnop_token_verdict verdict;
    } rows[] = {
        {"exp", NULL, CNOP_TOKEN_BAD_CLAIM},
        {"exp", "\"1800002600\"", CNOP_TOKEN_BAD_CLAIM},
        {"exp", "1800002600.0", CNOP_TOKEN_OK},
        {"exp", "1799999990.9", CNOP_TOKEN_EXPIRED},
        {"exp", "1.8e9", CNOP_TOKEN_BAD_CLAIM},
        {"exp", "1800000300.5e1", CNOP_TOKEN_BAD_CLAIM},
        {"exp", "0.5", CNOP_TOKEN_BAD_CLAIM},
        {"exp", "-1", CNOP_TOKEN_BAD_CLAIM},
        {"exp", "0", CNOP_TOKEN_BAD_CLAIM},
        {"exp", "true", CNOP_TOKEN_BAD_CLAIM},
        {"exp", "null", CNOP_TOKEN_BAD_CLAIM},
        {"exp", "9223372036854775808", CNOP_TOKEN_BAD_CLAIM},
        {"exp", "18446744073709551617", CNOP_TOKEN_BAD_CLAIM},
        {"exp", "253402300800", CNOP_TOKEN_BAD_CLAIM},
        {"exp", "1799999990", CNOP_TOKEN_EXPIRED},
        {"exp", "1799999991", CNOP_TOKEN_OK},
        {"exp", "1799999000", CNOP_TOKEN_BAD_CLAIM},
        {"exp", "1800085400", CNOP_TOKEN_OK},
        {"exp", "1800085401", CNOP_TOKEN_TOO_LIVED},
        {"iat", "1800000010", CNOP_TOKEN_OK},
        {"iat", "1800000011", CNOP_TOKEN_NOT_YET},
        {"iat", "\"1799999000\"", CNOP_TOKEN_BAD_CLAIM},
        {"iat", NULL, CNOP_TOKEN_BAD_CLAIM},
        {"nbf", "1800000010", CNOP_TOKEN_OK},
        {"nbf", "1800000011", CNOP_TOKEN_NOT_YET},
        {"nbf", "\"x\"", CNOP_TOKEN_BAD_CLAIM},
    };

    for (size_t i = 0; i < CNOP_COUNT(rows); i++)
        expect(with_claim(rows[i].name, rows[i].value), rows[i].verdict,
               rows[i].value == NULL ? rows[i].name : rows[i].value);
}
END_TEST

/* r or s zero, and r, s beyond the group order, never verify. */
START_TEST(degenerate_signatures_are_refused)
{
    char text[1024];
    unsigned char signature[64] = {0};
    struct cnop_buf buf;

    for (int shape = 0; shape < 4; shape++) {
        memset(signature, shape & 1 ? 0xff : 0, 32);
        memset(signature + 32, shape & 2 ? 0xff : 0, 32);
        cnop_buf_init(&buf, text, sizeof(text));
        forge_unsigned(&buf, HEADER, PAYLOAD);
        cnop_base64url_encode(&buf, signature, sizeof(signature));
        expect(verify_at(cnop_buf_view(&buf), NOW_S), CNOP_TOKEN_BAD_SIGNATURE, "degenerate");
    }
}
END_TEST

/* Many signatures, so that r and s with leading zeros and high bits occur. */
START_TEST(every_honest_signature_verifies)
{
    char header[] = HEADER;

    for (int i = 0; i < 600; i++)
        ck_assert_int_eq(verify_signed(header, PAYLOAD), CNOP_TOKEN_OK);
}
END_TEST

START_TEST(names_exist)
{
    for (unsigned i = 0; i < CNOP_TOKEN_VERDICT_COUNT; i++)
        ck_assert(strlen(cnop_token_verdict_name((enum cnop_token_verdict)i)) > 0);
    ck_assert_str_eq(cnop_token_role_name(CNOP_ROLE_ADMIN), "admin");
}
END_TEST

static void
add(TCase *tests)
{
    tcase_add_checked_fixture(tests, setup, teardown);
    tcase_add_test(tests, good_token_gives_claims);
    tcase_add_test(tests, hs256_works_with_its_own_key_only);
    tcase_add_test(tests, public_key_is_no_secret);
    tcase_add_test(tests, none_has_no_spelling);
    tcase_add_test(tests, header_has_three_members_and_no_more);
    tcase_add_test(tests, type_is_an_access_token);
    tcase_add_test(tests, kid_is_a_name_in_the_set);
    tcase_add_test(tests, form_is_compact_and_canonical);
    tcase_add_test(tests, no_character_may_change);
    tcase_add_test(tests, length_is_bounded);
    tcase_add_test(tests, payload_is_one_strict_object);
    tcase_add_test(tests, claims_are_typed);
    tcase_add_test(tests, times_are_exact_to_the_second);
    tcase_add_test(tests, degenerate_signatures_are_refused);
    tcase_add_test(tests, every_honest_signature_verifies);
    tcase_add_test(tests, names_exist);
}

UNIT_MAIN("verify", add)
