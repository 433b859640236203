/* SPDX-License-Identifier: MIT */
/* Start and stop of the engine: memory, recovery, threads. */
#include "fcgi_services/order/engine_state.h"

#include <sys/epoll.h>
#include <sys/mman.h>

#include "fcgi_services/order/recovery.h"
#include "shared/base/log.h"

#define SQL_BYTES (ENGINE_BATCH_MAX * 2048u + 4 * ENGINE_BODY_BYTES)

/* Anonymous pages: zeroed, and taken from the system only when touched. */
static void *
map_memory(size_t bytes)
{
    void *memory = mmap(NULL, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

    return memory == MAP_FAILED ? NULL : memory;
}

static bool
batch_open(struct engine_batch *batch)
{
    void *sql = map_memory(SQL_BYTES);

    batch->balances = map_memory(ENGINE_DIRTY_MAX * sizeof(*batch->balances));
    batch->accounts = map_memory(ENGINE_DIRTY_MAX * sizeof(*batch->accounts));
    batch->framed = map_memory(LEDGER_CHAIN_FRAME_BYTES + ENGINE_BODY_BYTES);
    if (sql == NULL || batch->balances == NULL || batch->accounts == NULL || batch->framed == NULL)
        return false;
    cnop_batch_init(&batch->sql, sql, SQL_BYTES);
    cnop_batch_take_arrays(&batch->sql);
    engine_batch_clear(batch);
    return true;
}

static bool
jobs_open(struct engine *engine)
{
    struct engine_job *jobs = map_memory(engine->config->queue_jobs * sizeof(*jobs));

    if (jobs == NULL)
        return false;
    engine->job_count = (uint32_t)engine->config->queue_jobs;
    for (uint32_t i = engine->job_count; i > 0; i--)
        engine_job_drop(engine, &jobs[i - 1]);
    return true;
}

static enum cnop_err
open_state(struct engine *engine, struct cnop_batch_db *db)
{
    struct ledger_config rules = engine->config->ledger;
    void *memory;

    cnop_secret_random(rules.hash_seed, sizeof(rules.hash_seed));
    rules.max_dirty = ENGINE_DIRTY_MAX;
    memory = map_memory(ledger_bytes(&rules));
    if (memory == NULL || !batch_open(&engine->batches[0]) || !batch_open(&engine->batches[1]) ||
        !jobs_open(engine)) {
        cnop_log_write(CNOP_LOG_CRITICAL, "memory", "the system has no memory for the ledger");
        return CNOP_E_NO_MEMORY;
    }
    engine->ledger = ledger_init(memory, &rules);
    return recovery_run(db, engine->config, engine->ledger, &engine->chain);
}

enum cnop_err
engine_open(const struct engine_config *config, struct engine **ret_engine)
{
    static struct engine engine;
    struct cnop_batch_db *committer_db, *lookup_db;
    uint32_t read_timeout_ms = (uint32_t)config->db.db_query_timeout * 5;
    enum cnop_err err;

    engine.config = config;
    engine.filling = &engine.batches[0];
    err = cnop_batch_db_open(&config->db, read_timeout_ms, &committer_db);
    if (err == CNOP_OK)
        err = cnop_batch_db_open(&config->db, read_timeout_ms, &lookup_db);
    if (err == CNOP_OK)
        err = open_state(&engine, committer_db);
    if (err != CNOP_OK)
        return err;
    ledger_forget(engine.ledger, ledger_mark(engine.ledger));
    engine.committed_mark = ledger_mark(engine.ledger);
    ledger_batch_begin(engine.ledger);
    err = committer_start(committer_db, config->commit_giveup, &engine.committer);
    if (err == CNOP_OK)
        err = lookup_start(lookup_db, &engine.lookup);
    if (err != CNOP_OK)
        return err;
    cnop_loop_watch(committer_fd(engine.committer), EPOLLIN, engine_on_committer, &engine);
    cnop_loop_watch(lookup_fd(engine.lookup), EPOLLIN, engine_on_lookup, &engine);
    *ret_engine = &engine;
    return CNOP_OK;
}

void
engine_close(struct engine *engine)
{
    committer_stop(engine->committer);
    lookup_stop(engine->lookup);
}
