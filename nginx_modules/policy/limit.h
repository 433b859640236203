/* SPDX-License-Identifier: MIT */
/* Request limits: a window per key that opens with the first request and counts exactly. Rows lie
 * in buckets of fixed size; a full bucket forgets its oldest window. Pure: no clock, no lock, no
 * nginx; the caller owns the rows and holds whatever lock they need. */
#ifndef CNOP_POLICY_LIMIT_H
#define CNOP_POLICY_LIMIT_H

#include <stdbool.h>
#include <stdint.h>

#define LIMIT_WAYS 8
#define LIMIT_KEY_BYTES 16

struct limit_row {
    uint8_t key[LIMIT_KEY_BYTES];
    uint64_t start_ms; /* 0: empty */
    uint32_t rule_id;
    uint32_t count;
};

struct limit_rule {
    uint32_t id; /* rules with the same id share their windows */
    uint32_t rate;
    uint64_t window_ms;
};

struct limit_result {
    uint64_t count;   /* including this request when it is let in */
    uint64_t left_ms; /* until the window ends, 1 to window_ms */
    bool refused;
    bool evicted; /* an open window had to make room */
};

/* Charges one request of key to rule. A now_ms before the window's start counts as its start: the
 * clocks of two processors are read apart. */
void limit_apply(struct limit_row bucket[LIMIT_WAYS], const struct limit_rule *rule,
                 const uint8_t key[LIMIT_KEY_BYTES], uint64_t now_ms,
                 struct limit_result *ret_result);

#endif
