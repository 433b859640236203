/* SPDX-License-Identifier: MIT */
/* JSON of an order; see order_json.h. */
#include "fcgi_services/order/order_json.h"

#include "fcgi_services/order/order_codes.h"
#include "shared/base/log.h"
#include "shared/base/secret.h"

void
order_json_average(struct cnop_json_writer *writer, const char *key, cnop_cash total,
                   cnop_qty filled)
{
    cnop_price average = {0};

    if (filled.e8 > 0 && cnop_average_price_round(total, filled, &average) == CNOP_OK)
        cnop_json_price(writer, key, average, 2);
    else
        cnop_json_null(writer, key);
}

void
order_json_amount(struct cnop_json_writer *writer, const char *key, bool cash, int64_t amount_e8)
{
    if (cash)
        cnop_json_cash(writer, key, (cnop_cash){amount_e8}, 2);
    else
        cnop_json_qty(writer, key, (cnop_qty){amount_e8}, 0);
}

void
order_json_held(struct cnop_json_writer *writer, const char *key, bool buy, struct cnop_str symbol,
                int64_t hold_e8)
{
    cnop_json_object_open(writer, key);
    cnop_json_str(writer, "asset_id", buy ? CNOP_STR("USD") : symbol);
    order_json_amount(writer, "amount", buy, hold_e8);
    cnop_json_object_close(writer);
}

/* What it has come to so far, and what it still holds. */
static void
write_progress(struct cnop_json_writer *writer, const struct order_view *order)
{
    const char *reason = order_reason_name((enum ledger_reason)order->reason);

    cnop_assert(order->filled.e8 >= 0 && order->filled.e8 <= order->qty.e8);
    cnop_json_text(writer, "time_in_force", order_tif_name((enum order_tif)order->tif));
    if (order->expires_us != 0)
        cnop_json_time(writer, "expires_at", order->expires_us);
    cnop_json_bool(writer, "post_only", order->post_only);
    cnop_json_qty(writer, "filled_quantity", order->filled, 0);
    cnop_json_qty(writer, "remaining_quantity", (cnop_qty){order->qty.e8 - order->filled.e8}, 0);
    order_json_average(writer, "average_price", order->total, order->filled);
    order_json_held(writer, "held", order->side == LEDGER_BUY, order->symbol, order->hold_e8);
    if (reason == NULL)
        cnop_json_null(writer, "reason");
    else
        cnop_json_text(writer, "reason", reason);
    cnop_json_time(writer, "updated_at", order->updated_us);
}

void
order_json_write(struct cnop_json_writer *writer, const char *key, const struct cnop_id_key *id_key,
                 const struct order_view *order)
{
    char memory[CNOP_PUBLIC_ID_LEN + 1];
    struct cnop_buf id;

    cnop_assert(order->id > 0);
    cnop_assert(order->side == LEDGER_BUY || order->side == LEDGER_SELL);
    cnop_buf_init(&id, memory, sizeof(memory));
    cnop_id_format(&id, CNOP_ID_ORDER, id_key, (uint64_t)order->id);
    cnop_json_object_open(writer, key);
    cnop_json_str(writer, "order_id", cnop_buf_view(&id));
    cnop_json_text(writer, "order_type",
                   order_type_name((enum order_kind)order->kind, order->side));
    cnop_json_str(writer, "asset_id", order->symbol);
    cnop_json_qty(writer, "quantity", order->qty, 0);
    cnop_json_price(writer, "price", order->price, 2);
    if (order->stop.e10 != 0)
        cnop_json_price(writer, "stop_price", order->stop, 2);
    cnop_json_text(writer, "status", order_status_name((enum order_status)order->status));
    cnop_json_cash(writer, "total_amount", order->total, 2);
    cnop_json_cash(writer, "fee", order->fee, 2);
    if (cnop_str_empty(order->client_order_id) || order->client_order_id.ptr[0] == '.')
        cnop_json_null(writer, "client_order_id");
    else
        cnop_json_str(writer, "client_order_id", order->client_order_id);
    cnop_json_time(writer, "created_at", order->created_us);
    if (order->kind != ORDER_KIND_MARKET || order->status != ORDER_STATUS_COMPLETED)
        write_progress(writer, order);
    cnop_json_object_close(writer);
}

enum cnop_err
order_id_key_load(const char *path, struct cnop_id_key *ret_key)
{
    const char *reason = NULL;
    struct cnop_id_key key;
    enum cnop_err err;
    size_t len;

    cnop_assert(path != NULL);
    err =
        cnop_secret_read_file(path, key.bytes, sizeof(key.bytes), sizeof(key.bytes), &len, &reason);
    if (err != CNOP_OK) {
        struct cnop_log_line line;

        cnop_log_begin(&line, CNOP_LOG_CRITICAL, NULL, "order_id_key", "key file refused");
        cnop_log_text(&line, "file", path);
        cnop_log_text(&line, "reason", reason == NULL ? cnop_err_symbol(err) : reason);
        cnop_log_end(&line);
        return CNOP_E_CONFIG;
    }
    *ret_key = key;
    return CNOP_OK;
}
