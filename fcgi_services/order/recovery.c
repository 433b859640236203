/* SPDX-License-Identifier: MIT */
/* Loads the ledger's state from InnoDB; see recovery.h. Runs once, before any thread exists. */
#include "fcgi_services/order/recovery.h"

#include <string.h>

#include "shared/base/clock.h"
#include "shared/base/log.h"

#define QUERY_BYTES 1024

struct loader {
    struct ledger *ledger;
    struct ledger_chain chain;
    int64_t next_id;
    uint64_t writer_count;
    uint64_t row_count;
    int64_t oldest_order_us; /* of the keys loaded; 0: all keys were loaded */
    int64_t oldest_entry_us;
    int64_t warm_since_us; /* accounts opened before may have older keys */
};

static int64_t
cell_i64(const struct cnop_row *row, size_t column)
{
    const struct cnop_cell *cell = &row->cells[column];

    if (cell->kind == CNOP_PARAM_NULL)
        return 0;
    cnop_assert(cell->kind == CNOP_PARAM_I64 || cell->kind == CNOP_PARAM_U64);
    return cell->kind == CNOP_PARAM_I64 ? cell->i64 : (int64_t)cell->u64;
}

static struct cnop_str
cell_bytes(const struct cnop_row *row, size_t column)
{
    const struct cnop_cell *cell = &row->cells[column];

    return cell->kind == CNOP_PARAM_BYTES ? cell->bytes : cnop_str_make(NULL, 0);
}

/* ---- rows ---- */

static enum cnop_err
load_writer(void *arg, const struct cnop_row *row)
{
    struct loader *loader = arg;
    struct cnop_str hash = cell_bytes(row, 3);

    if (hash.len != sizeof(loader->chain.hash))
        return CNOP_E_INTERNAL;
    loader->chain.epoch = (uint64_t)cell_i64(row, 0);
    loader->chain.seq = (uint64_t)cell_i64(row, 1);
    loader->next_id = cell_i64(row, 2);
    memcpy(loader->chain.hash, hash.ptr, hash.len);
    loader->writer_count++;
    return CNOP_OK;
}

static enum cnop_err
load_account(void *arg, const struct cnop_row *row)
{
    struct loader *loader = arg;
    const struct ledger_account account = {.id = cell_i64(row, 0),
                                           .kind = (uint8_t)cell_i64(row, 1),
                                           .status = (uint8_t)cell_i64(row, 2),
                                           .created_us = cell_i64(row, 3),
                                           .changed_us = cell_i64(row, 4)};

    loader->row_count++;
    return ledger_load_account(loader->ledger, &account);
}

static enum cnop_err
load_balance(void *arg, const struct cnop_row *row)
{
    struct loader *loader = arg;
    const struct ledger_balance balance = {.account_id = cell_i64(row, 0),
                                           .asset_id = (uint16_t)cell_i64(row, 1),
                                           .avail_e8 = cell_i64(row, 2),
                                           .held_e8 = cell_i64(row, 3),
                                           .cost_e8 = cell_i64(row, 4),
                                           .realised_e8 = cell_i64(row, 5),
                                           .entries = (uint64_t)cell_i64(row, 6),
                                           .ver = (uint64_t)cell_i64(row, 7),
                                           .created_us = cell_i64(row, 8),
                                           .updated_us = cell_i64(row, 9)};

    loader->row_count++;
    return ledger_load_balance(loader->ledger, &balance);
}

static enum cnop_err
load_limit(void *arg, const struct cnop_row *row)
{
    struct loader *loader = arg;
    int64_t kind = cell_i64(row, 1);

    loader->row_count++;
    if (kind < 1 || kind > LEDGER_LIMIT_COUNT ||
        ledger_find_account(loader->ledger, cell_i64(row, 0)) == NULL)
        return CNOP_E_INTERNAL;
    ledger_load_limit(loader->ledger, cell_i64(row, 0), (enum ledger_limit)(kind - 1),
                      (int32_t)cell_i64(row, 2), cell_i64(row, 3));
    return CNOP_OK;
}

