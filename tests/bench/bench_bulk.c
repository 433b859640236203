/* SPDX-License-Identifier: MIT */
/* Bulk execution (STMT_ATTR_ARRAY_SIZE): one round trip a table instead of one a batch. */
#include "tests/bench/bench_bulk.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define COLUMN_MAX 20
#define ROW_MAX (ENGINE_BATCH_MAX * 4)
#define TEXT_BYTES 64

/* One statement and the arrays bound to it: integers, or texts of at most TEXT_BYTES. */
struct bulk_statement {
    MYSQL_STMT *statement;
    unsigned column_count;
    unsigned rows;
    MYSQL_BIND binds[COLUMN_MAX];
    int64_t *numbers[COLUMN_MAX];
    char **texts[COLUMN_MAX];
    unsigned long *lengths[COLUMN_MAX];
    char *indicators[COLUMN_MAX];
};

struct bench_bulk {
    MYSQL *mysql;
    struct bulk_statement orders, trades, xfers, balances;
};

static void *
zeroed(size_t count, size_t size)
{
    void *memory = calloc(count, size);

    if (memory == NULL)
        exit(1);
    return memory;
}

static void
prepare(MYSQL *mysql, struct bulk_statement *bulk, const char *sql, const char *kinds)
{
    bulk->statement = mysql_stmt_init(mysql);
    bulk->column_count = (unsigned)strlen(kinds);
    if (mysql_stmt_prepare(bulk->statement, sql, strlen(sql)) != 0) {
        fprintf(stderr, "prepare: %s\n", mysql_stmt_error(bulk->statement));
        exit(1);
    }
    for (unsigned i = 0; i < bulk->column_count; i++) {
        bulk->indicators[i] = zeroed(ROW_MAX, 1);
        bulk->binds[i].u.indicator = bulk->indicators[i];
        if (kinds[i] == 'n') {
            bulk->numbers[i] = zeroed(ROW_MAX, sizeof(int64_t));
            bulk->binds[i].buffer_type = MYSQL_TYPE_LONGLONG;
            bulk->binds[i].buffer = bulk->numbers[i];
        } else {
            bulk->texts[i] = zeroed(ROW_MAX, sizeof(char *));
            bulk->lengths[i] = zeroed(ROW_MAX, sizeof(unsigned long));
            bulk->binds[i].buffer_type = MYSQL_TYPE_STRING;
            bulk->binds[i].buffer = bulk->texts[i];
            bulk->binds[i].length = bulk->lengths[i];
        }
    }
}

static void
put_numbers(struct bulk_statement *bulk, unsigned from, const int64_t *values, unsigned count)
{
    for (unsigned i = 0; i < count; i++)
        bulk->numbers[from + i][bulk->rows] = values[i];
}

static void
put_text(struct bulk_statement *bulk, unsigned column, char *text, size_t len)
{
    bulk->texts[column][bulk->rows] = text;
    bulk->lengths[column][bulk->rows] = len;
}

static void
execute(struct bulk_statement *bulk)
{
    unsigned rows = bulk->rows;

    if (rows == 0)
        return;
    mysql_stmt_attr_set(bulk->statement, STMT_ATTR_ARRAY_SIZE, &rows);
    if (mysql_stmt_bind_param(bulk->statement, bulk->binds) != 0 ||
        mysql_stmt_execute(bulk->statement) != 0) {
        fprintf(stderr, "execute: %s\n", mysql_stmt_error(bulk->statement));
        exit(1);
    }
    bulk->rows = 0;
}

static void
query(MYSQL *mysql, const char *sql, size_t len)
{
    if (mysql_real_query(mysql, sql, len) != 0) {
        fprintf(stderr, "query: %s\n", mysql_error(mysql));
        exit(1);
    }
    while (mysql_next_result(mysql) == 0)
        continue;
}

