/* SPDX-License-Identifier: MIT */
/* The statements of the inventory service. Rows in, structs out; no rules. */
#include "fcgi_services/inventory/inventory_store.h"

#include "fcgi_services/inventory/price_head_sql.h"
#include "shared/db/snapshot.h"

#define LIST_MAX 2000
#define CANDLE_MAX 1000

enum list_column {
    LIST_ID,
    LIST_SYMBOL,
    LIST_NAME,
    LIST_DESCRIPTION,
    LIST_CATEGORY,
    LIST_IMAGE,
    LIST_RANK,
    LIST_CIRCULATING,
    LIST_TOTAL,
    LIST_MAX_SUPPLY,
    LIST_ATH,
    LIST_ATH_US,
    LIST_ATL,
    LIST_ATL_US,
    LIST_ACTIVE,
    LIST_HALTED,
    LIST_PRICE,
    LIST_SEQ,
    LIST_PRICE_US,
    LIST_OPEN_24H,
    LIST_HIGH_24H,
    LIST_LOW_24H,
    LIST_VOLUME_24H,
    LIST_OPEN_7D,
    LIST_OPEN_30D,
};

static const struct cnop_sql select_version = {
    "inventory.version", "SELECT seq FROM price_head WHERE id = 1", .max_rows = 1, .apart = true};

/* A price above or below the day's range so far widens it: the range is refreshed once a minute. */
static const struct cnop_sql select_list = {
    "inventory.list",
    "SELECT a.id, a.symbol, a.name, a.description, a.category, a.image, a.market_cap_rank,"
    " a.circulating_supply, a.total_supply, a.max_supply, a.ath_price_e10, a.ath_us,"
    " a.atl_price_e10, a.atl_us, a.is_active AND q.price_e10 IS NOT NULL, a.halted, q.price_e10,"
    " q.seq, q.ts_us, s.open_24h_e10, GREATEST(s.high_24h_e10, q.price_e10),"
    " LEAST(s.low_24h_e10, q.price_e10), s.volume_24h_usd, s.open_7d_e10, s.open_30d_e10"
    " FROM asset a LEFT JOIN quote q ON q.asset_id = a.id"
    " LEFT JOIN asset_stat s ON s.asset_id = a.id ORDER BY a.id",
    .max_rows = LIST_MAX, .apart = true};

static int64_t
number_or(const struct cnop_row *row, size_t column, int64_t unknown)
{
    return cnop_row_is_null(row, column) ? unknown : cnop_row_i64(row, column);
}

static cnop_price
price_or_none(const struct cnop_row *row, size_t column)
{
    return (cnop_price){number_or(row, column, 0)};
}

static void
read_asset(const struct cnop_row *row, struct asset *asset)
{
    *asset = (struct asset){
        .id = (uint16_t)cnop_row_u64(row, LIST_ID),
        .symbol = cnop_row_str(row, LIST_SYMBOL),
        .name = cnop_row_str(row, LIST_NAME),
        .description = cnop_row_str(row, LIST_DESCRIPTION),
        .category = cnop_row_str(row, LIST_CATEGORY),
        .image = cnop_row_str(row, LIST_IMAGE),
        .rank = (uint16_t)number_or(row, LIST_RANK, 0),
        .circulating = number_or(row, LIST_CIRCULATING, ASSET_UNKNOWN),
        .total = number_or(row, LIST_TOTAL, ASSET_UNKNOWN),
        .max = number_or(row, LIST_MAX_SUPPLY, ASSET_UNKNOWN),
        .ath = price_or_none(row, LIST_ATH),
        .ath_us = number_or(row, LIST_ATH_US, 0),
        .atl = price_or_none(row, LIST_ATL),
        .atl_us = number_or(row, LIST_ATL_US, 0),
        .active = cnop_row_bool(row, LIST_ACTIVE),
        .halted = cnop_row_bool(row, LIST_HALTED),
        .price = price_or_none(row, LIST_PRICE),
        .price_seq = (uint64_t)number_or(row, LIST_SEQ, 0),
        .price_us = number_or(row, LIST_PRICE_US, 0),
        .open_24h = price_or_none(row, LIST_OPEN_24H),
        .high_24h = price_or_none(row, LIST_HIGH_24H),
        .low_24h = price_or_none(row, LIST_LOW_24H),
        .volume_24h_usd = number_or(row, LIST_VOLUME_24H, ASSET_UNKNOWN),
        .open_7d = price_or_none(row, LIST_OPEN_7D),
        .open_30d = price_or_none(row, LIST_OPEN_30D),
    };
}

