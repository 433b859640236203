/* SPDX-License-Identifier: MIT */
/* Layout: seal (SipHash of all that follows), layout number, time, version, count, then for each
 * asset its integers and its five texts, each behind a length. Readers and writers are processes of
 * one machine and one release; a change of the layout raises LAYOUT. Does no I/O. */
#include "fcgi_services/inventory/asset_pack.h"

#include "shared/base/secret.h"

#define LAYOUT UINT64_C(1)
#define SEAL_BYTES sizeof(uint64_t)
#define NUMBER_COUNT 20
#define TEXT_COUNT 5
#define COUNT_MAX 4096

/* Every integer of an asset in a fixed order. */
static void
numbers_of(const struct asset *asset, int64_t numbers[NUMBER_COUNT])
{
    const int64_t list[NUMBER_COUNT] = {
        asset->circulating,
        asset->total,
        asset->max,
        asset->volume_24h_usd,
        asset->price.e10,
        asset->price_us,
        (int64_t)asset->price_seq,
        asset->ath.e10,
        asset->ath_us,
        asset->atl.e10,
        asset->atl_us,
        asset->open_24h.e10,
        asset->high_24h.e10,
        asset->low_24h.e10,
        asset->open_7d.e10,
        asset->open_30d.e10,
        asset->id,
        asset->rank,
        asset->active,
        asset->halted,
    };

    memcpy(numbers, list, sizeof(list));
}

static void
numbers_into(const int64_t numbers[NUMBER_COUNT], struct asset *asset)
{
    asset->circulating = numbers[0];
    asset->total = numbers[1];
    asset->max = numbers[2];
    asset->volume_24h_usd = numbers[3];
    asset->price.e10 = numbers[4];
    asset->price_us = numbers[5];
    asset->price_seq = (uint64_t)numbers[6];
    asset->ath.e10 = numbers[7];
    asset->ath_us = numbers[8];
    asset->atl.e10 = numbers[9];
    asset->atl_us = numbers[10];
    asset->open_24h.e10 = numbers[11];
    asset->high_24h.e10 = numbers[12];
    asset->low_24h.e10 = numbers[13];
    asset->open_7d.e10 = numbers[14];
    asset->open_30d.e10 = numbers[15];
    asset->id = (uint16_t)numbers[16];
    asset->rank = (uint16_t)numbers[17];
    asset->active = numbers[18] != 0;
    asset->halted = numbers[19] != 0;
}

static void
put_u64(struct cnop_buf *buf, uint64_t value)
{
    cnop_buf_bytes(buf, &value, sizeof(value));
}

static void
put_text(struct cnop_buf *buf, struct cnop_str text)
{
    uint16_t len = (uint16_t)text.len;

    cnop_assert(text.len <= UINT16_MAX);
    cnop_buf_bytes(buf, &len, sizeof(len));
    cnop_buf_str(buf, text);
}

void
asset_pack(struct cnop_buf *buf, const unsigned char key[ASSET_PACK_KEY_BYTES],
           const struct asset_list *list, int64_t packed_us)
{
    uint64_t seal = 0;

    cnop_assert(buf->len == 0);
    cnop_assert(list->count <= COUNT_MAX);
    put_u64(buf, seal);
    put_u64(buf, LAYOUT);
    put_u64(buf, (uint64_t)packed_us);
    put_u64(buf, list->version);
    put_u64(buf, list->count);
    for (size_t i = 0; i < list->count; i++) {
        const struct asset *asset = &list->items[i];
        int64_t numbers[NUMBER_COUNT];

        numbers_of(asset, numbers);
        cnop_buf_bytes(buf, numbers, sizeof(numbers));
        put_text(buf, asset->symbol);
        put_text(buf, asset->name);
        put_text(buf, asset->category);
        put_text(buf, asset->description);
        put_text(buf, asset->image);
    }
    if (buf->overflow)
        return;
    seal = cnop_secret_siphash(key, buf->ptr + SEAL_BYTES, buf->len - SEAL_BYTES);
    memcpy(buf->ptr, &seal, sizeof(seal));
}

/* Takes len bytes from the front; false when there are fewer. */
static bool
take(struct cnop_str *rest, void *ret_bytes, size_t len)
{
    if (rest->len < len)
        return false;
    memcpy(ret_bytes, rest->ptr, len);
    *rest = cnop_str_make(rest->ptr + len, rest->len - len);
    return true;
}

static bool
take_text(struct cnop_str *rest, struct cnop_str *ret_text)
{
    uint16_t len;

    if (!take(rest, &len, sizeof(len)) || rest->len < len)
        return false;
    *ret_text = cnop_str_make(rest->ptr, len);
    *rest = cnop_str_make(rest->ptr + len, rest->len - len);
    return true;
}

static bool
take_asset(struct cnop_str *rest, struct asset *asset)
{
    int64_t numbers[NUMBER_COUNT];

    if (!take(rest, numbers, sizeof(numbers)))
        return false;
    numbers_into(numbers, asset);
    return take_text(rest, &asset->symbol) && take_text(rest, &asset->name) &&
           take_text(rest, &asset->category) && take_text(rest, &asset->description) &&
           take_text(rest, &asset->image);
}

enum cnop_err
asset_unpack(struct cnop_arena *arena, const unsigned char key[ASSET_PACK_KEY_BYTES],
             struct cnop_str packed, struct asset_list *ret_list, int64_t *ret_packed_us)
{
    struct cnop_str rest = packed;
    struct asset *items;
    uint64_t head[5]; /* seal, layout, time, version, count */
    uint64_t seal;

    if (!take(&rest, head, sizeof(head)))
        return CNOP_E_CACHE_MISS;
    seal = cnop_secret_siphash(key, packed.ptr + SEAL_BYTES, packed.len - SEAL_BYTES);
    if (!cnop_secret_equal(&seal, &head[0], sizeof(seal)))
        return CNOP_E_CACHE_MISS;
    if (head[1] != LAYOUT || head[4] > COUNT_MAX)
        return CNOP_E_CACHE_MISS;

    items = cnop_arena_alloc_array(arena, (size_t)head[4] + 1, sizeof(*items));
    if (items == NULL)
        return CNOP_E_NO_MEMORY;
    for (size_t i = 0; i < head[4]; i++) {
        if (!take_asset(&rest, &items[i]))
            return CNOP_E_CACHE_MISS;
    }
    if (rest.len != 0)
        return CNOP_E_CACHE_MISS;
    *ret_packed_us = (int64_t)head[2];
    *ret_list = (struct asset_list){.items = items, .count = (size_t)head[4], .version = head[3]};
    return CNOP_OK;
}
