/* SPDX-License-Identifier: MIT */
/* The engine in a world where everything else is made up: clocks, database, network, other engines.
 * The world lies in memory that all processes share; each life of an engine is a process of its
 * own, which may end between any two steps. Whoever has the turn draws from the one random
 * sequence, so a seed repeats a run to the last byte. */
#ifndef CNOP_TESTS_SIM_SIM_H
#define CNOP_TESTS_SIM_SIM_H

#include <semaphore.h>
#include <sys/types.h>

#include "fcgi_services/order/engine_run.h"
#include "fcgi_services/order/seal.h"
#include "tests/sim/sim_table.h"
#include "tests/unit/shared/ledger/auditor.h"
#include "tests/unit/shared/ledger/market_model.h"

#define SIM_INTENTS 4000 /* of one world */
#define SIM_REQUESTS 96  /* on their way at once */
#define SIM_ENGINES 2    /* the newest, and one that does not know yet that it is not */
#define SIM_TEXT_BYTES 400

/* What a client wants, until it knows. */
enum sim_state { SIM_OPEN, SIM_DONE, SIM_REFUSED, SIM_GIVEN_UP };

struct sim_intent {
    int64_t amount_e8;
    int64_t qty_e8;
    int64_t worst_e10;
    int64_t id; /* of its effect, once a client was told */
    int key;    /* number of its key for this account and family; -1: none */
    uint16_t asset_id;
    uint8_t user;
    uint8_t op;
    uint8_t side;
    uint8_t state;   /* enum sim_state */
    uint8_t effects; /* committed */
    uint8_t on_way;  /* requests */
    bool close;
    bool poison; /* the database refuses its rows, always */
    /* Of a world with books. */
    uint8_t tif;
    uint8_t self;
    bool post_only;
    uint8_t trigger;
    int64_t price_e10;
    int64_t stop_e10;
    int64_t expires_us;
    int64_t order_id;
};

/* All markets, when a command was last applied. */
struct sim_markets {
    struct model_asset of[MODEL_ASSETS];
    enum cnop_err err; /* what one of the engine's own came to, whatever its job is told later */
};

/* What a key stands for in a world with books. */
struct sim_key {
    bool used;
    unsigned char fingerprint[LEDGER_FINGERPRINT_BYTES];
    struct model_answer answer;
};

/* One request of an intent, on its way to an engine or in its hands. */
enum sim_place {
    SIM_FREE,
    SIM_WIRE,
    SIM_ENGINE,
    SIM_LENT, /* answered, but nobody knows yet what became of it */
};

struct sim_request {
    uint32_t intent;
    uint8_t place;  /* enum sim_place */
    uint8_t engine; /* which it goes to */
    bool judged;    /* committed, and compared with the auditor */
    bool has_effect;
    enum cnop_err applied_err;
    enum cnop_err judged_err;
    struct auditor_asset market; /* when its command was last applied */
    struct sim_markets markets;
};

struct sim_process {
    pid_t pid; /* 0: none */
    sem_t turn;
    int32_t steps_left; /* until it is killed; negative: never */
    uint64_t epoch;     /* 0: has not started yet */
    bool gone;          /* ended, by itself or killed */
};

struct sim_count {
    uint64_t commands, answers, replays, refusals, commits, lost_answers, failed_commits, lookups;
    uint64_t lives, kills, fenced, stalls, effects;
    uint64_t fills, rested, cancels, amends, ended, triggered;
};

struct sim {
    uint64_t seed;
    uint64_t random;
    int64_t wall_us;
    int64_t monotonic_us;
    bool calm;       /* no more faults: everything has to come to an end */
    bool only_start; /* a life ends after it */
    bool books;      /* orders rest: the naive market takes the auditor's place */
    uint8_t newest;
    struct sim_process processes[SIM_ENGINES];
    sem_t back;
    char failure[SIM_TEXT_BYTES];
    struct sim_count count;
    struct auditor auditor;
    struct model model;
    struct sim_key keys[MODEL_USERS][2][AUDITOR_KEYS]; /* orders, cash */
    struct auditor_asset market[AUDITOR_ASSETS];       /* as other programs have stored it */
    int used_keys[AUDITOR_USERS][2];
    struct sim_intent intents[SIM_INTENTS];
    uint32_t intent_count;
    uint32_t intent_target;
    uint32_t first_open; /* none before it is open */
    struct sim_request requests[SIM_REQUESTS];
    struct sim_tables tables;
};

extern struct sim *sim; /* shared by all processes */
extern struct seal_key sim_seals;

uint64_t sim_draw(uint64_t below);
bool sim_chance(uint64_t one_in); /* never when calm */
/* Ends the world with a text, from any process. */
_Noreturn void sim_fail(const char *format, ...) __attribute__((format(printf, 1, 2)));
void sim_require(bool holds, const char *what);

/* ---- sim_engine.c: one life of an engine; returns only if it ended by itself ---- */
void sim_engine_live(uint8_t number);
/* Gives the turn to whoever is drawn, and comes back when it is ours again. */
void sim_yield(void);
struct sim_process *sim_self(void);
struct engine *sim_engine(void); /* NULL: not yet */
/* True: the engine's own, which nobody waits for. */
bool sim_is_own(const struct ledger_command *command);
/* When one of the engine's own commands was last applied. */
const struct sim_markets *sim_markets_of(const struct engine_job *job);
int sim_number(void);

/* ---- sim_client.c ---- */
/* Something goes on the wire to the engine, or arrives there. */
void sim_client_step(void);
/* True: all intents are decided and nothing is on its way. */
bool sim_client_is_done(void);
/* The engine's process is gone: what was on its way to it has no answer. */
void sim_client_lost(uint8_t engine);
/* The batch is durable from now on. */
void sim_client_committed(const struct engine_batch *batch);
/* After the end: every intent had the effect its client was told of. */
void sim_client_check_end(void);
/* It has come back, whatever became of it. */
void sim_client_settled(const struct engine_batch *batch);
/* True: the database refuses one of its rows. */
bool sim_client_is_poisoned(const struct engine_batch *batch);

/* ---- sim_book.c: worlds in which orders rest ---- */
void sim_book_init(void);
void sim_book_draw(struct sim_intent *intent);
void sim_book_fill(struct ledger_command *command, const struct sim_intent *intent);
void sim_book_note(const struct ledger *ledger, struct sim_markets *markets);
/* The naive market goes through the command, too. key: its number, or -1. */
void sim_book_judge(const struct engine_job *job, const struct sim_markets *markets,
                    enum cnop_err err, int key);
/* The rows of a batch are what the naive market holds. */
void sim_book_check_rows(const struct engine_batch *batch);
/* Assets that can be traded, behind the dollar. */
uint16_t sim_book_asset_count(void);

/* ---- sim_database.c ---- */
void sim_database_init(void);
/* Which transaction cnop_batch_commit is about to run; NULL: none of a batch. */
void sim_database_expect(const struct engine_batch *batch);
void sim_database_check_end(void);
uint64_t sim_database_epoch(void);
void sim_database_head(struct ledger_chain *ret_chain);
/* What is stored under the job's key: OK, NOT_FOUND. */
enum cnop_err sim_database_look_up(struct lookup_result *result);
/* Other programs have stored the asset's row anew. */
void sim_database_market(uint16_t asset_id);

#endif
