/* SPDX-License-Identifier: MIT */
/* The keyring file: its text, and reading and replacing it. */
#include "fcgi_services/auth/keyring.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <sys/stat.h>
#include <unistd.h>

static bool
copy_kid(struct cnop_str value, char out[KEYRING_KID_BYTES])
{
    if (out[0] != '\0' || value.len == 0 || value.len >= KEYRING_KID_BYTES ||
        !cnop_str_is_word(value, "_-"))
        return false;
    memcpy(out, value.ptr, value.len);
    out[value.len] = '\0';
    return true;
}

static bool
parse_line(struct cnop_str line, struct keyring *keyring)
{
    struct cnop_str name;
    struct cnop_str value;
    uint64_t seconds;

    if (!cnop_str_cut(line, ' ', &name, &value))
        return false;
    if (cnop_str_equal(name, CNOP_STR("current")))
        return copy_kid(value, keyring->current);
    if (cnop_str_equal(name, CNOP_STR("next")))
        return copy_kid(value, keyring->next);
    if (cnop_str_equal(name, CNOP_STR("previous")))
        return copy_kid(value, keyring->previous);
    if (!cnop_str_equal(name, CNOP_STR("rotated")) ||
        cnop_str_parse_u64(value, 0, INT64_MAX, &seconds) != CNOP_OK)
        return false;
    keyring->rotated_s = (int64_t)seconds;
    return true;
}

enum cnop_err
keyring_parse(struct cnop_str text, struct keyring *ret_keyring)
{
    struct keyring keyring = {0};

    while (text.len > 0) {
        struct cnop_str line;
        struct cnop_str rest;

        cnop_str_cut(text, '\n', &line, &rest);
        if (line.len > 0 && !parse_line(line, &keyring))
            return CNOP_E_INVALID;
        text = rest;
    }
    if (keyring.current[0] == '\0' || keyring.next[0] == '\0')
        return CNOP_E_INVALID;
    *ret_keyring = keyring;
    return CNOP_OK;
}

void
keyring_format(struct cnop_buf *buf, const struct keyring *keyring)
{
    cnop_buf_printf(buf, "current %s\nnext %s\n", keyring->current, keyring->next);
    if (keyring->previous[0] != '\0')
        cnop_buf_printf(buf, "previous %s\n", keyring->previous);
    cnop_buf_printf(buf, "rotated %lld\n", (long long)keyring->rotated_s);
}

struct keyring
keyring_rotate(const struct keyring *keyring, const char *new_kid, int64_t now_s)
{
    struct keyring rotated = {.rotated_s = now_s};

    cnop_assert(strlen(new_kid) < KEYRING_KID_BYTES);
    memcpy(rotated.previous, keyring->current, sizeof(rotated.previous));
    memcpy(rotated.current, keyring->next, sizeof(rotated.current));
    memcpy(rotated.next, new_kid, strlen(new_kid) + 1);
    return rotated;
}

enum cnop_err
keyring_load(const char *dir, struct keyring *ret_keyring)
{
    char path[PATH_MAX];
    char text[KEYRING_FILE_BYTES];
    ssize_t len;
    int fd;

    if (snprintf(path, sizeof(path), "%s/" KEYRING_FILE_NAME, dir) >= (int)sizeof(path))
        return CNOP_E_IO;
    fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        return errno == ENOENT ? CNOP_E_NOT_FOUND : CNOP_E_IO;
    len = read(fd, text, sizeof(text));
    (void)close(fd);
    if (len < 0)
        return CNOP_E_IO;
    return keyring_parse(cnop_str_make(text, (size_t)len), ret_keyring);
}

static enum cnop_err
write_durably(int fd, struct cnop_str text)
{
    if (write(fd, text.ptr, text.len) != (ssize_t)text.len || fsync(fd) != 0)
        return CNOP_E_IO;
    return CNOP_OK;
}

enum cnop_err
keyring_store(const char *dir, const struct keyring *keyring)
{
    char path[PATH_MAX];
    char temporary[PATH_MAX];
    char memory[KEYRING_FILE_BYTES];
    struct cnop_buf text;
    enum cnop_err err;
    int fd;

    cnop_buf_init(&text, memory, sizeof(memory));
    keyring_format(&text, keyring);
    cnop_assert(!text.overflow);
    if (snprintf(path, sizeof(path), "%s/" KEYRING_FILE_NAME, dir) >= (int)sizeof(path) ||
        snprintf(temporary, sizeof(temporary), "%s/." KEYRING_FILE_NAME ".new", dir) >=
            (int)sizeof(temporary))
        return CNOP_E_IO;
    fd = open(temporary, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
    if (fd < 0)
        return CNOP_E_IO;
    err = write_durably(fd, cnop_buf_view(&text));
    if (close(fd) != 0 || err != CNOP_OK || rename(temporary, path) != 0) {
        (void)unlink(temporary);
        return CNOP_E_IO;
    }
    return CNOP_OK;
}
