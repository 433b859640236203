/* SPDX-License-Identifier: MIT */
/* Key sets: JWKS and secret files into ready OpenSSL contexts. Runs at start and when a key file
 * changes, never per request; a set that does not load completely is not used at all. */
#include "shared/token/keyset.h"

#include <openssl/core_names.h>
#include <openssl/crypto.h>
#include <openssl/params.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "shared/base/file.h"
#include "shared/json/json_scan.h"
#include "shared/token/base64url.h"

#define EC_COORDINATE_BYTES 32
#define EC_POINT_BYTES (1 + 2 * EC_COORDINATE_BYTES)

struct jwk {
    struct cnop_str kty, crv, kid, alg, use, x, y;
};

static enum cnop_err
refuse(struct cnop_keyset *keys, enum cnop_err err, const char *reason)
{
    snprintf(keys->reason, sizeof(keys->reason), "%s", reason);
    return err;
}

bool
cnop_keyset_kid_valid(struct cnop_str kid)
{
    return kid.len >= 1 && kid.len <= CNOP_KEYSET_KID_CHARS && cnop_str_is_word(kid, "_-");
}

struct cnop_token_key *
cnop_keyset_find(struct cnop_keyset *keys, struct cnop_str kid)
{
    for (size_t i = 0; i < keys->count; i++) {
        if (cnop_str_equal(cnop_str_from(keys->keys[i].kid), kid))
            return &keys->keys[i];
    }
    return NULL;
}

/* The digest of the signing input, fetched once: implicit fetches cost more than the hash. */
static enum cnop_err
prepare_digest(struct cnop_keyset *keys)
{
    if (keys->sha256 == NULL)
        keys->sha256 = EVP_MD_fetch(NULL, "SHA256", NULL);
    if (keys->digest_ctx == NULL)
        keys->digest_ctx = EVP_MD_CTX_new();
    if (keys->sha256 == NULL || keys->digest_ctx == NULL)
        return refuse(keys, CNOP_E_NO_MEMORY, "the crypto library has no SHA-256");
    return CNOP_OK;
}

/* Checks kid and room, and writes the kid into the next free slot. */
static enum cnop_err
claim_slot(struct cnop_keyset *keys, struct cnop_str kid, struct cnop_token_key **ret_key)
{
    struct cnop_token_key *key;

    if (!cnop_keyset_kid_valid(kid))
        return refuse(keys, CNOP_E_INVALID, "a kid is not 1 to 32 of A-Z a-z 0-9 _ -");
    if (cnop_keyset_find(keys, kid) != NULL)
        return refuse(keys, CNOP_E_INVALID, "two keys have the same kid");
    if (keys->count == CNOP_KEYSET_MAX_KEYS)
        return refuse(keys, CNOP_E_INVALID, "more than 16 keys");
    key = &keys->keys[keys->count];
    memset(key, 0, sizeof(*key));
    memcpy(key->kid, kid.ptr, kid.len);
    *ret_key = key;
    return CNOP_OK;
}

static EVP_PKEY *
public_key_from_point(unsigned char *point)
{
    char group[] = "prime256v1";
    OSSL_PARAM params[] = {
        OSSL_PARAM_construct_utf8_string(OSSL_PKEY_PARAM_GROUP_NAME, group, 0),
        OSSL_PARAM_construct_octet_string(OSSL_PKEY_PARAM_PUB_KEY, point, EC_POINT_BYTES),
        OSSL_PARAM_construct_end(),
    };
    EVP_PKEY_CTX *ctx = EVP_PKEY_CTX_new_from_name(NULL, "EC", NULL);
    EVP_PKEY_CTX *check = NULL;
    EVP_PKEY *key = NULL;

    if (ctx == NULL || EVP_PKEY_fromdata_init(ctx) != 1 ||
        EVP_PKEY_fromdata(ctx, &key, EVP_PKEY_PUBLIC_KEY, params) != 1)
        key = NULL;
    if (key != NULL)
        check = EVP_PKEY_CTX_new_from_pkey(NULL, key, NULL);
    if (check == NULL || EVP_PKEY_public_check(check) != 1) {
        EVP_PKEY_free(key);
        key = NULL;
    }
    EVP_PKEY_CTX_free(check);
    EVP_PKEY_CTX_free(ctx);
    return key;
}

