/* SPDX-License-Identifier: MIT */
/* Transactions as one packet of text; see batch.h. Constant SQL and typed values only: there is no
 * way to append a string that came from outside other than as a hexadecimal literal. */
#include "shared/db/batch.h"

#include <errno.h>
#include <string.h>

#include <mysql.h>
#include <mysqld_error.h>

#include "shared/base/arena.h"
#include "shared/base/log.h"
#include "shared/base/secret.h"
#include "shared/db/batch_array.h"

#define COLUMN_MAX 32
#define CAUSE_BYTES 256
#define PASSWORD_BYTES 256

struct cnop_batch_db {
    const struct cnop_db_config *config;
    MYSQL *mysql; /* NULL: not connected */
    struct batch_statements statements;
    uint32_t read_timeout_ms;
    char password[PASSWORD_BYTES];
    char cause[CAUSE_BYTES];
};

/* ---- text ---- */

void
cnop_batch_init(struct cnop_batch *batch, void *memory, size_t bytes)
{
    cnop_buf_init(&batch->text, memory, bytes);
    batch->arrays = NULL;
    cnop_batch_clear(batch);
}

void
cnop_batch_clear(struct cnop_batch *batch)
{
    cnop_buf_clear(&batch->text);
    batch->first_value = true;
    batch->first_row = true;
    batch->as_arrays = false;
    batch->text_before = 0;
    if (batch->arrays != NULL)
        batch_arrays_clear(batch->arrays);
}

void
cnop_batch_take_arrays(struct cnop_batch *batch)
{
    batch->arrays = batch_arrays_new();
    batch_arrays_clear(batch->arrays);
}

void
cnop_batch_use_arrays(struct cnop_batch *batch, bool on)
{
    cnop_assert(!on || batch->arrays != NULL);
    batch->as_arrays = on;
}

bool
cnop_batch_overflowed(const struct cnop_batch *batch)
{
    return batch->text.overflow || (batch->arrays != NULL && batch->arrays->overflow);
}

/* Values inside a row of an array statement. */
static bool
in_arrays(const struct cnop_batch *batch)
{
    return batch->arrays != NULL && batch->arrays->open;
}

void
cnop_batch_constant(struct cnop_batch *batch, const char *sql)
{
    cnop_buf_text(&batch->text, sql);
}

static void
separate_value(struct cnop_batch *batch)
{
    if (!batch->first_value)
        cnop_buf_char(&batch->text, ',');
    batch->first_value = false;
}

void
cnop_batch_i64(struct cnop_batch *batch, int64_t value)
{
    if (in_arrays(batch)) {
        batch_arrays_number(batch->arrays, value);
        return;
    }
    separate_value(batch);
    cnop_buf_i64(&batch->text, value);
}

void
cnop_batch_u64(struct cnop_batch *batch, uint64_t value)
{
    if (in_arrays(batch)) {
        batch_arrays_number(batch->arrays, (int64_t)value); /* our counters stay below 2^63 */
        return;
    }
    separate_value(batch);
    cnop_buf_u64(&batch->text, value);
}

void
cnop_batch_null(struct cnop_batch *batch)
{
    if (in_arrays(batch)) {
        batch_arrays_null(batch->arrays);
        return;
    }
    separate_value(batch);
    cnop_buf_text(&batch->text, "NULL");
}

static void
put_hex(struct cnop_buf *text, const unsigned char *bytes, size_t len)
{
    static const char digits[] = "0123456789abcdef";

    if (text->overflow || text->cap - text->len < 2 * len) {
        text->overflow = true;
        return;
    }
    for (size_t i = 0; i < len; i++) {
        text->ptr[text->len++] = digits[bytes[i] >> 4];
        text->ptr[text->len++] = digits[bytes[i] & 15];
    }
}

void
cnop_batch_bytes(struct cnop_batch *batch, const void *bytes, size_t len)
{
    if (in_arrays(batch)) {
        batch_arrays_text(batch->arrays, bytes, len);
        return;
    }
    separate_value(batch);
    cnop_buf_text(&batch->text, "x'");
    put_hex(&batch->text, bytes, len);
    cnop_buf_char(&batch->text, '\'');
}

