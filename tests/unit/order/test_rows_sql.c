/* SPDX-License-Identifier: MIT */
/* Rows as SQL text, column by column, and their way back: fcgi_services/order/rows_sql.c and
 * fcgi_services/order/rows_book_sql.c against fcgi_services/order/stored_sql.c over the tables of
 * rows_columns.h. */
#include "fcgi_services/order/rows_sql.h"

#include <stdio.h>
#include <string.h>

#include "fcgi_services/order/order_codes.h"
#include "fcgi_services/order/rows_columns.h"
#include "fcgi_services/order/stored_sql.h"
#include "tests/unit/unit.h"

#define TEXT_BYTES 65536

static struct engine_batch batch;
static struct engine_job job;
static struct cnop_batch sql;
static char memory[TEXT_BYTES];
static const struct seal_key seals = {{1}};

static void
encode_job(void)
{
    memset(&batch, 0, sizeof(batch));
    ck_assert_int_eq(engine_batch_open(&batch), CNOP_OK);
    engine_batch_add(&batch, NULL, &job);
    batch.first_id = job.outcome.posting.id;
    batch.next_id = 100;
    batch.chain.epoch = 7;
    batch.chain.seq = 4;
    cnop_batch_init(&sql, memory, sizeof(memory) - 1);
    rows_encode(&batch, &seals, &sql);
    ck_assert(!cnop_batch_overflowed(&sql));
    memory[sql.text.len] = '\0';
}

static void
encode(const struct ledger_posting *posting, uint8_t op)
{
    job = (struct engine_job){.command = {.op = op, .account_id = 1000, .key_len = 1, .key = "k"},
                              .outcome = {.changed = true, .posting = *posting, .trade_id = 99}};
    memset(job.command.fingerprint, 0xab, LEDGER_FINGERPRINT_BYTES);
    encode_job();
}

static void
expect(const char *text)
{
    ck_assert_msg(strstr(memory, text) != NULL, "%s\nis not in\n%s", text, memory);
}

static const struct ledger_posting order = {.id = 11,
                                            .account_id = 1000,
                                            .asset_id = 3,
                                            .side = LEDGER_SELL,
                                            .qty = {12},
                                            .price = {13},
                                            .price_seq = 14,
                                            .total = {15},
                                            .fee = {16},
                                            .cash_after = {17},
                                            .time_us = 18,
                                            .op = LEDGER_OP_ORDER,
                                            .tif = LEDGER_IOC,
                                            .status = LEDGER_COMPLETED};

START_TEST(an_order_becomes_its_row)
{
    encode(&order, LEDGER_OP_ORDER);
    expect("UPDATE writer SET seq=IF(epoch=7 AND seq=4,5,NULL),next_id=100,head_hash=x'");
    expect("INSERT INTO orders (id,account_id,asset_id,side,type,tif,status,client_order_id,"
           "fingerprint,request_id,qty_e8,quote_qty_e8,limit_price_e10,filled_qty_e8,"
           "filled_quote_e8,fee_e8,cost_e8,price_e10,price_seq,cash_after_e8,created_us,updated_us)"
           " VALUES "
           "(11,1000,3,2,1,1,4,x'6b',x'abababababababababababababababab',NULL,12,NULL,NULL,12,15,"
           "16,0,13,14,17,18,18);");
    expect("INSERT INTO trade (id,order_id,asset_id,side,price_e10,qty_e8,quote_e8,fee_e8,"
           "created_us) VALUES (99,11,3,2,13,12,15,16,18);");
    expect("INSERT INTO journal (seq,epoch,first_id,command_count,created_us,prev_hash,hash,body)"
           " VALUES (5,7,11,1,0,x'");
}
END_TEST

