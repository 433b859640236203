/* SPDX-License-Identifier: MIT */
/* Answers that are files of rows, of any length, as CSV or as JSON Lines: one piece of code writes
 * both. A row's members are written in the order of the columns, all of them in every row. */
#ifndef CNOP_WEB_EXPORT_H
#define CNOP_WEB_EXPORT_H

#include "shared/base/money.h"
#include "shared/web/response.h"

struct cnop_export {
    struct cnop_response *res;
    struct cnop_buf *out;
    struct cnop_json_writer json;
    const char *const *columns; /* NULL at the end */
    size_t column;
    bool is_csv;
};

/* Reads `format` (csv, jsonl; default csv) and begins the file `name`.<format>. Errors as of
 * cnop_request_long, and INVALID. */
cnop_must_check enum cnop_err cnop_export_begin(struct cnop_request *req, struct cnop_response *res,
                                                const char *name, const char *const *columns,
                                                struct cnop_export *ret_export);

void cnop_export_row_open(struct cnop_export *file);
/* Sends what has gathered when it is much; errors as of cnop_response_push. */
cnop_must_check enum cnop_err cnop_export_row_close(struct cnop_export *file);

/* The next column. Texts hold no comma, quote or line end: ids, words and figures (asserted). */
void cnop_export_str(struct cnop_export *file, struct cnop_str value); /* empty: null */
void cnop_export_time(struct cnop_export *file, int64_t wall_us);
void cnop_export_qty(struct cnop_export *file, cnop_qty value);
void cnop_export_price(struct cnop_export *file, cnop_price value);
void cnop_export_cash(struct cnop_export *file, cnop_cash value);
void cnop_export_none(struct cnop_export *file); /* empty in CSV, null in JSON */

#endif
