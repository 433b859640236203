/* SPDX-License-Identifier: MIT */
/* CSV and JSON Lines; see export.h. */
#include "shared/web/export.h"

#include <string.h>

#include "shared/base/clock.h"
#include "shared/web/decode.h"

#define EXPORT_MS 60000 /* from the request to the last byte */

enum cnop_err
cnop_export_begin(struct cnop_request *req, struct cnop_response *res, const char *name,
                  const char *const *columns, struct cnop_export *ret_export)
{
    static const char *const formats[] = {"csv", "jsonl", NULL};
    struct query {
        unsigned format;
    } query = {0};
    static const struct cnop_field fields[] = {
        CNOP_FIELD(struct query, format, CNOP_K_ENUM, formats, CNOP_OPTIONAL),
    };
    struct cnop_export file = {.res = res, .columns = columns};
    enum cnop_err err;

    err = cnop_request_decode_query(req, fields, CNOP_COUNT(fields), &query);
    if (err == CNOP_OK)
        err = cnop_request_long(req, EXPORT_MS);
    if (err != CNOP_OK)
        return err;
    file.is_csv = query.format == 0;
    cnop_response_header(res, "Content-Disposition", "attachment; filename=\"%s.%s\"", name,
                         formats[query.format]);
    file.out = cnop_response_stream(res, file.is_csv ? "text/csv; charset=utf-8"
                                                     : "application/jsonl; charset=utf-8");
    for (size_t i = 0; file.is_csv && columns[i] != NULL; i++) {
        cnop_buf_text(file.out, columns[i]);
        cnop_buf_text(file.out, columns[i + 1] != NULL ? "," : "\r\n");
    }
    *ret_export = file;
    return CNOP_OK;
}

void
cnop_export_row_open(struct cnop_export *file)
{
    file->column = 0;
    if (file->is_csv)
        return;
    cnop_json_init(&file->json, file->out);
    cnop_json_object_open(&file->json, NULL);
}

enum cnop_err
cnop_export_row_close(struct cnop_export *file)
{
    cnop_assert(file->columns[file->column] == NULL);
    if (file->is_csv) {
        cnop_buf_text(file->out, "\r\n");
    } else {
        cnop_json_object_close(&file->json);
        cnop_json_done(&file->json);
        cnop_buf_char(file->out, '\n');
    }
    return cnop_response_is_filling(file->res) ? cnop_response_push(file->res) : CNOP_OK;
}

/* The name of the column about to be written. */
static const char *
next_column(struct cnop_export *file)
{
    const char *name = file->columns[file->column++];

    cnop_assert(name != NULL);
    if (file->is_csv && file->column > 1)
        cnop_buf_char(file->out, ',');
    return name;
}

void
cnop_export_str(struct cnop_export *file, struct cnop_str value)
{
    const char *name = next_column(file);

    for (size_t i = 0; i < value.len; i++)
        cnop_assert(value.ptr[i] > ' ' && value.ptr[i] != ',' && value.ptr[i] != '"');
    if (file->is_csv)
        cnop_buf_str(file->out, value);
    else if (cnop_str_empty(value))
        cnop_json_null(&file->json, name);
    else
        cnop_json_str(&file->json, name, value);
}

void
cnop_export_time(struct cnop_export *file, int64_t wall_us)
{
    const char *name = next_column(file);

    if (file->is_csv)
        cnop_clock_format(file->out, wall_us);
    else
        cnop_json_time(&file->json, name, wall_us);
}

void
cnop_export_qty(struct cnop_export *file, cnop_qty value)
{
    const char *name = next_column(file);

    if (file->is_csv)
        cnop_qty_format(file->out, value, 0);
    else
        cnop_json_qty(&file->json, name, value, 0);
}

void
cnop_export_price(struct cnop_export *file, cnop_price value)
{
    const char *name = next_column(file);

    if (file->is_csv)
        cnop_price_format(file->out, value, 2);
    else
        cnop_json_price(&file->json, name, value, 2);
}

void
cnop_export_cash(struct cnop_export *file, cnop_cash value)
{
    const char *name = next_column(file);

    if (file->is_csv)
        cnop_cash_format(file->out, value, 2);
    else
        cnop_json_cash(&file->json, name, value, 2);
}

void
cnop_export_none(struct cnop_export *file)
{
    const char *name = next_column(file);

    if (!file->is_csv)
        cnop_json_null(&file->json, name);
}
