/* SPDX-License-Identifier: MIT */
/* The auth store in memory, for unit tests: small tables, transactions by copying them, and a
 * switch that makes the nth call fail. */
#ifndef CNOP_TESTS_FAKES_AUTH_STORE_FAKE_H
#define CNOP_TESTS_FAKES_AUTH_STORE_FAKE_H

#include "fcgi_services/auth/auth_store.h"

#define FAKE_ROWS 64

/* One name and source; the account's budget is the same in all rows of a name. */
struct fake_series {
    struct token_digest name;
    struct login_source source;
    struct login_series series;
};

struct fake_source {
    uint64_t user_id;
    struct login_source source;
};

struct fake_tables {
    struct auth_user users[FAKE_ROWS];
    char emails[FAKE_ROWS][CNOP_EMAIL_BYTES + 1];
    size_t user_count;
    struct session sessions[FAKE_ROWS];
    size_t session_count;
    struct refresh_token tokens[FAKE_ROWS];
    size_t token_count;
    struct revocation revocations[FAKE_ROWS];
    size_t revocation_count;
    struct fake_series series[FAKE_ROWS];
    size_t series_count;
    struct fake_source sources[FAKE_ROWS];
    size_t source_count;
};

struct auth_store {
    struct fake_tables tables;
    struct fake_tables before; /* the tables when the open transaction began */
    bool in_transaction;
    unsigned call_count;
    unsigned fail_at;      /* the call with this number fails; 0: none */
    enum cnop_err failure; /* with this */
};

/* Counts a call; its failure when it is its turn. */
enum cnop_err fake_call(struct auth_store *store);

/* An active customer with this hash. */
uint64_t fake_add_user(struct auth_store *store, const char *username, const char *hash);

#endif
