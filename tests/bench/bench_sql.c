/* SPDX-License-Identifier: MIT */
/* The database's share of an order, without HTTP. Three ways to write the same order:
 *   batch  the product's own transactions: ledger, rows, large tables as arrays
 *   text   the same rows as one packet of text
 *   naive  one interactive transaction an order, locking reads, many connections
 * Usage: bench_sql SOCKET SCHEMA batch|text|naive SECONDS SIZE   (SIZE: orders a batch, or
 * connections). Prints one line of JSON. The schema is a fresh ledger schema. */
#include <inttypes.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>

#include <mysql.h>

#include "fcgi_services/order/rows_sql.h"
#include "shared/base/clock.h"
#include "shared/ledger/command.h"

#define BALANCE                                                                                    \
    "balance (account_id,asset_id,avail_e8,held_e8,floor_e8,cost_e8,realised_e8,entries,ver,"      \
    "created_us,updated_us)"
#define ACCOUNTS 1000
#define FIRST_ACCOUNT 1000
#define SQL_BYTES (8u << 20)

static const char *socket_path;
static const char *schema;
static const struct seal_key seals = {{1}};

static void
fail(const char *what, MYSQL *mysql)
{
    fprintf(stderr, "%s: %s\n", what, mysql == NULL ? "failed" : mysql_error(mysql));
    exit(1);
}

static MYSQL *
bench_connect(void)
{
    MYSQL *mysql = mysql_init(NULL);

    if (mysql == NULL || mysql_real_connect(mysql, NULL, "root", "", schema, 0, socket_path,
                                            CLIENT_MULTI_STATEMENTS) == NULL)
        fail("connect", mysql);
    return mysql;
}

/* ---- the product's own transactions ---- */

struct maker {
    struct ledger *ledger;
    struct engine_batch batch;
    struct cnop_batch sql;
    struct ledger_chain chain;
    struct engine_job *jobs;
    uint64_t number;
};

