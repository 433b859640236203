/* SPDX-License-Identifier: MIT */
/* Linux gives each thread its nice value, and an ordinary user cannot take back what was given
 * away: so the thread ends with the work, and no thread that holds anything else is ever slow. */
#include "fcgi_services/auth/background.h"

#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <sys/resource.h>

struct background_job {
    int nice_value;
    void (*fn)(void *arg);
    void *arg;
};

static void *
background_thread(void *arg)
{
    const struct background_job *job = arg;
    const struct sched_param batch = {.sched_priority = 0};

    /* Batch: when it wakes it does not push aside what is running. Where the system refuses, the
     * work is merely not as quiet. */
    (void)pthread_setschedparam(pthread_self(), SCHED_BATCH, &batch);
    (void)setpriority(PRIO_PROCESS, 0, job->nice_value);
    job->fn(job->arg);
    return NULL;
}

enum cnop_err
background_run(int nice_value, void (*fn)(void *arg), void *arg)
{
    struct background_job job = {.nice_value = nice_value, .fn = fn, .arg = arg};
    pthread_t thread;
    sigset_t all;
    sigset_t before;
    int result;

    cnop_assert(nice_value >= 0 && nice_value <= 19);
    (void)sigfillset(&all); /* signals belong to the threads of the runtime */
    cnop_assert(pthread_sigmask(SIG_SETMASK, &all, &before) == 0);
    result = pthread_create(&thread, NULL, background_thread, &job);
    cnop_assert(pthread_sigmask(SIG_SETMASK, &before, NULL) == 0);
    if (result != 0)
        return CNOP_E_OVERLOADED;
    cnop_assert(pthread_join(thread, NULL) == 0);
    return CNOP_OK;
}
