/* SPDX-License-Identifier: MIT */
/* Inside of the engine, shared by its three files: engine.c (jobs, filling, sealing),
 * engine_result.c (what commits and look-ups bring back), engine_open.c (start and stop). */
#ifndef CNOP_ORDER_ENGINE_STATE_H
#define CNOP_ORDER_ENGINE_STATE_H

#include "fcgi_services/order/committer.h"
#include "fcgi_services/order/engine.h"
#include "fcgi_services/order/lookup.h"

/* First in, first out, by the jobs' own links. */
struct job_list {
    struct engine_job *first;
    struct engine_job *last;
};

struct engine {
    const struct engine_config *config;
    struct ledger *ledger;
    struct ledger_chain chain; /* head of what is committed */
    struct engine_job *free_jobs;
    uint32_t free_count;
    uint32_t job_count;
    struct job_list backlog;  /* not applied yet: the filling batch has no room */
    struct job_list finished; /* answered at the end of the round */
    uint32_t solo_count;      /* so many next jobs get a transaction of their own */
    struct engine_batch batches[2];
    struct engine_batch *filling;
    struct engine_batch *in_flight; /* lent to the committer; NULL: none */
    bool unsettled;                 /* its jobs were told that the outcome is unknown */
    bool draining;
    bool fenced;
    int64_t last_time_us;    /* of a command: none is older than the one before */
    uint64_t committed_mark; /* ledger mark behind the last committed batch */
    struct committer *committer;
    struct lookup *lookup;
};

void job_list_push(struct job_list *list, struct engine_job *job);
struct engine_job *job_list_pop(struct job_list *list); /* NULL: empty */
/* Puts all of head before all of list. */
void job_list_prepend(struct job_list *list, struct job_list *head);

/* The answer leaves at the end of the round. */
void engine_finish(struct engine *engine, struct engine_job *job, enum cnop_err err);

/* To the look-up thread, if its key has to be looked up. True: on its way, or finished. */
bool engine_sent_to_lookup(struct engine *engine, struct engine_job *job);

void engine_batch_clear(struct engine_batch *batch);
/* Answers every job of the batch with its own result and empties it. */
void engine_batch_answer(struct engine *engine, struct engine_batch *batch);

/* Callbacks of the loop. */
void engine_on_committer(int fd, uint32_t events, void *arg);
void engine_on_lookup(int fd, uint32_t events, void *arg);

#endif
