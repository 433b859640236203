/* SPDX-License-Identifier: MIT */
/* SQL of one batch. Every statement is an INSERT of many rows; what exists already is overwritten
 * with absolute values. Rows are sorted by key, so that they are touched in one order. */
#include "fcgi_services/order/rows.h"

#include <stdlib.h>

#include "fcgi_services/order/fault.h"

#define ENTRY_SETTLE 4 /* kind of cash_entry; the others follow their commands */
#define STATUS_COMPLETED 4
#define TYPE_MARKET 1
#define TIF_IMMEDIATE 1

/* NULL for an epoch that is no longer ours or a sequence already taken: an error in strict mode,
 * which ends the packet before any row of it. */
static void
encode_fence(struct engine_batch *batch, uint64_t seq_before)
{
    struct cnop_batch *sql = &batch->sql;

    cnop_batch_sql(sql, "START TRANSACTION;UPDATE writer SET seq=");
    if (engine_fault(ENGINE_FAULT_DROP_FENCE)) {
        cnop_buf_u64(&sql->text, batch->chain.seq);
    } else {
        cnop_batch_sql(sql, "IF(epoch=");
        cnop_buf_u64(&sql->text, batch->chain.epoch);
        cnop_batch_sql(sql, " AND seq=");
        cnop_buf_u64(&sql->text, seq_before);
        cnop_batch_sql(sql, ",");
        cnop_buf_u64(&sql->text, batch->chain.seq);
        cnop_batch_sql(sql, ",NULL)");
    }
    cnop_batch_sql(sql, ",next_id=");
    cnop_buf_i64(&sql->text, batch->next_id);
    cnop_batch_sql(sql, ",head_hash=");
    sql->first_value = true;
    cnop_batch_bytes(sql, batch->chain.hash, sizeof(batch->chain.hash));
    cnop_batch_sql(sql, " WHERE shard=0;");
}

static void
put_key(struct cnop_batch *sql, const struct ledger_command *command)
{
    if (command->key_len == 0) {
        cnop_batch_null(sql);
        cnop_batch_null(sql);
    } else {
        cnop_batch_bytes(sql, command->key, command->key_len);
        cnop_batch_bytes(sql, command->fingerprint, LEDGER_FINGERPRINT_BYTES);
    }
    if (command->request_id_len == 0)
        cnop_batch_null(sql);
    else
        cnop_batch_bytes(sql, command->request_id, command->request_id_len);
}

static void
put_order(struct cnop_batch *sql, const struct engine_job *job)
{
    const struct ledger_posting *posting = &job->outcome.posting;

    cnop_batch_row_open(sql);
    cnop_batch_i64(sql, posting->id);
    cnop_batch_i64(sql, posting->account_id);
    cnop_batch_i64(sql, posting->asset_id);
    cnop_batch_i64(sql, posting->side);
    cnop_batch_i64(sql, TYPE_MARKET);
    cnop_batch_i64(sql, TIF_IMMEDIATE);
    cnop_batch_i64(sql, STATUS_COMPLETED);
    put_key(sql, &job->command);
    cnop_batch_i64(sql, posting->qty.e8);
    if (posting->quote_qty.e8 == 0)
        cnop_batch_null(sql);
    else
        cnop_batch_i64(sql, posting->quote_qty.e8);
    if (job->command.worst_price.e10 == 0)
        cnop_batch_null(sql);
    else
        cnop_batch_i64(sql, job->command.worst_price.e10);
    cnop_batch_i64(sql, posting->qty.e8);
    cnop_batch_i64(sql, posting->total.e8);
    cnop_batch_i64(sql, posting->fee.e8);
    cnop_batch_i64(sql, job->outcome.cost.e8);
    cnop_batch_i64(sql, posting->price.e10);
    cnop_batch_u64(sql, posting->price_seq);
    cnop_batch_i64(sql, posting->cash_after.e8);
    cnop_batch_i64(sql, posting->time_us);
    cnop_batch_i64(sql, posting->time_us);
    cnop_batch_row_close(sql);
}

