/* SPDX-License-Identifier: MIT */
/* Secrets, on libsodium's primitives. Logs nothing. */
#include "shared/base/secret.h"

#include <sys/stat.h>

#include <sodium.h>

#include "shared/base/file.h"

_Static_assert(CNOP_SHA256_BYTES == crypto_hash_sha256_BYTES, "digest size");
_Static_assert(crypto_auth_hmacsha256_KEYBYTES == 32, "key size in the header");
_Static_assert(crypto_auth_hmacsha256_BYTES == CNOP_SHA256_BYTES, "digest size");
_Static_assert(crypto_shorthash_siphash24_KEYBYTES == 16, "key size in the header");

void
cnop_secret_init(void)
{
    int failed = sodium_init(); /* 1: was initialised already */

    cnop_assert(failed >= 0);
}

bool
cnop_secret_equal(const void *a, const void *b, size_t len)
{
    return sodium_memcmp(a, b, len) == 0;
}

void
cnop_secret_zero(void *bytes, size_t len)
{
    sodium_memzero(bytes, len);
}

void
cnop_secret_random(void *ret_bytes, size_t len)
{
    randombytes_buf(ret_bytes, len);
}

void
cnop_secret_sha256(const void *bytes, size_t len, unsigned char ret_digest[CNOP_SHA256_BYTES])
{
    (void)crypto_hash_sha256(ret_digest, bytes, len); /* cannot fail: always 0 */
}

void
cnop_secret_hmac(const unsigned char key[32], const void *bytes, size_t len,
                 unsigned char ret_digest[CNOP_SHA256_BYTES])
{
    (void)crypto_auth_hmacsha256(ret_digest, bytes, len, key); /* cannot fail: always 0 */
}

uint64_t
cnop_secret_siphash(const unsigned char key[16], const void *bytes, size_t len)
{
    unsigned char digest[crypto_shorthash_siphash24_BYTES];
    uint64_t value = 0;

    (void)crypto_shorthash_siphash24(digest, bytes, len, key); /* cannot fail: always 0 */
    for (size_t i = sizeof(digest); i > 0; i--)
        value = value << 8 | digest[i - 1];
    return value;
}

enum cnop_err
cnop_secret_read_file(const char *path, void *ret_bytes, size_t min, size_t max, size_t *ret_len,
                      const char **ret_reason)
{
    const struct cnop_file_rules rules = {
        .min_bytes = min, .max_bytes = max, .forbidden_mode = S_IWGRP | S_IROTH | S_IWOTH};

    return cnop_file_read_into(path, &rules, ret_bytes, ret_len, ret_reason);
}
