/* SPDX-License-Identifier: MIT */
/* Threads of the event stream; see event_env.h. */
#include "fcgi_services/order/event_env.h"

#include <pthread.h>

#include "fcgi_services/order/engine_metrics.h"
#include "fcgi_services/order/event_store.h"
#include "fcgi_services/order/publisher.h"
#include "shared/base/clock.h"
#include "shared/base/log.h"
#include "shared/control/control.h"
#include "shared/db/db.h"
#include "shared/http/http_client.h"

#define PAUSE_FIRST_US 20000
#define PAUSE_MAX_US 1000000
#define KEEPER_US 1000000
#define KEEPER_ARENA_BYTES (512u * 1024)
#define BEHIND_US 1000000 /* a gateway that lacks something for so long is behind */

struct sender {
    pthread_t thread;
    struct publisher *publisher;
};

static struct events {
    const struct engine_config *config;
    struct publisher_config publishers;
    struct event_queue *queue;
    struct sender senders[CNOP_CONTROL_GATEWAYS];
    size_t sender_count;
    pthread_t keeper;
    bool has_keeper;
    struct cnop_db *db; /* the keeper's */
    struct cnop_arena *arena;
} events;

/* ---- publishers ---- */

/* Changes only: a gateway that is down stays one line. */
static void
note(const struct sender *sender, enum cnop_err err)
{
    struct cnop_log_line line;

    cnop_log_begin(&line, err == CNOP_OK ? CNOP_LOG_INFO : CNOP_LOG_WARN, NULL, "events",
                   err == CNOP_OK ? "gateway gets events" : "gateway gets no events");
    cnop_log_text(&line, "gateway", publisher_name(sender->publisher));
    cnop_log_text(&line, "error", err == CNOP_OK ? NULL : cnop_err_symbol(err));
    cnop_log_end(&line);
}

static void *
sender_main(void *arg)
{
    struct sender *sender = arg;
    int64_t pause_us = PAUSE_FIRST_US;
    enum cnop_err last_err = CNOP_E_UNAVAILABLE;

    while (!event_queue_is_closed(events.queue)) {
        enum cnop_err err = publisher_round(sender->publisher);

        /* One that was started anew says so by a conflict: that is how it is found. */
        if (err != last_err && err != CNOP_E_CONFLICT) {
            note(sender, err);
            last_err = err;
        }
        if (err == CNOP_OK) {
            pause_us = PAUSE_FIRST_US;
            continue;
        }
        event_queue_rest(events.queue, cnop_clock_monotonic_us() + pause_us);
        pause_us = pause_us * 2 < PAUSE_MAX_US ? pause_us * 2 : PAUSE_MAX_US;
    }
    return NULL;
}

/* ---- the keeper ---- */

static void
prune(void)
{
    int64_t before_us = cnop_clock_wall_us() - (int64_t)events.config->event_keep * 1000;
    uint32_t count = 0;

    cnop_arena_reset(events.arena);
    if (event_store_prune(events.db, events.arena, before_us, &count) == CNOP_OK)
        engine_metric_add(ENGINE_METRIC_EVENTS_PRUNED, count);
}

static void
measure(void)
{
    uint64_t waiting = 0;
    int64_t lag_us = 0, behind = 0;

    for (size_t i = 0; i < events.sender_count; i++) {
        int64_t its_lag_us;
        uint64_t its_waiting = publisher_behind(events.senders[i].publisher, &its_lag_us);

        if (its_waiting == UINT64_MAX || its_lag_us > BEHIND_US)
            behind++;
        if (its_waiting != UINT64_MAX && its_waiting > waiting)
            waiting = its_waiting;
        lag_us = its_lag_us > lag_us ? its_lag_us : lag_us;
    }
    engine_metric_set(ENGINE_METRIC_EVENTS_HEAD, (int64_t)event_queue_head(events.queue));
    engine_metric_set(ENGINE_METRIC_EVENTS_WAITING, (int64_t)waiting);
    engine_metric_set(ENGINE_METRIC_EVENTS_LAG, lag_us);
    engine_metric_set(ENGINE_METRIC_GATEWAYS_BEHIND, behind);
}

static void *
keeper_main(void *arg)
{
    (void)arg;
    while (!event_queue_is_closed(events.queue)) {
        prune();
        measure();
        event_queue_rest(events.queue, cnop_clock_monotonic_us() + KEEPER_US);
    }
    return NULL;
}

/* ---- start and end ---- */

static enum cnop_err
start_keeper(void)
{
    enum cnop_err err = cnop_db_open(&events.config->db, &events.db);

    if (err != CNOP_OK)
        return err;
    events.arena = cnop_arena_new(KEEPER_ARENA_BYTES);
    events.has_keeper = pthread_create(&events.keeper, NULL, keeper_main, NULL) == 0;
    return events.has_keeper ? CNOP_OK : CNOP_E_IO;
}

enum cnop_err
event_env_start(const struct engine_config *config, const struct cnop_id_key *id_key,
                struct event_queue *queue)
{
    enum cnop_err err = CNOP_OK;

    cnop_assert(events.queue == NULL); /* one a process */
    cnop_http_init();
    events.config = config;
    events.queue = queue;
    events.publishers = (struct publisher_config){.sockets = config->gateway_sockets,
                                                  .db = &config->db,
                                                  .id_key = id_key,
                                                  .board_file = config->board_file,
                                                  .timeout_ms = (uint32_t)config->gateway_timeout,
                                                  .keep = config->event_catch_up};
    while (err == CNOP_OK && events.sender_count < CNOP_CONTROL_GATEWAYS) {
        struct sender *sender = &events.senders[events.sender_count];

        err = publisher_open(&events.publishers, events.sender_count, queue, &sender->publisher);
        if (err == CNOP_OK && pthread_create(&sender->thread, NULL, sender_main, sender) != 0)
            err = CNOP_E_IO;
        events.sender_count += err == CNOP_OK;
    }
    if (err == CNOP_OK || err == CNOP_E_NOT_FOUND)
        err = start_keeper();
    if (err != CNOP_OK)
        cnop_log_write(CNOP_LOG_CRITICAL, "events", "the event stream cannot be started");
    return err;
}

void
event_env_stop(void)
{
    cnop_assert(events.queue != NULL);
    event_queue_close(events.queue);
    for (size_t i = 0; i < events.sender_count; i++) {
        (void)pthread_join(events.senders[i].thread, NULL);
        publisher_close(&events.senders[i].publisher);
    }
    if (events.has_keeper)
        (void)pthread_join(events.keeper, NULL);
    cnop_db_close(&events.db);
}
