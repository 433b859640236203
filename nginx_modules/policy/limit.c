/* SPDX-License-Identifier: MIT */
/* Finding the window of a key, and charging it. */
#include "nginx_modules/policy/limit.h"

#include <string.h>

#include "nginx_modules/policy/elapsed.h"
#include "shared/base/attr.h"

static struct limit_row *
oldest_of(struct limit_row *bucket)
{
    struct limit_row *oldest = bucket;

    for (int i = 1; i < LIMIT_WAYS; i++)
        if (bucket[i].start_ms < oldest->start_ms)
            oldest = &bucket[i];
    return oldest;
}

static struct limit_row *
find_or_make(struct limit_row *bucket, const struct limit_rule *rule, const uint8_t *key,
             uint64_t now_ms, bool *ret_evicted)
{
    struct limit_row *row;

    for (int i = 0; i < LIMIT_WAYS; i++) {
        row = &bucket[i];
        if (row->start_ms != 0 && row->rule_id == rule->id &&
            memcmp(row->key, key, LIMIT_KEY_BYTES) == 0) {
            *ret_evicted = false;
            return row;
        }
    }
    row = oldest_of(bucket);
    /* A window much older than any in use is no loss. */
    *ret_evicted = row->start_ms != 0 && policy_elapsed(row->start_ms, now_ms) < rule->window_ms;
    memcpy(row->key, key, LIMIT_KEY_BYTES);
    row->rule_id = rule->id;
    row->count = 0;
    row->start_ms = now_ms;
    return row;
}

void
limit_apply(struct limit_row bucket[LIMIT_WAYS], const struct limit_rule *rule,
            const uint8_t key[LIMIT_KEY_BYTES], uint64_t now_ms, struct limit_result *ret_result)
{
    struct limit_result result = {.refused = false};
    struct limit_row *row;
    uint64_t elapsed_ms;

    cnop_assert(rule->rate > 0 && rule->window_ms > 0);
    cnop_assert(now_ms > 0);
    row = find_or_make(bucket, rule, key, now_ms, &result.evicted);
    elapsed_ms = policy_elapsed(row->start_ms, now_ms);
    if (elapsed_ms >= rule->window_ms) {
        row->start_ms = now_ms;
        row->count = 0;
        elapsed_ms = 0;
    }
    result.refused = row->count >= rule->rate;
    if (!result.refused)
        row->count++;
    result.count = row->count;
    result.left_ms = rule->window_ms - elapsed_ms;
    *ret_result = result;
}