static enum cnop_err
load_asset(void *arg, const struct cnop_row *row)
{
    struct loader *loader = arg;
    struct cnop_str symbol = cell_bytes(row, 1);
    struct ledger_asset asset = {.id = (uint16_t)cell_i64(row, 0),
                                 .known = true,
                                 .active = cell_i64(row, 2) != 0,
                                 .halted = cell_i64(row, 3) != 0,
                                 .price = {cell_i64(row, 4)},
                                 .price_seq = (uint64_t)cell_i64(row, 5),
                                 .price_time_us = cell_i64(row, 6),
                                 .symbol_len = (uint8_t)symbol.len};

    if (asset.id == LEDGER_USD || symbol.len < 1 || symbol.len > LEDGER_SYMBOL_BYTES)
        return CNOP_E_INTERNAL;
    memcpy(asset.symbol, symbol.ptr, symbol.len);
    loader->row_count++;
    return ledger_load_asset(loader->ledger, &asset);
}

static bool
read_key(const struct cnop_row *row, size_t column, struct recovered_key *key)
{
    struct cnop_str fingerprint = cell_bytes(row, column + 1);

    key->key = cell_bytes(row, column);
    if (key->key.len < 1 || key->key.len > LEDGER_KEY_BYTES ||
        fingerprint.len != LEDGER_FINGERPRINT_BYTES)
        return false;
    memcpy(key->fingerprint, fingerprint.ptr, LEDGER_FINGERPRINT_BYTES);
    return true;
}

bool
recovery_read_order(const struct cnop_row *row, struct recovered_key *ret_key)
{
    ret_key->posting = (struct ledger_posting){.id = cell_i64(row, 0),
                                               .account_id = cell_i64(row, 1),
                                               .asset_id = (uint16_t)cell_i64(row, 2),
                                               .side = (uint8_t)cell_i64(row, 3),
                                               .qty = {cell_i64(row, 4)},
                                               .quote_qty = {cell_i64(row, 5)},
                                               .price = {cell_i64(row, 6)},
                                               .price_seq = (uint64_t)cell_i64(row, 7),
                                               .total = {cell_i64(row, 8)},
                                               .fee = {cell_i64(row, 9)},
                                               .cash_after = {cell_i64(row, 10)},
                                               .time_us = cell_i64(row, 11),
                                               .op = LEDGER_OP_ORDER};
    return read_key(row, 12, ret_key);
}

bool
recovery_read_entry(const struct cnop_row *row, struct recovered_key *ret_key)
{
    int64_t amount_e8 = cell_i64(row, 3);

    ret_key->posting =
        (struct ledger_posting){.id = cell_i64(row, 0),
                                .account_id = cell_i64(row, 1),
                                .op = (uint8_t)(cell_i64(row, 2) + LEDGER_OP_DEPOSIT - 1),
                                .total = {amount_e8 < 0 ? -amount_e8 : amount_e8},
                                .cash_after = {cell_i64(row, 4)},
                                .time_us = cell_i64(row, 5),
                                .asset_id = LEDGER_USD};
    return read_key(row, 6, ret_key);
}

static enum cnop_err
load_order_key(void *arg, const struct cnop_row *row)
{
    struct loader *loader = arg;
    struct recovered_key key;

    loader->row_count++;
    if (recovery_read_order(row, &key))
        ledger_load_key(loader->ledger, &key.posting, key.key, key.fingerprint);
    loader->oldest_order_us = key.posting.time_us;
    ledger_forget(loader->ledger, ledger_mark(loader->ledger));
    return CNOP_OK;
}

static enum cnop_err
load_entry_key(void *arg, const struct cnop_row *row)
{
    struct loader *loader = arg;
    struct recovered_key key;

    loader->row_count++;
    if (recovery_read_entry(row, &key))
        ledger_load_key(loader->ledger, &key.posting, key.key, key.fingerprint);
    loader->oldest_entry_us = key.posting.time_us;
    ledger_forget(loader->ledger, ledger_mark(loader->ledger));
    return CNOP_OK;
}

/* ---- steps ---- */

/* A literal, or a literal with one number in it. */
static enum cnop_err
scan(struct cnop_batch_db *db, const char *sql, uint64_t limit, cnop_batch_row_fn fn,
     struct loader *loader)
{
    char memory[QUERY_BYTES];
    struct cnop_batch query;

    cnop_batch_init(&query, memory, sizeof(memory));
    cnop_batch_constant(&query, sql);
    if (limit > 0)
        cnop_batch_u64(&query, limit);
    return cnop_batch_scan(db, &query, fn, loader);
}

