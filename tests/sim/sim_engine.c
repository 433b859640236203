/* SPDX-License-Identifier: MIT */
/* One life of an engine: a start from the rows, then rounds as its loop would go through them, with
 * the ports that its threads would serve, until it ends or is killed. */
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "fcgi_services/order/commit_sql.h"
#include "fcgi_services/order/fault.h"
#include "fcgi_services/order/recovery_sql.h"
#include "fcgi_services/order/rows_sql.h"
#include "shared/base/clock.h"
#include "tests/sim/sim.h"

#define SQL_BYTES (4u << 20)
#define LOOKUPS 32
#define QUEUE_JOBS 48
#define GIVEUP_US INT64_C(1500000)

/* A commit goes through the committer's hands in steps: lent, carried out, told. */
struct committer {
    struct engine_batch *batch;
    struct commit_result result;
    bool done;
    bool told;
    struct commit_sql commit;
};

struct lookup {
    struct engine_job *waiting[LOOKUPS];
    uint32_t waiting_count;
    struct lookup_result ready[LOOKUPS];
    uint32_t ready_count;
};

static struct committer committer;
static struct lookup lookup;
static struct engine *engine;
static struct ledger *ledger;
static uint8_t own_number;

struct engine *
sim_engine(void)
{
    return engine;
}

struct sim_process *
sim_self(void)
{
    return &sim->processes[own_number];
}

int
sim_number(void)
{
    return own_number;
}

/* ---- clocks, steps ---- */

int64_t
cnop_clock_wall_us(void)
{
    return sim->wall_us;
}

int64_t
cnop_clock_monotonic_us(void)
{
    return sim->monotonic_us;
}

/* Waiting is not done in vain: time goes by. */
int __wrap_poll(struct pollfd *fds, nfds_t count, int timeout_ms);
int
__wrap_poll(struct pollfd *fds, nfds_t count, int timeout_ms)
{
    (void)fds;
    sim_require(count == 0 && timeout_ms > 0, "the engine waits for something");
    sim->monotonic_us += timeout_ms * INT64_C(1000);
    sim->wall_us += timeout_ms * INT64_C(1000);
    sim_yield();
    return 0;
}

void __wrap_engine_kill_point(const char *name);
void
__wrap_engine_kill_point(const char *name)
{
    struct sim_process *self = sim_self();

    cnop_assert(name != NULL);
    if (self->steps_left < 0 || sim->calm || --self->steps_left > 0)
        return;
    sim->count.kills++;
    self->gone = true;
    (void)sem_post(&sim->back);
    _exit(0);
}

static struct sim_request *
request_of(const struct ledger_command *command)
{
    const char *job = (const char *)command - offsetof(struct engine_job, command);

    return &sim->requests[((const struct engine_job *)(const void *)job)->owner_index];
}

enum cnop_err __real_ledger_apply(struct ledger *to, const struct ledger_command *command,
                                  struct ledger_outcome *outcome);
/* The engine's own commands have no request: at most as many as it has jobs wait for their batch.
 */
static struct sim_markets own_markets[1024];
static uint64_t own_count;

static enum cnop_err
apply_own(struct ledger *to, const struct ledger_command *command, struct ledger_outcome *outcome)
{
    char *job = (char *)(uintptr_t)command - offsetof(struct engine_job, command);
    uint64_t place = own_count++ % CNOP_COUNT(own_markets);

    sim_book_note(to, &own_markets[place]);
    ((struct engine_job *)(void *)job)->owner_tag = place;
    own_markets[place].err = __real_ledger_apply(to, command, outcome);
    return own_markets[place].err;
}

const struct sim_markets *
sim_markets_of(const struct engine_job *job)
{
    return &own_markets[job->owner_tag];
}

bool
sim_is_own(const struct ledger_command *command)
{
    return command->op == LEDGER_OP_CROSS || command->op == LEDGER_OP_EXPIRE ||
           command->op == LEDGER_OP_SWITCH_DUE || command->op == LEDGER_OP_TRIGGER;
}

