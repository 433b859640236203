/* SPDX-License-Identifier: MIT */
/* See sim_sql.h. A transaction is gone through twice: first only looking, then writing. */
#include "tests/sim/sim_sql.h"

#include <string.h>

#include "tests/sim/sim.h"

static int64_t last_insert_id; /* of this process's connection */

struct reader {
    struct sim_tables *tables;
    struct cnop_str rest;
    bool write;
};

/* ---- words and values ---- */

static bool
skip(struct reader *reader, const char *word)
{
    size_t len = strlen(word);

    if (reader->rest.len < len || memcmp(reader->rest.ptr, word, len) != 0)
        return false;
    reader->rest.ptr += len;
    reader->rest.len -= len;
    return true;
}

static void
expect(struct reader *reader, const char *word)
{
    if (!skip(reader, word))
        sim_fail("SQL: no \"%s\" before \"%.80s\"", word, reader->rest.ptr);
}

static struct cnop_str
take_name(struct reader *reader)
{
    struct cnop_str name = {reader->rest.ptr, 0};

    while (name.len < reader->rest.len &&
           ((name.ptr[name.len] >= 'a' && name.ptr[name.len] <= 'z') || name.ptr[name.len] == '_' ||
            name.ptr[name.len] == '.' || (name.ptr[name.len] >= '0' && name.ptr[name.len] <= '9')))
        name.len++;
    reader->rest.ptr += name.len;
    reader->rest.len -= name.len;
    return name;
}

static int64_t
take_number(struct reader *reader)
{
    bool minus = skip(reader, "-");
    uint64_t value = 0;

    while (reader->rest.len > 0 && *reader->rest.ptr >= '0' && *reader->rest.ptr <= '9') {
        value = value * 10 + (uint64_t)(*reader->rest.ptr - '0');
        reader->rest.ptr++;
        reader->rest.len--;
    }
    return (int64_t)(minus ? 0 - value : value);
}

static unsigned
nibble(char digit)
{
    return digit <= '9' ? (unsigned)(digit - '0') : (unsigned)(digit - 'a' + 10);
}

static struct sim_cell
take_bytes(struct reader *reader)
{
    unsigned char bytes[SIM_CELL_BYTES];
    const char *end = memchr(reader->rest.ptr, '\'', reader->rest.len);
    size_t len = (size_t)(end - reader->rest.ptr);

    for (size_t i = 0; i < len / 2 && i < sizeof(bytes); i++)
        bytes[i] = (unsigned char)(nibble(reader->rest.ptr[2 * i]) << 4 |
                                   nibble(reader->rest.ptr[2 * i + 1]));
    reader->rest.ptr += len + 1;
    reader->rest.len -= len + 1;
    return sim_cell_bytes(bytes, len / 2);
}

static struct sim_cell
take_value(struct reader *reader)
{
    if (skip(reader, "NULL"))
        return (struct sim_cell){.kind = CNOP_PARAM_NULL};
    if (skip(reader, "x'") || skip(reader, "_ascii x'"))
        return take_bytes(reader);
    return sim_cell_i64(take_number(reader));
}

static struct sim_table *
take_table(struct reader *reader)
{
    struct cnop_str name = take_name(reader);
    struct sim_table *table = sim_table_find(reader->tables, name);

    if (table == NULL)
        sim_fail("SQL: no table %.*s", (int)name.len, name.ptr);
    return table;
}

static int
take_column(struct reader *reader, const struct sim_table *table)
{
    struct cnop_str name = take_name(reader);
    int column = sim_table_column(table, name);

    if (column < 0)
        sim_fail("SQL: no column %.*s in %s", (int)name.len, name.ptr, table->name);
    return column;
}

/* ---- writing ---- */

struct insert {
    struct sim_table *table;
    int columns[SIM_COLUMNS];
    uint32_t column_count;
    bool updates[SIM_COLUMNS];
    bool upsert;
};

/* The row that one of its unique keys names already. */
static struct sim_cell *
find_twin(struct reader *reader, const struct insert *insert, const struct sim_cell *cells)
{
    for (int key = 0; key < SIM_KEYS; key++) {
        struct sim_cell *twin = sim_table_twin(reader->tables, insert->table, cells, key);

        if (twin != NULL)
            return twin;
    }
    return NULL;
}

