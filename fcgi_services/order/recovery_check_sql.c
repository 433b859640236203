/* SPDX-License-Identifier: MIT */
/* See recovery_check_sql.h. Runs once, before any thread exists. */
#include "fcgi_services/order/recovery_check_sql.h"

#include <stdio.h>
#include <string.h>

#include "fcgi_services/order/row_cells_sql.h"
#include "shared/base/clock.h"
#include "shared/base/log.h"

#define TAIL_ROWS 16 /* of the journal */
#define QUERY_BYTES 256
#define SEAL_ROWS 512 /* in one transaction */
#define SEAL_ROW_BYTES 160

static void
doubt(struct recovery_check *check, const char *text)
{
    cnop_assert(text[0] != '\0');
    check->in_doubt = true;
    cnop_log_write(CNOP_LOG_CRITICAL, "ledger_in_doubt", text);
}

/* ---- findings ---- */

static void
on_found(void *arg, const struct verify_finding *finding)
{
    struct recovery_check *check = arg;
    struct recovered *out = check->out;

    cnop_assert(finding->text[0] != '\0');
    cnop_assert(out->finding_count <= RECOVERY_FINDING_MAX);
    check->found_count++;
    if (finding->account_id < LEDGER_ACCOUNT_FIRST_USER) {
        doubt(check, finding->text);
        return;
    }
    if (finding->asset_id < RECOVERY_ASSET_MAX)
        check->sums[finding->asset_id] -= finding->surplus_e8;
    if (out->finding_count < RECOVERY_FINDING_MAX)
        out->findings[out->finding_count++] = *finding;
    else
        doubt(check, "too many accounts do not fit their orders and entries");
}

static bool
go_on(void *arg)
{
    cnop_assert(arg != NULL);
    return true;
}

void
recovery_check_init(struct recovery_check *check, const struct recovery_parts *parts,
                    struct recovered *out)
{
    const struct verify_to to = {.found = on_found, .pace = go_on, .arg = check};

    cnop_assert(parts->verify != NULL);
    cnop_assert(parts->key != NULL);
    memset(check, 0, sizeof(*check));
    check->parts = parts;
    check->out = out;
    verify_tell(parts->verify, &to);
}

/* ---- rows ---- */

void
recovery_check_balance(struct recovery_check *check, const struct ledger_balance *row,
                       const struct cnop_cell *seal)
{
    cnop_assert(seal != NULL);
    if (row->asset_id >= RECOVERY_ASSET_MAX) {
        doubt(check, "a balance of an asset that cannot be");
        return;
    }
    check->sums[row->asset_id] += (__int128)row->avail_e8 + row->held_e8;
    if (!check->sealed || cell_is(seal, seal_balance(check->parts->key, row)))
        return;
    if (check->unsealed_count < RECOVERY_UNSEALED_MAX)
        check->unsealed[check->unsealed_count] =
            (struct recovery_row){.account_id = row->account_id, .asset_id = row->asset_id};
    check->unsealed_count++;
}

void
recovery_check_account(struct recovery_check *check, const struct ledger_account *account,
                       const struct cnop_cell *seal)
{
    cnop_assert(seal != NULL);
    if (!check->sealed || cell_is(seal, seal_account(check->parts->key, account)))
        return;
    if (check->status_count < RECOVERY_UNSEALED_MAX)
        check->status[check->status_count] = account->id;
    check->status_count++;
}

static void
keep_order_finding(struct recovery_check *check, int64_t account_id, uint16_t asset_id,
                   const char *text)
{
    struct verify_finding *finding = &check->orders[check->order_count];

    if (check->order_count == RECOVERY_FINDING_MAX) {
        doubt(check, "dozens of orders on the books do not fit");
        return;
    }
    check->order_count++;
    *finding = (struct verify_finding){.account_id = account_id, .asset_id = asset_id};
    (void)snprintf(finding->text, sizeof(finding->text), "%s", text);
}

bool
recovery_check_order(struct recovery_check *check, const struct ledger_order *order,
                     const struct cnop_cell *seal)
{
    if (cell_is(seal, seal_order(check->parts->key, order)))
        return true;
    keep_order_finding(check, order->account_id, order->asset_id,
                       "an order on a book: changed by somebody else");
    return false;
}

