/* SPDX-License-Identifier: MIT */
/* Reading whole files. The size is asked once and then held to: a file that changes while it is
 * being read is refused rather than taken half. */
#include "shared/base/file.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static enum cnop_err
cnop_file_failed(const char **ret_reason)
{
    enum cnop_err err = errno == ENOENT ? CNOP_E_NOT_FOUND : CNOP_E_IO;

    *ret_reason = strerrordesc_np(errno);
    return err;
}

static enum cnop_err
cnop_file_refuse(enum cnop_err err, const char *reason, const char **ret_reason)
{
    *ret_reason = reason;
    return err;
}

/* Exactly len bytes, and then the end: one byte more is asked for, into the NUL's place. */
static enum cnop_err
cnop_file_fill(int fd, char *bytes, size_t len, const char **ret_reason)
{
    size_t done = 0;
    ssize_t count;

    do {
        count = read(fd, bytes + done, len + 1 - done);
        if (count < 0 && errno != EINTR)
            return cnop_file_failed(ret_reason);
        if (count > 0)
            done += (size_t)count;
    } while (count != 0 && done <= len);
    if (done != len)
        return cnop_file_refuse(CNOP_E_IO, "changed while it was read", ret_reason);
    return CNOP_OK;
}

static enum cnop_err
cnop_file_take(struct cnop_arena *arena, int fd, size_t max_bytes, struct cnop_str *ret_text,
               const char **ret_reason)
{
    size_t mark = cnop_arena_mark(arena);
    struct stat info;
    enum cnop_err err;
    size_t len;
    char *bytes;

    if (fstat(fd, &info) != 0)
        return cnop_file_failed(ret_reason);
    if (!S_ISREG(info.st_mode))
        return cnop_file_refuse(CNOP_E_INVALID, "is not a regular file", ret_reason);
    if ((uint64_t)info.st_size > max_bytes)
        return cnop_file_refuse(CNOP_E_INVALID, "is too large", ret_reason);
    len = (size_t)info.st_size;
    bytes = cnop_arena_alloc(arena, len + 1);
    if (bytes == NULL)
        return cnop_file_refuse(CNOP_E_NO_MEMORY, "no memory left", ret_reason);
    err = cnop_file_fill(fd, bytes, len, ret_reason);
    if (err == CNOP_OK)
        *ret_text = cnop_str_make(bytes, len);
    else
        cnop_arena_rewind(arena, mark);
    return err;
}

enum cnop_err
cnop_file_read(struct cnop_arena *arena, const char *path, size_t max_bytes,
               struct cnop_str *ret_text, const char **ret_reason)
{
    enum cnop_err err;
    int fd;

    cnop_assert(max_bytes < SIZE_MAX);
    fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
    if (fd < 0)
        return cnop_file_failed(ret_reason);
    err = cnop_file_take(arena, fd, max_bytes, ret_text, ret_reason);
    (void)close(fd); /* read only: nothing to lose */
    return err;
}
