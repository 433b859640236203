/* SPDX-License-Identifier: MIT */
/* What the linker puts in the place of the calls that torture lets fail; see TORTURE_WRAPS. */
#include "tests/torture/torture.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "shared/http/http_client.h"
#include "tests/torture/torture_places.h"
#include "tests/torture/torture_wraps.h"

static int
fail_with(int cause)
{
    errno = cause;
    return -1;
}

/* ---- memory ---- */

void *
__wrap_cnop_arena_alloc(struct cnop_arena *arena, size_t bytes)
{
    return torture_fails(TORTURE_MEMORY) ? NULL : __real_cnop_arena_alloc(arena, bytes);
}

void *
__wrap_cnop_arena_alloc_array(struct cnop_arena *arena, size_t count, size_t bytes)
{
    return torture_fails(TORTURE_MEMORY) ? NULL
                                         : __real_cnop_arena_alloc_array(arena, count, bytes);
}

struct cnop_str
__wrap_cnop_arena_printf(struct cnop_arena *arena, const char *fmt, ...)
{
    char text[4096];
    va_list args;

    if (torture_fails(TORTURE_MEMORY))
        return (struct cnop_str){NULL, 0};
    va_start(args, fmt);
    (void)vsnprintf(text, sizeof(text), fmt, args);
    va_end(args);
    return __real_cnop_arena_printf(arena, "%s", text);
}

/* ---- files ---- */

int
__wrap_open(const char *path, int flags, ...)
{
    mode_t mode = 0;
    va_list args;

    if (torture_fails(TORTURE_OPEN))
        return fail_with(EMFILE);
    va_start(args, flags);
    if (flags & O_CREAT) {
        mode = va_arg(args, mode_t);
        torture_places.name_unsynced = true;
    }
    va_end(args);
    return __real_open(path, flags, mode);
}

int
__wrap_stat(const char *path, struct stat *status)
{
    return torture_fails(TORTURE_OPEN) ? fail_with(EACCES) : __real_stat(path, status);
}

ssize_t
__wrap_read(int fd, void *bytes, size_t len)
{
    return torture_fails(TORTURE_READ) ? fail_with(EIO) : __real_read(fd, bytes, len);
}

ssize_t
__wrap_write(int fd, const void *bytes, size_t len)
{
    return torture_fails(TORTURE_WRITE) ? fail_with(ENOSPC) : __real_write(fd, bytes, len);
}

int
__wrap_fsync(int fd)
{
    struct stat status;

    if (torture_fails(TORTURE_WRITE))
        return fail_with(EIO);
    if (fstat(fd, &status) == 0 && S_ISDIR(status.st_mode))
        torture_places.name_unsynced = false;
    return __real_fsync(fd);
}

int
__wrap_rename(const char *from, const char *to)
{
    if (torture_fails(TORTURE_WRITE))
        return fail_with(EIO);
    torture_places.name_unsynced = true;
    return __real_rename(from, to);
}

/* ---- threads, hashes, other hosts ---- */

int
__wrap_pthread_create(pthread_t *thread, const pthread_attr_t *attributes, void *(*fn)(void *),
                      void *arg)
{
    return torture_fails(TORTURE_THREAD) ? EAGAIN
                                         : __real_pthread_create(thread, attributes, fn, arg);
}

int
__wrap_crypto_pwhash_argon2id_str(char *out, const char *password, unsigned long long password_len,
                                  unsigned long long passes, size_t memory_bytes)
{
    if (torture_fails(TORTURE_HASH))
        return fail_with(ENOMEM);
    return __real_crypto_pwhash_argon2id_str(out, password, password_len, passes, memory_bytes);
}

int
__wrap_crypto_pwhash_argon2id_str_verify(const char *hash, const char *password,
                                         unsigned long long password_len)
{
    if (torture_fails(TORTURE_HASH))
        return fail_with(ENOMEM);
    return __real_crypto_pwhash_argon2id_str_verify(hash, password, password_len);
}

int (*torture_peer)(const struct cnop_http_exchange *exchange, struct cnop_buf *body);

/* Never leaves the process: the peer accepts everything. */
enum cnop_err
__wrap_cnop_http_send(struct cnop_http_client *client, const struct cnop_http_exchange *exchange,
                      struct cnop_buf *ret_body, int *ret_status)
{
    (void)client;
    if (torture_fails(TORTURE_PEER))
        return CNOP_E_IO;
    *ret_status = torture_peer == NULL ? 204 : torture_peer(exchange, ret_body);
    return CNOP_OK;
}
