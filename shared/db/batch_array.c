/* SPDX-License-Identifier: MIT */
/* Column arrays and their execution; see batch_array.h. */
#include "shared/db/batch_array.h"

#include <string.h>

#include "shared/base/buf.h"

#define SQL_BYTES 2048

#define COLUMNS_MAX (BATCH_ARRAY_SECTION_MAX * BATCH_ARRAY_COLUMN_MAX)
#define ROW_BYTES (sizeof(int64_t) + sizeof(unsigned long) + 1)
#define ALLOC_MARGIN 64 /* the arena aligns each */
#define ARENA_BYTES                                                                                \
    (sizeof(struct batch_arrays) + BATCH_ARRAY_BYTES + 2 * ALLOC_MARGIN +                          \
     COLUMNS_MAX * (BATCH_ARRAY_ROW_MAX * ROW_BYTES + 3 * ALLOC_MARGIN))

static void *
take(struct cnop_arena *arena, size_t count, size_t size)
{
    void *memory = cnop_arena_alloc_array(arena, count, size);

    cnop_assert(memory != NULL);
    return memory;
}

struct batch_arrays *
batch_arrays_new(void)
{
    struct cnop_arena *arena = cnop_arena_new(ARENA_BYTES);
    struct batch_arrays *arrays = take(arena, 1, sizeof(*arrays));

    arrays->arena = arena;
    arrays->bytes = take(arena, BATCH_ARRAY_BYTES, 1);
    for (size_t s = 0; s < BATCH_ARRAY_SECTION_MAX; s++) {
        for (size_t c = 0; c < BATCH_ARRAY_COLUMN_MAX; c++) {
            struct batch_column *column = &arrays->sections[s].columns[c];

            column->numbers = take(arena, BATCH_ARRAY_ROW_MAX, sizeof(int64_t));
            column->lengths = take(arena, BATCH_ARRAY_ROW_MAX, sizeof(unsigned long));
            column->indicators = take(arena, BATCH_ARRAY_ROW_MAX, 1);
        }
    }
    return arrays;
}

void
batch_arrays_clear(struct batch_arrays *arrays)
{
    arrays->section_count = 0;
    arrays->open = false;
    arrays->overflow = false;
    arrays->byte_count = 0;
}

void
batch_arrays_open(struct batch_arrays *arrays, const char *head)
{
    struct batch_section *section = &arrays->sections[arrays->section_count];

    cnop_assert(!arrays->open);
    cnop_assert(arrays->section_count < BATCH_ARRAY_SECTION_MAX);
    arrays->section_count++;
    arrays->open = true;
    section->head = head;
    section->column = 0;
    section->column_count = 0;
    section->row_count = 0;
    for (size_t i = 0; i < BATCH_ARRAY_COLUMN_MAX; i++)
        section->columns[i].is_decided = false;
}

/* Place of the next value, or NULL when the section is full. */
static struct batch_column *
next_column(struct batch_arrays *arrays, uint32_t *ret_row)
{
    struct batch_section *section = &arrays->sections[arrays->section_count - 1];

    cnop_assert(arrays->open);
    cnop_assert(section->column < BATCH_ARRAY_COLUMN_MAX);
    if (section->row_count >= BATCH_ARRAY_ROW_MAX) {
        arrays->overflow = true;
        return NULL;
    }
    *ret_row = section->row_count;
    return &section->columns[section->column++];
}

void
batch_arrays_number(struct batch_arrays *arrays, int64_t value)
{
    uint32_t row;
    struct batch_column *column = next_column(arrays, &row);

    if (column == NULL)
        return;
    cnop_assert(!column->is_decided || !column->is_text);
    column->is_decided = true;
    column->is_text = false;
    column->numbers[row] = value;
    column->indicators[row] = STMT_INDICATOR_NONE;
}

void
batch_arrays_text(struct batch_arrays *arrays, const void *bytes, size_t len)
{
    uint32_t row;
    struct batch_column *column = next_column(arrays, &row);

    if (column == NULL)
        return;
    if (BATCH_ARRAY_BYTES - arrays->byte_count < len) {
        arrays->overflow = true;
        return;
    }
    cnop_assert(!column->is_decided || column->is_text);
    column->is_decided = true;
    column->is_text = true;
    if (len > 0)
        memcpy(arrays->bytes + arrays->byte_count, bytes, len);
    column->texts[row] = arrays->bytes + arrays->byte_count;
    column->lengths[row] = len;
    column->indicators[row] = STMT_INDICATOR_NONE;
    arrays->byte_count += len;
}

