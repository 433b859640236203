/* SPDX-License-Identifier: MIT */
/* Statements of the reader, on the ledger's views. */
#include "fcgi_services/order/reader_store.h"

#include <string.h>

#include "shared/base/clock.h"

#define ORDER_COLUMNS                                                                              \
    "id, asset_id, side, filled_qty_e8, price_e10, filled_quote_e8, fee_e8, client_order_id, "     \
    "created_us"

static const struct cnop_sql list_orders = {
    "order.list",
    "SELECT " ORDER_COLUMNS " FROM v_orders WHERE account_id = ? AND id < ?"
    " AND (? = 0 OR asset_id = ?) AND (? = 0 OR side = ?) AND (? = 0 OR type = ?)"
    " AND (? = 0 OR status = ?) AND created_us >= ? AND created_us < ?"
    " ORDER BY id DESC LIMIT ? OFFSET ?",
    .max_rows = 101};
static const struct cnop_sql find_order = {
    "order.find", "SELECT " ORDER_COLUMNS " FROM v_orders WHERE id = ? AND account_id = ?",
    .max_rows = 1};
static const struct cnop_sql find_order_key = {
    "order.find_key",
    "SELECT " ORDER_COLUMNS " FROM v_orders WHERE account_id = ? AND client_order_id = ?",
    .max_rows = 1};
static const struct cnop_sql list_assets = {
    "order.assets", "SELECT id, symbol FROM cnop_market.v_asset", .max_rows = READER_ASSET_MAX};
static const struct cnop_sql list_sums = {
    "order.sums",
    "SELECT asset_id, CAST(sum_e8 AS SIGNED), balances, CAST(below_floor AS SIGNED)"
    " FROM v_asset_sum ORDER BY asset_id",
    .max_rows = READER_ASSET_MAX};
static const struct cnop_sql find_head = {
    "order.head",
    "SELECT epoch, seq, head_hash, seq = 0 OR COALESCE(head_hash = journal_hash, 0)"
    " FROM v_journal_head WHERE shard = 0",
    .max_rows = 1};

static void
read_order(const struct cnop_row *row, struct reader_order *ret_order)
{
    *ret_order = (struct reader_order){.id = cnop_row_i64(row, 0),
                                       .asset_id = (uint16_t)cnop_row_i64(row, 1),
                                       .side = (uint8_t)cnop_row_i64(row, 2),
                                       .qty = {cnop_row_i64(row, 3)},
                                       .price = {cnop_row_i64(row, 4)},
                                       .total = {cnop_row_i64(row, 5)},
                                       .fee = {cnop_row_i64(row, 6)},
                                       .client_order_id = cnop_row_str(row, 7),
                                       .created_us = cnop_row_i64(row, 8)};
}

enum cnop_err
reader_store_list(struct cnop_db *db, struct cnop_arena *arena, const struct reader_filter *filter,
                  struct reader_orders *ret_orders)
{
    struct reader_orders orders;
    struct cnop_rows rows;
    enum cnop_err err;

    cnop_assert(filter->account_id > 0);
    err = cnop_db_query(db, arena, &list_orders,
                        CNOP_PARAMS(CNOP_P_I64(filter->account_id), CNOP_P_I64(filter->before_id),
                                    CNOP_P_I64(filter->asset_id), CNOP_P_I64(filter->asset_id),
                                    CNOP_P_I64(filter->side), CNOP_P_I64(filter->side),
                                    CNOP_P_I64(filter->type), CNOP_P_I64(filter->type),
                                    CNOP_P_I64(filter->status), CNOP_P_I64(filter->status),
                                    CNOP_P_I64(filter->from_us), CNOP_P_I64(filter->to_us),
                                    CNOP_P_U64(filter->limit + 1), CNOP_P_U64(filter->offset)),
                        &rows);
    if (err != CNOP_OK)
        return err;
    orders.has_more = rows.count > filter->limit;
    orders.count = orders.has_more ? filter->limit : rows.count;
    orders.list = cnop_arena_alloc_array(arena, orders.count + 1, sizeof(*orders.list));
    if (orders.list == NULL)
        return CNOP_E_NO_MEMORY;
    for (size_t i = 0; i < orders.count; i++)
        read_order(&rows.list[i], &orders.list[i]);
    *ret_orders = orders;
    return CNOP_OK;
}

