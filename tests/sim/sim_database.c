/* SPDX-License-Identifier: MIT */
/* The made up database: carries out what the engine's own code sends, or loses it, or loses the
 * answer, and looks at every batch that it keeps. */
#include <string.h>

#include "fcgi_services/order/recovery_sql.h"
#include "fcgi_services/order/rows_columns.h"
#include "fcgi_services/order/stored_sql.h"
#include "fcgi_services/order/verify.h"
#include "tests/sim/sim.h"
#include "tests/sim/sim_sql.h"

#define ROWS_MANY 8192
#define ROWS_FEW 512

static const struct engine_batch *expected;

static const struct layout {
    const char *name;
    const char *columns;
    const char *keys[SIM_KEYS];
    uint32_t row_max;
} layouts[] = {
    {"writer", "epoch,seq,next_id,head_hash,sealed_us,rules_seq,shard", {"shard"}, 1},
    {"account", ROW_NAMES(ROW_ACCOUNT), {"id"}, ROWS_FEW},
    {"balance", ROW_NAMES(ROW_BALANCE), {"account_id,asset_id"}, ROWS_FEW},
    {"limit_use", ROW_NAMES(ROW_LIMIT), {"account_id,kind"}, ROWS_FEW},
    {"orders",
     ROW_NAMES(ROW_BOOK_ORDER) ",hold_asset_id,hold_e8,prio,exact_e8,exact_e18,fee_cent_bps,"
                               "maker_bps,taker_bps,ver",
     {"id", "account_id,client_order_id"},
     ROWS_MANY},
    {"open_order", ROW_NAMES(ROW_OPEN_SEAL), {"order_id"}, ROWS_MANY},
    {"fill", ROW_NAMES(ROW_FILL), {"trade_id,side"}, 2 * ROWS_MANY},
    {"trade", ROW_NAMES(ROW_FILL_TRADE), {"id"}, ROWS_MANY},
    {"cash_entry", ROW_NAMES(ROW_ENTRY), {"id", "account_id,idem_key"}, ROWS_MANY},
    {"xfer", ROW_NAMES(ROW_TRANSFER), {"id,leg"}, 4 * ROWS_MANY},
    {"journal", ROW_NAMES(ROW_JOURNAL), {"seq"}, ROWS_MANY},
    {"event_batch", ROW_NAMES(ROW_EVENTS), {"first_seq"}, ROWS_MANY},
    {"cnop_market.v_engine_asset",
     "id,symbol,is_active,halted,price_e10,price_seq,price_ts_us",
     {"id"},
     AUDITOR_ASSETS},
};

static struct sim_table *
table_of(const char *name)
{
    return sim_table_find(&sim->tables, cnop_str_from(name));
}

static struct sim_cell *
cell_of(const struct sim_table *table, struct sim_cell *row, const char *column)
{
    return &row[sim_table_column(table, cnop_str_from(column))];
}

static struct sim_cell *
writer_cell(const char *column)
{
    const struct sim_table *table = table_of("writer");

    return cell_of(table, sim_table_row(&sim->tables, table, 0), column);
}

static void
add_system_accounts(void)
{
    struct sim_table *table = table_of("account");

    for (int64_t id = LEDGER_ACCOUNT_WORLD; id <= LEDGER_ACCOUNT_ROUNDING; id++) {
        const struct ledger_account account = {
            .id = id, .kind = (uint8_t)id, .status = LEDGER_ACTIVE};
        struct sim_cell row[SIM_COLUMNS];

        memset(row, 0, sizeof(row));
        *cell_of(table, row, "id") = sim_cell_i64(id);
        *cell_of(table, row, "kind") = sim_cell_i64(account.kind);
        *cell_of(table, row, "status") = sim_cell_i64(account.status);
        *cell_of(table, row, "seal") = sim_cell_i64(seal_account(&sim_seals, &account));
        sim_table_add(&sim->tables, table, row);
    }
}

void
sim_database_init(void)
{
    static const unsigned char zeros[CNOP_SHA256_BYTES];
    struct sim_cell writer[SIM_COLUMNS];

    for (size_t i = 0; i < CNOP_COUNT(layouts); i++)
        (void)sim_table_make(&sim->tables, layouts[i].name, layouts[i].columns, layouts[i].keys,
                             layouts[i].row_max);
    for (size_t i = 0; i < SIM_COLUMNS; i++)
        writer[i] = sim_cell_i64(0);
    *cell_of(table_of("writer"), writer, "next_id") = sim_cell_i64(1);
    *cell_of(table_of("writer"), writer, "head_hash") = sim_cell_bytes(zeros, sizeof(zeros));
    sim_table_add(&sim->tables, table_of("writer"), writer);
    add_system_accounts();
}

uint64_t
sim_database_epoch(void)
{
    return (uint64_t)writer_cell("epoch")->i64;
}

void
sim_database_head(struct ledger_chain *ret_chain)
{
    ret_chain->seq = (uint64_t)writer_cell("seq")->i64;
    memcpy(ret_chain->hash, writer_cell("head_hash")->bytes, sizeof(ret_chain->hash));
}

