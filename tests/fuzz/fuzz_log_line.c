/* SPDX-License-Identifier: MIT */
/* Queries and lines of logs, the query before the first line feed: whatever the strict reading
 * takes, the quick one has not hidden, so a block gives exactly the lines that pass one by one. */
#include "tests/fuzz/fuzz.h"

#include "fcgi_services/ops/log_block.h"
#include "fcgi_services/ops/log_query_json.h"
#include "shared/base/base.h"

#include <string.h>

#define FUZZ_ARENA_BYTES ((size_t)4 * 1024 * 1024)
#define FUZZ_BLOCK_BYTES ((size_t)64 * 1024)

const char fuzz_corpus[] = "log_line";

static bool
holds(struct cnop_str line, struct cnop_str part)
{
    return part.len == 0 || memmem(line.ptr, line.len, part.ptr, part.len) != NULL;
}

/* How many lines pass, each looked at for itself. */
static size_t
count_passing(const struct ops_log_query *query, struct cnop_str text)
{
    struct ops_log_facts facts;
    struct cnop_str line;
    size_t count = 0;

    while (ops_log_next_line(&text, &line)) {
        if (!ops_log_line_read(query, line, &facts))
            continue;
        cnop_assert(ops_log_may_match(query, line));
        cnop_assert(holds(line, ops_log_needle(query)));
        cnop_assert(facts.time_us >= query->from_us);
        cnop_assert(facts.time_us < query->to_us);
        count++;
    }
    return count;
}

static void
check(struct cnop_arena *arena, const struct ops_log_query *query, struct cnop_str text)
{
    static struct ops_log_pick pick;
    const struct ops_log_block block = {.text = text, .file = 1};
    size_t count = count_passing(query, text);

    cnop_assert(ops_log_pick_init(&pick, arena, OPS_LOG_PICK_MAX) == CNOP_OK);
    ops_log_block_search(&block, query, &(struct ops_log_sink){.pick = &pick});
    cnop_assert(pick.count == (count < OPS_LOG_PICK_MAX ? count : OPS_LOG_PICK_MAX));
}

int
LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len)
{
    static struct ops_log_query query;
    static char block[FUZZ_BLOCK_BYTES + 1];
    static struct cnop_arena *arena;
    struct cnop_str match, text;
    const char *rule = NULL;
    enum cnop_err err;

    if (len > FUZZ_BLOCK_BYTES)
        return 0;
    memcpy(block, bytes, len);
    block[len] = '\n'; /* the last line is whole */
    (void)cnop_str_cut(cnop_str_make(block, len + 1), '\n', &match, &text);
    query.from_us = 0;
    query.to_us = INT64_MAX;
    query.before = (struct ops_log_place){.time_us = INT64_MAX};
    if (arena == NULL)
        arena = cnop_arena_new(FUZZ_ARENA_BYTES);
    cnop_arena_reset(arena);
    err = ops_log_query_read(arena, match, &query, &rule);
    cnop_assert(err == CNOP_OK || (err == CNOP_E_INVALID && rule != NULL));
    if (err == CNOP_OK)
        check(arena, &query, text);
    return 0;
}
