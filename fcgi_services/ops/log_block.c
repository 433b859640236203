/* SPDX-License-Identifier: MIT */
/* From one candidate to the next: those lines alone are looked at that have the needle in them. */
#include "fcgi_services/ops/log_block.h"

#include <string.h>

#include "shared/base/base.h"

bool
ops_log_next_line(struct cnop_str *text, struct cnop_str *ret_line)
{
    return !cnop_str_empty(*text) && cnop_str_cut(*text, '\n', ret_line, text);
}

static void
judge(const struct ops_log_block *block, const struct ops_log_query *query,
      const struct ops_log_sink *sink, struct cnop_str line)
{
    struct ops_log_place place;
    struct ops_log_facts facts;

    if (line.len > OPS_LOG_LINE_BYTES || !ops_log_may_match(query, line) ||
        !ops_log_line_read(query, line, &facts))
        return;
    place =
        (struct ops_log_place){.time_us = facts.time_us,
                               .file = block->file,
                               .offset = block->offset + (uint64_t)(line.ptr - block->text.ptr)};
    if (ops_log_place_compare(&place, &query->before) >= 0)
        return;
    if (sink->pick != NULL)
        ops_log_pick_add(sink->pick, &place, line);
    else
        ops_log_chart_add(sink->chart, &facts);
}

/* Cuts the lines before the one that has the needle in it. False: none has. */
static bool
skip_to(struct cnop_str *text, struct cnop_str needle)
{
    const char *at = memmem(text->ptr, text->len, needle.ptr, needle.len);
    const char *before;

    if (at == NULL)
        return false;
    before = memrchr(text->ptr, '\n', (size_t)(at - text->ptr));
    at = before == NULL ? text->ptr : before + 1;
    *text = cnop_str_make(at, text->len - (size_t)(at - text->ptr));
    return true;
}

void
ops_log_block_search(const struct ops_log_block *block, const struct ops_log_query *query,
                     const struct ops_log_sink *sink)
{
    struct cnop_str needle = ops_log_needle(query);
    struct cnop_str text = block->text;
    struct cnop_str line;

    cnop_assert((sink->pick == NULL) != (sink->chart == NULL));
    while (!cnop_str_empty(text)) {
        if (!cnop_str_empty(needle) && !skip_to(&text, needle))
            return;
        if (!ops_log_next_line(&text, &line))
            return;
        judge(block, query, sink, line);
    }
}

bool
ops_log_first_time(struct cnop_str text, int64_t *ret_us)
{
    struct cnop_str line;

    while (ops_log_next_line(&text, &line))
        if (ops_log_time(line, ret_us))
            return true;
    return false;
}

bool
ops_log_last_time(struct cnop_str text, int64_t *ret_us)
{
    const char *end = text.len == 0 ? NULL : memrchr(text.ptr, '\n', text.len);

    while (end != NULL) {
        const char *before = memrchr(text.ptr, '\n', (size_t)(end - text.ptr));
        const char *first = before == NULL ? text.ptr : before + 1;

        if (ops_log_time(cnop_str_make(first, (size_t)(end - first)), ret_us))
            return true;
        end = before;
    }
    return false;
}
