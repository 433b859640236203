/* SPDX-License-Identifier: MIT */
/* Strict JSON reader. json-c builds the tree, but only for text that our own scanner has accepted
 * (RFC 8259 without exceptions, UTF-8, bounded size, depth and counts); the tree is copied into
 * arena nodes and released before the call returns. Numbers keep their source text: nothing here
 * converts to binary floating point. */
#ifndef CNOP_JSON_JSON_READ_H
#define CNOP_JSON_JSON_READ_H

#include "shared/base/arena.h"

enum cnop_json_kind {
    CNOP_JSON_NULL,
    CNOP_JSON_BOOL,
    CNOP_JSON_NUMBER,
    CNOP_JSON_STRING,
    CNOP_JSON_ARRAY,
    CNOP_JSON_OBJECT,
};

/* One value. Lives in the arena given to cnop_json_parse. */
struct cnop_json {
    struct cnop_str key;              /* member name inside an object, unescaped; else empty */
    struct cnop_str text;             /* STRING: unescaped; NUMBER: as written; else empty */
    const struct cnop_json *children; /* ARRAY, OBJECT: child_count values in source order */
    uint32_t child_count;
    enum cnop_json_kind kind;
    bool boolean; /* BOOL */
};

struct cnop_json_limits {
    size_t body_bytes;
    uint32_t depth;       /* nested containers; 1 admits only a flat object */
    uint32_t key_count;   /* members of one object */
    uint32_t value_count; /* values in the whole text */
};

/* 64 KiB, depth 8, 64 members, 4,096 values. */
extern const struct cnop_json_limits cnop_json_limits_default;

/* What is wrong, and at which byte. Static text, fit for a client. */
struct cnop_json_fault {
    const char *reason;
    size_t offset;
};

/* limits NULL: the default. Errors: MALFORMED_JSON (ret_fault, if not NULL, says why), and
 * BODY_TOO_LARGE, NO_MEMORY (arena full). Thread safe; json-c's parser state is kept per thread. */
cnop_must_check enum cnop_err cnop_json_parse(struct cnop_arena *arena, struct cnop_str text,
                                              const struct cnop_json_limits *limits,
                                              struct cnop_json_fault *ret_fault,
                                              const struct cnop_json **ret_root);

/* Member of an object, NULL when absent (or when value is not an object). */
const struct cnop_json *cnop_json_find(const struct cnop_json *value, struct cnop_str key);

#endif
