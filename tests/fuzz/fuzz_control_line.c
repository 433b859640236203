/* SPDX-License-Identifier: MIT */
/* Control lines: what is taken, written out again, is the line (but for zeros before a number and
 * upper-case digits). Covers nginx_modules/policy/control_line.c. */
#include "tests/fuzz/fuzz.h"

#include <inttypes.h>
#include <stdio.h>

#include "nginx_modules/policy/control_line.h"
#include "shared/base/attr.h"

const char fuzz_corpus[] = "control_line";

/* Taken lines are read again from their own print: the same meaning must come out. */
static void
check_revocation(struct cnop_str line)
{
    struct revoke_record record, again;
    uint64_t seq, seq_again;
    char text[160], hex[33];
    int len;

    if (!control_parse_revocation(line, &seq, &record))
        return;
    cnop_str_hex(record.key, sizeof(record.key), hex);
    if (record.kind == REVOKE_USER)
        len = snprintf(text, sizeof(text), "%" PRIu64 " sub %" PRIu64 " %u %u", seq, record.key[0],
                       record.before_s, record.expires_s);
    else
        len = snprintf(text, sizeof(text), "%" PRIu64 " %s %s %u", seq,
                       record.kind == REVOKE_SESSION ? "sid" : "jti", hex, record.expires_s);
    cnop_assert(control_parse_revocation(cnop_str_make(text, (size_t)len), &seq_again, &again));
    cnop_assert(seq == seq_again && record.kind == again.kind);
    cnop_assert(record.key[0] == again.key[0] && record.key[1] == again.key[1]);
    cnop_assert(record.expires_s == again.expires_s && record.before_s == again.before_s);
}

/* Nothing of a stream can be made out of what is taken: no line feed, no empty part. */
static void
check_event(struct cnop_str line)
{
    struct control_event event;

    if (!control_parse_event(line, &event))
        return;
    cnop_assert(event.type.len > 0 && event.type.len < 16 && event.json.len > 0);
    for (size_t i = 0; i < event.json.len; i++)
        cnop_assert(event.json.ptr[i] != '\n' && event.json.ptr[i] != '\r');
    cnop_assert(event.json.ptr + event.json.len == line.ptr + line.len);
}

int
LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len)
{
    struct cnop_str line = cnop_str_make((const char *)bytes, len), text;
    struct control_head head;
    uint64_t seconds;
    bool open;

    if (len > 4096)
        return 0;
    check_revocation(line);
    check_event(line);
    if (control_parse_head(line, &head))
        cnop_assert(
            cnop_str_has_prefix(line, head.snapshot ? CNOP_STR("snapshot ") : CNOP_STR("delta ")));
    if (control_parse_block(line, &text, &seconds)) {
        cnop_assert(text.len > 0 && seconds <= 30 * 86400);
        cnop_assert(
            cnop_str_has_prefix(line, seconds > 0 ? CNOP_STR("block ") : CNOP_STR("unblock ")));
    }
    if (control_parse_events(line, &open, &seconds))
        cnop_assert(cnop_str_has_prefix(line, open ? CNOP_STR("reset ") : CNOP_STR("events ")));
    if (control_parse_breaker(line, &text, &open)) {
        cnop_assert(cnop_str_has_prefix(line, open ? CNOP_STR("open ") : CNOP_STR("close ")));
        cnop_assert(text.len > 0 && text.ptr + text.len == line.ptr + line.len);
    }
    return 0;
}
