/* SPDX-License-Identifier: MIT */
/* Lines, files and seals; see trail.h. Never changes what is sealed: every row there is depends on
 * it. */
#include "fcgi_services/audit/trail.h"

#include <endian.h>
#include <string.h>

static const char trail_purpose[] = "cnop audit trail v1";

/* What a seal covers, in this order; the line follows. */
struct trail_wire {
    unsigned char before[TRAIL_SEAL_BYTES];
    uint64_t seq;
    unsigned char file[TRAIL_FILE_BYTES];
    uint64_t start;
    uint64_t end;
};

_Static_assert(sizeof(struct trail_wire) == TRAIL_SEAL_BYTES + TRAIL_FILE_BYTES + 24,
               "no gaps in what is sealed");

void
trail_file_name(struct cnop_str first_line, struct trail_file *ret_file)
{
    unsigned char digest[CNOP_SHA256_BYTES];

    cnop_secret_sha256(first_line.ptr, first_line.len, digest);
    memcpy(ret_file->bytes, digest, sizeof(ret_file->bytes));
}

void
trail_chain(const struct trail_key *key, struct trail_head *head, struct trail_row *row)
{
    unsigned char message[sizeof(trail_purpose) - 1 + sizeof(struct trail_wire) + TRAIL_LINE_BYTES];
    struct trail_wire wire = {.start = htobe64(row->start), .end = htobe64(row->end)};
    size_t len = 0;

    cnop_assert(row->line.len <= TRAIL_LINE_BYTES);
    cnop_assert(row->end > row->start);
    row->seq = head->seq + 1;
    wire.seq = htobe64(row->seq);
    memcpy(wire.before, head->seal, sizeof(wire.before));
    memcpy(wire.file, row->file.bytes, sizeof(wire.file));
    memcpy(message, trail_purpose, sizeof(trail_purpose) - 1);
    len += sizeof(trail_purpose) - 1;
    memcpy(message + len, &wire, sizeof(wire));
    len += sizeof(wire);
    if (row->line.len > 0)
        memcpy(message + len, row->line.ptr, row->line.len);
    cnop_secret_hmac(key->bytes, message, len + row->line.len, row->seal);
    head->seq = row->seq;
    memcpy(head->seal, row->seal, sizeof(head->seal));
}

size_t
trail_next_line(struct cnop_str text, struct cnop_str *ret_line)
{
    size_t room = text.len < TRAIL_LINE_BYTES ? text.len : TRAIL_LINE_BYTES;
    const char *feed = room == 0 ? NULL : memchr(text.ptr, '\n', room);

    if (feed != NULL) {
        *ret_line = cnop_str_make(text.ptr, (size_t)(feed - text.ptr));
        return ret_line->len + 1;
    }
    if (text.len < TRAIL_LINE_BYTES)
        return 0;
    *ret_line = cnop_str_make(text.ptr, TRAIL_LINE_BYTES);
    return TRAIL_LINE_BYTES;
}
