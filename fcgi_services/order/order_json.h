/* SPDX-License-Identifier: MIT */
/* An order as the API shows it, the same from the engine and from the reader: byte for byte. */
#ifndef CNOP_ORDER_ORDER_JSON_H
#define CNOP_ORDER_ORDER_JSON_H

#include "shared/base/id.h"
#include "shared/json/json_write.h"

struct order_view {
    int64_t id;
    uint8_t side; /* enum ledger_side */
    struct cnop_str symbol;
    cnop_qty qty;
    cnop_price price;
    cnop_cash total;
    cnop_cash fee;
    struct cnop_str client_order_id; /* empty, or made up by us (leading dot): null */
    int64_t created_us;
};

/* Writes the object as member `key` (NULL: at the top or in an array). */
void order_json_write(struct cnop_json_writer *writer, const char *key,
                      const struct cnop_id_key *id_key, const struct order_view *order);

/* Reads the 16-byte id key; CONFIG: the file is not usable (logged). */
cnop_must_check enum cnop_err order_id_key_load(const char *path, struct cnop_id_key *ret_key);

#endif
