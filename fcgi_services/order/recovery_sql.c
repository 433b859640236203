/* SPDX-License-Identifier: MIT */
/* Loads the ledger's state from InnoDB; see recovery_sql.h. Runs once, before any thread exists. */
#include "fcgi_services/order/recovery_sql.h"

#include <string.h>

#include "fcgi_services/order/event.h"
#include "fcgi_services/order/order_codes.h"
#include "fcgi_services/order/recovery_check_sql.h"
#include "fcgi_services/order/row_cells_sql.h"
#include "fcgi_services/order/rows_columns.h"
#include "fcgi_services/order/stored_sql.h"
#include "shared/base/clock.h"
#include "shared/base/log.h"

#define QUERY_BYTES 1024
#define TAKE_OVER_TRIES 5 /* each waits for a lock as long as a session may */

struct loader {
    struct ledger *ledger;
    struct ledger_chain chain;
    struct recovery_check *check;
    int64_t next_id;
    uint64_t rules_seq; /* journal row with the newest rules; 0: none */
    struct ledger_rules rules;
    bool rules_known;
    uint64_t writer_count;
    uint64_t row_count;
    uint64_t event_seq;
    bool older_keys; /* than those loaded: any account may have some */
};

/* ---- rows ---- */

static enum cnop_err
load_writer(void *arg, const struct cnop_row *row)
{
    struct loader *loader = arg;
    struct cnop_str hash = cell_bytes(row, 3);

    cnop_assert(row->column_count == 6);
    if (hash.len != sizeof(loader->chain.hash))
        return CNOP_E_INTERNAL;
    loader->chain.epoch = (uint64_t)cell_i64(row, 0);
    loader->chain.seq = (uint64_t)cell_i64(row, 1);
    loader->next_id = cell_i64(row, 2);
    memcpy(loader->chain.hash, hash.ptr, hash.len);
    loader->check->sealed = !cell_is_null(row, 4);
    loader->rules_seq = (uint64_t)cell_i64(row, 5);
    loader->writer_count++;
    return CNOP_OK;
}

/* Those of the last record of the row that has some. What cannot be read are none: then the start
 * gives them again, and nothing depends on what was here. */
static enum cnop_err
load_rules(void *arg, const struct cnop_row *row)
{
    struct loader *loader = arg;
    struct cnop_str body = cell_bytes(row, 0);
    struct ledger_record record;

    cnop_assert(row->column_count == 1);
    while (body.len > 0 && ledger_record_decode(&body, &record) == CNOP_OK) {
        if (record.command.op != LEDGER_OP_RULES)
            continue;
        loader->rules = record.command.rules;
        loader->rules_known = true;
    }
    return CNOP_OK;
}

static enum cnop_err
load_account(void *arg, const struct cnop_row *cells)
{
    struct loader *loader = arg;
    struct ledger_account found = {.id = 0};
    ROW_PLACES(ROW_ACCOUNT);

    cnop_assert(cells->column_count == PLACE_COUNT);
    ROW_TAKE_ALL(ROW_ACCOUNT)
    loader->row_count++;
    recovery_check_account(loader->check, &found, &cells->cells[PLACE_seal]);
    return ledger_load_account(loader->ledger, &found);
}

static enum cnop_err
load_balance(void *arg, const struct cnop_row *cells)
{
    struct loader *loader = arg;
    struct ledger_balance balance = {.account_id = 0};
    ROW_PLACES(ROW_BALANCE);

    cnop_assert(cells->column_count == PLACE_COUNT);
    ROW_TAKE_ALL(ROW_BALANCE)
    loader->row_count++;
    recovery_check_balance(loader->check, &balance, &cells->cells[PLACE_seal]);
    return ledger_load_balance(loader->ledger, &balance);
}

static enum cnop_err
load_limit(void *arg, const struct cnop_row *cells)
{
    struct loader *loader = arg;
    int64_t account_id = 0, kind = 0, used_e8 = 0;
    int32_t utc_day = 0;
    ROW_PLACES(ROW_LIMIT);

    cnop_assert(cells->column_count == PLACE_COUNT);
    ROW_TAKE_ALL(ROW_LIMIT)
    loader->row_count++;
    if (kind < 1 || kind > LEDGER_LIMIT_COUNT ||
        ledger_find_account(loader->ledger, account_id) == NULL)
        return CNOP_E_INTERNAL;
    ledger_load_limit(loader->ledger, account_id, (enum ledger_limit)(kind - 1), utc_day, used_e8);
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

    cnop_assert(row->column_count == 7);
    if (asset.id == LEDGER_USD || symbol.len < 1 || symbol.len > LEDGER_SYMBOL_BYTES)
        return CNOP_E_INTERNAL;
    memcpy(asset.symbol, symbol.ptr, symbol.len);
    loader->row_count++;
    return ledger_load_asset(loader->ledger, &asset);
}

/* One that does not fit is left out: what its account holds for it then has no order, which the
 * check of holds finds. */
