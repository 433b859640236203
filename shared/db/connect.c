/* SPDX-License-Identifier: MIT */
/* Connecting to MariaDB: options, session settings, pauses between attempts, detection of a
 * connection that died while idle. The password never leaves the handle. */
#include <poll.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "shared/base/clock.h"
#include "shared/base/log.h"
#include "shared/base/secret.h"
#include "shared/base/span.h"
#include "shared/db/db_state.h"

#define PAUSE_MIN_US INT64_C(20000)
#define PAUSE_MAX_US INT64_C(1000000)
#define LIMIT_STEP_MS 250

/* One text, sent once per connection. Strict mode and UTC are also the server's configuration; a
 * session that lacks them must not exist. */
static const char session_sql[] =
    "SET SESSION sql_mode = 'STRICT_ALL_TABLES,ERROR_FOR_DIVISION_BY_ZERO,"
    "NO_ENGINE_SUBSTITUTION,NO_ZERO_DATE,NO_ZERO_IN_DATE,ONLY_FULL_GROUP_BY',"
    " time_zone = '+00:00', innodb_lock_wait_timeout = 2, autocommit = 1,"
    " innodb_snapshot_isolation = ON";

static pthread_once_t library_once = PTHREAD_ONCE_INIT;

static void
start_library(void)
{
    cnop_assert(mysql_library_init(0, NULL, NULL) == 0);
}

static enum cnop_err
read_password(const char *path, char *ret_password, size_t size)
{
    const char *reason = NULL;
    struct cnop_log_line line;
    size_t len = 0;
    enum cnop_err err;

    if (path[0] == '\0')
        return CNOP_OK;
    err = cnop_secret_read_file(path, ret_password, 1, size - 1, &len, &reason);
    if (err != CNOP_OK) {
        cnop_log_begin(&line, CNOP_LOG_CRITICAL, NULL, "db_open", "password file refused");
        cnop_log_text(&line, "path", path);
        cnop_log_text(&line, "reason", reason != NULL ? reason : cnop_err_symbol(err));
        cnop_log_end(&line);
        return CNOP_E_CONFIG;
    }
    ret_password[len] = '\0';
    ret_password[strcspn(ret_password, "\r\n")] = '\0';
    return CNOP_OK;
}

enum cnop_err
cnop_db_open(const struct cnop_db_config *config, struct cnop_db **ret_db)
{
    struct cnop_arena *arena = cnop_arena_new(sizeof(struct cnop_db) + 256);
    struct cnop_db *db = cnop_arena_alloc(arena, sizeof(*db));
    enum cnop_err err;

    cnop_assert(db != NULL);
    err = read_password(config->db_password_file, db->password, sizeof(db->password));
    if (err != CNOP_OK) {
        cnop_arena_free(&arena);
        return err;
    }
    db->arena = arena;
    db->config = config;
    db->tx.db = db;
    cnop_assert(pthread_once(&library_once, start_library) == 0);
    cnop_assert(mysql_thread_init() == 0);
    *ret_db = db;
    return CNOP_OK;
}

void
cnop_db_close(struct cnop_db **db)
{
    struct cnop_arena *arena;

    if (*db == NULL)
        return;
    cnop_assert(!(*db)->tx.open);
    cnop_db_disconnect(*db);
    cnop_secret_zero((*db)->password, sizeof((*db)->password));
    mysql_thread_end();
    arena = (*db)->arena;
    *db = NULL;
    cnop_arena_free(&arena);
}

void
cnop_db_disconnect(struct cnop_db *db)
{
    for (size_t i = 0; i < CNOP_DB_STATEMENT_SLOTS; i++)
        if (db->statements[i].stmt != NULL)
            (void)mysql_stmt_close(db->statements[i].stmt);
    memset(db->statements, 0, sizeof(db->statements));
    db->statement_count = 0;
    if (db->mysql != NULL)
        mysql_close(db->mysql);
    db->mysql = NULL;
    db->up = false;
}

static unsigned
seconds_up(uint64_t ms)
{
    return (unsigned)((ms + 999) / 1000);
}

static void
set_options(MYSQL *mysql, const struct cnop_db_config *config)
{
    unsigned connect_s = seconds_up(config->db_connect_timeout);
    /* Only for a server that hangs: a slow statement is ended by the server, one second earlier. */
    unsigned answer_s = seconds_up(config->db_query_timeout) + 1;
    unsigned local_infile = 0;
    my_bool reconnect = 0, truncation = 0;

    (void)mysql_options(mysql, MYSQL_OPT_CONNECT_TIMEOUT, &connect_s);
    (void)mysql_options(mysql, MYSQL_OPT_READ_TIMEOUT, &answer_s);
    (void)mysql_options(mysql, MYSQL_OPT_WRITE_TIMEOUT, &answer_s);
    (void)mysql_options(mysql, MYSQL_OPT_LOCAL_INFILE, &local_infile);
    (void)mysql_options(mysql, MYSQL_OPT_RECONNECT, &reconnect);
    (void)mysql_options(mysql, MYSQL_REPORT_DATA_TRUNCATION, &truncation);
    (void)mysql_options(mysql, MYSQL_SET_CHARSET_NAME, "utf8mb4");
}

