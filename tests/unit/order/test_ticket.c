/* SPDX-License-Identifier: MIT */
/* Orders as clients write them: rules of form, the key, and what becomes a command. */
#include "fcgi_services/order/ticket.h"

#include "tests/unit/order/engine_bench.h"
#include "tests/unit/shared/web/fixture.h"

static void
setup(void)
{
    const struct ledger_asset asset = {
        .id = 3, .known = true, .active = true, .symbol = "BTC", .symbol_len = 3};

    bench_open();
    fixture_setup();
    ck_assert_int_eq(ledger_load_asset(bench.ledger, &asset), CNOP_OK);
}

static void
teardown(void)
{
    fixture_teardown();
    bench_close();
}

static struct ticket
good(void)
{
    return (struct ticket){
        .order_type = ORDER_TYPE_MARKET_BUY, .asset_id = CNOP_STR("btc"), .quantity = {CNOP_E8}};
}

/* The field that is at fault, or "". */
static const char *
fault_of(const struct ticket *ticket, const char *prefix, enum cnop_err *ret_err)
{
    fixture_request->fault_count = 0;
    *ret_err = ticket_check(fixture_request, ticket, prefix);
    ck_assert_uint_eq(fixture_request->fault_count, *ret_err == CNOP_OK ? 0 : 1);
    return *ret_err == CNOP_OK ? "" : fixture_request->faults[0].field;
}

START_TEST(form)
{
    struct ticket ticket = good();
    enum cnop_err err;

    ck_assert_str_eq(fault_of(&ticket, "", &err), "");
    ticket.asset_id = CNOP_STR("B-C");
    ck_assert_str_eq(fault_of(&ticket, "", &err), "asset_id");
    ck_assert_str_eq(fault_of(&ticket, "orders[3].", &err), "orders[3].asset_id");
    ticket = good();
    ticket.client_order_id = CNOP_STR("a b");
    ck_assert_str_eq(fault_of(&ticket, "", &err), "client_order_id");
    ticket.client_order_id = CNOP_STR("a_b-1");
    ck_assert_str_eq(fault_of(&ticket, "", &err), "");
}
END_TEST

START_TEST(either_quantity_or_amount)
{
    struct ticket ticket = good();
    enum cnop_err err;

    ticket.amount.e8 = CNOP_E8;
    ck_assert_str_eq(fault_of(&ticket, "", &err), "amount");
    ticket.quantity.e8 = 0;
    ck_assert_str_eq(fault_of(&ticket, "", &err), "");
    ticket.amount.e8 = CNOP_CENT_E8 + 1;
    ck_assert_str_eq(fault_of(&ticket, "", &err), "amount");
    ck_assert_int_eq(err, CNOP_E_AMOUNT_PRECISION);
    ticket.amount.e8 = 0;
    ck_assert_str_eq(fault_of(&ticket, "", &err), "quantity");
    ticket.close = true;
    ck_assert_str_eq(fault_of(&ticket, "", &err), "");
}
END_TEST

START_TEST(becomes_a_command)
{
    struct ticket ticket = good();
    struct ledger_command command = {0};

    ticket.price.e10 = 70000 * CNOP_E10;
    ck_assert_int_eq(ticket_command(bench.engine, false, BENCH_ACCOUNT, &ticket, &command),
                     CNOP_OK);
    ck_assert_uint_eq(command.op, LEDGER_OP_ORDER);
    ck_assert_uint_eq(command.asset_id, 3); /* in either case */
    ck_assert_uint_eq(command.side, LEDGER_BUY);
    ck_assert_int_eq(command.account_id, BENCH_ACCOUNT);
    ck_assert_int_eq(command.qty.e8, CNOP_E8);
    ck_assert_int_eq(command.worst_price.e10, 0); /* the price is ignored */
    ck_assert_int_eq(ticket_command(bench.engine, true, BENCH_ACCOUNT, &ticket, &command), CNOP_OK);
    ck_assert_int_eq(command.worst_price.e10, 70000 * CNOP_E10);
}
END_TEST

START_TEST(is_refused_with_a_reason)
{
    struct ticket ticket = good();
    struct ledger_command command = {0};

    ticket.asset_id = CNOP_STR("DOGE");
    ck_assert_int_eq(ticket_command(bench.engine, false, BENCH_ACCOUNT, &ticket, &command),
                     CNOP_E_ASSET_UNKNOWN);
    ticket.asset_id = CNOP_STR("USD");
    ck_assert_int_eq(ticket_command(bench.engine, false, BENCH_ACCOUNT, &ticket, &command),
                     CNOP_E_ASSET_UNKNOWN);
}
END_TEST

START_TEST(limit_needs_a_price_and_a_quantity)
{
    struct ticket ticket = good();
    enum cnop_err err;

    ticket.order_type = ORDER_TYPE_LIMIT_BUY;
    ck_assert_str_eq(fault_of(&ticket, "", &err), "price");
    ticket.price.e10 = 60000 * CNOP_E10;
    ck_assert_str_eq(fault_of(&ticket, "", &err), "");
    ticket.quantity.e8 = 0;
    ticket.amount.e8 = CNOP_E8;
    ck_assert_str_eq(fault_of(&ticket, "", &err), "quantity");
    ck_assert_int_eq(err, CNOP_E_INVALID);
}
END_TEST

START_TEST(limit_becomes_a_command)
{
    struct ticket ticket = good();
    struct ledger_command command = {0};

    ticket.order_type = ORDER_TYPE_LIMIT_SELL;
    ticket.price.e10 = 70000 * CNOP_E10;
    ticket.post_only = true;
    ck_assert_int_eq(ticket_command(bench.engine, false, BENCH_ACCOUNT, &ticket, &command),
                     CNOP_OK);
    ck_assert_uint_eq(command.op, LEDGER_OP_LIMIT);
    ck_assert_uint_eq(command.side, LEDGER_SELL);
    ck_assert_int_eq(command.price.e10, 70000 * CNOP_E10); /* its limit, ignored nowhere */
    ck_assert_int_eq(command.worst_price.e10, 0);
    ck_assert_uint_eq(command.tif, LEDGER_GTC);
    ck_assert_uint_eq(command.self, LEDGER_SELF_NEWEST);
    ck_assert(command.post_only);
}
END_TEST

static void
add(TCase *tests)
{
    tcase_add_checked_fixture(tests, setup, teardown);
    tcase_add_test(tests, form);
    tcase_add_test(tests, either_quantity_or_amount);
    tcase_add_test(tests, becomes_a_command);
    tcase_add_test(tests, is_refused_with_a_reason);
    tcase_add_test(tests, limit_needs_a_price_and_a_quantity);
    tcase_add_test(tests, limit_becomes_a_command);
}

UNIT_MAIN("ticket", add)
