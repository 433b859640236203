/* SPDX-License-Identifier: MIT */
/* Requests against the shares of share.h: reads are charged with the time they took, long answers
 * are rationed. */
#include "shared/base/clock.h"
#include "shared/web/request_state.h"
#include "shared/web/worker.h"

static _Atomic unsigned long_count; /* long answers of this process under way */

/* NULL: nobody's part is at stake. */
static struct cnop_shares *
shares_of(const struct cnop_request *req)
{
    struct cnop_scoreboard *scoreboard = cnop_scoreboard_get();

    if (scoreboard == NULL || req->thread == NULL || req->user_id == 0 || req->builtin ||
        req->service->mode != CNOP_SERVICE_THREADS || req->match.route->method != CNOP_GET)
        return NULL;
    return &scoreboard->shares;
}

/* Handler threads of all processes that one account may keep busy: half of them. */
static int64_t
part_of(const struct cnop_request *req)
{
    const struct cnop_web_config *config = req->thread->worker->start.config;
    uint64_t processes = config->processes > 0 ? config->processes : 1;
    uint64_t part = processes * config->threads / 2;

    return part > 0 ? (int64_t)part : 1;
}

enum cnop_err
cnop_request_admit(struct cnop_request *req)
{
    struct cnop_shares *shares = shares_of(req);
    int64_t wait_us;

    if (shares == NULL || cnop_share_admit(shares, req->user_id, req->started_us, &wait_us))
        return CNOP_OK;
    cnop_request_retry_after(req, (uint32_t)(wait_us / 1000000 + 1));
    return cnop_request_detail(req, CNOP_E_RATE_LIMITED,
                               "This account's reads keep the service from answering others.");
}

enum cnop_err
cnop_request_long(struct cnop_request *req, uint64_t ms)
{
    struct cnop_shares *shares = shares_of(req);

    cnop_assert(!req->is_long);
    req->span.deadline_us = req->started_us + (int64_t)ms * 1000;
    if (shares == NULL)
        return CNOP_OK;
    if (!cnop_share_hold(shares, req->user_id, cnop_clock_monotonic_us())) {
        cnop_request_retry_after(req, 1);
        return cnop_request_detail(
            req, CNOP_E_RATE_LIMITED,
            "An account has one export at a time. Wait for the other's end.");
    }
    req->is_long = true;
    /* The other threads are for short answers. */
    if (atomic_fetch_add(&long_count, 1) >= (req->thread->worker->thread_count + 1) / 2)
        return CNOP_E_OVERLOADED;
    return CNOP_OK;
}

void
cnop_request_beat(struct cnop_request *req)
{
    struct cnop_shares *shares = shares_of(req);

    if (req->thread != NULL) /* for the watchdog: a long answer is not a stuck one */
        cnop_beat_work(&req->thread->worker->beat->threads[req->thread->index]);
    if (shares != NULL && req->is_long)
        cnop_share_renew(shares, req->user_id, cnop_clock_monotonic_us());
}

void
cnop_request_charge(struct cnop_request *req)
{
    int64_t now_us = cnop_clock_monotonic_us();
    struct cnop_shares *shares = req->match.route == NULL ? NULL : shares_of(req);

    if (shares == NULL)
        return;
    if (req->is_long) {
        atomic_fetch_sub(&long_count, 1);
        cnop_share_release(shares, req->user_id);
    }
    cnop_share_charge(shares, req->user_id, req->started_us,
                      (now_us - req->started_us) / part_of(req));
}
