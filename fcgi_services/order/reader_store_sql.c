/* SPDX-License-Identifier: MIT */
/* Statements of the reader, on the ledger's views. */
#include "fcgi_services/order/reader_store.h"

#include <string.h>

#include "fcgi_services/order/order_codes.h"
#include "shared/base/clock.h"
#include "shared/db/snapshot.h"

static const struct cnop_sql find_order = {
    "order.find", "SELECT " READER_ORDER_COLUMNS " FROM v_orders WHERE id = ? AND account_id = ?",
    .max_rows = 1};
static const struct cnop_sql find_order_key = {
    "order.find_key",
    "SELECT " READER_ORDER_COLUMNS " FROM v_orders WHERE account_id = ? AND client_order_id = ?",
    .max_rows = 1};
static const struct cnop_sql find_user = {"user.find",
                                          "SELECT user_id FROM cnop_user.v_user WHERE user_id = ?",
                                          .max_rows = 1, .apart = true};
static const struct cnop_sql list_assets = {"order.assets",
                                            "SELECT id, symbol FROM cnop_market.v_asset",
                                            .max_rows = READER_ASSET_MAX, .apart = true};
static const struct cnop_sql list_sums = {
    "order.sums",
    "SELECT asset_id, CAST(sum_e8 AS SIGNED), balances, CAST(below_floor AS SIGNED)"
    " FROM v_asset_sum ORDER BY asset_id",
    .max_rows = READER_ASSET_MAX};

static const struct cnop_sql find_pass = {
    "ledger.verification",
    "SELECT started_us, finished_us, accounts, seq, findings FROM v_verification", .max_rows = 1};
static const struct cnop_sql find_head = {
    "order.head",
    "SELECT epoch, seq, head_hash, seq = 0 OR COALESCE(head_hash = journal_hash, 0)"
    " FROM v_journal_head WHERE shard = 0",
    .max_rows = 1};

enum cnop_err
reader_store_view(struct cnop_db *db, struct cnop_snapshot **ret_view)
{
    return cnop_snapshot_begin(db, ret_view);
}

void
reader_store_view_done(struct cnop_snapshot **view)
{
    cnop_snapshot_done(view);
}

void
reader_store_read(const struct cnop_row *row, struct reader_order *ret_order)
{
    *ret_order = (struct reader_order){
        .id = cnop_row_i64(row, 0),
        .asset_id = (uint16_t)cnop_row_i64(row, 1),
        .side = (uint8_t)cnop_row_i64(row, 2),
        .qty = {cnop_row_i64(row, 3)},
        .price = {cnop_row_i64(row, 4)},
        .total = {cnop_row_i64(row, 5)},
        .fee = {cnop_row_i64(row, 6)},
        .has_cost = !cnop_row_is_null(row, 7),
        .cost = {cnop_row_is_null(row, 7) ? 0 : cnop_row_i64(row, 7)},
        .client_order_id = cnop_row_str(row, 8),
        .created_us = cnop_row_i64(row, 9),
        .type = (uint8_t)cnop_row_i64(row, 10),
        .tif = (uint8_t)cnop_row_i64(row, 11),
        .post_only = (cnop_row_i64(row, 12) & LEDGER_POST_ONLY) != 0,
        .status = (uint8_t)cnop_row_i64(row, 13),
        .reason = (uint8_t)(cnop_row_is_null(row, 14) ? 0 : cnop_row_i64(row, 14)),
        .asked = {cnop_row_i64(row, 15)},
        .hold_e8 = cnop_row_i64(row, 16),
        .updated_us = cnop_row_i64(row, 17),
        .met_people = cnop_row_i64(row, 10) == ORDER_KIND_MARKET && !cnop_row_is_null(row, 18),
        .expires_us = cnop_row_is_null(row, 19) ? 0 : cnop_row_i64(row, 19),
        .stop = {cnop_row_is_null(row, 20) ? 0 : cnop_row_i64(row, 20)}};
}

