/* SPDX-License-Identifier: MIT */
/* Connections; see session.h. The password never leaves the session. */
#include "shared/db/session.h"

#include <pthread.h>
#include <string.h>

#include "shared/base/secret.h"

/* What every session is, whatever the server's configuration says. */
#define SETTINGS                                                                                   \
    "SET SESSION sql_mode = 'STRICT_ALL_TABLES,ERROR_FOR_DIVISION_BY_ZERO,"                        \
    "NO_ENGINE_SUBSTITUTION,NO_ZERO_DATE,NO_ZERO_IN_DATE,ONLY_FULL_GROUP_BY',"                     \
    " time_zone = '+00:00', autocommit = 1"

static const struct {
    unsigned long flags;
    struct cnop_str settings; /* sent once per connection */
} kinds[] = {
    [CNOP_SESSION_REQUESTS] = {CLIENT_FOUND_ROWS,
                               CNOP_STR(SETTINGS ", innodb_lock_wait_timeout = 2,"
                                                 " innodb_snapshot_isolation = ON")},
    /* Strict mode is what makes a fence's NULL an error. */
    [CNOP_SESSION_BATCHES] = {CLIENT_MULTI_STATEMENTS,
                              CNOP_STR(SETTINGS ", innodb_lock_wait_timeout = 1,"
                                                " tx_isolation = 'READ-COMMITTED'")},
    /* A schema change that waits for a table makes everybody else wait behind it. */
    [CNOP_SESSION_MIGRATIONS] = {0, CNOP_STR(SETTINGS ", lock_wait_timeout = 30")},
};

static pthread_once_t library_once = PTHREAD_ONCE_INIT;

static void
start_library(void)
{
    cnop_assert(mysql_library_init(0, NULL, NULL) == 0);
}

static enum cnop_err
read_password(struct cnop_session *session)
{
    const char *path = session->config->db_password_file;
    const char *reason = NULL;
    size_t len = 0;
    enum cnop_err err;

    if (path[0] == '\0')
        return CNOP_OK;
    err = cnop_secret_read_file(path, session->password, 1, sizeof(session->password) - 1, &len,
                                &reason);
    if (err != CNOP_OK) {
        (void)snprintf(session->cause, sizeof(session->cause), "password file %s: %s", path,
                       reason != NULL ? reason : cnop_err_symbol(err));
        return CNOP_E_CONFIG;
    }
    session->password[len] = '\0';
    session->password[strcspn(session->password, "\r\n")] = '\0';
    return CNOP_OK;
}

enum cnop_err
cnop_session_open(struct cnop_session *session, const struct cnop_db_config *config,
                  enum cnop_session_kind kind, uint32_t answer_ms)
{
    cnop_assert(answer_ms > 0);
    memset(session, 0, sizeof(*session));
    session->config = config;
    session->kind = kind;
    session->answer_ms = answer_ms;
    cnop_assert(pthread_once(&library_once, start_library) == 0);
    return read_password(session);
}

void
cnop_session_close(struct cnop_session *session)
{
    cnop_session_disconnect(session);
    cnop_secret_zero(session->password, sizeof(session->password));
}

void
cnop_session_disconnect(struct cnop_session *session)
{
    if (session->mysql != NULL)
        mysql_close(session->mysql);
    session->mysql = NULL;
}

static unsigned
seconds_up(uint64_t ms)
{
    return (unsigned)((ms + 999) / 1000);
}

static void
set_options(const struct cnop_session *session)
{
    unsigned connect_s = seconds_up(session->config->db_connect_timeout);
    unsigned answer_s = seconds_up(session->answer_ms);
    unsigned local_infile = 0;
    my_bool reconnect = 0, truncation = 0;

    (void)mysql_options(session->mysql, MYSQL_OPT_CONNECT_TIMEOUT, &connect_s);
    (void)mysql_options(session->mysql, MYSQL_OPT_READ_TIMEOUT, &answer_s);
    (void)mysql_options(session->mysql, MYSQL_OPT_WRITE_TIMEOUT, &answer_s);
    (void)mysql_options(session->mysql, MYSQL_OPT_LOCAL_INFILE, &local_infile);
    (void)mysql_options(session->mysql, MYSQL_OPT_RECONNECT, &reconnect);
    (void)mysql_options(session->mysql, MYSQL_REPORT_DATA_TRUNCATION, &truncation);
    (void)mysql_options(session->mysql, MYSQL_SET_CHARSET_NAME, "utf8mb4");
}

bool
cnop_session_command(struct cnop_session *session, struct cnop_str sql)
{
    return mysql_real_query(session->mysql, sql.ptr, (unsigned long)sql.len) == 0;
}

/* A session that cannot be had is a database that cannot be used, whatever the number says. */
static enum cnop_err
connect_failed(struct cnop_session *session, const char *what)
{
    bool lost;
    enum cnop_err err = cnop_session_error(session, what, CNOP_DB_PREPARING, false, NULL, &lost);

    cnop_session_disconnect(session);
    return err == CNOP_E_INTERNAL ? CNOP_E_DB_FAILED : err;
}

enum cnop_err
cnop_session_connect(struct cnop_session *session)
{
    const struct cnop_db_config *config = session->config;

    cnop_assert(session->mysql == NULL);
    session->mysql = mysql_init(NULL);
    cnop_assert(session->mysql != NULL);
    set_options(session);
    if (mysql_real_connect(session->mysql, "localhost", config->db_user, session->password,
                           config->db_schema, 0, config->db_socket,
                           kinds[session->kind].flags) == NULL)
        return connect_failed(session, "connect");
    if (!cnop_session_command(session, kinds[session->kind].settings))
        return connect_failed(session, "session");
    return CNOP_OK;
}

/* ---- errors ---- */

/* "Duplicate entry '...' for key 'name'": the value may itself hold such text, the name not. */
static void
keep_key_name(struct cnop_session *session, const char *message)
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
    if (len >= sizeof(session->duplicate_key))
        len = sizeof(session->duplicate_key) - 1;
    memcpy(session->duplicate_key, at, len);
    session->duplicate_key[len] = '\0';
}

/* Classes 22 and 23 (data, constraint) quote values in their messages. */
static bool
may_hold_values(const char *sqlstate)
{
    return strncmp(sqlstate, "22", 2) == 0 || strncmp(sqlstate, "23", 2) == 0 ||
           strncmp(sqlstate, "HY000", 5) == 0;
}

enum cnop_err
cnop_session_error(struct cnop_session *session, const char *what, enum cnop_db_phase phase,
                   bool in_transaction, MYSQL_STMT *stmt, bool *ret_lost)
{
    /* An error met while rows are being read stands in the connection only. */
    bool in_stmt = stmt != NULL && mysql_stmt_errno(stmt) != 0;
    unsigned number = in_stmt ? mysql_stmt_errno(stmt) : mysql_errno(session->mysql);
    const char *sqlstate = in_stmt ? mysql_stmt_sqlstate(stmt) : mysql_sqlstate(session->mysql);
    const char *message = in_stmt ? mysql_stmt_error(stmt) : mysql_error(session->mysql);
    enum cnop_err err = cnop_db_classify(number, phase, in_transaction, ret_lost);

    session->duplicate_key[0] = '\0';
    if (err == CNOP_E_DUPLICATE) {
        keep_key_name(session, message);
        message = session->duplicate_key;
    } else if (may_hold_values(sqlstate) && !*ret_lost) {
        message = "";
    }
    (void)snprintf(session->cause, sizeof(session->cause), "%s: %s %u %s", what, sqlstate, number,
                   message);
    return err;
}
