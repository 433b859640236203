/* SPDX-License-Identifier: MIT */
/* FastCGI record scan against a second, plain reading that first joins the records and then reads
 * the parameters; and its verdicts do not depend on where the bytes were cut.
 * Covers shared/web/frame.c. */
#include "tests/fuzz/fuzz.h"

#include <stdbool.h>
#include <string.h>

#include "shared/base/attr.h"
#include "shared/web/frame.h"

#define FUZZ_INPUT_BYTES_MAX 16384

const char fuzz_corpus[] = "frame";

static const struct cnop_frame_limits limits = {
    .param_bytes = 2048, .param_count = 32, .body_bytes = 4096};

/* The plain reading: whole records only, each kind joined. */
struct plain {
    uint8_t params[FUZZ_INPUT_BYTES_MAX];
    size_t param_bytes;
    size_t body_bytes;
    size_t total_bytes;
};

struct record {
    unsigned version, type, id;
    size_t content, padding;
    const uint8_t *bytes;
};

/* Where the plain reading is, and the request id it wants. */
struct place {
    const uint8_t *bytes;
    size_t len;
    size_t at;
    unsigned id;
};

static bool
next_record(struct place *place, struct record *record)
{
    const uint8_t *head = place->bytes + place->at;
    size_t left = place->len - place->at;

    if (left < 8)
        return false;
    *record = (struct record){.version = head[0],
                              .type = head[1],
                              .id = head[2] * 256U + head[3],
                              .content = head[4] * 256U + head[5],
                              .padding = head[6],
                              .bytes = head + 8};
    if (left - 8 < record->content + record->padding)
        return false;
    place->at += 8 + record->content + record->padding;
    return true;
}

/* All records of one type up to an empty one; false when another comes first. */
static bool
join(struct place *place, unsigned type, uint8_t *joined, size_t *ret_bytes)
{
    struct record record;
    size_t total = 0;

    while (next_record(place, &record)) {
        if (record.version != 1 || record.type != type || record.id != place->id)
            return false;
        if (record.content == 0) {
            *ret_bytes = total;
            return record.padding == 0; /* libfcgi would leave it on the connection */
        }
        if (joined != NULL)
            memcpy(joined + total, record.bytes, record.content);
        total += record.content;
    }
    return false;
}

static bool
plain_length(const uint8_t *bytes, size_t len, size_t *at, size_t *ret_length)
{
    if (*at == len)
        return false;
    if (bytes[*at] < 128) {
        *ret_length = bytes[(*at)++];
        return true;
    }
    if (len - *at < 4)
        return false;
    *ret_length = (size_t)(bytes[*at] - 128) << 24 | (size_t)bytes[*at + 1] << 16 |
                  (size_t)bytes[*at + 2] << 8 | bytes[*at + 3];
    *at += 4;
    return true;
}

static bool
plain_params(const struct plain *plain)
{
    size_t at = 0, count = 0;

    if (plain->param_bytes > limits.param_bytes)
        return false;
    while (at < plain->param_bytes) {
        size_t name, value;

        if (!plain_length(plain->params, plain->param_bytes, &at, &name) ||
            !plain_length(plain->params, plain->param_bytes, &at, &value) ||
            plain->param_bytes - at < name + value || ++count > limits.param_count)
            return false;
        if (name + value > 0 && memchr(plain->params + at, 0, name + value) != NULL)
            return false;
        at += name + value;
    }
    return true;
}

static bool
plain_read(struct plain *plain, const uint8_t *bytes, size_t len)
{
    struct place place = {.bytes = bytes, .len = len};
    struct record begin;

    if (!next_record(&place, &begin) || begin.version != 1 || begin.type != 1 || begin.id == 0 ||
        begin.content != 8 || begin.bytes[0] != 0 || begin.bytes[1] != 1)
        return false;
    place.id = begin.id;
    if (!join(&place, 4, plain->params, &plain->param_bytes) || !plain_params(plain) ||
        !join(&place, 5, NULL, &plain->body_bytes))
        return false;
    plain->total_bytes = place.at;
    return plain->body_bytes <= limits.body_bytes;
}

/* What a shorter piece of the same bytes may be judged. */
static void
check_cut(const uint8_t *bytes, size_t len, const struct cnop_frame *whole, size_t cut)
{
    struct cnop_frame part = cnop_frame_scan(bytes, cut, &limits);

    if (whole->state == CNOP_FRAME_READY && cut < len)
        cnop_assert(part.state == CNOP_FRAME_PARTIAL);
    if (part.state == CNOP_FRAME_BROKEN || (part.state == CNOP_FRAME_READY && cut < len))
        cnop_assert(whole->state == CNOP_FRAME_BROKEN);
    if (part.state == CNOP_FRAME_OVERSIZE)
        cnop_assert(whole->state == CNOP_FRAME_OVERSIZE);
    cnop_assert(part.state != CNOP_FRAME_READY || part.total_bytes == cut);
}

int
LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len)
{
    static struct plain plain;
    struct cnop_frame frame;
    bool accepted;

    if (len > FUZZ_INPUT_BYTES_MAX)
        return 0;
    accepted = plain_read(&plain, bytes, len);
    frame = cnop_frame_scan(bytes, len, &limits);
    cnop_assert((accepted && plain.total_bytes == len) == (frame.state == CNOP_FRAME_READY));
    cnop_assert((frame.state == CNOP_FRAME_BROKEN) == (frame.reason != NULL));
    if (accepted) {
        cnop_assert(plain.total_bytes == len || frame.state == CNOP_FRAME_BROKEN);
        cnop_assert(frame.body_bytes == plain.body_bytes);
        check_cut(bytes, len, &frame, plain.total_bytes);
        check_cut(bytes, len, &frame, plain.total_bytes - 1);
    }
    for (size_t step = 1; step <= len; step += 1 + len / 8)
        check_cut(bytes, len, &frame, step);
    return 0;
}