static enum cnop_err
insert_row(struct reader *reader, const struct insert *insert)
{
    struct sim_cell cells[SIM_COLUMNS];
    struct sim_cell *twin;

    memset(cells, 0, insert->table->column_count * sizeof(cells[0]));
    for (uint32_t i = 0; i < insert->column_count; i++) {
        if (i > 0)
            expect(reader, ",");
        cells[insert->columns[i]] = take_value(reader);
    }
    expect(reader, ")");
    twin = find_twin(reader, insert, cells);
    if (twin != NULL && !insert->upsert) {
        sim_require(!reader->write, "a unique key is twice in one transaction");
        return CNOP_E_DUPLICATE;
    }
    if (!reader->write)
        return CNOP_OK;
    if (twin == NULL) {
        sim_table_add(reader->tables, insert->table, cells);
        return CNOP_OK;
    }
    for (uint32_t i = 0; i < insert->table->column_count; i++) {
        if (insert->updates[i])
            twin[i] = cells[i];
    }
    return CNOP_OK;
}

/* What stands behind the rows comes first: no value holds a semicolon. */
static void
look_ahead(struct reader *reader, struct insert *insert)
{
    static const char word[] = " ON DUPLICATE KEY UPDATE ";
    const char *end = memchr(reader->rest.ptr, ';', reader->rest.len);
    const char *tail =
        memmem(reader->rest.ptr, (size_t)(end - reader->rest.ptr), word, sizeof(word) - 1);
    struct reader ahead = *reader;

    insert->upsert = tail != NULL;
    if (tail == NULL)
        return;
    ahead.rest = cnop_str_make(tail + sizeof(word) - 1, (size_t)(end - tail) - sizeof(word) + 1);
    do {
        insert->updates[take_column(&ahead, insert->table)] = true;
        expect(&ahead, "=VALUES(");
        (void)take_name(&ahead);
        expect(&ahead, ")");
    } while (skip(&ahead, ","));
}

static enum cnop_err
run_insert(struct reader *reader)
{
    struct insert insert = {.table = take_table(reader)};
    enum cnop_err err = CNOP_OK;

    expect(reader, " (");
    do {
        insert.columns[insert.column_count++] = take_column(reader, insert.table);
    } while (skip(reader, ","));
    expect(reader, ") VALUES ");
    look_ahead(reader, &insert);
    do {
        expect(reader, "(");
        err = insert_row(reader, &insert);
    } while (err == CNOP_OK && skip(reader, ","));
    if (err != CNOP_OK)
        return err;
    if (insert.upsert) {
        const char *end = memchr(reader->rest.ptr, ';', reader->rest.len);

        reader->rest.len -= (size_t)(end - reader->rest.ptr);
        reader->rest.ptr = end;
    }
    expect(reader, ";");
    return CNOP_OK;
}

/* A row that is gone has no seal: an insert makes it anew. */
static void
run_delete(struct reader *reader)
{
    struct sim_table *table = sim_table_find(reader->tables, CNOP_STR("open_order"));
    struct sim_cell key[SIM_COLUMNS], *row;

    do {
        expect(reader, "(");
        key[0] = sim_cell_i64(take_number(reader));
        expect(reader, ")");
        row = sim_table_twin(reader->tables, table, key, 0);
        if (row != NULL && reader->write)
            row[1] = (struct sim_cell){.kind = CNOP_PARAM_NULL};
    } while (skip(reader, ","));
    expect(reader, ");");
}