static enum cnop_err
load_order(void *arg, const struct cnop_row *cells)
{
    struct loader *loader = arg;
    struct ledger_order order = {.id = 0};
    enum cnop_err err = CNOP_OK;
    ROW_PLACES(ROW_OPEN);

    cnop_assert(cells->column_count == PLACE_COUNT + 1);
    ROW_TAKE_ALL(ROW_OPEN)
    loader->row_count++;
    if (recovery_check_order(loader->check, &order, &cells->cells[PLACE_COUNT]))
        err = ledger_load_order(loader->ledger, &order);
    if (err == CNOP_E_INVALID)
        recovery_check_bad_order(loader->check, &order);
    return err == CNOP_E_INVALID ? CNOP_OK : err;
}

static enum cnop_err
load_order_key(void *arg, const struct cnop_row *row)
{
    struct loader *loader = arg;
    struct stored_key key;

    cnop_assert(loader->ledger != NULL);
    loader->row_count++;
    if (stored_read_order(row, &key))
        ledger_load_key(loader->ledger, &key.posting, key.key, key.fingerprint);
    ledger_forget(loader->ledger, ledger_mark(loader->ledger));
    return CNOP_OK;
}

static enum cnop_err
load_entry_key(void *arg, const struct cnop_row *row)
{
    struct loader *loader = arg;
    struct stored_key key;

    cnop_assert(loader->ledger != NULL);
    loader->row_count++;
    if (stored_read_entry(row, &key))
        ledger_load_key(loader->ledger, &key.posting, key.key, key.fingerprint);
    ledger_forget(loader->ledger, ledger_mark(loader->ledger));
    return CNOP_OK;
}

/* The newest row says which number comes next. Whatever is wrong with it costs nobody money: the
 * gateways are told to start over. */
static enum cnop_err
load_events(void *arg, const struct cnop_row *row)
{
    struct loader *loader = arg;
    int64_t first_seq = cell_i64(row, 0), count = cell_i64(row, 1);

    cnop_assert(row->column_count == 2);
    if (first_seq < 1 || first_seq > INT64_MAX / 2 || count < 1 || count > EVENT_ROW_BYTES) {
        cnop_log_write(CNOP_LOG_ERROR, "events", "the newest row of events is damaged");
        first_seq = first_seq < 1 || first_seq > INT64_MAX / 2 ? 1 : first_seq;
        count = 1;
    }
    loader->event_seq = (uint64_t)(first_seq + count - 1);
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

    cnop_assert(fn != NULL);
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

    cnop_assert(db != NULL);
    cnop_batch_init(&batch, memory, sizeof(memory));
    cnop_batch_sql(&batch, "START TRANSACTION;"
                           "UPDATE writer SET epoch=LAST_INSERT_ID(epoch+1) WHERE shard=0;COMMIT");
    err = cnop_batch_db_connect(db);
    if (err == CNOP_OK) {
        err = CNOP_E_DB_DEADLOCK;
        for (int tries = 0; tries < TAKE_OVER_TRIES && err == CNOP_E_DB_DEADLOCK; tries++)
            err = cnop_batch_commit(db, &batch);
    }
    if (err != CNOP_OK)
        return CNOP_E_DB_FAILED;
    /* The epoch that this connection has set: two engines must never believe in the same one. */
    err = scan(db,
               "SELECT epoch,seq,next_id,head_hash,sealed_us,rules_seq FROM writer "
               "WHERE shard=0 AND epoch=LAST_INSERT_ID()",
               0, load_writer, loader);
    if (err == CNOP_OK && loader->writer_count != 1)
        return CNOP_E_FENCED;
    return err;
}

/* The newest keys. Times do not tell whose older ones are left out: clocks step back. */
static enum cnop_err
load_keys(struct cnop_batch_db *db, uint64_t count, struct loader *loader)
{
    enum cnop_err err;

    cnop_assert(loader->next_id > 0);
    loader->older_keys = count == 0;
    if (count == 0)
        return CNOP_OK;
    loader->row_count = 0;
    err = scan(db, "SELECT " ROW_SELECTED(ROW_BOOK_ORDER) " FROM orders ORDER BY id DESC LIMIT ",
               count, load_order_key, loader);
    if (err != CNOP_OK)
        return err;
    loader->older_keys = loader->row_count == count;
    loader->row_count = 0;
    err = scan(db, "SELECT " ROW_SELECTED(ROW_ENTRY) " FROM cash_entry ORDER BY id DESC LIMIT ",
               count, load_entry_key, loader);
    loader->older_keys = loader->older_keys || loader->row_count == count;
    return err;
}

