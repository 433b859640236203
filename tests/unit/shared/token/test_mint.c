/* SPDX-License-Identifier: MIT */
/* Minting (shared/token/mint.c, shared/token/jwks_write.c): what auth signs, the verifier accepts,
 * and libjwt agrees; keys and JWKS files. */
#include "shared/token/mint.h"

#include <jwt.h>
#include <openssl/pem.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "shared/base/secret.h"
#include "tests/unit/unit.h"

#define NOW_S INT64_C(1800000000)

static const struct cnop_token_policy policy = {
    .issuer = {"cnop", 4},
    .audience = {"cnop-api", 8},
    .leeway_s = 0,
};
static const struct cnop_token_claims claims = {
    .user_id = 1001,
    .iat_s = NOW_S,
    .exp_s = NOW_S + 3600,
    .role = CNOP_ROLE_ADMIN,
    .sid = "00112233445566778899aabbccddeeff",
    .jti = "ffeeddccbbaa99887766554433221100",
};

static char dir[] = "/tmp/cnop-mint-XXXXXX";
static char jwks_path[64];
static char key_path[128];
static char kid[CNOP_KEYSET_KID_CHARS + 1];

static void
setup(void)
{
    cnop_secret_init();
    memcpy(dir + sizeof(dir) - 7, "XXXXXX", 6);
    ck_assert_ptr_nonnull(mkdtemp(dir));
    snprintf(jwks_path, sizeof(jwks_path), "%s/jwks.json", dir);
    ck_assert_int_eq(cnop_token_key_create(dir, kid), CNOP_OK);
    snprintf(key_path, sizeof(key_path), "%s/es256-%s.pem", dir, kid);
}

static void
teardown(void)
{
    unlink(key_path);
    unlink(jwks_path);
    rmdir(dir);
}

static struct cnop_str
mint(const char *path, char *text, size_t cap)
{
    struct cnop_token_signer signer;
    struct cnop_buf buf;

    ck_assert_int_eq(cnop_token_signer_load(&signer, path, NULL), CNOP_OK);
    cnop_buf_init(&buf, text, cap);
    ck_assert_int_eq(cnop_token_mint(&signer, &policy, &claims, &buf), CNOP_OK);
    cnop_token_signer_free(&signer);
    return cnop_buf_view(&buf);
}

START_TEST(minted_token_verifies)
{
    struct cnop_keyset keys = {0};
    struct cnop_token_claims back;
    char text[1024];
    size_t count = 0;
    struct cnop_str token = mint(key_path, text, sizeof(text));

    ck_assert_int_eq(cnop_jwks_write(dir, jwks_path, &count), CNOP_OK);
    ck_assert_uint_eq(count, 1);
    ck_assert_int_eq(cnop_keyset_load_jwks(&keys, jwks_path), CNOP_OK);
    ck_assert_int_eq(cnop_token_verify(&keys, &policy, token, NOW_S + 3599, &back), CNOP_TOKEN_OK);
    ck_assert_mem_eq(&back, &claims, sizeof(back));
    ck_assert_int_eq(cnop_token_verify(&keys, &policy, token, NOW_S + 3600, &back),
                     CNOP_TOKEN_EXPIRED);
    cnop_keyset_clear(&keys);
}
END_TEST

/* libjwt's own check of an ES256 signature: exported by the library, absent from its header. The
 * public jwt_decode refuses every typ but JWT. */
int jwt_verify_sha_pem(jwt_t *jwt, const char *signed_text, const char *signature);

