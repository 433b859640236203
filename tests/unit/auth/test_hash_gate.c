/* SPDX-License-Identifier: MIT */
/* The gate: bounds, order of refusal, and places of killed processes. */
#include "fcgi_services/auth/hash_gate.c" /* to see the queue from inside */

#include "tests/unit/unit.h"

#include <pthread.h>
#include <sys/wait.h>
#include <unistd.h>

static struct hash_gate *gate;
static const struct hash_caller somebody = {.hash_class = HASH_CLASS_UNKNOWN, .source = 7};

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
    ck_assert_int_eq(hash_gate_enter(gate, &somebody, &first), CNOP_OK);
    ck_assert_int_eq(hash_gate_enter(gate, &somebody, &second), CNOP_OK);
    ck_assert_int_eq(hash_gate_enter(gate, &somebody, &third), CNOP_E_OVERLOADED);
    ck_assert_ptr_null(third.gate);
    hash_gate_leave(&first);
    ck_assert_int_eq(hash_gate_enter(gate, &somebody, &third), CNOP_OK);
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
    ck_assert_int_eq(hash_gate_enter(gate, &somebody, &first), CNOP_OK);
    ck_assert_int_eq(hash_gate_enter(gate, &somebody, &second), CNOP_E_OVERLOADED);
    hash_gate_leave(&first);
    ck_assert_int_eq(hash_gate_enter(gate, &somebody, &second),
                     CNOP_OK); /* its place was given back */
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
    ck_assert_int_eq(hash_gate_enter(gate, &somebody, &pass), CNOP_OK);
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
        if (hash_gate_enter(gate, &somebody, &pass) == CNOP_OK)
            (void)kill(getpid(), SIGKILL);
        _exit(1);
    }
    ck_assert_int_eq(waitpid(child, &status, 0), child);
    ck_assert(WIFSIGNALED(status));
    ck_assert_int_eq(hash_gate_enter(gate, &somebody, &pass), CNOP_OK);
    hash_gate_leave(&pass);
}
END_TEST

/* ---- order ---- */

/* A caller in a thread of its own, which notes when it was served. */
struct visitor {
    struct hash_caller caller;
    pthread_t thread;
    enum cnop_err err;
    int served_as; /* 1 for the first */
};

static int served_count;

static void *
visit_in_turn(void *arg)
{
    struct visitor *visitor = arg;
    struct hash_gate_pass pass = {0};

    visitor->err = hash_gate_enter(gate, &visitor->caller, &pass);
    if (visitor->err == CNOP_OK)
        visitor->served_as = __atomic_add_fetch(&served_count, 1, __ATOMIC_SEQ_CST);
    hash_gate_leave(&pass);
    return NULL;
}

/* Callers that have come so far. */
static uint64_t
arrival_count(void)
{
    uint64_t count;

    table_lock(gate);
    count = gate->next_ticket;
    table_unlock(gate);
    return count;
}

/* Lets the visitors line up one after the other while the only slot is taken, then frees it. */
static void
line_up(struct visitor *visitors, size_t count)
{
    struct hash_gate_pass pass;

    served_count = 0;
    ck_assert_int_eq(hash_gate_enter(gate, &somebody, &pass), CNOP_OK);
    for (size_t i = 0; i < count; i++) {
        uint64_t before = arrival_count();

        ck_assert_int_eq(pthread_create(&visitors[i].thread, NULL, visit_in_turn, &visitors[i]), 0);
        while (arrival_count() == before)
            (void)usleep(200);
    }
    hash_gate_leave(&pass);
    for (size_t i = 0; i < count; i++)
        ck_assert_int_eq(pthread_join(visitors[i].thread, NULL), 0);
}

START_TEST(known_callers_come_first)
{
    struct visitor visitors[] = {
        {.caller = {HASH_CLASS_UNKNOWN, 1}},
        {.caller = {HASH_CLASS_FAMILIAR, 2}},
        {.caller = {HASH_CLASS_UNKNOWN, 3}},
        {.caller = {HASH_CLASS_KNOWN, 4}},
    };
    static const int order[] = {3, 2, 4, 1};

    hash_gate_limit(gate, 1, 8, 60000);
    line_up(visitors, CNOP_COUNT(visitors));
    for (size_t i = 0; i < CNOP_COUNT(visitors); i++)
        ck_assert_int_eq(visitors[i].served_as, order[i]);
}
END_TEST

START_TEST(sources_take_turns)
{
    struct visitor visitors[] = {
        {.caller = {HASH_CLASS_UNKNOWN, 1}}, {.caller = {HASH_CLASS_UNKNOWN, 1}},
        {.caller = {HASH_CLASS_UNKNOWN, 1}}, {.caller = {HASH_CLASS_UNKNOWN, 1}},
        {.caller = {HASH_CLASS_UNKNOWN, 2}},
    };

    hash_gate_limit(gate, 1, 8, 60000);
    line_up(visitors, CNOP_COUNT(visitors));
    ck_assert_int_eq(visitors[0].served_as, 1);
    ck_assert_int_eq(visitors[4].served_as, 2); /* not behind the four of the other */
    ck_assert_int_eq(visitors[3].served_as, 5);
}
END_TEST

/* A flood fills the queue; who is known gets a place at the cost of the last of the flood. */
START_TEST(a_full_queue_makes_room_for_known_callers)
{
    struct visitor visitors[] = {
        {.caller = {HASH_CLASS_UNKNOWN, 1}}, {.caller = {HASH_CLASS_UNKNOWN, 2}},
        {.caller = {HASH_CLASS_KNOWN, 3}},   {.caller = {HASH_CLASS_UNKNOWN, 4}},
        {.caller = {HASH_CLASS_KNOWN, 5}},   {.caller = {HASH_CLASS_FAMILIAR, 6}},
    };

    hash_gate_limit(gate, 1, 2, 60000);
    line_up(visitors, CNOP_COUNT(visitors));
    ck_assert_int_eq(visitors[2].served_as, 1);
    ck_assert_int_eq(visitors[4].served_as, 2);
    for (size_t i = 0; i < CNOP_COUNT(visitors); i++) {
        if (i != 2 && i != 4)
            ck_assert_int_eq(visitors[i].err, CNOP_E_OVERLOADED);
    }
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
    tcase_add_test(tests, known_callers_come_first);
    tcase_add_test(tests, sources_take_turns);
    tcase_add_test(tests, a_full_queue_makes_room_for_known_callers);
}

UNIT_MAIN("hash_gate", add)
