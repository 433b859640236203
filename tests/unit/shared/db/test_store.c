/* SPDX-License-Identifier: MIT */
/* The base of the stores over a database that only counts: shared/db/store.c. */
#include "shared/db/store.h"

#include "tests/unit/unit.h"

static struct {
    unsigned begun;
    unsigned committed;
    unsigned rolled_back;
    enum cnop_err begin_err;
    enum cnop_err commit_err;
    uint64_t affected_rows;
} server;

/* ---- the database, as far as the store asks it ---- */

enum cnop_err
cnop_db_open(const struct cnop_db_config *config, struct cnop_db **ret_db)
{
    if (config->db_socket == NULL)
        return CNOP_E_CONFIG;
    *ret_db = (struct cnop_db *)&server;
    return CNOP_OK;
}

void
cnop_db_close(struct cnop_db **db)
{
    *db = NULL;
}

enum cnop_err
cnop_tx_begin(struct cnop_db *db, struct cnop_tx **ret_tx)
{
    (void)db;
    if (server.begin_err != CNOP_OK)
        return server.begin_err;
    server.begun++;
    *ret_tx = (struct cnop_tx *)&server;
    return CNOP_OK;
}

enum cnop_err
cnop_tx_commit(struct cnop_tx **tx)
{
    *tx = NULL;
    server.committed++;
    return server.commit_err;
}

void
cnop_tx_done(struct cnop_tx **tx)
{
    server.rolled_back += *tx != NULL;
    *tx = NULL;
}

enum cnop_err
cnop_db_retry(struct cnop_db *db, cnop_db_fn fn, void *arg)
{
    enum cnop_err err = fn(db, arg);

    return err == CNOP_E_DB_DEADLOCK ? fn(db, arg) : err;
}

enum cnop_err
cnop_db_exec(struct cnop_db *db, const struct cnop_sql *sql, struct cnop_params params,
             struct cnop_changed *ret_changed)
{
    (void)db;
    (void)sql;
    (void)params;
    ret_changed->affected_rows = server.affected_rows;
    return CNOP_OK;
}

struct cnop_str
cnop_row_str(const struct cnop_row *row, size_t column)
{
    return row->cells[column].bytes;
}

/* ---- tests ---- */

static struct cnop_store *store;

static void
start(void)
{
    struct cnop_db_config config = {.db_socket = "/run/db.sock"};

    server.begun = server.committed = server.rolled_back = 0;
    server.begin_err = server.commit_err = CNOP_OK;
    ck_assert_int_eq(cnop_store_open(&config, 4096, &store), CNOP_OK);
}

static void
stop(void)
{
    cnop_store_close(&store);
    ck_assert_ptr_null(store);
    cnop_store_close(&store); /* accepts a pointer to NULL */
}

/* Gives the results of a list, one a run. */
struct script {
    enum cnop_err results[3];
    unsigned runs;
};

static enum cnop_err
play(void *arg)
{
    struct script *script = arg;

    ck_assert(store->in_transaction);
    return script->results[script->runs++];
}

START_TEST(what_succeeds_is_committed)
{
    struct script script = {.results = {CNOP_OK}};

    ck_assert_int_eq(cnop_store_transaction(store, play, &script), CNOP_OK);
    ck_assert_uint_eq(server.committed, 1);
    ck_assert_uint_eq(server.rolled_back, 0);
    ck_assert(!store->in_transaction);
}
END_TEST

START_TEST(what_fails_is_rolled_back)
{
    struct script script = {.results = {CNOP_E_CONFLICT}};

    ck_assert_int_eq(cnop_store_transaction(store, play, &script), CNOP_E_CONFLICT);
    ck_assert_uint_eq(server.committed, 0);
    ck_assert_uint_eq(server.rolled_back, 1);
    ck_assert(!store->in_transaction);
}
END_TEST

