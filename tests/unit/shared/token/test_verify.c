/* SPDX-License-Identifier: MIT */
/* The verifier against forgeries: each row is a token somebody might try, and how it must end. */
#include "shared/token/token.h"

#include <openssl/pem.h>
#include <stdio.h>
#include <string.h>

#include "shared/token/base64url.h"
#include "tests/unit/shared/token/verify_bench.h"
#include "tests/unit/unit.h"

START_TEST(good_token_gives_claims)
{
    struct cnop_token_claims claims;
    char text[1024];
    struct cnop_buf buf;

    cnop_buf_init(&buf, text, sizeof(text));
    forge_es256(&buf, HEADER, PAYLOAD);
    ck_assert_int_eq(
        cnop_token_verify(&bench_keys, &bench_policy, cnop_buf_view(&buf), NOW_S, &claims),
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
    expect(bench_verify_at(cnop_buf_view(&buf), NOW_S), CNOP_TOKEN_OK, "own secret");
    cnop_buf_clear(&buf);
    forge_hs256(&buf, HS_HEADER, PAYLOAD, FORGE_SECRET, 31);
    expect(bench_verify_at(cnop_buf_view(&buf), NOW_S), CNOP_TOKEN_BAD_SIGNATURE, "shorter secret");
    cnop_buf_clear(&buf);
    forge_hs256(&buf, HS_HEADER, PAYLOAD, "", 0);
    expect(bench_verify_at(cnop_buf_view(&buf), NOW_S), CNOP_TOKEN_BAD_SIGNATURE, "empty secret");
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
            ck_assert_int_ne(bench_verify_at(cnop_buf_view(&buf), NOW_S), CNOP_TOKEN_OK);
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
        ck_assert_msg(bench_verify_signed(header, PAYLOAD) != CNOP_TOKEN_OK, "%s", header);
        cnop_buf_init(&buf, text, sizeof(text));
        forge_unsigned(&buf, header, PAYLOAD);
        ck_assert_int_ne(bench_verify_at(cnop_buf_view(&buf), NOW_S), CNOP_TOKEN_OK);
        cnop_buf_text(&buf, "AA");
        ck_assert_int_ne(bench_verify_at(cnop_buf_view(&buf), NOW_S), CNOP_TOKEN_OK);
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
        ck_assert_msg(bench_verify_signed(refused[i], PAYLOAD) != CNOP_TOKEN_OK, "%s", refused[i]);
    expect(
        bench_verify_signed("{ \"typ\":\"at+jwt\", \"kid\":\"k1\", \"alg\":\"ES256\" }", PAYLOAD),
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
        expect(bench_verify_signed(header, PAYLOAD), CNOP_TOKEN_BAD_TYPE, types[i]);
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
        ck_assert_msg(bench_verify_signed(header, PAYLOAD) != CNOP_TOKEN_OK, "%s", kids[i]);
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
    expect(bench_verify(token), CNOP_TOKEN_OK, "unchanged");

    static const char *const templates[] = {
        "%s.", ".%s", "%s.AA", "%s=", "%s==", " %s", "%s ", "%s\n", "\t%s", "%s,%s", "%s %s",
    };
    for (size_t i = 0; i < CNOP_COUNT(templates); i++) {
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-nonliteral"
        snprintf(changed, sizeof(changed), templates[i], token, token);
#pragma GCC diagnostic pop
        ck_assert_msg(bench_verify(changed) != CNOP_TOKEN_OK, "%s", templates[i]);
    }
    static const char *const texts[] = {"",       ".",  "..",   "...", "a.b.c",
                                        "Bearer", "{}", "a..c", "..c"};
    for (size_t i = 0; i < CNOP_COUNT(texts); i++)
        ck_assert_msg(bench_verify(texts[i]) != CNOP_TOKEN_OK, "%s", texts[i]);
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
        ck_assert_msg(bench_verify_at(cnop_buf_view(&buf), NOW_S) != CNOP_TOKEN_OK, "position %zu",
                      i);
        token[i] = saved;
    }
    for (size_t len = 0; len < buf.len; len++)
        ck_assert_int_ne(bench_verify_at(cnop_str_make(token, len), NOW_S), CNOP_TOKEN_OK);
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
    expect(bench_verify_signed(HEADER, payload), CNOP_TOKEN_OK, "1.5 kB of other claims");
    snprintf(payload, sizeof(payload),
             "{" CLAIMS_WITHOUT_TIME ",\"iat\":1799999000,"
             "\"exp\":1800002600,\"x\":\"%0*d\"}",
             4000, 0);
    expect(bench_verify_signed(HEADER, payload), CNOP_TOKEN_TOO_LONG, "4 kB of other claims");
    memset(text, 'A', sizeof(text));
    cnop_buf_init(&buf, text, sizeof(text));
    expect(bench_verify_at(cnop_str_make(text, sizeof(text)), NOW_S), CNOP_TOKEN_TOO_LONG,
           "16 kB of A");
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
        expect(bench_verify_at(cnop_buf_view(&buf), NOW_S), CNOP_TOKEN_BAD_SIGNATURE, "degenerate");
    }
}
END_TEST

/* Many signatures, so that r and s with leading zeros and high bits occur. */
START_TEST(every_honest_signature_verifies)
{
    char header[] = HEADER;

    for (int i = 0; i < 600; i++)
        ck_assert_int_eq(bench_verify_signed(header, PAYLOAD), CNOP_TOKEN_OK);
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
    tcase_add_checked_fixture(tests, bench_setup, bench_teardown);
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
    tcase_add_test(tests, degenerate_signatures_are_refused);
    tcase_add_test(tests, every_honest_signature_verifies);
    tcase_add_test(tests, names_exist);
}

UNIT_MAIN("verify", add)
