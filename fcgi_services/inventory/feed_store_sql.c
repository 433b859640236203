/* SPDX-License-Identifier: MIT */
/* The statements of the price feed. Rows in, structs out; no rules. */
#include "fcgi_services/inventory/feed_store.h"

#include "fcgi_services/inventory/price_head_sql.h"
#include "shared/json/json_write.h"

#define SECOND_US INT64_C(1000000)
#define DAY_S INT64_C(86400)
#define FOLLOWER_BASIS_PPM 2000 /* a wrapped asset stays within 0.2 % of its leader's movement */
#define CANDLE_JSON_BYTES 192   /* one candle as JSON, at most */
#define MOVE_JSON_BYTES 48
#define CANDLES_PER_STATEMENT 1000

/* ---- catalogue ---- */

static const struct cnop_sql upsert_asset = {
    "feed.seed",
    "INSERT INTO asset (id, symbol, name, description, category, leader_id, market_cap_rank,"
    " circulating_supply, total_supply, max_supply, base_price_e10, base_volume_usd, ath_price_e10,"
    " ath_us, atl_price_e10, atl_us, is_active, updated_us)"
    " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"
    " ON DUPLICATE KEY UPDATE name = VALUES(name), description = VALUES(description),"
    " category = VALUES(category), leader_id = VALUES(leader_id),"
    " market_cap_rank = VALUES(market_cap_rank), circulating_supply = VALUES(circulating_supply),"
    " total_supply = VALUES(total_supply), max_supply = VALUES(max_supply),"
    " base_volume_usd = VALUES(base_volume_usd), is_active = VALUES(is_active)",
    .max_rows = 0};

static struct cnop_param
known_or_null(int64_t value, int64_t unknown)
{
    return value == unknown ? CNOP_P_NULL() : CNOP_P_I64(value);
}

static enum cnop_err
seed_row(struct cnop_db *db, const struct catalogue_row *row, int64_t now_us)
{
    const struct asset *asset = &row->asset;
    const struct cnop_param params[] = {
        CNOP_P_U64(asset->id),
        CNOP_P_STR(asset->symbol),
        CNOP_P_STR(asset->name),
        CNOP_P_STR(asset->description),
        CNOP_P_STR(asset->category),
        known_or_null(row->leader_id, 0),
        known_or_null(asset->rank, 0),
        known_or_null(asset->circulating, ASSET_UNKNOWN),
        known_or_null(asset->total, ASSET_UNKNOWN),
        known_or_null(asset->max, ASSET_UNKNOWN),
        CNOP_P_I64(asset->price.e10),
        CNOP_P_I64(asset->volume_24h_usd),
        known_or_null(asset->ath.e10, 0),
        known_or_null(asset->ath_us, 0),
        known_or_null(asset->atl.e10, 0),
        known_or_null(asset->atl_us, 0),
        CNOP_P_U64(asset->active ? 1 : 0),
        CNOP_P_I64(now_us),
    };

    return cnop_db_exec(db, &upsert_asset, (struct cnop_params){params, CNOP_COUNT(params)}, NULL);
}

enum cnop_err
feed_store_seed(struct cnop_db *db, const struct catalogue *catalogue, int64_t now_us)
{
    cnop_cleanup(cnop_tx_done) struct cnop_tx *tx = NULL;
    enum cnop_err err;

    err = cnop_tx_begin(db, &tx);
    for (size_t i = 0; err == CNOP_OK && i < catalogue->count; i++)
        err = seed_row(db, &catalogue->rows[i], now_us);
    return err == CNOP_OK ? cnop_tx_commit(&tx) : err;
}

/* ---- one tick ---- */

static const struct cnop_sql select_assets = {
    "feed.assets",
    "SELECT a.id, a.symbol, a.base_price_e10, a.base_volume_usd, a.is_active, a.leader_id,"
    " COALESCE(l.category, a.category), q.price_e10, q.ts_us, q.source = 'admin'"
    " FROM asset a LEFT JOIN asset l ON l.id = a.leader_id LEFT JOIN quote q ON q.asset_id = a.id"
    " ORDER BY a.id",
    .max_rows = FEED_ASSET_MAX};

