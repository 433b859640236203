/* SPDX-License-Identifier: MIT */
/* See time_sql.h. */
#include "shared/db/time_sql.h"

#include "shared/db/time_search.h"

struct time_look {
    const struct cnop_time_sql *sql;
    size_t mark;
};

static enum cnop_err
look(void *arg, int64_t from_id, struct cnop_time_row *ret_row)
{
    const struct time_look *self = arg;
    const struct cnop_time_sql *sql = self->sql;
    const struct cnop_param account = CNOP_P_I64(sql->account_id);
    const bool last = from_id == CNOP_TIME_LAST_ID;
    struct cnop_param list[CNOP_TIME_PARTS_MAX * 3];
    struct cnop_params params = {.list = list};
    struct cnop_row row;
    enum cnop_err err;

    for (size_t part = 0; part < sql->parts; part++) {
        list[params.count++] = account;
        list[params.count++] = account;
        if (!last)
            list[params.count++] = CNOP_P_I64(from_id);
    }
    cnop_arena_rewind(sql->arena, self->mark); /* a row of each look is enough */
    err = cnop_db_find(sql->db, sql->arena, last ? sql->last : sql->next, params, &row);
    if (err == CNOP_OK)
        *ret_row = (struct cnop_time_row){cnop_row_i64(&row, 0), cnop_row_i64(&row, 1)};
    return err;
}

enum cnop_err
cnop_time_narrow_sql(const struct cnop_time_sql *sql, int64_t from_us, int64_t to_us,
                     int64_t *after_id, int64_t *before_id)
{
    struct time_look self = {.sql = sql, .mark = cnop_arena_mark(sql->arena)};
    const struct cnop_time_rows rows = {look, &self};

    cnop_assert(sql->account_id > 0 && sql->parts > 0 && sql->parts <= CNOP_TIME_PARTS_MAX);
    return cnop_time_narrow(&rows, from_us, to_us, after_id, before_id);
}
