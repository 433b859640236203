/* SPDX-License-Identifier: MIT */
/* A bounded JSON scanner for small trusted-size texts: walks the members of one object or the
 * elements of one array in place. It never allocates, never unescapes and never goes deeper than
 * eight levels; member names with escapes are refused, so equal names are equal bytes. */
#ifndef CNOP_TOKEN_SCAN_H
#define CNOP_TOKEN_SCAN_H

#include "shared/base/str.h"

#define CNOP_SCAN_MAX_DEPTH 8
#define CNOP_SCAN_MAX_MEMBERS 32

enum cnop_scan_kind {
    CNOP_SCAN_STRING, /* raw is the text between the quotes */
    CNOP_SCAN_INTEGER,
    CNOP_SCAN_NUMBER, /* with a fraction or an exponent */
    CNOP_SCAN_LITERAL,
    CNOP_SCAN_ARRAY, /* raw includes the brackets */
    CNOP_SCAN_OBJECT,
};

struct cnop_scan_value {
    enum cnop_scan_kind kind;
    bool escaped; /* a string that holds a backslash */
    struct cnop_str raw;
};

struct cnop_scan {
    struct cnop_str text;
    size_t at;
    size_t count; /* members or elements seen */
    struct cnop_str names[CNOP_SCAN_MAX_MEMBERS];
};

enum cnop_scan_step { CNOP_SCAN_ITEM, CNOP_SCAN_END, CNOP_SCAN_BROKEN };

/* Starts on an object or array that fills the whole text. The text must be UTF-8. */
void cnop_scan_start(struct cnop_scan *scan, struct cnop_str text);

/* Next member of an object. BROKEN: not JSON, a repeated or escaped name, too many members. */
cnop_must_check enum cnop_scan_step cnop_scan_member(struct cnop_scan *scan,
                                                     struct cnop_str *ret_name,
                                                     struct cnop_scan_value *ret_value);

/* Next element of an array. */
cnop_must_check enum cnop_scan_step cnop_scan_element(struct cnop_scan *scan,
                                                      struct cnop_scan_value *ret_value);

#endif