void
recovery_check_bad_order(struct recovery_check *check, const struct ledger_order *order)
{
    keep_order_finding(check, order->account_id, order->asset_id,
                       "an order on a book: it cannot be there");
}

static bool
has_order_finding(const struct recovery_check *check, int64_t account_id)
{
    for (uint32_t i = 0; i < check->order_count; i++) {
        if (check->orders[i].account_id == account_id)
            return true;
    }
    return false;
}

/* What is held has to be what the orders that were loaded hold. An account where it is not trades
 * nothing: its orders stay away from the books until somebody has looked at their rows. */
static void
check_holds(struct recovery_check *check)
{
    struct ledger *ledger = check->parts->ledger;

    for (uint32_t i = 0; i < ledger_balance_count(ledger); i++) {
        const struct ledger_balance *row = ledger_balance_at(ledger, i);

        if (row->held_e8 == ledger_held_by_orders(ledger, row->account_id, row->asset_id))
            continue;
        ledger_unload_orders(ledger, row->account_id);
        if (!has_order_finding(check, row->account_id))
            keep_order_finding(check, row->account_id, row->asset_id,
                               "what is held differs from the orders on the books");
    }
}

/* ---- steps ---- */

static enum cnop_err
on_start_of_tail(void *arg, const struct cnop_row *row)
{
    struct ledger_chain *chain = arg;
    struct cnop_str hash = cell_bytes(row, 1);

    cnop_assert(row->column_count == 2);
    if (hash.len != sizeof(chain->hash))
        return CNOP_E_INTERNAL;
    chain->epoch = (uint64_t)cell_i64(row, 0);
    memcpy(chain->hash, hash.ptr, hash.len);
    return CNOP_OK;
}

/* The last rows of the journal, and that it ends where the writer's row says. */
static enum cnop_err
check_tail(struct recovery_check *check)
{
    const struct ledger_chain *head = &check->out->chain;
    struct ledger_chain chain = {.seq = head->seq > TAIL_ROWS ? head->seq - TAIL_ROWS : 0};
    char memory[QUERY_BYTES];
    struct cnop_batch query;
    enum cnop_err err = CNOP_OK;
    bool end = false;

    cnop_assert(chain.seq <= head->seq);
    cnop_batch_init(&query, memory, sizeof(memory));
    cnop_batch_sql(&query, "SELECT epoch,hash FROM journal WHERE seq=");
    cnop_batch_u64(&query, chain.seq);
    if (chain.seq > 0)
        err = cnop_batch_scan(check->parts->db, &query, on_start_of_tail, &chain);
    while (err == CNOP_OK && !end)
        err = verify_chain(check->parts->verify, &chain, &end);
    if (err == CNOP_OK &&
        (chain.seq != head->seq || memcmp(chain.hash, head->hash, sizeof(chain.hash)) != 0))
        doubt(check, "the journal does not end as the writer says");
    return err;
}

static enum cnop_err
check_accounts(struct recovery_check *check, int64_t first, int64_t last)
{
    enum cnop_err err = CNOP_OK;

    cnop_assert(first <= last);
    while (err == CNOP_OK && first <= last)
        err = verify_accounts(check->parts->verify, first, last, false, &first);
    return err;
}

static enum cnop_err
check_everybody(struct recovery_check *check)
{
    cnop_assert(!check->in_doubt);
    cnop_log_write(CNOP_LOG_WARN, "recovery", "making every balance again from orders and entries");
    return check_accounts(check, LEDGER_ACCOUNT_FIRST_USER, INT64_MAX - 1);
}

/* Rows come in the order of accounts: those of one are neighbours. */
static enum cnop_err
check_unsealed(struct recovery_check *check)
{
    enum cnop_err err = CNOP_OK;
    int64_t before = 0;

    cnop_assert(!check->in_doubt);
    cnop_assert(check->unsealed_count <= RECOVERY_UNSEALED_MAX); /* more are in doubt */
    for (uint32_t i = 0; i < check->unsealed_count && err == CNOP_OK; i++) {
        int64_t account_id = check->unsealed[i].account_id;

        if (account_id >= LEDGER_ACCOUNT_FIRST_USER && account_id != before)
            err = check_accounts(check, account_id, account_id);
        before = account_id;
    }
    return err;
}