enum cnop_err
reader_store_find(struct cnop_db *db, struct cnop_arena *arena, int64_t account_id, int64_t id,
                  struct reader_order *ret_order)
{
    struct cnop_row row;
    enum cnop_err err = cnop_db_find(db, arena, &find_order,
                                     CNOP_PARAMS(CNOP_P_I64(id), CNOP_P_I64(account_id)), &row);

    if (err == CNOP_OK)
        read_order(&row, ret_order);
    return err;
}

enum cnop_err
reader_store_find_key(struct cnop_db *db, struct cnop_arena *arena, int64_t account_id,
                      struct cnop_str key, struct reader_order *ret_order)
{
    struct cnop_row row;
    enum cnop_err err = cnop_db_find(db, arena, &find_order_key,
                                     CNOP_PARAMS(CNOP_P_I64(account_id), CNOP_P_STR(key)), &row);

    if (err == CNOP_OK)
        read_order(&row, ret_order);
    return err;
}

enum cnop_err
reader_store_assets(struct cnop_db *db, struct cnop_arena *arena, struct reader_assets *assets)
{
    struct cnop_rows rows;
    enum cnop_err err = cnop_db_query(db, arena, &list_assets, CNOP_NO_PARAMS, &rows);

    if (err != CNOP_OK)
        return err;
    assets->count = 0;
    for (size_t i = 0; i < rows.count; i++) {
        struct cnop_str symbol = cnop_row_str(&rows.list[i], 1);
        struct reader_asset *asset = &assets->list[assets->count];

        if (symbol.len > sizeof(asset->symbol))
            continue; /* not one that can be traded */
        asset->id = (uint16_t)cnop_row_u64(&rows.list[i], 0);
        asset->symbol_len = (uint8_t)symbol.len;
        memcpy(asset->symbol, symbol.ptr, symbol.len);
        assets->count++;
    }
    assets->loaded_us = cnop_clock_monotonic_us();
    return CNOP_OK;
}

/* Both queries see one snapshot. */
static enum cnop_err
query_proof(struct cnop_db *db, struct cnop_arena *arena, struct cnop_rows *ret_sums,
            struct cnop_row *ret_head)
{
    cnop_cleanup(cnop_tx_done) struct cnop_tx *tx = NULL;
    enum cnop_err err = cnop_tx_begin(db, &tx);

    if (err == CNOP_OK)
        err = cnop_db_find(db, arena, &find_head, CNOP_NO_PARAMS, ret_head);
    if (err == CNOP_OK)
        err = cnop_db_query(db, arena, &list_sums, CNOP_NO_PARAMS, ret_sums);
    if (err == CNOP_OK)
        err = cnop_tx_commit(&tx);
    return err;
}

enum cnop_err
reader_store_proof(struct cnop_db *db, struct cnop_arena *arena, struct reader_proof *proof)
{
    struct cnop_rows rows;
    struct cnop_row head;
    struct cnop_str hash;
    enum cnop_err err = query_proof(db, arena, &rows, &head);

    if (err != CNOP_OK)
        return err;
    hash = cnop_row_str(&head, 2);
    if (hash.len != sizeof(proof->hash))
        return CNOP_E_INTERNAL;
    proof->epoch = cnop_row_u64(&head, 0);
    proof->seq = cnop_row_u64(&head, 1);
    memcpy(proof->hash, hash.ptr, hash.len);
    proof->chain_ok = cnop_row_bool(&head, 3);
    proof->sum_count = rows.count;
    for (size_t i = 0; i < rows.count; i++)
        proof->sums[i] = (struct reader_sum){.asset_id = (uint16_t)cnop_row_i64(&rows.list[i], 0),
                                             .sum_e8 = cnop_row_i64(&rows.list[i], 1),
                                             .balance_count = cnop_row_u64(&rows.list[i], 2),
                                             .below_floor = cnop_row_bool(&rows.list[i], 3)};
    proof->made_us = cnop_clock_wall_us();
    return CNOP_OK;
}
