/* SPDX-License-Identifier: MIT */
/* Start and stop of the engine's process, and what the loop calls; see engine_env.h. */
#include "fcgi_services/order/engine_env.h"

#include <sys/epoll.h>
#include <sys/mman.h>

#include "fcgi_services/order/board.h"
#include "fcgi_services/order/board_tape_sql.h"
#include "fcgi_services/order/command_socket.h"
#include "fcgi_services/order/committer_sql.h"
#include "fcgi_services/order/engine_run.h"
#include "fcgi_services/order/event_env.h"
#include "fcgi_services/order/guard.h"
#include "fcgi_services/order/lookup_sql.h"
#include "fcgi_services/order/order_http.h"
#include "fcgi_services/order/order_json.h"
#include "fcgi_services/order/recovery_sql.h"
#include "fcgi_services/order/rules_start.h"
#include "fcgi_services/order/whole_cents.h"
#include "shared/base/log.h"

/* ---- start ---- */

/* NULL: the system has no memory (logged). */
static struct ledger *
make_ledger(const struct engine_config *config)
{
    struct ledger_config rules = config->ledger;
    size_t bytes;
    void *memory;

    cnop_secret_random(rules.hash_seed, sizeof(rules.hash_seed));
    rules.max_dirty = ENGINE_DIRTY_MAX;
    rules.max_fills = ENGINE_FILL_MAX;
    rules.max_order_rows = ENGINE_ORDER_MAX;
    bytes = ledger_bytes(&rules);
    cnop_assert(bytes > 0);
    memory = mmap(NULL, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (memory == MAP_FAILED) {
        cnop_log_write(CNOP_LOG_CRITICAL, "memory", "the system has no memory for the ledger");
        return NULL;
    }
    return ledger_init(memory, &rules);
}

/* The ledger, its databases and what the start has found. */
struct making {
    const struct engine_config *config;
    struct seal_key seals;
    struct verify *verify;
    struct cnop_batch_db *committer_db, *lookup_db, *verifier_db;
    struct recovered recovered;
    struct event_queue *events;
    int committer_fd;
};

static enum cnop_err
open_databases(struct making *making)
{
    const struct cnop_db_config *db = &making->config->db;
    uint32_t read_timeout_ms = (uint32_t)db->db_query_timeout;
    enum cnop_err err = cnop_batch_db_open(db, read_timeout_ms * 5, &making->committer_db);

    if (err == CNOP_OK)
        err = cnop_batch_db_open(db, read_timeout_ms, &making->lookup_db);
    if (err == CNOP_OK)
        err = cnop_batch_db_open(db, read_timeout_ms * 15, &making->verifier_db);
    return err;
}

/* On the connection that the committer takes over. Without its file nobody sees the markets; that
 * is in the log, and no reason to keep people from their money. */
static enum cnop_err
open_board(struct making *making, struct engine_parts *parts)
{
    const struct engine_config *config = making->config;

    cnop_assert(parts->ledger != NULL);
    if (board_open(config->board_file, parts->ledger, &config->ledger, &parts->board) != CNOP_OK)
        return CNOP_OK;
    return board_tape_load(making->committer_db, parts->board);
}

/* Loads the ledger and starts committer and look-up. */
static enum cnop_err
make_parts(struct making *making, struct engine_parts *parts)
{
    const struct engine_config *config = making->config;
    struct recovery_parts recovery = {
        .key = &making->seals, .boot_keys = config->boot_keys, .any_disk = config->any_disk};
    enum cnop_err err = open_databases(making);

    cnop_assert(parts->ledger == NULL);
    if (err == CNOP_OK)
        err = verify_open(making->verifier_db, &making->seals, &making->verify);
    if (err != CNOP_OK)
        return err;
    parts->ledger = make_ledger(config);
    if (parts->ledger == NULL)
        return CNOP_E_NO_MEMORY;
    recovery.db = making->committer_db;
    recovery.verify = making->verify;
    recovery.ledger = parts->ledger;
    err = recovery_run(&recovery, &making->recovered);
    parts->chain = making->recovered.chain;
    parts->event_seq = making->recovered.event_seq;
    if (err == CNOP_OK && config->board_file[0] != '\0')
        err = open_board(making, parts);
    if (err == CNOP_OK)
        err = event_queue_open(parts->event_seq, &making->events);
    if (err == CNOP_OK)
        err = committer_sql_start(making->committer_db, &making->seals, making->events,
                                  &parts->committer);
    if (err == CNOP_OK)
        err = lookup_sql_start(making->lookup_db, &parts->lookup);
    return err;
}

static void
on_committer(int fd, uint32_t events, void *arg)
{
    cnop_assert(fd >= 0);
    (void)events;
    engine_on_committer(arg);
}

static void
on_lookup(int fd, uint32_t events, void *arg)
{
    cnop_assert(fd >= 0);
    (void)events;
    engine_on_lookup(arg);
}

static void
on_verifier(int fd, uint32_t events, void *arg)
{
    cnop_assert(fd >= 0);
    (void)events;
    guard_on_verifier(arg);
}

/* Freezes what the start has found before anybody is served, and starts to look for more. */
static enum cnop_err
open_guard(struct making *making, struct order_env *env)
{
    const struct verifier_config config = {.share_percent = making->config->verify_share,
                                           .pause_us =
                                               (int64_t)making->config->verify_pause * 1000};
    enum cnop_err err = CNOP_OK;

    if (config.share_percent > 0)
        err = verifier_start(making->verify, making->verifier_db, &config, &env->verifier);
    if (err != CNOP_OK)
        return err;
    env->guard = guard_open(env->engine, env->verifier);
    if (env->verifier != NULL)
        cnop_loop_watch(verifier_fd(env->verifier), EPOLLIN, on_verifier, env->guard);
    guard_take(env->guard, making->recovered.findings, making->recovered.finding_count);
    if (making->recovered.finding_count > 0)
        engine_round_end(env->engine);
    return CNOP_OK;
}

static enum cnop_err
open_engine(struct making *making, struct engine **ret_engine)
{
    const struct engine_config *config = making->config;
    struct engine_parts parts = {.queue_jobs = (uint32_t)config->queue_jobs,
                                 .queue_age_us = (int64_t)config->queue_age * 1000,
                                 .commit_giveup_us = (int64_t)config->commit_giveup * 1000,
                                 .blocked_pause_us = (int64_t)config->blocked_pause * 1000};
    enum cnop_err err = make_parts(making, &parts);

    cnop_assert(config->queue_jobs > 0);
    if (err == CNOP_OK)
        err = engine_open(&parts, ret_engine);
    if (err != CNOP_OK)
        return err;
    making->committer_fd = committer_fd(parts.committer);
    cnop_loop_watch(making->committer_fd, EPOLLIN, on_committer, *ret_engine);
    cnop_loop_watch(lookup_fd(parts.lookup), EPOLLIN, on_lookup, *ret_engine);
    return CNOP_OK;
}

/* After the freezes: what the new rules let trade must not be theirs. */
static enum cnop_err
start_rules(const struct making *making, struct engine *engine)
{
    struct ledger_rules rules;

    cnop_assert(engine != NULL);
    ledger_rules_of(&making->config->ledger, &rules);
    return rules_start(engine, making->committer_fd, &rules, making->recovered.rules_known);
}

enum cnop_err
engine_env_open(void *arg, unsigned thread, void **ret_env)
{
    static struct order_env env;
    static struct making making;
    const struct engine_config *config = arg;
    const struct command_socket_config socket = {.path = config->command_socket,
                                                 .money_uids = config->money_uids,
                                                 .market_uids = config->market_uids,
                                                 .admin_uids = config->admin_uids};
    enum cnop_err err;

    cnop_assert(thread == 0); /* one loop, one owner of the ledger */
    env.config = config;
    making.config = config;
    err = order_id_key_load(config->order_id_key_file, &env.id_key);
    if (err != CNOP_OK)
        return err;
    seal_key_derive(&env.id_key, &making.seals);
    err = open_engine(&making, &env.engine);
    if (err == CNOP_OK)
        err = open_guard(&making, &env);
    if (err == CNOP_OK)
        err = start_rules(&making, env.engine);
    if (err == CNOP_OK)
        err = command_socket_open(env.engine, &socket);
    if (err == CNOP_OK)
        err = event_env_start(config, &env.id_key, making.events);
    if (err == CNOP_OK && config->orders_file[0] != '\0')
        err = cnop_log_open_bulk(config->orders_file);
    if (err != CNOP_OK)
        return err;
    whole_cents_start(env.engine);
    *ret_env = &env;
    return CNOP_OK;
}

void
engine_env_close(void *arg)
{
    struct order_env *env = arg;

    cnop_assert(env->engine != NULL);
    if (env->verifier != NULL)
        verifier_stop(env->verifier);
    engine_close(env->engine);
    event_env_stop();
}

/* ---- at work ---- */

void
engine_env_round_end(void *arg)
{
    struct order_env *env = arg;

    cnop_assert(env->engine != NULL);
    engine_round_end(env->engine);
    if (engine_is_over(env->engine))
        cnop_web_stop();
}

void
engine_env_drain(void *arg)
{
    struct order_env *env = arg;

    cnop_assert(env->engine != NULL);
    command_socket_drain();
    engine_drain(env->engine);
}

void
engine_env_health(void *arg, struct cnop_health *health)
{
    const struct order_env *env = arg;
    struct engine_status status = engine_status(env->engine);
    bool refusing = engine_room(env->engine) == 0;
    struct verifier_progress verified = guard_progress(env->guard);

    cnop_assert(status.oldest_us >= 0);
    cnop_health_check(health, "database", status.database_lost ? CNOP_E_DB_FAILED : CNOP_OK,
                      "epoch %llu, journal at %llu", (unsigned long long)status.epoch,
                      (unsigned long long)status.seq);
    cnop_health_check(health, "engine", refusing ? CNOP_E_OVERLOADED : CNOP_OK,
                      "%u commands wait, the oldest for %lld us", status.waiting_count,
                      (long long)status.oldest_us);
    /* Neither takes the service away: the others go on, and the alarm is the metrics'. */
    cnop_health_note(health, "verification", verified.finding_count == 0,
                     "%lld findings, journal verified to %llu", (long long)verified.finding_count,
                     (unsigned long long)verified.seq);
    cnop_health_note(health, "durability", verified.durable, "%s",
                     verified.durable ? "every commit is on disk" : "commits may be lost");
}
