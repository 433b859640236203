/* SPDX-License-Identifier: MIT */
/* Push writer. Nesting is tracked apart from the bytes, so it is asserted even when the buffer is
 * full. Allocates nothing. */
#include "shared/json/json_write.h"

#include "shared/base/clock.h"
#include "shared/base/escape.h"

#include <string.h>

_Static_assert(CNOP_JSON_WRITE_DEPTH <= 32, "one bit of object_bits for each depth");

void
cnop_json_init(struct cnop_json_writer *writer, struct cnop_buf *buf)
{
    *writer = (struct cnop_json_writer){.buf = buf};
}

void
cnop_json_done(struct cnop_json_writer *writer)
{
    cnop_assert(writer->depth == 0);
    cnop_assert(writer->complete);
}

static bool
json_in_object(const struct cnop_json_writer *writer)
{
    return writer->depth > 0 && (writer->object_bits >> (writer->depth - 1) & 1) != 0;
}

/* Comma and member name of the value that follows. */
static void
json_begin(struct cnop_json_writer *writer, const char *key)
{
    cnop_assert(!writer->complete);
    cnop_assert((key != NULL) == json_in_object(writer));
    if (writer->need_comma)
        cnop_buf_char(writer->buf, ',');
    if (key != NULL) {
        cnop_buf_char(writer->buf, '"');
        cnop_buf_text(writer->buf, key);
        cnop_buf_bytes(writer->buf, "\":", 2);
    }
    writer->need_comma = true;
    writer->complete = writer->depth == 0;
}

static void
json_open(struct cnop_json_writer *writer, const char *key, bool is_object)
{
    uint32_t bit;

    json_begin(writer, key);
    cnop_assert(writer->depth < CNOP_JSON_WRITE_DEPTH);
    bit = UINT32_C(1) << writer->depth;
    writer->object_bits = is_object ? writer->object_bits | bit : writer->object_bits & ~bit;
    writer->depth++;
    writer->need_comma = false;
    writer->complete = false;
    cnop_buf_char(writer->buf, is_object ? '{' : '[');
}

static void
json_close(struct cnop_json_writer *writer, bool is_object)
{
    cnop_assert(writer->depth > 0);
    cnop_assert(json_in_object(writer) == is_object);
    writer->depth--;
    writer->need_comma = true;
    writer->complete = writer->depth == 0;
    cnop_buf_char(writer->buf, is_object ? '}' : ']');
}

void
cnop_json_object_open(struct cnop_json_writer *writer, const char *key)
{
    json_open(writer, key, true);
}

void
cnop_json_object_close(struct cnop_json_writer *writer)
{
    json_close(writer, true);
}

void
cnop_json_array_open(struct cnop_json_writer *writer, const char *key)
{
    json_open(writer, key, false);
}

void
cnop_json_array_close(struct cnop_json_writer *writer)
{
    json_close(writer, false);
}

void
cnop_json_str(struct cnop_json_writer *writer, const char *key, struct cnop_str value)
{
    json_begin(writer, key);
    cnop_escape_json(writer->buf, value);
}

void
cnop_json_text(struct cnop_json_writer *writer, const char *key, const char *value)
{
    if (value == NULL)
        cnop_json_null(writer, key);
    else
        cnop_json_str(writer, key, cnop_str_from(value));
}

void
cnop_json_str_or_null(struct cnop_json_writer *writer, const char *key, struct cnop_str value)
{
    if (cnop_str_empty(value))
        cnop_json_null(writer, key);
    else
        cnop_json_str(writer, key, value);
}

void
cnop_json_u64(struct cnop_json_writer *writer, const char *key, uint64_t value)
{
    json_begin(writer, key);
    cnop_buf_u64(writer->buf, value);
}

void
cnop_json_i64(struct cnop_json_writer *writer, const char *key, int64_t value)
{
    json_begin(writer, key);
    cnop_buf_i64(writer->buf, value);
}

void
cnop_json_bool(struct cnop_json_writer *writer, const char *key, bool value)
{
    json_begin(writer, key);
    cnop_buf_text(writer->buf, value ? "true" : "false");
}

void
cnop_json_null(struct cnop_json_writer *writer, const char *key)
{
    json_begin(writer, key);
    cnop_buf_bytes(writer->buf, "null", 4);
}

void
cnop_json_cash(struct cnop_json_writer *writer, const char *key, cnop_cash value,
               unsigned min_decimals)
{
    json_begin(writer, key);
    cnop_buf_char(writer->buf, '"');
    cnop_cash_format(writer->buf, value, min_decimals);
    cnop_buf_char(writer->buf, '"');
}

void
cnop_json_qty(struct cnop_json_writer *writer, const char *key, cnop_qty value,
              unsigned min_decimals)
{
    json_begin(writer, key);
    cnop_buf_char(writer->buf, '"');
    cnop_qty_format(writer->buf, value, min_decimals);
    cnop_buf_char(writer->buf, '"');
}

void
cnop_json_price(struct cnop_json_writer *writer, const char *key, cnop_price value,
                unsigned min_decimals)
{
    json_begin(writer, key);
    cnop_buf_char(writer->buf, '"');
    cnop_price_format(writer->buf, value, min_decimals);
    cnop_buf_char(writer->buf, '"');
}

void
cnop_json_cash_number(struct cnop_json_writer *writer, const char *key, cnop_cash value,
                      unsigned min_decimals)
{
    json_begin(writer, key);
    cnop_cash_format(writer->buf, value, min_decimals);
}

void
cnop_json_price_number(struct cnop_json_writer *writer, const char *key, cnop_price value,
                       unsigned min_decimals)
{
    json_begin(writer, key);
    cnop_price_format(writer->buf, value, min_decimals);
}

void
cnop_json_time(struct cnop_json_writer *writer, const char *key, int64_t wall_us)
{
    json_begin(writer, key);
    cnop_buf_char(writer->buf, '"');
    cnop_clock_format(writer->buf, wall_us);
    cnop_buf_char(writer->buf, '"');
}

void
cnop_json_time_or_null(struct cnop_json_writer *writer, const char *key, int64_t wall_us)
{
    if (wall_us == 0)
        cnop_json_null(writer, key);
    else
        cnop_json_time(writer, key, wall_us);
}

void
cnop_json_raw(struct cnop_json_writer *writer, const char *key, struct cnop_str value)
{
    cnop_assert(!cnop_str_empty(value));
    json_begin(writer, key);
    cnop_buf_str(writer->buf, value);
}