static enum cnop_err
add_es256(struct cnop_keyset *keys, const struct jwk *jwk)
{
    unsigned char point[EC_POINT_BYTES] = {0x04};
    struct cnop_token_key *key;
    size_t x_len, y_len;
    enum cnop_err err;

    if (cnop_base64url_decode(jwk->x, point + 1, EC_COORDINATE_BYTES, &x_len) != CNOP_OK ||
        cnop_base64url_decode(jwk->y, point + 1 + EC_COORDINATE_BYTES, EC_COORDINATE_BYTES,
                              &y_len) != CNOP_OK ||
        x_len != EC_COORDINATE_BYTES || y_len != EC_COORDINATE_BYTES)
        return refuse(keys, CNOP_E_INVALID, "x or y is not base64url of 32 bytes");
    err = claim_slot(keys, jwk->kid, &key);
    if (err != CNOP_OK)
        return err;
    key->alg = CNOP_ALG_ES256;
    key->public_key = public_key_from_point(point);
    if (key->public_key == NULL)
        return refuse(keys, CNOP_E_INVALID, "x, y is not a point on P-256");
    key->verify_ctx = EVP_PKEY_CTX_new_from_pkey(NULL, key->public_key, NULL);
    if (key->verify_ctx == NULL || EVP_PKEY_verify_init(key->verify_ctx) != 1) {
        EVP_PKEY_CTX_free(key->verify_ctx);
        EVP_PKEY_free(key->public_key);
        return refuse(keys, CNOP_E_NO_MEMORY, "the crypto library refused the key");
    }
    keys->count++;
    return CNOP_OK;
}

/* Where a member of a JWK is kept; NULL for members that do not matter. */
static struct cnop_str *
jwk_field(struct jwk *jwk, struct cnop_str name)
{
    const struct {
        struct cnop_str name;
        struct cnop_str *field;
    } fields[] = {
        {CNOP_STR("kty"), &jwk->kty}, {CNOP_STR("crv"), &jwk->crv}, {CNOP_STR("kid"), &jwk->kid},
        {CNOP_STR("alg"), &jwk->alg}, {CNOP_STR("use"), &jwk->use}, {CNOP_STR("x"), &jwk->x},
        {CNOP_STR("y"), &jwk->y},
    };

    for (size_t i = 0; i < CNOP_COUNT(fields); i++) {
        if (cnop_str_equal(fields[i].name, name))
            return fields[i].field;
    }
    return NULL;
}

/* A key of another kind or for another purpose is no mistake, and none of our business (RFC 7517,
 * 5): it must not keep the others from being used. */
static bool
is_foreign(const struct jwk *jwk)
{
    return !cnop_str_equal(jwk->kty, CNOP_STR("EC")) ||
           !cnop_str_equal(jwk->crv, CNOP_STR("P-256")) ||
           !cnop_str_equal(jwk->alg, CNOP_STR("ES256")) ||
           (!cnop_str_empty(jwk->use) && !cnop_str_equal(jwk->use, CNOP_STR("sig")));
}

static enum cnop_err
parse_jwk(struct cnop_keyset *keys, struct cnop_str text)
{
    struct jwk jwk = {0};
    struct cnop_scan_value value;
    struct cnop_scan scan;
    struct cnop_str name;
    enum cnop_scan_step step;

    cnop_scan_start(&scan, text);
    while ((step = cnop_scan_member(&scan, &name, &value)) == CNOP_SCAN_ITEM) {
        struct cnop_str *field = jwk_field(&jwk, name);

        if (cnop_str_equal(name, CNOP_STR("d")) || cnop_str_equal(name, CNOP_STR("k")))
            return refuse(keys, CNOP_E_INVALID, "a private or secret key has no place in a JWKS");
        if (field == NULL)
            continue;
        if (value.kind != CNOP_SCAN_STRING || value.escaped)
            return refuse(keys, CNOP_E_INVALID, "a key member is not a plain string");
        *field = value.raw;
    }
    if (step != CNOP_SCAN_END)
        return refuse(keys, CNOP_E_INVALID, "a key is not a JSON object");
    if (is_foreign(&jwk))
        return CNOP_OK;
    return add_es256(keys, &jwk);
}

static enum cnop_err
find_key_array(struct cnop_keyset *keys, struct cnop_str text, struct cnop_str *ret_array)
{
    struct cnop_scan_value value;
    struct cnop_scan scan;
    struct cnop_str name;
    enum cnop_scan_step step;
    bool found = false;

    cnop_scan_start(&scan, text);
    while ((step = cnop_scan_member(&scan, &name, &value)) == CNOP_SCAN_ITEM) {
        if (cnop_str_equal(name, CNOP_STR("keys")) && value.kind == CNOP_SCAN_ARRAY) {
            *ret_array = value.raw;
            found = true;
        }
    }
    if (step != CNOP_SCAN_END || !found)
        return refuse(keys, CNOP_E_INVALID, "not a JSON object with an array \"keys\"");
    return CNOP_OK;
}

