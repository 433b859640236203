/* SPDX-License-Identifier: MIT */
/* Watchlists on MariaDB. Statements only, no rules. */
#include "fcgi_services/user/user_store_sql.h"
#include "fcgi_services/user/watchlist.h"

enum cnop_err
user_store_list_watchlists(struct user_store *store, uint64_t user_id, struct cnop_arena *arena,
                           struct watchlist ret_list[WATCHLIST_MAX], size_t *ret_count)
{
    static const struct cnop_sql sql = {
        .name = "user.list_watchlists",
        .text = "SELECT w.name, w.assets, w.updated_us FROM profile p"
                " LEFT JOIN watchlist w ON w.user_id = p.user_id WHERE p.user_id = ?"
                " ORDER BY w.name",
        .max_rows = WATCHLIST_MAX};
    struct cnop_rows rows;
    size_t count = 0;
    enum cnop_err err =
        cnop_db_query(store->sql.db, arena, &sql, CNOP_PARAMS(CNOP_P_U64(user_id)), &rows);

    if (err == CNOP_OK && rows.count == 0)
        err = CNOP_E_NOT_FOUND;
    if (err != CNOP_OK)
        return err;
    for (size_t i = 0; i < rows.count && !cnop_row_is_null(&rows.list[i], 0); i++)
        ret_list[count++] = (struct watchlist){.name = cnop_row_str(&rows.list[i], 0),
                                               .assets = cnop_row_str(&rows.list[i], 1),
                                               .updated_us = cnop_row_i64(&rows.list[i], 2)};
    *ret_count = count;
    return CNOP_OK;
}

/* ---- replacing one ---- */

struct put {
    struct user_store *store;
    uint64_t user_id;
    const struct watchlist *list;
    struct cnop_str unknown;
};

/* Whoever creates a list holds the person's row, so that nobody passes the limit beside somebody.
 */
static enum cnop_err
lock_user(struct put *put)
{
    static const struct cnop_sql sql = {
        .name = "user.lock_user",
        .text = "SELECT user_id FROM profile WHERE user_id = ? FOR UPDATE",
        .max_rows = 1};
    struct cnop_row row;

    return cnop_db_find(put->store->sql.db, cnop_store_rows(&put->store->sql), &sql,
                        CNOP_PARAMS(CNOP_P_U64(put->user_id)), &row);
}

static bool
is_known(const struct cnop_rows *rows, struct cnop_str symbol)
{
    for (size_t i = 0; i < rows->count; i++) {
        if (cnop_str_equal(cnop_row_str(&rows->list[i], 0), symbol))
            return true;
    }
    return false;
}

/* The catalogue is read once, however many symbols are asked for. */
static enum cnop_err
check_assets(struct put *put)
{
    static const struct cnop_sql sql = {
        .name = "user.find_assets",
        .text = "SELECT symbol FROM cnop_market.v_asset WHERE FIND_IN_SET(symbol, ?) > 0",
        .max_rows = WATCHLIST_ASSET_MAX};
    struct cnop_str rest = put->list->assets;
    struct cnop_str symbol;
    struct cnop_rows rows;
    enum cnop_err err = cnop_db_query(put->store->sql.db, cnop_store_rows(&put->store->sql), &sql,
                                      CNOP_PARAMS(CNOP_P_STR(put->list->assets)), &rows);

    if (err != CNOP_OK)
        return err;
    while (watchlist_next(&rest, &symbol)) {
        if (!is_known(&rows, symbol)) {
            put->unknown = symbol;
            return CNOP_E_ASSET_UNKNOWN;
        }
    }
    return CNOP_OK;
}

static enum cnop_err
check_room(struct put *put)
{
    static const struct cnop_sql sql = {
        .name = "user.count_watchlists",
        .text = "SELECT COUNT(*) FROM watchlist WHERE user_id = ? AND name <> ?",
        .max_rows = 1};
    struct cnop_row row;
    enum cnop_err err =
        cnop_db_find(put->store->sql.db, cnop_store_rows(&put->store->sql), &sql,
                     CNOP_PARAMS(CNOP_P_U64(put->user_id), CNOP_P_STR(put->list->name)), &row);

    if (err != CNOP_OK)
        return err;
    return cnop_row_u64(&row, 0) < WATCHLIST_MAX ? CNOP_OK : CNOP_E_CONFLICT;
}

static enum cnop_err
put_in_transaction(void *arg)
{
    static const struct cnop_sql sql = {
        .name = "user.put_watchlist",
        .text =
            "INSERT INTO watchlist (user_id, name, assets, updated_us) VALUES (?, ?, ?, ?)"
            " ON DUPLICATE KEY UPDATE assets = VALUES(assets), updated_us = VALUES(updated_us)"};
    struct put *put = arg;
    enum cnop_err err = lock_user(put);

    if (err == CNOP_OK)
        err = check_assets(put);
    if (err == CNOP_OK)
        err = check_room(put);
    if (err != CNOP_OK)
        return err;
    return cnop_db_exec(put->store->sql.db, &sql,
                        CNOP_PARAMS(CNOP_P_U64(put->user_id), CNOP_P_STR(put->list->name),
                                    CNOP_P_STR(put->list->assets),
                                    CNOP_P_I64(put->list->updated_us)),
                        NULL);
}

enum cnop_err
user_store_put_watchlist(struct user_store *store, uint64_t user_id, const struct watchlist *list,
                         struct cnop_str *ret_unknown)
{
    struct put put = {.store = store, .user_id = user_id, .list = list};
    enum cnop_err err = cnop_store_transaction(&store->sql, put_in_transaction, &put);

    if (err == CNOP_E_ASSET_UNKNOWN)
        *ret_unknown = put.unknown;
    return err;
}

enum cnop_err
user_store_delete_watchlist(struct user_store *store, uint64_t user_id, struct cnop_str name)
{
    static const struct cnop_sql sql = {.name = "user.delete_watchlist",
                                        .text =
                                            "DELETE FROM watchlist WHERE user_id = ? AND name = ?"};
    struct cnop_changed changed;
    enum cnop_err err = cnop_db_exec(store->sql.db, &sql,
                                     CNOP_PARAMS(CNOP_P_U64(user_id), CNOP_P_STR(name)), &changed);

    if (err != CNOP_OK)
        return err;
    return changed.affected_rows > 0 ? CNOP_OK : CNOP_E_NOT_FOUND;
}
