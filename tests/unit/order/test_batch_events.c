/* SPDX-License-Identifier: MIT */
/* What a batch did, as events: each order once, both sides of a trade, nothing of the house's. */
#include "fcgi_services/order/batch_events.h"

#include <string.h>

#include "fcgi_services/order/order_codes.h"
#include "tests/unit/unit.h"

#define HEAD 100
#define EVENTS 32

static struct engine_batch batch;
static struct engine_job jobs[8];
static struct event found[EVENTS];
static unsigned found_count;

static void
open_batch(void)
{
    memset(&batch, 0, sizeof(batch));
    memset(jobs, 0, sizeof(jobs));
    ck_assert_int_eq(engine_batch_open(&batch), CNOP_OK);
    batch.events.last_seq = HEAD;
}

static struct engine_job *
add_job(uint8_t op, int64_t id)
{
    struct engine_job *job = &jobs[batch.job_count];

    job->command.op = op;
    job->command.time_us = 50;
    job->outcome.changed = true;
    job->outcome.posting = (struct ledger_posting){.op = op,
                                                   .id = id,
                                                   .account_id = 1000,
                                                   .asset_id = 2,
                                                   .side = LEDGER_BUY,
                                                   .qty = {7},
                                                   .price = {11},
                                                   .total = {13},
                                                   .fee = {1},
                                                   .tif = LEDGER_IOC,
                                                   .time_us = 50};
    batch.jobs[batch.job_count++] = job;
    return job;
}

static void
collect(void)
{
    batch_events_fill(&batch);
    found_count = 0;
    for (uint32_t i = 0; i < batch.events.row_count; i++) {
        const struct event_row *row = &batch.events.rows[i];
        struct cnop_str body = event_rows_body(&batch.events, row);
        struct event_head head;

        ck_assert_uint_eq(row->first_seq, HEAD + found_count + 1);
        ck_assert_int_eq(event_row_head(&body, &head), CNOP_OK);
        for (uint32_t n = 0; n < row->count; n++) {
            ck_assert_uint_lt(found_count, EVENTS);
            ck_assert_int_eq(event_unpack(&body, &head, &found[found_count++]), CNOP_OK);
        }
        ck_assert_uint_eq(body.len, 0);
    }
    ck_assert_uint_eq(batch.events.last_seq, HEAD + found_count);
}

START_TEST(a_market_order_with_the_house)
{
    struct engine_job *job;

    open_batch();
    job = add_job(LEDGER_OP_ORDER, 17);
    job->outcome.trade_id = 18;
    job->outcome.cost.e8 = 5;
    job->command.key_len = 1;
    job->command.key[0] = 'k';
    batch.balances[0] = (struct ledger_balance){
        .account_id = 1000, .asset_id = 2, .avail_e8 = 7, .held_e8 = 2, .updated_us = 50};
    batch.balances[1] = (struct ledger_balance){.account_id = LEDGER_ACCOUNT_HOUSE, .asset_id = 2};
    batch.balance_count = 2;
    collect();
    ck_assert_uint_eq(found_count, 4);
    ck_assert_uint_eq(found[0].type, EVENT_ORDER);
    ck_assert_int_eq(found[0].status, ORDER_STATUS_COMPLETED);
    ck_assert_int_eq(found[0].kind, ORDER_KIND_MARKET);
    ck_assert_int_eq(found[0].tif, ORDER_TIF_IMMEDIATE);
    ck_assert_int_eq(found[0].qty_e8, 7);
    ck_assert_int_eq(found[0].filled_e8, 7);
    ck_assert_uint_eq(found[0].key_len, 1);
    ck_assert_uint_eq(found[1].type, EVENT_TRADE);
    ck_assert_int_eq(found[1].account_id, 0);
    ck_assert_int_eq(found[1].id, 18);
    ck_assert_int_eq(found[1].side, LEDGER_BUY);
    ck_assert_uint_eq(found[2].type, EVENT_FILL);
    ck_assert_int_eq(found[2].account_id, 1000);
    ck_assert_int_eq(found[2].order_id, 17);
    ck_assert_int_eq(found[2].maker, 0);
    ck_assert_int_eq(found[2].value_e8, 13);
    ck_assert_uint_eq(found[3].type, EVENT_BALANCE);
    ck_assert_int_eq(found[3].qty_e8, 9);
    ck_assert_int_eq(found[3].held_e8, 2);
}
END_TEST

