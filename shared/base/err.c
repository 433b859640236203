/* SPDX-License-Identifier: MIT */
/* Lookup of the error catalogue: one constant table generated from errors.def. Never logs. */
#include "shared/base/err.h"

struct cnop_err_row {
    const char *symbol;
    const char *code;
    const char *title;
    const char *meaning;
    int http_status;
};

static const struct cnop_err_row err_rows[] = {
    {"OK", "ok", "OK", "The operation succeeded.", 200},
#define CNOP_ERR(symbol_, code_, status_, retryable_, title_, meaning_)                            \
    {#symbol_, code_, title_, meaning_, status_},
#include "shared/base/errors.def"
#undef CNOP_ERR
};

_Static_assert(CNOP_COUNT(err_rows) == CNOP_ERR_COUNT, "one row for each error");

static const struct cnop_err_row *
err_row_get(enum cnop_err err)
{
    cnop_assert((unsigned)err < CNOP_ERR_COUNT);
    return &err_rows[err];
}

const char *
cnop_err_code(enum cnop_err err)
{
    return err_row_get(err)->code;
}

int
cnop_err_status(enum cnop_err err)
{
    return err_row_get(err)->http_status;
}

const char *
cnop_err_title(enum cnop_err err)
{
    return err_row_get(err)->title;
}

const char *
cnop_err_meaning(enum cnop_err err)
{
    return err_row_get(err)->meaning;
}

const char *
cnop_err_symbol(enum cnop_err err)
{
    return err_row_get(err)->symbol;
}
