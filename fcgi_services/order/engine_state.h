/* SPDX-License-Identifier: MIT */
/* Inside of the engine, shared by its files, each of which calls those behind it only: engine.c
 * (filling, sealing, rounds), engine_result.c (what commits and look-ups bring back),
 * engine_cross.c (prices that reach open orders), engine_expire.c (orders whose time is up),
 * engine_board.c (what is published), engine_jobs.c. */
#ifndef CNOP_ORDER_ENGINE_STATE_H
#define CNOP_ORDER_ENGINE_STATE_H

#include "fcgi_services/order/engine_run.h"
#include "fcgi_services/order/job_list.h"

#define ENGINE_BLOCKED_MAX 16

/* An account that is refused for a while: somebody else keeps one of its rows locked. */
struct blocked_account {
    int64_t account_id;
    int64_t until_us; /* monotonic */
};

/* Jobs that clients cannot take: orders expire also while the queue is full. One fills a batch
 * while the other is in flight. */
#define ENGINE_OWN_JOBS 2

#define ENGINE_ASSETS 1024

/* Markets whose price has reached open orders; see engine_cross.c. */
struct crossings {
    uint16_t due[ENGINE_ASSETS]; /* assets, first come first served */
    uint32_t due_count;
    bool is_due[ENGINE_ASSETS];
    struct ledger_band marks[ENGINE_ASSETS]; /* of a market that is due: seen since */
    uint32_t turn;                           /* commands of other markets before the next step */
    struct job_list held;                    /* commands of due markets */
};

struct engine {
    struct engine_parts parts;
    struct ledger *ledger;
    struct ledger_chain chain; /* head of what is committed */
    uint64_t event_seq;        /* last event that is committed */
    struct engine_job *free_jobs;
    uint32_t free_count;
    struct job_list backlog;  /* not applied yet: the filling batch has no room */
    struct job_list finished; /* answered at the end of the round */
    uint32_t solo_count;      /* so many next jobs get a transaction of their own */
    struct engine_batch batches[2];
    struct engine_batch *filling;
    struct engine_batch *in_flight; /* lent to the committer; NULL: none */
    int64_t in_flight_since_us;     /* monotonic */
    bool unsettled;                 /* its jobs were told that the outcome is unknown */
    bool draining;
    bool over;               /* see engine_is_over */
    int64_t last_time_us;    /* of a command: none is older than the one before */
    uint64_t committed_mark; /* ledger mark behind the last committed batch */
    struct blocked_account blocked[ENGINE_BLOCKED_MAX];
    uint32_t blocked_count;
    uint32_t blocked_streak; /* commands blocked one after another, each alone */
    struct crossings crossings;
    int64_t expire_pause_us; /* monotonic: until then nothing expires unless somebody waits */
};

/* Commands without an answer. */
uint32_t engine_waiting(const struct engine *engine);
/* Age of the oldest command without an answer. */
int64_t engine_oldest_us(const struct engine *engine);

/* The answer leaves at the end of the round. */
void engine_finish(struct engine *engine, struct engine_job *job, enum cnop_err err);
void engine_finish_all(struct engine *engine, struct job_list *jobs, enum cnop_err err);
/* The order to be shown has been read, or not: err. */
void engine_shown(struct engine *engine, struct engine_job *job, enum cnop_err err);

/* To the look-up, if its key has to be looked up. True: on its way, or finished. */
bool engine_sent_to_lookup(struct engine *engine, struct engine_job *job);

/* Finds the order that the client's own id stands for, when its turn has come. True: found, or it
 * is not one of these; else on its way to the look-up, or finished. */
bool engine_name_order(struct engine *engine, struct engine_job *job);

/* Refuses the account's commands for a while. */
void engine_block(struct engine *engine, int64_t account_id);
bool engine_is_blocked(struct engine *engine, const struct engine_job *job);

/* The asset's price, or whether it trades, may have changed. */
void engine_cross_look(struct engine *engine, uint16_t asset_id);
bool engine_cross_is_due(const struct engine *engine);
/* A job with the next step, or NULL: none is due, or there is no job left for it. */
struct engine_job *engine_cross_take(struct engine *engine);
/* A step was applied. */
void engine_cross_applied(struct engine *engine, const struct engine_job *job);
/* The next command of the backlog that may be applied now; NULL: none. */
struct engine_job *engine_cross_next(struct engine *engine);

/* Commands get the time that this sets: an order that expires by then has expired before them. */
void engine_advance(struct engine *engine);
/* Whether an order's time is up, and EXPIRE comes before any other command. somebody_waits: else a
 * step that has failed is put off. */
bool engine_expire_is_due(const struct engine *engine, bool somebody_waits);
/* A commit has failed: so would the next step, most likely. */
void engine_expire_put_off(struct engine *engine);
/* A job with the next step, or NULL: they are all lent. */
struct engine_job *engine_expire_take(struct engine *engine);

/* The board hears of the batch that is sealed, of its end, and of what changes in between. Without
 * a board all of them do nothing. */
void engine_board_stage(struct engine *engine, const struct engine_batch *batch);
void engine_board_committed(struct engine *engine, const struct engine_batch *batch);
void engine_board_failed(struct engine *engine);
void engine_board_touch(struct engine *engine, uint16_t asset_id);
void engine_board_price(struct engine *engine, uint16_t asset_id);
/* At the end of a round. */
void engine_board_rest(struct engine *engine);

/* The commit in flight has taken too long: answers everybody who waits. */
void engine_on_stalled(struct engine *engine);

#endif
