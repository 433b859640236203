/* SPDX-License-Identifier: MIT */
/* What kind of ASCII character a byte is, independent of any locale: the one set of such questions.
 */
#ifndef CNOP_BASE_ASCII_H
#define CNOP_BASE_ASCII_H

#include <stdbool.h>

static inline bool
cnop_is_digit(char c)
{
    return c >= '0' && c <= '9';
}

static inline bool
cnop_is_lower(char c)
{
    return c >= 'a' && c <= 'z';
}

static inline bool
cnop_is_upper(char c)
{
    return c >= 'A' && c <= 'Z';
}

static inline bool
cnop_is_letter(char c)
{
    return cnop_is_lower(c) || cnop_is_upper(c);
}

static inline char
cnop_to_lower(char c)
{
    return cnop_is_upper(c) ? (char)(c - 'A' + 'a') : c;
}

static inline char
cnop_to_upper(char c)
{
    return cnop_is_lower(c) ? (char)(c - 'a' + 'A') : c;
}

/* Digits of hexadecimal text that is written, and accepted, in one spelling only. */
static inline bool
cnop_is_lower_hex(char c)
{
    return cnop_is_digit(c) || (c >= 'a' && c <= 'f');
}

/* 0 to 15 of a hexadecimal digit in either case, -1 of anything else. */
static inline int
cnop_hex_value(char c)
{
    if (cnop_is_digit(c))
        return c - '0';
    c = cnop_to_lower(c);
    return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* The lower-case hexadecimal digit of the low four bits. */
static inline char
cnop_hex_digit(unsigned value)
{
    return "0123456789abcdef"[value & 15];
}

#endif