static void
read_asset(const struct cnop_row *row, struct feed_asset *asset)
{
    struct price_model *model = &asset->model;

    *asset = (struct feed_asset){.symbol = cnop_row_str(row, 1), .active = cnop_row_bool(row, 4)};
    price_model_for_category(cnop_row_str(row, 6), model);
    model->asset_id = (uint16_t)cnop_row_u64(row, 0);
    model->leader_id = model->asset_id;
    model->base = (cnop_price){cnop_row_i64(row, 2)};
    model->volume_usd = cnop_row_i64(row, 3);
    if (!cnop_row_is_null(row, 5)) {
        model->leader_id = (uint16_t)cnop_row_u64(row, 5);
        model->basis_ppm = FOLLOWER_BASIS_PPM;
    }
    if (!cnop_row_is_null(row, 7)) {
        asset->price = (cnop_price){cnop_row_i64(row, 7)};
        asset->price_us = cnop_row_i64(row, 8);
        asset->by_admin = cnop_row_bool(row, 9);
    }
}

enum cnop_err
feed_store_assets(struct cnop_db *db, struct cnop_arena *arena, struct feed_assets *ret_assets)
{
    struct feed_asset *items;
    struct cnop_rows rows;
    enum cnop_err err;

    err = cnop_db_query(db, arena, &select_assets, CNOP_NO_PARAMS, &rows);
    if (err != CNOP_OK)
        return err;
    items = cnop_arena_alloc_array(arena, rows.count + 1, sizeof(*items));
    if (items == NULL)
        return CNOP_E_NO_MEMORY;
    for (size_t i = 0; i < rows.count; i++)
        read_asset(&rows.list[i], &items[i]);
    *ret_assets = (struct feed_assets){.items = items, .count = rows.count};
    return CNOP_OK;
}

enum cnop_err
feed_store_begin(struct cnop_db *db, struct cnop_arena *arena, struct cnop_tx **ret_tx,
                 uint64_t *ret_seq, struct feed_assets *ret_assets)
{
    cnop_cleanup(cnop_tx_done) struct cnop_tx *tx = NULL;
    uint64_t seq = 0;
    enum cnop_err err;

    err = cnop_tx_begin(db, &tx);
    if (err == CNOP_OK)
        err = price_head_raise(db, arena, &seq);
    if (err == CNOP_OK)
        err = feed_store_assets(db, arena, ret_assets);
    if (err != CNOP_OK)
        return err;
    *ret_seq = seq;
    *ret_tx = tx;
    tx = NULL; /* the caller's now */
    return CNOP_OK;
}

static const struct cnop_sql upsert_quotes = {
    "feed.quotes",
    "INSERT INTO quote (asset_id, price_e10, seq, source, ts_us)"
    " SELECT j.asset_id, j.price_e10, ?, ?, ? FROM JSON_TABLE(?, '$[*]' COLUMNS ("
    " asset_id INT PATH '$[0]', price_e10 BIGINT PATH '$[1]')) AS j"
    " ON DUPLICATE KEY UPDATE price_e10 = VALUES(price_e10), seq = VALUES(seq),"
    " source = VALUES(source), ts_us = VALUES(ts_us)",
    .max_rows = 0};

static const struct cnop_sql upsert_candles = {
    "feed.candles",
    "INSERT INTO candle (asset_id, span_s, start_s, open_e10, high_e10, low_e10, close_e10,"
    " quote_volume_e2, base_volume_e8) SELECT j.asset_id, j.span_s, j.start_s, j.open_e10,"
    " j.high_e10, j.low_e10, j.close_e10, j.quote_e2, j.base_e8 FROM JSON_TABLE(?, '$[*]' COLUMNS ("
    " asset_id INT PATH '$[0]', span_s INT PATH '$[1]', start_s BIGINT PATH '$[2]',"
    " open_e10 BIGINT PATH '$[3]', high_e10 BIGINT PATH '$[4]', low_e10 BIGINT PATH '$[5]',"
    " close_e10 BIGINT PATH '$[6]', quote_e2 BIGINT PATH '$[7]',"
    " base_e8 DECIMAL(38,0) PATH '$[8]')) AS j"
    " ON DUPLICATE KEY UPDATE high_e10 = GREATEST(candle.high_e10, VALUES(high_e10)),"
    " low_e10 = LEAST(candle.low_e10, VALUES(low_e10)), close_e10 = VALUES(close_e10),"
    " quote_volume_e2 = candle.quote_volume_e2 + VALUES(quote_volume_e2),"
    " base_volume_e8 = candle.base_volume_e8 + VALUES(base_volume_e8)",
    .max_rows = 0};