static enum cnop_err
connect_failed(struct cnop_db *db, const char *what)
{
    int64_t now_us = cnop_clock_monotonic_us();
    enum cnop_err err = cnop_db_fail(db, what, CNOP_DB_PREPARING, NULL);

    cnop_db_disconnect(db);
    db->pause_us = db->pause_us == 0 ? PAUSE_MIN_US : db->pause_us * 2;
    if (db->pause_us > PAUSE_MAX_US)
        db->pause_us = PAUSE_MAX_US;
    db->retry_us = now_us + db->pause_us;
    return err == CNOP_E_INTERNAL ? CNOP_E_DB_FAILED : err;
}

static enum cnop_err
db_connect(struct cnop_db *db)
{
    const struct cnop_db_config *config = db->config;

    if (cnop_clock_monotonic_us() < db->retry_us) {
        cnop_span_cause("database: %s (waiting to reconnect)", db->cause);
        return CNOP_E_DB_FAILED;
    }
    db->mysql = mysql_init(NULL);
    cnop_assert(db->mysql != NULL);
    set_options(db->mysql, config);
    if (mysql_real_connect(db->mysql, "localhost", config->db_user, db->password, config->db_schema,
                           0, config->db_socket, CLIENT_FOUND_ROWS) == NULL)
        return connect_failed(db, "connect");
    if (mysql_real_query(db->mysql, session_sql, sizeof(session_sql) - 1) != 0)
        return connect_failed(db, "session");
    db->limit_ms = 0;
    db->pause_us = 0;
    db->retry_us = 0;
    db->up = true;
    return CNOP_OK;
}

/* An idle connection on which something can be read has been closed by the server. */
static bool
is_dead(struct cnop_db *db)
{
    struct pollfd check = {.fd = (int)mysql_get_socket(db->mysql), .events = POLLIN | POLLRDHUP};

    return poll(&check, 1, 0) != 0;
}

/* The server ends statements that run longer than the request has time for. Changed only when a
 * request has less than the usual time left. */
static enum cnop_err
limit_time(struct cnop_db *db, uint32_t left_ms)
{
    /* In steps, or every statement of a late request would bring its own SET along. */
    uint32_t limit_ms = (left_ms + LIMIT_STEP_MS - 1) / LIMIT_STEP_MS * LIMIT_STEP_MS;
    static const struct cnop_sql set_limit = {"db.set_limit",
                                              "SET SESSION max_statement_time = ? / 1000", 0};
    struct cnop_statement *statement;
    enum cnop_err err;

    if (db->limit_ms == limit_ms)
        return CNOP_OK;
    err = cnop_db_execute(db, &set_limit, CNOP_PARAMS(CNOP_P_U64(limit_ms)), CNOP_DB_PREPARING,
                          &statement);
    if (err == CNOP_OK)
        db->limit_ms = limit_ms;
    return err;
}

enum cnop_err
cnop_db_require(struct cnop_db *db)
{
    uint32_t left_ms = cnop_span_left_ms((uint32_t)db->config->db_query_timeout);
    enum cnop_err err;

    db->cause[0] = '\0';
    db->duplicate_key[0] = '\0';
    if (db->tx.open && db->tx.failed != CNOP_OK)
        return db->tx.failed;
    if (left_ms == 0) {
        cnop_span_cause("database: no time left");
        return cnop_db_abort(db, CNOP_E_DEADLINE);
    }
    if (db->mysql != NULL && !db->tx.open && is_dead(db))
        cnop_db_disconnect(db);
    if (db->mysql == NULL) {
        cnop_assert(!db->tx.open);
        err = db_connect(db);
        if (err != CNOP_OK)
            return err;
    }
    return limit_time(db, left_ms);
}

enum cnop_err
cnop_db_ping(struct cnop_db *db)
{
    enum cnop_err err = cnop_db_require(db);

    cnop_assert(!db->tx.open);
    if (err == CNOP_OK && mysql_ping(db->mysql) != 0)
        err = cnop_db_fail(db, "ping", CNOP_DB_PREPARING, NULL);
    return err;
}
