/* SPDX-License-Identifier: MIT */
/* The commands of one transaction and copies of the rows they changed: filled by the loop, then
 * lent to the committer. Whoever has it may read and write it, nobody else. No SQL here. */
#ifndef CNOP_ORDER_ENGINE_BATCH_H
#define CNOP_ORDER_ENGINE_BATCH_H

#include "fcgi_services/order/engine.h"
#include "fcgi_services/order/event_rows.h"
#include "shared/ledger/record.h"

#define ENGINE_BATCH_MAX 512                    /* commands in one transaction */
#define ENGINE_BODY_BYTES (256u * 1024)         /* journal body of one batch */
#define ENGINE_DIRTY_MAX (ENGINE_BATCH_MAX * 6) /* rows one batch may touch */
#define ENGINE_FILL_MAX 2048                    /* trades of the book in one batch */
#define ENGINE_ORDER_MAX 4096                   /* orders on the books that it may change */

struct engine_account_row {
    struct ledger_account account;
    bool row;
    bool limits;
};

struct engine_batch {
    struct engine_job *jobs[ENGINE_BATCH_MAX]; /* in order of application; read only while lent */
    uint32_t job_count;
    uint32_t changed_count;
    uint64_t undo_end; /* ledger mark behind its last command */
    int64_t first_id;
    int64_t next_id;
    struct ledger_chain chain; /* in: head before; back: head after */
    struct ledger_balance *balances;
    uint32_t balance_count;
    struct engine_account_row *accounts;
    uint32_t account_count;
    struct ledger_fill *fills;
    uint32_t fill_count;
    struct ledger_order *orders; /* those on the books that changed, as they are now */
    uint32_t order_count;
    struct event_rows events; /* in: the last number before; back: what the batch did */
    unsigned char *framed;    /* frame and journal body */
    struct cnop_buf body;
    int64_t started_us; /* monotonic: first command */
    bool solo;          /* holds one command, by order */
    bool has_rules;     /* the rules change in it */
};

/* Start-up: takes its memory; NO_MEMORY. */
cnop_must_check enum cnop_err engine_batch_open(struct engine_batch *batch);
void engine_batch_clear(struct engine_batch *batch);

bool engine_batch_has_room(const struct engine_batch *batch);
/* Adds a job that was just applied to the ledger; its result is on it. */
void engine_batch_add(struct engine_batch *batch, const struct ledger *ledger,
                      struct engine_job *job);

/* Copies what the ledger's open batch touched, and where it ends: from here on the state may move
 * on. head: of the journal before this batch. */
void engine_batch_seal(struct engine_batch *batch, struct ledger *ledger,
                       const struct ledger_chain *head);

#endif