static const struct cnop_sql update_base = {
    "feed.rebase", "UPDATE asset SET base_price_e10 = ? WHERE id = ?", .max_rows = 0};

static const struct cnop_sql update_highs = {
    "feed.highs",
    "UPDATE asset a JOIN quote q ON q.asset_id = a.id"
    " SET a.ath_price_e10 = q.price_e10, a.ath_us = q.ts_us WHERE q.price_e10 > a.ath_price_e10",
    .max_rows = 0};

static const struct cnop_sql update_lows = {
    "feed.lows",
    "UPDATE asset a JOIN quote q ON q.asset_id = a.id"
    " SET a.atl_price_e10 = q.price_e10, a.atl_us = q.ts_us WHERE q.price_e10 < a.atl_price_e10",
    .max_rows = 0};

/* A JSON array begun in arena memory for `count` rows. */
static bool
rows_open(struct cnop_arena *arena, size_t bytes, struct cnop_buf *buf,
          struct cnop_json_writer *json)
{
    void *memory = cnop_arena_alloc(arena, bytes);

    if (memory == NULL)
        return false;
    cnop_buf_init(buf, memory, bytes);
    cnop_json_init(json, buf);
    cnop_json_array_open(json, NULL);
    return true;
}

static void
put_candle(struct cnop_json_writer *json, uint16_t asset_id, const struct candle *candle)
{
    char memory[40];
    struct cnop_buf digits;

    cnop_json_array_open(json, NULL);
    cnop_json_u64(json, NULL, asset_id);
    cnop_json_i64(json, NULL, candle->span_s);
    cnop_json_i64(json, NULL, candle->start_s);
    cnop_json_i64(json, NULL, candle->open.e10);
    cnop_json_i64(json, NULL, candle->high.e10);
    cnop_json_i64(json, NULL, candle->low.e10);
    cnop_json_i64(json, NULL, candle->close.e10);
    cnop_json_i64(json, NULL, candle->volume.quote_e2);
    cnop_buf_init(&digits, memory, sizeof(memory));
    candle_base_digits(&digits, candle->volume.base_e8);
    cnop_json_str(json, NULL, cnop_buf_view(&digits));
    cnop_json_array_close(json);
}

static enum cnop_err
write_quotes(struct cnop_db *db, struct cnop_arena *arena, const struct feed_tick *tick)
{
    struct cnop_json_writer json;
    struct cnop_buf buf;

    if (!rows_open(arena, (tick->move_count + 1) * MOVE_JSON_BYTES, &buf, &json))
        return CNOP_E_NO_MEMORY;
    for (size_t i = 0; i < tick->move_count; i++) {
        cnop_json_array_open(&json, NULL);
        cnop_json_u64(&json, NULL, tick->moves[i].asset_id);
        cnop_json_i64(&json, NULL, tick->moves[i].price.e10);
        cnop_json_array_close(&json);
    }
    cnop_json_array_close(&json);
    cnop_assert(!buf.overflow);
    return cnop_db_exec(
        db, &upsert_quotes,
        CNOP_PARAMS(CNOP_P_U64(tick->seq),
                    CNOP_P_STR(tick->is_remote ? CNOP_STR("feed") : CNOP_STR("model")),
                    CNOP_P_I64(tick->now_us), CNOP_P_STR(cnop_buf_view(&buf))),
        NULL);
}

static enum cnop_err
write_candles(struct cnop_db *db, struct cnop_arena *arena, const struct feed_tick *tick)
{
    struct cnop_json_writer json;
    struct cnop_buf buf;

    if (!rows_open(arena, (tick->move_count * CANDLE_SPAN_COUNT + 1) * CANDLE_JSON_BYTES, &buf,
                   &json))
        return CNOP_E_NO_MEMORY;
    for (size_t i = 0; i < tick->move_count && tick->moves[i].asset_id <= tick->candle_id_max;
         i++) {
        for (size_t n = 0; n < CANDLE_SPAN_COUNT; n++) {
            struct candle candle =
                feed_candle(&tick->moves[i], candle_spans[n].span_s, tick->now_us);

            put_candle(&json, tick->moves[i].asset_id, &candle);
        }
    }
    cnop_json_array_close(&json);
    cnop_assert(!buf.overflow);
    return cnop_db_exec(db, &upsert_candles, CNOP_PARAMS(CNOP_P_STR(cnop_buf_view(&buf))), NULL);
}

