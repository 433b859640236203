/* SPDX-License-Identifier: MIT */
/* Balances against what the orders and entries of their account make of them; see verify.h. The
 * queries of a slice see one moment: rows of orders change while the orders rest. */
#include "fcgi_services/order/verify_state_sql.h"

#include <string.h>

#include "fcgi_services/order/row_cells_sql.h"
#include "fcgi_services/order/rows_columns.h"

/* ---- places ---- */

static int
compare(const struct verify_balance *balance, int64_t account_id, uint16_t asset_id)
{
    if (balance->row.account_id != account_id)
        return balance->row.account_id < account_id ? -1 : 1;
    return (balance->row.asset_id > asset_id) - (balance->row.asset_id < asset_id);
}

/* The balance of a row; opened as one that is not stored when there is none. NULL: too many. */
static struct verify_balance *
place(struct verify *verify, int64_t account_id, uint16_t asset_id)
{
    uint32_t low = 0, high = verify->balance_count;

    while (low < high) {
        uint32_t middle = low + (high - low) / 2;

        if (compare(&verify->balances[middle], account_id, asset_id) < 0)
            low = middle + 1;
        else
            high = middle;
    }
    if (low < verify->balance_count && compare(&verify->balances[low], account_id, asset_id) == 0)
        return &verify->balances[low];
    cnop_assert(low == 0 || compare(&verify->balances[low - 1], account_id, asset_id) < 0);
    cnop_assert(low == verify->balance_count ||
                compare(&verify->balances[low], account_id, asset_id) > 0);
    if (verify->balance_count == CNOP_COUNT(verify->balances))
        return NULL;
    memmove(&verify->balances[low + 1], &verify->balances[low],
            (verify->balance_count - low) * sizeof(verify->balances[0]));
    verify->balance_count++;
    verify->balances[low] = (struct verify_balance){
        .row = {.account_id = account_id, .asset_id = asset_id}, .cost_known = true};
    return &verify->balances[low];
}

/* Sums wrap around: what is stored may be anything, and a wrong sum is a finding. */
static void
add(int64_t *sum, int64_t value)
{
    *sum = (int64_t)((uint64_t)*sum + (uint64_t)value);
}

/* ---- rows ---- */

static enum cnop_err
on_balance(void *arg, const struct cnop_row *cells)
{
    struct verify *verify = arg;
    struct ledger_balance balance = {.account_id = 0};
    ROW_PLACES(ROW_BALANCE);

    cnop_assert(cells->column_count == PLACE_COUNT + 1);
    cnop_assert(verify->balance_count < VERIFY_BALANCES);
    verify->next_id = cell_i64(cells, PLACE_COUNT);
    if (cell_is_null(cells, PLACE_account_id))
        return CNOP_OK; /* no balance at all */
    ROW_TAKE_ALL(ROW_BALANCE)
    verify->balances[verify->balance_count++] = (struct verify_balance){
        .row = balance,
        .stored = true,
        .cost_known = true,
        .seal_fits = cell_is(&cells->cells[PLACE_seal], seal_balance(verify->key, &balance))};
    return CNOP_OK;
}

enum order_place {
    ORDER_ACCOUNT,
    ORDER_ID,
    ORDER_ASSET,
    ORDER_SIDE,
    ORDER_FILLED,
    ORDER_TOTAL,
    ORDER_FEE,
    ORDER_COST,
    ORDER_HOLD_ASSET,
    ORDER_HOLD,
    ORDER_FILLS,
    ORDER_PLACE_COUNT
};

static enum cnop_err
on_order(void *arg, const struct cnop_row *row)
{
    struct verify *verify = arg;
    int64_t account_id = cell_i64(row, ORDER_ACCOUNT);
    bool buy = cell_i64(row, ORDER_SIDE) == LEDGER_BUY;
    int64_t total = cell_i64(row, ORDER_TOTAL), fee = cell_i64(row, ORDER_FEE);
    int64_t cost = cell_i64(row, ORDER_COST), filled = cell_i64(row, ORDER_FILLED);
    /* Lines of the statement: a market order is one, others have one a fill. */
    uint64_t lines = cell_is_null(row, ORDER_FILLS) ? 1 : (uint64_t)cell_i64(row, ORDER_FILLS);
    struct verify_balance *asset, *cash, *held;

    cnop_assert(row->column_count == ORDER_PLACE_COUNT);
    verify->row_count++;
    verify->cursor_id = cell_i64(row, ORDER_ID);
    /* Opening one may move the others: first all, then their places. */
    if (place(verify, account_id, (uint16_t)cell_i64(row, ORDER_ASSET)) == NULL ||
        place(verify, account_id, (uint16_t)cell_i64(row, ORDER_HOLD_ASSET)) == NULL)
        return CNOP_E_INTERNAL;
    cash = place(verify, account_id, LEDGER_USD);
    if (cash == NULL)
        return CNOP_E_INTERNAL;
    asset = place(verify, account_id, (uint16_t)cell_i64(row, ORDER_ASSET));
    held = place(verify, account_id, (uint16_t)cell_i64(row, ORDER_HOLD_ASSET));
    add(&cash->total_e8, buy ? -total - fee : total - fee);
    cash->lines += lines;
    add(&asset->total_e8, buy ? filled : -filled);
    asset->lines += lines;
    add(&asset->cost_e8, buy ? cost : -cost);
    if (!buy)
        add(&asset->realised_e8, total - fee - cost);
    asset->cost_known = asset->cost_known && !cell_is_null(row, ORDER_COST);
    add(&held->held_e8, cell_i64(row, ORDER_HOLD));
    return CNOP_OK;
}

