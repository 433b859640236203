/* SPDX-License-Identifier: MIT */
/* Which files belong to a stream, and in which order. */
#include "fcgi_services/audit/files.h"

#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "tests/unit/unit.h"

static char directory[] = "/tmp/cnop-files-XXXXXX";
static const char *const names[] = {"a.jsonl", "a.jsonl.1",    "a.jsonl.10",  "a.jsonl.2",
                                    "b.jsonl", "a.jsonl.3.gz", "a.jsonl.new", "a.jsonl.0",
                                    "a.json",  "xa.jsonl"};
static struct files files;

static void
path_of(const char *name, char path[FILES_PATH_BYTES])
{
    (void)snprintf(path, FILES_PATH_BYTES, "%s/%s", directory, name);
}

static void
setup(void)
{
    char path[FILES_PATH_BYTES];

    ck_assert_ptr_nonnull(mkdtemp(directory));
    for (size_t i = 0; i < CNOP_COUNT(names); i++) {
        path_of(names[i], path);
        ck_assert_int_eq(close(open(path, O_WRONLY | O_CREAT, 0600)), 0);
    }
}

static void
teardown(void)
{
    char path[FILES_PATH_BYTES];

    for (size_t i = 0; i < CNOP_COUNT(names); i++) {
        path_of(names[i], path);
        (void)unlink(path);
    }
    (void)rmdir(directory);
    memcpy(directory + sizeof(directory) - 7, "XXXXXX", 6);
}

START_TEST(old_to_new)
{
    static const char *const expected[] = {"a.jsonl.10", "a.jsonl.2", "a.jsonl.1", "a.jsonl",
                                           "b.jsonl"};
    char streams[3 * FILES_PATH_BYTES];
    char path[FILES_PATH_BYTES];

    (void)snprintf(streams, sizeof(streams), "%s/a.jsonl, %s/b.jsonl,%s/none.jsonl", directory,
                   directory, directory);
    ck_assert_int_eq(files_list(cnop_str_from(streams), &files), CNOP_OK);
    ck_assert_uint_eq(files.count, CNOP_COUNT(expected));
    for (size_t i = 0; i < CNOP_COUNT(expected); i++) {
        path_of(expected[i], path);
        ck_assert_str_eq(files.paths[i], path);
    }
}
END_TEST

START_TEST(refusals)
{
    static char long_path[FILES_PATH_BYTES + 10];

    memset(long_path, 'x', sizeof(long_path) - 1);
    long_path[0] = '/';
    ck_assert_int_eq(files_list(CNOP_STR("a.jsonl"), &files), CNOP_E_INVALID);
    ck_assert_int_eq(files_list(CNOP_STR("/tmp/"), &files), CNOP_E_INVALID);
    ck_assert_int_eq(files_list(cnop_str_from(long_path), &files), CNOP_E_INVALID);
    ck_assert_int_eq(files_list(CNOP_STR("/dev/null/a.jsonl"), &files), CNOP_E_IO);
    ck_assert_int_eq(files_list(CNOP_STR("/no/such/folder/a.jsonl"), &files), CNOP_OK);
    ck_assert_uint_eq(files.count, 0);
}
END_TEST

static void
add(TCase *tests)
{
    tcase_add_checked_fixture(tests, setup, teardown);
    tcase_add_test(tests, old_to_new);
    tcase_add_test(tests, refusals);
}

UNIT_MAIN("files", add)
