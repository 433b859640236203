/* SPDX-License-Identifier: MIT */
/* Batched look-up of keys on its own thread and connection; see lookup.h. The mutex guards the two
 * queues; a lent job is only read here. */
#include "fcgi_services/order/lookup_sql.h"

#include <pthread.h>
#include <string.h>

#include "fcgi_services/order/order_codes.h"
#include "fcgi_services/order/row_cells_sql.h"
#include "fcgi_services/order/rows_columns.h"
#include "fcgi_services/order/stored_sql.h"
#include "fcgi_services/order/wake.h"
#include "shared/base/clock.h"
#include "shared/base/log.h"

#define LOOKUP_MAX 1024 /* jobs on their way at once */
#define QUERY_BYTES (LOOKUP_MAX * 200u)
/* A connection that was dropped says so at once; a database that takes its time is not asked twice.
 */
#define DROPPED_US 500000

struct lookup {
    pthread_t thread;
    pthread_mutex_t mutex;
    pthread_cond_t wake;
    int event_fd;
    bool stop;
    uint32_t waiting_count;
    struct engine_job *waiting[LOOKUP_MAX];
    uint32_t ready_count;
    struct lookup_result ready[LOOKUP_MAX];
    uint32_t lent_count; /* waiting, being looked up, or ready */
    /* The thread's own. */
    struct cnop_batch_db *db;
    uint32_t work_count;
    struct lookup_result work[LOOKUP_MAX];
    char query[QUERY_BYTES];
};

static bool
wants_orders(const struct lookup_result *result)
{
    cnop_assert(result->job != NULL);
    return ledger_op_is_of_orders(result->job->command.op);
}

/* Else a key is asked for. */
static bool
wants_shown(const struct lookup_result *result)
{
    return result->job->show_order && !result->job->look_named;
}

static struct cnop_str
wanted_key(const struct engine_job *job)
{
    return job->look_named ? job->named : cnop_str_make(job->command.key, job->command.key_len);
}

/* Gives every job that asked for this key what was found. */
static void
hand_out(struct lookup *lookup, const struct stored_key *found)
{
    cnop_assert(found->key.len > 0);
    cnop_assert(found->posting.id > 0);
    for (uint32_t i = 0; i < lookup->work_count; i++) {
        struct lookup_result *result = &lookup->work[i];
        const struct ledger_command *command = &result->job->command;

        if (wants_shown(result) ||
            wants_orders(result) != ledger_op_is_of_orders(found->posting.op) ||
            command->account_id != found->posting.account_id ||
            !cnop_str_equal(wanted_key(result->job), found->key))
            continue;
        result->err = CNOP_OK;
        result->posting = found->posting;
        memcpy(result->fingerprint, found->fingerprint, LEDGER_FINGERPRINT_BYTES);
    }
}

static enum cnop_err
read_order(void *arg, const struct cnop_row *row)
{
    struct stored_key found;

    if (stored_read_order(row, &found))
        hand_out(arg, &found);
    return CNOP_OK;
}

static enum cnop_err
read_entry(void *arg, const struct cnop_row *row)
{
    struct stored_key found;

    if (stored_read_entry(row, &found))
        hand_out(arg, &found);
    return CNOP_OK;
}

enum order_place {
    ORDER_ID,
    ORDER_ACCOUNT,
    ORDER_ASSET,
    ORDER_SIDE,
    ORDER_TYPE,
    ORDER_TIF,
    ORDER_FLAGS,
    ORDER_STATUS,
    ORDER_REASON,
    ORDER_KEY,
    ORDER_QTY,
    ORDER_FILLED,
    ORDER_PRICE,
    ORDER_TOTAL,
    ORDER_FEE,
    ORDER_HOLD,
    ORDER_CREATED,
    ORDER_UPDATED,
    ORDER_EXPIRES,
    ORDER_STOP,
    ORDER_PLACE_COUNT
};