static enum cnop_err
on_entry(void *arg, const struct cnop_row *row)
{
    struct verify *verify = arg;
    struct verify_balance *cash = place(verify, cell_i64(row, 0), LEDGER_USD);

    cnop_assert(row->column_count == 3);
    if (cash == NULL)
        return CNOP_E_INTERNAL;
    verify->row_count++;
    verify->cursor_id = cell_i64(row, 1);
    add(&cash->total_e8, cell_i64(row, 2));
    cash->lines++;
    return CNOP_OK;
}

static enum cnop_err
on_account(void *arg, const struct cnop_row *cells)
{
    struct verify *verify = arg;
    struct ledger_account found = {.id = 0};
    ROW_PLACES(ROW_ACCOUNT);

    cnop_assert(cells->column_count == PLACE_COUNT);
    ROW_TAKE_ALL(ROW_ACCOUNT)
    if (!cell_is(&cells->cells[PLACE_seal], seal_account(verify->key, &found)))
        verify_found(verify, VERIFY_OF(found.id, 0, 0), "account %lld: changed by somebody else",
                     (long long)found.id);
    return CNOP_OK;
}

/* ---- a slice ---- */

/* Rows of an account come together, and one account never fills a slice: where rows were cut off,
 * the last account waits for the next slice. */
static enum cnop_err
read_balances(struct verify *verify)
{
    enum cnop_err err;

    cnop_assert(verify->first <= verify->last);
    verify->balance_count = 0;
    verify->next_id = 0;
    /* The inner query ends at its limit, along the key; joined as it stands it would sort the rest.
     */
    verify_query(verify,
                 "SELECT " ROW_SELECTED(ROW_BALANCE) ",w.next_id FROM writer w LEFT JOIN "
                                                     "(SELECT * FROM balance WHERE account_id>=");
    verify_number(verify, verify->first, " AND account_id<=");
    verify_number(verify, verify->last, " ORDER BY account_id,asset_id LIMIT ");
    verify_number(verify, VERIFY_BALANCES,
                  ") slice ON TRUE WHERE w.shard=0 ORDER BY account_id,asset_id");
    err = verify_run(verify, on_balance);
    if (err != CNOP_OK || verify->balance_count < VERIFY_BALANCES)
        return err;
    verify->last = verify->balances[VERIFY_BALANCES - 1].row.account_id - 1;
    while (verify->balance_count > 0 &&
           verify->balances[verify->balance_count - 1].row.account_id > verify->last)
        verify->balance_count--;
    return verify->balance_count > 0 ? CNOP_OK : CNOP_E_INTERNAL;
}

/* Fewer accounts when their statements are too long for one query. The count of lines may be a lie;
 * then the query itself tells. */
static void
cut_lines(struct verify *verify)
{
    uint64_t lines = 0;

    for (uint32_t i = 0; i < verify->balance_count; i++) {
        const struct ledger_balance *row = &verify->balances[i].row;

        if (row->asset_id != LEDGER_USD)
            continue;
        lines += row->entries;
        if (lines >= VERIFY_LINES && i > 0) {
            verify->last = row->account_id - 1;
            verify->balance_count = i;
            cnop_assert(verify->last >= verify->first);
            return;
        }
    }
}

/* Down to one account, or to those before the first that has a balance. */
static void
cut_to_one(struct verify *verify)
{
    int64_t account_id =
        verify->balance_count > 0 ? verify->balances[0].row.account_id : verify->first;

    cnop_assert(verify->first < verify->last);
    verify->last = account_id > verify->first ? account_id - 1 : account_id;
}

