/* SPDX-License-Identifier: MIT */
/* The signals stay blocked and are taken between the rounds: no round is interrupted. */
#include "shared/base/rounds.h"

#include <signal.h>
#include <time.h>

#include "shared/base/attr.h"
#include "shared/base/log.h"
#include "shared/base/sandbox.h"

static bool ended;

static void
taken_signals(sigset_t *signals)
{
    (void)sigemptyset(signals);
    (void)sigaddset(signals, SIGTERM);
    (void)sigaddset(signals, SIGINT);
    (void)sigaddset(signals, SIGUSR1);
}

void
cnop_rounds_begin(void)
{
    const struct sigaction ignore = {.sa_handler = SIG_IGN};
    sigset_t signals;

    taken_signals(&signals);
    cnop_assert(sigprocmask(SIG_BLOCK, &signals, NULL) == 0);
    cnop_assert(sigaction(SIGPIPE, &ignore, NULL) == 0);
    cnop_sandbox_enter();
}

bool
cnop_rounds_go_on(int64_t wait_us)
{
    struct timespec limit = {0};
    sigset_t signals;
    int number;

    if (ended)
        return false;
    if (wait_us > 0)
        limit = (struct timespec){.tv_sec = wait_us / 1000000, .tv_nsec = wait_us % 1000000 * 1000};
    taken_signals(&signals);
    number = sigtimedwait(&signals, NULL, &limit);
    if (number == SIGUSR1 && cnop_log_reopen() != CNOP_OK)
        cnop_log_write(CNOP_LOG_ERROR, "log", "the log could not be opened again");
    ended = number == SIGTERM || number == SIGINT;
    return !ended;
}