/* The rules that the rows were made by: balances are loaded under them. */
static enum cnop_err
load_rules_in_force(struct cnop_batch_db *db, struct loader *loader)
{
    enum cnop_err err;

    cnop_assert(!loader->rules_known);
    if (loader->rules_seq == 0)
        return CNOP_OK;
    err = scan(db, "SELECT body FROM journal WHERE seq=", loader->rules_seq, load_rules, loader);
    if (err == CNOP_OK && loader->rules_known)
        ledger_load_rules(loader->ledger, &loader->rules);
    return err;
}

static enum cnop_err
load_all(const struct recovery_parts *parts, struct loader *loader)
{
    struct cnop_batch_db *db = parts->db;
    enum cnop_err err = load_rules_in_force(db, loader);

    cnop_assert(loader->ledger != NULL);
    if (err != CNOP_OK)
        return err;
    ledger_load_next_id(loader->ledger, loader->next_id);
    err = scan(db, "SELECT " ROW_SELECTED(ROW_ACCOUNT) " FROM account", 0, load_account, loader);
    if (err != CNOP_OK)
        return err;
    err = scan(db, "SELECT " ROW_SELECTED(ROW_BALANCE) " FROM balance", 0, load_balance, loader);
    if (err != CNOP_OK)
        return err;
    err = load_keys(db, parts->boot_keys, loader);
    if (err != CNOP_OK)
        return err;
    if (loader->older_keys)
        ledger_load_cold(loader->ledger);
    err = scan(db, "SELECT " ROW_SELECTED(ROW_LIMIT) " FROM limit_use", 0, load_limit, loader);
    if (err != CNOP_OK)
        return err;
    err = scan(db,
               "SELECT id,symbol,is_active,halted,price_e10,price_seq,price_ts_us "
               "FROM cnop_market.v_engine_asset",
               0, load_asset, loader);
    if (err != CNOP_OK)
        return err;
    err = scan(db, "SELECT first_seq,event_count FROM event_batch ORDER BY first_seq DESC LIMIT ",
               1, load_events, loader);
    if (err != CNOP_OK)
        return err;
    return scan(db,
                "SELECT " ROW_SELECTED(ROW_OPEN) ",seal FROM open_order "
                                                 "JOIN orders ON id=order_id ORDER BY prio",
                0, load_order, loader);
}

/* A server whose commits do not survive its power would be promised durable orders. */
static enum cnop_err
check_durable(const struct recovery_parts *parts)
{
    char text[VERIFY_TEXT_BYTES] = "";
    enum cnop_err err = verify_durable(parts->db, text);

    if (err != CNOP_OK || text[0] == '\0')
        return err;
    cnop_log_write(parts->any_disk ? CNOP_LOG_WARN : CNOP_LOG_CRITICAL, "not_durable", text);
    return parts->any_disk ? CNOP_OK : CNOP_E_CONFIG;
}

static enum cnop_err
run(const struct recovery_parts *parts, struct loader *loader, struct recovered *recovered)
{
    enum cnop_err err = take_over(parts->db, loader);

    cnop_assert(recovered->finding_count == 0);
    if (err == CNOP_OK)
        err = check_durable(parts);
    if (err == CNOP_OK)
        err = load_all(parts, loader);
    recovered->chain = loader->chain;
    recovered->rules_known = loader->rules_known;
    recovered->event_seq = loader->event_seq;
    return err == CNOP_OK ? recovery_check_run(loader->check) : err;
}

enum cnop_err
recovery_run(const struct recovery_parts *parts, struct recovered *ret_recovered)
{
    static struct recovery_check check; /* large */
    int64_t start_us = cnop_clock_monotonic_us();
    struct loader loader = {.ledger = parts->ledger, .check = &check};
    struct cnop_log_line line;
    enum cnop_err err;

    cnop_assert(parts->ledger != NULL);
    memset(ret_recovered, 0, sizeof(*ret_recovered));
    recovery_check_init(&check, parts, ret_recovered);
    err = run(parts, &loader, ret_recovered);
    cnop_log_begin(&line, err == CNOP_OK ? CNOP_LOG_INFO : CNOP_LOG_CRITICAL, NULL, "recovery",
                   err == CNOP_OK ? "ledger loaded" : "ledger not loaded");
    cnop_log_text(&line, "error", err == CNOP_OK ? NULL : cnop_err_symbol(err));
    cnop_log_text(&line, "cause", err == CNOP_OK ? NULL : cnop_batch_db_cause(parts->db));
    cnop_log_u64(&line, "epoch", loader.chain.epoch);
    cnop_log_u64(&line, "seq", loader.chain.seq);
    cnop_log_u64(&line, "event_seq", loader.event_seq);
    cnop_log_u64(&line, "accounts", ledger_account_count(parts->ledger));
    cnop_log_u64(&line, "balances", ledger_balance_count(parts->ledger));
    cnop_log_u64(&line, "open_orders", ledger_open_order_count(parts->ledger));
    cnop_log_u64(&line, "findings", ret_recovered->finding_count);
    cnop_log_i64(&line, "duration_us", cnop_clock_monotonic_us() - start_us);
    cnop_log_end(&line);
    return err;
}