/* Keeps the market as it is when a command is applied. */
enum cnop_err __wrap_ledger_apply(struct ledger *to, const struct ledger_command *command,
                                  struct ledger_outcome *outcome);
enum cnop_err
__wrap_ledger_apply(struct ledger *to, const struct ledger_command *command,
                    struct ledger_outcome *outcome)
{
    const struct ledger_asset *asset = ledger_find_asset(to, command->asset_id);
    struct sim_request *request;

    if (sim_is_own(command))
        return apply_own(to, command, outcome);
    if (command->op == LEDGER_OP_TICK)
        return __real_ledger_apply(to, command, outcome);
    request = request_of(command);
    request->market = (struct auditor_asset){.active = asset->active,
                                             .halted = asset->halted,
                                             .price = asset->price.e10,
                                             .seq = asset->price_seq,
                                             .time_us = asset->price_time_us};
    if (sim->books)
        sim_book_note(to, &request->markets);
    request->applied_err = __real_ledger_apply(to, command, outcome);
    return request->applied_err;
}

/* ---- the committer's port ---- */

void
committer_send(struct committer *to, struct engine_batch *batch)
{
    sim_require(to->batch == NULL, "two batches are lent at once");
    to->batch = batch;
    to->done = to->told = false;
}

bool
committer_take(struct committer *from, struct commit_result *ret_result)
{
    if (!from->told)
        return false;
    *ret_result = from->result;
    sim_client_settled(from->batch);
    from->batch = NULL;
    from->done = from->told = false;
    return true;
}

int
committer_fd(const struct committer *of)
{
    (void)of;
    return -1;
}

bool
committer_has_database(const struct committer *of)
{
    return atomic_load(&of->commit.has_database);
}

void
committer_stop(struct committer *what)
{
    (void)what;
}

static void
carry_out(void)
{
    struct engine_batch *batch = committer.batch;

    rows_encode(batch, &sim_seals, &committer.commit.sql);
    sim_database_expect(batch);
    committer.result.err = commit_sql_run(&committer.commit, batch);
    committer.result.elapsed_us = 1000;
    sim_database_expect(NULL);
    committer.done = true;
}

/* ---- the look-up's port ---- */

bool
lookup_push(struct lookup *to, struct engine_job *job)
{
    if (to->waiting_count + to->ready_count == LOOKUPS)
        return false;
    to->waiting[to->waiting_count++] = job;
    sim->count.lookups++;
    return true;
}

uint32_t
lookup_take(struct lookup *from, struct lookup_result *results, uint32_t max)
{
    uint32_t count = from->ready_count < max ? from->ready_count : max;

    memcpy(results, from->ready, count * sizeof(*results));
    from->ready_count -= count;
    memmove(from->ready, from->ready + count, from->ready_count * sizeof(*results));
    return count;
}

int
lookup_fd(const struct lookup *of)
{
    (void)of;
    return -1;
}

void
lookup_stop(struct lookup *what)
{
    (void)what;
}

static void
answer_lookup(void)
{
    struct engine_job *job = lookup.waiting[0];
    struct lookup_result *result = &lookup.ready[lookup.ready_count++];

    lookup.waiting_count--;
    memmove(lookup.waiting, lookup.waiting + 1, lookup.waiting_count * sizeof(job));
    *result = (struct lookup_result){.job = job};
    result->err = sim_chance(15) ? CNOP_E_DB_FAILED : sim_database_look_up(result);
}

/* ---- a round of the loop ---- */

static void
move_price(void)
{
    struct ledger_command tick = {.op = LEDGER_OP_TICK,
                                  .asset_id = (uint16_t)(1 + sim_draw(sim_book_asset_count())),
                                  .time_us = sim->wall_us};
    struct auditor_asset *market = &sim->market[tick.asset_id];
    int64_t change = market->price / 1000 * ((int64_t)sim_draw(41) - 20);

    market->price = market->price + change > 100 ? market->price + change : 100;
    market->seq++;
    market->time_us = sim->wall_us;
    sim_database_market(tick.asset_id);
    tick.price.e10 = market->price;
    tick.price_seq = market->seq;
    tick.price_time_us = market->time_us;
    if (!sim_chance(10)) /* the word of it may be lost */
        (void)!engine_tick(engine, &tick);
}

