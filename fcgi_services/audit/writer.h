/* SPDX-License-Identifier: MIT */
/* Copies what is new in the audit files into the trail, each line once: how far a file has been
 * taken up is what the trail itself says. Holds nothing that a restart would lose. */
#ifndef CNOP_AUDIT_WRITER_H
#define CNOP_AUDIT_WRITER_H

#include "fcgi_services/audit/files.h"
#include "fcgi_services/audit/trail_store.h"

#define WRITER_BATCH_ROWS 256
#define WRITER_WINDOW_BYTES (64 * 1024)

struct writer_position {
    struct trail_file file;
    uint64_t offset;
    bool seen; /* in this round */
};

struct writer {
    struct trail_store *store;
    struct trail_key key;
    const char *streams;
    const char *mark_path; /* number and seal of the last row, outside of the database */

    bool known; /* head and positions are those of the trail */
    bool cut;   /* the trail has lost rows that it had: nothing is appended */
    struct trail_head head;
    struct writer_position positions[2 * FILES_MAX]; /* of this round and the one before */
    size_t position_count;
    struct files files;
    struct trail_row rows[WRITER_BATCH_ROWS];
    char window[WRITER_WINDOW_BYTES];
};

/* Until there is no whole line left that is not in the trail, or something is in the way: DB
 * errors, IO, INVALID (files_list), CONFLICT (cut). The next round begins anew. */
cnop_must_check enum cnop_err writer_round(struct writer *writer);

#endif
