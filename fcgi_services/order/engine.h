/* SPDX-License-Identifier: MIT */
/* The order engine: the only writer of the ledger. Everything here runs on the loop thread, which
 * owns the ledger's state; the committer and the look-up thread see only what is handed to them.
 *
 * Commands are applied to the state at once, ahead of the database, and collected in a batch. While
 * the committer writes one batch, the next one fills. An answer leaves only after the batch in
 * which its command was applied is durable, refusals and previews too: what they saw of the state
 * must not be taken back later. A batch without changes waits for the one in flight only. */
#ifndef CNOP_ORDER_ENGINE_H
#define CNOP_ORDER_ENGINE_H

#include "fcgi_services/order/engine_config.h"
#include "shared/db/batch.h"
#include "shared/ledger/ledger.h"
#include "shared/ledger/record.h"

#define ENGINE_BATCH_MAX 512                    /* commands in one transaction */
#define ENGINE_BODY_BYTES (256u * 1024)         /* journal body of one batch */
#define ENGINE_DIRTY_MAX (ENGINE_BATCH_MAX * 6) /* rows one batch may touch */

struct engine;
struct engine_job;

/* Called on the loop thread when the answer may leave; the job is reused afterwards. */
typedef void (*engine_done_fn)(struct engine_job *job);

/* One command on its way. Taken from the engine's pool, filled, submitted, answered by done. */
struct engine_job {
    struct engine_job *next; /* in the list it is on */
    engine_done_fn done;
    void *owner;                    /* for done */
    uint32_t owner_index;           /* for done */
    uint64_t owner_tag;             /* for done */
    bool resolve;                   /* the unique key refused it: its first answer must exist */
    enum cnop_err err;              /* result */
    int64_t queued_us;              /* monotonic */
    struct ledger_preview *preview; /* not NULL: only evaluate, into this */
    struct ledger_command command;
    struct ledger_outcome outcome; /* result */
};

struct engine_account_row {
    struct ledger_account account;
    bool row;
    bool limits;
};

/* One transaction: filled by the loop, then lent to the committer until it reports a result. */
struct engine_batch {
    struct engine_job *jobs[ENGINE_BATCH_MAX]; /* in order of application; NULL: already answered */
    uint32_t job_count;
    uint32_t changed_count;
    uint64_t undo_end; /* ledger mark behind its last command */
    int64_t first_id;
    int64_t next_id;
    struct ledger_chain chain; /* in: head before; out: head after */
    struct ledger_balance *balances;
    uint32_t balance_count;
    struct engine_account_row *accounts;
    uint32_t account_count;
    unsigned char *framed; /* frame and journal body */
    struct cnop_buf body;
    struct cnop_batch sql;
    enum cnop_err result;
    int64_t started_us; /* monotonic: first command */
    int64_t commit_us;  /* time the committer took */
};

/* Start: loads everything from the database, raises the epoch, starts the threads. The engine lives
 * until the process ends. DB_FAILED, CONFIG, OVERLOADED (tables too small): logged. */
cnop_must_check enum cnop_err engine_open(const struct engine_config *config,
                                          struct engine **ret_engine);
/* Stops the threads after what is in flight. */
void engine_close(struct engine *engine);

/* A zeroed job, or NULL: too much is waiting already, or for too long; answer OVERLOADED. */
struct engine_job *engine_job_take(struct engine *engine);
/* Gives back a job that was not submitted. */
void engine_job_drop(struct engine *engine, struct engine_job *job);
/* How many jobs can be taken now; 0 when overloaded. */
uint32_t engine_room(const struct engine *engine);

/* Hands a job over; done is called later, never from inside. */
void engine_submit(struct engine *engine, struct engine_job *job);

/* Applies a price at once; it needs no database. */
cnop_must_check enum cnop_err engine_tick(struct engine *engine,
                                          const struct ledger_command *command);

/* After every round of events: fills and starts the next commit. */
void engine_round_end(struct engine *engine);

/* Refuses new work from now on. */
void engine_drain(struct engine *engine);

const struct ledger *engine_ledger(const struct engine *engine);
const struct engine_config *engine_config_of(const struct engine *engine);

struct engine_status {
    uint64_t seq;
    uint64_t epoch;
    uint32_t waiting_count;
    int64_t oldest_us;  /* age of the oldest command without an answer */
    bool database_lost; /* the committer is trying to reach it */
};
struct engine_status engine_status(const struct engine *engine);

#endif