void
cnop_batch_ascii(struct cnop_batch *batch, struct cnop_str text)
{
    if (in_arrays(batch)) {
        batch_arrays_text(batch->arrays, text.ptr, text.len);
        return;
    }
    separate_value(batch);
    cnop_buf_text(&batch->text, "_ascii x'");
    put_hex(&batch->text, (const unsigned char *)text.ptr, text.len);
    cnop_buf_char(&batch->text, '\'');
}

void
cnop_batch_rows_begin(struct cnop_batch *batch, const char *head)
{
    if (batch->as_arrays) {
        if (batch->arrays->section_count == 0)
            batch->text_before = batch->text.len;
        batch_arrays_open(batch->arrays, head);
        return;
    }
    cnop_buf_text(&batch->text, head);
    batch->first_row = true;
}

void
cnop_batch_row_open(struct cnop_batch *batch)
{
    if (in_arrays(batch))
        return; /* the row begins with its first value */
    if (!batch->first_row)
        cnop_buf_char(&batch->text, ',');
    batch->first_row = false;
    batch->first_value = true;
    cnop_buf_char(&batch->text, '(');
}

void
cnop_batch_row_close(struct cnop_batch *batch)
{
    if (in_arrays(batch)) {
        batch_arrays_row_end(batch->arrays);
        return;
    }
    cnop_buf_char(&batch->text, ')');
    batch->first_value = true;
}

void
cnop_batch_rows_end(struct cnop_batch *batch, const char *tail)
{
    if (in_arrays(batch)) {
        batch_arrays_close(batch->arrays, tail);
        return;
    }
    cnop_assert(!batch->first_row); /* an INSERT without rows is our bug */
    cnop_buf_text(&batch->text, tail);
    cnop_buf_char(&batch->text, ';');
    batch->first_row = true;
}

/* ---- connection ---- */

enum cnop_err
cnop_batch_db_open(const struct cnop_db_config *config, uint32_t read_timeout_ms,
                   struct cnop_batch_db **ret_db)
{
    struct cnop_arena *arena = cnop_arena_new(sizeof(struct cnop_batch_db) + 64);
    struct cnop_batch_db *db = cnop_arena_alloc(arena, sizeof(*db));
    const char *reason = NULL;
    size_t len;

    cnop_assert(db != NULL);
    db->config = config;
    db->read_timeout_ms = read_timeout_ms;
    if (config->db_password_file[0] != '\0') {
        enum cnop_err err = cnop_secret_read_file(config->db_password_file, db->password, 1,
                                                  sizeof(db->password) - 1, &len, &reason);

        if (err != CNOP_OK) {
            struct cnop_log_line line;

            cnop_log_begin(&line, CNOP_LOG_CRITICAL, NULL, "db_password", "password file refused");
            cnop_log_text(&line, "file", config->db_password_file);
            cnop_log_text(&line, "reason", reason);
            cnop_log_end(&line);
            cnop_arena_free(&arena);
            return CNOP_E_CONFIG;
        }
        while (len > 0 && (db->password[len - 1] == '\n' || db->password[len - 1] == '\r'))
            len--;
        db->password[len] = '\0';
    }
    *ret_db = db; /* lives as long as the process: the arena is not kept */
    return CNOP_OK;
}

void
cnop_batch_db_disconnect(struct cnop_batch_db *db)
{
    if (db->mysql == NULL)
        return;
    batch_statements_close(&db->statements);
    mysql_close(db->mysql);
    db->mysql = NULL;
}

void
cnop_batch_db_close(struct cnop_batch_db **db)
{
    if (*db == NULL)
        return;
    cnop_batch_db_disconnect(*db);
    cnop_secret_zero((*db)->password, sizeof((*db)->password));
    *db = NULL;
}

bool
cnop_batch_db_is_connected(const struct cnop_batch_db *db)
{
    return db->mysql != NULL;
}

const char *
cnop_batch_db_cause(const struct cnop_batch_db *db)
{
    return db->cause;
}

static void
note_cause_text(struct cnop_batch_db *db, unsigned number, const char *text)
{
    struct cnop_buf buf;

    cnop_buf_init(&buf, db->cause, sizeof(db->cause) - 1);
    cnop_buf_printf(&buf, "%u %.200s", number, text);
    db->cause[buf.len] = '\0';
}

static void
note_cause(struct cnop_batch_db *db)
{
    note_cause_text(db, mysql_errno(db->mysql), mysql_error(db->mysql));
}

