/* SPDX-License-Identifier: MIT */
/* See verifier.h. The mutex guards what the loop takes; everything else is the thread's. What a
 * pass has found is also kept in the table `verification`, from where the order reader tells it. */
#include "fcgi_services/order/verifier.h"

#include <poll.h>
#include <pthread.h>
#include <string.h>

#include "fcgi_services/order/wake.h"
#include "shared/base/clock.h"
#include "shared/base/log.h"
#include "shared/db/batch.h"

#define PAUSE_MIN_US 1000
#define PAUSE_MAX_US 5000000
#define RETRY_US 1000000
#define QUERY_BYTES 2048

struct verifier {
    pthread_t thread;
    pthread_mutex_t mutex;
    struct verify_finding findings[VERIFIER_FINDING_MAX]; /* under mutex */
    uint32_t finding_count;                               /* under mutex */
    struct verifier_progress progress;                    /* under mutex */
    int event_fd;
    int stop_fd;
    /* The thread's own. */
    struct verifier_config config;
    struct verify *verify;
    struct cnop_batch_db *db;
    int64_t busy_since_us; /* monotonic */
    int64_t pass_findings;
    char first_finding[VERIFY_TEXT_BYTES];
};

/* ---- time ---- */

/* False: stop. */
static bool
wait_us(struct verifier *verifier, int64_t pause_us)
{
    struct pollfd stop = {.fd = verifier->stop_fd, .events = POLLIN};

    cnop_assert(pause_us >= 0);
    return poll(&stop, 1, (int)(pause_us / 1000)) == 0;
}

/* After so much work, as much rest as the share asks for. */
static bool
pace(void *arg)
{
    struct verifier *verifier = arg;
    int64_t share = (int64_t)verifier->config.share_percent;
    int64_t busy_us = cnop_clock_monotonic_us() - verifier->busy_since_us;
    int64_t rest_us = busy_us * (100 - share) / share;
    bool go_on;

    cnop_assert(share > 0 && share <= 100);
    if (rest_us < PAUSE_MIN_US)
        rest_us = PAUSE_MIN_US;
    go_on = wait_us(verifier, rest_us > PAUSE_MAX_US ? PAUSE_MAX_US : rest_us);
    verifier->busy_since_us = cnop_clock_monotonic_us();
    return go_on;
}

/* ---- results ---- */

/* Keeps the state for the reader. It is lost with the server only: the next pass tells it again. */
static void
store(struct verifier *verifier)
{
    const struct verifier_progress *progress = &verifier->progress;
    char memory[QUERY_BYTES];
    struct cnop_batch sql;

    cnop_assert(progress->finding_count >= 0);
    cnop_batch_init(&sql, memory, sizeof(memory));
    cnop_batch_sql(&sql, "START TRANSACTION;UPDATE verification SET started_us=");
    cnop_buf_i64(&sql.text, progress->started_us);
    cnop_batch_sql(&sql, ",finished_us=");
    cnop_buf_i64(&sql.text, progress->finished_us);
    cnop_batch_sql(&sql, ",accounts=");
    cnop_buf_i64(&sql.text, progress->account_count);
    cnop_batch_sql(&sql, ",seq=");
    cnop_buf_u64(&sql.text, progress->seq);
    cnop_batch_sql(&sql, ",findings=");
    cnop_buf_i64(&sql.text, progress->finding_count);
    cnop_batch_sql(&sql, ",first_finding=");
    sql.first_value = true;
    cnop_batch_bytes(&sql, verifier->first_finding, strlen(verifier->first_finding));
    cnop_batch_sql(&sql, ",updated_us=");
    cnop_buf_i64(&sql.text, cnop_clock_wall_us());
    cnop_batch_sql(&sql, " WHERE shard=0;COMMIT");
    cnop_assert(!cnop_batch_overflowed(&sql));
    if (cnop_batch_commit(verifier->db, &sql) != CNOP_OK)
        cnop_log_write(CNOP_LOG_WARN, "verification", cnop_batch_db_cause(verifier->db));
}

static void
on_found(void *arg, const struct verify_finding *finding)
{
    struct verifier *verifier = arg;
    bool is_more;

    cnop_assert(finding->text[0] != '\0');
    verifier->pass_findings++;
    if (verifier->first_finding[0] == '\0')
        memcpy(verifier->first_finding, finding->text, sizeof(verifier->first_finding));
    pthread_mutex_lock(&verifier->mutex);
    cnop_assert(verifier->finding_count <= VERIFIER_FINDING_MAX);
    if (verifier->finding_count < VERIFIER_FINDING_MAX) /* the next pass finds the others */
        verifier->findings[verifier->finding_count++] = *finding;
    is_more = verifier->pass_findings > verifier->progress.finding_count;
    if (is_more)
        verifier->progress.finding_count = verifier->pass_findings;
    pthread_mutex_unlock(&verifier->mutex);
    wake_signal(verifier->event_fd);
}

static void
on_pass_ended(struct verifier *verifier, int64_t started_us, int64_t account_count, uint64_t seq)
{
    cnop_assert(started_us > 0);
    cnop_assert(account_count >= 0);
    pthread_mutex_lock(&verifier->mutex);
    verifier->progress.started_us = started_us;
    verifier->progress.finished_us = cnop_clock_wall_us();
    verifier->progress.account_count = account_count;
    verifier->progress.seq = seq;
    verifier->progress.finding_count = verifier->pass_findings;
    pthread_mutex_unlock(&verifier->mutex);
    store(verifier);
    wake_signal(verifier->event_fd);
}

