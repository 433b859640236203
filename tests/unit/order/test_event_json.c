/* SPDX-License-Identifier: MIT */
/* Events as JSON, byte for byte, and what is refused instead of being written. */
#include "fcgi_services/order/event_json.h"

#include <string.h>

#include "tests/unit/unit.h"

#define TIME_US INT64_C(1795000000000000)
#define AT "2026-11-18T11:06:40.000000Z"

static const struct cnop_id_key id_key = {{1, 2, 3}};
static char memory[EVENT_JSON_MAX];

static struct cnop_str
symbol_of(const void *arg, uint16_t asset_id)
{
    ck_assert_ptr_null(arg);
    return asset_id == LEDGER_USD ? CNOP_STR("USD") : CNOP_STR("ETH");
}

static enum cnop_err
write_event(const struct event *event)
{
    const struct event_names names = {&id_key, symbol_of, NULL};
    struct cnop_json_writer writer;
    struct cnop_buf buf;

    memset(memory, 0, sizeof(memory));
    if (!event_is_sound(event))
        return CNOP_E_INVALID;
    cnop_buf_init(&buf, memory, sizeof(memory) - 1);
    cnop_json_init(&writer, &buf);
    event_json_write(&writer, NULL, &names, 7, event);
    cnop_json_done(&writer);
    ck_assert(!buf.overflow);
    return CNOP_OK;
}

static const char *
id_of(char prefix, uint64_t number)
{
    static char text[2][CNOP_PUBLIC_ID_LEN + 1];
    static unsigned turn;
    struct cnop_buf buf;

    turn = 1 - turn;
    cnop_buf_init(&buf, text[turn], CNOP_PUBLIC_ID_LEN);
    cnop_id_format(&buf, prefix, &id_key, number);
    return text[turn];
}

#define EXPECT(...)                                                                                \
    do {                                                                                           \
        char expected[EVENT_JSON_MAX];                                                             \
                                                                                                   \
        (void)snprintf(expected, sizeof(expected), __VA_ARGS__);                                   \
        ck_assert_str_eq(memory, expected);                                                        \
    } while (0)

static const struct event order = {.type = EVENT_ORDER,
                                   .account_id = 1000,
                                   .id = 17,
                                   .asset_id = 2,
                                   .side = LEDGER_BUY,
                                   .kind = LEDGER_LIMIT,
                                   .status = LEDGER_PARTIAL,
                                   .price_e10 = 2000 * CNOP_E10,
                                   .qty_e8 = CNOP_E8,
                                   .filled_e8 = CNOP_E8 / 4,
                                   .value_e8 = 499 * CNOP_E8,
                                   .fee_e8 = CNOP_E8 / 2,
                                   .held_e8 = 1500 * CNOP_E8,
                                   .tif = LEDGER_GTC,
                                   .created_us = TIME_US,
                                   .time_us = TIME_US};

START_TEST(an_order_is_written)
{
    struct event event = order;

    ck_assert_int_eq(write_event(&event), CNOP_OK);
    EXPECT("{\"seq\":7,\"order_id\":\"%s\",\"order_type\":\"limit_buy\",\"asset_id\":\"ETH\","
           "\"quantity\":\"1\",\"price\":\"2000.00\",\"status\":\"partial\",\"total_amount\":"
           "\"499.00\",\"fee\":\"0.50\",\"time_in_force\":\"GTC\",\"post_only\":false,"
           "\"filled_quantity\":\"0.25\",\"remaining_quantity\":"
           "\"0.75\",\"average_price\":\"1996.00\",\"held\":{\"asset_id\":\"USD\",\"amount\":"
           "\"1500.00\"},\"reason\":null,\"created_at\":\"" AT "\",\"updated_at\":\"" AT "\"}",
           id_of(CNOP_ID_ORDER, 17));
    event.key_len = 3;
    memcpy(event.key, "abc", 3);
    event.expires_us = TIME_US;
    event.reason = LEDGER_REASON_USER;
    ck_assert_int_eq(write_event(&event), CNOP_OK);
    ck_assert_ptr_nonnull(strstr(memory, "\"client_order_id\":\"abc\""));
    ck_assert_ptr_nonnull(strstr(memory, "\"expires_at\":\"" AT "\"}"));
    ck_assert_ptr_nonnull(strstr(memory, "\"reason\":\"user\""));
    event.kind = LEDGER_STOP_LIMIT;
    event.stop_e10 = 1999 * CNOP_E10;
    event.post_only = 1;
    ck_assert_int_eq(write_event(&event), CNOP_OK);
    ck_assert_ptr_nonnull(strstr(memory, "\"price\":\"2000.00\",\"stop_price\":\"1999.00\","));
    ck_assert_ptr_nonnull(strstr(memory, "\"post_only\":true"));
    event.tif = 0; /* of a row that does not say */
    ck_assert_int_eq(write_event(&event), CNOP_OK);
    ck_assert_ptr_null(strstr(memory, "time_in_force"));
    ck_assert_ptr_null(strstr(memory, "post_only"));
    memcpy(event.key, ".bc", 3); /* ours */
    ck_assert_int_eq(write_event(&event), CNOP_OK);
    ck_assert_ptr_null(strstr(memory, "client_order_id"));
}
END_TEST

