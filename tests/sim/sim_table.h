/* SPDX-License-Identifier: MIT */
/* Tables of the made up database: rows of cells, and unique keys. */
#ifndef CNOP_TESTS_SIM_SIM_TABLE_H
#define CNOP_TESTS_SIM_SIM_TABLE_H

#include "shared/base/str.h"
#include "shared/db/db.h"

#define SIM_TABLES 13
#define SIM_COLUMNS 48 /* of one table */
#define SIM_KEYS 2     /* unique ones of one table */
#define SIM_CELL_BYTES 32
#define SIM_NAME_BYTES 32
#define SIM_SLOTS (1u << 18)

/* Integers, short texts, or nothing. Longer texts are not kept. */
struct sim_cell {
    uint8_t kind; /* enum cnop_param_kind: NULL, I64, BYTES */
    uint8_t len;
    union {
        int64_t i64;
        unsigned char bytes[SIM_CELL_BYTES];
    };
};

struct sim_table {
    char name[SIM_NAME_BYTES];
    char columns[SIM_COLUMNS][SIM_NAME_BYTES];
    uint32_t column_count;
    int keys[SIM_KEYS][2]; /* columns of each; the second -1: one column; the first -1: no key */
    uint32_t row_count;
    uint32_t row_max;
    uint32_t first; /* of its cells */
};

#define SIM_ROW_CELLS (24u << 16)

struct sim_tables {
    struct sim_table list[SIM_TABLES];
    uint32_t count;
    uint32_t cell_count;
    uint32_t slots[SIM_SLOTS]; /* table * 2 + key, row + 1; 0: free */
    struct sim_cell cells[SIM_ROW_CELLS];
};

/* keys: "id" or "account_id,asset_id", up to two of them; columns: all of them, with commas. */
struct sim_table *sim_table_make(struct sim_tables *tables, const char *name, const char *columns,
                                 const char *const keys[SIM_KEYS], uint32_t row_max);
struct sim_table *sim_table_find(struct sim_tables *tables, struct cnop_str name); /* or NULL */
int sim_table_column(const struct sim_table *table, struct cnop_str name);         /* or -1 */
struct sim_cell *sim_table_row(struct sim_tables *tables, const struct sim_table *table,
                               uint32_t row);

/* The row that has the same unique key (of that number) as these cells; NULL: none. */
struct sim_cell *sim_table_twin(struct sim_tables *tables, const struct sim_table *table,
                                const struct sim_cell *cells, int key);
void sim_table_add(struct sim_tables *tables, struct sim_table *table,
                   const struct sim_cell *cells);

struct sim_cell sim_cell_i64(int64_t value);
struct sim_cell sim_cell_bytes(const void *bytes, size_t len);

#endif