START_TEST(a_withdrawal_becomes_its_row)
{
    struct ledger_posting posting = order;

    posting.op = LEDGER_OP_WITHDRAW;
    encode(&posting, LEDGER_OP_WITHDRAW);
    expect("INSERT INTO cash_entry (id,account_id,kind,amount_e8,balance_after_e8,idem_key,"
           "fingerprint,request_id,created_us) VALUES (11,1000,2,-15,17,x'6b',"
           "x'abababababababababababababababab',NULL,18);");
}
END_TEST

START_TEST(a_settlement_becomes_its_row)
{
    struct ledger_posting posting = order;

    posting.op = LEDGER_OP_SETTLE;
    encode(&posting, LEDGER_OP_SETTLE);
    expect("request_id,created_us) VALUES (11,1000,4,15,17,");
}
END_TEST

START_TEST(a_bounded_order_keeps_its_bound_and_cost)
{
    job = (struct engine_job){
        .command = {.op = LEDGER_OP_ORDER, .worst_price = {20}},
        .outcome = {.changed = true, .posting = order, .trade_id = 99, .cost = {21}}};
    encode_job();
    expect("NULL,NULL,NULL,12,NULL,20,12,15,16,21,13,14,17,18,18);");
}
END_TEST

START_TEST(an_order_that_rests_becomes_its_rows)
{
    const struct ledger_order order_now = {.id = 11,
                                           .account_id = 1000,
                                           .prio = 11,
                                           .price = {2000 * CNOP_E10},
                                           .qty = {100},
                                           .left = {60},
                                           .hold_e8 = 600,
                                           .exact_e8 = 40,
                                           .exact_e18 = 5,
                                           .created_us = 18,
                                           .updated_us = 18,
                                           .fill_count = 1,
                                           .ver = 1,
                                           .asset_id = 3,
                                           .maker_bps = 10,
                                           .taker_bps = 20,
                                           .tif = LEDGER_GTC,
                                           .side = LEDGER_BUY,
                                           .status = LEDGER_PARTIAL};
    struct ledger_posting posting = order;

    posting.op = LEDGER_OP_LIMIT;
    posting.side = LEDGER_BUY;
    posting.tif = LEDGER_GTC;
    posting.status = LEDGER_PARTIAL;
    posting.qty.e8 = 40;
    posting.left.e8 = 60;
    posting.hold_e8 = 600;
    posting.flags = LEDGER_POST_ONLY;
    job = (struct engine_job){.command = {.op = LEDGER_OP_LIMIT},
                              .outcome = {.changed = true, .posting = posting}};
    memset(&batch, 0, sizeof(batch));
    ck_assert_int_eq(engine_batch_open(&batch), CNOP_OK);
    engine_batch_add(&batch, NULL, &job);
    batch.next_id = 100;
    batch.orders[0] = order_now;
    batch.order_count = 1;
    cnop_batch_init(&sql, memory, sizeof(memory) - 1);
    rows_encode(&batch, &seals, &sql);
    memory[sql.text.len] = '\0';
    expect("(11,1000,3,1,2,2,1,3,NULL,NULL,NULL,NULL,100,NULL,13,NULL,40,15,16,0,13,14,17,0,3,40,"
           "15,16,"
           "600,100,13,NULL,18,18);");
    expect(
        "(11,1000,3,1,2,2,0,3,NULL,100,20000000000000,NULL,40,1000000,0,0,20000000000000,0,0,0,600,"
        "11,40,5,0,10,20,1,NULL,18,18,1) ON DUPLICATE KEY UPDATE status=VALUES(status)");
    expect("INSERT INTO open_order (order_id,seal) VALUES (11,");
}
END_TEST

START_TEST(the_writer_knows_where_the_newest_rules_are)
{
    struct ledger_config config;

    encode(&order, LEDGER_OP_ORDER);
    ck_assert_ptr_null(strstr(memory, "rules_seq"));
    ledger_config_default(&config);
    job = (struct engine_job){.command = {.op = LEDGER_OP_RULES},
                              .outcome = {.changed = true, .posting = {.op = LEDGER_OP_RULES}}};
    ledger_rules_of(&config, &job.command.rules);
    encode_job();
    expect("',rules_seq=5 WHERE shard=0;");
}
END_TEST