/* Strict mode is what makes a fence's NULL an error; the session sets it itself. */
static const char session_setup[] =
    "SET SESSION sql_mode = 'STRICT_ALL_TABLES,NO_ENGINE_SUBSTITUTION', time_zone = '+00:00', "
    "innodb_lock_wait_timeout = 5, tx_isolation = 'READ-COMMITTED'";

enum cnop_err
cnop_batch_db_connect(struct cnop_batch_db *db)
{
    unsigned connect_s = (unsigned)((db->config->db_connect_timeout + 999) / 1000);
    unsigned read_s = (db->read_timeout_ms + 999) / 1000;
    unsigned off = 0;

    if (db->mysql != NULL)
        return CNOP_OK;
    db->mysql = mysql_init(NULL);
    cnop_assert(db->mysql != NULL);
    mysql_options(db->mysql, MYSQL_OPT_CONNECT_TIMEOUT, &connect_s);
    mysql_options(db->mysql, MYSQL_OPT_READ_TIMEOUT, &read_s);
    mysql_options(db->mysql, MYSQL_OPT_WRITE_TIMEOUT, &read_s);
    mysql_options(db->mysql, MYSQL_OPT_LOCAL_INFILE, &off);
    mysql_options(db->mysql, MYSQL_SET_CHARSET_NAME, "utf8mb4");
    if (mysql_real_connect(db->mysql, NULL, db->config->db_user, db->password,
                           db->config->db_schema, 0, db->config->db_socket,
                           CLIENT_MULTI_STATEMENTS) == NULL ||
        mysql_real_query(db->mysql, session_setup, sizeof(session_setup) - 1) != 0) {
        note_cause(db);
        cnop_batch_db_disconnect(db);
        return CNOP_E_DB_FAILED;
    }
    return CNOP_OK;
}

/* ---- commit ---- */

static bool
is_connection_error(unsigned number)
{
    /* Client errors are 2000-2999; a server that shuts down or was told to kill us says so. */
    return (number >= 2000 && number < 3000) || number == ER_SERVER_SHUTDOWN ||
           number == ER_CONNECTION_KILLED || number == ER_QUERY_INTERRUPTED;
}

static enum cnop_err
statement_error(unsigned number)
{
    switch (number) {
    case ER_DUP_ENTRY:
    case ER_DUP_ENTRY_WITH_KEY_NAME:
        return CNOP_E_DUPLICATE;
    case ER_BAD_NULL_ERROR:
        return CNOP_E_FENCED;
    case ER_LOCK_DEADLOCK:
    case ER_LOCK_WAIT_TIMEOUT:
    case ER_CHECKREAD:
        return CNOP_E_DB_DEADLOCK;
    case ER_DATA_OUT_OF_RANGE:
    case ER_WARN_DATA_OUT_OF_RANGE:
    case ER_CONSTRAINT_FAILED:
    case ER_PARSE_ERROR:
    case ER_BAD_FIELD_ERROR:
    case ER_NO_SUCH_TABLE:
    case ER_DATA_TOO_LONG:
    case ER_WRONG_VALUE_COUNT_ON_ROW:
        return CNOP_E_INTERNAL;
    default:
        return CNOP_E_DB_FAILED;
    }
}

/* After an error inside the transaction it is still open. */
static enum cnop_err
roll_back(struct cnop_batch_db *db, unsigned number)
{
    if (is_connection_error(number)) {
        cnop_batch_db_disconnect(db);
        return CNOP_E_OUTCOME_UNKNOWN;
    }
    /* Without a rollback the server does it when the connection ends. */
    if (mysql_real_query(db->mysql, "ROLLBACK", 8) != 0)
        cnop_batch_db_disconnect(db);
    return statement_error(number);
}

static enum cnop_err
run_text(struct cnop_batch_db *db, const char *sql, size_t len)
{
    int more = mysql_real_query(db->mysql, sql, len) != 0 ? 1 : 0;

    while (more == 0) {
        MYSQL_RES *result = mysql_store_result(db->mysql);

        if (result != NULL)
            mysql_free_result(result);
        more = mysql_next_result(db->mysql); /* 0: another, -1: none, > 0: error */
    }
    if (more < 0)
        return CNOP_OK;
    note_cause(db);
    return roll_back(db, mysql_errno(db->mysql));
}

