/* SPDX-License-Identifier: MIT */
/* See time_search.h. */
#include "shared/db/time_search.h"

/* An id so that exactly the rows from time_us on have it or a higher one. Invariant: below low
 * everything is older than time_us, from high on nothing is. */
static enum cnop_err
first_since(const struct cnop_time_rows *rows, int64_t time_us, int64_t *ret_id)
{
    struct cnop_time_row row;
    int64_t low = 0, high;
    enum cnop_err err = rows->look(rows->arg, CNOP_TIME_LAST_ID, &row);

    if (err != CNOP_OK && err != CNOP_E_NOT_FOUND)
        return err;
    if (err == CNOP_E_NOT_FOUND || row.time_us < time_us) {
        *ret_id = INT64_MAX;
        return CNOP_OK;
    }
    high = row.id;
    while (low < high) {
        int64_t middle = low + (high - low) / 2;

        err = rows->look(rows->arg, middle, &row);
        if (err != CNOP_OK)
            return err == CNOP_E_NOT_FOUND ? CNOP_E_INTERNAL : err; /* there is a last one */
        cnop_assert(row.id >= middle);
        if (row.time_us < time_us)
            low = row.id + 1;
        else
            high = middle;
    }
    *ret_id = low;
    return CNOP_OK;
}

enum cnop_err
cnop_time_narrow(const struct cnop_time_rows *rows, int64_t from_us, int64_t to_us,
                 int64_t *after_id, int64_t *before_id)
{
    enum cnop_err err = CNOP_OK;
    int64_t id;

    cnop_assert(from_us <= to_us);
    if (from_us != INT64_MIN) {
        err = first_since(rows, from_us, &id);
        if (err == CNOP_OK && id - 1 > *after_id)
            *after_id = id - 1;
    }
    if (err == CNOP_OK && to_us != INT64_MAX) {
        err = first_since(rows, to_us, &id);
        if (err == CNOP_OK && id < *before_id)
            *before_id = id;
    }
    return err;
}
