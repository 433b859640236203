/* SPDX-License-Identifier: MIT */
/* Assets and candles as JSON. Every key is always written, null when unknown; prices are JSON
 * numbers with the exact digits of the stored integers. */
#ifndef CNOP_INVENTORY_ASSET_ENCODE_H
#define CNOP_INVENTORY_ASSET_ENCODE_H

#include "fcgi_services/inventory/asset.h"
#include "fcgi_services/inventory/candle.h"
#include "shared/json/json_write.h"

/* One object, as member `key` or (NULL) array item: the keys of the list, or with `detail` all. */
void asset_encode(struct cnop_json_writer *json, const char *key, const struct asset *asset,
                  bool detail);

void candle_encode(struct cnop_json_writer *json, const struct candle *candle);

#endif