/* ---- a pass ---- */

/* Tells the reader at once when a slice has found more than was known. */
static void
store_new_findings(struct verifier *verifier, int64_t known)
{
    if (verifier->progress.finding_count > known) /* only this thread writes it */
        store(verifier);
}

static enum cnop_err
count_account(void *arg, const struct cnop_row *row)
{
    int64_t *count = arg;

    cnop_assert(row->column_count == 1);
    *count = row->cells[0].i64;
    return CNOP_OK;
}

static enum cnop_err
check_durable(struct verifier *verifier)
{
    char text[VERIFY_TEXT_BYTES] = "";
    enum cnop_err err = verify_durable(verifier->db, text);
    bool durable = text[0] == '\0';

    if (err != CNOP_OK)
        return err;
    if (!durable && verifier->progress.durable)
        cnop_log_write(CNOP_LOG_CRITICAL, "not_durable", text);
    pthread_mutex_lock(&verifier->mutex);
    verifier->progress.durable = durable;
    pthread_mutex_unlock(&verifier->mutex);
    return CNOP_OK;
}

static enum cnop_err
pass(struct verifier *verifier)
{
    int64_t started_us = cnop_clock_wall_us(), next = LEDGER_ACCOUNT_FIRST_USER, account_count = 0;
    int64_t known = verifier->progress.finding_count;
    struct ledger_chain chain = {.seq = 0};
    char memory[QUERY_BYTES];
    struct cnop_batch query;
    bool end = false;
    enum cnop_err err = check_durable(verifier);

    cnop_assert(known >= 0);
    verifier->pass_findings = 0;
    verifier->first_finding[0] = '\0';
    cnop_batch_init(&query, memory, sizeof(memory));
    cnop_batch_sql(&query, "SELECT COUNT(*) FROM account WHERE id>=1000");
    if (err == CNOP_OK && pace(verifier))
        err = cnop_batch_scan(verifier->db, &query, count_account, &account_count);
    while (err == CNOP_OK && next < INT64_MAX) {
        err = verify_accounts(verifier->verify, next, INT64_MAX - 1, true, &next);
        cnop_assert(err != CNOP_OK || next > LEDGER_ACCOUNT_FIRST_USER); /* it goes on */
        store_new_findings(verifier, known);
    }
    if (err == CNOP_OK)
        err = verify_whole(verifier->verify);
    while (err == CNOP_OK && !end) {
        err = verify_chain(verifier->verify, &chain, &end);
        store_new_findings(verifier, known);
    }
    if (err == CNOP_OK)
        on_pass_ended(verifier, started_us, account_count, chain.seq);
    return err;
}

static void *
verifier_main(void *arg)
{
    struct verifier *verifier = arg;
    bool go_on = true;

    cnop_assert(verifier->verify != NULL);
    cnop_assert(verifier->db != NULL);
    while (go_on) {
        enum cnop_err err;

        verifier->busy_since_us = cnop_clock_monotonic_us();
        err = pass(verifier);
        if (err != CNOP_OK && err != CNOP_E_SHUTTING_DOWN)
            cnop_log_write(CNOP_LOG_WARN, "verification", cnop_batch_db_cause(verifier->db));
        go_on = err != CNOP_E_SHUTTING_DOWN &&
                wait_us(verifier, err == CNOP_OK ? verifier->config.pause_us : RETRY_US);
    }
    return NULL;
}

/* ---- for the loop ---- */

enum cnop_err
verifier_start(struct verify *verify, struct cnop_batch_db *db,
               const struct verifier_config *config, struct verifier **ret_verifier)
{
    static struct verifier verifier;
    const struct verify_to to = {.found = on_found, .pace = pace, .arg = &verifier};

    cnop_assert(config->share_percent > 0 && config->share_percent <= 100);
    cnop_assert(verifier.verify == NULL); /* one a process */
    verifier.config = *config;
    verifier.verify = verify;
    verifier.db = db;
    verifier.progress.durable = true;
    verify_tell(verify, &to);
    verifier.event_fd = wake_open();
    verifier.stop_fd = wake_open();
    if (verifier.event_fd < 0 || verifier.stop_fd < 0)
        return CNOP_E_IO;
    pthread_mutex_init(&verifier.mutex, NULL);
    if (pthread_create(&verifier.thread, NULL, verifier_main, &verifier) != 0)
        return CNOP_E_IO;
    *ret_verifier = &verifier;
    return CNOP_OK;
}

int
verifier_fd(const struct verifier *verifier)
{
    cnop_assert(verifier->event_fd >= 0);
    return verifier->event_fd;
}

uint32_t
verifier_take(struct verifier *verifier, struct verify_finding *findings,
              struct verifier_progress *ret_progress)
{
    uint32_t count;

    wake_drain(verifier->event_fd);
    pthread_mutex_lock(&verifier->mutex);
    count = verifier->finding_count;
    cnop_assert(count <= VERIFIER_FINDING_MAX);
    memcpy(findings, verifier->findings, count * sizeof(*findings));
    verifier->finding_count = 0;
    *ret_progress = verifier->progress;
    pthread_mutex_unlock(&verifier->mutex);
    return count;
}

void
verifier_stop(struct verifier *verifier)
{
    cnop_assert(verifier->stop_fd >= 0);
    wake_signal(verifier->stop_fd);
    (void)pthread_join(verifier->thread, NULL);
}
