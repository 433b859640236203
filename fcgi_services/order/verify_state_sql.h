/* SPDX-License-Identifier: MIT */
/* Inside of the verification, shared by its files. */
#ifndef CNOP_ORDER_VERIFY_STATE_SQL_H
#define CNOP_ORDER_VERIFY_STATE_SQL_H

#include "fcgi_services/order/engine_batch.h"
#include "fcgi_services/order/verify.h"
#include "shared/db/batch.h"

#define VERIFY_BALANCES 2048 /* more than one account can have */
#define VERIFY_LINES 8192    /* rows of one query */
#define VERIFY_COMMANDS 4096 /* of one stretch of the journal; more than a batch has */
#define VERIFY_QUERY_BYTES 1024
/* Trades of the book in one stretch: as many as its bytes can hold. */
#define VERIFY_FILLS 8192
#define VERIFY_BODY_BYTES (VERIFY_FILLS * LEDGER_RECORD_FILL_BYTES)

/* A stored balance, and what the account's orders and entries make of it. */
struct verify_balance {
    struct ledger_balance row;
    bool stored;
    bool seal_fits;
    bool cost_known;
    int64_t total_e8;
    int64_t held_e8;
    int64_t cost_e8;
    int64_t realised_e8;
    uint64_t lines;
};

/* A journaled command that has rows. */
struct verify_command {
    struct ledger_command command;
    int64_t id;
    /* Of its order, as stored. */
    cnop_qty qty;
    cnop_cash total;
    cnop_cash fee;
    uint32_t leg_count; /* transfers seen, but those of fills */
    bool has_fills;     /* what it did is told by its fills, which may be none: */
    uint32_t fill_first;
    uint32_t fill_count;
    int64_t fill_id; /* trade id of the first */
    bool stored;     /* its row is there */
    bool faulty;     /* found: once is enough */
};

struct verify {
    struct cnop_batch_db *db;
    const struct seal_key *key;
    struct verify_to to;
    char text[VERIFY_QUERY_BYTES];
    struct cnop_batch query;
    /* A slice of accounts. */
    struct verify_balance balances[2 * VERIFY_BALANCES];
    uint32_t balance_count;
    int64_t first, last; /* accounts */
    int64_t next_id;     /* ids that the balances do not know yet */
    int64_t cursor_id;
    uint32_t row_count; /* of the query that runs */
    bool seals;
    /* A stretch of the journal. */
    struct ledger_chain *chain;
    struct verify_command commands[VERIFY_COMMANDS];
    uint32_t command_count;
    struct ledger_fill fills[VERIFY_FILLS];
    uint32_t fill_legs[VERIFY_FILLS]; /* transfers seen */
    uint32_t fill_count;
    int64_t body_bytes;
    bool full;
    uint64_t last_seq;
    bool broken; /* a row of it does not fit */
    unsigned char framed[LEDGER_CHAIN_FRAME_BYTES + ENGINE_BODY_BYTES];
};

/* Reports; the text is made as by printf. */
#define VERIFY_OF(account, asset, surplus)                                                         \
    (&(const struct verify_finding){                                                               \
        .account_id = (account), .asset_id = (asset), .surplus_e8 = (surplus)})
cnop_printf(3, 4) void verify_found(struct verify *verify, const struct verify_finding *what,
                                    const char *format, ...);

/* A query of constant SQL and numbers: begin, then cnop_batch_sql and cnop_batch_i64 on
 * verify->query, then run, which waits first. */
void verify_query(struct verify *verify, const char *sql);
void verify_number(struct verify *verify, int64_t value, const char *sql_after);
cnop_must_check enum cnop_err verify_run(struct verify *verify, cnop_batch_row_fn fn);

/* ---- fills ---- */

/* The last id that belongs to a command: its own, or that of its last trade. */
int64_t verify_last_id(const struct verify_command *known);

/* Keeps the fills of a record for its command. False: too many, or none of ours. */
cnop_must_check bool verify_keep_fills(struct verify *verify, const struct ledger_record *record,
                                       struct verify_command *place);

/* What an order's fills came to when it was placed, against its row; NULL: the same. */
const char *verify_filled(const struct verify *verify, const struct verify_command *known,
                          const struct ledger_posting *stored);

/* The legs of the trade with that id, and how many of them have been seen; NULL: there is none. */
uint32_t *verify_fill_legs(struct verify *verify, const struct verify_command *known, int64_t id,
                           struct ledger_transfer legs[LEDGER_FILL_TRANSFER_MAX],
                           uint32_t *ret_count);
bool verify_has_all_legs(const struct verify *verify, const struct verify_command *known);

#endif
