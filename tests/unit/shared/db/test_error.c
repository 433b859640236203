/* SPDX-License-Identifier: MIT */
/* What error numbers mean in each phase: failed, repeatable, or unknown (shared/db/error.c). */
#include <errmsg.h>
#include <mysqld_error.h>

#include "shared/db/db_state.h"
#include "tests/unit/unit.h"

static const struct {
    unsigned number;
    enum cnop_db_phase phase;
    bool in_transaction;
    enum cnop_err err;
    bool lost;
} cases[] = {
    {CR_SERVER_LOST, CNOP_DB_READING, false, CNOP_E_DB_FAILED, true},
    {CR_SERVER_LOST, CNOP_DB_PREPARING, false, CNOP_E_DB_FAILED, true},
    {CR_SERVER_LOST, CNOP_DB_WRITING, true, CNOP_E_DB_FAILED, true},
    {CR_SERVER_LOST, CNOP_DB_WRITING, false, CNOP_E_OUTCOME_UNKNOWN, true},
    {CR_SERVER_LOST, CNOP_DB_COMMITTING, true, CNOP_E_OUTCOME_UNKNOWN, true},
    {CR_SERVER_GONE_ERROR, CNOP_DB_COMMITTING, true, CNOP_E_OUTCOME_UNKNOWN, true},
    {ER_CONNECTION_KILLED, CNOP_DB_COMMITTING, true, CNOP_E_OUTCOME_UNKNOWN, true},
    {ER_SERVER_SHUTDOWN, CNOP_DB_WRITING, false, CNOP_E_OUTCOME_UNKNOWN, true},
    {ER_LOCK_DEADLOCK, CNOP_DB_WRITING, true, CNOP_E_DB_DEADLOCK, false},
    {ER_LOCK_DEADLOCK, CNOP_DB_COMMITTING, true, CNOP_E_DB_DEADLOCK, false},
    {ER_CHECKREAD, CNOP_DB_WRITING, true, CNOP_E_DB_DEADLOCK, false},
    {ER_LOCK_WAIT_TIMEOUT, CNOP_DB_WRITING, true, CNOP_E_BUSY, false},
    {ER_DUP_ENTRY, CNOP_DB_WRITING, true, CNOP_E_DUPLICATE, false},
    {ER_STATEMENT_TIMEOUT, CNOP_DB_READING, false, CNOP_E_DEADLINE, false},
    {ER_STATEMENT_TIMEOUT, CNOP_DB_COMMITTING, true, CNOP_E_OUTCOME_UNKNOWN, false},
    {ER_ERROR_DURING_COMMIT, CNOP_DB_COMMITTING, true, CNOP_E_OUTCOME_UNKNOWN, false},
    {ER_OPTION_PREVENTS_STATEMENT, CNOP_DB_WRITING, true, CNOP_E_DB_FAILED, false},
    {ER_PARSE_ERROR, CNOP_DB_READING, false, CNOP_E_INTERNAL, false},
    {ER_CONSTRAINT_FAILED, CNOP_DB_WRITING, false, CNOP_E_INTERNAL, false},
};

START_TEST(meaning)
{
    bool lost;

    ck_assert_int_eq(
        cnop_db_classify(cases[_i].number, cases[_i].phase, cases[_i].in_transaction, &lost),
        cases[_i].err);
    ck_assert(lost == cases[_i].lost);
}
END_TEST

static void
add(TCase *tests)
{
    tcase_add_loop_test(tests, meaning, 0, (int)CNOP_COUNT(cases));
}

UNIT_MAIN("db_error", add)
