/* SPDX-License-Identifier: MIT */
/* Table of the engine's metrics, and their way to the service's scoreboard. */
#include "fcgi_services/order/engine_metrics.h"

#include "fcgi_services/order/engine_env.h"
#include "shared/base/err.h"

static const int64_t size_bounds[] = {1, 2, 4, 8, 16, 32, 64, 128, 256, 512};
static const int64_t commit_bounds_us[] = {250,   500,   1000,   2500,   5000,    10000,
                                           25000, 50000, 100000, 250000, 1000000, 5000000};

const struct cnop_metric_def engine_metrics[ENGINE_METRIC_COUNT] = {
    [ENGINE_METRIC_COMMITTED] = {.name = "order_engine_commands_committed_total",
                                 .help = "Commands that changed the ledger and are durable.",
                                 .kind = CNOP_METRIC_COUNTER},
    [ENGINE_METRIC_COMMIT_FAILED] = {.name = "order_engine_commits_failed_total",
                                     .help = "Batches that did not become durable.",
                                     .kind = CNOP_METRIC_COUNTER},
    [ENGINE_METRIC_COMMIT_UNKNOWN] = {.name = "order_engine_commits_unknown_total",
                                      .help = "Batches whose outcome was unknown for too long.",
                                      .kind = CNOP_METRIC_COUNTER},
    [ENGINE_METRIC_ISOLATED] = {.name = "order_engine_isolations_total",
                                .help = "Batches run again one command at a time.",
                                .kind = CNOP_METRIC_COUNTER},
    [ENGINE_METRIC_BLOCKED] = {.name = "order_engine_blocked_commands_total",
                               .help = "Commands refused because their rows are locked.",
                               .kind = CNOP_METRIC_COUNTER},
    [ENGINE_METRIC_SHED] = {.name = "order_engine_shed_total",
                            .help = "Commands refused because too much was waiting.",
                            .kind = CNOP_METRIC_COUNTER},
    [ENGINE_METRIC_LOOKUP] = {.name = "order_engine_key_lookups_total",
                              .help = "Idempotency keys looked up in the database.",
                              .kind = CNOP_METRIC_COUNTER},
    [ENGINE_METRIC_REPLAYED] = {.name = "order_engine_replays_total",
                                .help = "Commands answered from their first execution.",
                                .kind = CNOP_METRIC_COUNTER},
    [ENGINE_METRIC_TICKS] = {.name = "order_engine_ticks_total",
                             .help = "Prices taken from the feed.",
                             .kind = CNOP_METRIC_COUNTER},
    [ENGINE_METRIC_FINDINGS_TOTAL] = {.name = "order_engine_verify_findings_total",
                                      .help = "Rows that did not fit, each counted once.",
                                      .kind = CNOP_METRIC_COUNTER},
    [ENGINE_METRIC_FINDINGS] = {.name = "order_engine_verify_findings",
                                .help = "Rows that did not fit in the last pass.",
                                .kind = CNOP_METRIC_GAUGE},
    [ENGINE_METRIC_NOT_DURABLE] = {.name = "order_engine_database_not_durable",
                                   .help = "1: the server does not write each commit to the disk.",
                                   .kind = CNOP_METRIC_GAUGE},
    [ENGINE_METRIC_VERIFIED_ACCOUNTS] = {.name = "order_engine_verified_accounts",
                                         .help = "Accounts that the last pass has verified.",
                                         .kind = CNOP_METRIC_GAUGE},
    [ENGINE_METRIC_VERIFIED_SEQ] = {.name = "order_engine_verified_journal_seq",
                                    .help = "Journal row to which the last pass has verified.",
                                    .kind = CNOP_METRIC_GAUGE},
    [ENGINE_METRIC_VERIFIED_TIME] = {.name = "order_engine_verified_timestamp_seconds",
                                     .help = "When the last whole pass began.",
                                     .kind = CNOP_METRIC_GAUGE},
    [ENGINE_METRIC_EVENTS_PUBLISHED] = {.name = "order_engine_events_published_total",
                                        .help = "Events that gateways have taken, of each.",
                                        .kind = CNOP_METRIC_COUNTER},
    [ENGINE_METRIC_EVENTS_RESETS] = {.name = "order_engine_event_resets_total",
                                     .help = "Times a gateway was told to forget its events.",
                                     .kind = CNOP_METRIC_COUNTER},
    [ENGINE_METRIC_EVENTS_DAMAGED] = {.name = "order_engine_event_rows_damaged_total",
                                      .help = "Rows of events that could not be read.",
                                      .kind = CNOP_METRIC_COUNTER},
    [ENGINE_METRIC_EVENTS_PRUNED] = {.name = "order_engine_event_rows_pruned_total",
                                     .help = "Old rows of events that were removed.",
                                     .kind = CNOP_METRIC_COUNTER},
    [ENGINE_METRIC_EVENTS_HEAD] = {.name = "order_engine_event_seq",
                                   .help = "Number of the last event.",
                                   .kind = CNOP_METRIC_GAUGE},
    [ENGINE_METRIC_EVENTS_WAITING] = {.name = "order_engine_events_waiting",
                                      .help = "Events that the slowest gateway does not have yet.",
                                      .kind = CNOP_METRIC_GAUGE},
    [ENGINE_METRIC_EVENTS_LAG] = {.name = "order_engine_events_lag_seconds",
                                  .help = "Age of the oldest event that a gateway does not have.",
                                  .kind = CNOP_METRIC_GAUGE,
                                  .scale = 1000000},
    [ENGINE_METRIC_GATEWAYS_BEHIND] = {.name = "order_engine_gateways_behind",
                                       .help = "Gateways that cannot be reached, or lack events "
                                               "for more than a second.",
                                       .kind = CNOP_METRIC_GAUGE},
    [ENGINE_METRIC_WAITING] = {.name = "order_engine_waiting_commands",
                               .help = "Commands without an answer yet.",
                               .kind = CNOP_METRIC_GAUGE},
    [ENGINE_METRIC_BATCH_SIZE] = {.name = "order_engine_batch_commands",
                                  .help = "Changing commands in one transaction.",
                                  .kind = CNOP_METRIC_HISTOGRAM,
                                  .bounds = size_bounds,
                                  .bound_count = CNOP_COUNT(size_bounds)},
    [ENGINE_METRIC_COMMIT_SECONDS] = {.name = "order_engine_commit_seconds",
                                      .help = "Time to write one transaction.",
                                      .kind = CNOP_METRIC_HISTOGRAM,
                                      .bounds = commit_bounds_us,
                                      .bound_count = CNOP_COUNT(commit_bounds_us),
                                      .scale = 1000000},
};

void
engine_metric_add(enum engine_metric metric, int64_t delta)
{
    cnop_assert(metric < ENGINE_METRIC_COUNT);
    cnop_metric_add(metric, delta);
}

void
engine_metric_set(enum engine_metric metric, int64_t value)
{
    cnop_assert(metric < ENGINE_METRIC_COUNT);
    cnop_metric_set(metric, value);
}

void
engine_metric_observe(enum engine_metric metric, int64_t value)
{
    cnop_assert(metric < ENGINE_METRIC_COUNT);
    cnop_metric_observe(metric, value);
}
