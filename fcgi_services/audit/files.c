/* SPDX-License-Identifier: MIT */
/* Listing the files of the streams. */
#include "fcgi_services/audit/files.h"

#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define ROTATIONS_MAX 9999

/* 0: the stream's own file; n: "NAME.n"; else no file of the stream (a packed one is no longer
 * read). */
static bool
rotation_of(const char *entry, struct cnop_str name, uint64_t *ret_rotation)
{
    struct cnop_str text = cnop_str_from(entry);

    *ret_rotation = 0;
    if (cnop_str_equal(text, name))
        return true;
    if (!cnop_str_has_prefix(text, name) || text.ptr[name.len] != '.')
        return false;
    text = cnop_str_make(text.ptr + name.len + 1, text.len - name.len - 1);
    return cnop_str_parse_u64(text, 1, ROTATIONS_MAX, ret_rotation) == CNOP_OK;
}

/* The directory of a path and the name in it. */
static enum cnop_err
split(struct cnop_str path, char folder[FILES_PATH_BYTES], struct cnop_str *ret_name)
{
    size_t len = path.len;

    while (len > 0 && path.ptr[len - 1] != '/')
        len--;
    if (len == 0 || len == path.len || path.len + sizeof(".9999") > FILES_PATH_BYTES)
        return CNOP_E_INVALID;
    memcpy(folder, path.ptr, len);
    folder[len] = '\0';
    *ret_name = cnop_str_make(path.ptr + len, path.len - len);
    return CNOP_OK;
}

static int
newer_first(const void *a, const void *b)
{
    uint64_t x = *(const uint64_t *)a;
    uint64_t y = *(const uint64_t *)b;

    return (x < y) - (x > y);
}

static enum cnop_err
add_files(struct cnop_str path, const uint64_t *rotations, size_t count, struct files *files)
{
    if (files->count + count > FILES_MAX)
        return CNOP_E_INVALID;
    for (size_t i = 0; i < count; i++) {
        char *out = files->paths[files->count++];
        int len = rotations[i] == 0 ? snprintf(out, FILES_PATH_BYTES, "%.*s", CNOP_STR_ARG(path))
                                    : snprintf(out, FILES_PATH_BYTES, "%.*s.%lu",
                                               CNOP_STR_ARG(path), (unsigned long)rotations[i]);

        cnop_assert(len > 0 && len < FILES_PATH_BYTES);
    }
    return CNOP_OK;
}

static enum cnop_err
list_stream(struct cnop_str path, struct files *files)
{
    static uint64_t rotations[FILES_MAX];
    char folder[FILES_PATH_BYTES];
    struct cnop_str name;
    struct dirent *entry;
    size_t count = 0;
    DIR *dir;

    if (split(path, folder, &name) != CNOP_OK)
        return CNOP_E_INVALID;
    dir = opendir(folder);
    if (dir == NULL)
        return errno == ENOENT ? CNOP_OK : CNOP_E_IO; /* of a program that has never run here */
    while ((entry = readdir(dir)) != NULL) {
        uint64_t rotation;

        if (!rotation_of(entry->d_name, name, &rotation))
            continue;
        if (count == FILES_MAX)
            break;
        rotations[count++] = rotation;
    }
    (void)closedir(dir);
    if (entry != NULL)
        return CNOP_E_INVALID;
    qsort(rotations, count, sizeof(rotations[0]), newer_first);
    return add_files(path, rotations, count, files);
}

enum cnop_err
files_list(struct cnop_str streams, struct files *ret_files)
{
    ret_files->count = 0;
    while (!cnop_str_empty(streams)) {
        struct cnop_str path;
        enum cnop_err err;

        (void)cnop_str_cut(streams, ',', &path, &streams);
        err = list_stream(cnop_str_trim(path), ret_files);
        if (err != CNOP_OK)
            return err;
    }
    return CNOP_OK;
}
