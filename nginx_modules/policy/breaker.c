/* SPDX-License-Identifier: MIT */
/* The states of a breaker and what moves it between them. */
#include "nginx_modules/policy/breaker.h"

#include "nginx_modules/policy/elapsed.h"
#include "shared/base/attr.h"

#define CLOSING_MS 100 /* while probes are on their way */

static uint64_t
smaller(uint64_t a, uint64_t b)
{
    return a < b ? a : b;
}

static void
enter(struct breaker_row *row, enum breaker_state state, uint64_t now_ms)
{
    row->generation++;
    row->consecutive = 0;
    row->successes = 0;
    row->probes = 0;
    row->window_ms = now_ms;
    row->total = 0;
    row->failed = 0;
    row->state = state;
}

static void
open(struct breaker_row *row, uint64_t pause_ms, uint32_t chance, uint64_t now_ms)
{
    if (row->state == BREAKER_CLOSED)
        row->down_ms = now_ms;
    enter(row, BREAKER_OPEN, now_ms);
    row->opened++;
    row->opened_ms = now_ms;
    row->pause_ms = pause_ms;
    row->wait_ms = pause_ms - pause_ms / 4 * (chance % 1024) / 1024;
}

static void
ask(struct breaker_row *row, const struct breaker_rule *rule, uint64_t now_ms,
    struct breaker_result *result)
{
    result->may_wait = policy_elapsed(row->down_ms, now_ms) < rule->hold_ms;
    if (row->state == BREAKER_OPEN) {
        uint64_t open_ms = policy_elapsed(row->opened_ms, now_ms);

        if (open_ms < row->wait_ms) {
            result->wait_ms = row->wait_ms - open_ms;
            return;
        }
        enter(row, BREAKER_HALF_OPEN, now_ms);
    }
    if (row->state == BREAKER_HALF_OPEN) {
        if (row->probes >= rule->successes) {
            /* A probe whose worker died never tells its result. */
            if (policy_elapsed(row->probed_ms, now_ms) < rule->open_ms) {
                result->wait_ms = CLOSING_MS;
                return;
            }
            row->probes = row->successes;
        }
        row->probes++;
        row->probed_ms = now_ms;
    }
    result->admitted = true;
}

/* While closed. A result beyond one a slice leaves no trace. */
static void
count(struct breaker_row *row, const struct breaker_rule *rule, const struct breaker_event *event,
      uint64_t now_ms)
{
    if (event->kind == BREAKER_LOST) {
        if (row->lost_ms != 0 && policy_elapsed(row->lost_ms, now_ms) < rule->slice_ms)
            return;
        row->lost_ms = now_ms;
    }
    if (policy_elapsed(row->window_ms, now_ms) >= rule->window_ms) {
        row->window_ms = now_ms;
        row->total = 0;
        row->failed = 0;
    }
    row->total++;
    if (event->kind == BREAKER_SUCCESS) {
        row->consecutive = 0;
    } else {
        row->consecutive++;
        row->failed++;
    }
    if (row->consecutive >= rule->failures ||
        (row->failed >= rule->failures && row->failed * 100 >= row->total * rule->ratio))
        open(row, smaller(rule->probe_ms, rule->open_ms), event->chance, now_ms);
}

static void
settle(struct breaker_row *row, const struct breaker_rule *rule, const struct breaker_event *event,
       uint64_t now_ms)
{
    if (row->generation != event->generation)
        return; /* the answer belongs to a state that is over */
    if (event->kind == BREAKER_NOTHING) {
        if (row->probes > row->successes)
            row->probes--;
    } else if (row->state == BREAKER_CLOSED) {
        count(row, rule, event, now_ms);
    } else if (event->kind != BREAKER_SUCCESS) {
        open(row, smaller(row->pause_ms * 2, rule->open_ms), event->chance, now_ms);
    } else if (++row->successes >= rule->successes) {
        enter(row, BREAKER_CLOSED, now_ms);
    }
}

void
breaker_apply(struct breaker_row *row, const struct breaker_rule *rule,
              const struct breaker_event *event, uint64_t now_ms,
              struct breaker_result *ret_result)
{
    struct breaker_result result = {.admitted = false};
    uint32_t before = row->state;

    cnop_assert(row->state <= BREAKER_OPEN);
    cnop_assert(rule->failures > 0 && rule->successes > 0);
    cnop_assert(rule->probe_ms > 0 && rule->open_ms > 0);
    switch (event->kind) {
    case BREAKER_ASK:
        ask(row, rule, now_ms, &result);
        break;
    case BREAKER_SUCCESS:
    case BREAKER_FAILURE:
    case BREAKER_LOST:
    case BREAKER_NOTHING:
        settle(row, rule, event, now_ms);
        break;
    case BREAKER_TRIP:
        open(row, rule->open_ms, 0, now_ms);
        break;
    case BREAKER_RESET:
        enter(row, BREAKER_CLOSED, now_ms);
        break;
    }
    result.changed = row->state != before;
    *ret_result = result;
}
