/* SPDX-License-Identifier: MIT */
/* The cached catalogue: bytes that nobody sealed are a miss; bytes under a right seal, whatever
 * they are, are a miss or a list whose texts lie inside them and that packs and unpacks to itself.
 */
#include "tests/fuzz/fuzz.h"

#include <string.h>

#include "fcgi_services/inventory/asset_pack.h"
#include "shared/base/secret.h"

#define FUZZ_INPUT_BYTES_MAX 16384

const char fuzz_corpus[] = "cached";

static const unsigned char key[ASSET_PACK_KEY_BYTES] = "fuzz-fuzz-fuzz-";

static bool
lies_inside(struct cnop_str whole, struct cnop_str part)
{
    return part.ptr >= whole.ptr && part.ptr + part.len <= whole.ptr + whole.len;
}

static void
check_list(struct cnop_arena *arena, struct cnop_str packed, const struct asset_list *list,
           int64_t packed_us)
{
    static char memory[2][2 * FUZZ_INPUT_BYTES_MAX];
    struct cnop_buf first, second;
    struct asset_list again;
    int64_t again_us;

    for (size_t i = 0; i < list->count; i++) {
        cnop_assert(lies_inside(packed, list->items[i].symbol));
        cnop_assert(lies_inside(packed, list->items[i].name));
        cnop_assert(lies_inside(packed, list->items[i].category));
        cnop_assert(lies_inside(packed, list->items[i].description));
        cnop_assert(lies_inside(packed, list->items[i].image));
    }
    cnop_buf_init(&first, memory[0], sizeof(memory[0]));
    cnop_buf_init(&second, memory[1], sizeof(memory[1]));
    asset_pack(&first, key, list, packed_us);
    cnop_assert(!first.overflow);
    cnop_assert(first.len == packed.len);
    cnop_assert(asset_unpack(arena, key, cnop_buf_view(&first), &again, &again_us) == CNOP_OK);
    cnop_assert(again_us == packed_us);
    cnop_assert(again.version == list->version);
    asset_pack(&second, key, &again, again_us);
    cnop_assert(cnop_str_equal(cnop_buf_view(&first), cnop_buf_view(&second)));
}

int
LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len)
{
    static struct cnop_arena *arena;
    static char sealed[sizeof(uint64_t) + FUZZ_INPUT_BYTES_MAX];
    struct cnop_str packed = cnop_str_make((const char *)bytes, len);
    struct asset_list list;
    int64_t packed_us;
    uint64_t seal;
    enum cnop_err err;

    if (len > FUZZ_INPUT_BYTES_MAX)
        return 0;
    if (arena == NULL)
        arena = cnop_arena_new(2 * 1024 * 1024);
    cnop_arena_reset(arena);
    cnop_assert(asset_unpack(arena, key, packed, &list, &packed_us) == CNOP_E_CACHE_MISS);
    seal = cnop_secret_siphash(key, bytes, len);
    memcpy(sealed, &seal, sizeof(seal));
    memcpy(sealed + sizeof(seal), bytes, len);
    packed = cnop_str_make(sealed, sizeof(seal) + len);
    err = asset_unpack(arena, key, packed, &list, &packed_us);
    cnop_assert(err == CNOP_OK || err == CNOP_E_CACHE_MISS);
    if (err == CNOP_OK)
        check_list(arena, packed, &list, packed_us);
    return 0;
}
