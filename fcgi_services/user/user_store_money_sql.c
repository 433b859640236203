/* SPDX-License-Identifier: MIT */
/* Balances, positions and statements from the ledger's and the market's views. Reads only: this
 * service has no right to write there. */
#include "fcgi_services/user/user_store_sql.h"

#define LIMIT_KIND_DEPOSIT "1"
#define LIMIT_KIND_WITHDRAW "2"

/* ---- cash and limits ---- */

enum cnop_err
user_store_find_cash(struct user_store *store, uint64_t user_id, struct cash_balance *ret_balance)
{
    static const struct cnop_sql sql = {
        .name = "user.find_cash",
        .text = "SELECT p.created_us, b.avail_e8, b.entries, b.updated_us FROM profile p"
                " LEFT JOIN cnop_ledger.v_balance b ON b.account_id = p.user_id AND b.asset_id = 0"
                " WHERE p.user_id = ?",
        .max_rows = 1};
    struct cash_balance balance = {0};
    struct cnop_row row;
    enum cnop_err err = cnop_db_find(store->sql.db, cnop_store_rows(&store->sql), &sql,
                                     CNOP_PARAMS(CNOP_P_U64(user_id)), &row);

    if (err != CNOP_OK)
        return err;
    balance.updated_us = cnop_row_i64(&row, 0);
    if (!cnop_row_is_null(&row, 1)) {
        balance.available.e8 = cnop_row_i64(&row, 1);
        balance.entry_count = cnop_row_u64(&row, 2);
        balance.updated_us = cnop_row_i64(&row, 3);
    }
    *ret_balance = balance;
    return CNOP_OK;
}

enum cnop_err
user_store_find_limits(struct user_store *store, uint64_t user_id, int32_t utc_day,
                       struct limits_used *ret_used)
{
    static const struct cnop_sql sql = {
        .name = "user.find_limits",
        .text = "SELECT d.used_e8, w.used_e8 FROM profile p"
                " LEFT JOIN cnop_ledger.v_limit_use d ON d.account_id = p.user_id"
                " AND d.kind = " LIMIT_KIND_DEPOSIT " AND d.utc_day = ?"
                " LEFT JOIN cnop_ledger.v_limit_use w ON w.account_id = p.user_id"
                " AND w.kind = " LIMIT_KIND_WITHDRAW " AND w.utc_day = ?"
                " WHERE p.user_id = ?",
        .max_rows = 1};
    struct cnop_row row;
    enum cnop_err err = cnop_db_find(
        store->sql.db, cnop_store_rows(&store->sql), &sql,
        CNOP_PARAMS(CNOP_P_I64(utc_day), CNOP_P_I64(utc_day), CNOP_P_U64(user_id)), &row);

    if (err != CNOP_OK)
        return err;
    *ret_used = (struct limits_used){
        .deposited.e8 = cnop_row_is_null(&row, 0) ? 0 : cnop_row_i64(&row, 0),
        .withdrawn.e8 = cnop_row_is_null(&row, 1) ? 0 : cnop_row_i64(&row, 1),
    };
    return CNOP_OK;
}

/* ---- positions ---- */

#define POSITION_COLUMNS                                                                           \
    "SELECT a.symbol, a.name, b.qty_e8, b.cost_e8, b.realised_e8, a.price_e10, b.created_us,"      \
    " b.updated_us FROM cnop_ledger.v_position b"                                                  \
    " JOIN cnop_market.v_asset a ON a.id = b.asset_id WHERE b.account_id = ?"

static void
read_position(const struct cnop_row *row, struct position *ret_position)
{
    *ret_position = (struct position){
        .symbol = cnop_row_str(row, 0),
        .name = cnop_row_str(row, 1),
        .qty.e8 = cnop_row_i64(row, 2),
        .cost.e8 = cnop_row_i64(row, 3),
        .realised.e8 = cnop_row_i64(row, 4),
        .price.e10 = cnop_row_is_null(row, 5) ? 0 : cnop_row_i64(row, 5),
        .created_us = cnop_row_i64(row, 6),
        .updated_us = cnop_row_i64(row, 7),
    };
}

enum cnop_err
user_store_list_positions(struct user_store *store, uint64_t user_id, struct cnop_arena *arena,
                          struct position **ret_list, size_t *ret_count)
{
    static const struct cnop_sql sql = {
        .name = "user.list_positions", .text = POSITION_COLUMNS, .max_rows = POSITION_MAX};
    struct position *list;
    struct cnop_rows rows;
    enum cnop_err err =
        cnop_db_query(store->sql.db, arena, &sql, CNOP_PARAMS(CNOP_P_U64(user_id)), &rows);

    if (err != CNOP_OK)
        return err;
    list = cnop_arena_alloc_array(arena, rows.count + 1, sizeof(*list));
    if (list == NULL)
        return CNOP_E_NO_MEMORY;
    for (size_t i = 0; i < rows.count; i++)
        read_position(&rows.list[i], &list[i]);
    *ret_list = list;
    *ret_count = rows.count;
    return CNOP_OK;
}

