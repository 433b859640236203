/* SPDX-License-Identifier: MIT */
/* SQL of one batch. Every statement is an INSERT of many rows; what exists already is overwritten
 * with absolute values. Rows are sorted by key, so that they are touched in one order. */
#include "fcgi_services/order/rows_sql.h"

#include <stdlib.h>

#include "fcgi_services/order/batch_events.h"
#include "fcgi_services/order/fault.h"
#include "fcgi_services/order/order_codes.h"
#include "fcgi_services/order/rows_book_sql.h"
#include "fcgi_services/order/rows_columns.h"
#include "fcgi_services/order/rows_put_sql.h"

/* NULL for an epoch that is no longer ours or a sequence already taken: an error in strict mode,
 * which ends the packet before any row of it. */
static void
encode_fence(const struct engine_batch *batch, struct cnop_batch *sql)
{
    cnop_assert(batch->chain.seq > 0);
    cnop_batch_sql(sql, "START TRANSACTION;UPDATE writer SET seq=");
    if (engine_fault(ENGINE_FAULT_DROP_FENCE)) {
        cnop_buf_u64(&sql->text, batch->chain.seq);
    } else {
        cnop_batch_sql(sql, "IF(epoch=");
        cnop_buf_u64(&sql->text, batch->chain.epoch);
        cnop_batch_sql(sql, " AND seq=");
        cnop_buf_u64(&sql->text, batch->chain.seq - 1);
        cnop_batch_sql(sql, ",");
        cnop_buf_u64(&sql->text, batch->chain.seq);
        cnop_batch_sql(sql, ",NULL)");
    }
    cnop_batch_sql(sql, ",next_id=");
    cnop_buf_i64(&sql->text, batch->next_id);
    cnop_batch_sql(sql, ",head_hash=");
    sql->first_value = true;
    cnop_batch_bytes(sql, batch->chain.hash, sizeof(batch->chain.hash));
    if (batch->has_rules) {
        cnop_batch_sql(sql, ",rules_seq=");
        cnop_buf_u64(&sql->text, batch->chain.seq);
    }
    cnop_batch_sql(sql, " WHERE shard=0;");
}

/* ---- rows of one job ---- */

static void
put_order(struct cnop_batch *sql, const struct engine_job *job)
{
    const struct ledger_posting *posting = &job->outcome.posting;

    cnop_assert(posting->id > 0);
    cnop_assert(posting->side == LEDGER_BUY || posting->side == LEDGER_SELL);
    cnop_batch_row_open(sql);
    ROW_PUT_ALL(ROW_ORDER)
    cnop_batch_row_close(sql);
}

static void
put_trade(struct cnop_batch *sql, const struct engine_job *job)
{
    const struct ledger_posting *posting = &job->outcome.posting;

    cnop_assert(job->outcome.trade_id > posting->id);
    cnop_batch_row_open(sql);
    ROW_PUT_ALL(ROW_TRADE)
    cnop_batch_row_close(sql);
}

static void
put_entry(struct cnop_batch *sql, const struct engine_job *job)
{
    const struct ledger_posting *posting = &job->outcome.posting;

    cnop_assert(posting->total.e8 > 0);
    cnop_batch_row_open(sql);
    ROW_PUT_ALL(ROW_ENTRY)
    cnop_batch_row_close(sql);
}

static void
put_transfers(struct cnop_batch *sql, const struct engine_job *job)
{
    int64_t transfer_id = job->outcome.posting.id;

    cnop_assert(job->outcome.transfer_count > 0);
    for (uint32_t leg = 0; leg < job->outcome.transfer_count; leg++) {
        const struct ledger_transfer *transfer = &job->outcome.transfers[leg];

        if (leg == 1 && transfer_id % 16 == 1 && engine_fault(ENGINE_FAULT_LOSE_LEG))
            continue;
        cnop_assert(transfer->amount_e8 > 0);
        cnop_batch_row_open(sql);
        ROW_PUT_ALL(ROW_TRANSFER)
        cnop_batch_row_close(sql);
    }
}

/* A market order that the house has filled in one trade. */
static bool
is_order(const struct engine_job *job)
{
    cnop_assert(!job->outcome.changed || job->outcome.posting.op != 0);
    return job->outcome.changed && job->outcome.posting.op == LEDGER_OP_ORDER &&
           job->outcome.fill_count == 0;
}

static bool
is_entry(const struct engine_job *job)
{
    uint8_t op = job->outcome.posting.op;

    cnop_assert(!job->outcome.changed || op != 0);
    return job->outcome.changed &&
           ((op >= LEDGER_OP_DEPOSIT && op <= LEDGER_OP_GIFT) || op == LEDGER_OP_SETTLE);
}

static uint32_t
count_jobs(const struct engine_batch *batch, bool (*wanted)(const struct engine_job *))
{
    uint32_t count = 0;

    cnop_assert(batch->job_count <= ENGINE_BATCH_MAX);
    for (uint32_t i = 0; i < batch->job_count; i++)
        count += wanted(batch->jobs[i]);
    return count;
}