static void
read_order_now(const struct cnop_row *row, struct engine_order *ret_order)
{
    struct cnop_str key = cell_bytes(row, ORDER_KEY);

    cnop_assert(row->column_count == ORDER_PLACE_COUNT);
    *ret_order =
        (struct engine_order){.id = cell_i64(row, ORDER_ID),
                              .account_id = cell_i64(row, ORDER_ACCOUNT),
                              .qty = {cell_i64(row, ORDER_QTY)},
                              .filled = {cell_i64(row, ORDER_FILLED)},
                              .price = {cell_i64(row, ORDER_PRICE)},
                              .total = {cell_i64(row, ORDER_TOTAL)},
                              .fee = {cell_i64(row, ORDER_FEE)},
                              .hold_e8 = cell_i64(row, ORDER_HOLD),
                              .created_us = cell_i64(row, ORDER_CREATED),
                              .updated_us = cell_i64(row, ORDER_UPDATED),
                              .expires_us = cell_i64(row, ORDER_EXPIRES),
                              .stop = {cell_i64(row, ORDER_STOP)},
                              .asset_id = (uint16_t)cell_i64(row, ORDER_ASSET),
                              .type = (uint8_t)cell_i64(row, ORDER_TYPE),
                              .side = (uint8_t)cell_i64(row, ORDER_SIDE),
                              .tif = (uint8_t)cell_i64(row, ORDER_TIF),
                              .status = (uint8_t)cell_i64(row, ORDER_STATUS),
                              .reason = (uint8_t)cell_i64(row, ORDER_REASON),
                              .post_only = (cell_i64(row, ORDER_FLAGS) & LEDGER_POST_ONLY) != 0,
                              .key_len = (uint8_t)(key.len > LEDGER_KEY_BYTES ? 0 : key.len)};
    if (ret_order->key_len > 0)
        memcpy(ret_order->key, key.ptr, ret_order->key_len);
}

static enum cnop_err
take_order(void *arg, const struct cnop_row *row)
{
    struct lookup *lookup = arg;
    struct engine_order order;

    read_order_now(row, &order);
    for (uint32_t i = 0; i < lookup->work_count; i++) {
        struct lookup_result *result = &lookup->work[i];

        if (!wants_shown(result) || result->job->command.order_id != order.id ||
            result->job->command.account_id != order.account_id)
            continue;
        result->err = CNOP_OK;
        result->order = order;
    }
    return CNOP_OK;
}

/* One query for all orders that are to be shown. */
static enum cnop_err
look_up_orders(struct lookup *lookup)
{
    struct cnop_batch query;
    uint32_t count = 0;

    cnop_batch_init(&query, lookup->query, sizeof(lookup->query));
    cnop_batch_rows_open(&query, "SELECT id,account_id,asset_id,side,type,tif,flags,status,reason,"
                                 "client_order_id,qty_e8,filled_qty_e8,price_e10,filled_quote_e8,"
                                 "fee_e8,hold_e8,created_us,updated_us,expires_us,"
                                 "stop_price_e10 FROM orders "
                                 "WHERE id IN (");
    for (uint32_t i = 0; i < lookup->work_count; i++) {
        if (!wants_shown(&lookup->work[i]))
            continue;
        cnop_batch_row_open(&query);
        cnop_batch_i64(&query, lookup->work[i].job->command.order_id);
        cnop_batch_row_close(&query);
        count++;
    }
    if (count == 0)
        return CNOP_OK;
    cnop_batch_sql(&query, ")");
    return cnop_batch_scan(lookup->db, &query, take_order, lookup);
}

/* One query for all work of one table. */
static enum cnop_err
look_up_table(struct lookup *lookup, bool orders)
{
    struct cnop_batch query;
    uint32_t count = 0;

    cnop_assert(lookup->work_count <= LOOKUP_MAX);
    cnop_batch_init(&query, lookup->query, sizeof(lookup->query));
    if (orders)
        cnop_batch_rows_open(
            &query, "SELECT " ROW_SELECTED(
                        ROW_BOOK_ORDER) " FROM orders WHERE (account_id,client_order_id) IN (");
    else
        cnop_batch_rows_open(
            &query,
            "SELECT " ROW_SELECTED(ROW_ENTRY) " FROM cash_entry WHERE (account_id,idem_key) IN (");
    for (uint32_t i = 0; i < lookup->work_count; i++) {
        const struct engine_job *job = lookup->work[i].job;

        if (wants_shown(&lookup->work[i]) || wants_orders(&lookup->work[i]) != orders)
            continue;
        cnop_batch_row_open(&query);
        cnop_batch_i64(&query, job->command.account_id);
        cnop_batch_ascii(&query, wanted_key(job));
        cnop_batch_row_close(&query);
        count++;
    }
    if (count == 0)
        return CNOP_OK;
    cnop_batch_sql(&query, ")");
    return cnop_batch_scan(lookup->db, &query, orders ? read_order : read_entry, lookup);
}

