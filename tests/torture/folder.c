/* SPDX-License-Identifier: MIT */
/* The folder of a test. */
#include "tests/torture/folder.h"

#include <dirent.h>
#include <stdbool.h>
#include <stdio.h>
#include <unistd.h>

#include "tests/unit/unit.h"

char torture_folder[32];

void
torture_folder_make(void)
{
    (void)snprintf(torture_folder, sizeof(torture_folder), "/tmp/cnop-torture-XXXXXX");
    ck_assert_ptr_nonnull(mkdtemp(torture_folder));
}

static size_t
each_file(bool unlinks)
{
    DIR *entries = opendir(torture_folder);
    const struct dirent *entry;
    size_t count = 0;

    ck_assert_ptr_nonnull(entries);
    while ((entry = readdir(entries)) != NULL) {
        if (entry->d_name[0] == '.')
            continue;
        count++;
        if (unlinks)
            ck_assert_int_eq(unlinkat(dirfd(entries), entry->d_name, 0), 0);
    }
    ck_assert_int_eq(closedir(entries), 0);
    return count;
}

size_t
torture_folder_count(void)
{
    return each_file(false);
}

void
torture_folder_empty(void)
{
    (void)each_file(true);
}

void
torture_folder_remove(void)
{
    torture_folder_empty();
    ck_assert_int_eq(rmdir(torture_folder), 0);
}
