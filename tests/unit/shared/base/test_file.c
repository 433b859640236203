/* SPDX-License-Identifier: MIT */
/* Whole files into the arena: the bound, what is not a file, and what a refusal leaves behind. */
#include "shared/base/file.h"

#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "tests/unit/unit.h"

#define ARENA_BYTES 4096
#define MAX_BYTES 16

static char directory[] = "/tmp/cnop-file-XXXXXX";
static char path[64];
static struct cnop_arena *arena;
static struct cnop_str text;
static const char *reason;

static void
write_file(const char *bytes, size_t len)
{
    int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0600);

    ck_assert_int_ge(fd, 0);
    ck_assert_int_eq((int)write(fd, bytes, len), (int)len);
    ck_assert_int_eq(close(fd), 0);
}

static void
setup(void)
{
    ck_assert_ptr_nonnull(mkdtemp(directory));
    (void)snprintf(path, sizeof(path), "%s/text", directory);
    arena = cnop_arena_new(ARENA_BYTES);
    text = CNOP_STR("untouched");
    reason = NULL;
}

static void
teardown(void)
{
    cnop_arena_free(&arena);
    (void)unlink(path);
    (void)rmdir(directory);
    memcpy(directory + sizeof(directory) - 7, "XXXXXX", 6);
}

/* A refusal leaves the result and the arena as they were, and says why. */
static void
expect_refusal(enum cnop_err expected, const char *expected_reason)
{
    size_t mark = cnop_arena_mark(arena);

    ck_assert_int_eq(cnop_file_read(arena, path, MAX_BYTES, &text, &reason), expected);
    ck_assert_str_eq(reason, expected_reason);
    ck_assert(cnop_str_equal(text, CNOP_STR("untouched")));
    ck_assert_uint_eq(cnop_arena_mark(arena), mark);
}

START_TEST(a_file_is_read_whole)
{
    write_file("0123\0zz\nabcdefgh", MAX_BYTES);
    ck_assert_int_eq(cnop_file_read(arena, path, MAX_BYTES, &text, &reason), CNOP_OK);
    ck_assert_uint_eq(text.len, MAX_BYTES);
    ck_assert_mem_eq(text.ptr, "0123\0zz\nabcdefgh", MAX_BYTES);
    ck_assert_ptr_null(reason);
}
END_TEST

START_TEST(an_empty_file_is_empty_text)
{
    write_file("", 0);
    ck_assert_int_eq(cnop_file_read(arena, path, MAX_BYTES, &text, &reason), CNOP_OK);
    ck_assert_uint_eq(text.len, 0);
    ck_assert_ptr_nonnull(text.ptr);
}
END_TEST

START_TEST(one_byte_more_is_refused)
{
    write_file("0123456789abcdefg", MAX_BYTES + 1);
    expect_refusal(CNOP_E_INVALID, "is too large");
}
END_TEST

START_TEST(what_is_no_file_is_refused_at_once)
{
    ck_assert_int_eq(mkfifo(path, 0600), 0); /* nobody will ever write into it */
    expect_refusal(CNOP_E_INVALID, "is not a regular file");
    ck_assert_int_eq(unlink(path), 0);
    ck_assert_int_eq(mkdir(path, 0700), 0);
    expect_refusal(CNOP_E_INVALID, "is not a regular file");
    ck_assert_int_eq(rmdir(path), 0);
    expect_refusal(CNOP_E_NOT_FOUND, "No such file or directory");
    ck_assert_int_eq(symlink(path, path), 0);
    expect_refusal(CNOP_E_IO, "Too many levels of symbolic links");
}
END_TEST

/* Files of the kernel claim to be empty and then have something to say. */
START_TEST(more_than_the_size_said_is_refused)
{
    ck_assert_int_eq(symlink("/proc/self/stat", path), 0);
    expect_refusal(CNOP_E_IO, "changed while it was read");
}
END_TEST

START_TEST(a_full_arena_is_reported)
{
    write_file("0123456789abcdef", MAX_BYTES);
    ck_assert_ptr_nonnull(cnop_arena_alloc(arena, ARENA_BYTES - MAX_BYTES));
    expect_refusal(CNOP_E_NO_MEMORY, "no memory left");
}
END_TEST

