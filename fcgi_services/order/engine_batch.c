/* SPDX-License-Identifier: MIT */
/* Filling and sealing of one batch; see engine_batch.h. */
#include "fcgi_services/order/engine_batch.h"

#include <sys/mman.h>

/* Anonymous pages: zeroed, and taken from the system only when touched. */
static void *
map_memory(size_t bytes)
{
    void *memory = mmap(NULL, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

    cnop_assert(bytes > 0);
    return memory == MAP_FAILED ? NULL : memory;
}

enum cnop_err
engine_batch_open(struct engine_batch *batch)
{
    void *events = map_memory(EVENT_ROWS_BYTES);

    cnop_assert(batch->framed == NULL);
    batch->balances = map_memory(ENGINE_DIRTY_MAX * sizeof(*batch->balances));
    batch->accounts = map_memory(ENGINE_DIRTY_MAX * sizeof(*batch->accounts));
    batch->fills = map_memory(ENGINE_FILL_MAX * sizeof(*batch->fills));
    batch->orders = map_memory(ENGINE_ORDER_MAX * sizeof(*batch->orders));
    batch->framed = map_memory(LEDGER_CHAIN_FRAME_BYTES + ENGINE_BODY_BYTES);
    if (batch->balances == NULL || batch->accounts == NULL || batch->fills == NULL ||
        batch->orders == NULL || batch->framed == NULL || events == NULL)
        return CNOP_E_NO_MEMORY;
    event_rows_init(&batch->events, events);
    engine_batch_clear(batch);
    return CNOP_OK;
}

void
engine_batch_clear(struct engine_batch *batch)
{
    cnop_assert(batch->framed != NULL);
    batch->job_count = 0;
    batch->changed_count = 0;
    batch->balance_count = 0;
    batch->account_count = 0;
    batch->fill_count = 0;
    batch->order_count = 0;
    batch->solo = false;
    batch->has_rules = false;
    event_rows_clear(&batch->events);
    cnop_buf_init(&batch->body, batch->framed + LEDGER_CHAIN_FRAME_BYTES, ENGINE_BODY_BYTES);
}

bool
engine_batch_has_room(const struct engine_batch *batch)
{
    cnop_assert(batch->body.len <= batch->body.cap);
    return batch->job_count < ENGINE_BATCH_MAX &&
           batch->body.cap - batch->body.len >= LEDGER_RECORD_MAX_BYTES;
}

void
engine_batch_add(struct engine_batch *batch, const struct ledger *ledger, struct engine_job *job)
{
    const struct ledger_fill *fills = NULL;

    cnop_assert(engine_batch_has_room(batch));
    cnop_assert(!job->lent);
    if (batch->job_count == 0)
        batch->started_us = job->queued_us;
    if (job->err == CNOP_OK && job->outcome.changed) {
        if (job->outcome.fill_count > 0)
            fills = ledger_fill_at(ledger, job->outcome.fill_first);
        ledger_record_encode(&batch->body, &job->command, &job->outcome, fills);
        batch->changed_count++;
        batch->has_rules = batch->has_rules || job->command.op == LEDGER_OP_RULES;
    }
    batch->jobs[batch->job_count++] = job;
    cnop_assert(!batch->body.overflow);
    cnop_assert(batch->changed_count <= batch->job_count);
}

void
engine_batch_seal(struct engine_batch *batch, struct ledger *ledger,
                  const struct ledger_chain *head)
{
    cnop_assert(batch->changed_count > 0);
    batch->balance_count = ledger_dirty_balance_count(ledger);
    batch->account_count = ledger_dirty_account_count(ledger);
    cnop_assert(batch->balance_count <= ENGINE_DIRTY_MAX);
    cnop_assert(batch->account_count <= ENGINE_DIRTY_MAX);
    for (uint32_t i = 0; i < batch->balance_count; i++)
        batch->balances[i] = *ledger_dirty_balance(ledger, i);
    for (uint32_t i = 0; i < batch->account_count; i++) {
        struct engine_account_row *row = &batch->accounts[i];

        row->account = *ledger_dirty_account(ledger, i, &row->row, &row->limits);
    }
    batch->fill_count = ledger_fill_count(ledger);
    batch->order_count = ledger_order_row_count(ledger);
    cnop_assert(batch->fill_count <= ENGINE_FILL_MAX);
    cnop_assert(batch->order_count <= ENGINE_ORDER_MAX);
    for (uint32_t i = 0; i < batch->fill_count; i++)
        batch->fills[i] = *ledger_fill_at(ledger, i);
    for (uint32_t i = 0; i < batch->order_count; i++)
        batch->orders[i] = *ledger_order_row(ledger, i);
    batch->undo_end = ledger_mark(ledger);
    batch->next_id = ledger_next_id(ledger);
    batch->chain = *head;
    cnop_assert(batch->next_id >= batch->first_id);
}
