/* SPDX-License-Identifier: MIT */
/* The newest lines of those that a search finds, in whatever order it finds them. Pure. */
#ifndef CNOP_OPS_LOG_PICK_H
#define CNOP_OPS_LOG_PICK_H

#include "fcgi_services/ops/log_query.h"
#include "shared/base/arena.h"

#define OPS_LOG_PICK_MAX (OPS_LOG_LIMIT_MAX + 1) /* a page, and whether there is another */

struct ops_log_hit {
    struct ops_log_place place;
    struct cnop_str line; /* in memory of the pick */
};

/* A heap whose root is the oldest line, until it is sorted. */
struct ops_log_pick {
    struct ops_log_hit hits[OPS_LOG_PICK_MAX];
    size_t count;
    size_t limit;
};

/* Each hit keeps one slot of memory for good. NO_MEMORY. */
cnop_must_check enum cnop_err ops_log_pick_init(struct ops_log_pick *pick, struct cnop_arena *arena,
                                                size_t limit);

/* Takes a copy of the line if it is among the newest so far. */
void ops_log_pick_add(struct ops_log_pick *pick, const struct ops_log_place *place,
                      struct cnop_str line);

/* Whether nothing older than this moment, or of it, would be taken. */
bool ops_log_pick_is_settled(const struct ops_log_pick *pick, int64_t time_us);

/* Newest first; lines from before from_us are dropped. Nothing may be added afterwards. */
void ops_log_pick_sort(struct ops_log_pick *pick, int64_t from_us);

#endif
