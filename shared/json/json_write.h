/* SPDX-License-Identifier: MIT */
/* Push writer: JSON straight into a bounded buffer, no tree. Each call names the member (key) it
 * writes, or NULL inside an array and at the top. Wrong nesting is our bug and asserts; a full
 * buffer shows in the buffer's overflow flag, never as cut JSON that looks whole. */
#ifndef CNOP_JSON_JSON_WRITE_H
#define CNOP_JSON_JSON_WRITE_H

#include "shared/base/buf.h"
#include "shared/base/money.h"

#define CNOP_JSON_WRITE_DEPTH 32

struct cnop_json_writer {
    struct cnop_buf *buf;
    uint32_t depth;
    uint32_t object_bits; /* bit n: the container at depth n is an object */
    bool need_comma;
    bool complete;
};

void cnop_json_init(struct cnop_json_writer *writer, struct cnop_buf *buf);
void cnop_json_done(struct cnop_json_writer *writer); /* asserts one complete value */

/* Keys are constants without characters that need escaping. */
void cnop_json_object_open(struct cnop_json_writer *writer, const char *key);
void cnop_json_object_close(struct cnop_json_writer *writer);
void cnop_json_array_open(struct cnop_json_writer *writer, const char *key);
void cnop_json_array_close(struct cnop_json_writer *writer);

void cnop_json_str(struct cnop_json_writer *writer, const char *key, struct cnop_str value);
void cnop_json_text(struct cnop_json_writer *writer, const char *key,
                    const char *value); /* NULL writes null */
void cnop_json_str_or_null(struct cnop_json_writer *writer, const char *key,
                           struct cnop_str value); /* an empty one writes null */
void cnop_json_u64(struct cnop_json_writer *writer, const char *key, uint64_t value);
void cnop_json_i64(struct cnop_json_writer *writer, const char *key, int64_t value);
void cnop_json_bool(struct cnop_json_writer *writer, const char *key, bool value);
void cnop_json_null(struct cnop_json_writer *writer, const char *key);

/* Money as decimal strings: "1000.00". */
void cnop_json_cash(struct cnop_json_writer *writer, const char *key, cnop_cash value,
                    unsigned min_decimals);
void cnop_json_qty(struct cnop_json_writer *writer, const char *key, cnop_qty value,
                   unsigned min_decimals);
void cnop_json_price(struct cnop_json_writer *writer, const char *key, cnop_price value,
                     unsigned min_decimals);

/* Money as JSON numbers with the same digits, where the API says number: 67123.45 */
void cnop_json_cash_number(struct cnop_json_writer *writer, const char *key, cnop_cash value,
                           unsigned min_decimals);
void cnop_json_price_number(struct cnop_json_writer *writer, const char *key, cnop_price value,
                            unsigned min_decimals);

/* RFC 3339 UTC string of a wall-clock time. */
void cnop_json_time(struct cnop_json_writer *writer, const char *key, int64_t wall_us);
void cnop_json_time_or_null(struct cnop_json_writer *writer, const char *key,
                            int64_t wall_us); /* 0 writes null */

/* Text that already is one JSON value, copied unchanged. */
void cnop_json_raw(struct cnop_json_writer *writer, const char *key, struct cnop_str value);

#endif