START_TEST(a_deadlock_runs_all_of_it_again)
{
    struct script script = {.results = {CNOP_E_DB_DEADLOCK, CNOP_OK}};

    ck_assert_int_eq(cnop_store_transaction(store, play, &script), CNOP_OK);
    ck_assert_uint_eq(script.runs, 2);
    ck_assert_uint_eq(server.begun, 2);
    ck_assert_uint_eq(server.rolled_back, 1);
    ck_assert_uint_eq(server.committed, 1);
}
END_TEST

START_TEST(nothing_runs_without_a_beginning_and_a_lost_commit_is_told)
{
    struct script script = {.results = {CNOP_OK, CNOP_OK}};

    server.begin_err = CNOP_E_DB_FAILED;
    ck_assert_int_eq(cnop_store_transaction(store, play, &script), CNOP_E_DB_FAILED);
    ck_assert_uint_eq(script.runs, 0);
    ck_assert(!store->in_transaction);
    server.begin_err = CNOP_OK;
    server.commit_err = CNOP_E_OUTCOME_UNKNOWN;
    ck_assert_int_eq(cnop_store_transaction(store, play, &script), CNOP_E_OUTCOME_UNKNOWN);
    ck_assert_uint_eq(script.runs, 1);
    ck_assert(!store->in_transaction);
}
END_TEST

START_TEST(one_row_is_neither_none_nor_two)
{
    static const struct cnop_sql sql = {.name = "test", .text = "UPDATE t SET a = 1"};

    server.affected_rows = 1;
    ck_assert_int_eq(cnop_store_exec_one(store, &sql, CNOP_NO_PARAMS), CNOP_OK);
    server.affected_rows = 0;
    ck_assert_int_eq(cnop_store_exec_one(store, &sql, CNOP_NO_PARAMS), CNOP_E_INTERNAL);
    server.affected_rows = 2;
    ck_assert_int_eq(cnop_store_exec_one(store, &sql, CNOP_NO_PARAMS), CNOP_E_INTERNAL);
}
END_TEST

START_TEST(columns_and_parameters)
{
    const struct cnop_cell cells[] = {{.kind = CNOP_PARAM_BYTES, .bytes = CNOP_STR("word")}};
    const struct cnop_row row = {.cells = cells, .column_count = 1};
    char text[5];
    char bytes[4];

    cnop_row_copy(&row, 0, text, sizeof(text));
    ck_assert_str_eq(text, "word");
    cnop_row_copy_bytes(&row, 0, bytes, sizeof(bytes));
    ck_assert_mem_eq(bytes, "word", 4);
    ck_assert_int_eq(cnop_param_text_or_null((struct cnop_str){0}).kind, CNOP_PARAM_NULL);
    ck_assert_int_eq(cnop_param_text_or_null(CNOP_STR("x")).kind, CNOP_PARAM_STR);
}
END_TEST

START_TEST(rows_reuse_their_memory_and_a_bad_setting_opens_nothing)
{
    struct cnop_db_config broken = {.db_socket = NULL};
    struct cnop_store *none = NULL;
    void *first = cnop_arena_alloc(cnop_store_rows(store), 64);

    ck_assert_ptr_nonnull(first);
    ck_assert_ptr_eq(cnop_arena_alloc(cnop_store_rows(store), 64), first);
    ck_assert_int_eq(cnop_store_open(&broken, 64, &none), CNOP_E_CONFIG);
    ck_assert_ptr_null(none);
}
END_TEST

static void
add(TCase *tests)
{
    tcase_add_checked_fixture(tests, start, stop);
    tcase_add_test(tests, what_succeeds_is_committed);
    tcase_add_test(tests, what_fails_is_rolled_back);
    tcase_add_test(tests, a_deadlock_runs_all_of_it_again);
    tcase_add_test(tests, nothing_runs_without_a_beginning_and_a_lost_commit_is_told);
    tcase_add_test(tests, one_row_is_neither_none_nor_two);
    tcase_add_test(tests, columns_and_parameters);
    tcase_add_test(tests, rows_reuse_their_memory_and_a_bad_setting_opens_nothing);
}

UNIT_MAIN("store", add)