enum cnop_err
cnop_keyset_add_jwks(struct cnop_keyset *keys, struct cnop_str text)
{
    struct cnop_scan_value value;
    struct cnop_scan scan;
    struct cnop_str array;
    enum cnop_scan_step step;
    size_t before = keys->count;
    enum cnop_err err;

    err = prepare_digest(keys);
    if (err != CNOP_OK)
        return err;
    err = find_key_array(keys, text, &array);
    if (err != CNOP_OK)
        return err;
    cnop_scan_start(&scan, array);
    while ((step = cnop_scan_element(&scan, &value)) == CNOP_SCAN_ITEM) {
        if (value.kind != CNOP_SCAN_OBJECT)
            return refuse(keys, CNOP_E_INVALID, "a key is not a JSON object");
        err = parse_jwk(keys, value.raw);
        if (err != CNOP_OK)
            return err;
    }
    if (step != CNOP_SCAN_END)
        return refuse(keys, CNOP_E_INVALID, "the array \"keys\" is too long or broken");
    if (scan.count == 0)
        return refuse(keys, CNOP_E_INVALID, "no key");
    if (keys->count == before)
        return refuse(keys, CNOP_E_INVALID, "no key that we can use (EC, P-256, ES256, sig)");
    return CNOP_OK;
}

static enum cnop_err
read_key_file(struct cnop_keyset *keys, const char *path, const struct cnop_file_rules *rules,
              struct cnop_buf *ret)
{
    const char *reason = NULL;
    enum cnop_err err = cnop_file_read_into(path, rules, ret->ptr, &ret->len, &reason);

    return err == CNOP_OK ? CNOP_OK : refuse(keys, err, reason);
}

enum cnop_err
cnop_keyset_load_jwks(struct cnop_keyset *keys, const char *path)
{
    static const struct cnop_file_rules rules = {.max_bytes = CNOP_KEYSET_MAX_JWKS_BYTES,
                                                 .forbidden_mode = S_IWGRP | S_IWOTH};
    static char text[CNOP_KEYSET_MAX_JWKS_BYTES];
    struct cnop_buf file;
    enum cnop_err err;

    cnop_buf_init(&file, text, sizeof(text));
    err = read_key_file(keys, path, &rules, &file);
    if (err != CNOP_OK)
        return err;
    return cnop_keyset_add_jwks(keys, cnop_buf_view(&file));
}

enum cnop_err
cnop_keyset_add_hs256(struct cnop_keyset *keys, struct cnop_str kid, struct cnop_str secret)
{
    char digest[] = "SHA256";
    OSSL_PARAM params[] = {
        OSSL_PARAM_construct_utf8_string(OSSL_MAC_PARAM_DIGEST, digest, 0),
        OSSL_PARAM_construct_end(),
    };
    struct cnop_token_key *key;
    enum cnop_err err;
    EVP_MAC *mac;

    if (secret.len < CNOP_KEYSET_MIN_SECRET_BYTES || secret.len > CNOP_KEYSET_MAX_SECRET_BYTES)
        return refuse(keys, CNOP_E_INVALID, "a secret is not 32 to 512 bytes long");
    err = prepare_digest(keys);
    if (err != CNOP_OK)
        return err;
    err = claim_slot(keys, kid, &key);
    if (err != CNOP_OK)
        return err;
    mac = EVP_MAC_fetch(NULL, "HMAC", NULL);
    key->alg = CNOP_ALG_HS256;
    key->mac_ctx = mac == NULL ? NULL : EVP_MAC_CTX_new(mac);
    EVP_MAC_free(mac);
    if (key->mac_ctx == NULL ||
        EVP_MAC_init(key->mac_ctx, (const unsigned char *)secret.ptr, secret.len, params) != 1) {
        EVP_MAC_CTX_free(key->mac_ctx);
        return refuse(keys, CNOP_E_NO_MEMORY, "the crypto library refused the secret");
    }
    keys->count++;
    return CNOP_OK;
}

enum cnop_err
cnop_keyset_load_hs256(struct cnop_keyset *keys, struct cnop_str kid, const char *path)
{
    static const struct cnop_file_rules rules = {.max_bytes = CNOP_KEYSET_MAX_SECRET_BYTES + 1,
                                                 .forbidden_mode = S_IWGRP | S_IRWXO};
    char text[CNOP_KEYSET_MAX_SECRET_BYTES + 1];
    struct cnop_buf file;
    enum cnop_err err;

    cnop_buf_init(&file, text, sizeof(text));
    err = read_key_file(keys, path, &rules, &file);
    if (err == CNOP_OK) {
        if (file.len > 0 && text[file.len - 1] == '\n')
            file.len--;
        err = cnop_keyset_add_hs256(keys, kid, cnop_buf_view(&file));
    }
    OPENSSL_cleanse(text, sizeof(text));
    return err;
}

void
cnop_keyset_clear(struct cnop_keyset *keys)
{
    for (size_t i = 0; i < keys->count; i++) {
        EVP_PKEY_CTX_free(keys->keys[i].verify_ctx);
        EVP_PKEY_free(keys->keys[i].public_key);
        EVP_MAC_CTX_free(keys->keys[i].mac_ctx);
    }
    EVP_MD_CTX_free(keys->digest_ctx);
    EVP_MD_free(keys->sha256);
    memset(keys, 0, sizeof(*keys));
}
