/* SPDX-License-Identifier: MIT */
/* Worlds, one after the other, until so many commands have gone through engines; see sim.h.
 *
 *     simulator [--commands N] [--seed S] [--caught]
 *
 * World w of seed S is the first world of seed S + w: a failure names the one seed that repeats it.
 * --caught turns the verdict round, for an engine with a planted bug (CNOP_FAULT, see fault.h). */
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "shared/base/log.h"
#include "tests/sim/sim.h"

#define START_US (INT64_C(1790000000) * 1000000)
#define ANSWER_S 60 /* for one turn: a busy machine */
#define TURNS_MAX 200000

/* Of a run without options, as one of the units. */
#if CNOP_ASAN || CNOP_TSAN
#define COMMANDS_DEFAULT 10000
#else
#define COMMANDS_DEFAULT 50000
#endif

struct sim *sim;
struct seal_key sim_seals = {{7}};

/* ---- chance ---- */

uint64_t
sim_draw(uint64_t below)
{
    sim->random ^= sim->random << 13;
    sim->random ^= sim->random >> 7;
    sim->random ^= sim->random << 17;
    return (sim->random >> 11) % below;
}

bool
sim_chance(uint64_t one_in)
{
    return sim_draw(one_in) == 0 && !sim->calm;
}

/* ---- failure ---- */

static pid_t parent;
static bool is_wanted; /* a failure is what this run is to show */

_Noreturn static void
report_failure(void)
{
    printf("%s 1 - simulator\n# seed %llu, after %llu commands: %s\n", is_wanted ? "ok" : "not ok",
           (unsigned long long)sim->seed, (unsigned long long)sim->count.commands, sim->failure);
    (void)fflush(stdout);
    for (int i = 0; i < SIM_ENGINES; i++) {
        if (sim->processes[i].pid != 0)
            (void)kill(sim->processes[i].pid, SIGKILL);
    }
    _exit(is_wanted ? 0 : 1);
}

void
sim_fail(const char *format, ...)
{
    va_list list;

    va_start(list, format);
    (void)vsnprintf(sim->failure, sizeof(sim->failure), format, list);
    va_end(list);
    if (getpid() == parent)
        report_failure();
    (void)sem_post(&sim->back);
    _exit(1);
}

void
sim_require(bool holds, const char *what)
{
    if (!holds)
        sim_fail("%s", what);
}

/* An assertion of the engine's own has failed, and said so. */
static void
on_abort(int number)
{
    static const char text[] = "an assertion failed";

    (void)number;
    memcpy(sim->failure, text, sizeof(text));
    (void)sem_post(&sim->back);
    _exit(1);
}

/* ---- turns ---- */

static void
await(sem_t *semaphore)
{
    while (sem_wait(semaphore) != 0) {
    }
}

void
sim_yield(void)
{
    (void)sem_post(&sim->back);
    await(&sim_self()->turn);
}

static void
bury(uint8_t number)
{
    struct sim_process *process = &sim->processes[number];

    if (process->pid == 0)
        return;
    (void)kill(process->pid, SIGKILL);
    (void)waitpid(process->pid, NULL, 0);
    process->pid = 0;
    sim_client_lost(number);
}

/* The newest becomes the one before; who was that is killed. */
static void
bear(void)
{
    uint8_t number = (uint8_t)(1 - sim->newest);
    struct sim_process *process = &sim->processes[number];
    pid_t pid;

    bury(number);
    sim->newest = number;
    process->epoch = 0;
    process->gone = false;
    process->steps_left = (int32_t)sim_draw(6000);
    (void)sem_init(&process->turn, 1, 0);
    sim->count.lives++;
    pid = fork();
    if (pid != 0) {
        process->pid = pid; /* the memory is the child's, too */
        return;
    }
    (void)sigaction(SIGABRT, &(struct sigaction){.sa_handler = on_abort}, NULL);
    await(&process->turn);
    sim_engine_live(number);
    process->gone = true;
    (void)sem_post(&sim->back);
    _exit(0);
}

/* False: it is gone, and nothing that was on its way to it arrives. */
static bool
is_alive(uint8_t number)
{
    struct sim_process *process = &sim->processes[number];

    if (process->pid != 0 && process->gone)
        bury(number);
    if (process->pid == 0)
        sim_client_lost(number);
    return process->pid != 0;
}

/* Waits until the turn comes back. */
static void
give_turn(uint8_t number)
{
    struct timespec end;

    (void)sem_post(&sim->processes[number].turn);
    (void)clock_gettime(CLOCK_REALTIME, &end);
    end.tv_sec += ANSWER_S;
    if (sem_timedwait(&sim->back, &end) != 0)
        memcpy(sim->failure, "no end of a turn", sizeof("no end of a turn"));
}

/* ---- a world ---- */

static void
make_rules(struct ledger_config *rules)
{
    static const unsigned fees[] = {0, 10, 25};

    ledger_config_default(rules);
    rules->max_accounts = 64;
    rules->max_balances = 256;
    rules->max_assets = AUDITOR_ASSETS;
    rules->recent_keys = 512; /* many are forgotten soon */
    rules->undo_entries = 4096;
    rules->max_dirty = ENGINE_DIRTY_MAX;
    rules->fee_bps = fees[sim_draw(CNOP_COUNT(fees))];
    rules->deposit_limit.e8 = (int64_t)(1 + sim_draw(40)) * 1000 * CNOP_E8;
    rules->house_floor_e8 = sim_draw(3) == 0 ? -(50000 * CNOP_E8) : rules->house_floor_e8;
}

