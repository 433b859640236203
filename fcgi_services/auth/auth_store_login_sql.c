/* SPDX-License-Identifier: MIT */
/* Failed logins and the sources of logins on MariaDB. Statements only, no rules. */
#include "fcgi_services/auth/auth_store_sql.h"

#define SOURCE_LEEWAY_US (60 * INT64_C(1000000)) /* clocks of several hosts may differ by it */

/* The source under which a name's failures from everywhere are counted: no address is all ones. */
static const struct login_source everywhere = {.bytes = {0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff,
                                                         0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff,
                                                         0xff, 0xff}};

static struct cnop_param
name_param(const struct token_digest *name)
{
    return CNOP_P_BYTES(name->bytes, sizeof(name->bytes));
}

static struct cnop_param
source_param(const struct login_source *source)
{
    return CNOP_P_BYTES(source->bytes, sizeof(source->bytes));
}

/* ---- failed logins ---- */

static void
read_budget(const struct cnop_row *row, struct login_series *series)
{
    struct login_source source;
    struct login_budget budget = {
        .failure_count = (uint32_t)cnop_row_u64(row, 1),
        .last_failure_us = cnop_row_i64(row, 2),
    };

    cnop_row_copy_bytes(row, 0, source.bytes, sizeof(source.bytes));
    if (memcmp(&source, &everywhere, sizeof(source)) == 0)
        series->account = budget;
    else
        series->source = budget;
}

enum cnop_err
auth_store_load_series(struct auth_store *store, const struct token_digest *name,
                       const struct login_source *source, struct login_series *ret_series)
{
    static const struct cnop_sql sql = {
        .name = "auth.load_failures",
        .text = "SELECT source, failure_count, last_failure_us FROM login_failure"
                " WHERE name_hash = ? AND source IN (?, ?)",
        .max_rows = 2};
    struct login_series series = {.account = {0}};
    struct cnop_rows rows;
    enum cnop_err err = cnop_db_query(
        store->sql.db, cnop_store_rows(&store->sql), &sql,
        CNOP_PARAMS(name_param(name), source_param(&everywhere), source_param(source)), &rows);

    if (err != CNOP_OK)
        return err;
    for (size_t i = 0; i < rows.count; i++)
        read_budget(&rows.list[i], &series);
    *ret_series = series;
    return CNOP_OK;
}

/* The account's row stands for the whole series: writing it, if only to leave it as it is, locks
 * out everybody else who starts in the same way. */
enum cnop_err
auth_store_lock_series(struct auth_store *store, const struct token_digest *name,
                       const struct login_source *source, struct login_series *ret_series)
{
    static const struct cnop_sql sql = {
        .name = "auth.lock_failures",
        .text = "INSERT INTO login_failure (name_hash, source, failure_count, last_failure_us)"
                " VALUES (?, ?, 0, 0) ON DUPLICATE KEY UPDATE failure_count = failure_count"};
    enum cnop_err err;

    cnop_assert(store->sql.in_transaction);
    err = cnop_db_exec(store->sql.db, &sql,
                       CNOP_PARAMS(name_param(name), source_param(&everywhere)), NULL);
    return err == CNOP_OK ? auth_store_load_series(store, name, source, ret_series) : err;
}

static enum cnop_err
save_budget(struct auth_store *store, const struct token_digest *name,
            const struct login_source *source, const struct login_budget *budget)
{
    static const struct cnop_sql clear = {
        .name = "auth.clear_failures",
        .text = "DELETE FROM login_failure WHERE name_hash = ? AND source = ?"};
    static const struct cnop_sql save = {
        .name = "auth.save_failures",
        .text =
            "INSERT INTO login_failure (name_hash, source, failure_count, last_failure_us)"
            " VALUES (?, ?, ?, ?) ON DUPLICATE KEY UPDATE"
            " failure_count = VALUES(failure_count), last_failure_us = VALUES(last_failure_us)"};

    if (budget->failure_count == 0)
        return cnop_db_exec(store->sql.db, &clear,
                            CNOP_PARAMS(name_param(name), source_param(source)), NULL);
    return cnop_db_exec(store->sql.db, &save,
                        CNOP_PARAMS(name_param(name), source_param(source),
                                    CNOP_P_U64(budget->failure_count),
                                    CNOP_P_I64(budget->last_failure_us)),
                        NULL);
}

enum cnop_err
auth_store_save_series(struct auth_store *store, const struct token_digest *name,
                       const struct login_source *source, const struct login_series *series)
{
    enum cnop_err err;

    cnop_assert(store->sql.in_transaction);
    err = save_budget(store, name, source, &series->source);
    return err == CNOP_OK ? save_budget(store, name, &everywhere, &series->account) : err;
}

/* ---- sources ---- */

enum cnop_err
auth_store_load_familiarity(struct auth_store *store, uint64_t user_id,
                            const struct login_source *source, int64_t now_us,
                            enum hash_class *ret_class)
{
    static const struct cnop_sql sql = {
        .name = "auth.load_familiarity",
        .text = "SELECT EXISTS(SELECT 1 FROM known_source WHERE user_id = ? AND source = ?"
                " AND seen_us BETWEEN ? AND ?), EXISTS(SELECT 1 FROM known_source"
                " WHERE source = ? AND seen_us BETWEEN ? AND ?)",
        .max_rows = 1};
    struct cnop_param since = CNOP_P_I64(now_us - AUTH_SOURCE_MEMORY_US);
    struct cnop_param until = CNOP_P_I64(now_us + SOURCE_LEEWAY_US);
    struct cnop_param place = source_param(source);
    struct cnop_row row;
    enum cnop_err err = cnop_db_find(
        store->sql.db, cnop_store_rows(&store->sql), &sql,
        CNOP_PARAMS(CNOP_P_U64(user_id), place, since, until, place, since, until), &row);

    if (err != CNOP_OK)
        return err;
    *ret_class = cnop_row_bool(&row, 0)   ? HASH_CLASS_KNOWN
                 : cnop_row_bool(&row, 1) ? HASH_CLASS_FAMILIAR
                                          : HASH_CLASS_UNKNOWN;
    return CNOP_OK;
}

enum cnop_err
auth_store_note_source(struct auth_store *store, uint64_t user_id,
                       const struct login_source *source, int64_t now_us)
{
    static const struct cnop_sql sql = {
        .name = "auth.note_source",
        .text = "INSERT INTO known_source (user_id, source, seen_us) VALUES (?, ?, ?)"
                " ON DUPLICATE KEY UPDATE seen_us = VALUES(seen_us)"};

    return cnop_db_exec(store->sql.db, &sql,
                        CNOP_PARAMS(CNOP_P_U64(user_id), source_param(source), CNOP_P_I64(now_us)),
                        NULL);
}