void
batch_arrays_null(struct batch_arrays *arrays)
{
    uint32_t row;
    struct batch_column *column = next_column(arrays, &row);

    if (column == NULL)
        return;
    column->numbers[row] = 0;
    column->lengths[row] = 0;
    column->indicators[row] = STMT_INDICATOR_NULL;
}

void
batch_arrays_row_end(struct batch_arrays *arrays)
{
    struct batch_section *section = &arrays->sections[arrays->section_count - 1];

    if (arrays->overflow)
        return;
    if (section->row_count == 0)
        section->column_count = section->column;
    cnop_assert(section->column == section->column_count);
    section->column = 0;
    section->row_count++;
}

void
batch_arrays_close(struct batch_arrays *arrays, const char *tail)
{
    struct batch_section *section = &arrays->sections[arrays->section_count - 1];

    cnop_assert(arrays->open);
    cnop_assert(section->row_count > 0);
    section->tail = tail;
    arrays->open = false;
}

/* ---- execution ---- */

void
batch_statements_close(struct batch_statements *statements)
{
    for (uint32_t i = 0; i < statements->count; i++)
        (void)mysql_stmt_close(statements->list[i].statement);
    statements->count = 0;
}

/* "INSERT ... VALUES " + "(?,?,...)" + tail. */
static void
build_sql(const struct batch_section *section, struct cnop_buf *sql)
{
    cnop_buf_text(sql, section->head);
    for (uint32_t i = 0; i < section->column_count; i++)
        cnop_buf_text(sql, i == 0 ? "(?" : ",?");
    cnop_buf_char(sql, ')');
    cnop_buf_text(sql, section->tail);
    cnop_assert(!sql->overflow);
}

/* NULL: could not be prepared; the reason is on mysql. */
static MYSQL_STMT *
statement_of(MYSQL *mysql, struct batch_statements *statements, const struct batch_section *section)
{
    char memory[SQL_BYTES];
    struct cnop_buf sql;
    MYSQL_STMT *statement;

    for (uint32_t i = 0; i < statements->count; i++) {
        if (statements->list[i].head == section->head)
            return statements->list[i].statement;
    }
    cnop_assert(statements->count < sizeof(statements->list) / sizeof(statements->list[0]));
    cnop_buf_init(&sql, memory, sizeof(memory));
    build_sql(section, &sql);
    statement = mysql_stmt_init(mysql);
    cnop_assert(statement != NULL);
    if (mysql_stmt_prepare(statement, sql.ptr, sql.len) != 0) {
        (void)mysql_stmt_close(statement);
        return NULL;
    }
    statements->list[statements->count].head = section->head;
    statements->list[statements->count].statement = statement;
    statements->count++;
    return statement;
}

bool
batch_arrays_execute(MYSQL *mysql, struct batch_statements *statements,
                     struct batch_section *section, MYSQL_STMT **ret_failed)
{
    MYSQL_STMT *statement = statement_of(mysql, statements, section);
    MYSQL_BIND binds[BATCH_ARRAY_COLUMN_MAX];
    unsigned rows = section->row_count;

    *ret_failed = statement;
    if (statement == NULL)
        return false;
    memset(binds, 0, sizeof(binds));
    for (uint32_t i = 0; i < section->column_count; i++) {
        struct batch_column *column = &section->columns[i];
        bool is_text = column->is_decided && column->is_text;

        binds[i].buffer_type = is_text ? MYSQL_TYPE_BLOB : MYSQL_TYPE_LONGLONG;
        binds[i].buffer = column->numbers; /* or texts: the same place */
        binds[i].length = is_text ? column->lengths : NULL;
        binds[i].u.indicator = column->indicators;
    }
    (void)mysql_stmt_attr_set(statement, STMT_ATTR_ARRAY_SIZE, &rows);
    return mysql_stmt_bind_param(statement, binds) == 0 && mysql_stmt_execute(statement) == 0;
}