/* The order that rests is told as it is behind the batch, with the id that its client gave it. */
START_TEST(an_order_that_rests_is_told_once)
{
    struct engine_job *job;

    open_batch();
    job = add_job(LEDGER_OP_LIMIT, 17);
    job->outcome.posting.status = LEDGER_QUEUED;
    job->outcome.posting.left.e8 = 7;
    job->outcome.posting.qty.e8 = 0;
    job->command.key_len = 1;
    job->command.key[0] = 'k';
    job = add_job(LEDGER_OP_LIMIT, 20); /* not one that rests */
    job->outcome.posting.status = LEDGER_EXPIRED;
    job->outcome.posting.reason = LEDGER_REASON_IOC;
    job->outcome.posting.undone.e8 = 3;
    job->outcome.posting.flags = ledger_flags(true, LEDGER_SELF_BOTH, LEDGER_STOP_LIMIT);
    job->outcome.posting.stop.e10 = 12;
    job = add_job(LEDGER_OP_CANCEL, 0); /* no order, no cash */
    ck_assert_ptr_nonnull(job);
    batch.orders[0] = (struct ledger_order){
        .id = 5, .account_id = 1001, .asset_id = 2, .side = 2, .status = LEDGER_CANCELLED};
    batch.orders[1] = (struct ledger_order){.id = 17,
                                            .account_id = 1000,
                                            .asset_id = 2,
                                            .side = 1,
                                            .qty = {7},
                                            .left = {4},
                                            .stop = {21},
                                            .tif = LEDGER_DAY,
                                            .trigger = LEDGER_TAKE_PROFIT_LIMIT,
                                            .post_only = true,
                                            .status = LEDGER_PARTIAL};
    batch.orders[2] = (struct ledger_order){
        .id = 30, .account_id = 1001, .asset_id = 2, .side = 2, .status = LEDGER_EXPIRED};
    batch.order_count = 3;
    collect();
    ck_assert_uint_eq(found_count, 4);
    ck_assert_int_eq(found[0].id, 5);
    ck_assert_int_eq(found[0].status, LEDGER_CANCELLED);
    ck_assert_int_eq(found[1].id, 17);
    ck_assert_int_eq(found[1].status, LEDGER_PARTIAL);
    ck_assert_int_eq(found[1].filled_e8, 3);
    ck_assert_uint_eq(found[1].key_len, 1);
    ck_assert_int_eq(found[1].stop_e10, 21);
    ck_assert_int_eq(found[1].tif, ORDER_TIF_DAY);
    ck_assert_int_eq(found[1].post_only, 1);
    ck_assert_int_eq(found[2].id, 20);
    ck_assert_int_eq(found[2].kind, ORDER_KIND_STOP_LIMIT);
    ck_assert_int_eq(found[2].stop_e10, 12);
    ck_assert_int_eq(found[2].tif, ORDER_TIF_IMMEDIATE);
    ck_assert_int_eq(found[2].post_only, 1);
    ck_assert_int_eq(found[2].status, LEDGER_EXPIRED);
    ck_assert_int_eq(found[2].qty_e8, 10);
    ck_assert_int_eq(found[3].id, 30);
}
END_TEST

START_TEST(both_sides_of_a_trade_are_told)
{
    struct engine_job *job;

    open_batch();
    job = add_job(LEDGER_OP_ORDER, 17);
    job->outcome.posting.status = LEDGER_COMPLETED;
    job->outcome.fill_count = 2;
    batch.fills[0] = (struct ledger_fill){.trade_id = 18,
                                          .buy_order = 17,
                                          .sell_order = 4,
                                          .buyer = 1000,
                                          .seller = 1001,
                                          .pay = {20},
                                          .receive = {19},
                                          .buy_fee = {2},
                                          .sell_fee = {1},
                                          .sell_cost = {15},
                                          .asset_id = 2,
                                          .taker_side = LEDGER_BUY};
    batch.fills[1] = batch.fills[0];
    batch.fills[1].trade_id = 19;
    batch.fills[1].sell_order = 0;
    batch.fills[1].seller = LEDGER_ACCOUNT_HOUSE;
    batch.fill_count = 2;
    collect();
    ck_assert_uint_eq(found_count, 6);
    ck_assert_uint_eq(found[1].type, EVENT_TRADE);
    ck_assert_uint_eq(found[2].type, EVENT_FILL);
    ck_assert_int_eq(found[2].account_id, 1000);
    ck_assert_int_eq(found[2].maker, 0);
    ck_assert_int_eq(found[2].value_e8, 20);
    ck_assert_int_eq(found[3].account_id, 1001);
    ck_assert_int_eq(found[3].maker, 1);
    ck_assert_int_eq(found[3].value_e8, 19);
    ck_assert_int_eq(found[3].cost_e8, 15);
    ck_assert_int_eq(found[3].order_id, 4);
    ck_assert_uint_eq(found[4].type, EVENT_TRADE);
    ck_assert_int_eq(found[5].account_id, 1000);
}
END_TEST

/* Refused, replayed, or of the operator's: nobody is told. */
START_TEST(what_changed_nothing_is_no_event)
{
    open_batch();
    add_job(LEDGER_OP_ORDER, 17)->outcome.changed = false;
    add_job(LEDGER_OP_LIMIT, 18)->err = CNOP_E_INSUFFICIENT_FUNDS;
    jobs[1].outcome.changed = false;
    add_job(LEDGER_OP_HALT, 0);
    collect();
    ck_assert_uint_eq(found_count, 0);
    ck_assert_uint_eq(batch.events.row_count, 0);
}
END_TEST

static void
add(TCase *tests)
{
    tcase_add_test(tests, a_market_order_with_the_house);
    tcase_add_test(tests, an_order_that_rests_is_told_once);
    tcase_add_test(tests, both_sides_of_a_trade_are_told);
    tcase_add_test(tests, what_changed_nothing_is_no_event);
}

UNIT_MAIN("batch_events", add)