struct bench_bulk *
bench_bulk_open(void)
{
    static struct bench_bulk bulk;

    bulk.mysql = bench_connect();
    prepare(
        bulk.mysql, &bulk.orders,
        "INSERT INTO orders (id,account_id,asset_id,side,type,tif,status,qty_e8,filled_qty_e8,"
        "filled_quote_e8,fee_e8,price_e10,price_seq,cash_after_e8,created_us,updated_us,"
        "client_order_id,fingerprint,request_id) VALUES (?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?)",
        "nnnnnnnnnnnnnnnnsss");
    prepare(
        bulk.mysql, &bulk.trades,
        "INSERT INTO trade (id,order_id,asset_id,side,price_e10,qty_e8,quote_e8,fee_e8,created_us)"
        " VALUES (?,?,?,?,?,?,?,?,?)",
        "nnnnnnnnn");
    prepare(bulk.mysql, &bulk.xfers,
            "INSERT INTO xfer (id,leg,debit_account,credit_account,asset_id,amount_e8,kind)"
            " VALUES (?,?,?,?,?,?,?)",
            "nnnnnnn");
    prepare(
        bulk.mysql, &bulk.balances,
        "INSERT INTO balance (account_id,asset_id,avail_e8,held_e8,floor_e8,cost_e8,realised_e8,"
        "entries,ver,created_us,updated_us) VALUES (?,?,?,?,?,?,?,?,?,?,?) ON DUPLICATE KEY UPDATE"
        " avail_e8=VALUES(avail_e8),held_e8=VALUES(held_e8),floor_e8=VALUES(floor_e8),"
        "cost_e8=VALUES(cost_e8),realised_e8=VALUES(realised_e8),entries=VALUES(entries),"
        "ver=VALUES(ver),updated_us=VALUES(updated_us)",
        "nnnnnnnnnnn");
    return &bulk;
}

static void
add_job(struct bench_bulk *bulk, struct engine_job *job)
{
    const struct ledger_deed *deed = &job->outcome.deed;
    struct ledger_command *command = &job->command;
    const int64_t order[] = {deed->id,
                             deed->account_id,
                             deed->asset_id,
                             deed->side,
                             1,
                             1,
                             4,
                             deed->qty.e8,
                             deed->qty.e8,
                             deed->total.e8,
                             deed->fee.e8,
                             deed->price.e10,
                             (int64_t)deed->price_seq,
                             deed->cash_after.e8,
                             deed->time_us,
                             deed->time_us};
    const int64_t trade[] = {job->outcome.trade_id, deed->id,     deed->asset_id, deed->side,
                             deed->price.e10,       deed->qty.e8, deed->total.e8, deed->fee.e8,
                             deed->time_us};

    put_numbers(&bulk->orders, 0, order, CNOP_COUNT(order));
    put_text(&bulk->orders, 16, command->key, command->key_len);
    put_text(&bulk->orders, 17, (char *)command->fingerprint, LEDGER_FINGERPRINT_BYTES);
    put_text(&bulk->orders, 18, command->request_id, command->request_id_len);
    bulk->orders.rows++;
    put_numbers(&bulk->trades, 0, trade, CNOP_COUNT(trade));
    bulk->trades.rows++;
    for (uint32_t leg = 0; leg < job->outcome.xfer_count; leg++) {
        const struct ledger_xfer *x = &job->outcome.xfers[leg];
        const int64_t xfer[] = {deed->id,    leg,          x->debit_account, x->credit_account,
                                x->asset_id, x->amount_e8, x->kind};

        put_numbers(&bulk->xfers, 0, xfer, CNOP_COUNT(xfer));
        bulk->xfers.rows++;
    }
}

void
bench_bulk_commit(struct bench_bulk *bulk, struct engine_batch *batch)
{
    /* Fence and journal keep their text: they are one row each. */
    const char *text = batch->sql.text.ptr;
    size_t len = batch->sql.text.len;
    const char *fence_end = memmem(text, len, "shard=0;", 8);
    const char *journal = memmem(text, len, "INSERT INTO journal", 19);

    if (fence_end == NULL || journal == NULL)
        exit(1);
    query(bulk->mysql, text, (size_t)(fence_end - text) + 7);
    for (uint32_t i = 0; i < batch->job_count; i++)
        add_job(bulk, batch->jobs[i]);
    for (uint32_t i = 0; i < batch->balance_count; i++) {
        const struct ledger_balance *b = &batch->balances[i];
        const int64_t balance[] = {b->account_id,  b->asset_id,         b->avail_e8,
                                   b->held_e8,     b->floor_e8,         b->cost_e8,
                                   b->realised_e8, (int64_t)b->entries, (int64_t)b->ver,
                                   b->created_us,  b->updated_us};

        put_numbers(&bulk->balances, 0, balance, CNOP_COUNT(balance));
        bulk->balances.rows++;
    }
    execute(&bulk->orders);
    execute(&bulk->trades);
    execute(&bulk->xfers);
    execute(&bulk->balances);
    query(bulk->mysql, journal, len - (size_t)(journal - text));
}
