/* SPDX-License-Identifier: MIT */
/* What error numbers mean in each phase: failed, repeatable, or unknown. The same number may mean
 * other things to a handler's statement and to a whole batch. */
#include "shared/db/classify.h"

#include <mysql.h>

#include <errmsg.h>
#include <mysqld_error.h>

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
    {ER_BAD_NULL_ERROR, CNOP_DB_WRITING, true, CNOP_E_INTERNAL, false},
    {ER_ERROR_DURING_COMMIT, CNOP_DB_WRITING, false, CNOP_E_OUTCOME_UNKNOWN, false},
    {ER_QUERY_INTERRUPTED, CNOP_DB_READING, false, CNOP_E_DEADLINE, false},
    /* The COMMIT of a packet may have been reached when its connection or its rest was lost. */
    {CR_SERVER_LOST, CNOP_DB_BATCHING, true, CNOP_E_OUTCOME_UNKNOWN, true},
    {ER_SERVER_SHUTDOWN, CNOP_DB_BATCHING, true, CNOP_E_OUTCOME_UNKNOWN, true},
    {ER_QUERY_INTERRUPTED, CNOP_DB_BATCHING, true, CNOP_E_OUTCOME_UNKNOWN, true},
    {ER_STATEMENT_TIMEOUT, CNOP_DB_BATCHING, true, CNOP_E_OUTCOME_UNKNOWN, true},
    {ER_ERROR_DURING_COMMIT, CNOP_DB_BATCHING, true, CNOP_E_OUTCOME_UNKNOWN, false},
    /* Everything else has failed for certain. */
    {ER_BAD_NULL_ERROR, CNOP_DB_BATCHING, true, CNOP_E_FENCED, false},
    {ER_DUP_ENTRY_WITH_KEY_NAME, CNOP_DB_BATCHING, true, CNOP_E_DUPLICATE, false},
    {ER_LOCK_DEADLOCK, CNOP_DB_BATCHING, true, CNOP_E_DB_DEADLOCK, false},
    {ER_LOCK_WAIT_TIMEOUT, CNOP_DB_BATCHING, true, CNOP_E_DB_DEADLOCK, false},
    {ER_CHECKREAD, CNOP_DB_BATCHING, true, CNOP_E_DB_DEADLOCK, false},
    {ER_OPTION_PREVENTS_STATEMENT, CNOP_DB_BATCHING, true, CNOP_E_DB_FAILED, false},
    {ER_DISK_FULL, CNOP_DB_BATCHING, true, CNOP_E_DB_FAILED, false},
    {ER_CONSTRAINT_FAILED, CNOP_DB_BATCHING, true, CNOP_E_INTERNAL, false},
    {ER_DATA_TOO_LONG, CNOP_DB_BATCHING, true, CNOP_E_INTERNAL, false},
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

START_TEST(a_repeated_schema_change_is_recognised)
{
    ck_assert(cnop_db_already_done(ER_TABLE_EXISTS_ERROR));
    ck_assert(cnop_db_already_done(ER_DUP_FIELDNAME));
    ck_assert(cnop_db_already_done(ER_DUP_KEYNAME));
    ck_assert(cnop_db_already_done(ER_CANT_DROP_FIELD_OR_KEY));
    ck_assert(!cnop_db_already_done(ER_NO_SUCH_TABLE));
    ck_assert(!cnop_db_already_done(CR_SERVER_LOST));
}
END_TEST

static void
add(TCase *tests)
{
    tcase_add_test(tests, a_repeated_schema_change_is_recognised);
    tcase_add_loop_test(tests, meaning, 0, (int)CNOP_COUNT(cases));
}

UNIT_MAIN("db_classify", add)