static void *
map_memory(size_t bytes)
{
    void *memory = mmap(NULL, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

    if (memory == MAP_FAILED)
        fail("memory", NULL);
    return memory;
}

static void
maker_apply(struct maker *maker, const struct ledger_command *command)
{
    struct engine_batch *batch = &maker->batch;
    struct engine_job *job = &maker->jobs[batch->job_count];

    memset(job, 0, sizeof(*job));
    job->command = *command;
    job->command.time_us = cnop_clock_wall_us();
    job->err = ledger_apply(maker->ledger, &job->command, &job->outcome);
    if (job->err != CNOP_OK || !job->outcome.changed)
        fail(cnop_err_code(job->err), NULL); /* or the batch would never be full */
    engine_batch_add(batch, maker->ledger, job);
}

static void
maker_begin(struct maker *maker)
{
    struct engine_batch *batch = &maker->batch;

    ledger_forget(maker->ledger, ledger_mark(maker->ledger));
    ledger_batch_begin(maker->ledger);
    engine_batch_clear(batch);
    batch->first_id = ledger_next_id(maker->ledger);
}

static void
maker_seal(struct maker *maker)
{
    engine_batch_seal(&maker->batch, maker->ledger, &maker->chain);
    rows_encode(&maker->batch, &seals, &maker->sql);
    maker->chain = maker->batch.chain;
}

static void
maker_open(struct maker *maker)
{
    const struct ledger_asset asset = {.id = 3,
                                       .known = true,
                                       .active = true,
                                       .symbol_len = 1,
                                       .symbol = "D",
                                       .price = {12345000000},
                                       .price_time_us = cnop_clock_wall_us()};
    struct ledger_config config;

    cnop_secret_init();
    ledger_config_default(&config);
    config.max_accounts = 10000;
    config.max_balances = 40000;
    config.price_max_age_us = INT64_C(1000000000000);
    maker->ledger = ledger_init(map_memory(ledger_bytes(&config)), &config);
    if (ledger_load_asset(maker->ledger, &asset) != CNOP_OK)
        fail("asset", NULL);
    maker->jobs = map_memory(ENGINE_BATCH_MAX * sizeof(*maker->jobs));
    if (engine_batch_open(&maker->batch) != CNOP_OK)
        fail("memory", NULL);
    cnop_batch_init(&maker->sql, map_memory(SQL_BYTES), SQL_BYTES);
}

static struct ledger_command
next_order(struct maker *maker)
{
    uint64_t number = ++maker->number;
    bool sell = number > ACCOUNTS && number % 3 == 0; /* of what was bought */
    struct ledger_command command = {.op = LEDGER_OP_ORDER,
                                     .account_id =
                                         FIRST_ACCOUNT + (int64_t)(number * 7919 % ACCOUNTS),
                                     .asset_id = 3,
                                     .side = sell ? LEDGER_SELL : LEDGER_BUY,
                                     .qty = {(sell ? 1 : 2) * CNOP_E8},
                                     .key_checked = true}; /* each is new */
    char key[40];
    int len = snprintf(key, sizeof(key), "bench-run-%" PRIu64, number);

    if (ledger_command_set_key(&command, cnop_str_make(key, (size_t)len)) != CNOP_OK)
        fail("key", NULL);
    ledger_command_set_request_id(&command, CNOP_STR("0123456789abcdef0123456789abcdef"));
    return command;
}

static void
fund(struct maker *maker, struct cnop_batch_db *db)
{
    for (int account = 0; account < ACCOUNTS; account += 100) {
        maker_begin(maker);
        for (int i = 0; i < 100; i++) {
            const struct ledger_command deposit = {.op = LEDGER_OP_DEPOSIT,
                                                   .account_id = FIRST_ACCOUNT + account + i,
                                                   .amount = {9000 * CNOP_E8}};

            maker_apply(maker, &deposit);
        }
        maker_seal(maker);
        if (cnop_batch_commit(db, &maker->sql) != CNOP_OK)
            fail(cnop_batch_db_cause(db), NULL);
    }
}

static uint64_t
run_batches(const char *mode, int64_t until_us, uint32_t size, int64_t *ret_start_us)
{
    static const struct cnop_db_config config = {.db_user = "root",
                                                 .db_password_file = "",
                                                 .db_connect_timeout = 1000,
                                                 .db_query_timeout = 10000};
    struct cnop_db_config here = config;
    struct cnop_batch_db *db;
    static struct maker maker;
    uint64_t count = 0;

    here.db_socket = socket_path;
    here.db_schema = schema;
    if (cnop_batch_db_open(&here, 10000, &db) != CNOP_OK || cnop_batch_db_connect(db) != CNOP_OK)
        fail("connect", NULL);
    maker_open(&maker);
    fund(&maker, db);
    if (strcmp(mode, "batch") == 0)
        cnop_batch_take_arrays(&maker.sql);
    *ret_start_us = cnop_clock_monotonic_us();
    until_us += *ret_start_us;
    while (cnop_clock_monotonic_us() < until_us) {
        maker_begin(&maker);
        while (maker.batch.job_count < size) {
            struct ledger_command command = next_order(&maker);

            maker_apply(&maker, &command);
        }
        maker_seal(&maker);
        if (cnop_batch_commit(db, &maker.sql) != CNOP_OK)
            fail(cnop_batch_db_cause(db), NULL);
        count += maker.batch.changed_count;
    }
    return count;
}

/* ---- one transaction an order ---- */

static atomic_int_fast64_t next_id = 1000000;
static atomic_uint_fast64_t done_count, retry_count;
static int64_t naive_until_us;

static bool
run_sql(MYSQL *mysql, const char *sql)
{
    MYSQL_RES *result;

    if (mysql_query(mysql, sql) != 0)
        return false;
    result = mysql_store_result(mysql);
    if (result != NULL)
        mysql_free_result(result);
    return true;
}

/* @i, @a and @t stand for order id, account and time. */
static void
fill_in(const char *text, const int64_t values[3], char *sql, size_t bytes)
{
    struct cnop_buf buf;

    cnop_buf_init(&buf, sql, bytes - 1);
    for (; *text != '\0'; text++) {
        if (*text == '@') {
            text++;
            cnop_buf_i64(&buf, values[*text == 'i' ? 0 : *text == 'a' ? 1 : 2]);
        } else {
            cnop_buf_char(&buf, *text);
        }
    }
    sql[buf.len] = '\0';
}

/* The order of locks (house, then user) is fixed, as a careful programmer would do it. */
static bool
naive_order(MYSQL *mysql, int64_t id, int64_t account)
{
    static const char *const steps[] = {
        "START TRANSACTION",
        "SELECT id FROM orders WHERE account_id=@a AND client_order_id='n-@i'",
        "SELECT avail_e8 FROM balance WHERE account_id=2 AND asset_id IN (0,3) FOR UPDATE",
        "SELECT avail_e8 FROM balance WHERE account_id=@a AND asset_id IN (0,3) FOR UPDATE",
        "INSERT INTO orders (id,account_id,asset_id,side,type,tif,status,client_order_id,qty_e8,"
        "filled_qty_e8,filled_quote_e8,fee_e8,price_e10,price_seq,cash_after_e8,created_us,updated_"
        "us)"
        " VALUES (@i,@a,3,1,1,1,4,'n-@i',200000000,200000000,"
        "246900000,0,12345000000,1,0,@t,@t)",
        "INSERT INTO xfer VALUES (@i,0,@a,2,0,246900000,4),(@i,1,2,@a,3,200000000,5)",
        "UPDATE balance SET avail_e8=avail_e8-246900000,ver=ver+1 WHERE account_id=@a AND "
        "asset_id=0",
        "INSERT INTO " BALANCE " VALUES (@a,3,200000000,0,0,0,0,1,1,0,0) ON DUPLICATE KEY"
        " UPDATE avail_e8=avail_e8+200000000,ver=ver+1",
        "UPDATE balance SET avail_e8=avail_e8+246900000,ver=ver+1 WHERE account_id=2 AND "
        "asset_id=0",
        "UPDATE balance SET avail_e8=avail_e8-200000000,ver=ver+1 WHERE account_id=2 AND "
        "asset_id=3",
        "COMMIT",
    };
    const int64_t values[] = {id, account, cnop_clock_wall_us()};
    char sql[1024];

    for (size_t i = 0; i < CNOP_COUNT(steps); i++) {
        fill_in(steps[i], values, sql, sizeof(sql));
        if (!run_sql(mysql, sql)) {
            (void)run_sql(mysql, "ROLLBACK");
            return false;
        }
    }
    return true;
}

static void *
naive_main(void *arg)
{
    MYSQL *mysql = bench_connect();

    (void)arg;
    while (cnop_clock_monotonic_us() < naive_until_us) {
        int64_t id = atomic_fetch_add(&next_id, 1);

        if (naive_order(mysql, id, FIRST_ACCOUNT + id * 7919 % ACCOUNTS))
            atomic_fetch_add(&done_count, 1);
        else
            atomic_fetch_add(&retry_count, 1);
    }
    mysql_close(mysql);
    return NULL;
}

static uint64_t
run_naive(int64_t until_us, uint32_t connections, int64_t *ret_start_us)
{
    pthread_t threads[256];
    MYSQL *mysql = bench_connect();
    char sql[256];

    for (int account = 0; account < ACCOUNTS; account++) {
        (void)snprintf(sql, sizeof(sql),
                       "INSERT IGNORE INTO " BALANCE " VALUES (%d,0,900000000000,0,0,0,0,1,1,0,0)",
                       FIRST_ACCOUNT + account);
        if (!run_sql(mysql, sql))
            fail("fund", mysql);
    }
    if (!run_sql(mysql,
                 "INSERT IGNORE INTO " BALANCE " VALUES (2,0,0,0,-9000000000000000000,0,0,0,0,0,0),"
                 "(2,3,0,0,-9000000000000000000,0,0,0,0,0,0)"))
        fail("fund", mysql);
    *ret_start_us = cnop_clock_monotonic_us();
    naive_until_us = *ret_start_us + until_us;
    for (uint32_t i = 0; i < connections; i++)
        (void)pthread_create(&threads[i], NULL, naive_main, NULL);
    for (uint32_t i = 0; i < connections; i++)
        (void)pthread_join(threads[i], NULL);
    return atomic_load(&done_count);
}

int
main(int argc, char **argv)
{
    struct rusage usage;
    int64_t start_us, elapsed_us, seconds;
    uint64_t count;
    uint32_t size;

    if (argc != 6) {
        fprintf(stderr, "usage: %s SOCKET SCHEMA batch|text|naive SECONDS SIZE\n", argv[0]);
        return 2;
    }
    socket_path = argv[1];
    schema = argv[2];
    seconds = strtol(argv[4], NULL, 10);
    size = (uint32_t)strtoul(argv[5], NULL, 10);
    if (size < 1 || size > 256) {
        fprintf(stderr, "SIZE must be 1 to 256\n");
        return 2;
    }
    if (strcmp(argv[3], "naive") == 0)
        count = run_naive(seconds * 1000000, size, &start_us);
    else
        count = run_batches(argv[3], seconds * 1000000, size, &start_us);
    elapsed_us = cnop_clock_monotonic_us() - start_us;
    (void)getrusage(RUSAGE_SELF, &usage);
    printf("{\"mode\":\"%s\",\"size\":%u,\"orders\":%" PRIu64
           ",\"seconds\":%.3f,\"per_second\":%.0f,"
           "\"failed\":%" PRIu64 ",\"client_cpu_us\":%.1f}\n",
           argv[3], size, count, (double)elapsed_us / 1e6, (double)count * 1e6 / (double)elapsed_us,
           atomic_load(&retry_count),
           ((double)(usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) * 1e6 +
            (double)(usage.ru_utime.tv_usec + usage.ru_stime.tv_usec)) /
               (double)(count == 0 ? 1 : count));
    return 0;
}