static void
encode_orders(struct engine_batch *batch, struct cnop_batch *sql)
{
    cnop_assert(sql->first_row);
    if (count_jobs(batch, is_order) == 0)
        return;
    cnop_batch_rows_open(sql, "INSERT INTO orders (" ROW_NAMES(ROW_ORDER) ") VALUES ");
    for (uint32_t i = 0; i < batch->job_count; i++) {
        if (is_order(batch->jobs[i]))
            put_order(sql, batch->jobs[i]);
    }
    cnop_batch_rows_close(sql, "");
    cnop_batch_rows_open(sql, "INSERT INTO trade (" ROW_NAMES(ROW_TRADE) ") VALUES ");
    for (uint32_t i = 0; i < batch->job_count; i++) {
        if (is_order(batch->jobs[i]))
            put_trade(sql, batch->jobs[i]);
    }
    cnop_batch_rows_close(sql, "");
}

static void
encode_entries(struct engine_batch *batch, struct cnop_batch *sql)
{
    cnop_assert(sql->first_row);
    if (count_jobs(batch, is_entry) == 0)
        return;
    cnop_batch_rows_open(sql, "INSERT INTO cash_entry (" ROW_NAMES(ROW_ENTRY) ") VALUES ");
    for (uint32_t i = 0; i < batch->job_count; i++) {
        if (is_entry(batch->jobs[i]))
            put_entry(sql, batch->jobs[i]);
    }
    cnop_batch_rows_close(sql, "");
}

static void
encode_transfers(struct engine_batch *batch, struct cnop_batch *sql)
{
    cnop_assert(sql->first_row);
    if (batch->balance_count == 0 || count_jobs(batch, is_order) + count_jobs(batch, is_entry) == 0)
        return;
    cnop_batch_rows_open(sql, "INSERT INTO xfer (" ROW_NAMES(ROW_TRANSFER) ") VALUES ");
    for (uint32_t i = 0; i < batch->job_count; i++) {
        if (is_order(batch->jobs[i]) || is_entry(batch->jobs[i]))
            put_transfers(sql, batch->jobs[i]);
    }
    cnop_batch_rows_close(sql, "");
}

/* ---- absolute rows ---- */

static int
compare_balances(const void *one, const void *other)
{
    const struct ledger_balance *a = one, *b = other;

    cnop_assert(a->account_id > 0);
    cnop_assert(b->account_id > 0);
    if (a->account_id != b->account_id)
        return a->account_id < b->account_id ? -1 : 1;
    return (a->asset_id > b->asset_id) - (a->asset_id < b->asset_id);
}

static int
compare_accounts(const void *one, const void *other)
{
    const struct engine_account_row *a = one, *b = other;

    cnop_assert(a->account.id > 0);
    cnop_assert(b->account.id > 0);
    return (a->account.id > b->account.id) - (a->account.id < b->account.id);
}

static void
encode_balances(struct engine_batch *batch, const struct seal_key *key, struct cnop_batch *sql)
{
    cnop_assert(batch->balance_count <= ENGINE_DIRTY_MAX);
    if (batch->balance_count == 0)
        return;
    qsort(batch->balances, batch->balance_count, sizeof(*batch->balances), compare_balances);
    cnop_batch_rows_open(sql, "INSERT INTO balance (" ROW_NAMES(ROW_BALANCE) ") VALUES ");
    for (uint32_t i = 0; i < batch->balance_count; i++) {
        const struct ledger_balance *row = &batch->balances[i];

        cnop_assert(i == 0 || compare_balances(row - 1, row) < 0);
        cnop_batch_row_open(sql);
        ROW_PUT_ALL(ROW_BALANCE)
        cnop_batch_row_close(sql);
    }
    cnop_batch_rows_close(sql,
                          " ON DUPLICATE KEY UPDATE avail_e8=VALUES(avail_e8),"
                          "held_e8=VALUES(held_e8),floor_e8=VALUES(floor_e8),"
                          "cost_e8=VALUES(cost_e8),realised_e8=VALUES(realised_e8),"
                          "entries=VALUES(entries),ver=VALUES(ver),updated_us=VALUES(updated_us),"
                          "seal=VALUES(seal)");
}

static uint32_t
count_accounts(const struct engine_batch *batch, bool limits)
{
    uint32_t count = 0;

    cnop_assert(batch->account_count <= ENGINE_DIRTY_MAX);
    for (uint32_t i = 0; i < batch->account_count; i++)
        count += limits ? batch->accounts[i].limits : batch->accounts[i].row;
    return count;
}