static void
move_clocks(void)
{
    int64_t us = (int64_t)sim_draw(2000);

    if (committer.batch != NULL && sim_chance(60))
        us += GIVEUP_US + 1;
    sim->monotonic_us += us;
    sim->wall_us += us;
    if (sim_chance(400))
        sim->wall_us += ((int64_t)sim_draw(7) - 3) * 1000000;
    if (sim_chance(4000))
        sim->wall_us += ((int64_t)sim_draw(3) - 1) * INT64_C(90000000000);
}

static void
round_of_events(void)
{
    for (uint64_t events = sim_draw(8); events > 0; events--)
        sim_client_step();
    if (sim_draw(3) == 0)
        move_price();
    if (lookup.waiting_count > 0 && sim_draw(2) == 0)
        answer_lookup();
    if (committer.batch != NULL && !committer.done && sim_draw(2) == 0)
        carry_out();
    if (committer.done && sim_draw(2) == 0)
        committer.told = true;
    move_clocks();
    engine_on_lookup(engine);
    engine_on_committer(engine);
    engine_round_end(engine);
}

/* ---- start ---- */

static void
make_ledger(void)
{
    const struct ledger_config config = sim->auditor.rules;
    void *memory = mmap(NULL, ledger_bytes(&config), PROT_READ | PROT_WRITE,
                        MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

    sim_require(memory != MAP_FAILED, "no memory for the ledger");
    ledger = ledger_init(memory, &config);
}

static enum cnop_err
start(struct recovered *ret_recovered)
{
    static const uint64_t boot_keys[] = {0, 5, 5, 40, 40, 4000};
    struct recovery_parts parts = {.db = (struct cnop_batch_db *)(void *)sim,
                                   .verify = (struct verify *)(void *)sim,
                                   .key = &sim_seals,
                                   .boot_keys = boot_keys[sim_draw(CNOP_COUNT(boot_keys))],
                                   .ledger = ledger};
    enum cnop_err err = recovery_run(&parts, ret_recovered);

    /* One that another overtakes while it starts may doubt what it reads. */
    sim_require(err != CNOP_E_INTERNAL || ret_recovered->chain.epoch != sim_database_epoch(),
                "a start does not believe the rows");
    if (err != CNOP_OK)
        return err;
    sim_require(ret_recovered->finding_count == 0, "a start finds fault with the rows");
    sim_self()->epoch = ret_recovered->chain.epoch;
    if (sim_database_epoch() == sim_self()->epoch)
        sim_require(sim->books ? !model_differs(&sim->model, ledger)
                               : !auditor_differs(&sim->auditor, ledger),
                    "the rows are not the auditor's");
    return CNOP_OK;
}

void
sim_engine_live(uint8_t number)
{
    struct engine_parts parts = {.committer = &committer,
                                 .lookup = &lookup,
                                 .queue_jobs = QUEUE_JOBS,
                                 .queue_age_us = 4 * GIVEUP_US,
                                 .commit_giveup_us = GIVEUP_US,
                                 .blocked_pause_us = 20000};
    struct recovered recovered;

    own_number = number;
    make_ledger();
    if (start(&recovered) != CNOP_OK || sim->only_start)
        return;
    parts.ledger = ledger;
    parts.chain = recovered.chain;
    parts.event_seq = recovered.event_seq;
    cnop_batch_init(&committer.commit.sql, malloc(SQL_BYTES), SQL_BYTES);
    committer.commit.db = (struct cnop_batch_db *)(void *)sim;
    committer.commit.key = &sim_seals;
    atomic_store(&committer.commit.has_database, true);
    sim_require(engine_open(&parts, &engine) == CNOP_OK, "no memory for the engine");
    while (!engine_is_over(engine)) {
        round_of_events();
        if (sim_draw(20) == 0)
            sim_yield();
    }
}
