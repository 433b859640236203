/* SPDX-License-Identifier: MIT */
/* Rows of a batch as columns of values, for prepared statements that take arrays: for many rows the
 * server spends a quarter less on them than on text (docs/adr/0008). Inside of batch.c and
 * batch_run.c. */
#ifndef CNOP_DB_BATCH_ARRAY_H
#define CNOP_DB_BATCH_ARRAY_H

#include <mysql.h>

#include "shared/base/arena.h"
#include "shared/base/err.h"
#include "shared/base/str.h"

#define BATCH_ARRAY_COLUMN_MAX 24
#define BATCH_ARRAY_ROW_MAX 3072
#define BATCH_ARRAY_SECTION_MAX 8
#define BATCH_ARRAY_BYTES (512u * 1024) /* of texts in one batch */

struct batch_column {
    union {
        int64_t *numbers;
        char **texts;
    };
    unsigned long *lengths; /* of texts */
    char *indicators;       /* per row: a value or NULL */
    bool is_text;           /* decided by the first value that is not NULL */
    bool is_decided;
};

/* The rows of one INSERT. */
struct batch_section {
    const char *head; /* literals: also the key of the prepared statement */
    const char *tail;
    struct batch_column columns[BATCH_ARRAY_COLUMN_MAX];
    uint32_t column_count; /* of the first row; every row has as many */
    uint32_t column;       /* next value's */
    uint32_t row_count;
};

struct batch_arrays {
    struct cnop_arena *arena; /* of all that follows, and of this */
    struct batch_section sections[BATCH_ARRAY_SECTION_MAX];
    uint32_t section_count;
    bool open; /* values go into the last section */
    bool overflow;
    char *bytes; /* copies of all texts: they outlive what they were copied from */
    size_t byte_count;
};

/* Start-up: takes its memory, for the life of the process. */
struct batch_arrays *batch_arrays_new(void);
void batch_arrays_clear(struct batch_arrays *arrays);

void batch_arrays_open(struct batch_arrays *arrays, const char *head);
void batch_arrays_number(struct batch_arrays *arrays, int64_t value);
void batch_arrays_text(struct batch_arrays *arrays, const void *bytes, size_t len);
void batch_arrays_null(struct batch_arrays *arrays);
void batch_arrays_row_end(struct batch_arrays *arrays);
void batch_arrays_close(struct batch_arrays *arrays, const char *tail);

/* Statements of one connection, prepared when first used. */
struct batch_statements {
    struct {
        const char *head;
        MYSQL_STMT *statement;
    } list[BATCH_ARRAY_SECTION_MAX * 2];
    uint32_t count;
};
/* Before the connection is closed. */
void batch_statements_close(struct batch_statements *statements);

/* Runs one section. False: the error is on *ret_failed, or on the connection when that is NULL. */
cnop_must_check bool batch_arrays_execute(MYSQL *mysql, struct batch_statements *statements,
                                          struct batch_section *section, MYSQL_STMT **ret_failed);

#endif