START_TEST(a_fill_is_written)
{
    struct event event = {.type = EVENT_FILL,
                          .account_id = 1000,
                          .id = 18,
                          .order_id = 17,
                          .asset_id = 2,
                          .side = LEDGER_SELL,
                          .maker = 1,
                          .price_e10 = 2000 * CNOP_E10,
                          .qty_e8 = CNOP_E8 / 2,
                          .value_e8 = 1000 * CNOP_E8,
                          .fee_e8 = CNOP_E8,
                          .cost_e8 = 900 * CNOP_E8,
                          .time_us = TIME_US};

    ck_assert_int_eq(write_event(&event), CNOP_OK);
    EXPECT("{\"seq\":7,\"trade_id\":\"%s\",\"order_id\":\"%s\",\"asset_id\":\"ETH\",\"side\":"
           "\"sell\",\"liquidity\":\"maker\",\"price\":\"2000.00\",\"quantity\":\"0.5\",\"value\":"
           "\"1000.00\",\"fee\":\"1.00\",\"fee_asset_id\":\"USD\",\"realised_pnl\":\"99.00\","
           "\"time\":\"" AT "\"}",
           id_of(CNOP_ID_TRANSACTION, 18), id_of(CNOP_ID_ORDER, 17));
    event.side = LEDGER_BUY;
    event.maker = 0;
    ck_assert_int_eq(write_event(&event), CNOP_OK);
    ck_assert_ptr_nonnull(strstr(memory, "\"liquidity\":\"taker\""));
    ck_assert_ptr_nonnull(strstr(memory, "\"realised_pnl\":null"));
}
END_TEST

START_TEST(a_balance_is_written)
{
    struct event event = {.type = EVENT_BALANCE,
                          .account_id = 1000,
                          .asset_id = LEDGER_USD,
                          .qty_e8 = 10 * CNOP_E8,
                          .held_e8 = 3 * CNOP_E8,
                          .time_us = TIME_US};

    ck_assert_int_eq(write_event(&event), CNOP_OK);
    EXPECT("{\"seq\":7,\"asset_id\":\"USD\",\"total\":\"10.00\",\"available\":\"7.00\",\"held\":"
           "\"3.00\",\"updated_at\":\"" AT "\"}");
    event.asset_id = 2;
    ck_assert_int_eq(write_event(&event), CNOP_OK);
    EXPECT("{\"seq\":7,\"asset_id\":\"ETH\",\"total\":\"10\",\"available\":\"7\",\"held\":\"3\","
           "\"updated_at\":\"" AT "\"}");
}
END_TEST

START_TEST(a_trade_is_written)
{
    const struct event event = {.type = EVENT_TRADE,
                                .id = 18,
                                .asset_id = 2,
                                .side = LEDGER_BUY,
                                .price_e10 = 2000 * CNOP_E10,
                                .qty_e8 = CNOP_E8 / 2,
                                .time_us = TIME_US};

    ck_assert_int_eq(write_event(&event), CNOP_OK);
    EXPECT("{\"seq\":7,\"trade_id\":\"%s\",\"asset_id\":\"ETH\",\"price\":\"2000.00\",\"quantity\":"
           "\"0.5\",\"taker_side\":\"buy\",\"time\":\"" AT "\"}",
           id_of(CNOP_ID_TRANSACTION, 18));
}
END_TEST

/* Each of them would end a writer that believes it. */
START_TEST(what_no_engine_has_written_is_refused)
{
    struct event event = order;

#define REFUSED(member, value)                                                                     \
    do {                                                                                           \
        event = order;                                                                             \
        event.member = (value);                                                                    \
        ck_assert_int_eq(write_event(&event), CNOP_E_INVALID);                                     \
        ck_assert_str_eq(memory, "");                                                              \
    } while (0)
    REFUSED(side, 0);
    REFUSED(side, 3);
    REFUSED(kind, 0);
    REFUSED(kind, 5);
    REFUSED(status, 0);
    REFUSED(status, 7);
    REFUSED(reason, -1);
    REFUSED(reason, 11);
    REFUSED(id, -1);
    REFUSED(asset_id, 65536);
    REFUSED(created_us, -1);
    REFUSED(time_us, INT64_MAX);
    REFUSED(expires_us, INT64_MAX);
    REFUSED(filled_e8, 2 * CNOP_E8);
    REFUSED(price_e10, -1);
    REFUSED(stop_e10, -1);
    REFUSED(tif, -1);
    REFUSED(tif, 6);
    event = order;
    ck_assert_int_eq(write_event(&event), CNOP_OK);
}
END_TEST

static void
add(TCase *tests)
{
    tcase_add_test(tests, an_order_is_written);
    tcase_add_test(tests, a_fill_is_written);
    tcase_add_test(tests, a_balance_is_written);
    tcase_add_test(tests, a_trade_is_written);
    tcase_add_test(tests, what_no_engine_has_written_is_refused);
}

UNIT_MAIN("event_json", add)
