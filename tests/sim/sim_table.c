/* SPDX-License-Identifier: MIT */
/* See sim_table.h. */
#include "tests/sim/sim_table.h"

#include <string.h>

#include "shared/base/mix.h"

struct sim_cell
sim_cell_i64(int64_t value)
{
    struct sim_cell cell = {.kind = CNOP_PARAM_I64};

    cell.i64 = value;
    return cell;
}

/* What does not fit is only counted as present. */
struct sim_cell
sim_cell_bytes(const void *bytes, size_t len)
{
    struct sim_cell cell = {.kind = CNOP_PARAM_BYTES};

    cell.len = (uint8_t)(len < SIM_CELL_BYTES ? len : SIM_CELL_BYTES);
    memcpy(cell.bytes, bytes, cell.len);
    return cell;
}

int
sim_table_column(const struct sim_table *table, struct cnop_str name)
{
    for (uint32_t i = 0; i < table->column_count; i++) {
        if (cnop_str_equal(name, cnop_str_from(table->columns[i])))
            return (int)i;
    }
    return -1;
}

/* The text up to the next comma; *text moves behind it. */
static struct cnop_str
next_name(const char **text)
{
    size_t len = strcspn(*text, ",");
    struct cnop_str name = cnop_str_make(*text, len);

    *text += len;
    if (**text == ',')
        ++*text;
    return name;
}

struct sim_table *
sim_table_make(struct sim_tables *tables, const char *name, const char *columns,
               const char *const keys[SIM_KEYS], uint32_t row_max)
{
    struct sim_table *table = &tables->list[tables->count++];

    cnop_assert(tables->count <= SIM_TABLES);
    memset(table, 0, sizeof(*table));
    memcpy(table->name, name, strlen(name) + 1);
    while (*columns != '\0') {
        struct cnop_str column = next_name(&columns);

        cnop_assert(table->column_count < SIM_COLUMNS && column.len < SIM_NAME_BYTES);
        memcpy(table->columns[table->column_count++], column.ptr, column.len);
    }
    for (int key = 0; key < SIM_KEYS; key++) {
        const char *text = keys[key];

        table->keys[key][0] = table->keys[key][1] = -1;
        for (int i = 0; text != NULL && *text != '\0'; i++)
            table->keys[key][i] = sim_table_column(table, next_name(&text));
    }
    table->first = tables->cell_count;
    table->row_max = row_max;
    tables->cell_count += row_max * table->column_count;
    cnop_assert(tables->cell_count <= SIM_ROW_CELLS);
    return table;
}

struct sim_table *
sim_table_find(struct sim_tables *tables, struct cnop_str name)
{
    for (uint32_t i = 0; i < tables->count; i++) {
        if (cnop_str_equal(name, cnop_str_from(tables->list[i].name)))
            return &tables->list[i];
    }
    return NULL;
}

struct sim_cell *
sim_table_row(struct sim_tables *tables, const struct sim_table *table, uint32_t row)
{
    cnop_assert(row < table->row_max);
    return &tables->cells[table->first + row * table->column_count];
}

static uint64_t
cell_hash(uint64_t hash, const struct sim_cell *cell)
{
    if (cell->kind == CNOP_PARAM_I64)
        return cnop_mix64(hash ^ (uint64_t)cell->i64);
    for (uint8_t i = 0; i < cell->len; i++)
        hash = (hash ^ cell->bytes[i]) * UINT64_C(0x100000001b3);
    return cnop_mix64(hash);
}

static bool
cell_equal(const struct sim_cell *one, const struct sim_cell *other)
{
    if (one->kind != other->kind)
        return false;
    return one->kind == CNOP_PARAM_I64
               ? one->i64 == other->i64
               : one->len == other->len && memcmp(one->bytes, other->bytes, one->len) == 0;
}

/* Slot of the cells' key, or the free one where it belongs; NULL: the key is NULL or there is none.
 */
static uint32_t *
key_slot(struct sim_tables *tables, const struct sim_table *table, const struct sim_cell *cells,
         int key)
{
    uint32_t tag = (uint32_t)((table - tables->list) * SIM_KEYS + key);
    const int *columns = table->keys[key];
    uint64_t hash = tag + 1;
    uint32_t slot;

    for (int i = 0; i < 2 && columns[i] >= 0; i++) {
        if (cells[columns[i]].kind == CNOP_PARAM_NULL)
            return NULL;
        hash = cell_hash(hash, &cells[columns[i]]);
    }
    if (columns[0] < 0)
        return NULL;
    for (slot = (uint32_t)hash % SIM_SLOTS; tables->slots[slot] != 0;
         slot = (slot + 1) % SIM_SLOTS) {
        const struct sim_cell *row;

        if (tables->slots[slot] >> 20 != tag)
            continue;
        row = sim_table_row(tables, table, (tables->slots[slot] & 0xfffff) - 1);
        if (cell_equal(&row[columns[0]], &cells[columns[0]]) &&
            (columns[1] < 0 || cell_equal(&row[columns[1]], &cells[columns[1]])))
            break;
    }
    return &tables->slots[slot];
}

struct sim_cell *
sim_table_twin(struct sim_tables *tables, const struct sim_table *table,
               const struct sim_cell *cells, int key)
{
    const uint32_t *slot = key_slot(tables, table, cells, key);

    if (slot == NULL || *slot == 0)
        return NULL;
    return sim_table_row(tables, table, (*slot & 0xfffff) - 1);
}

void
sim_table_add(struct sim_tables *tables, struct sim_table *table, const struct sim_cell *cells)
{
    uint32_t row = table->row_count++;

    memcpy(sim_table_row(tables, table, row), cells, table->column_count * sizeof(*cells));
    for (int key = 0; key < SIM_KEYS; key++) {
        uint32_t *slot = key_slot(tables, table, cells, key);

        if (slot != NULL)
            *slot = (uint32_t)((table - tables->list) * SIM_KEYS + key) << 20 | (row + 1);
    }
}