static void
make_world(uint64_t seed, uint32_t intent_target)
{
    const struct sim_count count = sim->count;

    memset(sim, 0, offsetof(struct sim, tables));
    memset(&sim->tables, 0, offsetof(struct sim_tables, cells));
    sim->count = count;
    sim->seed = seed;
    sim->random = seed * UINT64_C(0x9e3779b97f4a7c15) + 1;
    sim->wall_us = START_US;
    sim->monotonic_us = 1000000;
    sim->intent_target = intent_target;
    (void)sem_init(&sim->back, 1, 0);
    make_rules(&sim->auditor.rules);
    sim->auditor.next_id = 1;
    sim->books = seed % 2 == 0;
    if (sim->books)
        sim_book_init();
    sim_database_init();
    for (uint16_t id = 1; id < AUDITOR_ASSETS; id++) {
        sim->market[id] = (struct auditor_asset){.active = id != 5 || sim_draw(2) == 0,
                                                 .price = (int64_t)(1 + sim_draw(5000)) * CNOP_E10,
                                                 .seq = 1,
                                                 .time_us = START_US};
        sim_database_market(id);
    }
}

static void
turn(void)
{
    uint8_t number = sim->newest;

    if (!is_alive(number) || sim_chance(30)) {
        bear();
        if (sim_chance(3)) { /* two start at once */
            give_turn(sim->newest);
            bear();
        }
    }
    if (sim_chance(60)) {
        sim->count.kills++;
        bury((uint8_t)sim_draw(SIM_ENGINES));
    }
    number = is_alive((uint8_t)(1 - sim->newest)) && sim_draw(3) == 0 ? (uint8_t)(1 - sim->newest)
                                                                      : sim->newest;
    if (is_alive(number))
        give_turn(number);
    if (sim->failure[0] != '\0')
        report_failure();
}

/* A last start, of which nothing is asked but to be right. */
static void
end_world(void)
{
    bury(0);
    bury(1);
    sim->calm = sim->only_start = true;
    bear();
    while (is_alive(sim->newest))
        give_turn(sim->newest);
    if (sim->failure[0] != '\0')
        report_failure();
    sim_require(sim->processes[sim->newest].epoch != 0, "the last start has failed");
    sim_client_check_end();
    sim_database_check_end();
}

static void
run_world(uint64_t seed, uint32_t intent_target)
{
    make_world(seed, intent_target);
    for (uint32_t turns = 0; !sim->calm || !sim_client_is_done(); turns++) {
        sim_require(turns < TURNS_MAX, "the world does not come to rest");
        sim->calm = sim->calm || sim->intent_count == intent_target;
        turn();
    }
    end_world();
}

/* ---- the program ---- */

static uint64_t
number_of(const char *text)
{
    char *end;
    uint64_t value = strtoull(text, &end, 10);

    if (*text == '\0' || *end != '\0') {
        fprintf(stderr, "simulator [--commands N] [--seed S] [--caught]\n");
        exit(2);
    }
    return value;
}

static void
tell(uint64_t worlds)
{
    const struct sim_count *count = &sim->count;

    printf("# %llu worlds, %llu commands, %llu effects, %llu commits; %llu lives of engines, %llu "
           "kills, %llu answers of fenced engines\n",
           (unsigned long long)worlds, (unsigned long long)count->commands,
           (unsigned long long)count->effects, (unsigned long long)count->commits,
           (unsigned long long)count->lives, (unsigned long long)count->kills,
           (unsigned long long)count->fenced);
    printf("# %llu commits failed, %llu lost their answer, %llu outcomes unknown; %llu replays, "
           "%llu refusals, %llu keys looked up\n",
           (unsigned long long)count->failed_commits, (unsigned long long)count->lost_answers,
           (unsigned long long)count->stalls, (unsigned long long)count->replays,
           (unsigned long long)count->refusals, (unsigned long long)count->lookups);
    printf(
        "# %llu orders rested or waited, %llu reached by a price, %llu fills, %llu cancelled, %llu "
        "amended, %llu ended by time, switch or all at once\n",
        (unsigned long long)count->rested, (unsigned long long)count->triggered,
        (unsigned long long)count->fills, (unsigned long long)count->cancels,
        (unsigned long long)count->amends, (unsigned long long)count->ended);
}

int
main(int argc, char **argv)
{
    uint64_t commands = COMMANDS_DEFAULT, seed = 1, worlds = 0;

    for (int i = 1; i < argc; i++) {
        if (strcmp(argv[i], "--caught") == 0)
            is_wanted = true;
        else if (strcmp(argv[i], "--commands") == 0 && i + 1 < argc)
            commands = number_of(argv[++i]);
        else if (strcmp(argv[i], "--seed") == 0 && i + 1 < argc)
            seed = number_of(argv[++i]);
        else
            (void)number_of("");
    }
    parent = getpid();
    sim = mmap(NULL, sizeof(*sim), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (sim == MAP_FAILED || cnop_log_open("simulator", CNOP_LOG_CRITICAL, "/dev/null") != CNOP_OK)
        return 2;
    cnop_secret_init();
    printf("1..1\n");
    (void)fflush(stdout);
    for (; sim->count.commands < commands; worlds++)
        run_world(seed + worlds, SIM_INTENTS);
    tell(worlds);
    printf("%s 1 - simulator\n", is_wanted ? "not ok" : "ok");
    return is_wanted ? 1 : 0;
}