static void
put_trade(struct cnop_batch *sql, const struct engine_job *job)
{
    const struct ledger_posting *posting = &job->outcome.posting;

    cnop_batch_row_open(sql);
    cnop_batch_i64(sql, job->outcome.trade_id);
    cnop_batch_i64(sql, posting->id);
    cnop_batch_i64(sql, posting->asset_id);
    cnop_batch_i64(sql, posting->side);
    cnop_batch_i64(sql, posting->price.e10);
    cnop_batch_i64(sql, posting->qty.e8);
    cnop_batch_i64(sql, posting->total.e8);
    cnop_batch_i64(sql, posting->fee.e8);
    cnop_batch_i64(sql, posting->time_us);
    cnop_batch_row_close(sql);
}

static void
put_entry(struct cnop_batch *sql, const struct engine_job *job)
{
    const struct ledger_posting *posting = &job->outcome.posting;
    int64_t amount_e8 = posting->op == LEDGER_OP_WITHDRAW ? -posting->total.e8 : posting->total.e8;

    cnop_batch_row_open(sql);
    cnop_batch_i64(sql, posting->id);
    cnop_batch_i64(sql, posting->account_id);
    cnop_batch_i64(sql, posting->op == LEDGER_OP_SETTLE ? ENTRY_SETTLE
                                                        : posting->op - LEDGER_OP_DEPOSIT + 1);
    cnop_batch_i64(sql, amount_e8);
    cnop_batch_i64(sql, posting->cash_after.e8);
    put_key(sql, &job->command);
    cnop_batch_i64(sql, posting->time_us);
    cnop_batch_row_close(sql);
}

static void
put_transfers(struct cnop_batch *sql, const struct engine_job *job)
{
    for (uint32_t leg = 0; leg < job->outcome.transfer_count; leg++) {
        const struct ledger_transfer *transfer = &job->outcome.transfers[leg];

        if (leg == 1 && job->outcome.posting.id % 16 == 1 && engine_fault(ENGINE_FAULT_LOSE_LEG))
            continue;
        cnop_batch_row_open(sql);
        cnop_batch_i64(sql, job->outcome.posting.id);
        cnop_batch_i64(sql, leg);
        cnop_batch_i64(sql, transfer->debit_account);
        cnop_batch_i64(sql, transfer->credit_account);
        cnop_batch_i64(sql, transfer->asset_id);
        cnop_batch_i64(sql, transfer->amount_e8);
        cnop_batch_i64(sql, transfer->kind);
        cnop_batch_row_close(sql);
    }
}

static bool
is_order(const struct engine_job *job)
{
    return job->outcome.changed && job->outcome.posting.op == LEDGER_OP_ORDER;
}

static bool
is_entry(const struct engine_job *job)
{
    uint8_t op = job->outcome.posting.op;

    return job->outcome.changed &&
           ((op >= LEDGER_OP_DEPOSIT && op <= LEDGER_OP_GIFT) || op == LEDGER_OP_SETTLE);
}

static uint32_t
count_jobs(const struct engine_batch *batch, bool (*wanted)(const struct engine_job *))
{
    uint32_t count = 0;

    for (uint32_t i = 0; i < batch->job_count; i++)
        count += wanted(batch->jobs[i]);
    return count;
}

static void
encode_orders(struct engine_batch *batch)
{
    struct cnop_batch *sql = &batch->sql;

    if (count_jobs(batch, is_order) == 0)
        return;
    cnop_batch_rows_open(sql, "INSERT INTO orders (id,account_id,asset_id,side,type,tif,status,"
                              "client_order_id,fingerprint,request_id,qty_e8,quote_qty_e8,"
                              "limit_price_e10,"
                              "filled_qty_e8,filled_quote_e8,fee_e8,cost_e8,price_e10,price_seq,"
                              "cash_after_e8,created_us,updated_us) VALUES ");
    for (uint32_t i = 0; i < batch->job_count; i++) {
        if (is_order(batch->jobs[i]))
            put_order(sql, batch->jobs[i]);
    }
    cnop_batch_rows_close(sql, "");
    cnop_batch_rows_open(sql, "INSERT INTO trade (id,order_id,asset_id,side,price_e10,qty_e8,"
                              "quote_e8,fee_e8,created_us) VALUES ");
    for (uint32_t i = 0; i < batch->job_count; i++) {
        if (is_order(batch->jobs[i]))
            put_trade(sql, batch->jobs[i]);
    }
    cnop_batch_rows_close(sql, "");
}

