/* SPDX-License-Identifier: MIT */
/* The history table of a schema and the running of one migration. A statement is noted as done
 * right after it ran, so that a broken run continues behind it. */
#include "shared/db/migrate.h"

#include <string.h>

#include "shared/db/classify.h"
#include "shared/db/sql_split.h"

#define SQL_BYTES 1024

static enum cnop_err
report(MYSQL *mysql, const char *schema, const char *what)
{
    (void)fprintf(stderr, "cnop-migrate: %s: %s: error %u: %s\n", schema, what, mysql_errno(mysql),
                  mysql_error(mysql));
    return CNOP_E_DB_FAILED;
}

/* Runs constant text into which only schema names, numbers and hex digits have been put. */
cnop_printf(3, 4) static enum cnop_err run(MYSQL *mysql, const char *schema, const char *fmt, ...)
{
    char sql[SQL_BYTES];
    va_list args;
    int len;

    va_start(args, fmt);
    len = vsnprintf(sql, sizeof(sql), fmt, args);
    va_end(args);
    cnop_assert(len > 0);
    cnop_assert((size_t)len < sizeof(sql));
    return mysql_real_query(mysql, sql, (unsigned long)len) == 0 ? CNOP_OK
                                                                 : report(mysql, schema, "history");
}

static enum cnop_err
prepare_schema(MYSQL *mysql, const char *schema)
{
    enum cnop_err err = run(mysql, schema, "CREATE DATABASE IF NOT EXISTS %s", schema);

    if (err != CNOP_OK)
        return err;
    return run(mysql, schema,
               "CREATE TABLE IF NOT EXISTS %s.schema_history ("
               " version INT UNSIGNED NOT NULL PRIMARY KEY,"
               " name VARCHAR(%d) CHARACTER SET ascii NOT NULL,"
               " sha256 CHAR(64) CHARACTER SET ascii NOT NULL,"
               " statements_done INT UNSIGNED NOT NULL,"
               " finished_at TIMESTAMP(6) NULL DEFAULT NULL)",
               schema, CNOP_MIGRATION_NAME_BYTES);
}

static struct cnop_migration *
find_version(struct cnop_migrations *migrations, unsigned version)
{
    return version >= 1 && version <= migrations->count ? &migrations->list[version - 1] : NULL;
}

static void
compare_row(struct cnop_migrations *migrations, MYSQL_ROW row)
{
    struct cnop_migration *migration;
    uint64_t version, done;

    if (cnop_str_parse_u64(cnop_str_from(row[0]), 0, UINT32_MAX, &version) != CNOP_OK ||
        cnop_str_parse_u64(cnop_str_from(row[3]), 0, UINT32_MAX, &done) != CNOP_OK)
        version = 0;
    migration = find_version(migrations, (unsigned)version);
    if (migration == NULL) {
        (void)fprintf(stderr, "cnop-migrate: %s: %s was applied but its file is missing\n",
                      migrations->schema, row[1]);
        migrations->bad_count++;
        return;
    }
    migration->done_count = (unsigned)done;
    migration->state = row[4] == NULL ? CNOP_MIGRATION_PARTIAL : CNOP_MIGRATION_APPLIED;
    if (strcmp(row[2], migration->sha256) != 0)
        migration->state = CNOP_MIGRATION_CHANGED;
}

enum cnop_err
cnop_migrations_compare(MYSQL *mysql, struct cnop_migrations *migrations)
{
    enum cnop_err err = prepare_schema(mysql, migrations->schema);
    MYSQL_RES *result;
    MYSQL_ROW row;

    if (err == CNOP_OK)
        err = run(mysql, migrations->schema,
                  "SELECT version, name, sha256, statements_done, finished_at"
                  " FROM %s.schema_history ORDER BY version",
                  migrations->schema);
    if (err != CNOP_OK)
        return err;
    result = mysql_store_result(mysql);
    if (result == NULL)
        return report(mysql, migrations->schema, "history");
    migrations->bad_count = 0;
    migrations->pending_count = 0;
    while ((row = mysql_fetch_row(result)) != NULL)
        compare_row(migrations, row);
    mysql_free_result(result);
    for (size_t i = 0; i < migrations->count; i++) {
        enum cnop_migration_state state = migrations->list[i].state;

        migrations->bad_count += state == CNOP_MIGRATION_CHANGED;
        migrations->pending_count +=
            state == CNOP_MIGRATION_PENDING || state == CNOP_MIGRATION_PARTIAL;
    }
    return CNOP_OK;
}

static enum cnop_err
run_statement(MYSQL *mysql, const char *schema, struct cnop_migration *migration,
              struct cnop_str statement, bool resumed)
{
    enum cnop_err err;

    if (mysql_real_query(mysql, statement.ptr, (unsigned long)statement.len) != 0 &&
        !(resumed && cnop_db_already_done(mysql_errno(mysql)))) {
        (void)fprintf(stderr, "cnop-migrate: %s: %s: statement %u failed\n", schema,
                      migration->name, migration->done_count + 1);
        return report(mysql, schema, migration->name);
    }
    if (mysql_field_count(mysql) > 0)
        mysql_free_result(mysql_store_result(mysql));
    err = run(mysql, schema, "UPDATE %s.schema_history SET statements_done = %u WHERE version = %u",
              schema, migration->done_count + 1, migration->version);
    if (err == CNOP_OK)
        migration->done_count++;
    return err;
}

static enum cnop_err
run_rest(MYSQL *mysql, const char *schema, struct cnop_migration *migration)
{
    struct cnop_str rest = migration->text;
    unsigned skip = migration->done_count;
    bool resumed = migration->state == CNOP_MIGRATION_PARTIAL;

    for (;;) {
        struct cnop_str statement;
        enum cnop_err err = cnop_sql_next(&rest, &statement);

        if (err == CNOP_E_NOT_FOUND)
            return CNOP_OK;
        if (err != CNOP_OK) {
            (void)fprintf(stderr, "cnop-migrate: %s: %s: statement %u does not end\n", schema,
                          migration->name, migration->done_count + 1);
            return err;
        }
        if (skip > 0) {
            skip--;
            continue;
        }
        err = run_statement(mysql, schema, migration, statement, resumed);
        if (err != CNOP_OK)
            return err;
        resumed = false;
    }
}

enum cnop_err
cnop_migration_run(MYSQL *mysql, const char *schema, struct cnop_migration *migration)
{
    enum cnop_err err = CNOP_OK;

    cnop_assert(migration->state == CNOP_MIGRATION_PENDING ||
                migration->state == CNOP_MIGRATION_PARTIAL);
    if (mysql_select_db(mysql, schema) != 0)
        return report(mysql, schema, "use");
    if (migration->state == CNOP_MIGRATION_PENDING)
        err = run(mysql, schema,
                  "INSERT INTO %s.schema_history (version, name, sha256, statements_done)"
                  " VALUES (%u, '%s', '%s', 0)",
                  schema, migration->version, migration->name, migration->sha256);
    if (err == CNOP_OK)
        err = run_rest(mysql, schema, migration);
    if (err == CNOP_OK)
        err = run(mysql, schema,
                  "UPDATE %s.schema_history SET finished_at = CURRENT_TIMESTAMP(6)"
                  " WHERE version = %u",
                  schema, migration->version);
    if (err == CNOP_OK)
        migration->state = CNOP_MIGRATION_APPLIED;
    return err;
}