/* The fence of a batch, or a new engine that shuts the others out. */
static enum cnop_err
run_writer(struct reader *reader)
{
    struct sim_table *table = sim_table_find(reader->tables, CNOP_STR("writer"));
    struct sim_cell *row = sim_table_row(reader->tables, table, 0);
    int64_t epoch = row[sim_table_column(table, CNOP_STR("epoch"))].i64;
    int64_t *seq = &row[sim_table_column(table, CNOP_STR("seq"))].i64;
    int64_t new_seq;

    if (skip(reader, "epoch=LAST_INSERT_ID(epoch+1) WHERE shard=0;")) {
        row[sim_table_column(table, CNOP_STR("epoch"))].i64 += reader->write;
        last_insert_id = epoch + 1;
        return CNOP_OK;
    }
    expect(reader, "seq=");
    if (skip(reader, "IF(epoch=")) {
        bool fits = take_number(reader) == epoch;

        expect(reader, " AND seq=");
        fits = take_number(reader) == *seq && fits;
        expect(reader, ",");
        new_seq = take_number(reader);
        expect(reader, ",NULL)");
        if (!fits)
            return CNOP_E_FENCED;
    } else {
        new_seq = take_number(reader);
    }
    expect(reader, ",next_id=");
    if (reader->write)
        *seq = new_seq;
    for (int column = sim_table_column(table, CNOP_STR("next_id"));;) {
        struct sim_cell value = take_value(reader);

        if (reader->write)
            row[column] = value;
        if (!skip(reader, ",head_hash="))
            break;
        column = sim_table_column(table, CNOP_STR("head_hash"));
    }
    expect(reader, " WHERE shard=0;");
    return CNOP_OK;
}

static enum cnop_err
run_all(struct reader *reader)
{
    enum cnop_err err = CNOP_OK;

    expect(reader, "START TRANSACTION;");
    while (err == CNOP_OK && !skip(reader, "COMMIT")) {
        if (skip(reader, "INSERT INTO ") || skip(reader, "INSERT IGNORE INTO "))
            err = run_insert(reader);
        else if (skip(reader, "DELETE FROM open_order WHERE order_id IN ("))
            run_delete(reader);
        else if (skip(reader, "UPDATE writer SET "))
            err = run_writer(reader);
        else
            sim_fail("SQL: not known: %.80s", reader->rest.ptr);
    }
    return err;
}

enum cnop_err
sim_sql_run(struct sim_tables *tables, struct cnop_str text)
{
    struct reader reader = {.tables = tables, .rest = text};
    enum cnop_err err = run_all(&reader);

    if (err != CNOP_OK)
        return err;
    reader = (struct reader){.tables = tables, .rest = text, .write = true};
    err = run_all(&reader);
    sim_require(err == CNOP_OK, "a transaction fits at once, and then does not");
    return CNOP_OK;
}

/* ---- reading ---- */

static struct cnop_cell
show(const struct sim_cell *cell)
{
    struct cnop_cell shown = {.kind = (enum cnop_param_kind)cell->kind};

    if (cell->kind == CNOP_PARAM_I64)
        shown.i64 = cell->i64;
    else if (cell->kind == CNOP_PARAM_BYTES)
        shown.bytes = cnop_str_make((const char *)cell->bytes, cell->len);
    return shown;
}

struct select {
    struct sim_table *table;
    int columns[SIM_COLUMNS];
    uint32_t column_count;
    int where; /* column; -1: all rows */
    int64_t equals;
    bool own_epoch; /* only the row that this connection has written */
    bool newest_first;
    int64_t limit;
};

static void
take_select(struct reader *reader, struct select *select)
{
    struct reader names = *reader;

    while (!skip(reader, " FROM ")) { /* the table stands behind the columns */
        reader->rest.ptr++;
        reader->rest.len--;
    }
    *select = (struct select){.table = take_table(reader), .where = -1, .limit = INT64_MAX};
    do {
        select->columns[select->column_count++] = take_column(&names, select->table);
    } while (skip(&names, ","));
    if (skip(reader, " WHERE ")) {
        select->where = take_column(reader, select->table);
        expect(reader, "=");
        select->equals = take_number(reader);
        select->own_epoch = skip(reader, " AND epoch=LAST_INSERT_ID()");
    }
    (void)skip(reader, " LOCK IN SHARE MODE");
    if (skip(reader, " ORDER BY id DESC LIMIT ") ||
        skip(reader, " ORDER BY first_seq DESC LIMIT ")) {
        select->newest_first = true;
        select->limit = take_number(reader);
    }
    if (reader->rest.len > 0)
        sim_fail("SQL: not known: %.80s", reader->rest.ptr);
}

