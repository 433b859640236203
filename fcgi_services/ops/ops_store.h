/* SPDX-License-Identifier: MIT */
/* What the operations service reads from the database: the audit trail, newest first. Every
 * statement is one seek and the rows after it, so one filter at a time. */
#ifndef CNOP_OPS_OPS_STORE_H
#define CNOP_OPS_OPS_STORE_H

#include "shared/base/arena.h"

struct cnop_db;

#define OPS_TRAIL_LIMIT_MAX 200

enum ops_trail_key {
    OPS_TRAIL_ALL,
    OPS_TRAIL_ACTION,
    OPS_TRAIL_ACTOR,
    OPS_TRAIL_OBJECT,
    OPS_TRAIL_REQUEST,
    OPS_TRAIL_KEY_COUNT,
};

struct ops_trail_query {
    enum ops_trail_key key;
    struct cnop_str value; /* of the key; unused for all */
    uint64_t before;       /* rows below this number */
    /* from_us <= time < to_us; INT64_MIN and INT64_MAX are open ends. Rows count as rising with
     * time, which they do but for the moments by which the writer takes up one file after another.
     */
    int64_t from_us, to_us;
    uint64_t limit; /* 1 to OPS_TRAIL_LIMIT_MAX */
};

/* Text as the line had it; empty where it had none. */
struct ops_trail_row {
    uint64_t number;
    struct cnop_str happened, action, actor, object, outcome, reason, ip, request_id;
};

struct ops_trail_page {
    const struct ops_trail_row *rows;
    size_t count;
    bool has_more;
};

cnop_must_check enum cnop_err ops_store_trail(struct cnop_db *db, struct cnop_arena *arena,
                                              const struct ops_trail_query *query,
                                              struct ops_trail_page *ret_page);

#endif
