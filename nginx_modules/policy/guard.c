/* SPDX-License-Identifier: MIT */
/* What an event does to the row of an address. */
#include "nginx_modules/policy/guard.h"

#include <string.h>

#include "nginx_modules/policy/elapsed.h"
#include "shared/base/attr.h"

static bool
is_better_victim(const struct guard_row *row, const struct guard_row *than)
{
    bool blocked = row->blocked_ms != 0, than_blocked = than->blocked_ms != 0;

    return blocked == than_blocked ? row->used_ms < than->used_ms : than_blocked;
}

bool
guard_row_is_empty(const struct guard_row *row)
{
    return row->used_ms == 0 ||
           (row->fails == 0 && row->soft_fails == 0 && row->blocked_ms == 0);
}

struct guard_row *
guard_find(struct guard_row bucket[GUARD_WAYS], const uint8_t key[GUARD_KEY_BYTES], uint64_t now_ms,
           bool create, bool *ret_evicted)
{
    struct guard_row *victim = bucket;

    cnop_assert(now_ms > 0);
    *ret_evicted = false;
    for (int i = 0; i < GUARD_WAYS; i++) {
        if (bucket[i].used_ms != 0 && memcmp(bucket[i].key, key, GUARD_KEY_BYTES) == 0)
            return &bucket[i];
        if (is_better_victim(&bucket[i], victim))
            victim = &bucket[i];
    }
    if (!create)
        return NULL;
    *ret_evicted = !guard_row_is_empty(victim);
    memset(victim, 0, sizeof(*victim));
    memcpy(victim->key, key, GUARD_KEY_BYTES);
    victim->used_ms = now_ms;
    return victim;
}

static void
forget(struct guard_row *row)
{
    row->fails = 0;
    row->soft_fails = 0;
    row->blocked_ms = 0;
}

/* What time alone has ended. */
static void
age(struct guard_row *row, const struct guard_rule *rule, uint64_t now_ms)
{
    if (row->blocked_ms != 0 && row->blocked_ms <= now_ms)
        forget(row);
    if (row->blocked_ms == 0 && (row->fails != 0 || row->soft_fails != 0) &&
        policy_elapsed(row->window_ms, now_ms) >= rule->within_ms)
        forget(row);
    for (int i = 0; i < GUARD_SLOTS; i++)
        if (row->slots[i].pid != 0 && row->slots[i].until_s <= now_ms / 1000)
            row->slots[i].pid = 0;
}

static void
ask(struct guard_row *row, const struct guard_rule *rule, uint32_t pid, uint64_t now_ms,
    struct guard_result *result)
{
    uint32_t held = 0, spare = GUARD_SLOTS;

    if (row->blocked_ms != 0) {
        result->verdict = GUARD_BLOCKED;
        result->left_ms = row->blocked_ms - now_ms;
        return;
    }
    for (uint32_t i = 0; i < GUARD_SLOTS; i++) {
        if (row->slots[i].pid != 0)
            held++;
        else
            spare = i;
    }
    if (spare == GUARD_SLOTS || held + row->fails >= rule->fails) {
        result->verdict = GUARD_WAIT;
        return;
    }
    row->slots[spare].pid = pid;
    row->slots[spare].until_s = (uint32_t)((now_ms + rule->hold_ms) / 1000) + 1;
    result->verdict = GUARD_GO;
    result->slot = spare;
}

static void
give_back(struct guard_row *row, const struct guard_event *event)
{
    cnop_assert(event->slot < GUARD_SLOTS);
    if (row->slots[event->slot].pid == event->pid)
        row->slots[event->slot].pid = 0;
}

static bool
is_used_up(const struct guard_row *row, const struct guard_rule *rule)
{
    return row->fails >= rule->fails ||
           (rule->soft_fails != 0 && row->soft_fails >= rule->soft_fails);
}

static void
count(struct guard_row *row, const struct guard_rule *rule, const struct guard_event *event,
      uint64_t now_ms, struct guard_result *result)
{
    if (row->fails == 0 && row->soft_fails == 0)
        row->window_ms = now_ms;
    if (event->kind == GUARD_SOFT) {
        row->soft_fails++;
    } else {
        /* beyond the rule's number only when guesses were let through in a dry run */
        row->accounts[row->fails % GUARD_FAILS_MAX] = event->account;
        if (row->fails < GUARD_FAILS_MAX)
            row->fails++;
    }
    if (row->blocked_ms == 0 && is_used_up(row, rule)) {
        row->blocked_ms = now_ms + rule->block_ms;
        result->newly_blocked = true;
    }
}

static void
forgive(struct guard_row *row, uint32_t account)
{
    uint32_t kept = 0;

    for (uint32_t i = 0; i < row->fails; i++)
        if (row->accounts[i] != account)
            row->accounts[kept++] = row->accounts[i];
    row->fails = kept;
}

static void
release_dead(struct guard_row *row, uint32_t pid)
{
    for (int i = 0; i < GUARD_SLOTS; i++)
        if (row->slots[i].pid == pid)
            row->slots[i].pid = 0;
}

void
guard_apply(struct guard_row *row, const struct guard_rule *rule, const struct guard_event *event,
            uint64_t now_ms, struct guard_result *ret_result)
{
    struct guard_result result = {.verdict = GUARD_GO};

    cnop_assert(rule->fails > 0 && rule->fails <= GUARD_FAILS_MAX);
    cnop_assert(row->fails <= GUARD_FAILS_MAX);
    row->used_ms = now_ms;
    age(row, rule, now_ms);
    switch (event->kind) {
    case GUARD_ASK:
        ask(row, rule, event->pid, now_ms, &result);
        break;
    case GUARD_FAILED:
    case GUARD_SOFT:
        give_back(row, event);
        count(row, rule, event, now_ms, &result);
        break;
    case GUARD_PASSED:
        give_back(row, event);
        forgive(row, event->account);
        break;
    case GUARD_RELEASE:
        give_back(row, event);
        break;
    case GUARD_DIED:
        release_dead(row, event->pid);
        break;
    case GUARD_BLOCK:
        forget(row);
        row->blocked_ms = now_ms + event->block_ms;
        break;
    case GUARD_FORGET:
        forget(row);
        break;
    }
    *ret_result = result;
}