static enum cnop_err
tell(const struct select *select, const struct sim_cell *cells, cnop_batch_row_fn fn, void *arg)
{
    struct cnop_cell shown[SIM_COLUMNS];

    for (uint32_t column = 0; column < select->column_count; column++)
        shown[column] = show(&cells[select->columns[column]]);
    return fn(arg, &(struct cnop_row){.cells = shown, .column_count = select->column_count});
}

/* Where the first of them stands in the order of its place; UINT32_MAX: behind all. */
static uint32_t
next_open(const struct sim_tables *tables, const struct sim_table *open,
          const struct sim_table *orders, int64_t *after)
{
    int prio = sim_table_column(orders, CNOP_STR("prio"));
    int64_t best = INT64_MAX;
    uint32_t found = UINT32_MAX;

    for (uint32_t i = 0; i < open->row_count; i++) {
        struct sim_tables *all = (struct sim_tables *)(uintptr_t)tables;
        const struct sim_cell *cells = sim_table_row(all, open, i), *order;

        if (cells[1].kind == CNOP_PARAM_NULL)
            continue;
        order = sim_table_twin(all, orders, cells, 0);
        if (order != NULL && order[prio].i64 > *after && order[prio].i64 < best) {
            best = order[prio].i64;
            found = i;
        }
    }
    *after = best;
    return found;
}

/* The orders on the books, joined with their rows, in the order of their places. */
static enum cnop_err
select_open(struct reader *reader, cnop_batch_row_fn fn, void *arg)
{
    struct sim_table *orders = sim_table_find(reader->tables, CNOP_STR("orders"));
    struct sim_table *open = sim_table_find(reader->tables, CNOP_STR("open_order"));
    struct cnop_cell shown[SIM_COLUMNS];
    int columns[SIM_COLUMNS];
    uint32_t count = 0, row;
    enum cnop_err err = CNOP_OK;
    int64_t after = -1;

    do {
        columns[count++] = take_column(reader, orders);
    } while (skip(reader, ",") && !skip(reader, "seal"));
    expect(reader, " FROM open_order JOIN orders ON id=order_id ORDER BY prio");
    while (err == CNOP_OK &&
           (row = next_open(reader->tables, open, orders, &after)) != UINT32_MAX) {
        const struct sim_cell *cells = sim_table_row(reader->tables, open, row);
        const struct sim_cell *order = sim_table_twin(reader->tables, orders, cells, 0);

        for (uint32_t i = 0; i < count; i++)
            shown[i] = show(&order[columns[i]]);
        shown[count] = show(&cells[1]);
        err = fn(arg, &(struct cnop_row){.cells = shown, .column_count = count + 1});
    }
    return err;
}

enum cnop_err
sim_sql_select(struct sim_tables *tables, struct cnop_str text, cnop_batch_row_fn fn, void *arg)
{
    struct reader reader = {.tables = tables, .rest = text};
    struct sim_cell wanted[SIM_COLUMNS];
    struct select select;
    enum cnop_err err = CNOP_OK;

    expect(&reader, "SELECT ");
    if (memmem(text.ptr, text.len, " FROM open_order ", 17) != NULL)
        return select_open(&reader, fn, arg);
    take_select(&reader, &select);
    if (select.where >= 0 && select.where == select.table->keys[0][0]) {
        const struct sim_cell *twin;

        wanted[select.where] = sim_cell_i64(select.equals);
        twin = sim_table_twin(tables, select.table, wanted, 0);
        if (twin == NULL ||
            (select.own_epoch &&
             twin[sim_table_column(select.table, CNOP_STR("epoch"))].i64 != last_insert_id))
            return CNOP_OK;
        return tell(&select, twin, fn, arg);
    }
    sim_require(select.where < 0 || select.table->row_count <= 1, "SQL: a column without a key");
    for (uint32_t i = 0; i < select.table->row_count && select.limit > 0 && err == CNOP_OK; i++) {
        uint32_t row = select.newest_first ? select.table->row_count - 1 - i : i;

        select.limit--;
        err = tell(&select, sim_table_row(tables, select.table, row), fn, arg);
    }
    return err;
}
