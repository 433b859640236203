/* SPDX-License-Identifier: MIT */
/* JSON reader: no input crashes it, and what it accepts survives a round trip through the writer
 * unchanged: same kinds, keys, texts and order. */
#include "tests/fuzz/fuzz.h"

#include "shared/json/json_read.h"
#include "shared/json/json_write.h"

#define FUZZ_ARENA_BYTES (2 * 1024 * 1024)
#define FUZZ_OUTPUT_BYTES (512 * 1024) /* 64 KiB of input, six bytes for each at worst */

const char fuzz_corpus[] = "json_read";

static void fuzz_write(struct cnop_json_writer *writer, const char *key,
                       const struct cnop_json *value);

/* Keys go out as values do, escaped: the writer takes constant keys only. */
static void
fuzz_write_members(struct cnop_json_writer *writer, const struct cnop_json *value)
{
    for (uint32_t i = 0; i < value->child_count; i++) {
        cnop_json_array_open(writer, NULL);
        cnop_json_str(writer, NULL, value->children[i].key);
        fuzz_write(writer, NULL, &value->children[i]);
        cnop_json_array_close(writer);
    }
}

/* An object is written as an array of [key, value], so that any key can be compared. */
static void
fuzz_write(struct cnop_json_writer *writer, const char *key, const struct cnop_json *value)
{
    switch (value->kind) {
    case CNOP_JSON_NULL:
        cnop_json_null(writer, key);
        break;
    case CNOP_JSON_BOOL:
        cnop_json_bool(writer, key, value->boolean);
        break;
    case CNOP_JSON_NUMBER:
        cnop_json_raw(writer, key, value->text);
        break;
    case CNOP_JSON_STRING:
        cnop_json_str(writer, key, value->text);
        break;
    case CNOP_JSON_ARRAY:
        cnop_json_array_open(writer, key);
        for (uint32_t i = 0; i < value->child_count; i++)
            fuzz_write(writer, NULL, &value->children[i]);
        cnop_json_array_close(writer);
        break;
    case CNOP_JSON_OBJECT:
        cnop_json_array_open(writer, key);
        fuzz_write_members(writer, value);
        cnop_json_array_close(writer);
        break;
    }
}

static void
fuzz_compare(const struct cnop_json *first, const struct cnop_json *second)
{
    if (first->kind == CNOP_JSON_OBJECT) {
        cnop_assert(second->kind == CNOP_JSON_ARRAY);
        cnop_assert(first->child_count == second->child_count);
        for (uint32_t i = 0; i < first->child_count; i++) {
            const struct cnop_json *pair = &second->children[i];

            cnop_assert(pair->child_count == 2);
            cnop_assert(cnop_str_equal(first->children[i].key, pair->children[0].text));
            cnop_assert(cnop_json_find(first, first->children[i].key) == &first->children[i]);
            fuzz_compare(&first->children[i], &pair->children[1]);
        }
        return;
    }
    cnop_assert(first->kind == second->kind);
    cnop_assert(first->boolean == second->boolean);
    cnop_assert(cnop_str_equal(first->text, second->text));
    cnop_assert(first->child_count == second->child_count);
    for (uint32_t i = 0; i < first->child_count; i++)
        fuzz_compare(&first->children[i], &second->children[i]);
}

int
LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len)
{
    static struct cnop_arena *arena;
    static char output[FUZZ_OUTPUT_BYTES];
    struct cnop_json_limits wide = {
        .body_bytes = sizeof(output), .depth = 32, .key_count = 64, .value_count = 100000};
    const struct cnop_json *first;
    const struct cnop_json *second;
    struct cnop_json_fault fault;
    struct cnop_json_writer writer;
    struct cnop_buf buf;
    enum cnop_err err;

    if (arena == NULL)
        arena = cnop_arena_new(FUZZ_ARENA_BYTES);
    cnop_arena_reset(arena);
    err = cnop_json_parse(arena, cnop_str_make((const char *)bytes, len), NULL, &fault, &first);
    if (err == CNOP_E_MALFORMED_JSON)
        cnop_assert(fault.reason != NULL && fault.offset <= len);
    if (err != CNOP_OK)
        return 0;
    cnop_buf_init(&buf, output, sizeof(output));
    cnop_json_init(&writer, &buf);
    fuzz_write(&writer, NULL, first);
    cnop_json_done(&writer);
    cnop_assert(!buf.overflow);
    err = cnop_json_parse(arena, cnop_buf_view(&buf), &wide, &fault, &second);
    cnop_assert(err == CNOP_OK || err == CNOP_E_NO_MEMORY);
    if (err == CNOP_OK)
        fuzz_compare(first, second);
    return 0;
}
