/* SPDX-License-Identifier: MIT */
/* Drives shared/db and shared/cache from a script on standard input, one command a line, one
 * answer a line, so that tests can hurt the servers between two calls. Never installed. */
#include <stdio.h>
#include <string.h>

#include "shared/base/clock.h"
#include "shared/base/secret.h"
#include "shared/base/span.h"
#include "shared/cache/cache.h"
#include "shared/db/batch.h"
#include "shared/db/snapshot.h"

struct driver_config {
    struct cnop_db_config db;
    struct cnop_cache_config cache;
};

static const struct cnop_config_key driver_keys[] = {
    CNOP_DB_CONFIG_ROWS(struct driver_config, "cnop_test"),
    CNOP_CACHE_CONFIG_ROWS(struct driver_config),
};

static const struct cnop_config_spec driver_spec = {"db_driver", driver_keys,
                                                    CNOP_COUNT(driver_keys)};

static struct cnop_arena *arena;
static struct cnop_db *db;
static struct cnop_batch_db *batch_db;
static struct cnop_cache *cache;
static struct cnop_tx *tx;
static struct cnop_snapshot *view;

/* ---- statements by name: parameters are words of the line, n for NULL, digits for integers ----
 */

static const struct cnop_sql statements[] = {
    {"insert", "INSERT INTO item (id, name, amount) VALUES (?, ?, ?)", .max_rows = 0},
    {"insert_auto", "INSERT INTO counter (label) VALUES (?)", .max_rows = 0},
    {"update", "UPDATE item SET amount = ? WHERE id = ?", .max_rows = 0},
    {"add", "UPDATE item SET amount = amount + ? WHERE id = ?", .max_rows = 0},
    {"find", "SELECT id, name, amount FROM item WHERE id = ?", .max_rows = 1},
    {"lock", "SELECT amount FROM item WHERE id = ? FOR UPDATE", .max_rows = 1},
    {"all", "SELECT id, name, amount FROM item ORDER BY id", .max_rows = 0},
    {"three", "SELECT id FROM item ORDER BY id", .max_rows = 3},
    {"sleep", "SELECT SLEEP(?) AS slept", .max_rows = 1},
    {"types",
     "SELECT CAST(? AS UNSIGNED), NULL, UTC_DATE() IS NOT NULL, @@time_zone, "
     "CAST(1.50 AS DECIMAL(5,2)), REPEAT('x', ?)",
     .max_rows = 1},
    {"settings", "SELECT @@sql_mode, @@innodb_snapshot_isolation, @@max_statement_time",
     .max_rows = 1},
    {"bad", "SELECT nothing FROM nowhere", .max_rows = 0},
    {"kill_me", "SELECT CONNECTION_ID()", .max_rows = 1},
    {"cached", "SELECT id FROM item ORDER BY id", .apart = true},
};

static const struct cnop_sql *
statement_named(const char *name)
{
    for (size_t i = 0; i < CNOP_COUNT(statements); i++)
        if (strcmp(statements[i].name, name) == 0)
            return &statements[i];
    return NULL;
}

struct call {
    const struct cnop_sql *sql;
    struct cnop_param list[CNOP_PARAM_COUNT_MAX];
    struct cnop_params params;
};

static void
parse_call(char **words, size_t count, struct call *call)
{
    memset(call, 0, sizeof(*call));
    call->sql = count > 0 ? statement_named(words[0]) : NULL;
    cnop_assert(call->sql != NULL);
    for (size_t i = 1; i < count; i++) {
        struct cnop_param *param = &call->list[i - 1];
        uint64_t number;

        if (strcmp(words[i], "n") == 0)
            *param = CNOP_P_NULL();
        else if (words[i][0] == '-')
            *param = CNOP_P_I64(strtoll(words[i], NULL, 10));
        else if (cnop_str_parse_u64(cnop_str_from(words[i]), 0, UINT64_MAX, &number) == CNOP_OK)
            *param = CNOP_P_U64(number);
        else
            *param = CNOP_P_STR(cnop_str_from(words[i]));
    }
    call->params = (struct cnop_params){call->list, count - 1};
}

/* ---- answers ---- */

static void
answer(enum cnop_err err)
{
    printf("%s", err == CNOP_OK ? "OK" : cnop_err_symbol(err));
    if (err != CNOP_OK && err != CNOP_E_NOT_FOUND)
        printf(" cause=[%s]", cnop_db_cause(db));
}

static void
print_cell(const struct cnop_cell *cell)
{
    switch (cell->kind) {
    case CNOP_PARAM_NULL:
        printf("NULL");
        break;
    case CNOP_PARAM_I64:
        printf("%lld", (long long)cell->i64);
        break;
    case CNOP_PARAM_U64:
        printf("%lluu", (unsigned long long)cell->u64);
        break;
    case CNOP_PARAM_STR:
    case CNOP_PARAM_BYTES:
        printf("%.*s", CNOP_STR_ARG(cell->bytes));
        break;
    }
}

