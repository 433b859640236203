/* SPDX-License-Identifier: MIT */
/* What a token says, against the verifier: one strict object, typed claims, exact times. The rest
 * of shared/token/verify.c is test_verify.c's. */
#include "shared/token/token.h"

#include <string.h>

#include "tests/unit/shared/token/verify_bench.h"
#include "tests/unit/unit.h"

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
        ck_assert_msg(bench_verify_signed(HEADER, refused[i]) != CNOP_TOKEN_OK, "%s", refused[i]);
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
    return bench_verify_signed(HEADER, text);
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

static void
add(TCase *tests)
{
    tcase_add_checked_fixture(tests, bench_setup, bench_teardown);
    tcase_add_test(tests, payload_is_one_strict_object);
    tcase_add_test(tests, claims_are_typed);
    tcase_add_test(tests, times_are_exact_to_the_second);
}

UNIT_MAIN("verify_claims", add)
