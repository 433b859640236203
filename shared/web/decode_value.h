/* SPDX-License-Identifier: MIT */
/* One value by one field rule. Pure. For decode.c and its tests. */
#ifndef CNOP_WEB_DECODE_VALUE_H
#define CNOP_WEB_DECODE_VALUE_H

#include "shared/web/decode.h"

enum cnop_source_form {
    CNOP_SOURCE_ABSENT,
    CNOP_SOURCE_NULL,
    CNOP_SOURCE_BOOL,
    CNOP_SOURCE_NUMBER, /* JSON number, as written */
    CNOP_SOURCE_TEXT,   /* JSON string */
    CNOP_SOURCE_QUERY,  /* query parameter: text that may stand for any kind */
    CNOP_SOURCE_OTHER,  /* array or object */
};

struct cnop_source {
    enum cnop_source_form form;
    struct cnop_str text;
    bool boolean;
};

struct cnop_value {
    size_t size;
    union {
        struct cnop_str str;
        unsigned index;
        cnop_cash cash;
        cnop_qty qty;
        cnop_price price;
        uint64_t u64;
        bool boolean;
        int32_t day;
        int64_t time_us;
    } as;
};

/* The words of an enumeration, all of them: whoever sent another has to read what there is. */
#define VALUE_LIST_BYTES 256

/* A broken rule: catalogue error, machine-readable type, and the text that completes the field. */
struct cnop_value_fault {
    enum cnop_err err;
    const char *type;
    char message[VALUE_LIST_BYTES + 32];
};

cnop_printf(4, 5) void cnop_value_fault(struct cnop_value_fault *fault, enum cnop_err err,
                                        const char *type, const char *fmt, ...);

/* False: ret_fault says what is wrong. */
bool cnop_value_read(const struct cnop_field *field, const struct cnop_source *source,
                     struct cnop_value *ret_value, struct cnop_value_fault *ret_fault);

#endif
