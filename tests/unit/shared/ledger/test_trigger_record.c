/* SPDX-License-Identifier: MIT */
/* Orders that wait for a price: what the journal keeps of them, and the digest of their requests.
 * Covers shared/ledger/trigger.c with test_trigger.c. */
#include "shared/ledger/record.h"

#include "tests/unit/shared/ledger/market_bench.h"
#include "tests/unit/unit.h"

static struct ledger_command
waiting(uint8_t side, uint8_t trigger, double qty, double stop, double price)
{
    struct ledger_command command = limit(A, side, qty, price);

    command.trigger = trigger;
    command.stop = price_of(stop);
    return command;
}

/* Decoded again, cut anywhere it is refused. */
static void
read_record(const struct ledger_command *command, struct ledger_record *record)
{
    static unsigned char memory[4096];
    const struct ledger_fill *fills =
        last.fill_count > 0 ? ledger_fill_at(ledger, last.fill_first) : NULL;
    struct ledger_record cut_short;
    struct cnop_buf buf;
    struct cnop_str whole;

    cnop_buf_init(&buf, memory, sizeof(memory));
    ledger_record_encode(&buf, command, &last, fills);
    whole = cnop_buf_view(&buf);
    ck_assert_int_eq(ledger_record_decode(&whole, record), CNOP_OK);
    ck_assert_uint_eq(whole.len, 0);
    for (size_t len = 0; len < buf.len; len++) {
        struct cnop_str cut = cnop_str_make(buf.ptr, len);

        ck_assert_int_eq(ledger_record_decode(&cut, &cut_short), CNOP_E_INVALID);
    }
}

START_TEST(its_records_are_read_back)
{
    struct ledger_command command;
    struct ledger_record record;
    struct ledger_fill fill;
    int64_t mine;

    open_market(10, 20, 0);
    tick(100);
    command = waiting(BUY, LEDGER_STOP, 2, 105, 0);
    command.tif = LEDGER_GTD;
    command.expires_us = now_us + 7;
    do_apply(&command);
    mine = last.posting.id;
    read_record(&command, &record);
    ck_assert_int_eq(record.command.trigger, LEDGER_STOP);
    ck_assert_int_eq(record.command.stop.e10, price_of(105).e10);
    ck_assert_int_eq(record.command.price.e10, price_of(110.25).e10);
    ck_assert_int_eq(record.command.expires_us, now_us + 7);
    tick(106);
    command = (struct ledger_command){.op = LEDGER_OP_TRIGGER,
                                      .account_id = A,
                                      .time_us = now_us,
                                      .order_id = mine,
                                      .stop = price_of(106)};
    do_apply(&command);
    read_record(&command, &record);
    ck_assert_int_eq(record.id, last.posting.id);
    ck_assert_int_eq(record.command.order_id, mine);
    ck_assert_int_eq(record.command.stop.e10, price_of(106).e10);
    ck_assert_uint_eq(record.command.asset_id, 1);
    ck_assert_uint_eq(record.fill_count, 1);
    ledger_record_fill(&record, 0, &fill);
    ck_assert_int_eq(fill.buy_order, mine);
    ck_assert_int_eq(fill.trade_id, record.id + 1);
    close_market();
}
END_TEST

START_TEST(its_request_has_its_own_digest)
{
    struct ledger_command one = waiting(SELL, LEDGER_STOP_LIMIT, 1, 95, 94), other;

    open_market(0, 0, 0);
    tick(100);
    ck_assert_int_eq(ledger_command_set_key(&one, CNOP_STR("k")), CNOP_OK);
    do_apply(&one);
    do_apply(&one);
    ck_assert(last.replayed);
    ck_assert_int_eq(last.posting.stop.e10, price_of(95).e10);
    ck_assert_int_eq(ledger_order_type_of(&last.posting), LEDGER_STOP_LIMIT);
    other = waiting(SELL, LEDGER_STOP_LIMIT, 1, 95.5, 94);
    ck_assert_int_eq(ledger_command_set_key(&other, CNOP_STR("k")), CNOP_OK);
    ck_assert_int_eq(apply(&other), CNOP_E_IDEMPOTENCY_MISMATCH);
    other = limit(A, SELL, 1, 94);
    ck_assert_int_eq(ledger_command_set_key(&other, CNOP_STR("k")), CNOP_OK);
    ck_assert_int_eq(apply(&other), CNOP_E_IDEMPOTENCY_MISMATCH);
    close_market();
}
END_TEST

static void
add(TCase *tests)
{
    tcase_add_test(tests, its_records_are_read_back);
    tcase_add_test(tests, its_request_has_its_own_digest);
}

UNIT_MAIN("trigger_record", add)
