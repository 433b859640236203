/* SPDX-License-Identifier: MIT */
/* JSON of events; see event_json.h. */
#include "fcgi_services/order/event_json.h"

#include "fcgi_services/order/order_codes.h"
#include "fcgi_services/order/order_json.h"

struct shower {
    struct cnop_json_writer *writer;
    const struct event_names *names;
    const struct event *event;
};

/* ---- parts ---- */

static void
show_id(const struct shower *to, const char *name, char prefix, int64_t number)
{
    char memory[CNOP_PUBLIC_ID_LEN + 1];
    struct cnop_buf id;

    cnop_buf_init(&id, memory, sizeof(memory));
    cnop_id_format(&id, prefix, to->names->id_key, (uint64_t)number);
    cnop_json_str(to->writer, name, cnop_buf_view(&id));
}

static void
show_order(const struct shower *to, const char *name)
{
    show_id(to, name, CNOP_ID_ORDER, to->event->id);
}

static void
show_of_order(const struct shower *to, const char *name)
{
    show_id(to, name, CNOP_ID_ORDER, to->event->order_id);
}

static void
show_trade(const struct shower *to, const char *name)
{
    show_id(to, name, CNOP_ID_TRANSACTION, to->event->id);
}

/* Keys that we made up ourselves begin with a dot. */
static void
show_key(const struct shower *to, const char *name)
{
    if (to->event->key_len > 0 && to->event->key[0] != '.')
        cnop_json_str(to->writer, name, cnop_str_make(to->event->key, to->event->key_len));
}

static void
show_order_type(const struct shower *to, const char *name)
{
    cnop_json_text(to->writer, name,
                   order_type_name((enum order_kind)to->event->kind, (uint8_t)to->event->side));
}

static struct cnop_str
symbol_of(const struct shower *to)
{
    return to->names->symbol(to->names->arg, (uint16_t)to->event->asset_id);
}

static void
show_symbol(const struct shower *to, const char *name)
{
    cnop_json_str(to->writer, name, symbol_of(to));
}

static void
show_dollar(const struct shower *to, const char *name)
{
    cnop_json_text(to->writer, name, "USD");
}

static void
show_side(const struct shower *to, const char *name)
{
    cnop_json_text(to->writer, name, to->event->side == LEDGER_BUY ? "buy" : "sell");
}

static void
show_liquidity(const struct shower *to, const char *name)
{
    cnop_json_text(to->writer, name, to->event->maker != 0 ? "maker" : "taker");
}

static void
show_status(const struct shower *to, const char *name)
{
    cnop_json_text(to->writer, name, order_status_name((enum order_status)to->event->status));
}

static void
show_reason(const struct shower *to, const char *name)
{
    cnop_json_text(to->writer, name, order_reason_name((enum ledger_reason)to->event->reason));
}

static void
show_qty(const struct shower *to, const char *name)
{
    cnop_json_qty(to->writer, name, (cnop_qty){to->event->qty_e8}, 0);
}

static void
show_filled(const struct shower *to, const char *name)
{
    cnop_json_qty(to->writer, name, (cnop_qty){to->event->filled_e8}, 0);
}

static void
show_remaining(const struct shower *to, const char *name)
{
    cnop_json_qty(to->writer, name, (cnop_qty){to->event->qty_e8 - to->event->filled_e8}, 0);
}

static void
show_price(const struct shower *to, const char *name)
{
    cnop_json_price(to->writer, name, (cnop_price){to->event->price_e10}, 2);
}

static void
show_stop(const struct shower *to, const char *name)
{
    if (to->event->stop_e10 != 0)
        cnop_json_price(to->writer, name, (cnop_price){to->event->stop_e10}, 2);
}

static void
show_tif(const struct shower *to, const char *name)
{
    if (to->event->tif != 0)
        cnop_json_text(to->writer, name, order_tif_name((enum order_tif)to->event->tif));
}

static void
show_post_only(const struct shower *to, const char *name)
{
    if (to->event->tif != 0)
        cnop_json_bool(to->writer, name, to->event->post_only != 0);
}

static void
show_average(const struct shower *to, const char *name)
{
    order_json_average(to->writer, name, (cnop_cash){to->event->value_e8},
                       (cnop_qty){to->event->filled_e8});
}

