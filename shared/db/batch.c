/* SPDX-License-Identifier: MIT */
/* Assembling the text and the rows of a batch; see batch.h. Constant SQL and typed values only:
 * there is no way to append a string that came from outside other than as a hexadecimal literal. */
#include "shared/db/batch.h"

#include "shared/base/ascii.h"
#include "shared/db/batch_array.h"

void
cnop_batch_init(struct cnop_batch *batch, void *memory, size_t bytes)
{
    cnop_buf_init(&batch->text, memory, bytes);
    batch->arrays = NULL;
    cnop_batch_clear(batch);
}

void
cnop_batch_clear(struct cnop_batch *batch)
{
    cnop_buf_clear(&batch->text);
    batch->first_value = true;
    batch->first_row = true;
    batch->as_arrays = false;
    batch->text_before = 0;
    if (batch->arrays != NULL)
        batch_arrays_clear(batch->arrays);
}

void
cnop_batch_take_arrays(struct cnop_batch *batch)
{
    batch->arrays = batch_arrays_new();
    batch_arrays_clear(batch->arrays);
}

void
cnop_batch_use_arrays(struct cnop_batch *batch, bool on)
{
    cnop_assert(!on || batch->arrays != NULL);
    batch->as_arrays = on;
}

bool
cnop_batch_overflowed(const struct cnop_batch *batch)
{
    return batch->text.overflow || (batch->arrays != NULL && batch->arrays->overflow);
}

/* Values inside a row of an array statement. */
static bool
in_arrays(const struct cnop_batch *batch)
{
    return batch->arrays != NULL && batch->arrays->open;
}

void
cnop_batch_constant(struct cnop_batch *batch, const char *sql)
{
    cnop_buf_text(&batch->text, sql);
}

static void
separate_value(struct cnop_batch *batch)
{
    if (!batch->first_value)
        cnop_buf_char(&batch->text, ',');
    batch->first_value = false;
}

void
cnop_batch_i64(struct cnop_batch *batch, int64_t value)
{
    if (in_arrays(batch)) {
        batch_arrays_number(batch->arrays, value);
        return;
    }
    separate_value(batch);
    cnop_buf_i64(&batch->text, value);
}

void
cnop_batch_u64(struct cnop_batch *batch, uint64_t value)
{
    if (in_arrays(batch)) {
        batch_arrays_number(batch->arrays, (int64_t)value); /* our counters stay below 2^63 */
        return;
    }
    separate_value(batch);
    cnop_buf_u64(&batch->text, value);
}

void
cnop_batch_null(struct cnop_batch *batch)
{
    if (in_arrays(batch)) {
        batch_arrays_null(batch->arrays);
        return;
    }
    separate_value(batch);
    cnop_buf_text(&batch->text, "NULL");
}

static void
put_hex(struct cnop_buf *text, const unsigned char *bytes, size_t len)
{
    if (text->overflow || text->cap - text->len < 2 * len) {
        text->overflow = true;
        return;
    }
    for (size_t i = 0; i < len; i++) {
        text->ptr[text->len++] = cnop_hex_digit(bytes[i] >> 4);
        text->ptr[text->len++] = cnop_hex_digit(bytes[i]);
    }
}

void
cnop_batch_bytes(struct cnop_batch *batch, const void *bytes, size_t len)
{
    if (in_arrays(batch)) {
        batch_arrays_text(batch->arrays, bytes, len);
        return;
    }
    separate_value(batch);
    cnop_buf_text(&batch->text, "x'");
    put_hex(&batch->text, bytes, len);
    cnop_buf_char(&batch->text, '\'');
}

void
cnop_batch_ascii(struct cnop_batch *batch, struct cnop_str text)
{
    if (in_arrays(batch)) {
        batch_arrays_text(batch->arrays, text.ptr, text.len);
        return;
    }
    separate_value(batch);
    cnop_buf_text(&batch->text, "_ascii x'");
    put_hex(&batch->text, (const unsigned char *)text.ptr, text.len);
    cnop_buf_char(&batch->text, '\'');
}

void
cnop_batch_rows_begin(struct cnop_batch *batch, const char *head)
{
    if (batch->as_arrays) {
        if (batch->arrays->section_count == 0)
            batch->text_before = batch->text.len;
        batch_arrays_open(batch->arrays, head);
        return;
    }
    cnop_buf_text(&batch->text, head);
    batch->first_row = true;
}

void
cnop_batch_row_open(struct cnop_batch *batch)
{
    if (in_arrays(batch))
        return; /* the row begins with its first value */
    if (!batch->first_row)
        cnop_buf_char(&batch->text, ',');
    batch->first_row = false;
    batch->first_value = true;
    cnop_buf_char(&batch->text, '(');
}

void
cnop_batch_row_close(struct cnop_batch *batch)
{
    if (in_arrays(batch)) {
        batch_arrays_row_end(batch->arrays);
        return;
    }
    cnop_buf_char(&batch->text, ')');
    batch->first_value = true;
}

void
cnop_batch_rows_end(struct cnop_batch *batch, const char *tail)
{
    if (in_arrays(batch)) {
        batch_arrays_close(batch->arrays, tail);
        return;
    }
    cnop_assert(!batch->first_row); /* an INSERT without rows is our bug */
    cnop_buf_text(&batch->text, tail);
    cnop_buf_char(&batch->text, ';');
    batch->first_row = true;
}
