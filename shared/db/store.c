/* SPDX-License-Identifier: MIT */
/* Opening, closing and transactions, once for every store. */
#include "shared/db/store.h"

enum cnop_err
cnop_store_open(const struct cnop_db_config *config, size_t rows_bytes,
                struct cnop_store **ret_store)
{
    struct cnop_arena *arena = cnop_arena_new(rows_bytes + sizeof(struct cnop_store));
    struct cnop_store *store = cnop_arena_alloc(arena, sizeof(*store));
    enum cnop_err err;

    cnop_assert(store != NULL);
    *store = (struct cnop_store){.arena = arena, .arena_mark = cnop_arena_mark(arena)};
    err = cnop_db_open(config, &store->db);
    if (err != CNOP_OK) {
        cnop_arena_free(&arena);
        return err;
    }
    *ret_store = store;
    return CNOP_OK;
}

void
cnop_store_close(struct cnop_store **store)
{
    struct cnop_arena *arena;

    if (*store == NULL)
        return;
    cnop_assert(!(*store)->in_transaction);
    arena = (*store)->arena;
    cnop_db_close(&(*store)->db);
    cnop_arena_free(&arena);
    *store = NULL;
}

struct cnop_arena *
cnop_store_rows(struct cnop_store *store)
{
    cnop_arena_rewind(store->arena, store->arena_mark);
    return store->arena;
}

enum cnop_err
cnop_store_exec_one(struct cnop_store *store, const struct cnop_sql *sql, struct cnop_params params)
{
    struct cnop_changed changed;
    enum cnop_err err = cnop_db_exec(store->db, sql, params, &changed);

    if (err != CNOP_OK)
        return err;
    return changed.affected_rows == 1 ? CNOP_OK : CNOP_E_INTERNAL;
}

struct transaction_job {
    struct cnop_store *store;
    cnop_store_fn fn;
    void *arg;
};

static enum cnop_err
transaction_once(struct cnop_db *db, void *arg)
{
    const struct transaction_job *job = arg;
    cnop_cleanup(cnop_tx_done) struct cnop_tx *tx = NULL;
    enum cnop_err err = cnop_tx_begin(db, &tx);

    if (err != CNOP_OK)
        return err;
    job->store->in_transaction = true;
    err = job->fn(job->arg);
    job->store->in_transaction = false;
    return err == CNOP_OK ? cnop_tx_commit(&tx) : err;
}

enum cnop_err
cnop_store_transaction(struct cnop_store *store, cnop_store_fn fn, void *arg)
{
    struct transaction_job job = {.store = store, .fn = fn, .arg = arg};

    cnop_assert(!store->in_transaction);
    return cnop_db_retry(store->db, transaction_once, &job);
}

struct cnop_param
cnop_param_text_or_null(struct cnop_str text)
{
    return text.len == 0 ? CNOP_P_NULL() : CNOP_P_STR(text);
}

void
cnop_row_copy(const struct cnop_row *row, size_t column, char *ret_text, size_t size)
{
    struct cnop_str text = cnop_row_str(row, column);

    cnop_assert(text.len < size);
    if (text.len > 0)
        memcpy(ret_text, text.ptr, text.len);
    ret_text[text.len] = '\0';
}

void
cnop_row_copy_bytes(const struct cnop_row *row, size_t column, void *ret_bytes, size_t size)
{
    struct cnop_str bytes = cnop_row_str(row, column);

    cnop_assert(bytes.len == size);
    memcpy(ret_bytes, bytes.ptr, size);
}
