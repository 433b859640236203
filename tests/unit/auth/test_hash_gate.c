/* SPDX-License-Identifier: MIT */
/* The gate: bounds, order of refusal, and places of killed processes. */
#include "fcgi_services/auth/hash_gate.h"

#include "tests/unit/unit.h"

#include <pthread.h>
#include <sys/wait.h>
#include <unistd.h>

static struct hash_gate *gate;

static void
start(void)
{
    gate = hash_gate_new();
}

START_TEST(full_slots_and_queue_refuse)
{
    struct hash_gate_pass first;
    struct hash_gate_pass second;
    struct hash_gate_pass third = {0};

    hash_gate_limit(gate, 2, 0, 1000);
    ck_assert_int_eq(hash_gate_enter(gate, &first), CNOP_OK);
    ck_assert_int_eq(hash_gate_enter(gate, &second), CNOP_OK);
    ck_assert_int_eq(hash_gate_enter(gate, &third), CNOP_E_OVERLOADED);
    ck_assert_ptr_null(third.gate);
    hash_gate_leave(&first);
    ck_assert_int_eq(hash_gate_enter(gate, &third), CNOP_OK);
    hash_gate_leave(&second);
    hash_gate_leave(&third);
    hash_gate_leave(&third); /* a zeroed pass is nothing */
}
END_TEST

START_TEST(waiting_ends)
{
    struct hash_gate_pass first;
    struct hash_gate_pass second = {0};

    hash_gate_limit(gate, 1, 1, 10);
    ck_assert_int_eq(hash_gate_enter(gate, &first), CNOP_OK);
    ck_assert_int_eq(hash_gate_enter(gate, &second), CNOP_E_OVERLOADED);
    hash_gate_leave(&first);
    ck_assert_int_eq(hash_gate_enter(gate, &second), CNOP_OK); /* its place was given back */
    hash_gate_leave(&second);
}
END_TEST

static int inside;
static int most_inside;

static void *
visit(void *arg)
{
    struct hash_gate_pass pass;
    int now;

    (void)arg;
    ck_assert_int_eq(hash_gate_enter(gate, &pass), CNOP_OK);
    now = __atomic_add_fetch(&inside, 1, __ATOMIC_SEQ_CST);
    for (int seen = __atomic_load_n(&most_inside, __ATOMIC_SEQ_CST); now > seen;)
        if (__atomic_compare_exchange_n(&most_inside, &seen, now, false, __ATOMIC_SEQ_CST,
                                        __ATOMIC_SEQ_CST))
            break;
    (void)usleep(2000);
    __atomic_sub_fetch(&inside, 1, __ATOMIC_SEQ_CST);
    hash_gate_leave(&pass);
    return NULL;
}

START_TEST(never_more_than_the_slots)
{
    pthread_t threads[12];

    hash_gate_limit(gate, 2, 10, 60000);
    for (size_t i = 0; i < CNOP_COUNT(threads); i++)
        ck_assert_int_eq(pthread_create(&threads[i], NULL, visit, NULL), 0);
    for (size_t i = 0; i < CNOP_COUNT(threads); i++)
        ck_assert_int_eq(pthread_join(threads[i], NULL), 0);
    ck_assert_int_ge(most_inside, 1);
    ck_assert_int_le(most_inside, 2);
}
END_TEST

START_TEST(a_killed_process_frees_its_place)
{
    struct hash_gate_pass pass;
    int status;
    pid_t child;

    hash_gate_limit(gate, 1, 0, 1000);
    child = fork();
    if (child == 0) {
        if (hash_gate_enter(gate, &pass) == CNOP_OK)
            (void)kill(getpid(), SIGKILL);
        _exit(1);
    }
    ck_assert_int_eq(waitpid(child, &status, 0), child);
    ck_assert(WIFSIGNALED(status));
    ck_assert_int_eq(hash_gate_enter(gate, &pass), CNOP_OK);
    hash_gate_leave(&pass);
}
END_TEST

static void
add(TCase *tests)
{
    tcase_add_checked_fixture(tests, start, NULL);
    tcase_add_test(tests, full_slots_and_queue_refuse);
    tcase_add_test(tests, waiting_ends);
    tcase_add_test(tests, never_more_than_the_slots);
    tcase_add_test(tests, a_killed_process_frees_its_place);
}

UNIT_MAIN("hash_gate", add)
