/* SPDX-License-Identifier: MIT */
/* The catalogue as one sealed value for the cache. A value that was not packed by us, is too old,
 * cut or altered is refused as a whole: it can cost a database read, never show a wrong price. */
#ifndef CNOP_INVENTORY_ASSET_PACK_H
#define CNOP_INVENTORY_ASSET_PACK_H

#include "fcgi_services/inventory/asset.h"

#define ASSET_PACK_KEY_BYTES 16

/* Room for one asset in the packed form, however long its texts are. */
#define ASSET_PACK_ITEM_BYTES 1600

/* Appends the list to an empty buffer; a full buffer shows in its overflow flag. */
void asset_pack(struct cnop_buf *buf, const unsigned char key[ASSET_PACK_KEY_BYTES],
                const struct asset_list *list, int64_t packed_us);

/* Texts are views into packed, items are arena memory. CACHE_MISS: not sealed with this key, or
 * malformed. NO_MEMORY. */
cnop_must_check enum cnop_err asset_unpack(struct cnop_arena *arena,
                                           const unsigned char key[ASSET_PACK_KEY_BYTES],
                                           struct cnop_str packed, struct asset_list *ret_list,
                                           int64_t *ret_packed_us);

#endif
