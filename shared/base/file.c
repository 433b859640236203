/* SPDX-License-Identifier: MIT */
/* Reading whole files. The size is asked once and then held to: a file that changes while it is
 * being read is refused rather than taken half. */
#include "shared/base/file.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static enum cnop_err
file_failed(const char **ret_reason)
{
    enum cnop_err err = errno == ENOENT ? CNOP_E_NOT_FOUND : CNOP_E_IO;

    *ret_reason = strerrordesc_np(errno);
    return err;
}

static enum cnop_err
file_refuse(enum cnop_err err, const char *reason, const char **ret_reason)
{
    *ret_reason = reason;
    return err;
}

/* Opens a file that keeps the rules, and tells its size. */
static enum cnop_err
file_open(const char *path, const struct cnop_file_rules *rules, int *ret_fd, size_t *ret_len,
          const char **ret_reason)
{
    enum cnop_err err = CNOP_OK;
    struct stat info;
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);

    if (fd < 0)
        return file_failed(ret_reason);
    if (fstat(fd, &info) != 0)
        err = file_failed(ret_reason);
    else if (!S_ISREG(info.st_mode))
        err = file_refuse(CNOP_E_INVALID, "is not a regular file", ret_reason);
    else if ((info.st_mode & rules->forbidden_mode) != 0)
        err = file_refuse(CNOP_E_INVALID, "has permissions that are too wide", ret_reason);
    else if ((uint64_t)info.st_size > rules->max_bytes)
        err = file_refuse(CNOP_E_INVALID, "is too large", ret_reason);
    else if ((uint64_t)info.st_size < rules->min_bytes)
        err = file_refuse(CNOP_E_INVALID, "is too short", ret_reason);
    if (err != CNOP_OK) {
        (void)close(fd);
        return err;
    }
    *ret_fd = fd;
    *ret_len = (size_t)info.st_size;
    return CNOP_OK;
}

/* Some bytes; 0 at the end, -1 on error. */
static ssize_t
file_some(int fd, char *bytes, size_t len)
{
    ssize_t count;

    do
        count = read(fd, bytes, len);
    while (count < 0 && errno == EINTR);
    return count;
}

/* Exactly len bytes, and then the end: one byte more is asked for, and must not be there. */
static enum cnop_err
file_fill(int fd, char *bytes, size_t len, const char **ret_reason)
{
    size_t done = 0;
    ssize_t count = 1;
    char more;

    while (done < len && count > 0) {
        count = file_some(fd, bytes + done, len - done);
        if (count > 0)
            done += (size_t)count;
    }
    if (count > 0)
        count = file_some(fd, &more, 1);
    else if (count == 0)
        count = 1; /* cut: as bad as grown */
    if (count < 0)
        return file_failed(ret_reason);
    if (count > 0)
        return file_refuse(CNOP_E_IO, "changed while it was read", ret_reason);
    return CNOP_OK;
}

enum cnop_err
cnop_file_read(struct cnop_arena *arena, const char *path, size_t max_bytes,
               struct cnop_str *ret_text, const char **ret_reason)
{
    const struct cnop_file_rules rules = {.max_bytes = max_bytes};
    size_t mark = cnop_arena_mark(arena);
    enum cnop_err err;
    char *bytes;
    size_t len;
    int fd;

    cnop_assert(max_bytes < SIZE_MAX);
    err = file_open(path, &rules, &fd, &len, ret_reason);
    if (err != CNOP_OK)
        return err;
    bytes = cnop_arena_alloc(arena, len + 1); /* a NUL behind the text */
    if (bytes == NULL)
        err = file_refuse(CNOP_E_NO_MEMORY, "no memory left", ret_reason);
    else
        err = file_fill(fd, bytes, len, ret_reason);
    (void)close(fd); /* read only: nothing to lose */
    if (err == CNOP_OK)
        *ret_text = cnop_str_make(bytes, len);
    else
        cnop_arena_rewind(arena, mark);
    return err;
}

enum cnop_err
cnop_file_read_into(const char *path, const struct cnop_file_rules *rules, void *ret_bytes,
                    size_t *ret_len, const char **ret_reason)
{
    enum cnop_err err;
    size_t len;
    int fd;

    err = file_open(path, rules, &fd, &len, ret_reason);
    if (err != CNOP_OK)
        return err;
    err = file_fill(fd, ret_bytes, len, ret_reason);
    (void)close(fd); /* read only: nothing to lose */
    if (err == CNOP_OK)
        *ret_len = len;
    else
        explicit_bzero(ret_bytes, len);
    return err;
}

/* ---- replacing ---- */

/* Writes a new file and makes it durable. */
static bool
file_write(const char *path, struct cnop_str text, mode_t mode)
{
    int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, mode);
    bool written;

    if (fd < 0)
        return false;
    written = write(fd, text.ptr, text.len) == (ssize_t)text.len && fchmod(fd, mode) == 0 &&
              fsync(fd) == 0;
    return close(fd) == 0 && written;
}

bool
cnop_file_next_entry(struct cnop_str *text, struct cnop_str *ret_entry)
{
    while (text->len > 0) {
        struct cnop_str line;

        (void)cnop_str_cut(*text, '\n', &line, text); /* the last line may lack its line feed */
        line = cnop_str_trim(line);
        if (line.len > 0 && line.ptr[0] != '#') {
            *ret_entry = line;
            return true;
        }
    }
    return false;
}

enum cnop_err
cnop_file_judge(enum cnop_err err, const char **ret_reason)
{
    if (err != CNOP_OK)
        *ret_reason = cnop_err_meaning(err);
    return err;
}

enum cnop_err
cnop_file_sync_folder(const char *path)
{
    const char *slash = strrchr(path, '/');
    size_t len = slash == NULL ? 0 : (size_t)(slash - path) + 1;
    char folder[PATH_MAX];
    bool synced;
    int fd;

    if (snprintf(folder, sizeof(folder), "./%.*s", (int)len, path) >= (int)sizeof(folder))
        return CNOP_E_IO;
    fd = open(path[0] == '/' ? folder + 2 : folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (fd < 0)
        return CNOP_E_IO;
    synced = fsync(fd) == 0;
    (void)close(fd); /* read only: nothing to lose */
    return synced ? CNOP_OK : CNOP_E_IO;
}

enum cnop_err
cnop_file_replace(const char *path, struct cnop_str text, mode_t mode)
{
    char temporary[PATH_MAX];

    if (snprintf(temporary, sizeof(temporary), "%s.%ld", path, (long)getpid()) >=
        (int)sizeof(temporary))
        return CNOP_E_IO;
    if (!file_write(temporary, text, mode) || rename(temporary, path) != 0) {
        (void)unlink(temporary);
        return CNOP_E_IO;
    }
    return cnop_file_sync_folder(path) == CNOP_OK ? CNOP_OK : CNOP_E_OUTCOME_UNKNOWN;
}
