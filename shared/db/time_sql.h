/* SPDX-License-Identifier: MIT */
/* The search of time_search.h by two statements over an account's rows. */
#ifndef CNOP_DB_TIME_SQL_H
#define CNOP_DB_TIME_SQL_H

#include "shared/db/db.h"

#define CNOP_TIME_PARTS_MAX 3

/* Both statements give id and time of one row at most. Each has `parts` parts (of a union), which
 * take the account as a range of one: `last` twice in a part, `next` twice and then the least id.
 */
struct cnop_time_sql {
    struct cnop_db *db;
    struct cnop_arena *arena; /* used up by one row */
    const struct cnop_sql *last;
    const struct cnop_sql *next;
    size_t parts; /* 1 .. CNOP_TIME_PARTS_MAX */
    int64_t account_id;
};

/* cnop_time_narrow over these rows. */
cnop_must_check enum cnop_err cnop_time_narrow_sql(const struct cnop_time_sql *sql, int64_t from_us,
                                                   int64_t to_us, int64_t *after_id,
                                                   int64_t *before_id);

#endif
