/* SPDX-License-Identifier: MIT */
/* Assets and candles as JSON. Every key is always written, null when unknown; prices are JSON
 * numbers with the exact digits of the stored integers. */
#ifndef CNOP_INVENTORY_ASSET_ENCODE_H
#define CNOP_INVENTORY_ASSET_ENCODE_H

#include "fcgi_services/inventory/asset.h"
#include "fcgi_services/inventory/candle.h"
#include "shared/json/json_write.h"

/* What the order engine accepts; told so that clients need not guess. */
struct asset_rules {
    cnop_qty min_qty;
    cnop_cash min_value; /* not of a sale of everything */
    cnop_cash max_value; /* not of a position's close */
};

/* One object, as member `key` or (NULL) array item: the keys of the list, or with rules all. */
void asset_encode(struct cnop_json_writer *json, const char *key, const struct asset *asset,
                  const struct asset_rules *rules);

void candle_encode(struct cnop_json_writer *json, const struct candle *candle);

#endif