enum cnop_err
feed_store_write(struct cnop_tx *tx, struct cnop_arena *arena, const struct feed_tick *tick)
{
    struct cnop_db *db = cnop_tx_db(tx);
    enum cnop_err err;

    err = write_quotes(db, arena, tick);
    if (err == CNOP_OK)
        err = write_candles(db, arena, tick);
    for (size_t i = 0; err == CNOP_OK && i < tick->move_count; i++) {
        if (tick->moves[i].rebased.e10 > 0)
            err = cnop_db_exec(db, &update_base,
                               CNOP_PARAMS(CNOP_P_I64(tick->moves[i].rebased.e10),
                                           CNOP_P_U64(tick->moves[i].asset_id)),
                               NULL);
    }
    if (err == CNOP_OK)
        err = cnop_db_exec(db, &update_highs, CNOP_NO_PARAMS, NULL);
    if (err == CNOP_OK)
        err = cnop_db_exec(db, &update_lows, CNOP_NO_PARAMS, NULL);
    return err;
}

enum cnop_err
feed_store_commit(struct cnop_tx **tx)
{
    return cnop_tx_commit(tx);
}

void
feed_store_drop(struct cnop_tx **tx)
{
    cnop_tx_done(tx);
}

/* ---- history ---- */

static const struct cnop_sql select_last = {
    "feed.last_candle",
    "SELECT COALESCE(MAX(start_s), 0) FROM candle WHERE asset_id = ? AND span_s = 60",
    .max_rows = 1};

enum cnop_err
feed_store_last_candle(struct cnop_db *db, struct cnop_arena *arena, uint16_t asset_id,
                       int64_t *ret_start_s)
{
    struct cnop_row row;
    enum cnop_err err;

    err = cnop_db_find(db, arena, &select_last, CNOP_PARAMS(CNOP_P_U64(asset_id)), &row);
    if (err != CNOP_OK)
        return err;
    *ret_start_s = cnop_row_i64(&row, 0);
    return CNOP_OK;
}

/* One statement's worth: short enough to end well within the statement's time on a busy machine. */
static enum cnop_err
add_some_candles(struct cnop_db *db, struct cnop_arena *arena, const struct feed_candles *candles)
{
    struct cnop_json_writer json;
    struct cnop_buf buf;

    if (!rows_open(arena, (candles->count + 1) * CANDLE_JSON_BYTES, &buf, &json))
        return CNOP_E_NO_MEMORY;
    for (size_t i = 0; i < candles->count; i++)
        put_candle(&json, candles->asset_id, &candles->items[i]);
    cnop_json_array_close(&json);
    cnop_assert(!buf.overflow);
    return cnop_db_exec(db, &upsert_candles, CNOP_PARAMS(CNOP_P_STR(cnop_buf_view(&buf))), NULL);
}

enum cnop_err
feed_store_add_candles(struct cnop_db *db, struct cnop_arena *arena,
                       const struct feed_candles *candles)
{
    cnop_cleanup(cnop_tx_done) struct cnop_tx *tx = NULL;
    enum cnop_err err = cnop_tx_begin(db, &tx);

    for (size_t done = 0; err == CNOP_OK && done < candles->count; done += CANDLES_PER_STATEMENT) {
        size_t left = candles->count - done;
        struct feed_candles part = {
            .items = candles->items + done,
            .count = left < CANDLES_PER_STATEMENT ? left : CANDLES_PER_STATEMENT,
            .asset_id = candles->asset_id,
        };
        size_t mark = cnop_arena_mark(arena);

        err = add_some_candles(db, arena, &part);
        cnop_arena_rewind(arena, mark);
    }
    return err == CNOP_OK ? cnop_tx_commit(&tx) : err;
}

