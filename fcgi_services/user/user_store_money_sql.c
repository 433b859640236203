/* SPDX-License-Identifier: MIT */
/* Balances, positions and statements from the ledger's and the market's views. Reads only: this
 * service has no right to write there. */
#include "fcgi_services/user/user_store_sql.h"

#include "shared/db/snapshot.h"
#include "shared/db/time_sql.h"

#define LIMIT_KIND_DEPOSIT "1"
#define LIMIT_KIND_WITHDRAW "2"

/* ---- cash and limits ---- */

static const struct cnop_sql select_cash = {
    .name = "user.find_cash",
    .text = "SELECT p.created_us, b.avail_e8, b.entries, b.updated_us, b.held_e8 FROM profile p"
            " LEFT JOIN cnop_ledger.v_balance b ON b.account_id = p.user_id AND b.asset_id = 0"
            " WHERE p.user_id = ?",
    .max_rows = 1};

static enum cnop_err
find_cash(struct cnop_db *db, struct cnop_arena *arena, uint64_t user_id,
          struct cash_balance *ret_balance)
{
    struct cash_balance balance = {0};
    struct cnop_row row;
    enum cnop_err err =
        cnop_db_find(db, arena, &select_cash, CNOP_PARAMS(CNOP_P_U64(user_id)), &row);

    if (err != CNOP_OK)
        return err;
    balance.updated_us = cnop_row_i64(&row, 0);
    if (!cnop_row_is_null(&row, 1)) {
        balance.available.e8 = cnop_row_i64(&row, 1);
        balance.entry_count = cnop_row_u64(&row, 2);
        balance.updated_us = cnop_row_i64(&row, 3);
        balance.held.e8 = cnop_row_i64(&row, 4);
    }
    *ret_balance = balance;
    return CNOP_OK;
}

enum cnop_err
user_store_find_cash(struct user_store *store, uint64_t user_id, struct cash_balance *ret_balance)
{
    return find_cash(store->sql.db, cnop_store_rows(&store->sql), user_id, ret_balance);
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
        .held.e8 = cnop_row_i64(row, 8),
    };
}

/* Every balance of the account; the dollar is the row that no asset belongs to. */
static const struct cnop_sql select_wealth = {
    .name = "user.find_wealth",
    .text = "SELECT a.symbol, a.name, b.avail_e8 + b.held_e8, b.cost_e8, b.realised_e8,"
            " a.price_e10, b.created_us, b.updated_us, b.held_e8, b.asset_id, b.avail_e8,"
            " b.entries, p.created_us FROM profile p"
            " LEFT JOIN cnop_ledger.v_balance b ON b.account_id = p.user_id"
            " LEFT JOIN cnop_market.v_asset a ON a.id = b.asset_id WHERE p.user_id = ?",
    .max_rows = POSITION_MAX + 1};

enum wealth_column {
    WEALTH_UPDATED = 7,
    WEALTH_HELD,
    WEALTH_ASSET,
    WEALTH_AVAILABLE,
    WEALTH_ENTRIES,
    WEALTH_SINCE
};

enum cnop_err
user_store_find_wealth(struct user_store *store, uint64_t user_id, struct cnop_arena *arena,
                       struct wealth *ret_wealth)
{
    struct wealth wealth = {0};
    struct cnop_rows rows;
    enum cnop_err err = cnop_db_query(store->sql.db, arena, &select_wealth,
                                      CNOP_PARAMS(CNOP_P_U64(user_id)), &rows);

    if (err != CNOP_OK)
        return err;
    if (rows.count == 0)
        return CNOP_E_NOT_FOUND;
    wealth.positions = cnop_arena_alloc_array(arena, rows.count, sizeof(*wealth.positions));
    if (wealth.positions == NULL)
        return CNOP_E_NO_MEMORY;
    wealth.cash.updated_us = cnop_row_i64(&rows.list[0], WEALTH_SINCE);
    for (size_t i = 0; i < rows.count; i++) {
        const struct cnop_row *row = &rows.list[i];

        if (cnop_row_is_null(row, WEALTH_ASSET))
            break; /* nothing was ever moved: the only row */
        if (cnop_row_i64(row, WEALTH_ASSET) == 0) {
            wealth.cash.available.e8 = cnop_row_i64(row, WEALTH_AVAILABLE);
            wealth.cash.held.e8 = cnop_row_i64(row, WEALTH_HELD);
            wealth.cash.entry_count = cnop_row_u64(row, WEALTH_ENTRIES);
            wealth.cash.updated_us = cnop_row_i64(row, WEALTH_UPDATED);
        } else if (!cnop_row_is_null(row, 0)) {
            read_position(row, &wealth.positions[wealth.count++]);
        }
    }
    *ret_wealth = wealth;
    return CNOP_OK;
}

enum cnop_err
user_store_find_position(struct user_store *store, uint64_t user_id, struct cnop_str symbol,
                         struct cnop_arena *arena, struct position *ret_position)
{
    static const struct cnop_sql sql = {
        .name = "user.find_position",
        .text = "SELECT a.symbol, a.name, b.qty_e8, b.cost_e8, b.realised_e8, a.price_e10,"
                " b.created_us, b.updated_us, b.held_e8 FROM profile p"
                " LEFT JOIN cnop_market.v_asset a ON a.symbol = ?"
                " LEFT JOIN cnop_ledger.v_position b"
                " ON b.account_id = p.user_id AND b.asset_id = a.id WHERE p.user_id = ?",
        .max_rows = 1};
    struct cnop_row row;
    enum cnop_err err = cnop_db_find(store->sql.db, arena, &sql,
                                     CNOP_PARAMS(CNOP_P_STR(symbol), CNOP_P_U64(user_id)), &row);

