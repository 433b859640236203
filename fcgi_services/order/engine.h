/* SPDX-License-Identifier: MIT */
/* The order engine as its clients see it: jobs in, answers out. The engine is the only writer of
 * the ledger; everything here runs on the loop thread, which owns the ledger's state.
 *
 * Commands are applied to the state at once, ahead of the database, and collected in a batch. While
 * one batch is being written, the next one fills. An answer leaves only after the batch in which
 * its command was applied is durable, refusals and previews too: what they saw of the state must
 * not be taken back later. A batch without changes waits for the one in flight only. */
#ifndef CNOP_ORDER_ENGINE_H
#define CNOP_ORDER_ENGINE_H

#include "shared/ledger/ledger.h"

struct engine;
struct engine_job;

/* Called on the loop thread when the answer may leave; the job is reused afterwards. */
typedef void (*engine_done_fn)(struct engine_job *job);

/* An order as it is stored. */
struct engine_order {
    int64_t id;
    int64_t account_id;
    cnop_qty qty;
    cnop_qty filled;
    cnop_price price;
    cnop_price stop;
    cnop_cash total;
    cnop_cash fee;
    int64_t hold_e8;
    int64_t created_us;
    int64_t updated_us;
    int64_t expires_us; /* 0: never */
    uint16_t asset_id;
    uint8_t type;
    uint8_t side;
    uint8_t tif;
    uint8_t status;
    uint8_t reason;
    bool post_only;
    uint8_t key_len;
    char key[LEDGER_KEY_BYTES];
};

/* One command on its way. Taken from the engine's pool, filled, submitted, answered by done. */
struct engine_job {
    struct engine_job *next; /* in the list it is on */
    engine_done_fn done;
    void *owner;                    /* for done */
    uint32_t owner_index;           /* for done */
    uint64_t owner_tag;             /* for done */
    bool show_order;                /* answer with the order of the command, as stored then */
    struct cnop_str named;          /* CANCEL, AMEND: instead of order_id, the client's own id; the
                                       owner keeps it until done */
    bool look_named;                /* lent to the look-up: which order that is */
    bool resolve;                   /* the unique key refused it: its first answer must exist */
    bool found;                     /* looked up: outcome holds its key's posting, err the answer */
    bool lent;                      /* in a batch that the committer still has: not reusable */
    enum cnop_err err;              /* result */
    int64_t queued_us;              /* monotonic */
    struct ledger_preview *preview; /* not NULL: only evaluate, into this */
    struct ledger_command command;
    struct ledger_outcome outcome; /* result */
    struct engine_order order;     /* result, with show_order: of OK and ORDER_FINAL */
};

/* A zeroed job, or NULL: too much is waiting already, or for too long; answer OVERLOADED. */
struct engine_job *engine_job_take(struct engine *engine);
/* Gives back a job that was not submitted. */
void engine_job_drop(struct engine *engine, struct engine_job *job);
/* How many jobs can be taken now; 0 when overloaded. */
uint32_t engine_room(const struct engine *engine);

/* Hands a job over; done is called later, never from inside. */
void engine_submit(struct engine *engine, struct engine_job *job);

/* Applies a price at once; it needs no database. Orders on the book that it reaches are traded
 * before later commands of its market. */
cnop_must_check enum cnop_err engine_tick(struct engine *engine,
                                          const struct ledger_command *command);

const struct ledger *engine_ledger(const struct engine *engine);

#endif
