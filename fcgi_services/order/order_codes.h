/* SPDX-License-Identifier: MIT */
/* Numbers and names of orders, made from order_codes.def. */
#ifndef CNOP_ORDER_ORDER_CODES_H
#define CNOP_ORDER_ORDER_CODES_H

#include "shared/ledger/command.h"

#define ORDER_STATUS_NEVER 255
#define ORDER_STATUS_OPEN 254 /* of a filter: any state that is not final */

#define ORDER_KIND(symbol, number) ORDER_KIND_##symbol = (number),
enum order_kind {
#include "fcgi_services/order/order_codes.def"
};
#define ORDER_TIF(symbol, number, name) ORDER_TIF_##symbol = (number),
enum order_tif {
#include "fcgi_services/order/order_codes.def"
};
#define ORDER_STATUS(symbol, number, name) ORDER_STATUS_##symbol = (number),
enum order_status {
#include "fcgi_services/order/order_codes.def"
};
/* Places in order_type_names. */
#define ORDER_TYPE(symbol, name, kind, side) ORDER_TYPE_##symbol,
enum order_type {
#include "fcgi_services/order/order_codes.def"
    ORDER_TYPE_COUNT
};

/* What clients may call their orders. */
static inline bool
order_client_id_fits(struct cnop_str id)
{
    return id.len > 0 && id.len <= LEDGER_KEY_BYTES && cnop_str_is_word(id, "_-");
}

/* Lists of names, closed by NULL: for field tables. */
extern const char *const order_type_names[];
extern const char *const order_status_names[]; /* and at the end "open" */
extern const char *const order_tif_names[];

/* type: a place in order_type_names. */
enum order_kind order_type_kind(unsigned type);
/* Whether stored orders may be of it. */
bool order_kind_is_known(int64_t kind);
enum ledger_side order_type_side(unsigned type);
/* "market_buy", ...: the name of a stored order. */
const char *order_type_name(enum order_kind kind, uint8_t side);

/* place: in order_tif_names. */
enum order_tif order_tif_at(unsigned place);
const char *order_tif_name(enum order_tif tif);
/* NULL: LEDGER_REASON_NONE. */
const char *order_reason_name(enum ledger_reason reason);

/* place: in order_status_names; ORDER_STATUS_OPEN: its end. */
enum order_status order_status_at(unsigned place);
/* The name of a stored order's status. */
const char *order_status_name(enum order_status status);

#endif
