/* SPDX-License-Identifier: MIT */
/* The strict JSON scanner, behind request bodies, tokens and key sets alike: RFC 8259 without
 * exceptions, well-formed UTF-8, no U+0000, no lone surrogates, no object with the same name twice,
 * bounded in depth, names and values. It works on views of the caller's text; it builds nothing,
 * allocates nothing and does not recurse. What it has accepted needs no second proof. */
#ifndef CNOP_JSON_JSON_SCAN_H
#define CNOP_JSON_JSON_SCAN_H

#include "shared/base/str.h"

#define CNOP_SCAN_DEPTH_MAX 32   /* upper bound of limits->depth */
#define CNOP_SCAN_MEMBERS_MAX 32 /* of an object, when nothing else is asked for */

struct cnop_scan_limits {
    uint32_t depth;       /* nested containers; 1 admits only flat ones */
    uint32_t key_count;   /* members of one object */
    uint32_t value_count; /* values in the whole text */
};

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

/* A member's name where it stands in the text, without its quotes. */
struct cnop_scan_name {
    uint32_t at;
    uint32_t len;
    bool escaped;
};

struct cnop_scan {
    struct cnop_str text;
    size_t at;          /* also: where it broke */
    const char *reason; /* why it broke: static text, fit for a client; NULL: it has not */
    size_t count;       /* members or elements that a walk has handed out */
    struct cnop_scan_limits limits;
    uint32_t value_count;
    uint32_t depth;                            /* open containers */
    uint32_t object_bits;                      /* bit n: the container at depth n is an object */
    uint32_t first_names[CNOP_SCAN_DEPTH_MAX]; /* of each open container, in names */
    uint32_t name_count;                       /* of all open objects */
    uint32_t name_cap;
    struct cnop_scan_name *names;
    struct cnop_str *numbers; /* NULL, or room for every number of the text as written */
    uint32_t number_count;
    uint32_t null_count;
    size_t text_bytes; /* of all names and strings, without their escapes */
    struct cnop_scan_name own_names[2 * CNOP_SCAN_MEMBERS_MAX];
};

/* Eight levels, 32 members of an object: tokens, key sets. */
void cnop_scan_start(struct cnop_scan *scan, struct cnop_str text);

/* The same with other limits. names: room for the names of all objects that are open at once; more
 * of them are refused. */
void cnop_scan_start_with(struct cnop_scan *scan, struct cnop_str text,
                          const struct cnop_scan_limits *limits, struct cnop_scan_name *names,
                          uint32_t name_cap);

/* Checks that the whole text is one JSON value. MALFORMED_JSON: scan->reason and scan->at. */
cnop_must_check enum cnop_err cnop_scan_text(struct cnop_scan *scan);

/* ---- walking one object or array that fills the whole text ---- */

enum cnop_scan_step { CNOP_SCAN_ITEM, CNOP_SCAN_END, CNOP_SCAN_BROKEN };

/* Next member of the object. BROKEN: not strict JSON, or a name with an escape in it: equal names
 * are equal bytes to the caller. */
cnop_must_check enum cnop_scan_step cnop_scan_member(struct cnop_scan *scan,
                                                     struct cnop_str *ret_name,
                                                     struct cnop_scan_value *ret_value);

/* Next element of the array. */
cnop_must_check enum cnop_scan_step cnop_scan_element(struct cnop_scan *scan,
                                                      struct cnop_scan_value *ret_value);

#endif
