/* SPDX-License-Identifier: MIT */
/* The audit files of the machine: each stream's file and what rotation has put aside of it. */
#ifndef CNOP_AUDIT_FILES_H
#define CNOP_AUDIT_FILES_H

#include "shared/base/str.h"

#define FILES_MAX 1024
#define FILES_PATH_BYTES 256

struct files {
    char paths[FILES_MAX][FILES_PATH_BYTES];
    size_t count;
};

/* Of each stream (paths, separated by commas) what is there: NAME.3, NAME.2, NAME.1, NAME, which is
 * from old to new. A stream without any file has not begun. INVALID: a path is too long, or there
 * are too many files; IO: a folder cannot be read. */
cnop_must_check enum cnop_err files_list(struct cnop_str streams, struct files *ret_files);

#endif
