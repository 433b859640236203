/* SPDX-License-Identifier: MIT */
/* The audit trail's rows: what they hold and how they are chained. No I/O. tools/cnop-trail knows
 * the same by itself. */
#ifndef CNOP_AUDIT_TRAIL_H
#define CNOP_AUDIT_TRAIL_H

#include "shared/base/secret.h"

#define TRAIL_LINE_BYTES 8192 /* longer lines are kept in pieces */
#define TRAIL_FILE_BYTES 16
#define TRAIL_KEY_BYTES 32
#define TRAIL_SEAL_BYTES CNOP_SHA256_BYTES

struct trail_key {
    unsigned char bytes[TRAIL_KEY_BYTES];
};

/* Which file a line stands in: names change when files are rotated, first lines do not. */
struct trail_file {
    unsigned char bytes[TRAIL_FILE_BYTES];
};

/* The last row; of an empty trail all is 0. */
struct trail_head {
    uint64_t seq;
    unsigned char seal[TRAIL_SEAL_BYTES];
};

struct trail_row {
    uint64_t seq;
    struct trail_file file;
    uint64_t start;
    uint64_t end;
    struct cnop_str line;
    unsigned char seal[TRAIL_SEAL_BYTES];
};

void trail_file_name(struct cnop_str first_line, struct trail_file *ret_file);

/* Numbers and seals the row as the one behind *head, which becomes the row's. */
void trail_chain(const struct trail_key *key, struct trail_head *head, struct trail_row *row);

/* The line at the beginning of text: its bytes with the line feed, and without it in ret_line. 0:
 * not all of it is there yet. A line longer than TRAIL_LINE_BYTES is cut there. */
size_t trail_next_line(struct cnop_str text, struct cnop_str *ret_line);

#endif
