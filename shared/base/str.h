/* SPDX-License-Identifier: MIT */
/* String views: pointer and length, never owning, not NUL-terminated. Text that came from outside
 * stays a view until it is validated. No allocation here except through an arena argument. */
#ifndef CNOP_BASE_STR_H
#define CNOP_BASE_STR_H

#include "shared/base/err.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct cnop_arena;

struct cnop_str {
    const char *ptr;
    size_t len;
};

/* View of a string literal. */
#define CNOP_STR(literal) ((struct cnop_str){"" literal, sizeof(literal) - 1})

/* For printf: "%.*s", CNOP_STR_ARG(view). */
#define CNOP_STR_ARG(view) (int)(view).len, (view).ptr

struct cnop_str cnop_str_from(const char *text); /* NULL gives the empty view */
struct cnop_str cnop_str_make(const char *ptr, size_t len);

bool cnop_str_empty(struct cnop_str s);
bool cnop_str_equal(struct cnop_str a, struct cnop_str b);
/* Byte by byte, a part before the whole: < 0, 0, > 0. */
int cnop_str_compare(struct cnop_str a, struct cnop_str b);
bool cnop_str_equal_nocase(struct cnop_str a, struct cnop_str b); /* ASCII case only */
bool cnop_str_has_prefix(struct cnop_str s, struct cnop_str prefix);
struct cnop_str cnop_str_trim(struct cnop_str s); /* ASCII white space at both ends */

/* Splits at the first separator: ret_head before it, ret_tail after. False (and head = s, tail
 * empty) when there is none. */
bool cnop_str_cut(struct cnop_str s, char separator, struct cnop_str *ret_head,
                  struct cnop_str *ret_tail);

/* Every byte is one of the ASCII letters/digits or of extra (a NUL-terminated set). */
bool cnop_str_is_word(struct cnop_str s, const char *extra);

/* Well-formed UTF-8 without surrogates or overlong forms; NUL is refused. */
bool cnop_str_is_utf8(struct cnop_str s);

/* Bytes of the well-formed UTF-8 sequence that s starts with (1-4), 0 when it starts with none. */
size_t cnop_str_utf8_prefix(struct cnop_str s);

/* Number of code points of valid UTF-8. */
size_t cnop_str_codepoint_count(struct cnop_str s);

/* Decimal digits only, no sign or blanks, min..max inclusive; INVALID otherwise. */
cnop_must_check enum cnop_err cnop_str_parse_u64(struct cnop_str s, uint64_t min, uint64_t max,
                                                 uint64_t *ret_value);

/* Lower-case hex of bytes into out, which holds 2 * len + 1; NUL-terminated. */
void cnop_str_hex(const void *bytes, size_t len, char *out);
/* Exactly 2 * len hex digits; INVALID otherwise. */
cnop_must_check enum cnop_err cnop_str_unhex(struct cnop_str s, void *ret_bytes, size_t len);

/* Copies into the arena, NUL-terminated. ptr NULL when the arena is full. */
struct cnop_str cnop_str_copy(struct cnop_arena *arena, struct cnop_str s);
struct cnop_str cnop_str_lower(struct cnop_arena *arena, struct cnop_str s); /* ASCII */
struct cnop_str cnop_str_upper(struct cnop_arena *arena, struct cnop_str s); /* ASCII */

#endif
