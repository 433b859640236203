/* SPDX-License-Identifier: MIT */
/* The policies under any sequence of events and of clocks that are read apart: what each promises
 * holds after every event. Covers nginx_modules/policy/{limit,guard,breaker,revoke}.c. */
#include "tests/fuzz/fuzz.h"

#include <string.h>

#include "nginx_modules/policy/breaker.h"
#include "nginx_modules/policy/guard.h"
#include "nginx_modules/policy/limit.h"
#include "nginx_modules/policy/revoke.h"
#include "shared/base/attr.h"

#define NOW UINT64_C(100000000)
#define LATE_MS 50 /* how far clocks are read apart at most */

const char fuzz_corpus[] = "policy";

static const struct limit_rule limit = {.id = 1, .rate = 4, .window_ms = 100};
static const struct guard_rule guard = {
    .fails = 3, .soft_fails = 5, .within_ms = 1000, .block_ms = 500, .hold_ms = 4000};
static const struct breaker_rule breaker = {.failures = 4,
                                            .ratio = 50,
                                            .successes = 2,
                                            .window_ms = 300,
                                            .slice_ms = 20,
                                            .probe_ms = 40,
                                            .open_ms = 160,
                                            .hold_ms = 100};

struct world {
    struct limit_row windows[LIMIT_WAYS];
    struct guard_row addresses[GUARD_WAYS];
    struct breaker_row service;
    struct revoke_bucket denylist[2];
    uint64_t held; /* the generation of the last request let through */
};

static void
step_limit(struct world *world, uint8_t who, uint64_t now_ms)
{
    const uint8_t key[LIMIT_KEY_BYTES] = {who % 16};
    struct limit_result result;

    limit_apply(world->windows, &limit, key, now_ms, &result);
    cnop_assert(result.count >= 1 && result.count <= limit.rate);
    cnop_assert(result.left_ms >= 1 && result.left_ms <= limit.window_ms);
    cnop_assert(!result.refused || result.count == limit.rate);
}

static void
step_guard(struct world *world, uint8_t what, uint8_t who, uint64_t now_ms)
{
    const uint8_t key[GUARD_KEY_BYTES] = {who % 4};
    struct guard_event event = {.kind = (enum guard_event_kind)(what % 8),
                                .pid = 1 + who / 128,
                                .slot = who / 4 % GUARD_SLOTS,
                                .account = what / 8 % 4,
                                .block_ms = what};
    struct guard_result result;
    uint32_t held = 0;
    bool evicted;
    struct guard_row *row = guard_find(world->addresses, key, now_ms, true, &evicted);

    guard_apply(row, &guard, &event, now_ms, &result);
    for (int i = 0; i < GUARD_SLOTS; i++)
        held += row->slots[i].pid != 0;
    cnop_assert(row->fails <= GUARD_FAILS_MAX);
    if (event.kind == GUARD_ASK) {
        cnop_assert(result.verdict != GUARD_GO || held + row->fails <= guard.fails ||
                    row->blocked_ms == 0);
        cnop_assert(result.verdict != GUARD_GO || row->slots[result.slot].pid == event.pid);
        cnop_assert((result.verdict == GUARD_BLOCKED) == (row->blocked_ms != 0));
        cnop_assert(result.verdict != GUARD_BLOCKED || result.left_ms > 0);
    }
    cnop_assert(row->fails < guard.fails || row->blocked_ms != 0);
}

static void
step_breaker(struct world *world, uint8_t what, uint64_t now_ms)
{
    struct breaker_event event = {.kind = (enum breaker_event_kind)(what % 7),
                                  .generation =
                                      what < 200 ? world->service.generation : world->held,
                                  .chance = what * 37U};
    struct breaker_result result;
    struct breaker_row before = world->service;

    breaker_apply(&world->service, &breaker, &event, now_ms, &result);
    cnop_assert(world->service.state <= BREAKER_OPEN);
    cnop_assert(world->service.wait_ms <= breaker.open_ms);
    cnop_assert(world->service.probes <= breaker.successes);
    cnop_assert(result.changed == (before.state != world->service.state));
    if (event.kind == BREAKER_ASK) {
        cnop_assert(result.admitted || before.state != BREAKER_CLOSED);
        cnop_assert(result.admitted || (result.wait_ms > 0 && result.wait_ms <= breaker.open_ms));
        if (result.admitted)
            world->held = world->service.generation;
    }
}

static void
step_revoke(struct world *world, uint8_t what, uint64_t now_ms)
{
    static const enum revoke_kind kinds[] = {REVOKE_SESSION, REVOKE_TOKEN, REVOKE_USER};
    const struct revoke_table table = {.buckets = world->denylist, .bucket_count = 2};
    uint32_t now_s = (uint32_t)(now_ms / 100);
    struct revoke_record record = {.kind = kinds[what % 3],
                                   .key = {what / 3 % 20, 0},
                                   .before_s = now_s,
                                   .expires_s = now_s + what % 32};
    const struct revoke_record *found;
    bool added = revoke_apply(&table, what % 2, &record, now_s);

    found = revoke_find(&table, what % 2, (enum revoke_kind)record.kind, record.key);
    if (added && record.expires_s > now_s) {
        cnop_assert(found != NULL);
        cnop_assert(found->expires_s >= record.expires_s && found->before_s >= record.before_s);
    }
}

int
LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len)
{
    static struct world world;
    uint64_t clock_ms = NOW;

    memset(&world, 0, sizeof(world));
    for (size_t i = 0; i + 3 <= len && i < 6000; i += 3) {
        uint64_t now_ms;

        clock_ms += bytes[i] / 8U;
        now_ms = clock_ms - bytes[i + 2] % LATE_MS;
        switch (bytes[i] % 4) {
        case 0:
            step_limit(&world, bytes[i + 1], now_ms);
            break;
        case 1:
            step_guard(&world, bytes[i + 1], bytes[i + 2], now_ms);
            break;
        case 2:
            step_breaker(&world, bytes[i + 1], now_ms);
            break;
        default:
            step_revoke(&world, bytes[i + 1], now_ms);
            break;
        }
    }
    return 0;
}
