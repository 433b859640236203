/* SPDX-License-Identifier: MIT */
/* What lines of the logs are asked for: a list of tests that all must hold. Pure, and quick enough
 * to be put to every line; the last word on a line is log_line_json.h's. */
#ifndef CNOP_OPS_LOG_QUERY_H
#define CNOP_OPS_LOG_QUERY_H

#include "shared/base/str.h"

#define OPS_LOG_TEST_MAX 16
#define OPS_LOG_VALUE_MAX 16  /* of a test */
#define OPS_LOG_NAME_BYTES 64 /* of a field */
#define OPS_LOG_LIMIT_MAX 200
#define OPS_LOG_LINE_BYTES 8192 /* longer ones are not believed */

enum ops_log_op {
    OPS_LOG_IS,
    OPS_LOG_CONTAINS,
    OPS_LOG_STARTS,
    OPS_LOG_ENDS,
    OPS_LOG_BELOW, /* this and the others below: of numbers, with one value */
    OPS_LOG_AT_MOST,
    OPS_LOG_ABOVE,
    OPS_LOG_AT_LEAST,
    OPS_LOG_OP_COUNT,
};

struct ops_log_value {
    struct cnop_str text; /* as a line would have it between its quotes */
    int64_t micro;        /* of the comparisons of numbers: millionths */
};

/* Holds when any of the values fits; negated: when none does. A field that a line lacks, or that is
 * null, counts as empty text. */
struct ops_log_test {
    struct cnop_str field; /* empty: the line as it is written (CONTAINS only) */
    struct cnop_str key;   /* "field" as lines have it, or the end of that */
    enum ops_log_op op;
    bool is_negated;
    size_t value_count;
    struct ops_log_value values[OPS_LOG_VALUE_MAX];
};

/* Where a line is in the order of all lines. A file is named by its inode, which rotations leave as
 * it is. */
struct ops_log_place {
    int64_t time_us;
    uint64_t file;
    uint64_t offset;
};

struct ops_log_query {
    struct ops_log_test tests[OPS_LOG_TEST_MAX];
    size_t test_count;
    int64_t from_us;             /* included */
    int64_t to_us;               /* not included */
    struct ops_log_place before; /* only lines below it in the order */
};

/* < 0: a is below (older than) b; 0: the same line. */
int ops_log_place_compare(const struct ops_log_place *a, const struct ops_log_place *b);

/* Decimal text in millionths; further digits are dropped. INVALID: not a decimal, or of more than
 * twelve digits before the point. */
cnop_must_check enum cnop_err ops_log_number(struct cnop_str text, int64_t *ret_micro);

/* Whether a field (or line) with this text passes the test. */
bool ops_log_test_text(const struct ops_log_test *test, struct cnop_str text);

/* False: no line with this value of `service` can pass. */
bool ops_log_wants_service(const struct ops_log_query *query, struct cnop_str service);

/* Text that every line which passes contains; the longest there is, or empty. */
struct cnop_str ops_log_needle(const struct ops_log_query *query);

/* False: the line does not pass, whatever it is. True: it has to be read. */
bool ops_log_may_match(const struct ops_log_query *query, struct cnop_str line);

/* The time that a line claims. False: none that can be read. */
bool ops_log_time(struct cnop_str line, int64_t *ret_us);

#endif
