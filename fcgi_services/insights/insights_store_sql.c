/* SPDX-License-Identifier: MIT */
/* The statements of the insights service. Rows in, facts out; no rules. */
#include "fcgi_services/insights/insights_store.h"

#include "shared/db/snapshot.h"

#define WEEK_US (INT64_C(7) * 86400 * 1000000)
#define ORDER_MAX 200 /* the newest orders say enough about a week */

static const struct cnop_sql select_cash = {
    "insights.cash",
    "SELECT avail_e8 + held_e8 FROM cnop_ledger.v_balance WHERE account_id = ? AND asset_id = 0",
    .max_rows = 1};

static const struct cnop_sql find_user = {
    "insights.user", "SELECT user_id FROM cnop_user.v_user WHERE user_id = ?", .max_rows = 1};

static const struct cnop_sql select_holdings = {
    "insights.holdings",
    "SELECT a.symbol, a.category, p.qty_e8, a.price_e10, a.high_30d_e10, a.volatility_ppm,"
    " a.peg_symbol"
    " FROM cnop_ledger.v_position p JOIN cnop_market.v_asset_stat a ON a.id = p.asset_id"
    " WHERE p.account_id = ? AND p.qty_e8 > 0 ORDER BY a.id",
    .max_rows = INSIGHT_HOLDING_MAX};

static const struct cnop_sql select_orders = {
    "insights.orders",
    "SELECT filled_quote_e8, created_us FROM cnop_ledger.v_orders_page"
    " WHERE account_id >= ? AND account_id <= ? ORDER BY account_id DESC, id DESC LIMIT 200",
    .max_rows = ORDER_MAX};

static int64_t
number_or(const struct cnop_row *row, size_t column, int64_t unknown)
{
    return cnop_row_is_null(row, column) ? unknown : cnop_row_i64(row, column);
}

static enum cnop_err
read_cash(struct cnop_db *db, struct cnop_arena *arena, struct cnop_params account,
          struct insight_facts *facts)
{
    struct cnop_row row;
    enum cnop_err err = cnop_db_find(db, arena, &select_cash, account, &row);

    if (err == CNOP_OK)
        facts->cash.e8 = cnop_row_i64(&row, 0);
    if (err != CNOP_E_NOT_FOUND)
        return err;
    err = cnop_db_find(db, arena, &find_user, account, &row); /* a token may outlive its user */
    return err == CNOP_E_NOT_FOUND ? CNOP_E_UNAUTHENTICATED : err;
}

static enum cnop_err
read_holdings(struct cnop_db *db, struct cnop_arena *arena, struct cnop_params account,
              struct insight_facts *facts)
{
    struct insight_holding *holdings;
    struct cnop_rows rows;
    enum cnop_err err;

    err = cnop_db_query(db, arena, &select_holdings, account, &rows);
    if (err != CNOP_OK)
        return err;
    holdings = cnop_arena_alloc_array(arena, rows.count + 1, sizeof(*holdings));
    if (holdings == NULL)
        return CNOP_E_NO_MEMORY;
    for (size_t i = 0; i < rows.count; i++) {
        const struct cnop_row *row = &rows.list[i];

        holdings[i] = (struct insight_holding){
            .symbol = cnop_row_str(row, 0),
            .category = cnop_row_str(row, 1),
            .qty = {cnop_row_i64(row, 2)},
            .price = {number_or(row, 3, 0)},
            .high_30d = {number_or(row, 4, 0)},
            .volatility_ppm = number_or(row, 5, -1),
            .peg = cnop_row_str(row, 6),
        };
    }
    facts->holdings = holdings;
    facts->holding_count = rows.count;
    return CNOP_OK;
}

static enum cnop_err
read_orders(struct cnop_db *db, struct cnop_arena *arena, uint64_t account_id, int64_t since_us,
            struct insight_facts *facts)
{
    struct cnop_params account = CNOP_PARAMS(CNOP_P_U64(account_id), CNOP_P_U64(account_id));
    struct cnop_rows rows;
    enum cnop_err err;

    err = cnop_db_query(db, arena, &select_orders, account, &rows);
    if (err != CNOP_OK)
        return err;
    for (size_t i = 0; i < rows.count; i++) {
        cnop_cash sum;

        if (cnop_row_i64(&rows.list[i], 1) < since_us)
            break;
        err = cnop_cash_add(facts->turnover_7d, (cnop_cash){cnop_row_i64(&rows.list[i], 0)}, &sum);
        if (err != CNOP_OK)
            return err;
        facts->turnover_7d = sum;
        facts->order_count_7d++;
    }
    return CNOP_OK;
}

enum cnop_err
insights_store_facts(struct cnop_db *db, struct cnop_arena *arena, uint64_t account_id,
                     int64_t now_us, struct insight_facts *ret_facts)
{
    cnop_cleanup(cnop_snapshot_done) struct cnop_snapshot *view = NULL;
    struct cnop_params account = CNOP_PARAMS(CNOP_P_U64(account_id));
    struct insight_facts facts = {0};
    enum cnop_err err;

    cnop_assert(account_id > 0);
    err = cnop_snapshot_begin(db, &view);
    if (err == CNOP_OK)
        err = read_cash(cnop_snapshot_db(view), arena, account, &facts);
    if (err == CNOP_OK)
        err = read_holdings(cnop_snapshot_db(view), arena, account, &facts);
    if (err == CNOP_OK)
        err = read_orders(cnop_snapshot_db(view), arena, account_id, now_us - WEEK_US, &facts);
    if (err != CNOP_OK)
        return err;
    *ret_facts = facts;
    return CNOP_OK;
}
