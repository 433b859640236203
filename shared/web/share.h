/* SPDX-License-Identifier: MIT */
/* What one account may take of a service's handler threads, so that nobody's reads starve the rest.
 * Time is the currency: each account has a time until which it has used up its half of the threads;
 * beyond a second ahead of the clock, and only while others ask too, its reads wait. A client with
 * as many connections as half the threads never gets there. Plain atomics on the service's
 * scoreboard. */
#ifndef CNOP_WEB_SHARE_H
#define CNOP_WEB_SHARE_H

#include "shared/base/base.h"

#include <stdatomic.h>

#define CNOP_SHARE_SLOTS                                                                           \
    16384 /* a power of two; accounts of one slot share what is one account's */
#define CNOP_SHARE_BURST_US INT64_C(1000000)
#define CNOP_SHARE_HOLD_US INT64_C(10000000) /* longer than a write may wait for its reader */

struct cnop_shares {
    uint64_t seed; /* nobody can choose whose slot to fill */
    _Atomic uint64_t last_account;
    _Atomic int64_t mixed_us; /* when two accounts last asked one after the other */
    _Atomic int64_t used_until_us[CNOP_SHARE_SLOTS];
    _Atomic int64_t held_until_us[CNOP_SHARE_SLOTS]; /* a long answer is under way */
};

/* Of a read about to run at now_us (monotonic). False: the account is to wait *ret_wait_us. */
bool cnop_share_admit(struct cnop_shares *shares, uint64_t account, int64_t now_us,
                      int64_t *ret_wait_us);

/* Books what it took, in time of the account's own part of the threads. */
void cnop_share_charge(struct cnop_shares *shares, uint64_t account, int64_t started_us,
                       int64_t cost_us);

/* A long answer: an account has one at a time. Held for CNOP_SHARE_HOLD_US from the last renewal,
 * so that nothing stays held after a crash. */
bool cnop_share_hold(struct cnop_shares *shares, uint64_t account, int64_t now_us);
void cnop_share_renew(struct cnop_shares *shares, uint64_t account, int64_t now_us);
void cnop_share_release(struct cnop_shares *shares, uint64_t account);

#endif
