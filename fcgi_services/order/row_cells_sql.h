/* SPDX-License-Identifier: MIT */
/* Cells of rows that the engine has written itself: a number or bytes, and nothing for NULL. */
#ifndef CNOP_ORDER_ROW_CELLS_SQL_H
#define CNOP_ORDER_ROW_CELLS_SQL_H

#include "shared/db/db.h"

static inline int64_t
cell_i64(const struct cnop_row *row, size_t column)
{
    const struct cnop_cell *cell = &row->cells[column];

    cnop_assert(column < row->column_count);
    if (cell->kind != CNOP_PARAM_I64 && cell->kind != CNOP_PARAM_U64)
        return 0; /* NULL, or a text */
    return cell->kind == CNOP_PARAM_I64 ? cell->i64 : (int64_t)cell->u64;
}

static inline struct cnop_str
cell_bytes(const struct cnop_row *row, size_t column)
{
    const struct cnop_cell *cell = &row->cells[column];

    cnop_assert(column < row->column_count);
    return cell->kind == CNOP_PARAM_BYTES ? cell->bytes : cnop_str_make(NULL, 0);
}

/* Whether the cell holds this number; NULL is none. */
static inline bool
cell_is(const struct cnop_cell *cell, int64_t value)
{
    return (cell->kind == CNOP_PARAM_I64 || cell->kind == CNOP_PARAM_U64) && cell->i64 == value;
}

static inline bool
cell_is_null(const struct cnop_row *row, size_t column)
{
    cnop_assert(column < row->column_count);
    return row->cells[column].kind == CNOP_PARAM_NULL;
}

#endif
