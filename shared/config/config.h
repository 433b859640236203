/* SPDX-License-Identifier: MIT */
/* Typed configuration: one table of keys per program - name, type, range, default, text - from
 * which files are parsed, refused and documented. Values are read once at start-up and are constant
 * afterwards. A file holds `key = value` lines, # comments and blank lines, nothing else. */
#ifndef CNOP_CONFIG_CONFIG_H
#define CNOP_CONFIG_CONFIG_H

#include "shared/base/arena.h"

#include <stdio.h>

enum cnop_config_kind {
    CNOP_CONFIG_STRING,   /* const char *, at most 255 bytes; may be empty if the default is */
    CNOP_CONFIG_PATH,     /* const char *, absolute path */
    CNOP_CONFIG_SECRET,   /* const char *, absolute path of a file that holds a secret */
    CNOP_CONFIG_U64,      /* uint64_t, min..max */
    CNOP_CONFIG_BOOL,     /* bool: on, off */
    CNOP_CONFIG_DURATION, /* uint64_t in milliseconds, min..max: 250ms, 5s, 2m, 1h, 7d */
    CNOP_CONFIG_ENUM,     /* unsigned: index into names */
};

struct cnop_config_key {
    const char *name;
    enum cnop_config_kind kind;
    size_t offset;            /* of the field in the program's values */
    const char *default_text; /* NULL: the key is required */
    uint64_t min;             /* U64, DURATION (ms) */
    uint64_t max;
    const char *const *names; /* ENUM, NULL-terminated */
    const char *doc;          /* one sentence */
};

/* Rows of a key table; `type` is the program's values struct and `field` also the key's name. */
#define CNOP_CONFIG_ROW_STRING(type, field, default_, doc_)                                        \
    {                                                                                              \
        .name = #field, .kind = CNOP_CONFIG_STRING, .offset = offsetof(type, field),               \
        .default_text = (default_), .doc = (doc_)                                                  \
    }
#define CNOP_CONFIG_ROW_PATH(type, field, default_, doc_)                                          \
    {                                                                                              \
        .name = #field, .kind = CNOP_CONFIG_PATH, .offset = offsetof(type, field),                 \
        .default_text = (default_), .doc = (doc_)                                                  \
    }
#define CNOP_CONFIG_ROW_SECRET(type, field, default_, doc_)                                        \
    {                                                                                              \
        .name = #field, .kind = CNOP_CONFIG_SECRET, .offset = offsetof(type, field),               \
        .default_text = (default_), .doc = (doc_)                                                  \
    }
#define CNOP_CONFIG_ROW_U64(type, field, default_, min_, max_, doc_)                               \
    {                                                                                              \
        .name = #field, .kind = CNOP_CONFIG_U64, .offset = offsetof(type, field),                  \
        .default_text = (default_), .min = (min_), .max = (max_), .doc = (doc_)                    \
    }
#define CNOP_CONFIG_ROW_BOOL(type, field, default_, doc_)                                          \
    {                                                                                              \
        .name = #field, .kind = CNOP_CONFIG_BOOL, .offset = offsetof(type, field),                 \
        .default_text = (default_), .doc = (doc_)                                                  \
    }
#define CNOP_CONFIG_ROW_DURATION(type, field, default_, min_ms_, max_ms_, doc_)                    \
    {                                                                                              \
        .name = #field, .kind = CNOP_CONFIG_DURATION, .offset = offsetof(type, field),             \
        .default_text = (default_), .min = (min_ms_), .max = (max_ms_), .doc = (doc_)              \
    }
#define CNOP_CONFIG_ROW_ENUM(type, field, default_, names_, doc_)                                  \
    {                                                                                              \
        .name = #field, .kind = CNOP_CONFIG_ENUM, .offset = offsetof(type, field),                 \
        .default_text = (default_), .names = (names_), .doc = (doc_)                               \
    }

struct cnop_config_spec {
    const char *program; /* such as "cnop-auth" */
    const struct cnop_config_key *keys;
    size_t key_count;
};

/* Room that cnop_config_load and cnop_config_start need, for any file they accept. */
#define CNOP_CONFIG_ARENA_BYTES ((size_t)512 * 1024)

/* One line for the operator: "file:line: what is wrong". */
struct cnop_config_fault {
    char text[512];
};

/* Fills the values struct: defaults, then the file. Strings live in the arena, which must outlive
 * the values. CONFIG: unknown, duplicate, missing, ill-typed or out-of-range key (ret_fault). IO:
 * the file cannot be read. values is meaningful on success only. */
cnop_must_check enum cnop_err cnop_config_load(const struct cnop_config_spec *spec,
                                               const char *path, struct cnop_arena *arena,
                                               void *values, struct cnop_config_fault *ret_fault);

/* The same for text in memory; name stands in for the file name in faults. */
cnop_must_check enum cnop_err cnop_config_parse(const struct cnop_config_spec *spec,
                                                const char *name, struct cnop_str text,
                                                struct cnop_arena *arena, void *values,
                                                struct cnop_config_fault *ret_fault);

/* The table as Markdown, for --help-config and docs/reference/config.md. */
void cnop_config_print(const struct cnop_config_spec *spec, FILE *out);

enum cnop_config_verb {
    CNOP_CONFIG_RUN,    /* values are filled: go on */
    CNOP_CONFIG_ROUTES, /* --routes: print the route table and exit 0 */
    CNOP_CONFIG_EXIT,   /* done: exit with *ret_status */
};

/* The command line every program shares: --config FILE, --check (load and exit), --help-config,
 * --routes, --help. Prints faults to stderr. Status: 0 done, 2 usage, 78 configuration refused. */
enum cnop_config_verb cnop_config_start(const struct cnop_config_spec *spec, int argc,
                                        char *const argv[], struct cnop_arena *arena, void *values,
                                        int *ret_status);

#endif
