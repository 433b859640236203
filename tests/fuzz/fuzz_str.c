/* SPDX-License-Identifier: MIT */
/* Text functions on arbitrary bytes: views never leave their text, escaping gives JSON that reads
 * back to the same text, numbers, hex and times survive a round trip. */
#include "tests/fuzz/fuzz.h"

#include "shared/base/clock.h"
#include "shared/base/escape.h"
#include "shared/json/json_read.h"

#define FUZZ_INPUT_BYTES_MAX 4096

const char fuzz_corpus[] = "str";

static void
fuzz_views(struct cnop_str s)
{
    struct cnop_str trimmed = cnop_str_trim(s);
    struct cnop_str head;
    struct cnop_str tail;
    struct cnop_str clipped;
    bool found = cnop_str_cut(s, '=', &head, &tail);

    cnop_assert(trimmed.len <= s.len);
    cnop_assert(head.len + tail.len + (found ? 1 : 0) == s.len);
    cnop_assert(!found || s.ptr[head.len] == '=');
    cnop_assert(cnop_str_has_prefix(s, head));
    for (size_t max_bytes = 0; max_bytes <= s.len && max_bytes < 64; max_bytes++) {
        clipped = cnop_escape_clip(s, max_bytes);
        cnop_assert(clipped.len <= max_bytes);
        cnop_assert(!cnop_str_is_utf8(s) || cnop_str_is_utf8(clipped));
    }
}

static void
fuzz_escape(struct cnop_arena *arena, struct cnop_str s)
{
    static char output[6 * FUZZ_INPUT_BYTES_MAX + 2];
    const struct cnop_json *root;
    struct cnop_buf buf;
    enum cnop_err err;

    cnop_buf_init(&buf, output, sizeof(output));
    cnop_escape_json(&buf, s);
    cnop_assert(!buf.overflow);
    cnop_assert(cnop_str_is_utf8(cnop_buf_view(&buf)));
    err = cnop_json_parse(arena, cnop_buf_view(&buf), NULL, NULL, &root);
    if (!cnop_str_is_utf8(s))
        return; /* replaced bytes, or U+0000, which the reader refuses */
    cnop_assert(err == CNOP_OK);
    cnop_assert(cnop_str_equal(root->text, s));
    cnop_assert(cnop_str_codepoint_count(s) <= s.len);
}

static void
fuzz_numbers(struct cnop_str s)
{
    char memory[32];
    struct cnop_buf buf;
    uint64_t value;
    uint64_t again;
    enum cnop_err err;

    if (cnop_str_parse_u64(s, 0, UINT64_MAX, &value) != CNOP_OK)
        return;
    cnop_buf_init(&buf, memory, sizeof(memory));
    cnop_buf_u64(&buf, value);
    err = cnop_str_parse_u64(cnop_buf_view(&buf), 0, UINT64_MAX, &again);
    cnop_assert(err == CNOP_OK);
    cnop_assert(again == value);
}

static void
fuzz_times(struct cnop_str s)
{
    char memory[32];
    struct cnop_buf buf;
    int64_t wall_us;
    int64_t again_us;
    enum cnop_err err;

    if (cnop_clock_parse(s, &wall_us) != CNOP_OK)
        return;
    cnop_buf_init(&buf, memory, sizeof(memory));
    cnop_clock_format(&buf, wall_us);
    err = cnop_clock_parse(cnop_buf_view(&buf), &again_us);
    if (err == CNOP_OK) /* an offset can carry the time over the accepted years */
        cnop_assert(again_us == wall_us);
}

int
LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len)
{
    static struct cnop_arena *arena;
    struct cnop_str s = cnop_str_make((const char *)bytes, len);
    char hex[2 * 16 + 1];
    unsigned char back[16];
    size_t hex_len = len < sizeof(back) ? len : sizeof(back);

    if (len > FUZZ_INPUT_BYTES_MAX)
        return 0;
    if (arena == NULL)
        arena = cnop_arena_new(64 * 1024);
    cnop_arena_reset(arena);
    fuzz_views(s);
    fuzz_escape(arena, s);
    fuzz_numbers(s);
    fuzz_times(s);
    cnop_str_hex(bytes, hex_len, hex);
    cnop_assert(cnop_str_unhex(cnop_str_from(hex), back, hex_len) == CNOP_OK);
    cnop_assert(
        cnop_str_equal(cnop_str_make((const char *)back, hex_len), cnop_str_make(s.ptr, hex_len)));
    return 0;
}
