/* SPDX-License-Identifier: MIT */
/* Reads the newest trades; see board_tape_sql.h. An index by market would make every trade dearer
 * to write, for a list that is read from the database once in the life of an engine. */
#include "fcgi_services/order/board_tape_sql.h"

#include "fcgi_services/order/board.h"
#include "fcgi_services/order/row_cells_sql.h"

#define QUERY_BYTES 256

static enum cnop_err
load_trade(void *arg, const struct cnop_row *row)
{
    const struct board_trade trade = {.id = cell_i64(row, 0),
                                      .taker_side = (uint8_t)cell_i64(row, 2),
                                      .price = {cell_i64(row, 3)},
                                      .qty = {cell_i64(row, 4)},
                                      .time_us = cell_i64(row, 5)};
    int64_t asset_id = cell_i64(row, 1);

    cnop_assert(row->column_count == 6);
    if (asset_id <= LEDGER_USD || asset_id > UINT16_MAX || trade.qty.e8 <= 0)
        return CNOP_E_INTERNAL;
    board_trade(arg, (uint16_t)asset_id, &trade);
    return CNOP_OK;
}

enum cnop_err
board_tape_load(struct cnop_batch_db *db, struct board *board)
{
    char memory[QUERY_BYTES];
    struct cnop_batch query;

    cnop_assert(board != NULL);
    cnop_batch_init(&query, memory, sizeof(memory));
    cnop_batch_sql(&query, "SELECT * FROM (SELECT id,asset_id,side,price_e10,qty_e8,created_us"
                           " FROM trade ORDER BY id DESC LIMIT 20000) newest ORDER BY id");
    return cnop_batch_scan(db, &query, load_trade, board);
}