static enum cnop_err
scan_lines(struct verify *verify, const char *sql, cnop_batch_row_fn fn)
{
    enum cnop_err err;

    cnop_assert(verify->first <= verify->last);
    verify->cursor_id = 0;
    do {
        verify_query(verify, sql);
        verify_number(verify, verify->first, " AND account_id<=");
        verify_number(verify, verify->last, " AND id>");
        verify_number(verify, verify->cursor_id, " AND id<");
        verify_number(verify, verify->next_id, " ORDER BY account_id,id LIMIT ");
        verify_number(verify, VERIFY_LINES, "");
        err = verify_run(verify, fn);
        cnop_assert(verify->row_count <= VERIFY_LINES);
        if (err == CNOP_OK && verify->row_count == VERIFY_LINES && verify->first < verify->last)
            return CNOP_E_TRUNCATED; /* one account at a time can be read on */
    } while (err == CNOP_OK && verify->row_count == VERIFY_LINES);
    return err;
}

static enum cnop_err
read_slice(struct verify *verify)
{
    enum cnop_err err = read_balances(verify);

    if (err != CNOP_OK)
        return err;
    cut_lines(verify);
    err = scan_lines(verify,
                     "SELECT account_id,id,asset_id,side,filled_qty_e8,filled_quote_e8,fee_e8,"
                     "cost_e8,hold_asset_id,hold_e8,fill_count "
                     "FROM orders FORCE INDEX (orders_page) "
                     "WHERE account_id>=",
                     on_order);
    if (err == CNOP_OK)
        err = scan_lines(verify,
                         "SELECT account_id,id,amount_e8 FROM cash_entry "
                         "FORCE INDEX (cash_entry_recent) WHERE account_id>=",
                         on_entry);
    return err;
}

static enum cnop_err
read_slice_at_once(struct verify *verify)
{
    enum cnop_err err = cnop_batch_snapshot_begin(verify->db);

    if (err != CNOP_OK)
        return err;
    err = read_slice(verify);
    cnop_batch_snapshot_end(verify->db);
    return err;
}

/* ---- findings ---- */

/* What is wrong first: one finding a balance. */
static void
judge(struct verify *verify, const struct verify_balance *balance)
{
    const struct ledger_balance *row = &balance->row;
    int64_t stored_e8 = row->avail_e8 + row->held_e8;
    int64_t account_id = row->account_id;
    const char *what = NULL;

    cnop_assert(account_id >= verify->first);
    cnop_assert(account_id <= verify->last);
    if (stored_e8 != balance->total_e8) {
        verify_found(verify, VERIFY_OF(account_id, row->asset_id, stored_e8 - balance->total_e8),
                     "balance of account %lld, asset %u: %s%lld at 10^-8; its orders and entries "
                     "make %lld",
                     (long long)account_id, row->asset_id, balance->stored ? "" : "not stored, ",
                     (long long)stored_e8, (long long)balance->total_e8);
        return;
    }
    if (row->held_e8 != balance->held_e8)
        what = "what is held differs from its open orders";
    else if (row->entries != balance->lines)
        what = "its count of lines differs from its orders and entries";
    else if (balance->cost_known && row->asset_id != LEDGER_USD &&
             (row->cost_e8 != balance->cost_e8 || row->realised_e8 != balance->realised_e8))
        what = "cost or profit differ from its orders";
    else if (verify->seals && balance->stored && !balance->seal_fits)
        what = "changed by somebody else";
    if (what != NULL)
        verify_found(verify, VERIFY_OF(account_id, row->asset_id, 0),
                     "balance of account %lld, asset %u: %s", (long long)account_id, row->asset_id,
                     what);
}

enum cnop_err
verify_accounts(struct verify *verify, int64_t first, int64_t last, bool seals, int64_t *ret_next)
{
    enum cnop_err err = CNOP_E_TRUNCATED;

    cnop_assert(first >= LEDGER_ACCOUNT_FIRST_USER);
    cnop_assert(first <= last && last < INT64_MAX);
    verify->seals = seals;
    verify->first = first;
    verify->last = last;
    for (int tries = 0; tries < 3 && err == CNOP_E_TRUNCATED; tries++) {
        err = read_slice_at_once(verify);
        if (err == CNOP_E_TRUNCATED && verify->first < verify->last)
            cut_to_one(verify);
    }
    if (err != CNOP_OK)
        return err;
    for (uint32_t i = 0; i < verify->balance_count; i++)
        judge(verify, &verify->balances[i]);
    if (seals) {
        verify_query(verify, "SELECT " ROW_SELECTED(ROW_ACCOUNT) " FROM account WHERE id>=");
        verify_number(verify, verify->first, " AND id<=");
        verify_number(verify, verify->last, "");
        err = verify_run(verify, on_account);
    }
    cnop_assert(verify->last >= first && verify->last <= last);
    *ret_next = verify->last + 1;
    return err;
}