static void
do_query(char **words, size_t count)
{
    struct cnop_rows rows = {0};
    struct call call;
    enum cnop_err err;

    parse_call(words, count, &call);
    err = cnop_db_query(db, arena, call.sql, call.params, &rows);
    answer(err);
    for (size_t i = 0; err == CNOP_OK && i < rows.count; i++) {
        printf(" (");
        for (size_t column = 0; column < rows.list[i].column_count; column++) {
            if (column > 0)
                printf("|");
            print_cell(&rows.list[i].cells[column]);
        }
        printf(")");
    }
    if (err == CNOP_OK && rows.truncated)
        printf(" truncated");
}

static void
do_find(char **words, size_t count)
{
    struct cnop_row row = {0};
    struct call call;

    parse_call(words, count, &call);
    answer(cnop_db_find(db, arena, call.sql, call.params, &row));
}

static void
do_exec(char **words, size_t count)
{
    struct cnop_changed changed = {0};
    struct call call;
    enum cnop_err err;

    parse_call(words, count, &call);
    err = cnop_db_exec(db, call.sql, call.params, &changed);
    answer(err);
    if (err == CNOP_OK)
        printf(" affected=%llu id=%llu", (unsigned long long)changed.affected_rows,
               (unsigned long long)changed.insert_id);
}

static int transfer_runs;

/* transfer FROM TO: moves 1 with locks in the order given, pausing in between. */
static enum cnop_err
transfer(struct cnop_db *handle, void *arg)
{
    char **words = arg;
    cnop_cleanup(cnop_tx_done) struct cnop_tx *own = NULL;
    struct timespec pause = {.tv_nsec = 300000000};
    struct call call;
    enum cnop_err err;

    transfer_runs++;
    err = cnop_tx_begin(handle, &own);
    for (int i = 0; i < 2 && err == CNOP_OK; i++) {
        char name[] = "add", plus[] = "1", minus[] = "-1";
        char *line[] = {name, i == 0 ? minus : plus, words[i]};

        parse_call(line, 3, &call);
        err = cnop_db_exec(handle, call.sql, call.params, NULL);
        if (i == 0 && transfer_runs == 1)
            (void)nanosleep(&pause, NULL);
    }
    if (err == CNOP_OK)
        err = cnop_tx_commit(&own);
    return err;
}

/* batch ID NAME AMOUNT: a transaction in one packet; NAME n gives NULL to a column that takes none.
 */
static void
do_batch(char **words, size_t count)
{
    static char memory[4096];
    struct cnop_batch batch;
    uint64_t id = 0, amount = 0;
    enum cnop_err err;

    cnop_assert(count == 3);
    cnop_assert(cnop_str_parse_u64(cnop_str_from(words[0]), 0, INT64_MAX, &id) == CNOP_OK);
    cnop_assert(cnop_str_parse_u64(cnop_str_from(words[2]), 0, INT64_MAX, &amount) == CNOP_OK);
    cnop_batch_init(&batch, memory, sizeof(memory));
    cnop_batch_sql(&batch, "START TRANSACTION;");
    cnop_batch_rows_open(&batch, "INSERT INTO item (id, name, amount) VALUES ");
    cnop_batch_row_open(&batch);
    cnop_batch_u64(&batch, id);
    if (strcmp(words[1], "n") == 0)
        cnop_batch_null(&batch);
    else
        cnop_batch_ascii(&batch, cnop_str_from(words[1]));
    cnop_batch_u64(&batch, amount);
    cnop_batch_row_close(&batch);
    cnop_batch_rows_close(&batch, "");
    cnop_batch_sql(&batch, "COMMIT");
    err = cnop_batch_commit(batch_db, &batch);
    printf("%s", err == CNOP_OK ? "OK" : cnop_err_symbol(err));
    if (err != CNOP_OK)
        printf(" cause=[%s]", cnop_batch_db_cause(batch_db));
}

static enum cnop_err
print_sum(void *arg, const struct cnop_row *row)
{
    cnop_assert(arg == NULL);
    cnop_assert(row->column_count == 1);
    printf("OK ");
    print_cell(&row->cells[0]);
    return CNOP_OK;
}

/* batch_sum: of all amounts, as the batches' connection sees them. */
static void
do_batch_sum(void)
{
    static char memory[256];
    struct cnop_batch query;
    enum cnop_err err;

    cnop_batch_init(&query, memory, sizeof(memory));
    cnop_batch_sql(&query, "SELECT CAST(SUM(amount) AS SIGNED) FROM item");
    err = cnop_batch_scan(batch_db, &query, print_sum, NULL);
    if (err != CNOP_OK)
        printf("%s", cnop_err_symbol(err));
}

/* A word as a digest, as the product makes keys, or after ! as it stands, as it never does. */
static struct cnop_cache_key
make_key(const char *word)
{
    struct cnop_cache_key key;
    size_t len = strlen(word);

    cnop_cache_key_init(&key, "test");
    if (word[0] != '!') {
        cnop_cache_key_digest(&key, word, len < 32 ? len : 32);
    } else {
        cnop_assert(len < sizeof(key.text));
        memcpy(key.text, word + 1, len);
        key.len = len - 1;
    }
    return key;
}