/* Waits for the last transaction of an engine before us, then shuts it out. */
static enum cnop_err
take_over(struct cnop_batch_db *db, struct loader *loader)
{
    char memory[QUERY_BYTES];
    struct cnop_batch batch;
    enum cnop_err err;

    cnop_batch_init(&batch, memory, sizeof(memory));
    cnop_batch_sql(&batch,
                   "START TRANSACTION;UPDATE writer SET epoch=epoch+1 WHERE shard=0;COMMIT");
    err = cnop_batch_db_connect(db);
    if (err == CNOP_OK)
        err = cnop_batch_commit(db, &batch);
    if (err != CNOP_OK)
        return CNOP_E_DB_FAILED;
    err = scan(db, "SELECT epoch,seq,next_id,head_hash FROM writer WHERE shard=0", 0, load_writer,
               loader);
    if (err == CNOP_OK && loader->writer_count != 1)
        return CNOP_E_INTERNAL;
    return err;
}

/* The newest keys; how far back they go tells which accounts are complete in memory. */
static enum cnop_err
load_keys(struct cnop_batch_db *db, uint64_t count, struct loader *loader)
{
    enum cnop_err err;

    if (count == 0) {
        loader->warm_since_us = INT64_MAX;
        return CNOP_OK;
    }
    loader->row_count = 0;
    err = scan(db, "SELECT " RECOVERY_ORDER_COLUMNS " FROM orders ORDER BY id DESC LIMIT ", count,
               load_order_key, loader);
    if (err != CNOP_OK)
        return err;
    if (loader->row_count == count)
        loader->warm_since_us = loader->oldest_order_us + 1;
    loader->row_count = 0;
    err = scan(db, "SELECT " RECOVERY_ENTRY_COLUMNS " FROM cash_entry ORDER BY id DESC LIMIT ",
               count, load_entry_key, loader);
    if (err == CNOP_OK && loader->row_count == count &&
        loader->oldest_entry_us + 1 > loader->warm_since_us)
        loader->warm_since_us = loader->oldest_entry_us + 1;
    return err;
}

static enum cnop_err
load_all(struct cnop_batch_db *db, const struct engine_config *config, struct loader *loader)
{
    enum cnop_err err;

    err = take_over(db, loader);
    if (err != CNOP_OK)
        return err;
    ledger_load_next_id(loader->ledger, loader->next_id);
    err = scan(db, "SELECT id,kind,status,created_us,changed_us FROM account", 0, load_account,
               loader);
    if (err != CNOP_OK)
        return err;
    err = scan(db,
               "SELECT account_id,asset_id,avail_e8,held_e8,cost_e8,realised_e8,entries,ver,"
               "created_us,updated_us FROM balance",
               0, load_balance, loader);
    if (err != CNOP_OK)
        return err;
    err = load_keys(db, config->boot_keys, loader);
    if (err != CNOP_OK)
        return err;
    ledger_load_cold(loader->ledger, loader->warm_since_us);
    err = scan(db, "SELECT account_id,kind,utc_day,used_e8 FROM limit_use", 0, load_limit, loader);
    if (err != CNOP_OK)
        return err;
    return scan(db,
                "SELECT id,symbol,is_active,halted,price_e10,price_seq,price_ts_us "
                "FROM cnop_market.v_engine_asset",
                0, load_asset, loader);
}

enum cnop_err
recovery_run(struct cnop_batch_db *db, const struct engine_config *config, struct ledger *ledger,
             struct ledger_chain *ret_chain)
{
    int64_t start_us = cnop_clock_monotonic_us();
    struct loader loader = {.ledger = ledger};
    enum cnop_err err = load_all(db, config, &loader);
    struct cnop_log_line line;

    cnop_log_begin(&line, err == CNOP_OK ? CNOP_LOG_INFO : CNOP_LOG_CRITICAL, NULL, "recovery",
                   err == CNOP_OK ? "ledger loaded" : "ledger not loaded");
    cnop_log_text(&line, "error", err == CNOP_OK ? NULL : cnop_err_symbol(err));
    cnop_log_text(&line, "cause", err == CNOP_OK ? NULL : cnop_batch_db_cause(db));
    cnop_log_u64(&line, "epoch", loader.chain.epoch);
    cnop_log_u64(&line, "seq", loader.chain.seq);
    cnop_log_u64(&line, "accounts", ledger_account_count(ledger));
    cnop_log_u64(&line, "balances", ledger_balance_count(ledger));
    cnop_log_i64(&line, "duration_us", cnop_clock_monotonic_us() - start_us);
    cnop_log_end(&line);
    if (err == CNOP_OK)
        *ret_chain = loader.chain;
    return err;
}
