/* SPDX-License-Identifier: MIT */
/* JSON of an order; see order_json.h. */
#include "fcgi_services/order/order_json.h"

#include "fcgi_services/order/order_codes.h"
#include "shared/base/log.h"
#include "shared/base/secret.h"

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
    cnop_json_text(writer, "order_type", order_type_name(ORDER_KIND_MARKET, order->side));
    cnop_json_str(writer, "asset_id", order->symbol);
    cnop_json_qty(writer, "quantity", order->qty, 0);
    cnop_json_price(writer, "price", order->price, 2);
    cnop_json_text(writer, "status", order_status_name(ORDER_STATUS_COMPLETED));
    cnop_json_cash(writer, "total_amount", order->total, 2);
    cnop_json_cash(writer, "fee", order->fee, 2);
    if (cnop_str_empty(order->client_order_id) || order->client_order_id.ptr[0] == '.')
        cnop_json_null(writer, "client_order_id");
    else
        cnop_json_str(writer, "client_order_id", order->client_order_id);
    cnop_json_time(writer, "created_at", order->created_us);
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
