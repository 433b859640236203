/* SPDX-License-Identifier: MIT */
/* What a MariaDB error means for the caller: the one place that knows error numbers. Values of rows
 * never reach a text kept here. */
#include <string.h>

#include <errmsg.h>
#include <mysqld_error.h>

#include "shared/base/span.h"
#include "shared/db/db_state.h"

static bool
is_lost(unsigned number)
{
    return (number >= CR_MIN_ERROR && number <= CR_MAX_ERROR) || number == ER_SERVER_SHUTDOWN ||
           number == ER_CONNECTION_KILLED || number == ER_NEW_ABORTING_CONNECTION;
}

static enum cnop_err
lost_outcome(enum cnop_db_phase phase, bool in_transaction)
{
    if (phase == CNOP_DB_COMMITTING)
        return CNOP_E_OUTCOME_UNKNOWN;
    if (phase == CNOP_DB_WRITING && !in_transaction)
        return CNOP_E_OUTCOME_UNKNOWN;
    return CNOP_E_DB_FAILED; /* the server rolls back what was not committed */
}

static enum cnop_err
server_outcome(unsigned number)
{
    switch (number) {
    case ER_LOCK_DEADLOCK:
    case ER_CHECKREAD: /* 1020: the row was changed since this transaction's snapshot */
        return CNOP_E_DB_DEADLOCK;
    case ER_LOCK_WAIT_TIMEOUT:
        return CNOP_E_BUSY;
    case ER_DUP_ENTRY:
    case ER_DUP_ENTRY_WITH_KEY_NAME:
        return CNOP_E_DUPLICATE;
    case ER_STATEMENT_TIMEOUT:
    case ER_QUERY_INTERRUPTED:
        return CNOP_E_DEADLINE;
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
        return CNOP_E_DB_FAILED;
    default:
        return CNOP_E_INTERNAL;
    }
}

enum cnop_err
cnop_db_classify(unsigned number, enum cnop_db_phase phase, bool in_transaction, bool *ret_lost)
{
    enum cnop_err err;

    *ret_lost = is_lost(number);
    if (*ret_lost)
        return lost_outcome(phase, in_transaction);
    err = server_outcome(number);
    /* A commit refused for a conflict did not happen; any other refusal proves nothing. */
    if (phase == CNOP_DB_COMMITTING && err != CNOP_E_DB_DEADLOCK && err != CNOP_E_BUSY)
        return CNOP_E_OUTCOME_UNKNOWN;
    return err;
}

/* "Duplicate entry '...' for key 'name'": the value may itself hold such text, the name not. */
static void
keep_key_name(struct cnop_db *db, const char *message)
{
    static const char mark[] = " for key '";
    const char *at = NULL, *next = message;
    size_t len;

    while ((next = strstr(next, mark)) != NULL) {
        next += sizeof(mark) - 1;
        at = next;
    }
    if (at == NULL)
        return;
    len = strcspn(at, "'");
    if (len >= sizeof(db->duplicate_key))
        len = sizeof(db->duplicate_key) - 1;
    memcpy(db->duplicate_key, at, len);
    db->duplicate_key[len] = '\0';
}

/* Classes 22 and 23 (data, constraint) quote values in their messages. */
static bool
may_hold_values(const char *sqlstate)
{
    return strncmp(sqlstate, "22", 2) == 0 || strncmp(sqlstate, "23", 2) == 0 ||
           strncmp(sqlstate, "HY000", 5) == 0;
}

enum cnop_err
cnop_db_fail(struct cnop_db *db, const char *what, enum cnop_db_phase phase, MYSQL_STMT *stmt)
{
    /* An error met while rows are being read stands in the connection only. */
    bool in_stmt = stmt != NULL && mysql_stmt_errno(stmt) != 0;
    unsigned number = in_stmt ? mysql_stmt_errno(stmt) : mysql_errno(db->mysql);
    const char *sqlstate = in_stmt ? mysql_stmt_sqlstate(stmt) : mysql_sqlstate(db->mysql);
    const char *message = in_stmt ? mysql_stmt_error(stmt) : mysql_error(db->mysql);
    enum cnop_err err;
    bool lost;

    err = cnop_db_classify(number, phase, db->tx.open, &lost);
    if (err == CNOP_E_DUPLICATE)
        keep_key_name(db, message);
    (void)snprintf(db->cause, sizeof(db->cause), "%s: %s %u %s", what, sqlstate, number,
                   err == CNOP_E_DUPLICATE              ? db->duplicate_key
                   : may_hold_values(sqlstate) && !lost ? ""
                                                        : message);
    cnop_span_cause("database: %s", db->cause);
    if (lost)
        cnop_db_disconnect(db);
    else if (db->tx.open && phase != CNOP_DB_COMMITTING && mysql_rollback(db->mysql) != 0)
        cnop_db_disconnect(db);
    if (db->tx.open && db->tx.failed == CNOP_OK)
        db->tx.failed = err;
    return err;
}

enum cnop_err
cnop_db_abort(struct cnop_db *db, enum cnop_err err)
{
    if (!db->tx.open || db->tx.failed != CNOP_OK)
        return err;
    if (mysql_rollback(db->mysql) != 0)
        cnop_db_disconnect(db);
    db->tx.failed = err;
    return err;
}

struct cnop_str
cnop_db_duplicate_key(const struct cnop_db *db)
{
    return cnop_str_from(db->duplicate_key);
}

const char *
cnop_db_cause(const struct cnop_db *db)
{
    return db->cause;
}