START_TEST(a_trade_becomes_its_rows)
{
    const struct ledger_fill fill = {.trade_id = 12,
                                     .buy_order = 11,
                                     .buyer = 1000,
                                     .seller = LEDGER_ACCOUNT_HOUSE,
                                     .price = {7},
                                     .qty = {9},
                                     .pay = {30},
                                     .receive = {20},
                                     .buy_fee = {3},
                                     .buy_cash_after = {77},
                                     .time_us = 18,
                                     .asset_id = 3,
                                     .taker_side = LEDGER_SELL,
                                     .buy_line = true};
    const struct ledger_order gone = {
        .id = 11, .account_id = 1000, .qty = {9}, .asset_id = 3, .side = LEDGER_BUY, .status = 4};

    job = (struct engine_job){
        .command = {.op = LEDGER_OP_CANCEL},
        .outcome = {.changed = true, .posting = {.op = LEDGER_OP_CANCEL, .account_id = 1000}}};
    memset(&batch, 0, sizeof(batch));
    ck_assert_int_eq(engine_batch_open(&batch), CNOP_OK);
    engine_batch_add(&batch, NULL, &job);
    batch.next_id = 100;
    batch.fills[0] = fill;
    batch.fill_count = 1;
    batch.orders[0] = gone;
    batch.order_count = 1;
    cnop_batch_init(&sql, memory, sizeof(memory) - 1);
    rows_encode(&batch, &seals, &sql);
    memory[sql.text.len] = '\0';
    expect("(12,NULL,11,3,2,7,9,20,0,3,0,18);"); /* the house took */
    expect("(1000,12,11,3,1,1,7,9,30,3,33,77,18);");
    expect("(12,0,1000,2,0,20,4),(12,1,2,1000,3,9,5),(12,2,1000,4,0,10,7),(12,3,1000,3,0,3,6);");
    expect("DELETE FROM open_order WHERE order_id IN ((11))");
}
END_TEST

/* What a market order has left after people is the house's: no order of the trade may rest. */
START_TEST(a_trade_of_a_market_order_with_the_house_is_no_line)
{
    struct ledger_posting posting = order;

    posting.op = LEDGER_OP_ORDER;
    job = (struct engine_job){.command = {.op = LEDGER_OP_ORDER},
                              .outcome = {.changed = true, .posting = posting, .fill_count = 1}};
    memset(&batch, 0, sizeof(batch));
    ck_assert_int_eq(engine_batch_open(&batch), CNOP_OK);
    batch.jobs[batch.job_count++] = &job;
    batch.changed_count = 1;
    cnop_buf_char(&batch.body, 'x');
    batch.next_id = 100;
    batch.fills[0] = (struct ledger_fill){.trade_id = 12,
                                          .sell_order = 11,
                                          .seller = 1000,
                                          .buyer = LEDGER_ACCOUNT_HOUSE,
                                          .price = {7},
                                          .qty = {9},
                                          .pay = {30},
                                          .receive = {20},
                                          .time_us = 18,
                                          .asset_id = 3,
                                          .taker_side = LEDGER_SELL};
    batch.fill_count = 1;
    cnop_batch_init(&sql, memory, sizeof(memory) - 1);
    rows_encode(&batch, &seals, &sql);
    memory[sql.text.len] = '\0';
    expect("INSERT INTO trade (");
    ck_assert_ptr_null(strstr(memory, "INSERT INTO fill"));
    expect("INSERT INTO xfer (");
}
END_TEST