/* A dropped connection gets one more try on a new one. */
static void
look_up(struct lookup *lookup)
{
    int64_t start_us = cnop_clock_monotonic_us();
    enum cnop_err err = CNOP_E_DB_FAILED;

    cnop_assert(lookup->work_count > 0);
    for (int tries = 0;
         tries < 2 && err != CNOP_OK && cnop_clock_monotonic_us() - start_us < DROPPED_US;
         tries++) {
        for (uint32_t i = 0; i < lookup->work_count; i++)
            lookup->work[i].err = CNOP_E_NOT_FOUND;
        err = look_up_table(lookup, true);
        if (err == CNOP_OK)
            err = look_up_table(lookup, false);
        if (err == CNOP_OK)
            err = look_up_orders(lookup);
    }
    if (err == CNOP_OK)
        return;
    for (uint32_t i = 0; i < lookup->work_count; i++)
        lookup->work[i].err = CNOP_E_DB_FAILED;
    cnop_log_write(CNOP_LOG_ERROR, "lookup", cnop_batch_db_cause(lookup->db));
}

/* ---- hand-over ---- */

static bool
take_work(struct lookup *lookup)
{
    pthread_mutex_lock(&lookup->mutex);
    while (!lookup->stop && lookup->waiting_count == 0)
        pthread_cond_wait(&lookup->wake, &lookup->mutex);
    cnop_assert(lookup->waiting_count <= lookup->lent_count);
    lookup->work_count = lookup->waiting_count;
    for (uint32_t i = 0; i < lookup->waiting_count; i++)
        lookup->work[i].job = lookup->waiting[i];
    lookup->waiting_count = 0;
    pthread_mutex_unlock(&lookup->mutex);
    return lookup->work_count > 0;
}

static void *
lookup_main(void *arg)
{
    struct lookup *lookup = arg;

    while (take_work(lookup)) {
        look_up(lookup);
        pthread_mutex_lock(&lookup->mutex);
        cnop_assert(lookup->ready_count + lookup->work_count <= LOOKUP_MAX);
        memcpy(lookup->ready + lookup->ready_count, lookup->work,
               lookup->work_count * sizeof(lookup->work[0]));
        lookup->ready_count += lookup->work_count;
        pthread_mutex_unlock(&lookup->mutex);
        wake_signal(lookup->event_fd);
    }
    return NULL;
}

enum cnop_err
lookup_sql_start(struct cnop_batch_db *db, struct lookup **ret_lookup)
{
    static struct lookup lookup;

    cnop_assert(db != NULL);
    cnop_assert(lookup.db == NULL); /* one a process */
    lookup.db = db;
    lookup.event_fd = wake_open();
    if (lookup.event_fd < 0)
        return CNOP_E_IO;
    pthread_mutex_init(&lookup.mutex, NULL);
    pthread_cond_init(&lookup.wake, NULL);
    if (pthread_create(&lookup.thread, NULL, lookup_main, &lookup) != 0)
        return CNOP_E_IO;
    *ret_lookup = &lookup;
    return CNOP_OK;
}

void
lookup_stop(struct lookup *lookup)
{
    pthread_mutex_lock(&lookup->mutex);
    cnop_assert(!lookup->stop);
    lookup->stop = true;
    pthread_cond_signal(&lookup->wake);
    pthread_mutex_unlock(&lookup->mutex);
    (void)pthread_join(lookup->thread, NULL);
}

int
lookup_fd(const struct lookup *lookup)
{
    cnop_assert(lookup->event_fd >= 0);
    return lookup->event_fd;
}

bool
lookup_push(struct lookup *lookup, struct engine_job *job)
{
    bool accepted;

    cnop_assert(wanted_key(job).len > 0 || job->show_order);
    pthread_mutex_lock(&lookup->mutex);
    cnop_assert(lookup->lent_count <= LOOKUP_MAX);
    accepted = lookup->lent_count < LOOKUP_MAX;
    if (accepted) {
        lookup->waiting[lookup->waiting_count++] = job;
        lookup->lent_count++;
        pthread_cond_signal(&lookup->wake);
    }
    pthread_mutex_unlock(&lookup->mutex);
    return accepted;
}

uint32_t
lookup_take(struct lookup *lookup, struct lookup_result *results, uint32_t max)
{
    uint32_t count;

    cnop_assert(max > 0);
    wake_drain(lookup->event_fd);
    pthread_mutex_lock(&lookup->mutex);
    count = lookup->ready_count < max ? lookup->ready_count : max;
    memcpy(results, lookup->ready, count * sizeof(*results));
    lookup->ready_count -= count;
    memmove(lookup->ready, lookup->ready + count, lookup->ready_count * sizeof(*results));
    cnop_assert(count <= lookup->lent_count);
    lookup->lent_count -= count;
    pthread_mutex_unlock(&lookup->mutex);
    return count;
}