START_TEST(libjwt_agrees)
{
    struct cnop_token_signer signer;
    char text[1024];
    char *pem = NULL;
    char *signature;
    jwt_t *jwt = NULL;
    BIO *bio = BIO_new(BIO_s_mem());
    struct cnop_str token = mint(key_path, text, sizeof(text) - 1);
    long pem_len;

    text[token.len] = '\0';
    signature = strrchr(text, '.');
    *signature++ = '\0';
    ck_assert_int_eq(cnop_token_signer_load(&signer, key_path, NULL), CNOP_OK);
    ck_assert_int_eq(PEM_write_bio_PUBKEY(bio, signer.key), 1);
    pem_len = BIO_get_mem_data(bio, &pem);
    ck_assert_int_eq(jwt_new(&jwt), 0);
    ck_assert_int_eq(jwt_set_alg(jwt, JWT_ALG_ES256, (unsigned char *)pem, (int)pem_len), 0);
    ck_assert_int_eq(jwt_verify_sha_pem(jwt, text, signature), 0);
    text[5] ^= 1;
    ck_assert_int_ne(jwt_verify_sha_pem(jwt, text, signature), 0);
    cnop_token_signer_free(&signer);
    jwt_free(jwt);
    BIO_free(bio);
}
END_TEST

START_TEST(small_buffer_is_refused)
{
    struct cnop_token_signer signer;
    char text[64];
    struct cnop_buf buf;

    ck_assert_int_eq(cnop_token_signer_load(&signer, key_path, NULL), CNOP_OK);
    cnop_buf_init(&buf, text, sizeof(text));
    ck_assert_int_eq(cnop_token_mint(&signer, &policy, &claims, &buf), CNOP_E_TRUNCATED);
    cnop_token_signer_free(&signer);
}
END_TEST

START_TEST(key_file_is_private)
{
    struct cnop_token_signer signer;
    const char *reason = NULL;
    struct stat info;

    ck_assert_int_eq(stat(key_path, &info), 0);
    ck_assert_uint_eq(info.st_mode & 0777, 0600);
    ck_assert_int_eq(chmod(key_path, 0644), 0);
    ck_assert_int_eq(cnop_token_signer_load(&signer, key_path, &reason), CNOP_E_INVALID);
    ck_assert_ptr_nonnull(reason);
    ck_assert_int_ne(cnop_token_signer_load(&signer, "/tmp/other.pem", &reason), CNOP_OK);
}
END_TEST

START_TEST(every_key_is_published)
{
    struct cnop_keyset keys = {0};
    char other_kid[CNOP_KEYSET_KID_CHARS + 1], other_path[128], text[1024];
    struct cnop_token_claims back;
    size_t count = 0;

    ck_assert_int_eq(cnop_token_key_create(dir, other_kid), CNOP_OK);
    ck_assert_str_ne(kid, other_kid);
    snprintf(other_path, sizeof(other_path), "%s/es256-%s.pem", dir, other_kid);
    ck_assert_int_eq(cnop_jwks_write(dir, jwks_path, &count), CNOP_OK);
    ck_assert_uint_eq(count, 2);
    ck_assert_int_eq(cnop_keyset_load_jwks(&keys, jwks_path), CNOP_OK);
    ck_assert_int_eq(
        cnop_token_verify(&keys, &policy, mint(other_path, text, sizeof(text)), NOW_S, &back),
        CNOP_TOKEN_OK);
    cnop_keyset_clear(&keys);
    unlink(other_path);
}
END_TEST

START_TEST(no_key_leaves_the_old_file)
{
    struct stat before, after;
    size_t count = 0;

    ck_assert_int_eq(cnop_jwks_write(dir, jwks_path, &count), CNOP_OK);
    ck_assert_int_eq(stat(jwks_path, &before), 0);
    ck_assert_uint_eq(before.st_mode & 0777, 0644);
    ck_assert_int_eq(unlink(key_path), 0);
    ck_assert_int_eq(cnop_jwks_write(dir, jwks_path, &count), CNOP_E_INVALID);
    ck_assert_int_eq(stat(jwks_path, &after), 0);
    ck_assert_uint_eq(before.st_ino, after.st_ino);
}
END_TEST

static void
add(TCase *tests)
{
    tcase_add_checked_fixture(tests, setup, teardown);
    tcase_add_test(tests, minted_token_verifies);
    tcase_add_test(tests, libjwt_agrees);
    tcase_add_test(tests, small_buffer_is_refused);
    tcase_add_test(tests, key_file_is_private);
    tcase_add_test(tests, every_key_is_published);
    tcase_add_test(tests, no_key_leaves_the_old_file);
}

UNIT_MAIN("mint", add)