static void
encode_entries(struct engine_batch *batch)
{
    struct cnop_batch *sql = &batch->sql;

    if (count_jobs(batch, is_entry) == 0)
        return;
    cnop_batch_rows_open(sql, "INSERT INTO cash_entry (id,account_id,kind,amount_e8,"
                              "balance_after_e8,idem_key,fingerprint,request_id,created_us) "
                              "VALUES ");
    for (uint32_t i = 0; i < batch->job_count; i++) {
        if (is_entry(batch->jobs[i]))
            put_entry(sql, batch->jobs[i]);
    }
    cnop_batch_rows_close(sql, "");
}

static void
encode_transfers(struct engine_batch *batch)
{
    struct cnop_batch *sql = &batch->sql;

    if (batch->balance_count == 0)
        return;
    cnop_batch_rows_open(sql, "INSERT INTO xfer (id,leg,debit_account,credit_account,asset_id,"
                              "amount_e8,kind) VALUES ");
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

    if (a->account_id != b->account_id)
        return a->account_id < b->account_id ? -1 : 1;
    return (a->asset_id > b->asset_id) - (a->asset_id < b->asset_id);
}

static int
compare_accounts(const void *one, const void *other)
{
    const struct engine_account_row *a = one, *b = other;

    return (a->account.id > b->account.id) - (a->account.id < b->account.id);
}

static void
encode_balances(struct engine_batch *batch)
{
    struct cnop_batch *sql = &batch->sql;

    if (batch->balance_count == 0)
        return;
    qsort(batch->balances, batch->balance_count, sizeof(*batch->balances), compare_balances);
    cnop_batch_rows_open(sql, "INSERT INTO balance (account_id,asset_id,avail_e8,held_e8,floor_e8,"
                              "cost_e8,realised_e8,entries,ver,created_us,updated_us) VALUES ");
    for (uint32_t i = 0; i < batch->balance_count; i++) {
        const struct ledger_balance *row = &batch->balances[i];

        cnop_batch_row_open(sql);
        cnop_batch_i64(sql, row->account_id);
        cnop_batch_i64(sql, row->asset_id);
        cnop_batch_i64(sql, row->avail_e8);
        cnop_batch_i64(sql, row->held_e8);
        cnop_batch_i64(sql, row->floor_e8);
        cnop_batch_i64(sql, row->cost_e8);
        cnop_batch_i64(sql, row->realised_e8);
        cnop_batch_u64(sql, row->entries);
        cnop_batch_u64(sql, row->ver);
        cnop_batch_i64(sql, row->created_us);
        cnop_batch_i64(sql, row->updated_us);
        cnop_batch_row_close(sql);
    }
    cnop_batch_rows_close(sql,
                          " ON DUPLICATE KEY UPDATE avail_e8=VALUES(avail_e8),"
                          "held_e8=VALUES(held_e8),floor_e8=VALUES(floor_e8),"
                          "cost_e8=VALUES(cost_e8),realised_e8=VALUES(realised_e8),"
                          "entries=VALUES(entries),ver=VALUES(ver),updated_us=VALUES(updated_us)");
}

static uint32_t
count_accounts(const struct engine_batch *batch, bool limits)
{
    uint32_t count = 0;

    for (uint32_t i = 0; i < batch->account_count; i++)
        count += limits ? batch->accounts[i].limits : batch->accounts[i].row;
    return count;
}

