/* SPDX-License-Identifier: MIT */
/* Secrets, on libsodium's primitives. Wipes what it read when it refuses a file; logs nothing. */
#include "shared/base/secret.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <sodium.h>

_Static_assert(CNOP_SHA256_BYTES == crypto_hash_sha256_BYTES, "digest size");
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

static const char *
cnop_secret_refusal(const struct stat *file, size_t min, size_t max)
{
    if (!S_ISREG(file->st_mode))
        return "is not a regular file";
    if ((file->st_mode & (S_IWGRP | S_IROTH | S_IWOTH)) != 0)
        return "is readable by others or writable by group or others";
    if ((uint64_t)file->st_size < min)
        return "is too short";
    if ((uint64_t)file->st_size > max)
        return "is too long";
    return NULL;
}

static bool
cnop_secret_read_all(int fd, char *bytes, size_t len)
{
    size_t done = 0;

    while (done < len) {
        ssize_t count = read(fd, bytes + done, len - done);

        if (count < 0 && errno == EINTR)
            continue;
        if (count <= 0)
            return false;
        done += (size_t)count;
    }
    return true;
}

enum cnop_err
cnop_secret_read_file(const char *path, void *ret_bytes, size_t min, size_t max, size_t *ret_len,
                      const char **ret_reason)
{
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
    enum cnop_err err = CNOP_OK;
    struct stat file;

    *ret_reason = "cannot be opened";
    if (fd < 0)
        return CNOP_E_NOT_FOUND;
    if (fstat(fd, &file) != 0)
        *ret_reason = "cannot be examined";
    else
        *ret_reason = cnop_secret_refusal(&file, min, max);
    if (*ret_reason == NULL && !cnop_secret_read_all(fd, ret_bytes, (size_t)file.st_size)) {
        cnop_secret_zero(ret_bytes, (size_t)file.st_size);
        *ret_reason = "cannot be read";
    }
    if (*ret_reason == NULL)
        *ret_len = (size_t)file.st_size;
    else
        err = CNOP_E_INVALID;
    (void)close(fd); /* read only: nothing to lose */
    return err;
}
