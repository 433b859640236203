/* SPDX-License-Identifier: MIT */
/* The files of the logs: which of them may have lines of a query, and their bytes. Files that are
 * open stay the same files while others are put aside. */
#ifndef CNOP_OPS_LOG_STORE_H
#define CNOP_OPS_LOG_STORE_H

#include "fcgi_services/ops/log_query.h"
#include "shared/base/arena.h"

#define OPS_LOG_FILE_MAX 192                 /* open at the same time */
#define OPS_LOG_DISORDER_US INT64_C(3000000) /* a line may stand so far from its place in time */

struct ops_log_file {
    int fd;
    uint64_t id; /* inode */
    uint64_t size;
    int64_t changed_us; /* no line is younger, but for the disorder */
};

struct ops_log_files {
    struct ops_log_file files[OPS_LOG_FILE_MAX]; /* changed last first */
    size_t count;
    size_t unread;   /* that may have such lines, and cannot be read: packed, or refused */
    int64_t from_us; /* older lines may be in files that found no room; INT64_MIN: none did */
};

/* Opens the files that may have lines of the query, those that changed last first. They must be
 * closed, whatever it returns. IO: no such folder, or not ours to read. BUSY: files are put aside
 * faster than they can be opened. NO_MEMORY. */
cnop_must_check enum cnop_err ops_log_store_open(const char *folder, struct cnop_arena *arena,
                                                 const struct ops_log_query *query,
                                                 struct ops_log_files *ret_files);
void ops_log_store_close(struct ops_log_files *files);

/* Reads up to that many bytes; how many there were, 0 also when they cannot be read. */
size_t ops_log_store_read(const struct ops_log_file *file, uint64_t offset, void *memory,
                          size_t bytes);

#endif
