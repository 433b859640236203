/* SPDX-License-Identifier: MIT */
/* Running statements and taking their rows into the arena. Rows are copied: nothing of the client
 * library is visible to callers. */
#include <string.h>

#include "shared/base/clock.h"
#include "shared/base/span.h"
#include "shared/db/db_state.h"

/* One fetch of rows: where they go. */
struct fetch {
    struct cnop_db *db;
    struct cnop_arena *arena;
    const struct cnop_sql *sql;
    struct cnop_statement *statement;
    uint32_t max_rows;
};

static bool
is_integer(const struct cnop_statement *statement, unsigned column)
{
    return statement->column_kinds[column] != CNOP_PARAM_BYTES;
}

/* Integers go into a field; the length of text is learned first, its bytes are asked for later. */
static void
bind_results(const struct fetch *fetch)
{
    struct cnop_db *db = fetch->db;

    memset(db->results, 0, fetch->statement->column_count * sizeof(db->results[0]));
    for (unsigned i = 0; i < fetch->statement->column_count; i++) {
        MYSQL_BIND *bind = &db->results[i];

        bind->is_null = &db->nulls[i];
        bind->length = &db->lengths[i];
        if (is_integer(fetch->statement, i)) {
            bind->buffer_type = MYSQL_TYPE_LONGLONG;
            bind->buffer = &db->integers[i];
            bind->is_unsigned = fetch->statement->column_kinds[i] == CNOP_PARAM_U64;
        } else {
            bind->buffer_type = MYSQL_TYPE_STRING;
        }
    }
}

static enum cnop_err
take_text(const struct fetch *fetch, unsigned column, struct cnop_cell *cell)
{
    struct cnop_db *db = fetch->db;
    size_t len = db->lengths[column];
    char *bytes = cnop_arena_alloc(fetch->arena, len + 1);
    MYSQL_BIND bind = {.buffer_type = MYSQL_TYPE_STRING,
                       .buffer = bytes,
                       .buffer_length = len + 1,
                       .length = &db->lengths[column],
                       .is_null = &db->nulls[column]};

    if (bytes == NULL)
        return CNOP_E_NO_MEMORY;
    if (len > 0 && mysql_stmt_fetch_column(fetch->statement->stmt, &bind, column, 0) != 0)
        return cnop_db_fail(db, fetch->sql->name, CNOP_DB_READING, fetch->statement->stmt);
    bytes[len] = '\0';
    cell->kind = CNOP_PARAM_BYTES;
    cell->bytes = cnop_str_make(bytes, len);
    return CNOP_OK;
}

static enum cnop_err
take_row(const struct fetch *fetch, struct cnop_row *row)
{
    unsigned count = fetch->statement->column_count;
    struct cnop_cell *cells = cnop_arena_alloc_array(fetch->arena, count, sizeof(*cells));
    enum cnop_err err = CNOP_OK;

    if (cells == NULL)
        return CNOP_E_NO_MEMORY;
    for (unsigned i = 0; i < count && err == CNOP_OK; i++) {
        if (fetch->db->nulls[i]) {
            cells[i].kind = CNOP_PARAM_NULL;
        } else if (is_integer(fetch->statement, i)) {
            cells[i].kind = (enum cnop_param_kind)fetch->statement->column_kinds[i];
            cells[i].i64 = fetch->db->integers[i];
        } else {
            err = take_text(fetch, i, &cells[i]);
        }
    }
    row->cells = cells;
    row->column_count = count;
    return err;
}

static enum cnop_err
take_rows(const struct fetch *fetch, struct cnop_row *list, struct cnop_rows *rows)
{
    for (;;) {
        int status = mysql_stmt_fetch(fetch->statement->stmt);
        enum cnop_err err;

        if (status == MYSQL_NO_DATA)
            return CNOP_OK;
        if (status != 0 && status != MYSQL_DATA_TRUNCATED)
            return cnop_db_fail(fetch->db, fetch->sql->name, CNOP_DB_READING,
                                fetch->statement->stmt);
        if (rows->count == fetch->max_rows) {
            rows->truncated = true;
            return CNOP_OK;
        }
        err = take_row(fetch, &list[rows->count]);
        if (err != CNOP_OK)
            return err;
        rows->count++;
    }
}

