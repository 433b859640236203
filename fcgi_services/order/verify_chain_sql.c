/* SPDX-License-Identifier: MIT */
/* The journal against its hashes, and the rows of orders, entries and transfers against the
 * commands it holds; see verify.h. */
#include "fcgi_services/order/verify_state_sql.h"

#include <string.h>

#include "fcgi_services/order/row_cells_sql.h"
#include "fcgi_services/order/rows_columns.h"
#include "fcgi_services/order/stored_sql.h"

static bool
is_order(const struct ledger_command *command)
{
    return command->op == LEDGER_OP_ORDER || command->op == LEDGER_OP_LIMIT;
}

static void
fault(struct verify *verify, struct verify_command *command, const char *what)
{
    cnop_assert(what != NULL);
    if (command->faulty)
        return;
    command->faulty = true;
    verify_found(verify, VERIFY_OF(command->command.account_id, command->command.asset_id, 0),
                 "%s %lld of account %lld: %s", is_order(&command->command) ? "order" : "entry",
                 (long long)command->id, (long long)command->command.account_id, what);
}

/* ---- journal ---- */

static enum cnop_err
on_size(void *arg, const struct cnop_row *row)
{
    struct verify *verify = arg;
    int64_t count = cell_i64(row, 1), bytes = cell_i64(row, 2);

    cnop_assert(row->column_count == 3);
    cnop_assert(verify->row_count <= VERIFY_COMMANDS);
    if (bytes > ENGINE_BODY_BYTES)
        bytes = ENGINE_BODY_BYTES;
    if (count < 0 || count > ENGINE_BATCH_MAX)
        count = ENGINE_BATCH_MAX; /* what the row says is judged when it is read */
    if (verify->row_count + count > VERIFY_COMMANDS ||
        verify->body_bytes + bytes > VERIFY_BODY_BYTES)
        verify->full = true; /* and no later, shorter one */
    if (verify->full)
        return CNOP_OK;
    verify->row_count += (uint32_t)count;
    verify->body_bytes += bytes;
    verify->last_seq = (uint64_t)cell_i64(row, 0);
    return CNOP_OK;
}

static bool
has_rows(const struct ledger_command *command)
{
    return command->op <= LEDGER_OP_GIFT || command->op == LEDGER_OP_SETTLE ||
           command->op == LEDGER_OP_LIMIT || command->op == LEDGER_OP_CROSS ||
           ledger_op_changes_order(command->op);
}

static enum cnop_err
take_commands(struct verify *verify, struct cnop_str body, int64_t count)
{
    int64_t found = 0;

    while (body.len > 0) {
        struct verify_command *place = &verify->commands[verify->command_count];
        struct ledger_record record;

        if (verify->command_count == VERIFY_COMMANDS)
            return CNOP_E_INVALID;
        if (ledger_record_decode(&body, &record) != CNOP_OK)
            return CNOP_E_INVALID;
        found++;
        if (!has_rows(&record.command) || record.id == 0)
            continue; /* an order that was amended in its place has no id and no trades */
        *place = (struct verify_command){.command = record.command, .id = record.id};
        if (!verify_keep_fills(verify, &record, place))
            return CNOP_E_INVALID;
        verify->command_count++;
    }
    cnop_assert(verify->command_count <= VERIFY_COMMANDS);
    return found == count ? CNOP_OK : CNOP_E_INVALID;
}

enum journal_place {
    JOURNAL_SEQ,
    JOURNAL_EPOCH,
    JOURNAL_FIRST_ID,
    JOURNAL_COUNT,
    JOURNAL_PREV,
    JOURNAL_HASH,
    JOURNAL_BODY,
    JOURNAL_PLACE_COUNT
};

/* What is wrong with the row, or NULL. The chain goes on with the hash that is stored: each break
 * is found once. */