/* ---- transactions ---- */

void
sim_database_expect(const struct engine_batch *batch)
{
    expected = batch;
}

/* The journal is gapless, of rising epochs, and each row follows from the one before. */
static void
check_journal(const struct ledger_chain *before, const struct engine_batch *batch)
{
    const struct sim_table *table = table_of("journal");
    struct sim_cell *row = sim_table_row(&sim->tables, table, table->row_count - 1);

    sim_require(batch->chain.epoch == sim_database_epoch(),
                "an engine that another has shut out has written");
    sim_require((uint64_t)cell_of(table, row, "seq")->i64 == before->seq + 1 &&
                    (uint64_t)writer_cell("seq")->i64 == before->seq + 1,
                "the journal has a gap");
    sim_require(memcmp(cell_of(table, row, "prev_hash")->bytes, before->hash, CNOP_SHA256_BYTES) ==
                    0,
                "the journal's chain is broken");
    sim_require(memcmp(cell_of(table, row, "hash")->bytes, writer_cell("head_hash")->bytes,
                       CNOP_SHA256_BYTES) == 0,
                "the writer's head is not the journal's");
}

/* The numbers of events have no gap, whatever was lost in between. */
static void
check_events(const struct engine_batch *batch)
{
    const struct sim_table *table = table_of("event_batch");
    uint32_t old = table->row_count - batch->events.row_count;
    uint64_t next = 1;

    if (batch->events.row_count == 0)
        return;
    for (uint32_t i = old > 0 ? old - 1 : 0; i < table->row_count; i++) {
        struct sim_cell *row = sim_table_row(&sim->tables, table, i);

        if (i + 1 == old)
            next = (uint64_t)cell_of(table, row, "first_seq")->i64;
        sim_require((uint64_t)cell_of(table, row, "first_seq")->i64 == next,
                    "the numbers of events have a gap");
        next += (uint64_t)cell_of(table, row, "event_count")->i64;
    }
    sim_require(batch->events.last_seq == next - 1, "events of a batch are not in the table");
}

static enum cnop_err
carry_out(const struct cnop_batch *batch)
{
    struct ledger_chain before;
    enum cnop_err err;

    sim_database_head(&before);
    err = sim_sql_run(&sim->tables, cnop_buf_view(&batch->text));
    if (err == CNOP_OK && expected != NULL) {
        check_journal(&before, expected);
        check_events(expected);
        sim->count.commits++;
        sim_client_committed(expected);
    }
    return err;
}

/* Others may come in between, also another engine. */
static void
between(void)
{
    if (sim_draw(12) == 0)
        sim_yield();
}

enum cnop_err
cnop_batch_db_connect(struct cnop_batch_db *db)
{
    (void)db;
    return sim_chance(40) ? CNOP_E_DB_FAILED : CNOP_OK;
}

enum cnop_err
cnop_batch_commit(struct cnop_batch_db *db, struct cnop_batch *batch)
{
    static const enum cnop_err refusals[] = {CNOP_E_DB_FAILED, CNOP_E_DB_FAILED, CNOP_E_DB_DEADLOCK,
                                             CNOP_E_OUTCOME_UNKNOWN, CNOP_E_OUTCOME_UNKNOWN};
    enum cnop_err err;

    (void)db;
    between();
    if (expected != NULL && sim_client_is_poisoned(expected))
        return CNOP_E_INTERNAL;
    if (sim_chance(12)) {
        sim->count.failed_commits++;
        return refusals[sim_draw(CNOP_COUNT(refusals))];
    }
    err = carry_out(batch);
    if (err == CNOP_OK && sim_chance(12)) {
        sim->count.lost_answers++;
        between();
        return sim_draw(3) == 0 ? CNOP_E_DB_FAILED : CNOP_E_OUTCOME_UNKNOWN;
    }
    return err;
}

enum cnop_err
cnop_batch_scan(struct cnop_batch_db *db, const struct cnop_batch *query, cnop_batch_row_fn fn,
                void *arg)
{
    (void)db;
    between();
    if (sim_chance(25))
        return CNOP_E_DB_FAILED;
    return sim_sql_select(&sim->tables, cnop_buf_view(&query->text), fn, arg);
}

const char *
cnop_batch_db_cause(const struct cnop_batch_db *db)
{
    (void)db;
    return "made up";
}

/* ---- what the look-up asks for, and what other programs store ---- */

static enum cnop_err
read_order(void *arg, const struct cnop_row *row)
{
    sim_require(stored_read_order(row, arg), "the key is there, and cannot be read");
    return CNOP_OK;
}

static enum cnop_err
read_entry(void *arg, const struct cnop_row *row)
{
    sim_require(stored_read_entry(row, arg), "the key is there, and cannot be read");
    return CNOP_OK;
}