static void
do_cache(const char *verb, char **words, size_t count)
{
    int64_t started_us = cnop_clock_monotonic_us();
    struct cnop_cache_key key;
    struct cnop_str value = {"", 0};

    cnop_assert(count >= 1);
    key = make_key(words[0]);
    if (count > 1)
        value = cnop_str_from(words[1]);
    if (strcmp(verb, "get") == 0) {
        enum cnop_err err = cnop_cache_get(cache, arena, &key, &value);

        printf("%s %.*s", err == CNOP_OK ? "HIT" : "MISS", CNOP_STR_ARG(value));
    } else if (strcmp(verb, "set") == 0) {
        cnop_cache_set(cache, &key, value, 60);
        printf("SET");
    } else {
        printf("%s", cnop_cache_add(cache, &key, value, 60) ? "ADDED" : "NOT_ADDED");
    }
    printf(" us=%lld up=%d", (long long)(cnop_clock_monotonic_us() - started_us),
           cnop_cache_is_up(cache));
}

static void
obey(const char *verb, char **words, size_t count)
{
    static struct cnop_span span;

    if (strcmp(verb, "query") == 0) {
        do_query(words, count);
    } else if (strcmp(verb, "find") == 0) {
        do_find(words, count);
    } else if (strcmp(verb, "exec") == 0) {
        do_exec(words, count);
    } else if (strcmp(verb, "begin") == 0) {
        answer(cnop_tx_begin(db, &tx));
    } else if (strcmp(verb, "commit") == 0) {
        answer(cnop_tx_commit(&tx));
    } else if (strcmp(verb, "done") == 0) {
        cnop_tx_done(&tx);
        answer(CNOP_OK);
    } else if (strcmp(verb, "view") == 0) {
        answer(cnop_snapshot_begin(db, &view));
    } else if (strcmp(verb, "end_view") == 0) {
        cnop_snapshot_done(&view);
        answer(CNOP_OK);
    } else if (strcmp(verb, "retry") == 0) {
        transfer_runs = 0;
        answer(cnop_db_retry(db, transfer, words));
        printf(" runs=%d", transfer_runs);
    } else if (strcmp(verb, "batch") == 0) {
        do_batch(words, count);
    } else if (strcmp(verb, "batch_view") == 0) {
        answer(cnop_batch_snapshot_begin(batch_db));
    } else if (strcmp(verb, "end_batch_view") == 0) {
        cnop_batch_snapshot_end(batch_db);
        answer(CNOP_OK);
    } else if (strcmp(verb, "batch_sum") == 0) {
        do_batch_sum();
    } else if (strcmp(verb, "ping") == 0) {
        answer(cnop_db_ping(db));
    } else if (strcmp(verb, "deadline") == 0) {
        uint64_t left_ms = 0;

        cnop_assert(cnop_str_parse_u64(cnop_str_from(words[0]), 0, UINT32_MAX, &left_ms) ==
                    CNOP_OK);
        memset(&span, 0, sizeof(span));
        span.deadline_us = cnop_clock_monotonic_us() + (int64_t)left_ms * 1000;
        cnop_span_enter(&span);
        answer(CNOP_OK);
    } else if (strcmp(verb, "one_view") == 0) {
        memset(&span, 0, sizeof(span));
        span.deadline_us = INT64_MAX;
        span.one_view = true;
        cnop_span_enter(&span);
        answer(CNOP_OK);
    } else if (strcmp(verb, "no_deadline") == 0) {
        cnop_span_enter(NULL);
        answer(CNOP_OK);
    } else {
        do_cache(verb, words, count);
    }
}

int
main(int argc, char **argv)
{
    struct cnop_arena *config_arena = cnop_arena_new(512 * 1024);
    static struct driver_config config;
    struct cnop_span start_up = CNOP_SPAN_OPEN;
    char line[1024];
    int status = 0;

    arena = cnop_arena_new(1024 * 1024);
    cnop_secret_init();
    if (cnop_config_start(&driver_spec, argc, argv, config_arena, &config, &status) !=
        CNOP_CONFIG_RUN)
        return status;
    cnop_span_enter(&start_up);
    if (cnop_db_open(&config.db, &db) != CNOP_OK) {
        (void)fprintf(stderr, "%s\n", start_up.cause);
        return 78;
    }
    cnop_assert(cnop_batch_db_open(&config.db, 5000, &batch_db) == CNOP_OK);
    cnop_span_enter(NULL);
    cache = cnop_cache_open(&config.cache);
    while (fgets(line, sizeof(line), stdin) != NULL) {
        char *words[16];
        size_t count = 0;
        char *rest = NULL;

        for (char *word = strtok_r(line, " \n", &rest); word != NULL && count < 16;
             word = strtok_r(NULL, " \n", &rest))
            words[count++] = word;
        if (count == 0)
            continue;
        cnop_arena_reset(arena);
        obey(words[0], words + 1, count - 1);
        printf("\n");
        (void)fflush(stdout);
    }
    cnop_tx_done(&tx);
    cnop_cache_close(&cache);
    cnop_db_close(&db);
    cnop_arena_free(&arena);
    cnop_arena_free(&config_arena);
    return 0;
}