/* Fills the cells of a row by the names of its columns, whatever their order. */
static void
set_cell(struct cnop_cell *cells, const char *columns, const char *name, int64_t value)
{
    size_t index = 0;
    size_t len = strlen(name);

    for (const char *at = columns; at != NULL; at = strchr(at, ','), index++) {
        at += *at == ',';
        if (strncmp(at, name, len) == 0 && (at[len] == ',' || at[len] == '\0')) {
            cells[index] = (struct cnop_cell){.kind = CNOP_PARAM_I64, .i64 = value};
            return;
        }
    }
    ck_abort_msg("no column %s in %s", name, columns);
}

static unsigned
count_columns(const char *columns)
{
    unsigned count = 1;

    for (; *columns != '\0'; columns++)
        count += *columns == ',';
    return count;
}

START_TEST(an_order_is_read_back)
{
    static const char columns[] = ROW_SELECTED(ROW_BOOK_ORDER);
    static const char text[] = "key-1", fingerprint[] = "0123456789abcdef";
    struct cnop_cell cells[32];
    const struct cnop_row row = {.cells = cells, .column_count = count_columns(columns)};
    struct stored_key key = {.key = {NULL, 0}};

    memset(cells, 0, sizeof(cells));
    set_cell(cells, columns, "id", 11);
    set_cell(cells, columns, "account_id", 1000);
    set_cell(cells, columns, "asset_id", 3);
    set_cell(cells, columns, "side", LEDGER_SELL);
    set_cell(cells, columns, "type", 1);
    set_cell(cells, columns, "tif", 1);
    set_cell(cells, columns, "status", 4);
    set_cell(cells, columns, "qty_e8", 12);
    set_cell(cells, columns, "filled_qty_e8", 12);
    set_cell(cells, columns, "price_e10", 13);
    set_cell(cells, columns, "price_seq", 14);
    set_cell(cells, columns, "filled_quote_e8", 15);
    set_cell(cells, columns, "fee_e8", 16);
    set_cell(cells, columns, "cash_after_e8", 17);
    set_cell(cells, columns, "created_us", 18);
    set_cell(cells, columns, "client_order_id", 0);
    for (unsigned i = 0; i < row.column_count; i++) {
        if (cells[i].kind == CNOP_PARAM_I64 && cells[i].i64 == 0)
            cells[i] = (struct cnop_cell){.kind = CNOP_PARAM_BYTES, .bytes = CNOP_STR("key-1")};
    }
    ck_assert(!stored_read_order(&row, &key)); /* no fingerprint yet */
    set_cell(cells, columns, "fingerprint", 0);
    for (unsigned i = 0; i < row.column_count; i++) {
        if (cells[i].kind == CNOP_PARAM_I64 && cells[i].i64 == 0)
            cells[i] =
                (struct cnop_cell){.kind = CNOP_PARAM_BYTES, .bytes = CNOP_STR("0123456789abcdef")};
    }
    ck_assert(stored_read_order(&row, &key));
    ck_assert_uint_eq(key.key.len, sizeof(text) - 1);
    ck_assert_mem_eq(key.key.ptr, text, sizeof(text) - 1);
    ck_assert_mem_eq(key.fingerprint, fingerprint, LEDGER_FINGERPRINT_BYTES);
    ck_assert_mem_eq(&key.posting, &order, sizeof(order));
}
END_TEST