/* Every subquery reads one short range of the primary key; nothing scans the table. */
static const struct cnop_sql replace_stats = {
    "feed.stats",
    "INSERT INTO asset_stat (asset_id, open_24h_e10, high_24h_e10, low_24h_e10, volume_24h_usd,"
    " open_7d_e10, open_30d_e10, high_30d_e10, volatility_ppm, updated_us)"
    " SELECT a.id,"
    " (SELECT c.open_e10 FROM candle c WHERE c.asset_id = a.id AND c.span_s = 300"
    "   AND c.start_s >= ? AND c.start_s < ? + 1200 ORDER BY c.start_s LIMIT 1),"
    " (SELECT MAX(c.high_e10) FROM candle c WHERE c.asset_id = a.id AND c.span_s = 900"
    "   AND c.start_s >= ?),"
    " (SELECT MIN(c.low_e10) FROM candle c WHERE c.asset_id = a.id AND c.span_s = 900"
    "   AND c.start_s >= ?),"
    " (SELECT CAST(SUM(c.quote_volume_e2) DIV 100 AS SIGNED) FROM candle c WHERE c.asset_id = a.id"
    "   AND c.span_s = 900 AND c.start_s >= ?),"
    " (SELECT c.open_e10 FROM candle c WHERE c.asset_id = a.id AND c.span_s = 3600"
    "   AND c.start_s >= ? AND c.start_s < ? + 14400 ORDER BY c.start_s LIMIT 1),"
    " (SELECT c.open_e10 FROM candle c WHERE c.asset_id = a.id AND c.span_s = 3600"
    "   AND c.start_s >= ? AND c.start_s < ? + 14400 ORDER BY c.start_s LIMIT 1),"
    " (SELECT MAX(c.high_e10) FROM candle c WHERE c.asset_id = a.id AND c.span_s = 86400"
    "   AND c.start_s >= ?),"
    " (SELECT CAST(ROUND(STDDEV_POP((c.close_e10 - c.open_e10) * 1e6 / c.open_e10)) AS SIGNED)"
    "   FROM candle c WHERE c.asset_id = a.id AND c.span_s = 86400 AND c.start_s >= ?),"
    " ? FROM asset a WHERE a.is_active"
    " ON DUPLICATE KEY UPDATE open_24h_e10 = VALUES(open_24h_e10),"
    " high_24h_e10 = VALUES(high_24h_e10), low_24h_e10 = VALUES(low_24h_e10),"
    " volume_24h_usd = VALUES(volume_24h_usd), open_7d_e10 = VALUES(open_7d_e10),"
    " open_30d_e10 = VALUES(open_30d_e10), high_30d_e10 = VALUES(high_30d_e10),"
    " volatility_ppm = VALUES(volatility_ppm), updated_us = VALUES(updated_us)",
    .max_rows = 0};

enum cnop_err
feed_store_refresh_stats(struct cnop_db *db, int64_t now_us)
{
    int64_t now_s = now_us / SECOND_US;
    struct cnop_param day = CNOP_P_I64(now_s - DAY_S);
    struct cnop_param week = CNOP_P_I64(now_s - 7 * DAY_S);
    struct cnop_param month = CNOP_P_I64(now_s - 30 * DAY_S);

    return cnop_db_exec(db, &replace_stats,
                        CNOP_PARAMS(day, day, day, day, day, week, week, month, month, month, month,
                                    CNOP_P_I64(now_us)),
                        NULL);
}

/* A clock is adjusted by less; what begins later was written while it was wrong. */
#define FUTURE_S 60

static const struct cnop_sql delete_candles = {
    "feed.prune",
    "DELETE FROM candle WHERE asset_id = ? AND span_s = ? AND (start_s < ? OR start_s > ?)",
    .max_rows = 0};

enum cnop_err
feed_store_prune(struct cnop_db *db, uint16_t asset_id, int64_t now_s)
{
    enum cnop_err err = CNOP_OK;

    for (size_t i = 0; err == CNOP_OK && i < CANDLE_SPAN_COUNT; i++)
        err = cnop_db_exec(db, &delete_candles,
                           CNOP_PARAMS(CNOP_P_U64(asset_id), CNOP_P_I64(candle_spans[i].span_s),
                                       CNOP_P_I64(now_s - candle_spans[i].keep_s),
                                       CNOP_P_I64(now_s + FUTURE_S)),
                           NULL);
    return err;
}