static void
show_value(const struct shower *to, const char *name)
{
    cnop_json_cash(to->writer, name, (cnop_cash){to->event->value_e8}, 2);
}

static void
show_fee(const struct shower *to, const char *name)
{
    cnop_json_cash(to->writer, name, (cnop_cash){to->event->fee_e8}, 2);
}

/* As of fills: of a sale, what was received without the fee, less what it had cost. */
static void
show_gain(const struct shower *to, const char *name)
{
    const struct event *event = to->event;

    if (event->side == LEDGER_BUY)
        cnop_json_null(to->writer, name);
    else
        cnop_json_cash(to->writer, name,
                       (cnop_cash){event->value_e8 - event->fee_e8 - event->cost_e8}, 2);
}

static void
show_held_object(const struct shower *to, const char *name)
{
    order_json_held(to->writer, name, to->event->side == LEDGER_BUY, symbol_of(to),
                    to->event->held_e8);
}

/* Of the asset of a balance. */
static void
show_amount(const struct shower *to, const char *name, int64_t amount_e8)
{
    order_json_amount(to->writer, name, to->event->asset_id == LEDGER_USD, amount_e8);
}

static void
show_balance_total(const struct shower *to, const char *name)
{
    show_amount(to, name, to->event->qty_e8);
}

static void
show_balance_free(const struct shower *to, const char *name)
{
    show_amount(to, name, to->event->qty_e8 - to->event->held_e8);
}

static void
show_balance_held(const struct shower *to, const char *name)
{
    show_amount(to, name, to->event->held_e8);
}

static void
show_created(const struct shower *to, const char *name)
{
    cnop_json_time(to->writer, name, to->event->created_us);
}

static void
show_time(const struct shower *to, const char *name)
{
    cnop_json_time(to->writer, name, to->event->time_us);
}

static void
show_expires(const struct shower *to, const char *name)
{
    if (to->event->expires_us != 0)
        cnop_json_time(to->writer, name, to->event->expires_us);
}

/* ---- whole events ---- */

static const struct {
    uint8_t type;
    const char *name;
    void (*show)(const struct shower *to, const char *name);
} members[] = {
#define EVENT_SHOWN(type, name, what) {EVENT_##type, name, show_##what},
#include "fcgi_services/order/events.def"
};

#define TIME_MAX_US (INT64_C(253402300799) * 1000000) /* the last second of the year 9999 */

static bool
is_time(int64_t time_us)
{
    return time_us >= 0 && time_us <= TIME_MAX_US;
}

/* What would end the program is found before. */
bool
event_is_sound(const struct event *event)
{
    bool sided = event->side == LEDGER_BUY || event->side == LEDGER_SELL;
    int64_t difference;

    if (event->id < 0 || event->order_id < 0 || event->asset_id < 0 ||
        event->asset_id > UINT16_MAX || !is_time(event->created_us) || !is_time(event->time_us) ||
        !is_time(event->expires_us) || (!sided && event->type != EVENT_BALANCE) ||
        event->price_e10 < 0 || event->stop_e10 < 0 || event->filled_e8 < 0 ||
        event->qty_e8 < event->filled_e8)
        return false;
    if (__builtin_sub_overflow(event->qty_e8, event->held_e8, &difference) ||
        __builtin_sub_overflow(event->value_e8, event->fee_e8, &difference) ||
        __builtin_sub_overflow(difference, event->cost_e8, &difference))
        return false;
    if (event->type != EVENT_ORDER)
        return true;
    return order_kind_is_known(event->kind) && event->tif >= 0 && event->tif <= ORDER_TIF_DAY &&
           event->status >= LEDGER_PENDING && event->status <= LEDGER_EXPIRED &&
           event->reason >= LEDGER_REASON_NONE && event->reason <= LEDGER_REASON_AMENDED;
}

void
event_json_write(struct cnop_json_writer *writer, const char *key, const struct event_names *names,
                 uint64_t seq, const struct event *event)
{
    const struct shower to = {writer, names, event};

    cnop_assert(event_is_sound(event));
    cnop_json_object_open(writer, key);
    cnop_json_u64(writer, "seq", seq);
    for (size_t i = 0; i < CNOP_COUNT(members); i++) {
        if (members[i].type == event->type)
            members[i].show(&to, members[i].name);
    }
    cnop_json_object_close(writer);
}
