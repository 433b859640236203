/* SPDX-License-Identifier: MIT */
/* An order as the API shows it, the same from the engine and from the reader: byte for byte. */
#ifndef CNOP_ORDER_ORDER_JSON_H
#define CNOP_ORDER_ORDER_JSON_H

#include "shared/base/id.h"
#include "shared/json/json_write.h"

struct order_view {
    int64_t id;
    uint8_t side;   /* enum ledger_side */
    uint8_t kind;   /* enum order_kind */
    uint8_t status; /* enum order_status */
    struct cnop_str symbol;
    cnop_qty qty;     /* asked for */
    cnop_price price; /* of a market order the execution's, else the limit */
    cnop_price stop;  /* 0: it waits for none, and not shown */
    cnop_cash total;  /* so far */
    cnop_cash fee;
    struct cnop_str client_order_id; /* empty, or made up by us (leading dot): null */
    int64_t created_us;
    /* Shown of limit orders, and of market orders that were not filled as a whole. */
    cnop_qty filled;
    int64_t hold_e8; /* cash of a buyer, units of a seller */
    int64_t updated_us;
    int64_t expires_us; /* 0: never, and not shown */
    uint8_t tif;        /* enum order_tif */
    uint8_t reason;     /* enum ledger_reason */
    bool post_only;
};

/* Writes the object as member `key` (NULL: at the top or in an array). */
void order_json_write(struct cnop_json_writer *writer, const char *key,
                      const struct cnop_id_key *id_key, const struct order_view *order);

/* Parts that events show, too. Of what was filled; null before the first fill. */
void order_json_average(struct cnop_json_writer *writer, const char *key, cnop_cash total,
                        cnop_qty filled);
/* An amount of an asset: dollars with cents. */
void order_json_amount(struct cnop_json_writer *writer, const char *key, bool cash,
                       int64_t amount_e8);
/* What an order holds: cash of a buyer, units of a seller. */
void order_json_held(struct cnop_json_writer *writer, const char *key, bool buy,
                     struct cnop_str symbol, int64_t hold_e8);

/* Reads the 16-byte id key; CONFIG: the file is not usable (logged). */
cnop_must_check enum cnop_err order_id_key_load(const char *path, struct cnop_id_key *ret_key);

#endif