static bool
is_balanced(const struct recovery_check *check)
{
    for (size_t i = 0; i < RECOVERY_ASSET_MAX; i++) {
        if (check->sums[i] != 0)
            return false;
    }
    return true;
}

/* ---- sealing ---- */

static bool
is_found(const struct recovery_check *check, int64_t account_id)
{
    cnop_assert(check->out->finding_count <= RECOVERY_FINDING_MAX);
    for (uint32_t i = 0; i < check->out->finding_count; i++) {
        if (check->out->findings[i].account_id == account_id)
            return true;
    }
    return false;
}

static void
put_seal(const struct recovery_check *check, struct cnop_batch *sql,
         const struct ledger_balance *row)
{
    cnop_assert(row != NULL);
    cnop_assert(row->asset_id < RECOVERY_ASSET_MAX);
    cnop_batch_sql(sql, "UPDATE balance SET seal=");
    cnop_buf_i64(&sql->text, seal_balance(check->parts->key, row));
    cnop_batch_sql(sql, " WHERE account_id=");
    cnop_buf_i64(&sql->text, row->account_id);
    cnop_batch_sql(sql, " AND asset_id=");
    cnop_buf_i64(&sql->text, row->asset_id);
    cnop_batch_sql(sql, ";");
}

static enum cnop_err
commit_seals(struct recovery_check *check, struct cnop_batch *sql)
{
    enum cnop_err err;

    cnop_batch_sql(sql, "COMMIT");
    cnop_assert(!cnop_batch_overflowed(sql));
    err = cnop_batch_commit(check->parts->db, sql);
    cnop_batch_clear(sql);
    cnop_batch_sql(sql, "START TRANSACTION;");
    return err == CNOP_OK ? err : CNOP_E_DB_FAILED;
}

/* All rows of a ledger that had no seals before, and then that it has them. */
static enum cnop_err
seal_everything(struct recovery_check *check, struct cnop_batch *sql)
{
    const struct ledger *ledger = check->parts->ledger;
    enum cnop_err err = CNOP_OK;

    cnop_assert(!check->sealed);
    for (uint32_t i = 0; i < ledger_balance_count(ledger) && err == CNOP_OK; i++) {
        if (!is_found(check, ledger_balance_at(ledger, i)->account_id))
            put_seal(check, sql, ledger_balance_at(ledger, i));
        if (i % SEAL_ROWS == SEAL_ROWS - 1)
            err = commit_seals(check, sql);
    }
    for (uint32_t i = 0; i < ledger_account_count(ledger) && err == CNOP_OK; i++) {
        const struct ledger_account *account = ledger_account_at(ledger, i);

        cnop_batch_sql(sql, "UPDATE account SET seal=");
        cnop_buf_i64(&sql->text, seal_account(check->parts->key, account));
        cnop_batch_sql(sql, " WHERE id=");
        cnop_buf_i64(&sql->text, account->id);
        cnop_batch_sql(sql, ";");
        if (i % SEAL_ROWS == SEAL_ROWS - 1)
            err = commit_seals(check, sql);
    }
    if (err != CNOP_OK)
        return err;
    cnop_batch_sql(sql, "UPDATE writer SET sealed_us=");
    cnop_buf_i64(&sql->text, cnop_clock_wall_us());
    cnop_batch_sql(sql, " WHERE shard=0;");
    return commit_seals(check, sql);
}

/* Rows without a fitting seal that fit everything else: somebody has put them right. */
static enum cnop_err
seal_again(struct recovery_check *check, struct cnop_batch *sql)
{
    cnop_assert(check->sealed);
    cnop_assert(check->unsealed_count <= RECOVERY_UNSEALED_MAX);
    for (uint32_t i = 0; i < check->unsealed_count; i++) {
        const struct recovery_row *row = &check->unsealed[i];

        if (!is_found(check, row->account_id))
            put_seal(check, sql,
                     ledger_find_balance(check->parts->ledger, row->account_id, row->asset_id));
    }
    return check->unsealed_count > 0 ? commit_seals(check, sql) : CNOP_OK;
}

