/* SPDX-License-Identifier: MIT */
/* Search of a piece of a file that is in memory. Pure. */
#ifndef CNOP_OPS_LOG_BLOCK_H
#define CNOP_OPS_LOG_BLOCK_H

#include "fcgi_services/ops/log_chart.h"
#include "fcgi_services/ops/log_pick.h"

/* Where what is found goes: one of them. */
struct ops_log_sink {
    struct ops_log_pick *pick;
    struct ops_log_chart *chart;
};

struct ops_log_block {
    struct cnop_str text; /* whole lines, each with its line feed */
    uint64_t file;
    uint64_t offset; /* of the text in the file */
};

void ops_log_block_search(const struct ops_log_block *block, const struct ops_log_query *query,
                          const struct ops_log_sink *sink);

/* Takes the next line from text, without its line feed. False: none has one. */
bool ops_log_next_line(struct cnop_str *text, struct cnop_str *ret_line);

/* Time of the first, or of the last line that has one. False: none has. */
bool ops_log_first_time(struct cnop_str text, int64_t *ret_us);
bool ops_log_last_time(struct cnop_str text, int64_t *ret_us);

#endif
