/* SPDX-License-Identifier: MIT */
/* Error numbers to meanings, and meanings to catalogue errors: two steps, so that a number is named
 * once and every phase answers for every meaning. */
#include "shared/db/classify.h"

#include <mysql.h>

#include <errmsg.h>
#include <mysqld_error.h>

enum meaning {
    MEANING_LOST,     /* nobody is there any more */
    MEANING_CONFLICT, /* with another transaction: the whole of it may be tried again */
    MEANING_WAITED,   /* for a lock, too long */
    MEANING_TAKEN,    /* a unique key */
    MEANING_CUT,      /* ended by a time limit or by an administrator */
    MEANING_NULL,     /* for a column that takes none: how a fence says no */
    MEANING_REFUSED,  /* the server cannot, now: read-only, full, out of memory */
    MEANING_UNSURE,   /* the commit itself failed */
    MEANING_MISTAKE,  /* the statement or a constraint: ours */
    MEANING_COUNT,
};

static enum meaning
meaning_of(unsigned number)
{
    if (number >= CR_MIN_ERROR && number <= CR_MAX_ERROR)
        return MEANING_LOST;
    switch (number) {
    case ER_SERVER_SHUTDOWN:
    case ER_CONNECTION_KILLED:
    case ER_NEW_ABORTING_CONNECTION:
        return MEANING_LOST;
    case ER_LOCK_DEADLOCK:
    case ER_CHECKREAD: /* 1020: the row was changed since this transaction's snapshot */
        return MEANING_CONFLICT;
    case ER_LOCK_WAIT_TIMEOUT:
        return MEANING_WAITED;
    case ER_DUP_ENTRY:
    case ER_DUP_ENTRY_WITH_KEY_NAME:
        return MEANING_TAKEN;
    case ER_STATEMENT_TIMEOUT:
    case ER_QUERY_INTERRUPTED:
        return MEANING_CUT;
    case ER_BAD_NULL_ERROR:
        return MEANING_NULL;
    case ER_ERROR_DURING_COMMIT:
        return MEANING_UNSURE;
    case ER_CON_COUNT_ERROR:
    case ER_TOO_MANY_USER_CONNECTIONS:
    case ER_USER_LIMIT_REACHED:
    case ER_OPTION_PREVENTS_STATEMENT: /* read_only */
    case ER_READ_ONLY_MODE:
    case ER_RECORD_FILE_FULL:
    case ER_DISK_FULL:
    case ER_OUT_OF_RESOURCES:
    case ER_OUTOFMEMORY:
    case ER_ERROR_ON_WRITE:
    case ER_GET_ERRNO:
    case ER_LOCK_TABLE_FULL:
    case ER_ERROR_ON_READ:
        return MEANING_REFUSED;
    default:
        return MEANING_MISTAKE;
    }
}

/* Of one statement, in a transaction or alone; not a commit. */
static const enum cnop_err statement_errors[MEANING_COUNT] = {
    [MEANING_LOST] = CNOP_E_DB_FAILED, /* the server rolls back what was not committed */
    [MEANING_CONFLICT] = CNOP_E_DB_DEADLOCK,   [MEANING_WAITED] = CNOP_E_BUSY,
    [MEANING_TAKEN] = CNOP_E_DUPLICATE,        [MEANING_CUT] = CNOP_E_DEADLINE,
    [MEANING_NULL] = CNOP_E_INTERNAL,          [MEANING_REFUSED] = CNOP_E_DB_FAILED,
    [MEANING_UNSURE] = CNOP_E_OUTCOME_UNKNOWN, [MEANING_MISTAKE] = CNOP_E_INTERNAL,
};

/* A commit refused for a conflict did not happen; any other refusal proves nothing. */
static const enum cnop_err commit_errors[MEANING_COUNT] = {
    [MEANING_LOST] = CNOP_E_OUTCOME_UNKNOWN,
    [MEANING_CONFLICT] = CNOP_E_DB_DEADLOCK,
    [MEANING_WAITED] = CNOP_E_BUSY,
    [MEANING_TAKEN] = CNOP_E_OUTCOME_UNKNOWN,
    [MEANING_CUT] = CNOP_E_OUTCOME_UNKNOWN,
    [MEANING_NULL] = CNOP_E_OUTCOME_UNKNOWN,
    [MEANING_REFUSED] = CNOP_E_OUTCOME_UNKNOWN,
    [MEANING_UNSURE] = CNOP_E_OUTCOME_UNKNOWN,
    [MEANING_MISTAKE] = CNOP_E_OUTCOME_UNKNOWN,
};

/* Of a packet: the statement that failed stands before its COMMIT, unless the packet was cut. */
static const enum cnop_err batch_errors[MEANING_COUNT] = {
    [MEANING_LOST] = CNOP_E_OUTCOME_UNKNOWN,
    [MEANING_CONFLICT] = CNOP_E_DB_DEADLOCK,
    [MEANING_WAITED] = CNOP_E_DB_DEADLOCK, /* a batch has nobody to be polite to: once more */
    [MEANING_TAKEN] = CNOP_E_DUPLICATE,
    [MEANING_CUT] = CNOP_E_OUTCOME_UNKNOWN,
    [MEANING_NULL] = CNOP_E_FENCED,
    [MEANING_REFUSED] = CNOP_E_DB_FAILED,
    [MEANING_UNSURE] = CNOP_E_OUTCOME_UNKNOWN,
    [MEANING_MISTAKE] = CNOP_E_INTERNAL,
};

enum cnop_err
cnop_db_classify(unsigned number, enum cnop_db_phase phase, bool in_transaction, bool *ret_lost)
{
    enum meaning meaning = meaning_of(number);

    *ret_lost = meaning == MEANING_LOST;
    switch (phase) {
    case CNOP_DB_COMMITTING:
        return commit_errors[meaning];
    case CNOP_DB_BATCHING:
        *ret_lost |= meaning == MEANING_CUT; /* what is left of the packet must not run */
        return batch_errors[meaning];
    case CNOP_DB_WRITING:
        if (meaning == MEANING_LOST && !in_transaction)
            return CNOP_E_OUTCOME_UNKNOWN;
        break;
    case CNOP_DB_PREPARING:
    case CNOP_DB_READING:
        break;
    }
    return statement_errors[meaning];
}

bool
cnop_db_already_done(unsigned number)
{
    return number == ER_TABLE_EXISTS_ERROR || number == ER_DUP_FIELDNAME ||
           number == ER_DUP_KEYNAME || number == ER_CANT_DROP_FIELD_OR_KEY;
}
