/* SPDX-License-Identifier: MIT */
/* Rows of some time, found by their ids, which rise with time: halves the ids that are left until
 * one place remains. Some thirty looks, whatever the table's size. Knows no table. */
#ifndef CNOP_DB_TIME_SEARCH_H
#define CNOP_DB_TIME_SEARCH_H

#include "shared/base/base.h"

struct cnop_time_row {
    int64_t id;
    int64_t time_us;
};

/* The first row whose id is from_id or higher; CNOP_TIME_LAST_ID: the last row of all. NOT_FOUND:
 * there is none. */
#define CNOP_TIME_LAST_ID INT64_MAX
typedef enum cnop_err (*cnop_time_look_fn)(void *arg, int64_t from_id,
                                           struct cnop_time_row *ret_row);

struct cnop_time_rows {
    cnop_time_look_fn look;
    void *arg;
};

/* Moves the ends of the range after_id < id < before_id together, as far as they leave out no row
 * with from_us <= time < to_us. INT64_MIN and INT64_MAX are open ends and cost no look. What look
 * says; INTERNAL: it lost a row. */
cnop_must_check enum cnop_err cnop_time_narrow(const struct cnop_time_rows *rows, int64_t from_us,
                                               int64_t to_us, int64_t *after_id,
                                               int64_t *before_id);

#endif