    if (err == CNOP_E_NOT_FOUND)
        return CNOP_E_UNAUTHENTICATED;
    if (err == CNOP_OK && cnop_row_is_null(&row, 2))
        return CNOP_E_NOT_FOUND;
    if (err == CNOP_OK)
        read_position(&row, ret_position);
    return err;
}

/* ---- statements ---- */

/* The statement is the union of three views: market orders, fills of other orders, entries. Each
 * part is a seek to the place where the page begins and as many rows as the page can need: the
 * account is given as a range of one, and all columns of the index order the part, so that the
 * index can be used in no other way. */
#define ENTRY_COLUMNS                                                                              \
    "account_id, id, transaction_type, amount_e8, balance_after_e8, order_id, created_us"
#define PART(columns, view, more, order)                                                           \
    "(SELECT " columns " FROM cnop_ledger." view " WHERE account_id >= ? AND account_id <= ?" more \
    " ORDER BY " order " LIMIT "
/* limit: a literal or a question mark. */
#define PARTS(columns, more, order, limit)                                                         \
    PART(columns, "v_statement_order", more, order)                                                \
    limit ") UNION ALL " PART(columns, "v_statement_fill", more, order) limit                      \
        ") UNION ALL " PART(columns, "v_statement_cash", more, order) limit ")"
#define UP "account_id, id"
#define DOWN "account_id DESC, id DESC"

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

/* [oldest first] */
#define BOUNDS " AND id > ? AND id < ?"
static const struct cnop_sql select_entries[] = {
    {.name = "user.list_newest",
     .text = PARTS(ENTRY_COLUMNS, BOUNDS, DOWN, "?") " ORDER BY id DESC LIMIT ? OFFSET ?",
     .max_rows = ENTRY_MAX},
    {.name = "user.list_oldest",
     .text = PARTS(ENTRY_COLUMNS, BOUNDS, UP, "?") " ORDER BY id LIMIT ? OFFSET ?",
     .max_rows = ENTRY_MAX}};

static const struct cnop_sql select_entry_time = {
    .name = "user.entry_time",
    .text = PARTS("id, created_us", " AND id >= ?", UP, "1") " ORDER BY id LIMIT 1",
    .max_rows = 1};

static const struct cnop_sql select_last_time = {
    .name = "user.last_time",
    .text = PARTS("id, created_us", "", DOWN, "1") " ORDER BY id DESC LIMIT 1",
    .max_rows = 1};

/* The snapshot under a name that the port can give. */
struct user_view;

static struct cnop_db *
view_db(struct user_view *view)
{
    return cnop_snapshot_db((struct cnop_snapshot *)view);
}

enum cnop_err
user_store_view_begin(struct user_store *store, struct user_view **ret_view)
{
    struct cnop_snapshot *view;
    enum cnop_err err = cnop_snapshot_begin(store->sql.db, &view);

    if (err == CNOP_OK)
        *ret_view = (struct user_view *)view;
    return err;
}

void
user_store_view_done(struct user_view **view)
{
    struct cnop_snapshot *own = (struct cnop_snapshot *)*view;

    *view = NULL;
    cnop_snapshot_done(&own);
}

enum cnop_err
user_view_find_cash(struct user_view *view, uint64_t user_id, struct cnop_arena *arena,
                    struct cash_balance *ret_balance)
{
    return find_cash(view_db(view), arena, user_id, ret_balance);
}

enum cnop_err
user_view_list_entries(struct user_view *view, const struct entry_page *page,
                       struct cnop_arena *arena, struct entry **ret_list, size_t *ret_count)
{
    struct cnop_param user = CNOP_P_U64(page->user_id);
    struct cnop_param after = CNOP_P_I64(page->after_id);
    struct cnop_param before = CNOP_P_I64(page->before_id);
    struct cnop_param reach = CNOP_P_U64(page->offset + page->limit);
    struct cnop_rows rows;
    enum cnop_err err;

    cnop_assert(page->limit <= ENTRY_MAX);
    cnop_assert(page->offset <= ENTRY_OFFSET_MAX);
    err = cnop_db_query(view_db(view), arena, &select_entries[page->oldest_first],
                        CNOP_PARAMS(user, user, after, before, reach, user, user, after, before,
                                    reach, user, user, after, before, reach,
                                    CNOP_P_U64(page->limit), CNOP_P_U64(page->offset)),
                        &rows);
    return err == CNOP_OK ? read_entries(&rows, arena, ret_list, ret_count) : err;
}

enum cnop_err
user_view_narrow(struct user_view *view, int64_t from_us, int64_t to_us, struct cnop_arena *arena,
                 struct entry_page *page)
{
    const struct cnop_time_sql times = {.db = view_db(view),
                                        .arena = arena,
                                        .last = &select_last_time,
                                        .next = &select_entry_time,
                                        .parts = 3,
                                        .account_id = (int64_t)page->user_id};

    return cnop_time_narrow_sql(&times, from_us, to_us, &page->after_id, &page->before_id);
}
