/* SPDX-License-Identifier: MIT */
/* Entry point shared by the unit programs: runs one suite and prints TAP. A test file lists its
 * tests in `static void add(TCase *tests)` and ends with UNIT_MAIN("name", add). */
#ifndef CNOP_TESTS_UNIT_UNIT_H
#define CNOP_TESTS_UNIT_UNIT_H

#include <signal.h>
#include <stdlib.h>

#include <check.h>

#define UNIT_TIMEOUT_S 60 /* generous: sanitizers on a busy machine */

/* libcheck's own tells its parent by two system calls of each assertion that holds, so that a crash
 * can name the last one: half of the time of tests that assert millions of times. */
#undef ck_assert_msg
#define ck_assert_msg(expr, ...)                                                                   \
    ((expr)                                                                                        \
         ? (void)0                                                                                 \
         : _ck_assert_failed(__FILE__, __LINE__, "Assertion '" #expr "' failed", ##__VA_ARGS__))

/* Tests whose body must fail an assertion, once or for _i from 0 to count - 1. Left out where tests
 * run in one process (CK_FORK=no). */
static inline void
unit_add_abort_loop_test(TCase *tests, const TTest *test, int count)
{
    const char *fork_mode = getenv("CK_FORK");

    if (fork_mode == NULL || fork_mode[0] != 'n')
        tcase_add_loop_test_raise_signal(tests, test, SIGABRT, 0, count);
}

static inline void
unit_add_abort_test(TCase *tests, const TTest *test)
{
    unit_add_abort_loop_test(tests, test, 1);
}

#define UNIT_MAIN(name, add)                                                                       \
    int main(void)                                                                                 \
    {                                                                                              \
        Suite *suite = suite_create(name);                                                         \
        TCase *tests = tcase_create("all");                                                        \
        tcase_set_timeout(tests, UNIT_TIMEOUT_S);                                                  \
        add(tests);                                                                                \
        suite_add_tcase(suite, tests);                                                             \
        SRunner *runner = srunner_create(suite);                                                   \
        srunner_run_all(runner, CK_ENV);                                                           \
        int failed_count = srunner_ntests_failed(runner);                                          \
        srunner_free(runner);                                                                      \
        return failed_count == 0 ? EXIT_SUCCESS : EXIT_FAILURE;                                    \
    }

#endif