/* An order that has rested and is filled by now: its request was told of the first part. */
START_TEST(an_order_that_rested_is_read_back_as_it_was_answered)
{
    static const char columns[] = ROW_SELECTED(ROW_BOOK_ORDER);
    struct cnop_cell cells[32];
    const struct cnop_row row = {.cells = cells, .column_count = count_columns(columns)};
    struct stored_key key;

    memset(cells, 0, sizeof(cells));
    set_cell(cells, columns, "id", 11);
    set_cell(cells, columns, "type", 2);
    set_cell(cells, columns, "tif", 2);
    set_cell(cells, columns, "flags", 1 + 2 * LEDGER_SELF_BOTH);
    set_cell(cells, columns, "status", LEDGER_CANCELLED);
    set_cell(cells, columns, "reason", LEDGER_REASON_USER);
    set_cell(cells, columns, "qty_e8", 100);
    set_cell(cells, columns, "filled_qty_e8", 70);
    set_cell(cells, columns, "filled_quote_e8", 700);
    set_cell(cells, columns, "fee_e8", 7);
    set_cell(cells, columns, "price_e10", 13);
    set_cell(cells, columns, "first_status", LEDGER_PARTIAL);
    set_cell(cells, columns, "first_filled_e8", 40);
    set_cell(cells, columns, "first_quote_e8", 400);
    set_cell(cells, columns, "first_fee_e8", 4);
    set_cell(cells, columns, "first_hold_e8", 600);
    (void)stored_read_order(&row, &key);
    ck_assert_int_eq(key.posting.op, LEDGER_OP_LIMIT);
    ck_assert_int_eq(key.posting.status, LEDGER_PARTIAL);
    ck_assert_int_eq(key.posting.reason, LEDGER_REASON_NONE);
    ck_assert_int_eq(key.posting.qty.e8, 40);
    ck_assert_int_eq(key.posting.left.e8, 60);
    ck_assert_int_eq(key.posting.undone.e8, 0);
    ck_assert_int_eq(key.posting.total.e8, 400);
    ck_assert_int_eq(key.posting.fee.e8, 4);
    ck_assert_int_eq(key.posting.hold_e8, 600);
    ck_assert_int_eq(key.posting.flags, LEDGER_POST_ONLY + LEDGER_SELF * LEDGER_SELF_BOTH);
    set_cell(cells, columns, "first_status", LEDGER_EXPIRED);
    (void)stored_read_order(&row, &key);
    ck_assert_int_eq(key.posting.left.e8, 0);
    ck_assert_int_eq(key.posting.undone.e8, 60);
}
END_TEST

START_TEST(a_withdrawal_is_read_back)
{
    static const char columns[] = ROW_SELECTED(ROW_ENTRY);
    struct cnop_cell cells[32];
    const struct cnop_row row = {.cells = cells, .column_count = count_columns(columns)};
    struct stored_key key;

    memset(cells, 0, sizeof(cells));
    set_cell(cells, columns, "id", 11);
    set_cell(cells, columns, "account_id", 1000);
    set_cell(cells, columns, "kind", 2);
    set_cell(cells, columns, "amount_e8", -15);
    set_cell(cells, columns, "balance_after_e8", 17);
    set_cell(cells, columns, "created_us", 18);
    ck_assert(!stored_read_entry(&row, &key)); /* a row without a key */
    ck_assert_int_eq(key.posting.op, LEDGER_OP_WITHDRAW);
    ck_assert_int_eq(key.posting.total.e8, 15);
    ck_assert_int_eq(key.posting.cash_after.e8, 17);
    ck_assert_int_eq(key.posting.time_us, 18);
    ck_assert_int_eq(key.posting.account_id, 1000);
}
END_TEST

static void
add(TCase *tests)
{
    tcase_add_test(tests, an_order_becomes_its_row);
    tcase_add_test(tests, a_withdrawal_becomes_its_row);
    tcase_add_test(tests, a_settlement_becomes_its_row);
    tcase_add_test(tests, a_bounded_order_keeps_its_bound_and_cost);
    tcase_add_test(tests, an_order_that_rests_becomes_its_rows);
    tcase_add_test(tests, the_writer_knows_where_the_newest_rules_are);
    tcase_add_test(tests, a_trade_becomes_its_rows);
    tcase_add_test(tests, a_trade_of_a_market_order_with_the_house_is_no_line);
    tcase_add_test(tests, an_order_is_read_back);
    tcase_add_test(tests, an_order_that_rested_is_read_back_as_it_was_answered);
    tcase_add_test(tests, a_withdrawal_is_read_back);
}

UNIT_MAIN("rows_sql", add)
