/* SPDX-License-Identifier: MIT */
/* The order engine as its program sees it: made of its parts, told of events, drained, ended. On
 * the loop thread. Its clients include engine.h alone. */
#ifndef CNOP_ORDER_ENGINE_RUN_H
#define CNOP_ORDER_ENGINE_RUN_H

#include "fcgi_services/order/committer.h"
#include "fcgi_services/order/engine.h"
#include "fcgi_services/order/lookup.h"

/* Everything an engine works with; all of it must live as long as the engine. */
struct engine_parts {
    struct ledger *ledger;     /* loaded */
    struct ledger_chain chain; /* head of its journal */
    uint64_t event_seq;        /* its last event; 0: none yet */
    struct committer *committer;
    struct lookup *lookup;
    struct board *board;      /* told what anybody may know; NULL: none is */
    uint32_t queue_jobs;      /* commands that may wait */
    int64_t queue_age_us;     /* age of the oldest from which new ones are refused */
    int64_t commit_giveup_us; /* how long a commit may take before its jobs are answered */
    int64_t blocked_pause_us; /* how long an account is refused whose rows somebody else locks */
};

/* One engine a process; a second call starts over (tests). NO_MEMORY: logged. */
cnop_must_check enum cnop_err engine_open(const struct engine_parts *parts,
                                          struct engine **ret_engine);
/* Ends committer and look-up, after what they have in hand. */
void engine_close(struct engine *engine);

/* committer_fd or lookup_fd became readable. */
void engine_on_committer(struct engine *engine);
void engine_on_lookup(struct engine *engine);

/* After every round of events, and at least every second: looks at the clock, fills and starts the
 * next commit, sends the answers that are due. */
void engine_round_end(struct engine *engine);

/* Refuses new work from now on. */
void engine_drain(struct engine *engine);

/* True: this engine may not write any more, because another has taken over or because nobody could
 * tell for too long what the database holds. The process has to end; its successor reads. */
bool engine_is_over(const struct engine *engine);

struct engine_status {
    uint64_t seq;
    uint64_t epoch;
    uint32_t waiting_count;
    int64_t oldest_us;  /* age of the oldest command without an answer */
    bool database_lost; /* the committer is trying to reach it */
};
struct engine_status engine_status(const struct engine *engine);

#endif