static const char *
check_journal_row(struct verify *verify, const struct cnop_row *row)
{
    struct ledger_chain *chain = verify->chain;
    struct cnop_str body = cell_bytes(row, JOURNAL_BODY), prev = cell_bytes(row, JOURNAL_PREV);
    struct cnop_str hash = cell_bytes(row, JOURNAL_HASH);
    int64_t first_id = cell_i64(row, JOURNAL_FIRST_ID), count = cell_i64(row, JOURNAL_COUNT);
    uint64_t epoch = (uint64_t)cell_i64(row, JOURNAL_EPOCH);

    cnop_assert(row->column_count == JOURNAL_PLACE_COUNT);
    cnop_assert(chain != NULL);
    if ((uint64_t)cell_i64(row, JOURNAL_SEQ) != chain->seq + 1)
        return "rows before it are missing";
    if (prev.len != sizeof(chain->hash) || memcmp(prev.ptr, chain->hash, prev.len) != 0)
        return "does not continue the row before";
    if (epoch < chain->epoch || first_id < 0 || count < 1 || body.len < 1 ||
        body.len > ENGINE_BODY_BYTES)
        return "is no row of a journal";
    chain->epoch = epoch;
    memcpy(verify->framed + LEDGER_CHAIN_FRAME_BYTES, body.ptr, body.len);
    ledger_chain_extend(chain, first_id, (uint64_t)count, verify->framed, body.len);
    if (hash.len != sizeof(chain->hash) || memcmp(hash.ptr, chain->hash, hash.len) != 0)
        return "does not fit its hash";
    return take_commands(verify, body, count) == CNOP_OK ? NULL : "cannot be read";
}

static enum cnop_err
on_journal(void *arg, const struct cnop_row *row)
{
    struct verify *verify = arg;
    struct cnop_str hash = cell_bytes(row, JOURNAL_HASH);
    const char *what = check_journal_row(verify, row);

    verify->broken = verify->broken || what != NULL;
    if (what != NULL)
        verify_found(verify, VERIFY_OF(0, 0, 0), "journal row %lld %s",
                     (long long)cell_i64(row, JOURNAL_SEQ), what);
    verify->chain->seq = (uint64_t)cell_i64(row, JOURNAL_SEQ);
    if (hash.len == sizeof(verify->chain->hash))
        memcpy(verify->chain->hash, hash.ptr, hash.len);
    return CNOP_OK;
}

/* ---- rows ---- */

/* The command whose id, or one of whose trades, it is. */
static struct verify_command *
find_cause(struct verify *verify, int64_t id)
{
    uint32_t low = 0, high = verify->command_count;

    cnop_assert(high <= VERIFY_COMMANDS);
    while (low < high) {
        uint32_t middle = low + (high - low) / 2;

        if (verify_last_id(&verify->commands[middle]) < id)
            low = middle + 1;
        else
            high = middle;
    }
    if (low == verify->command_count || verify->commands[low].id > id)
        return NULL;
    return &verify->commands[low];
}

static struct verify_command *
find_command(struct verify *verify, int64_t id)
{
    struct verify_command *known = find_cause(verify, id);

    return known != NULL && known->id == id ? known : NULL;
}

/* Whether price and quantity make the total: in whole cents, or at 10^-8 as older ledgers settled.
 * ret_house: what the house pays or receives. */
static bool
is_settled(const struct verify_command *known, cnop_cash *ret_house)
{
    bool buy = known->command.side == LEDGER_BUY;
    cnop_cash down, up, cents;

    if (known->qty.e8 < 0 || known->command.price.e10 < 0 ||
        cnop_notional_floor(known->command.price, known->qty, &down) != CNOP_OK ||
        cnop_notional_ceil(known->command.price, known->qty, &up) != CNOP_OK ||
        cnop_cash_cent_ceil(up, &cents) != CNOP_OK)
        return false;
    if (!buy)
        cents = cnop_cash_cent_floor(down);
    *ret_house = buy ? down : up;
    cnop_assert(ret_house->e8 >= 0);
    cnop_assert(down.e8 <= up.e8);
    return known->total.e8 == cents.e8 || known->total.e8 == (buy ? up.e8 : down.e8);
}

