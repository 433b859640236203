/* SPDX-License-Identifier: MIT */
/* The keyring file: its text, and reading and replacing it. */
#include "fcgi_services/auth/keyring.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <sys/stat.h>
#include <unistd.h>

#include "shared/base/file.h"

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
    static const struct cnop_file_rules rules = {.max_bytes = KEYRING_FILE_BYTES};
    char text[KEYRING_FILE_BYTES];
    const char *reason;
    enum cnop_err err;
    size_t len = 0;

    if (snprintf(path, sizeof(path), "%s/" KEYRING_FILE_NAME, dir) >= (int)sizeof(path))
        return CNOP_E_IO;
    err = cnop_file_read_into(path, &rules, text, &len, &reason);
    if (err != CNOP_OK)
        return err;
    return keyring_parse(cnop_str_make(text, len), ret_keyring);
}

enum cnop_err
keyring_store(const char *dir, const struct keyring *keyring)
{
    char path[PATH_MAX];
    char memory[KEYRING_FILE_BYTES];
    struct cnop_buf text;

    cnop_buf_init(&text, memory, sizeof(memory));
    keyring_format(&text, keyring);
    cnop_assert(!text.overflow);
    if (snprintf(path, sizeof(path), "%s/" KEYRING_FILE_NAME, dir) >= (int)sizeof(path))
        return CNOP_E_IO;
    return cnop_file_replace(path, cnop_buf_view(&text), 0644);
}