enum cnop_err
reader_store_find_user(struct cnop_db *db, struct cnop_arena *arena, int64_t account_id)
{
    struct cnop_row row;
    enum cnop_err err =
        cnop_db_find(db, arena, &find_user, CNOP_PARAMS(CNOP_P_I64(account_id)), &row);

    cnop_assert(account_id > 0);
    return err == CNOP_E_NOT_FOUND ? CNOP_E_UNAUTHENTICATED : err;
}

enum cnop_err
reader_store_find(struct cnop_db *db, struct cnop_arena *arena, int64_t account_id, int64_t id,
                  struct reader_order *ret_order)
{
    struct cnop_row row;
    enum cnop_err err = cnop_db_find(db, arena, &find_order,
                                     CNOP_PARAMS(CNOP_P_I64(id), CNOP_P_I64(account_id)), &row);

    cnop_assert(account_id > 0);
    if (err == CNOP_OK)
        reader_store_read(&row, ret_order);
    return err;
}

enum cnop_err
reader_store_find_key(struct cnop_db *db, struct cnop_arena *arena, int64_t account_id,
                      struct cnop_str key, struct reader_order *ret_order)
{
    struct cnop_row row;
    enum cnop_err err = cnop_db_find(db, arena, &find_order_key,
                                     CNOP_PARAMS(CNOP_P_I64(account_id), CNOP_P_STR(key)), &row);

    cnop_assert(account_id > 0);
    if (err == CNOP_OK)
        reader_store_read(&row, ret_order);
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
    cnop_assert(rows.count <= READER_ASSET_MAX);
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

static enum cnop_err
query_proof(struct cnop_db *db, struct cnop_arena *arena, struct cnop_rows *ret_sums,
            struct cnop_row *ret_head, struct cnop_row *ret_pass)
{
    cnop_cleanup(cnop_snapshot_done) struct cnop_snapshot *view = NULL;
    enum cnop_err err = cnop_snapshot_begin(db, &view);

    cnop_assert(ret_sums != NULL && ret_head != NULL);
    if (err == CNOP_OK)
        err = cnop_db_find(db, arena, &find_head, CNOP_NO_PARAMS, ret_head);
    if (err == CNOP_OK)
        err = cnop_db_query(db, arena, &list_sums, CNOP_NO_PARAMS, ret_sums);
    if (err == CNOP_OK)
        err = cnop_db_find(db, arena, &find_pass, CNOP_NO_PARAMS, ret_pass);
    return err;
}

enum cnop_err
reader_store_proof(struct cnop_db *db, struct cnop_arena *arena, struct reader_proof *proof)
{
    struct cnop_rows rows;
    struct cnop_row head, pass;
    struct cnop_str hash;
    enum cnop_err err = query_proof(db, arena, &rows, &head, &pass);

    if (err != CNOP_OK)
        return err;
    hash = cnop_row_str(&head, 2);
    if (hash.len != sizeof(proof->hash))
        return CNOP_E_INTERNAL;
    proof->epoch = cnop_row_u64(&head, 0);
    proof->seq = cnop_row_u64(&head, 1);
    memcpy(proof->hash, hash.ptr, hash.len);
    proof->chain_ok = cnop_row_bool(&head, 3);
    proof->pass_started_us = cnop_row_i64(&pass, 0);
    proof->pass_ended_us = cnop_row_i64(&pass, 1);
    proof->pass_accounts = cnop_row_u64(&pass, 2);
    proof->pass_seq = cnop_row_u64(&pass, 3);
    proof->findings = cnop_row_u64(&pass, 4);
    cnop_assert(rows.count <= READER_ASSET_MAX);
    proof->sum_count = rows.count;
    for (size_t i = 0; i < rows.count; i++)
        proof->sums[i] = (struct reader_sum){.asset_id = (uint16_t)cnop_row_i64(&rows.list[i], 0),
                                             .sum_e8 = cnop_row_i64(&rows.list[i], 1),
                                             .balance_count = cnop_row_u64(&rows.list[i], 2),
                                             .below_floor = cnop_row_bool(&rows.list[i], 3)};
    proof->made_us = cnop_clock_wall_us();
    return CNOP_OK;
}