static void
encode_accounts(struct engine_batch *batch)
{
    struct cnop_batch *sql = &batch->sql;

    qsort(batch->accounts, batch->account_count, sizeof(*batch->accounts), compare_accounts);
    if (count_accounts(batch, false) == 0)
        return;
    cnop_batch_rows_open(sql, "INSERT INTO account (id,user_id,kind,status,created_us,changed_us) "
                              "VALUES ");
    for (uint32_t i = 0; i < batch->account_count; i++) {
        const struct ledger_account *account = &batch->accounts[i].account;

        if (!batch->accounts[i].row)
            continue;
        cnop_batch_row_open(sql);
        cnop_batch_i64(sql, account->id);
        cnop_batch_i64(sql, account->id);
        cnop_batch_i64(sql, account->kind);
        cnop_batch_i64(sql, account->status);
        cnop_batch_i64(sql, account->created_us);
        cnop_batch_i64(sql, account->changed_us);
        cnop_batch_row_close(sql);
    }
    cnop_batch_rows_close(sql, " ON DUPLICATE KEY UPDATE status=VALUES(status),"
                               "changed_us=VALUES(changed_us)");
}

static void
encode_limits(struct engine_batch *batch)
{
    struct cnop_batch *sql = &batch->sql;

    if (count_accounts(batch, true) == 0)
        return;
    cnop_batch_rows_open(sql, "INSERT INTO limit_use (account_id,kind,utc_day,used_e8) VALUES ");
    for (uint32_t i = 0; i < batch->account_count; i++) {
        const struct ledger_account *account = &batch->accounts[i].account;

        if (!batch->accounts[i].limits)
            continue;
        for (int limit = 0; limit < LEDGER_LIMIT_COUNT; limit++) {
            cnop_batch_row_open(sql);
            cnop_batch_i64(sql, account->id);
            cnop_batch_i64(sql, limit + 1);
            cnop_batch_i64(sql, account->used_day[limit]);
            cnop_batch_i64(sql, account->used_e8[limit]);
            cnop_batch_row_close(sql);
        }
    }
    cnop_batch_rows_close(sql, " ON DUPLICATE KEY UPDATE utc_day=VALUES(utc_day),"
                               "used_e8=VALUES(used_e8)");
}

static int64_t
batch_time_us(const struct engine_batch *batch)
{
    return batch->jobs[0]->command.time_us;
}

static void
encode_journal(struct engine_batch *batch, const unsigned char *prev_hash)
{
    struct cnop_batch *sql = &batch->sql;

    cnop_batch_rows_open(sql, "INSERT INTO journal (seq,epoch,first_id,command_count,created_us,"
                              "prev_hash,hash,body) VALUES ");
    cnop_batch_row_open(sql);
    cnop_batch_u64(sql, batch->chain.seq);
    cnop_batch_u64(sql, batch->chain.epoch);
    cnop_batch_i64(sql, batch->first_id);
    cnop_batch_i64(sql, batch->changed_count);
    cnop_batch_i64(sql, batch_time_us(batch));
    cnop_batch_bytes(sql, prev_hash, CNOP_SHA256_BYTES);
    cnop_batch_bytes(sql, batch->chain.hash, CNOP_SHA256_BYTES);
    cnop_batch_bytes(sql, batch->body.ptr, batch->body.len);
    cnop_batch_row_close(sql);
    cnop_batch_rows_close(sql, "");
}

void
rows_encode(struct engine_batch *batch)
{
    uint64_t seq_before = batch->chain.seq;

    cnop_assert(batch->changed_count > 0);
    cnop_assert(!batch->body.overflow);
    ledger_chain_extend(&batch->chain, batch->first_id, batch->changed_count, batch->framed,
                        batch->body.len);
    cnop_batch_clear(&batch->sql);
    encode_fence(batch, seq_before);
    encode_accounts(batch);
    cnop_batch_use_arrays(&batch->sql,
                          batch->sql.arrays != NULL && batch->changed_count >= ROWS_ARRAY_MIN);
    encode_orders(batch);
    encode_transfers(batch);
    encode_balances(batch);
    cnop_batch_use_arrays(&batch->sql, false);
    encode_entries(batch);
    encode_limits(batch);
    encode_journal(batch, batch->framed); /* the frame begins with the hash before */
    cnop_batch_sql(&batch->sql, "COMMIT");
}
