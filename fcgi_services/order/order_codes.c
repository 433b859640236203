/* SPDX-License-Identifier: MIT */
/* Tables of order_codes.def. */
#include "fcgi_services/order/order_codes.h"

#define ORDER_TYPE(symbol, name, kind, side) name,
const char *const order_type_names[] = {
#include "fcgi_services/order/order_codes.def"
    NULL};

#define ORDER_STATUS(symbol, number, name) name,
const char *const order_status_names[] = {
#include "fcgi_services/order/order_codes.def"
    "open", NULL};

#define ORDER_TIF(symbol, number, name) name,
const char *const order_tif_names[] = {
#include "fcgi_services/order/order_codes.def"
    NULL};

#define ORDER_TIF(symbol, number, name) ORDER_TIF_##symbol,
static const enum order_tif tifs[] = {
#include "fcgi_services/order/order_codes.def"
};
_Static_assert((int)ORDER_KIND_STOP == LEDGER_STOP, "the ledger's numbers");
_Static_assert((int)ORDER_KIND_TAKE_PROFIT_LIMIT == LEDGER_TAKE_PROFIT_LIMIT, "as above");
_Static_assert((int)ORDER_TIF_IMMEDIATE == LEDGER_IOC, "the ledger's numbers");
_Static_assert((int)ORDER_TIF_UNTIL_CANCELLED == LEDGER_GTC, "the ledger's numbers");
_Static_assert((int)ORDER_TIF_ALL_OR_NOTHING == LEDGER_FOK, "the ledger's numbers");

#define ORDER_REASON(symbol, name) [LEDGER_REASON_##symbol] = (name),
static const char *const reasons[] = {
#include "fcgi_services/order/order_codes.def"
};

#define ORDER_TYPE(symbol, name, kind, side) {kind, side},
static const struct {
    enum order_kind kind;
    enum ledger_side side;
} types[ORDER_TYPE_COUNT] = {
#include "fcgi_services/order/order_codes.def"
};

#define ORDER_STATUS(symbol, number, name) ORDER_STATUS_##symbol,
static const enum order_status statuses[] = {
#include "fcgi_services/order/order_codes.def"
};

enum order_kind
order_type_kind(unsigned type)
{
    cnop_assert(type < ORDER_TYPE_COUNT);
    return types[type].kind;
}

bool
order_kind_is_known(int64_t kind)
{
    unsigned type = 0;

    while (type < ORDER_TYPE_COUNT && (int64_t)types[type].kind != kind)
        type++;
    return type < ORDER_TYPE_COUNT;
}

enum ledger_side
order_type_side(unsigned type)
{
    cnop_assert(type < ORDER_TYPE_COUNT);
    return types[type].side;
}

const char *
order_type_name(enum order_kind kind, uint8_t side)
{
    unsigned type = 0;

    while (type < ORDER_TYPE_COUNT && (types[type].kind != kind || types[type].side != side))
        type++;
    cnop_assert(type < ORDER_TYPE_COUNT);
    return order_type_names[type];
}

enum order_status
order_status_at(unsigned place)
{
    cnop_assert(place <= CNOP_COUNT(statuses));
    return place == CNOP_COUNT(statuses) ? (enum order_status)ORDER_STATUS_OPEN : statuses[place];
}

enum order_tif
order_tif_at(unsigned place)
{
    cnop_assert(place < CNOP_COUNT(tifs));
    return tifs[place];
}

const char *
order_tif_name(enum order_tif tif)
{
    unsigned place = 0;

    while (place < CNOP_COUNT(tifs) && tifs[place] != tif)
        place++;
    cnop_assert(place < CNOP_COUNT(tifs));
    return order_tif_names[place];
}

const char *
order_reason_name(enum ledger_reason reason)
{
    cnop_assert((unsigned)reason < CNOP_COUNT(reasons));
    return reasons[reason];
}

const char *
order_status_name(enum order_status status)
{
    unsigned place = 0;

    cnop_assert(status != (enum order_status)ORDER_STATUS_NEVER);
    while (place < CNOP_COUNT(statuses) && statuses[place] != status)
        place++;
    cnop_assert(place < CNOP_COUNT(statuses));
    return order_status_names[place];
}
