/* SPDX-License-Identifier: MIT */
/* The catalogue file: a text is refused with its line, or is a list whose texts lie inside it and
 * whose ids and symbols are its own. Covers fcgi_services/inventory/catalogue.c. */
#include "tests/fuzz/fuzz.h"

#include "fcgi_services/inventory/catalogue.h"

const char fuzz_corpus[] = "catalogue";

static void
check_row(struct cnop_str text, const struct catalogue *catalogue, size_t index)
{
    const struct asset *asset = &catalogue->rows[index].asset;

    cnop_assert(asset->symbol.ptr >= text.ptr);
    cnop_assert(asset->symbol.ptr + asset->symbol.len <= text.ptr + text.len);
    cnop_assert(asset->symbol.len > 0 && asset->price.e10 > 0);
    for (size_t i = 0; i < index; i++) {
        cnop_assert(catalogue->rows[i].asset.id != asset->id);
        cnop_assert(!cnop_str_equal(catalogue->rows[i].asset.symbol, asset->symbol));
    }
}

int
LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len)
{
    static struct cnop_arena *arena;
    struct cnop_str text = cnop_str_make((const char *)bytes, len);
    struct catalogue catalogue = {NULL, 99};
    struct catalogue_fault fault = {0, NULL};
    enum cnop_err err;

    if (arena == NULL)
        arena = cnop_arena_new(4 * 1024 * 1024);
    cnop_arena_reset(arena);
    err = catalogue_parse(arena, text, &catalogue, &fault);
    cnop_assert(err == CNOP_OK || err == CNOP_E_INVALID || err == CNOP_E_NO_MEMORY);
    if (err == CNOP_E_INVALID)
        cnop_assert(fault.reason != NULL);
    for (size_t i = 0; err == CNOP_OK && i < catalogue.count; i++)
        check_row(text, &catalogue, i);
    return 0;
}