/* What was asked for, as far as it does not depend on the fee of that time. */
static bool
is_asked(const struct verify_command *known, int64_t quote_e8)
{
    const struct ledger_command *command = &known->command;

    cnop_assert(command->op == LEDGER_OP_ORDER);
    if (command->qty.e8 > 0)
        return known->qty.e8 == command->qty.e8;
    if (quote_e8 != command->amount.e8)
        return false;
    if (command->side == LEDGER_BUY)
        return known->total.e8 + known->fee.e8 <= command->amount.e8 + CNOP_CENT_E8;
    return known->total.e8 + CNOP_CENT_E8 > command->amount.e8;
}

static const char *
compare_order(const struct verify *verify, struct verify_command *known,
              const struct ledger_posting *stored)
{
    const struct ledger_command *command = &known->command;
    cnop_cash house;

    cnop_assert(stored->op == LEDGER_OP_ORDER || stored->op == LEDGER_OP_LIMIT);
    known->qty = stored->qty;
    known->total = stored->total;
    known->fee = stored->fee;
    if (command->op != stored->op)
        return "is stored as another kind";
    if (stored->account_id != command->account_id || stored->asset_id != command->asset_id ||
        stored->side != command->side || stored->time_us != command->time_us)
        return "is stored as another's, of another asset, side or time";
    if (known->has_fills)
        return verify_filled(verify, known, stored);
    if (stored->price.e10 != command->price.e10 || stored->price_seq != command->price_seq)
        return "is stored at another price";
    if (!is_asked(known, stored->quote_qty.e8))
        return "is stored with another quantity";
    return is_settled(known, &house) && stored->fee.e8 >= 0 ? NULL : "is stored with a wrong total";
}

static enum cnop_err
on_order(void *arg, const struct cnop_row *cells)
{
    struct verify *verify = arg;
    struct stored_key found;
    struct ledger_posting stored;
    struct verify_command *known;
    const char *what;

    (void)stored_read_order(cells, &found);
    stored = found.posting;
    known = find_command(verify, stored.id);
    if (known == NULL) {
        verify_found(verify, VERIFY_OF(stored.account_id, stored.asset_id, 0),
                     "order %lld of account %lld: not in the journal", (long long)stored.id,
                     (long long)stored.account_id);
        return CNOP_OK;
    }
    known->stored = true;
    what = compare_order(verify, known, &stored);
    if (what == NULL &&
        (!cnop_str_equal(found.key, cnop_str_make(known->command.key, known->command.key_len)) ||
         (found.key.len > 0 &&
          memcmp(found.fingerprint, known->command.fingerprint, LEDGER_FINGERPRINT_BYTES) != 0)))
        what = "is stored with another key";
    if (what != NULL)
        fault(verify, known, what);
    return CNOP_OK;
}

static enum cnop_err
on_entry(void *arg, const struct cnop_row *cells)
{
    struct verify *verify = arg;
    struct ledger_posting stored = {.asset_id = LEDGER_USD}, *posting = &stored;
    struct verify_command *known;
    ROW_PLACES(ROW_ENTRY);

    cnop_assert(cells->column_count == PLACE_COUNT);
    ROW_TAKE_ALL(ROW_ENTRY)
    known = find_command(verify, stored.id);
    if (known == NULL) {
        verify_found(verify, VERIFY_OF(stored.account_id, LEDGER_USD, 0),
                     "entry %lld of account %lld: not in the journal", (long long)stored.id,
                     (long long)stored.account_id);
        return CNOP_OK;
    }
    known->stored = true;
    known->total = stored.total;
    if (stored.op != known->command.op || stored.account_id != known->command.account_id ||
        stored.time_us != known->command.time_us || stored.total.e8 != known->command.amount.e8 ||
        (cell_i64(cells, PLACE_amount_e8) < 0) != (stored.op == LEDGER_OP_WITHDRAW))
        fault(verify, known, "is stored as something else");
    return CNOP_OK;
}

