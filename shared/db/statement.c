/* SPDX-License-Identifier: MIT */
/* Prepared statements: the cache by address of the static text, binding, execution. */
#include <string.h>

#include "shared/base/clock.h"
#include "shared/base/span.h"
#include "shared/db/db_state.h"

static size_t
slot_of(const struct cnop_sql *sql)
{
    uint64_t bits = (uint64_t)(uintptr_t)sql;

    return (size_t)((bits >> 3) * UINT64_C(0x9E3779B97F4A7C15) >> 40) &
           (CNOP_DB_STATEMENT_SLOTS - 1);
}

static struct cnop_statement *
find_slot(struct cnop_db *db, const struct cnop_sql *sql)
{
    size_t slot = slot_of(sql);

    while (db->statements[slot].sql != NULL && db->statements[slot].sql != sql)
        slot = (slot + 1) & (CNOP_DB_STATEMENT_SLOTS - 1);
    return &db->statements[slot];
}

static enum cnop_param_kind
column_kind(const MYSQL_FIELD *field)
{
    switch ((int)field->type) {
    case MYSQL_TYPE_TINY:
    case MYSQL_TYPE_SHORT:
    case MYSQL_TYPE_INT24:
    case MYSQL_TYPE_LONG:
    case MYSQL_TYPE_LONGLONG:
    case MYSQL_TYPE_YEAR:
        return field->flags & UNSIGNED_FLAG ? CNOP_PARAM_U64 : CNOP_PARAM_I64;
    default:
        return CNOP_PARAM_BYTES;
    }
}

static void
learn_columns(struct cnop_statement *statement)
{
    MYSQL_RES *metadata = mysql_stmt_result_metadata(statement->stmt);
    const MYSQL_FIELD *fields;

    if (metadata == NULL)
        return;
    statement->column_count = mysql_num_fields(metadata);
    cnop_assert(statement->column_count <= CNOP_DB_COLUMN_MAX);
    fields = mysql_fetch_fields(metadata);
    for (unsigned i = 0; i < statement->column_count; i++)
        statement->column_kinds[i] = (unsigned char)column_kind(&fields[i]);
    mysql_free_result(metadata);
}

/* The prepared statement of sql. */
static enum cnop_err
prepare(struct cnop_db *db, const struct cnop_sql *sql, struct cnop_statement **ret_statement)
{
    struct cnop_statement *statement = find_slot(db, sql);
    enum cnop_err err;

    if (statement->sql == sql) {
        *ret_statement = statement;
        return CNOP_OK;
    }
    cnop_assert(db->statement_count < CNOP_DB_STATEMENT_SLOTS / 2);
    statement->stmt = mysql_stmt_init(db->session.mysql);
    cnop_assert(statement->stmt != NULL);
    if (mysql_stmt_prepare(statement->stmt, sql->text, strlen(sql->text)) != 0) {
        MYSQL_STMT *stmt = statement->stmt;

        statement->stmt = NULL; /* before a disconnect would close it too */
        err = cnop_db_fail(db, sql->name, CNOP_DB_PREPARING, stmt);
        (void)mysql_stmt_close(stmt);
        return err;
    }
    statement->sql = sql;
    statement->column_count = 0;
    db->statement_count++;
    learn_columns(statement);
    *ret_statement = statement;
    return CNOP_OK;
}

/* libmariadb only reads through buffer while executing. */
static void *
unconst(const void *memory)
{
    return (void *)(uintptr_t)memory;
}

static void
bind_params(struct cnop_db *db, struct cnop_params params)
{
    memset(db->params, 0, params.count * sizeof(db->params[0]));
    for (size_t i = 0; i < params.count; i++) {
        const struct cnop_param *param = &params.list[i];
        MYSQL_BIND *bind = &db->params[i];

        switch (param->kind) {
        case CNOP_PARAM_NULL:
            bind->buffer_type = MYSQL_TYPE_NULL;
            break;
        case CNOP_PARAM_I64:
        case CNOP_PARAM_U64:
            bind->buffer_type = MYSQL_TYPE_LONGLONG;
            bind->buffer = unconst(&param->i64);
            bind->is_unsigned = param->kind == CNOP_PARAM_U64;
            break;
        case CNOP_PARAM_STR:
        case CNOP_PARAM_BYTES:
            bind->buffer_type = param->kind == CNOP_PARAM_STR ? MYSQL_TYPE_STRING : MYSQL_TYPE_BLOB;
            bind->buffer = unconst(param->bytes.len > 0 ? param->bytes.ptr : "");
            bind->buffer_length = param->bytes.len;
            break;
        }
    }
}

enum cnop_err
cnop_db_execute(struct cnop_db *db, const struct cnop_sql *sql, struct cnop_params params,
                enum cnop_db_phase phase, struct cnop_statement **ret_statement)
{
    int64_t started_us = cnop_clock_monotonic_us();
    struct cnop_statement *statement;
    enum cnop_err err = prepare(db, sql, &statement);

    if (err == CNOP_OK) {
        cnop_assert(params.count <= CNOP_PARAM_COUNT_MAX);
        cnop_assert(mysql_stmt_param_count(statement->stmt) == params.count);
        bind_params(db, params);
        if ((params.count > 0 && mysql_stmt_bind_param(statement->stmt, db->params) != 0) ||
            mysql_stmt_execute(statement->stmt) != 0)
            err = cnop_db_fail(db, sql->name, phase, statement->stmt);
    }
    cnop_span_add_db_us(cnop_clock_monotonic_us() - started_us);
    if (err == CNOP_OK)
        *ret_statement = statement;
    return err;
}

enum cnop_err
cnop_db_command(struct cnop_db *db, const char *text, enum cnop_db_phase phase)
{
    int64_t started_us = cnop_clock_monotonic_us();
    bool done = cnop_session_command(&db->session, cnop_str_from(text));

    cnop_span_add_db_us(cnop_clock_monotonic_us() - started_us);
    return done ? CNOP_OK : cnop_db_fail(db, text, phase, NULL);
}