static void
encode_accounts(struct engine_batch *batch, const struct seal_key *key, struct cnop_batch *sql)
{
    cnop_assert(batch->account_count <= ENGINE_DIRTY_MAX);
    qsort(batch->accounts, batch->account_count, sizeof(*batch->accounts), compare_accounts);
    if (count_accounts(batch, false) == 0)
        return;
    cnop_batch_rows_open(sql, "INSERT INTO account (" ROW_NAMES(ROW_ACCOUNT) ") VALUES ");
    for (uint32_t i = 0; i < batch->account_count; i++) {
        const struct ledger_account *account = &batch->accounts[i].account;

        if (!batch->accounts[i].row)
            continue;
        cnop_batch_row_open(sql);
        ROW_PUT_ALL(ROW_ACCOUNT)
        cnop_batch_row_close(sql);
    }
    cnop_batch_rows_close(sql, " ON DUPLICATE KEY UPDATE status=VALUES(status),"
                               "changed_us=VALUES(changed_us),switch_us=VALUES(switch_us),"
                               "seal=VALUES(seal)");
}

static void
encode_limits(struct engine_batch *batch, struct cnop_batch *sql)
{
    cnop_assert(batch->account_count <= ENGINE_DIRTY_MAX);
    if (count_accounts(batch, true) == 0)
        return;
    cnop_batch_rows_open(sql, "INSERT INTO limit_use (" ROW_NAMES(ROW_LIMIT) ") VALUES ");
    for (uint32_t i = 0; i < batch->account_count; i++) {
        const struct ledger_account *account = &batch->accounts[i].account;

        if (!batch->accounts[i].limits)
            continue;
        for (int limit = 0; limit < LEDGER_LIMIT_COUNT; limit++) {
            cnop_batch_row_open(sql);
            ROW_PUT_ALL(ROW_LIMIT)
            cnop_batch_row_close(sql);
        }
    }
    cnop_batch_rows_close(sql, " ON DUPLICATE KEY UPDATE utc_day=VALUES(utc_day),"
                               "used_e8=VALUES(used_e8)");
}

/* The frame begins with the hash before. */
static void
encode_journal(const struct engine_batch *batch, struct cnop_batch *sql)
{
    cnop_assert(batch->job_count > 0);
    cnop_batch_rows_open(sql, "INSERT INTO journal (" ROW_NAMES(ROW_JOURNAL) ") VALUES ");
    cnop_batch_row_open(sql);
    ROW_PUT_ALL(ROW_JOURNAL)
    cnop_batch_row_close(sql);
    cnop_batch_rows_close(sql, "");
}

/* Behind rows_encode_book and the balances: both are sorted. Nothing that is wrong with this table
 * may keep the batch from its money: a number that is taken already is left as it is. */
static void
encode_events(struct engine_batch *batch, struct cnop_batch *sql)
{
    batch_events_fill(batch);
    if (batch->events.row_count == 0)
        return;
    cnop_batch_rows_open(sql, "INSERT IGNORE INTO event_batch (" ROW_NAMES(ROW_EVENTS) ") VALUES ");
    for (uint32_t i = 0; i < batch->events.row_count; i++) {
        const struct event_row *row = &batch->events.rows[i];

        cnop_assert(row->count > 0);
        cnop_batch_row_open(sql);
        ROW_PUT_ALL(ROW_EVENTS)
        cnop_batch_row_close(sql);
    }
    cnop_batch_rows_close(sql, "");
}

/* A bug that is planted: orders have ended, and something stays held. */
static void
keep_holds(struct engine_batch *batch)
{
    cnop_assert(batch->changed_count > 0);
    for (uint32_t i = 0; i < batch->balance_count; i++) {
        struct ledger_balance *row = &batch->balances[i];

        if (batch->order_count == 0 || row->account_id < LEDGER_ACCOUNT_FIRST_USER ||
            row->held_e8 != 0 || row->avail_e8 == 0)
            continue;
        row->held_e8++;
        row->avail_e8--;
    }
}

void
rows_encode(struct engine_batch *batch, const struct seal_key *key, struct cnop_batch *sql)
{
    cnop_assert(batch->changed_count > 0);
    cnop_assert(!batch->body.overflow);
    ledger_chain_extend(&batch->chain, batch->first_id, batch->changed_count, batch->framed,
                        batch->body.len);
    if (engine_fault(ENGINE_FAULT_KEEP_HOLD))
        keep_holds(batch);
    cnop_batch_clear(sql);
    encode_fence(batch, sql);
    encode_accounts(batch, key, sql);
    cnop_batch_use_arrays(sql, sql->arrays != NULL && batch->changed_count >= ROWS_ARRAY_MIN);
    encode_orders(batch, sql);
    encode_transfers(batch, sql);
    encode_balances(batch, key, sql);
    cnop_batch_use_arrays(sql, false);
    rows_encode_book(batch, key, sql);
    encode_entries(batch, sql);
    encode_limits(batch, sql);
    encode_events(batch, sql);
    encode_journal(batch, sql);
    cnop_batch_sql(sql, "COMMIT");
}
