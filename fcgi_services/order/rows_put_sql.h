/* SPDX-License-Identifier: MIT */
/* How the columns of rows_columns.h are written: the functions that they name. Zero is NULL where
 * the name says so. */
#ifndef CNOP_ORDER_ROWS_PUT_SQL_H
#define CNOP_ORDER_ROWS_PUT_SQL_H

#include "shared/base/secret.h"
#include "shared/db/batch.h"
#include "shared/ledger/command.h"

static inline void
rows_put_i64(struct cnop_batch *sql, int64_t value)
{
    cnop_batch_i64(sql, value);
}

static inline void
rows_put_u64(struct cnop_batch *sql, uint64_t value)
{
    cnop_assert(sql != NULL);
    cnop_assert(value <= INT64_MAX);
    cnop_batch_u64(sql, value);
}

static inline void
rows_put_i64_or_null(struct cnop_batch *sql, int64_t value)
{
    value == 0 ? cnop_batch_null(sql) : cnop_batch_i64(sql, value);
}

static inline void
rows_put_key(struct cnop_batch *sql, const struct ledger_command *command)
{
    cnop_assert(command->key_len <= LEDGER_KEY_BYTES);
    command->key_len == 0 ? cnop_batch_null(sql)
                          : cnop_batch_bytes(sql, command->key, command->key_len);
}

static inline void
rows_put_fingerprint(struct cnop_batch *sql, const struct ledger_command *command)
{
    command->key_len == 0 ? cnop_batch_null(sql)
                          : cnop_batch_bytes(sql, command->fingerprint, LEDGER_FINGERPRINT_BYTES);
}

static inline void
rows_put_request_id(struct cnop_batch *sql, const struct ledger_command *command)
{
    cnop_assert(command->request_id_len <= LEDGER_REQUEST_ID_BYTES);
    command->request_id_len == 0
        ? cnop_batch_null(sql)
        : cnop_batch_bytes(sql, command->request_id, command->request_id_len);
}

static inline void
rows_put_hash(struct cnop_batch *sql, const unsigned char *hash)
{
    cnop_assert(hash != NULL);
    cnop_batch_bytes(sql, hash, CNOP_SHA256_BYTES);
}

static inline void
rows_put_text(struct cnop_batch *sql, struct cnop_str bytes)
{
    cnop_assert(bytes.len > 0);
    cnop_batch_bytes(sql, bytes.ptr, bytes.len);
}

static inline void
rows_put_body(struct cnop_batch *sql, const struct cnop_buf *body)
{
    cnop_assert(body->len > 0);
    cnop_batch_bytes(sql, body->ptr, body->len);
}

#endif