enum cnop_err
inventory_store_list(struct cnop_db *db, struct cnop_arena *arena, struct asset_list *ret_list)
{
    cnop_cleanup(cnop_snapshot_done) struct cnop_snapshot *view = NULL;
    struct asset_list list;
    struct cnop_rows rows;
    struct cnop_row version;
    struct asset *items;
    enum cnop_err err;

    err = cnop_snapshot_begin(db, &view);
    if (err == CNOP_OK)
        err =
            cnop_db_find(cnop_snapshot_db(view), arena, &select_version, CNOP_NO_PARAMS, &version);
    if (err != CNOP_OK)
        return err;
    list.version = cnop_row_u64(&version, 0);
    err = cnop_db_query(cnop_snapshot_db(view), arena, &select_list, CNOP_NO_PARAMS, &rows);
    if (err != CNOP_OK)
        return err;

    items = cnop_arena_alloc_array(arena, rows.count + 1, sizeof(*items));
    if (items == NULL)
        return CNOP_E_NO_MEMORY;
    for (size_t i = 0; i < rows.count; i++)
        read_asset(&rows.list[i], &items[i]);
    list.items = items;
    list.count = rows.count;
    *ret_list = list;
    return CNOP_OK;
}

static const struct cnop_sql select_candles = {
    "inventory.candles",
    "SELECT start_s, open_e10, high_e10, low_e10, close_e10, quote_volume_e2,"
    " base_volume_e8 FROM candle"
    " WHERE asset_id = ? AND span_s = ? ORDER BY start_s DESC LIMIT ?",
    .max_rows = CANDLE_MAX};

enum cnop_err
inventory_store_candles(struct cnop_db *db, struct cnop_arena *arena, uint16_t asset_id,
                        int64_t span_s, uint64_t limit, struct candle_list *ret_list)
{
    struct candle_list list;
    struct cnop_rows rows;
    enum cnop_err err;

    cnop_assert(limit > 0 && limit <= CANDLE_MAX);
    err = cnop_db_query(db, arena, &select_candles,
                        CNOP_PARAMS(CNOP_P_U64(asset_id), CNOP_P_I64(span_s), CNOP_P_U64(limit)),
                        &rows);
    if (err != CNOP_OK)
        return err;
    list.count = rows.count;
    list.items = cnop_arena_alloc_array(arena, rows.count + 1, sizeof(*list.items));
    if (list.items == NULL)
        return CNOP_E_NO_MEMORY;
    for (size_t i = 0; i < rows.count; i++) {
        const struct cnop_row *row = &rows.list[rows.count - 1 - i];

        __int128 base_e8;

        err = candle_base_parse(cnop_row_str(row, 6), &base_e8);
        if (err != CNOP_OK)
            return CNOP_E_INTERNAL; /* the column holds nothing else */
        list.items[i] = (struct candle){
            .span_s = span_s,
            .start_s = cnop_row_i64(row, 0),
            .open = {cnop_row_i64(row, 1)},
            .high = {cnop_row_i64(row, 2)},
            .low = {cnop_row_i64(row, 3)},
            .close = {cnop_row_i64(row, 4)},
            .volume = {.quote_e2 = cnop_row_i64(row, 5), .base_e8 = base_e8},
        };
    }
    *ret_list = list;
    return CNOP_OK;
}

/* ---- changes by an operator ---- */

static const struct cnop_sql hold_asset = {
    "inventory.hold",
    "SELECT a.id, a.halted, q.price_e10 FROM asset a LEFT JOIN quote q ON q.asset_id = a.id"
    " WHERE a.symbol = ? FOR UPDATE",
    .max_rows = 1};

static const struct cnop_sql update_price = {
    "inventory.set_price",
    "INSERT INTO quote (asset_id, price_e10, seq, source, ts_us) VALUES (?, ?, ?, 'admin', ?)"
    " ON DUPLICATE KEY UPDATE price_e10 = VALUES(price_e10), seq = VALUES(seq),"
    " source = VALUES(source), ts_us = VALUES(ts_us)",
    .max_rows = 0};

static const struct cnop_sql update_halted = {
    "inventory.set_halted",
    "UPDATE asset SET halted = ?, halt_reason = ?, updated_us = ? WHERE id = ?", .max_rows = 0};

static const struct cnop_sql insert_action = {
    "inventory.note",
    "INSERT INTO admin_action (asset_id, actor_user_id, action, reason, old_value, new_value,"
    " request_id, created_us) VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
    .max_rows = 0};

