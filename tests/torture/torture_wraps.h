/* SPDX-License-Identifier: MIT */
/* Names the linker makes for `--wrap`: __real_x is what x would have been. */
#ifndef CNOP_TESTS_TORTURE_TORTURE_WRAPS_H
#define CNOP_TESTS_TORTURE_TORTURE_WRAPS_H

#include <pthread.h>
#include <sys/stat.h>

#include "shared/http/http_client.h"

void *__real_cnop_arena_alloc(struct cnop_arena *arena, size_t bytes);
void *__wrap_cnop_arena_alloc(struct cnop_arena *arena, size_t bytes);
void *__real_cnop_arena_alloc_array(struct cnop_arena *arena, size_t count, size_t bytes);
void *__wrap_cnop_arena_alloc_array(struct cnop_arena *arena, size_t count, size_t bytes);
cnop_printf(2, 3) struct cnop_str
    __real_cnop_arena_printf(struct cnop_arena *arena, const char *fmt, ...);
cnop_printf(2, 3) struct cnop_str
    __wrap_cnop_arena_printf(struct cnop_arena *arena, const char *fmt, ...);

int __real_open(const char *path, int flags, ...);
int __wrap_open(const char *path, int flags, ...);
int __real_stat(const char *path, struct stat *status);
int __wrap_stat(const char *path, struct stat *status);
ssize_t __real_read(int fd, void *bytes, size_t len);
ssize_t __wrap_read(int fd, void *bytes, size_t len);
ssize_t __real_write(int fd, const void *bytes, size_t len);
ssize_t __wrap_write(int fd, const void *bytes, size_t len);
int __real_fsync(int fd);
int __wrap_fsync(int fd);
int __real_rename(const char *from, const char *to);
int __wrap_rename(const char *from, const char *to);

int __real_pthread_create(pthread_t *thread, const pthread_attr_t *attributes, void *(*fn)(void *),
                          void *arg);
int __wrap_pthread_create(pthread_t *thread, const pthread_attr_t *attributes, void *(*fn)(void *),
                          void *arg);

int __real_crypto_pwhash_argon2id_str(char *out, const char *password,
                                      unsigned long long password_len, unsigned long long passes,
                                      size_t memory_bytes);
int __wrap_crypto_pwhash_argon2id_str(char *out, const char *password,
                                      unsigned long long password_len, unsigned long long passes,
                                      size_t memory_bytes);
int __real_crypto_pwhash_argon2id_str_verify(const char *hash, const char *password,
                                             unsigned long long password_len);
int __wrap_crypto_pwhash_argon2id_str_verify(const char *hash, const char *password,
                                             unsigned long long password_len);
enum cnop_err __wrap_cnop_http_send(struct cnop_http_client *client,
                                    const struct cnop_http_exchange *exchange,
                                    struct cnop_buf *ret_body, int *ret_status);

#endif