/* ---- transfers ---- */

/* The legs in order; those of nothing are left out. */
static uint32_t
legs_of_order(const struct verify_command *known, cnop_cash house,
              struct ledger_transfer legs[LEDGER_TRANSFER_MAX])
{
    int64_t account = known->command.account_id;
    bool buy = known->command.side == LEDGER_BUY;
    int64_t payer = buy ? account : LEDGER_ACCOUNT_HOUSE;
    int64_t payee = buy ? LEDGER_ACCOUNT_HOUSE : account;
    const struct ledger_transfer all[LEDGER_TRANSFER_MAX] = {
        {payer, payee, buy ? house.e8 : known->total.e8, LEDGER_USD, LEDGER_TRANSFER_CASH},
        {payee, payer, known->qty.e8, known->command.asset_id, LEDGER_TRANSFER_ASSET},
        {payer, LEDGER_ACCOUNT_ROUNDING,
         buy ? known->total.e8 - house.e8 : house.e8 - known->total.e8, LEDGER_USD,
         LEDGER_TRANSFER_ROUNDING},
        {account, LEDGER_ACCOUNT_FEE, known->fee.e8, LEDGER_USD, LEDGER_TRANSFER_FEE},
    };
    uint32_t count = 0;

    cnop_assert(known->command.op == LEDGER_OP_ORDER);
    for (size_t i = 0; i < CNOP_COUNT(all); i++) {
        if (all[i].amount_e8 != 0)
            legs[count++] = all[i];
    }
    return count;
}

static uint32_t
legs_of(const struct verify_command *known, struct ledger_transfer legs[LEDGER_TRANSFER_MAX])
{
    int64_t account = known->command.account_id;
    int64_t from = LEDGER_ACCOUNT_WORLD, to = account;
    uint8_t kind = (uint8_t)(known->command.op - LEDGER_OP_DEPOSIT + LEDGER_TRANSFER_DEPOSIT);
    cnop_cash house = {0};

    cnop_assert(has_rows(&known->command));
    if (known->command.op == LEDGER_OP_ORDER) {
        (void)is_settled(known, &house);
        return legs_of_order(known, house, legs);
    }
    if (known->command.op == LEDGER_OP_SETTLE) {
        from = LEDGER_ACCOUNT_HOUSE;
        kind = LEDGER_TRANSFER_ROUNDING;
    } else if (known->command.op == LEDGER_OP_WITHDRAW) {
        from = account;
        to = LEDGER_ACCOUNT_WORLD;
    }
    legs[0] = (struct ledger_transfer){from, to, known->command.amount.e8, LEDGER_USD, kind};
    return 1;
}

static enum cnop_err
on_transfer(void *arg, const struct cnop_row *row)
{
    struct verify *verify = arg;
    struct verify_command *known = find_cause(verify, cell_i64(row, 0));
    struct ledger_transfer legs[LEDGER_FILL_TRANSFER_MAX];
    const struct ledger_transfer *leg;
    uint32_t *seen = NULL;
    uint32_t count = 0;

    cnop_assert(row->column_count == 6);
    if (known == NULL) {
        int64_t debit = cell_i64(row, 1), credit = cell_i64(row, 2);

        verify_found(verify,
                     VERIFY_OF(credit >= LEDGER_ACCOUNT_FIRST_USER ? credit : debit,
                               (uint16_t)cell_i64(row, 3), 0),
                     "transfer %lld from account %lld to %lld: "
                     "belongs to nothing in the journal",
                     (long long)cell_i64(row, 0), (long long)debit, (long long)credit);
        return CNOP_OK;
    }
    if (known->has_fills) {
        seen = verify_fill_legs(verify, known, cell_i64(row, 0), legs, &count);
    } else {
        seen = &known->leg_count;
        count = legs_of(known, legs);
    }
    if (seen == NULL || *seen == count) {
        fault(verify, known, "has a transfer too many");
        return CNOP_OK;
    }
    leg = &legs[(*seen)++];
    if (cell_i64(row, 1) != leg->debit_account || cell_i64(row, 2) != leg->credit_account ||
        cell_i64(row, 3) != leg->asset_id || cell_i64(row, 4) != leg->amount_e8 ||
        cell_i64(row, 5) != leg->kind)
        fault(verify, known, "has a wrong transfer");
    return CNOP_OK;
}