enum cnop_err
inventory_store_find_user(struct cnop_db *db, struct cnop_arena *arena, uint64_t user_id)
{
    static const struct cnop_sql sql = {
        "inventory.user", "SELECT user_id FROM cnop_user.v_user WHERE user_id = ?", .max_rows = 1};
    struct cnop_row row;
    enum cnop_err err = cnop_db_find(db, arena, &sql, CNOP_PARAMS(CNOP_P_U64(user_id)), &row);

    return err == CNOP_E_NOT_FOUND ? CNOP_E_UNAUTHENTICATED : err;
}

enum cnop_err
inventory_store_hold(struct cnop_db *db, struct cnop_arena *arena, struct cnop_str symbol,
                     struct cnop_tx **ret_tx, struct inventory_held *ret_held)
{
    cnop_cleanup(cnop_tx_done) struct cnop_tx *tx = NULL;
    struct cnop_row row;
    struct inventory_held held;
    enum cnop_err err;

    err = cnop_tx_begin(db, &tx);
    if (err != CNOP_OK)
        return err;
    err = price_head_raise(db, arena, &held.seq);
    if (err != CNOP_OK)
        return err;
    err = cnop_db_find(db, arena, &hold_asset, CNOP_PARAMS(CNOP_P_STR(symbol)), &row);
    if (err != CNOP_OK)
        return err;
    held.asset_id = (uint16_t)cnop_row_u64(&row, 0);
    held.halted = cnop_row_bool(&row, 1);
    held.price = price_or_none(&row, 2);
    *ret_held = held;
    *ret_tx = tx;
    tx = NULL; /* the caller's now */
    return CNOP_OK;
}

struct note {
    const char *action;
    struct cnop_str old_value;
    struct cnop_str new_value;
};

static enum cnop_err
add_note(struct cnop_tx *tx, const struct inventory_change *change, uint16_t asset_id,
         const struct note *note)
{
    return cnop_db_exec(cnop_tx_db(tx), &insert_action,
                        CNOP_PARAMS(CNOP_P_U64(asset_id), CNOP_P_U64(change->actor_user_id),
                                    CNOP_P_STR(cnop_str_from(note->action)),
                                    CNOP_P_STR(change->reason), CNOP_P_STR(note->old_value),
                                    CNOP_P_STR(note->new_value), CNOP_P_STR(change->request_id),
                                    CNOP_P_I64(change->now_us)),
                        NULL);
}

static struct cnop_str
price_text(char *memory, size_t bytes, cnop_price price)
{
    struct cnop_buf buf;

    cnop_buf_init(&buf, memory, bytes);
    cnop_price_format(&buf, price, 2);
    return cnop_buf_view(&buf);
}

enum cnop_err
inventory_store_set_price(struct cnop_tx *tx, const struct inventory_change *change,
                          const struct inventory_held *held, cnop_price price)
{
    char old_memory[40];
    char new_memory[40];
    struct note note = {
        .action = "price_set",
        .old_value = price_text(old_memory, sizeof(old_memory), held->price),
        .new_value = price_text(new_memory, sizeof(new_memory), price),
    };
    enum cnop_err err;

    cnop_assert(price.e10 > 0);
    err = cnop_db_exec(cnop_tx_db(tx), &update_price,
                       CNOP_PARAMS(CNOP_P_U64(held->asset_id), CNOP_P_I64(price.e10),
                                   CNOP_P_U64(held->seq), CNOP_P_I64(change->now_us)),
                       NULL);
    if (err != CNOP_OK)
        return err;
    return add_note(tx, change, held->asset_id, &note);
}

enum cnop_err
inventory_store_set_halted(struct cnop_tx *tx, const struct inventory_change *change,
                           const struct inventory_held *held, bool halted)
{
    struct note note = {
        .action = halted ? "halt" : "resume",
        .old_value = held->halted ? CNOP_STR("halted") : CNOP_STR("trading"),
        .new_value = halted ? CNOP_STR("halted") : CNOP_STR("trading"),
    };
    struct cnop_param reason = halted ? CNOP_P_STR(change->reason) : CNOP_P_NULL();
    enum cnop_err err;

    err = cnop_db_exec(cnop_tx_db(tx), &update_halted,
                       CNOP_PARAMS(CNOP_P_U64(halted), reason, CNOP_P_I64(change->now_us),
                                   CNOP_P_U64(held->asset_id)),
                       NULL);
    if (err != CNOP_OK)
        return err;
    return add_note(tx, change, held->asset_id, &note);
}

enum cnop_err
inventory_store_commit(struct cnop_tx **tx)
{
    return cnop_tx_commit(tx);
}

void
inventory_store_drop(struct cnop_tx **tx)
{
    cnop_tx_done(tx);
}