static enum cnop_err
seal(struct recovery_check *check)
{
    static char memory[2 * SEAL_ROWS * SEAL_ROW_BYTES];
    struct cnop_batch sql;

    cnop_assert(!check->in_doubt);
    cnop_assert(is_balanced(check)); /* a seal says that a row was right */
    cnop_batch_init(&sql, memory, sizeof(memory));
    cnop_batch_sql(&sql, "START TRANSACTION;");
    return check->sealed ? seal_again(check, &sql) : seal_everything(check, &sql);
}

/* ---- all of it ---- */

static void
add_status_findings(struct recovery_check *check)
{
    cnop_assert(check->status_count <= RECOVERY_UNSEALED_MAX);
    for (uint32_t i = 0; i < check->status_count; i++) {
        const struct verify_finding finding = {
            .account_id = check->status[i],
            .text = "account: its status was changed by somebody else"};

        if (finding.account_id >= LEDGER_ACCOUNT_FIRST_USER)
            on_found(check, &finding);
    }
}

/* A freeze ends all orders, but those whose rows were in doubt then. */
static void
check_frozen(struct recovery_check *check)
{
    const struct ledger *ledger = check->parts->ledger;

    for (uint32_t i = 0; i < ledger_account_count(ledger); i++) {
        const struct ledger_account *account = ledger_account_at(ledger, i);

        if (account->status == LEDGER_FROZEN && account->order_count > 0)
            keep_order_finding(check, account->id, LEDGER_USD,
                               "an order on a book, of a frozen account");
    }
}

static void
add_order_findings(struct recovery_check *check)
{
    check_holds(check);
    check_frozen(check);
    for (uint32_t i = 0; i < check->order_count; i++)
        on_found(check, &check->orders[i]);
}

/* A row put back to what it once was fits its seal: only everybody together tells. */
static enum cnop_err
start_over(struct recovery_check *check, uint32_t kept_findings)
{
    const struct ledger *ledger = check->parts->ledger;

    cnop_assert(kept_findings <= check->out->finding_count);
    check->out->finding_count = kept_findings;
    memset(check->sums, 0, sizeof(check->sums));
    for (uint32_t i = 0; i < ledger_balance_count(ledger); i++) {
        const struct ledger_balance *row = ledger_balance_at(ledger, i);

        cnop_assert(row->asset_id < RECOVERY_ASSET_MAX);
        check->sums[row->asset_id] += (__int128)row->avail_e8 + row->held_e8;
    }
    return check_everybody(check);
}

static enum cnop_err
check_balances(struct recovery_check *check)
{
    uint32_t kept_findings = check->out->finding_count;
    enum cnop_err err;

    cnop_assert(!check->in_doubt);
    if (!check->sealed)
        return check_everybody(check);
    err = check_unsealed(check);
    if (err == CNOP_OK && !check->in_doubt && !is_balanced(check))
        err = start_over(check, kept_findings);
    return err;
}

enum cnop_err
recovery_check_run(struct recovery_check *check)
{
    enum cnop_err err = check_tail(check);

    cnop_assert(check->parts->ledger != NULL);
    if (check->unsealed_count > RECOVERY_UNSEALED_MAX ||
        check->status_count > RECOVERY_UNSEALED_MAX)
        doubt(check,
              "hundreds of rows do not fit their seals: is order_id_key_file this ledger's?");
    if (err == CNOP_OK && !check->in_doubt)
        err = check_balances(check);
    if (err != CNOP_OK)
        return err;
    if (!check->in_doubt && !is_balanced(check))
        doubt(check, "an asset does not sum to zero, and no account explains it");
    if (check->in_doubt)
        return CNOP_E_INTERNAL;
    add_status_findings(check);
    add_order_findings(check);
    return check->in_doubt ? CNOP_E_INTERNAL : seal(check);
}
