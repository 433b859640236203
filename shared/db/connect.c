/* SPDX-License-Identifier: MIT */
/* A handle that can be used now: connected, alive, with the right time limit. Pauses between
 * attempts, and notices a connection that died while idle. */
#include <poll.h>

#include "shared/base/clock.h"
#include "shared/base/span.h"
#include "shared/db/db_state.h"

#define PAUSE_MIN_US INT64_C(20000)
#define PAUSE_MAX_US INT64_C(1000000)
#define LIMIT_STEP_MS 250

static enum cnop_err
db_connect(struct cnop_db *db)
{
    enum cnop_err err;

    if (cnop_clock_monotonic_us() < db->retry_us) {
        cnop_span_cause("database: %s (waiting to reconnect)", db->session.cause);
        return CNOP_E_DB_FAILED;
    }
    err = cnop_session_connect(&db->session);
    if (err != CNOP_OK) {
        cnop_span_cause("database: %s", db->session.cause);
        db->pause_us = db->pause_us == 0 ? PAUSE_MIN_US : db->pause_us * 2;
        if (db->pause_us > PAUSE_MAX_US)
            db->pause_us = PAUSE_MAX_US;
        db->retry_us = cnop_clock_monotonic_us() + db->pause_us;
        return err;
    }
    db->limit_ms = 0;
    db->pause_us = 0;
    db->retry_us = 0;
    return CNOP_OK;
}

/* An idle connection on which something can be read has been closed by the server. */
static bool
is_dead(struct cnop_db *db)
{
    struct pollfd check = {.fd = (int)mysql_get_socket(db->session.mysql),
                           .events = POLLIN | POLLRDHUP};

    return poll(&check, 1, 0) != 0;
}

/* The server ends statements that run longer than the request has time for. Changed only when a
 * request has less than the usual time left. */
static enum cnop_err
limit_time(struct cnop_db *db, uint32_t left_ms)
{
    /* In steps, or every statement of a late request would bring its own SET along. */
    uint32_t limit_ms = (left_ms + LIMIT_STEP_MS - 1) / LIMIT_STEP_MS * LIMIT_STEP_MS;
    static const struct cnop_sql set_limit = {
        "db.set_limit", "SET SESSION max_statement_time = ? / 1000", .max_rows = 0};
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

    if (db->tx.open && db->tx.failed != CNOP_OK)
        return db->tx.failed;
    if (left_ms == 0) {
        (void)snprintf(db->session.cause, sizeof(db->session.cause), "no time left");
        cnop_span_cause("database: no time left");
        return cnop_db_abort(db, CNOP_E_DEADLINE);
    }
    if (cnop_db_is_connected(db) && !db->tx.open && is_dead(db))
        cnop_db_disconnect(db);
    if (!cnop_db_is_connected(db)) {
        cnop_assert(!db->tx.open);
        err = db_connect(db);
        if (err != CNOP_OK)
            return err;
    }
    db->session.cause[0] = '\0';
    db->session.duplicate_key[0] = '\0';
    return limit_time(db, left_ms);
}

enum cnop_err
cnop_db_ping(struct cnop_db *db)
{
    enum cnop_err err = cnop_db_require(db);

    cnop_assert(!db->tx.open);
    if (err == CNOP_OK && mysql_ping(db->session.mysql) != 0)
        err = cnop_db_fail(db, "ping", CNOP_DB_PREPARING, NULL);
    return err;
}