static enum cnop_err
run_arrays(struct cnop_batch_db *db, struct batch_arrays *arrays)
{
    unsigned number = 0;
    const char *text = "";

    for (uint32_t i = 0; i < arrays->section_count; i++) {
        if (batch_arrays_execute(db->mysql, &db->statements, &arrays->sections[i], &number, &text))
            continue;
        note_cause_text(db, number, text);
        return roll_back(db, number);
    }
    return CNOP_OK;
}

enum cnop_err
cnop_batch_commit(struct cnop_batch_db *db, struct cnop_batch *batch)
{
    const char *text = batch->text.ptr;
    enum cnop_err err;

    if (cnop_batch_overflowed(batch))
        return CNOP_E_TRUNCATED;
    cnop_assert(batch->text.len > 0);
    if (db->mysql == NULL && cnop_batch_db_connect(db) != CNOP_OK)
        return CNOP_E_OUTCOME_UNKNOWN; /* to the caller it is one more try of the same batch */
    if (batch->arrays == NULL || batch->arrays->section_count == 0)
        return run_text(db, text, batch->text.len);
    err = run_text(db, text, batch->text_before);
    if (err == CNOP_OK)
        err = run_arrays(db, batch->arrays);
    if (err == CNOP_OK)
        err = run_text(db, text + batch->text_before, batch->text.len - batch->text_before);
    return err;
}

/* ---- scan ---- */

static bool
is_integer(const MYSQL_FIELD *field)
{
    return field->type == MYSQL_TYPE_TINY || field->type == MYSQL_TYPE_SHORT ||
           field->type == MYSQL_TYPE_LONG || field->type == MYSQL_TYPE_INT24 ||
           field->type == MYSQL_TYPE_LONGLONG;
}

static void
read_integer(const char *digits, bool is_unsigned, struct cnop_cell *cell)
{
    bool negative = *digits == '-';
    uint64_t value = 0;

    for (digits += negative; *digits != '\0'; digits++)
        value = value * 10 + (uint64_t)(*digits - '0');
    cell->kind = is_unsigned ? CNOP_PARAM_U64 : CNOP_PARAM_I64;
    if (is_unsigned)
        cell->u64 = value;
    else
        cell->i64 = negative ? (int64_t)(~value + 1) : (int64_t)value;
}

static enum cnop_err
scan_rows(MYSQL_RES *result, cnop_batch_row_fn fn, void *arg)
{
    const MYSQL_FIELD *fields = mysql_fetch_fields(result);
    unsigned column_count = mysql_num_fields(result);
    struct cnop_cell cells[COLUMN_MAX];
    const struct cnop_row row = {.cells = cells, .column_count = column_count};
    enum cnop_err err = CNOP_OK;
    MYSQL_ROW text;

    cnop_assert(column_count <= COLUMN_MAX);
    while (err == CNOP_OK && (text = mysql_fetch_row(result)) != NULL) {
        const unsigned long *lengths = mysql_fetch_lengths(result);

        for (unsigned i = 0; i < column_count; i++) {
            if (text[i] == NULL) {
                cells[i].kind = CNOP_PARAM_NULL;
            } else if (is_integer(&fields[i])) {
                read_integer(text[i], (fields[i].flags & UNSIGNED_FLAG) != 0, &cells[i]);
            } else {
                cells[i].kind = CNOP_PARAM_BYTES;
                cells[i].bytes = cnop_str_make(text[i], lengths[i]);
            }
        }
        err = fn(arg, &row);
    }
    return err;
}

enum cnop_err
cnop_batch_scan(struct cnop_batch_db *db, const struct cnop_batch *query, cnop_batch_row_fn fn,
                void *arg)
{
    MYSQL_RES *result;
    enum cnop_err err;

    if (cnop_batch_overflowed(query))
        return CNOP_E_TRUNCATED;
    err = cnop_batch_db_connect(db);
    if (err != CNOP_OK)
        return err;
    if (mysql_real_query(db->mysql, query->text.ptr, query->text.len) != 0 ||
        (result = mysql_use_result(db->mysql)) == NULL) {
        note_cause(db);
        cnop_batch_db_disconnect(db);
        return CNOP_E_DB_FAILED;
    }
    err = scan_rows(result, fn, arg);
    if (err == CNOP_OK && mysql_errno(db->mysql) != 0) {
        note_cause(db);
        err = CNOP_E_DB_FAILED;
    }
    mysql_free_result(result);
    if (err != CNOP_OK)
        cnop_batch_db_disconnect(db); /* rows may be left on the wire */
    return err;
}
