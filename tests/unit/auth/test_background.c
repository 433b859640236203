/* SPDX-License-Identifier: MIT */
/* Work in the background: done before the call returns, on a thread that stands back. */
#include "fcgi_services/auth/background.h"

#include "tests/unit/unit.h"

#include <pthread.h>
#include <sched.h>
#include <sys/resource.h>

struct seen {
    pthread_t thread;
    int nice_value;
    int policy;
};

static void
look(void *arg)
{
    struct seen *seen = arg;
    struct sched_param ignored;

    seen->thread = pthread_self();
    seen->nice_value = getpriority(PRIO_PROCESS, 0);
    ck_assert_int_eq(pthread_getschedparam(pthread_self(), &seen->policy, &ignored), 0);
}

START_TEST(work_stands_back_and_the_caller_does_not)
{
    int before = getpriority(PRIO_PROCESS, 0);
    int wanted = before > 12 ? 19 : (before < 0 ? 0 : before) + 7;
    struct seen seen = {.nice_value = -99};

    ck_assert_int_eq(background_run(wanted, look, &seen), CNOP_OK);
    ck_assert_int_eq(seen.nice_value, wanted);
    ck_assert_int_eq(seen.policy, SCHED_BATCH);
    ck_assert(!pthread_equal(seen.thread, pthread_self()));
    ck_assert_int_eq(getpriority(PRIO_PROCESS, 0), before);
}
END_TEST

static void
add(TCase *tests)
{
    tcase_add_test(tests, work_stands_back_and_the_caller_does_not);
}

UNIT_MAIN("background", add)
