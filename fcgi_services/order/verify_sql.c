/* SPDX-License-Identifier: MIT */
/* What the slices share: memory, queries, findings; the sums; the settings of the server. */
#include "fcgi_services/order/verify_state_sql.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>

#include "fcgi_services/order/row_cells_sql.h"
#include "fcgi_services/order/rows_columns.h"

enum cnop_err
verify_open(struct cnop_batch_db *db, const struct seal_key *key, struct verify **ret_verify)
{
    struct verify *verify =
        mmap(NULL, sizeof(*verify), PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

    cnop_assert(db != NULL);
    if (verify == MAP_FAILED)
        return CNOP_E_NO_MEMORY;
    verify->db = db;
    verify->key = key;
    *ret_verify = verify;
    return CNOP_OK;
}

void
verify_tell(struct verify *verify, const struct verify_to *to)
{
    cnop_assert(to->found != NULL && to->pace != NULL);
    verify->to = *to;
}

void
verify_found(struct verify *verify, const struct verify_finding *what, const char *format, ...)
{
    struct verify_finding finding = *what;
    va_list values;

    cnop_assert(verify->to.found != NULL);
    va_start(values, format);
    (void)vsnprintf(finding.text, sizeof(finding.text), format, values);
    va_end(values);
    verify->to.found(verify->to.arg, &finding);
}

/* ---- queries ---- */

void
verify_query(struct verify *verify, const char *sql)
{
    cnop_assert(sql[0] != '\0');
    cnop_batch_init(&verify->query, verify->text, sizeof(verify->text));
    cnop_batch_constant(&verify->query, sql);
}

void
verify_number(struct verify *verify, int64_t value, const char *sql_after)
{
    cnop_buf_i64(&verify->query.text, value);
    cnop_batch_constant(&verify->query, sql_after);
}

enum cnop_err
verify_run(struct verify *verify, cnop_batch_row_fn fn)
{
    cnop_assert(!cnop_batch_overflowed(&verify->query));
    cnop_assert(verify->to.pace != NULL);
    verify->row_count = 0;
    if (!verify->to.pace(verify->to.arg))
        return CNOP_E_SHUTTING_DOWN;
    return cnop_batch_scan(verify->db, &verify->query, fn, verify);
}

/* ---- the whole ---- */

static enum cnop_err
on_sum(void *arg, const struct cnop_row *row)
{
    struct verify *verify = arg;
    struct cnop_str sum = cell_bytes(row, 1);

    cnop_assert(row->column_count == 2);
    verify_found(verify, VERIFY_OF(0, (uint16_t)cell_i64(row, 0), 0),
                 "asset %lld does not sum to zero over all accounts, but to %.*s",
                 (long long)cell_i64(row, 0), (int)sum.len, sum.ptr);
    return CNOP_OK;
}

static enum cnop_err
on_head(void *arg, const struct cnop_row *row)
{
    struct verify *verify = arg;
    struct cnop_str head = cell_bytes(row, 1), last = cell_bytes(row, 2);

    cnop_assert(row->column_count == 3);
    if (cell_i64(row, 0) > 0 && !cnop_str_equal(head, last))
        verify_found(verify, VERIFY_OF(0, 0, 0),
                     "the journal does not end at row %lld as the writer says",
                     (long long)cell_i64(row, 0));
    return CNOP_OK;
}

static enum cnop_err
on_system_balance(void *arg, const struct cnop_row *cells)
{
    struct verify *verify = arg;
    struct ledger_balance balance = {.account_id = 0};
    ROW_PLACES(ROW_BALANCE);

    cnop_assert(cells->column_count == PLACE_COUNT);
    ROW_TAKE_ALL(ROW_BALANCE)
    if (!cell_is(&cells->cells[PLACE_seal], seal_balance(verify->key, &balance)))
        verify_found(verify, VERIFY_OF(balance.account_id, balance.asset_id, 0),
                     "balance of account %lld, asset %u: changed by somebody else",
                     (long long)balance.account_id, balance.asset_id);
    return CNOP_OK;
}

enum cnop_err
verify_whole(struct verify *verify)
{
    enum cnop_err err;

    verify_query(verify, "SELECT asset_id,SUM(CAST(avail_e8 AS DECIMAL(30))+held_e8) AS total "
                         "FROM balance GROUP BY asset_id HAVING total<>0");
    err = verify_run(verify, on_sum);
    if (err != CNOP_OK)
        return err;
    verify_query(verify, "SELECT " ROW_SELECTED(ROW_BALANCE) " FROM balance WHERE account_id<1000");
    err = verify_run(verify, on_system_balance);
    if (err != CNOP_OK)
        return err;
    verify_query(verify, "SELECT w.seq,w.head_hash,j.hash FROM writer w "
                         "LEFT JOIN journal j ON j.seq=w.seq WHERE w.shard=0");
    return verify_run(verify, on_head);
}

/* ---- durability ---- */

static enum cnop_err
on_settings(void *arg, const struct cnop_row *row)
{
    char *text = arg;
    bool has_log = cell_i64(row, 2) != 0;

    cnop_assert(row->column_count == 4);
    (void)snprintf(text, VERIFY_TEXT_BYTES, "%s%s%s",
                   cell_i64(row, 0) != 1 ? "innodb_flush_log_at_trx_commit is not 1; " : "",
                   cell_i64(row, 1) == 0 ? "innodb_doublewrite is off; " : "",
                   has_log && cell_i64(row, 3) != 1 ? "sync_binlog is not 1; " : "");
    return CNOP_OK;
}

enum cnop_err
verify_durable(struct cnop_batch_db *db, char *ret_text)
{
    char memory[VERIFY_QUERY_BYTES];
    struct cnop_batch query;

    cnop_assert(ret_text != NULL);
    cnop_batch_init(&query, memory, sizeof(memory));
    cnop_batch_sql(&query, "SELECT @@GLOBAL.innodb_flush_log_at_trx_commit,"
                           "@@GLOBAL.innodb_doublewrite NOT IN ('0','OFF'),@@GLOBAL.log_bin,"
                           "@@GLOBAL.sync_binlog");
    return cnop_batch_scan(db, &query, on_settings, ret_text);
}