enum cnop_err
sim_database_look_up(struct lookup_result *result)
{
    const struct ledger_command *command = &result->job->command;
    bool is_order = command->op == LEDGER_OP_ORDER || command->op == LEDGER_OP_LIMIT;
    const struct sim_table *table = table_of(is_order ? "orders" : "cash_entry");
    char memory[1024];
    struct sim_cell key[SIM_COLUMNS];
    struct stored_key found;
    struct cnop_batch query;
    struct sim_cell *twin;

    *cell_of(table, key, "account_id") = sim_cell_i64(command->account_id);
    *cell_of(table, key, is_order ? "client_order_id" : "idem_key") =
        sim_cell_bytes(command->key, command->key_len);
    twin = sim_table_twin(&sim->tables, table, key, 1);
    if (twin == NULL)
        return CNOP_E_NOT_FOUND;
    cnop_batch_init(&query, memory, sizeof(memory));
    if (is_order)
        cnop_batch_sql(&query, "SELECT " ROW_SELECTED(ROW_BOOK_ORDER) " FROM orders WHERE id=");
    else
        cnop_batch_sql(&query, "SELECT " ROW_SELECTED(ROW_ENTRY) " FROM cash_entry WHERE id=");
    cnop_batch_i64(&query, cell_of(table, twin, "id")->i64);
    if (sim_sql_select(&sim->tables, cnop_buf_view(&query.text), is_order ? read_order : read_entry,
                       &found) != CNOP_OK)
        return CNOP_E_DB_FAILED;
    result->posting = found.posting;
    memcpy(result->fingerprint, found.fingerprint, LEDGER_FINGERPRINT_BYTES);
    return CNOP_OK;
}

void
sim_database_market(uint16_t asset_id)
{
    struct sim_table *table = table_of("cnop_market.v_engine_asset");
    const struct auditor_asset *market = &sim->market[asset_id];
    struct sim_cell row[SIM_COLUMNS];
    struct sim_cell *twin;

    *cell_of(table, row, "id") = sim_cell_i64(asset_id);
    *cell_of(table, row, "symbol") = sim_cell_bytes("A", 1);
    *cell_of(table, row, "is_active") = sim_cell_i64(market->active);
    *cell_of(table, row, "halted") = sim_cell_i64(market->halted);
    *cell_of(table, row, "price_e10") = sim_cell_i64(market->price);
    *cell_of(table, row, "price_seq") = sim_cell_i64((int64_t)market->seq);
    *cell_of(table, row, "price_ts_us") = sim_cell_i64(market->time_us);
    twin = sim_table_twin(&sim->tables, table, row, 0);
    if (twin == NULL)
        sim_table_add(&sim->tables, table, row);
    else
        memcpy(twin, row, table->column_count * sizeof(row[0]));
}

/* ---- verification is not what is simulated: the auditor looks at everything ---- */

enum cnop_err
verify_durable(struct cnop_batch_db *db, char *ret_text)
{
    (void)db;
    ret_text[0] = '\0';
    return CNOP_OK;
}

void
verify_tell(struct verify *verify, const struct verify_to *to)
{
    (void)verify;
    (void)to;
}

enum cnop_err
verify_chain(struct verify *verify, struct ledger_chain *chain, bool *ret_end)
{
    (void)verify;
    sim_database_head(chain);
    *ret_end = true;
    return CNOP_OK;
}

enum cnop_err
verify_accounts(struct verify *verify, int64_t first, int64_t last, bool seals, int64_t *ret_next)
{
    (void)verify;
    (void)seals;
    (void)last;
    (void)ret_next;
    sim_fail("a start does not believe the rows from account %lld on", (long long)first);
}

/* ---- the end ---- */

static int64_t
stored(int64_t account_id, int64_t asset_id)
{
    const struct sim_table *table = table_of("balance");
    struct sim_cell key[SIM_COLUMNS];
    struct sim_cell *row;

    *cell_of(table, key, "account_id") = sim_cell_i64(account_id);
    *cell_of(table, key, "asset_id") = sim_cell_i64(asset_id);
    row = sim_table_twin(&sim->tables, table, key, 0);
    return row == NULL ? 0
                       : cell_of(table, row, "avail_e8")->i64 + cell_of(table, row, "held_e8")->i64;
}

/* Every balance is the sum of its transfers. */
void
sim_database_check_end(void)
{
    static int64_t sums[AUDITOR_ASSETS][LEDGER_ACCOUNT_FIRST_USER + AUDITOR_USERS];
    const struct sim_table *table = table_of("xfer");

    memset(sums, 0, sizeof(sums));
    for (uint32_t i = 0; i < table->row_count; i++) {
        struct sim_cell *row = sim_table_row(&sim->tables, table, i);
        int64_t asset = cell_of(table, row, "asset_id")->i64;
        int64_t amount_e8 = cell_of(table, row, "amount_e8")->i64;

        sums[asset][cell_of(table, row, "debit_account")->i64] -= amount_e8;
        sums[asset][cell_of(table, row, "credit_account")->i64] += amount_e8;
    }
    for (int64_t asset = 0; asset < AUDITOR_ASSETS; asset++) {
        for (int64_t id = 1; id < LEDGER_ACCOUNT_FIRST_USER + AUDITOR_USERS; id++) {
            if (sums[asset][id] != stored(id, asset))
                sim_fail("the transfers of account %lld and asset %lld do not make its balance",
                         (long long)id, (long long)asset);
        }
    }
}