/* ---- a stretch ---- */

static enum cnop_err
read_stretch(struct verify *verify)
{
    enum cnop_err err;

    cnop_assert(verify->chain != NULL);
    verify->last_seq = 0;
    verify->command_count = 0;
    verify->fill_count = 0;
    verify->body_bytes = 0;
    verify->full = false;
    verify->broken = false;
    verify_query(verify, "SELECT seq,command_count,LENGTH(body) FROM journal WHERE seq>");
    verify_number(verify, (int64_t)verify->chain->seq, " ORDER BY seq LIMIT 512");
    err = verify_run(verify, on_size);
    if (err != CNOP_OK || verify->last_seq == 0)
        return err;
    verify_query(verify, "SELECT seq,epoch,first_id,command_count,prev_hash,hash,body "
                         "FROM journal WHERE seq>");
    verify_number(verify, (int64_t)verify->chain->seq, " AND seq<=");
    verify_number(verify, (int64_t)verify->last_seq, " ORDER BY seq");
    return verify_run(verify, on_journal);
}

static enum cnop_err
scan_between(struct verify *verify, const char *sql, const char *order, cnop_batch_row_fn fn)
{
    cnop_assert(verify->command_count > 0);
    cnop_assert(!verify->broken);
    verify_query(verify, sql);
    verify_number(verify, verify->commands[0].id, " AND ");
    verify_number(verify, verify_last_id(&verify->commands[verify->command_count - 1]), order);
    return verify_run(verify, fn);
}

enum cnop_err
verify_chain(struct verify *verify, struct ledger_chain *chain, bool *ret_end)
{
    enum cnop_err err;

    cnop_assert(chain != NULL);
    verify->chain = chain;
    err = read_stretch(verify);
    *ret_end = verify->last_seq == 0;
    /* A journal that is not to be believed accuses nobody. */
    if (err != CNOP_OK || verify->command_count == 0 || verify->broken)
        return err;
    err = scan_between(verify,
                       "SELECT " ROW_SELECTED(ROW_BOOK_ORDER) " FROM orders WHERE id BETWEEN ", "",
                       on_order);
    if (err == CNOP_OK)
        err = scan_between(verify,
                           "SELECT " ROW_SELECTED(ROW_ENTRY) " FROM cash_entry WHERE id BETWEEN ",
                           "", on_entry);
    if (err == CNOP_OK)
        err = scan_between(verify,
                           "SELECT id,debit_account,credit_account,asset_id,amount_e8,kind "
                           "FROM xfer WHERE id BETWEEN ",
                           " ORDER BY id,leg", on_transfer);
    if (err != CNOP_OK)
        return err;
    for (uint32_t i = 0; i < verify->command_count; i++) {
        struct verify_command *command = &verify->commands[i];
        struct ledger_transfer legs[LEDGER_TRANSFER_MAX];

        if (!command->stored)
            fault(verify, command, "is not stored");
        else if (command->has_fills ? !verify_has_all_legs(verify, command)
                                    : command->leg_count != legs_of(command, legs))
            fault(verify, command, "lacks a transfer");
    }
    return CNOP_OK;
}