enum cnop_err
user_store_find_position(struct user_store *store, uint64_t user_id, struct cnop_str symbol,
                         struct cnop_arena *arena, struct position *ret_position)
{
    static const struct cnop_sql sql = {
        .name = "user.find_position", .text = POSITION_COLUMNS " AND a.symbol = ?", .max_rows = 1};
    struct cnop_row row;
    enum cnop_err err = cnop_db_find(store->sql.db, arena, &sql,
                                     CNOP_PARAMS(CNOP_P_U64(user_id), CNOP_P_STR(symbol)), &row);

    if (err == CNOP_OK)
        read_position(&row, ret_position);
    return err;
}

/* ---- statements ---- */

/* The statement is the union of two views; each half reads only as many rows of its index as the
 * page can need. */
#define ENTRY_COLUMNS                                                                              \
    "account_id, id, transaction_type, amount_e8, balance_after_e8, order_id, created_us"
#define NEWEST_HALF(view)                                                                          \
    "(SELECT " ENTRY_COLUMNS " FROM cnop_ledger." view                                             \
    " WHERE account_id = ? AND id < ? ORDER BY id DESC LIMIT ?)"
#define OLDEST_HALF(view)                                                                          \
    "(SELECT " ENTRY_COLUMNS " FROM cnop_ledger." view                                             \
    " WHERE account_id = ? AND id > ? AND created_us >= ? AND created_us < ?"                      \
    " ORDER BY id LIMIT ?)"

static enum cnop_err
read_entries(const struct cnop_rows *rows, struct cnop_arena *arena, struct entry **ret_list,
             size_t *ret_count)
{
    struct entry *list = cnop_arena_alloc_array(arena, rows->count + 1, sizeof(*list));

    if (list == NULL)
        return CNOP_E_NO_MEMORY;
    for (size_t i = 0; i < rows->count; i++) {
        const struct cnop_row *row = &rows->list[i];

        list[i] = (struct entry){
            .id = cnop_row_i64(row, 1),
            .type = cnop_row_str(row, 2),
            .amount.e8 = cnop_row_i64(row, 3),
            .balance_after.e8 = cnop_row_i64(row, 4),
            .order_id = cnop_row_is_null(row, 5) ? 0 : cnop_row_i64(row, 5),
            .created_us = cnop_row_i64(row, 6),
        };
    }
    *ret_list = list;
    *ret_count = rows->count;
    return CNOP_OK;
}

enum cnop_err
user_store_list_newest(struct user_store *store, const struct entry_page *page,
                       struct cnop_arena *arena, struct entry **ret_list, size_t *ret_count)
{
    static const struct cnop_sql sql = {
        .name = "user.list_newest",
        .text = NEWEST_HALF("v_statement_order") " UNION ALL " NEWEST_HALF(
            "v_statement_cash") " ORDER BY id DESC LIMIT ? OFFSET ?",
        .max_rows = ENTRY_MAX};
    struct cnop_param user = CNOP_P_U64(page->user_id);
    struct cnop_param before = CNOP_P_I64(page->before_id);
    struct cnop_param reach = CNOP_P_U64(page->offset + page->limit);
    struct cnop_rows rows;
    enum cnop_err err;

    cnop_assert(page->limit <= ENTRY_MAX);
    err = cnop_db_query(store->sql.db, arena, &sql,
                        CNOP_PARAMS(user, before, reach, user, before, reach,
                                    CNOP_P_U64(page->limit), CNOP_P_U64(page->offset)),
                        &rows);
    return err == CNOP_OK ? read_entries(&rows, arena, ret_list, ret_count) : err;
}

enum cnop_err
user_store_list_oldest(struct user_store *store, const struct entry_page *page,
                       struct cnop_arena *arena, struct entry **ret_list, size_t *ret_count)
{
    static const struct cnop_sql sql = {
        .name = "user.list_oldest",
        .text = OLDEST_HALF("v_statement_order") " UNION ALL " OLDEST_HALF(
            "v_statement_cash") " ORDER BY id LIMIT ?",
        .max_rows = ENTRY_MAX};
    struct cnop_param user = CNOP_P_U64(page->user_id);
    struct cnop_param after = CNOP_P_I64(page->after_id);
    struct cnop_param from = CNOP_P_I64(page->from_us);
    struct cnop_param to = CNOP_P_I64(page->to_us);
    struct cnop_param limit = CNOP_P_U64(page->limit);
    struct cnop_rows rows;
    enum cnop_err err;

    cnop_assert(page->limit <= ENTRY_MAX);
    err = cnop_db_query(
        store->sql.db, arena, &sql,
        CNOP_PARAMS(user, after, from, to, limit, user, after, from, to, limit, limit), &rows);
    return err == CNOP_OK ? read_entries(&rows, arena, ret_list, ret_count) : err;
}
