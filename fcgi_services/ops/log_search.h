/* SPDX-License-Identifier: MIT */
/* Search of many files from the youngest line to the oldest, within bounds. */
#ifndef CNOP_OPS_LOG_SEARCH_H
#define CNOP_OPS_LOG_SEARCH_H

#include "fcgi_services/ops/log_block.h"
#include "fcgi_services/ops/log_store.h"

struct ops_log_bounds {
    uint64_t bytes; /* to look at; more of them until the search has got anywhere at all */
    int64_t time_us;
};

struct ops_log_found {
    int64_t from_us;   /* what is found is all there is from then on */
    bool is_exhausted; /* by a bound, before the beginning of the span */
    uint64_t bytes;    /* looked at */
};

/* A pick ends the search as soon as it is full of lines that are certain; what it holds from before
 * ret_found->from_us is not. NO_MEMORY. DEADLINE: a bound was reached, and nothing is certain. */
cnop_must_check enum cnop_err
ops_log_search(const struct ops_log_files *files, struct cnop_arena *arena,
               const struct ops_log_query *query, const struct ops_log_bounds *bounds,
               const struct ops_log_sink *sink, struct ops_log_found *ret_found);

#endif