START_TEST(rules_are_held_to)
{
    static const struct cnop_file_rules rules = {
        .min_bytes = 4, .max_bytes = 6, .forbidden_mode = S_IWGRP | S_IRWXO};
    char bytes[6] = "other";
    size_t len = 77;

    write_file("123456", 6);
    ck_assert_int_eq(cnop_file_read_into(path, &rules, bytes, &len, &reason), CNOP_OK);
    ck_assert_uint_eq(len, 6);
    ck_assert_mem_eq(bytes, "123456", 6);
    ck_assert_int_eq(chmod(path, 0620), 0);
    ck_assert_int_eq(cnop_file_read_into(path, &rules, bytes, &len, &reason), CNOP_E_INVALID);
    ck_assert_str_eq(reason, "has permissions that are too wide");
    ck_assert_int_eq(chmod(path, 0600), 0);
    write_file("123", 3);
    ck_assert_int_eq(cnop_file_read_into(path, &rules, bytes, &len, &reason), CNOP_E_INVALID);
    ck_assert_str_eq(reason, "is too short");
    write_file("1234567", 7);
    ck_assert_int_eq(cnop_file_read_into(path, &rules, bytes, &len, &reason), CNOP_E_INVALID);
    ck_assert_str_eq(reason, "is too large");
    ck_assert_mem_eq(bytes, "123456", 6);
    ck_assert_uint_eq(len, 6);
}
END_TEST

START_TEST(a_file_is_replaced_whole_or_not_at_all)
{
    struct stat info;

    ck_assert_int_eq(cnop_file_replace(path, CNOP_STR("first"), 0640), CNOP_OK);
    ck_assert_int_eq(cnop_file_replace(path, CNOP_STR("second"), 0600), CNOP_OK);
    ck_assert_int_eq(cnop_file_read(arena, path, MAX_BYTES, &text, &reason), CNOP_OK);
    ck_assert(cnop_str_equal(text, CNOP_STR("second")));
    ck_assert_int_eq(stat(path, &info), 0);
    ck_assert_uint_eq(info.st_mode & 0777, 0600);
    ck_assert_int_eq(cnop_file_replace("/nonexistent/file", CNOP_STR("x"), 0600), CNOP_E_IO);
    ck_assert_int_eq(unlink(path), 0);
    ck_assert_int_eq(rmdir(directory), 0); /* nothing else was left there */
}
END_TEST

START_TEST(a_folder_is_found_from_any_path)
{
    ck_assert_int_eq(cnop_file_sync_folder(path), CNOP_OK); /* whether or not there is a file */
    ck_assert_int_eq(cnop_file_sync_folder("/etc"), CNOP_OK);
    ck_assert_int_eq(cnop_file_sync_folder("name"), CNOP_OK);
    ck_assert_int_eq(cnop_file_sync_folder("./name"), CNOP_OK);
    ck_assert_int_eq(cnop_file_sync_folder("/nonexistent/file"), CNOP_E_IO);
    ck_assert_int_eq(cnop_file_sync_folder("nonexistent/file"), CNOP_E_IO);
}
END_TEST

START_TEST(a_list_has_one_entry_a_line)
{
    struct cnop_str list = CNOP_STR("# a list\n\n one \r\n#two\n\t\n three # four\n five");
    const char *const expected[] = {"one", "three # four", "five"};
    struct cnop_str entry;

    for (size_t i = 0; i < CNOP_COUNT(expected); i++) {
        ck_assert(cnop_file_next_entry(&list, &entry));
        ck_assert(cnop_str_equal(entry, cnop_str_from(expected[i])));
    }
    ck_assert(!cnop_file_next_entry(&list, &entry));
    ck_assert(!cnop_file_next_entry(&list, &entry));
}
END_TEST

START_TEST(only_a_refused_file_gets_a_reason)
{
    reason = NULL;
    ck_assert_int_eq(cnop_file_judge(CNOP_OK, &reason), CNOP_OK);
    ck_assert_ptr_null(reason);
    ck_assert_int_eq(cnop_file_judge(CNOP_E_CONFIG, &reason), CNOP_E_CONFIG);
    ck_assert_ptr_nonnull(reason);
}
END_TEST

static void
add(TCase *tests)
{
    tcase_add_checked_fixture(tests, setup, teardown);
    tcase_add_test(tests, a_file_is_read_whole);
    tcase_add_test(tests, an_empty_file_is_empty_text);
    tcase_add_test(tests, one_byte_more_is_refused);
    tcase_add_test(tests, what_is_no_file_is_refused_at_once);
    tcase_add_test(tests, more_than_the_size_said_is_refused);
    tcase_add_test(tests, a_full_arena_is_reported);
    tcase_add_test(tests, rules_are_held_to);
    tcase_add_test(tests, a_file_is_replaced_whole_or_not_at_all);
    tcase_add_test(tests, a_folder_is_found_from_any_path);
    tcase_add_test(tests, a_list_has_one_entry_a_line);
    tcase_add_test(tests, only_a_refused_file_gets_a_reason);
}

UNIT_MAIN("file", add)
