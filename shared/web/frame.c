/* SPDX-License-Identifier: MIT */
/* FastCGI record walk over a byte range. Never touches a byte outside it, keeps no state. */
#include "shared/web/frame.h"

#include <stdbool.h>
#include <stdint.h>
#include <string.h>

#include "shared/base/attr.h"

enum {
    RECORD_HEADER_BYTES = 8,
    RECORD_BEGIN = 1,
    RECORD_PARAMS = 4,
    RECORD_STDIN = 5,
    ROLE_RESPONDER = 1,
    BEGIN_BODY_BYTES = 8,
};

enum param_phase { PARAM_NAME_LEN, PARAM_VALUE_LEN, PARAM_TEXT };

/* Name-value pairs may be cut anywhere by record borders, so their walk keeps its place here. */
struct param_walk {
    enum param_phase phase;
    unsigned len_bytes_left; /* of a 4-byte length */
    uint32_t length;         /* being read */
    uint32_t name_length;
    size_t text_left; /* of name and value together */
    size_t bytes;
    size_t count;
};

struct scan {
    const unsigned char *bytes;
    size_t len;
    size_t at;
    const struct cnop_frame_limits *limits;
    struct param_walk params;
    unsigned id;
    struct cnop_frame frame;
};

static bool
broken(struct scan *scan, const char *reason)
{
    scan->frame.state = CNOP_FRAME_BROKEN;
    scan->frame.reason = reason;
    return false;
}

/* One length of a pair is complete. */
static void
param_length_done(struct param_walk *walk)
{
    if (walk->phase == PARAM_NAME_LEN) {
        walk->name_length = walk->length;
        walk->phase = PARAM_VALUE_LEN;
    } else {
        walk->text_left = (size_t)walk->name_length + walk->length;
        walk->phase = walk->text_left > 0 ? PARAM_TEXT : PARAM_NAME_LEN;
        walk->count++;
    }
    walk->length = 0;
}

static void
param_length_byte(struct param_walk *walk, unsigned char byte)
{
    if (walk->len_bytes_left > 0) {
        walk->length = walk->length << 8 | byte;
        walk->len_bytes_left--;
    } else if (byte & 0x80) {
        walk->length = byte & 0x7f;
        walk->len_bytes_left = 3;
    } else {
        walk->length = byte;
    }
    if (walk->len_bytes_left == 0)
        param_length_done(walk);
}

static bool
walk_params(struct scan *scan, const unsigned char *bytes, size_t len)
{
    struct param_walk *walk = &scan->params;
    size_t at = 0;

    walk->bytes += len;
    if (walk->bytes > scan->limits->param_bytes)
        return broken(scan, "parameters too large");
    while (at < len) {
        size_t chunk;

        if (walk->phase != PARAM_TEXT) {
            param_length_byte(walk, bytes[at++]);
            if (walk->count > scan->limits->param_count)
                return broken(scan, "too many parameters");
            if (walk->phase != PARAM_TEXT)
                continue;
            if (walk->text_left > scan->limits->param_bytes)
                return broken(scan, "parameter longer than all may be");
        }
        chunk = walk->text_left < len - at ? walk->text_left : len - at;
        if (memchr(bytes + at, 0, chunk) != NULL)
            return broken(scan, "zero byte in a parameter");
        at += chunk;
        walk->text_left -= chunk;
        if (walk->text_left == 0)
            walk->phase = PARAM_NAME_LEN;
    }
    return true;
}

/* Header of the record at scan->at into type and lengths. False: broken, or not wholly there. */
static bool
read_header(struct scan *scan, unsigned *ret_type, size_t *ret_content, size_t *ret_padding)
{
    const unsigned char *header = scan->bytes + scan->at;
    unsigned id;

    if (scan->len - scan->at < RECORD_HEADER_BYTES)
        return false;
    if (header[0] != 1)
        return broken(scan, "unknown protocol version");
    id = (unsigned)header[2] << 8 | header[3];
    if (scan->at == 0)
        scan->id = id;
    if (id == 0 || id != scan->id)
        return broken(scan, "unexpected request id");
    *ret_type = header[1];
    *ret_content = (size_t)header[4] << 8 | header[5];
    *ret_padding = header[6];
    /* libfcgi forgets the padding of a record that ends a stream and would take it for a header. */
    if (*ret_padding > 0 && (*ret_content == 0 || *ret_type == RECORD_BEGIN))
        return broken(scan, "padding behind the end of a stream");
    return true;
}

static bool
scan_begin(struct scan *scan)
{
    size_t content, padding;
    unsigned type;

    if (!read_header(scan, &type, &content, &padding))
        return false;
    if (type != RECORD_BEGIN || content != BEGIN_BODY_BYTES)
        return broken(scan, "no begin record");
    if (scan->len - scan->at < RECORD_HEADER_BYTES + content + padding)
        return false;
    if (scan->bytes[scan->at + 8] != 0 || scan->bytes[scan->at + 9] != ROLE_RESPONDER)
        return broken(scan, "role is not responder");
    scan->at += RECORD_HEADER_BYTES + content + padding;
    return true;
}

static bool
scan_params(struct scan *scan)
{
    for (;;) {
        size_t content, padding, there;
        unsigned type;

        if (!read_header(scan, &type, &content, &padding))
            return false;
        if (type != RECORD_PARAMS)
            return broken(scan, "unexpected record before the end of the parameters");
        there = scan->len - scan->at - RECORD_HEADER_BYTES;
        if (!walk_params(scan, scan->bytes + scan->at + RECORD_HEADER_BYTES,
                         content < there ? content : there))
            return false;
        if (there < content + padding)
            return false;
        scan->at += RECORD_HEADER_BYTES + content + padding;
        if (content == 0)
            break;
    }
    if (scan->params.phase != PARAM_NAME_LEN || scan->params.len_bytes_left != 0)
        return broken(scan, "parameters end inside a pair");
    return true;
}

static bool
scan_body(struct scan *scan)
{
    for (;;) {
        size_t content, padding;
        unsigned type;

        if (!read_header(scan, &type, &content, &padding))
            return false;
        if (type != RECORD_STDIN)
            return broken(scan, "unexpected record in the body");
        scan->frame.body_bytes += content;
        if (scan->frame.body_bytes > scan->limits->body_bytes) {
            scan->frame.state = CNOP_FRAME_OVERSIZE;
            return false;
        }
        if (scan->len - scan->at < RECORD_HEADER_BYTES + content + padding)
            return false;
        scan->at += RECORD_HEADER_BYTES + content + padding;
        if (content == 0)
            return true;
    }
}

struct cnop_frame
cnop_frame_scan(const unsigned char *bytes, size_t len, const struct cnop_frame_limits *limits)
{
    struct scan scan = {
        .bytes = bytes, .len = len, .limits = limits, .frame = {.state = CNOP_FRAME_PARTIAL}};

    cnop_assert(bytes != NULL || len == 0);
    if (scan_begin(&scan) && scan_params(&scan) && scan_body(&scan)) {
        cnop_assert(scan.at <= len);
        if (scan.at < len) {
            /* libfcgi reads ahead and would lose a part of it: the stream is out of step then */
            (void)broken(&scan, "bytes behind the request");
        } else {
            scan.frame.state = CNOP_FRAME_READY;
            scan.frame.total_bytes = scan.at;
        }
    }
    return scan.frame;
}
