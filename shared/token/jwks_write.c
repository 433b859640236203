/* SPDX-License-Identifier: MIT */
/* Key files: makes new signing keys and publishes the public halves as a JWKS file. Never writes a
 * private member anywhere but into the key's own file. */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <openssl/core_names.h>
#include <openssl/pem.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "shared/base/file.h"
#include "shared/base/secret.h"
#include "shared/token/base64url.h"
#include "shared/token/mint.h"

#define EC_POINT_BYTES 65
#define PATH_BYTES 1024

static void
free_pkey(EVP_PKEY **key)
{
    EVP_PKEY_free(*key);
}

static void
close_file(FILE **file)
{
    if (*file != NULL)
        fclose(*file);
}

cnop_printf(2, 3) static bool format_path(char path[PATH_BYTES], const char *fmt, ...)
{
    va_list args;
    int len;

    va_start(args, fmt);
    len = vsnprintf(path, PATH_BYTES, fmt, args);
    va_end(args);
    return len > 0 && len < PATH_BYTES;
}

/* The uncompressed point 04 || x || y. */
static bool
public_point(EVP_PKEY *key, unsigned char ret_point[EC_POINT_BYTES])
{
    char group[32];
    size_t len = 0;

    return EVP_PKEY_get_utf8_string_param(key, OSSL_PKEY_PARAM_GROUP_NAME, group, sizeof(group),
                                          &len) == 1 &&
           strcmp(group, "prime256v1") == 0 &&
           EVP_PKEY_get_octet_string_param(key, OSSL_PKEY_PARAM_PUB_KEY, ret_point, EC_POINT_BYTES,
                                           &len) == 1 &&
           len == EC_POINT_BYTES && ret_point[0] == 0x04;
}

static enum cnop_err
write_private(EVP_PKEY *key, const char *path)
{
    cnop_cleanup(close_file) FILE *file = NULL;
    int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);

    if (fd < 0)
        return errno == EEXIST ? CNOP_E_CONFLICT : CNOP_E_IO;
    file = fdopen(fd, "w");
    if (file == NULL) {
        close(fd);
        return CNOP_E_IO;
    }
    if (PEM_write_PKCS8PrivateKey(file, key, NULL, NULL, 0, NULL, NULL) != 1 || fflush(file) != 0 ||
        fsync(fd) != 0 || cnop_file_sync_folder(path) != CNOP_OK) {
        unlink(path);
        return CNOP_E_IO;
    }
    return CNOP_OK;
}

enum cnop_err
cnop_token_key_create(const char *dir, char ret_kid[CNOP_KEYSET_KID_CHARS + 1])
{
    cnop_cleanup(free_pkey) EVP_PKEY *key = EVP_EC_gen("P-256");
    unsigned char digest[CNOP_SHA256_BYTES];
    unsigned char point[EC_POINT_BYTES];
    char path[PATH_BYTES];
    char kid[17];
    enum cnop_err err;

    if (key == NULL || !public_point(key, point))
        return CNOP_E_INTERNAL;
    cnop_secret_sha256(point, sizeof(point), digest);
    cnop_str_hex(digest, 8, kid);
    if (!format_path(path, "%s/es256-%s.pem", dir, kid))
        return CNOP_E_INVALID;
    err = write_private(key, path);
    if (err == CNOP_OK)
        memcpy(ret_kid, kid, sizeof(kid));
    return err;
}

static enum cnop_err
append_jwk(const char *path, const char *kid, bool first, struct cnop_buf *buf)
{
    cnop_cleanup(close_file) FILE *file = fopen(path, "re");
    cnop_cleanup(free_pkey) EVP_PKEY *key = NULL;
    unsigned char point[EC_POINT_BYTES];

    if (file == NULL)
        return CNOP_E_IO;
    key = PEM_read_PrivateKey(file, NULL, NULL, NULL);
    if (key == NULL || !public_point(key, point))
        return CNOP_E_INVALID;
    cnop_buf_printf(buf,
                    "%s\n  {\"kty\":\"EC\",\"crv\":\"P-256\",\"use\":\"sig\",\"alg\":\"ES256\","
                    "\"kid\":\"%s\",\"x\":\"",
                    first ? "" : ",", kid);
    cnop_base64url_encode(buf, point + 1, 32);
    cnop_buf_text(buf, "\",\"y\":\"");
    cnop_base64url_encode(buf, point + 33, 32);
    cnop_buf_text(buf, "\"}");
    return buf->overflow ? CNOP_E_TRUNCATED : CNOP_OK;
}

/* es256-<kid>.pem; alphabetical order makes the output reproducible. */
static int
is_key_file(const struct dirent *entry)
{
    size_t len = strlen(entry->d_name);

    return len > 10 && strncmp(entry->d_name, "es256-", 6) == 0 &&
           strcmp(entry->d_name + len - 4, ".pem") == 0 &&
           cnop_keyset_kid_valid(cnop_str_make(entry->d_name + 6, len - 10));
}

static enum cnop_err
append_all(const char *dir, struct cnop_buf *buf, size_t *ret_count)
{
    struct dirent **entries = NULL;
    int count = scandir(dir, &entries, is_key_file, alphasort);
    enum cnop_err err = count < 0 ? CNOP_E_IO : CNOP_OK;
    char path[PATH_BYTES];

    for (int i = 0; i < count; i++) {
        size_t len = strlen(entries[i]->d_name);
        char kid[CNOP_KEYSET_KID_CHARS + 1] = {0};

        memcpy(kid, entries[i]->d_name + 6, len - 10);
        if (err == CNOP_OK && !format_path(path, "%s/%s", dir, entries[i]->d_name))
            err = CNOP_E_INVALID;
        if (err == CNOP_OK)
            err = append_jwk(path, kid, i == 0, buf);
        free(entries[i]);
    }
    free(entries);
    if (err == CNOP_OK && count == 0)
        err = CNOP_E_INVALID;
    if (err == CNOP_OK)
        *ret_count = (size_t)count;
    return err;
}

enum cnop_err
cnop_jwks_write(const char *dir, const char *jwks_path, size_t *ret_count)
{
    char text[CNOP_KEYSET_MAX_KEYS * 320];
    struct cnop_buf buf;
    enum cnop_err err;
    size_t count;

    cnop_buf_init(&buf, text, sizeof(text));
    cnop_buf_text(&buf, "{\"keys\":[");
    err = append_all(dir, &buf, &count);
    if (err != CNOP_OK)
        return err;
    cnop_buf_text(&buf, "\n]}\n");
    if (buf.overflow)
        return CNOP_E_TRUNCATED;
    err = cnop_file_replace(jwks_path, cnop_buf_view(&buf), 0644);
    if (err == CNOP_OK)
        *ret_count = count;
    return err;
}