static enum cnop_err
fetch_rows(const struct fetch *fetch, struct cnop_rows *ret_rows)
{
    struct cnop_row *list = cnop_arena_alloc_array(fetch->arena, fetch->max_rows, sizeof(*list));
    struct cnop_rows rows = {.list = list};
    int64_t started_us = cnop_clock_monotonic_us();
    enum cnop_err err = list != NULL ? CNOP_OK : CNOP_E_NO_MEMORY;

    cnop_assert(fetch->statement->column_count > 0);
    bind_results(fetch);
    if (err == CNOP_OK && mysql_stmt_bind_result(fetch->statement->stmt, fetch->db->results) != 0)
        err = cnop_db_fail(fetch->db, fetch->sql->name, CNOP_DB_READING, fetch->statement->stmt);
    if (err == CNOP_OK)
        err = take_rows(fetch, list, &rows);
    /* Unread rows must be taken off the wire - unless the connection went with the error. */
    if (cnop_db_is_connected(fetch->db) && fetch->statement->stmt != NULL)
        (void)mysql_stmt_free_result(fetch->statement->stmt);
    cnop_span_add_db_us(cnop_clock_monotonic_us() - started_us);
    if (err == CNOP_E_NO_MEMORY)
        return cnop_db_abort(fetch->db, err);
    if (err == CNOP_OK)
        *ret_rows = rows;
    return err;
}

enum cnop_err
cnop_db_query(struct cnop_db *db, struct cnop_arena *arena, const struct cnop_sql *sql,
              struct cnop_params params, struct cnop_rows *ret_rows)
{
    struct fetch fetch = {.db = db, .arena = arena, .sql = sql};
    enum cnop_err err = cnop_db_require(db);

    fetch.max_rows = sql->max_rows != 0 ? sql->max_rows : CNOP_DB_ROWS_DEFAULT;
    if (err == CNOP_OK)
        err = cnop_db_count_view(db, sql);
    if (err == CNOP_OK)
        err = cnop_db_execute(db, sql, params, CNOP_DB_READING, &fetch.statement);
    if (err == CNOP_OK)
        err = fetch_rows(&fetch, ret_rows);
    return err;
}

enum cnop_err
cnop_db_find(struct cnop_db *db, struct cnop_arena *arena, const struct cnop_sql *sql,
             struct cnop_params params, struct cnop_row *ret_row)
{
    struct cnop_rows rows;
    enum cnop_err err = cnop_db_query(db, arena, sql, params, &rows);

    if (err != CNOP_OK)
        return err;
    if (rows.count == 0)
        return CNOP_E_NOT_FOUND;
    *ret_row = rows.list[0];
    return CNOP_OK;
}

enum cnop_err
cnop_db_exec(struct cnop_db *db, const struct cnop_sql *sql, struct cnop_params params,
             struct cnop_changed *ret_changed)
{
    struct cnop_statement *statement;
    enum cnop_err err = cnop_db_require(db);

    if (err == CNOP_OK)
        err = cnop_db_execute(db, sql, params, CNOP_DB_WRITING, &statement);
    if (err != CNOP_OK)
        return err;
    cnop_assert(statement->column_count == 0);
    if (ret_changed != NULL) {
        ret_changed->affected_rows = mysql_stmt_affected_rows(statement->stmt);
        ret_changed->insert_id = mysql_stmt_insert_id(statement->stmt);
    }
    return CNOP_OK;
}

/* ---- columns ---- */

static const struct cnop_cell *
cell_at(const struct cnop_row *row, size_t column)
{
    cnop_assert(column < row->column_count);
    return &row->cells[column];
}

bool
cnop_row_is_null(const struct cnop_row *row, size_t column)
{
    return cell_at(row, column)->kind == CNOP_PARAM_NULL;
}

int64_t
cnop_row_i64(const struct cnop_row *row, size_t column)
{
    const struct cnop_cell *cell = cell_at(row, column);

    cnop_assert(cell->kind == CNOP_PARAM_I64 ||
                (cell->kind == CNOP_PARAM_U64 && cell->u64 <= INT64_MAX));
    return cell->i64;
}

uint64_t
cnop_row_u64(const struct cnop_row *row, size_t column)
{
    const struct cnop_cell *cell = cell_at(row, column);

    cnop_assert(cell->kind == CNOP_PARAM_U64 || (cell->kind == CNOP_PARAM_I64 && cell->i64 >= 0));
    return cell->u64;
}

bool
cnop_row_bool(const struct cnop_row *row, size_t column)
{
    const struct cnop_cell *cell = cell_at(row, column);

    cnop_assert(cell->kind == CNOP_PARAM_I64 || cell->kind == CNOP_PARAM_U64);
    return cell->i64 != 0;
}

struct cnop_str
cnop_row_str(const struct cnop_row *row, size_t column)
{
    const struct cnop_cell *cell = cell_at(row, column);

    if (cell->kind == CNOP_PARAM_NULL)
        return (struct cnop_str){"", 0};
    cnop_assert(cell->kind == CNOP_PARAM_BYTES);
    return cell->bytes;
}
