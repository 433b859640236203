/* SPDX-License-Identifier: MIT */
/* Secrets: published test vectors, comparison, wiping, and which key files are refused. */
#include "shared/base/secret.h"

#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "tests/unit/unit.h"

static char directory[] = "/tmp/cnop-secret-XXXXXX";
static char path[64];

static void
write_file(const char *text, mode_t mode)
{
    int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0600);

    ck_assert_int_ge(fd, 0);
    ck_assert_int_eq((int)write(fd, text, strlen(text)), (int)strlen(text));
    ck_assert_int_eq(fchmod(fd, mode), 0);
    ck_assert_int_eq(close(fd), 0);
}

static void
setup(void)
{
    cnop_secret_init();
    ck_assert_ptr_nonnull(mkdtemp(directory));
    (void)snprintf(path, sizeof(path), "%s/key", directory);
}

static void
teardown(void)
{
    (void)unlink(path);
    (void)rmdir(directory);
    memcpy(directory + sizeof(directory) - 7, "XXXXXX", 6);
}

START_TEST(sha256_of_abc)
{
    unsigned char digest[CNOP_SHA256_BYTES];
    char hex[2 * CNOP_SHA256_BYTES + 1];

    cnop_secret_sha256("abc", 3, digest);
    cnop_str_hex(digest, sizeof(digest), hex);
    ck_assert_str_eq(hex, "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
}
END_TEST

START_TEST(siphash_reference_vectors)
{
    unsigned char key[16];
    unsigned char message[15];

    for (unsigned char i = 0; i < sizeof(key); i++)
        key[i] = i;
    for (unsigned char i = 0; i < sizeof(message); i++)
        message[i] = i;
    ck_assert_uint_eq(cnop_secret_siphash(key, message, 0), UINT64_C(0x726fdb47dd0e0e31));
    ck_assert_uint_eq(cnop_secret_siphash(key, message, 15), UINT64_C(0xa129ca6149be45e5));
}
END_TEST

START_TEST(equal_zero_random)
{
    unsigned char a[32];
    unsigned char b[32];
    unsigned char zero[32] = {0};

    cnop_secret_random(a, sizeof(a));
    cnop_secret_random(b, sizeof(b));
    ck_assert(!cnop_secret_equal(a, b, sizeof(a)));
    memcpy(b, a, sizeof(b));
    ck_assert(cnop_secret_equal(a, b, sizeof(a)));
    b[31] ^= 1;
    ck_assert(!cnop_secret_equal(a, b, sizeof(a)));
    cnop_secret_zero(a, sizeof(a));
    ck_assert(cnop_secret_equal(a, zero, sizeof(a)));
}
END_TEST

START_TEST(good_file_is_read_whole)
{
    char bytes[16];
    size_t len = 0;
    const char *reason;

    write_file("0123456789abcdef", 0600);
    ck_assert_int_eq(cnop_secret_read_file(path, bytes, 16, 16, &len, &reason), CNOP_OK);
    ck_assert_uint_eq(len, 16);
    ck_assert_mem_eq(bytes, "0123456789abcdef", 16);
    ck_assert_int_eq(chmod(path, 0440), 0);
    ck_assert_int_eq(cnop_secret_read_file(path, bytes, 1, 16, &len, &reason), CNOP_OK);
}
END_TEST

START_TEST(bad_files_are_refused)
{
    static const mode_t modes[] = {0644, 0604, 0602, 0620, 0660, 0666, 0777};
    char bytes[16] = "untouched";
    size_t len = 77;
    const char *reason = NULL;

    for (size_t i = 0; i < CNOP_COUNT(modes); i++) {
        write_file("0123456789abcdef", modes[i]);
        ck_assert_msg(cnop_secret_read_file(path, bytes, 1, 16, &len, &reason) == CNOP_E_INVALID,
                      "mode %o", (unsigned)modes[i]);
        ck_assert_ptr_nonnull(reason);
    }
    write_file("short", 0600);
    ck_assert_int_eq(cnop_secret_read_file(path, bytes, 16, 16, &len, &reason), CNOP_E_INVALID);
    ck_assert_str_eq(reason, "is too short");
    write_file("", 0600);
    ck_assert_int_eq(cnop_secret_read_file(path, bytes, 1, 16, &len, &reason), CNOP_E_INVALID);
    write_file("0123456789abcdef0", 0600);
    ck_assert_int_eq(cnop_secret_read_file(path, bytes, 1, 16, &len, &reason), CNOP_E_INVALID);
    ck_assert_str_eq(reason, "is too large");
    ck_assert_int_eq(cnop_secret_read_file(directory, bytes, 1, 16, &len, &reason), CNOP_E_INVALID);
    ck_assert_int_eq(cnop_secret_read_file("/nonexistent/key", bytes, 1, 16, &len, &reason),
                     CNOP_E_NOT_FOUND);
    ck_assert_str_eq(bytes, "untouched");
    ck_assert_uint_eq(len, 77);
}
END_TEST

static void
add(TCase *tests)
{
    tcase_add_checked_fixture(tests, setup, teardown);
    tcase_add_test(tests, sha256_of_abc);
    tcase_add_test(tests, siphash_reference_vectors);
    tcase_add_test(tests, equal_zero_random);
    tcase_add_test(tests, good_file_is_read_whole);
    tcase_add_test(tests, bad_files_are_refused);
}

UNIT_MAIN("secret", add)
