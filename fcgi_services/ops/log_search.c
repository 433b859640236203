/* SPDX-License-Identifier: MIT */
/* Each file has a reader that goes backwards. A line that it has not read is at most
 * OPS_LOG_DISORDER_US younger than its front, the time of the first line that it has read; so what
 * is younger than every front by more than that is known completely. */
#include "fcgi_services/ops/log_search.h"

#include <string.h>

#include "shared/base/base.h"
#include "shared/base/clock.h"

#define BLOCK_BYTES ((size_t)1024 * 1024)
#define FIRST_BYTES ((size_t)64 * 1024) /* of a reader: it often has what is wanted */
#define GROWTH 4
#define PROBE_BYTES ((size_t)2 * OPS_LOG_LINE_BYTES) /* holds a whole line, wherever it begins */
#define LENIENCE 2 /* times the bounds, for a search that has not got anywhere */

struct reader {
    const struct ops_log_file *file;
    uint64_t end;      /* bytes from here on are done with; the start of a line */
    size_t next_bytes; /* to read */
    int64_t front_us;
    bool is_done;
};

struct search {
    const struct ops_log_query *query;
    const struct ops_log_sink *sink;
    struct reader readers[OPS_LOG_FILE_MAX];
    size_t count;
    int64_t last_us; /* of the span, seen from the cursor */
    int64_t from_us;
    uint64_t bytes;
    char *memory; /* BLOCK_BYTES */
};

/* Start and time of the first line at or after the offset. False: none within reach. */
static bool
probe(struct search *search, const struct ops_log_file *file, uint64_t offset, uint64_t *ret_start,
      int64_t *ret_us)
{
    size_t len = ops_log_store_read(file, offset, search->memory, PROBE_BYTES);
    struct cnop_str text = cnop_str_make(search->memory, len);
    struct cnop_str line;

    search->bytes += len;
    if (offset > 0 && !ops_log_next_line(&text, &line)) /* the rest of the line before */
        return false;
    while (ops_log_next_line(&text, &line))
        if (ops_log_time(line, ret_us)) {
            *ret_start = offset + (uint64_t)(line.ptr - search->memory);
            return true;
        }
    return false;
}

/* Halves the file until few bytes are left: no line from the result on is old enough. */
static uint64_t
find_end(struct search *search, const struct ops_log_file *file)
{
    uint64_t low = 0;
    uint64_t high = file->size;
    uint64_t end = file->size;

    while (high - low > FIRST_BYTES) {
        uint64_t middle = low + (high - low) / 2;
        uint64_t start;
        int64_t time_us;

        if (!probe(search, file, middle, &start, &time_us))
            break; /* what is there is no log of ours; reading it tells */
        if (time_us - OPS_LOG_DISORDER_US > search->last_us) {
            high = middle;
            end = start;
        } else {
            low = middle;
        }
    }
    return end;
}

static void
start_reader(struct search *search, const struct ops_log_file *file)
{
    struct reader *reader = &search->readers[search->count++];
    size_t bytes = PROBE_BYTES;
    uint64_t start;
    int64_t time_us;

    *reader = (struct reader){.file = file, .next_bytes = FIRST_BYTES};
    reader->end = find_end(search, file);
    reader->front_us = file->changed_us;
    if (reader->end < bytes)
        bytes = (size_t)reader->end;
    start = reader->end - bytes;
    bytes = ops_log_store_read(file, start, search->memory, bytes);
    search->bytes += bytes;
    if (ops_log_last_time(cnop_str_make(search->memory, bytes), &time_us) &&
        time_us < reader->front_us)
        reader->front_us = time_us;
    if (reader->front_us > search->last_us)
        reader->front_us = search->last_us;
    reader->is_done = reader->end == 0;
}

/* The lines that end within the block; the first may begin before it, and is left for the next. */
static struct cnop_str
whole_lines(struct cnop_str block, uint64_t offset)
{
    const char *last = block.len == 0 ? NULL : memrchr(block.ptr, '\n', block.len);
    struct cnop_str head;

    if (last == NULL)
        return CNOP_STR("");
    block.len = (size_t)(last - block.ptr) + 1; /* behind it somebody is still writing */
    if (offset > 0 && !cnop_str_cut(block, '\n', &head, &block))
        return CNOP_STR("");
    return block;
}

static void
step(struct search *search, struct reader *reader)
{
    size_t bytes = reader->end < reader->next_bytes ? (size_t)reader->end : reader->next_bytes;
    struct ops_log_block block = {.file = reader->file->id, .offset = reader->end - bytes};
    int64_t time_us;
    size_t len = ops_log_store_read(reader->file, block.offset, search->memory, bytes);

    search->bytes += len;
    block.text = whole_lines(cnop_str_make(search->memory, len), block.offset);
    reader->end = block.offset;
    if (!cnop_str_empty(block.text)) {
        block.offset += (uint64_t)(block.text.ptr - search->memory);
        reader->end = block.offset;
        ops_log_block_search(&block, search->query, search->sink);
        if (ops_log_first_time(block.text, &time_us) && time_us < reader->front_us)
            reader->front_us = time_us;
    }
    reader->is_done =
        reader->end == 0 || len < bytes || reader->front_us + OPS_LOG_DISORDER_US < search->from_us;
    if (reader->next_bytes < BLOCK_BYTES)
        reader->next_bytes *= GROWTH;
}

/* The reader whose unread part is youngest; NULL: all are done. */
static struct reader *
youngest(struct search *search)
{
    struct reader *found = NULL;

    for (size_t i = 0; i < search->count; i++) {
        struct reader *reader = &search->readers[i];

        if (!reader->is_done && (found == NULL || reader->front_us > found->front_us))
            found = reader;
    }
    return found;
}

/* A search that has got nowhere may take longer: its cursor would lead to the same place again. */
static bool
is_over(const struct search *search, const struct ops_log_bounds *bounds, int64_t began_us,
        bool is_ahead)
{
    uint64_t times = is_ahead ? 1 : LENIENCE;

    return search->bytes >= bounds->bytes * times ||
           cnop_clock_monotonic_us() - began_us >= bounds->time_us * (int64_t)times;
}

static enum cnop_err
run(struct search *search, const struct ops_log_bounds *bounds, struct ops_log_found *found)
{
    int64_t began_us = cnop_clock_monotonic_us();
    struct reader *reader;

    while ((reader = youngest(search)) != NULL) {
        int64_t unsure_us = reader->front_us + OPS_LOG_DISORDER_US;
        bool is_ahead = unsure_us + 1 < search->last_us;

        if (search->sink->pick != NULL && ops_log_pick_is_settled(search->sink->pick, unsure_us)) {
            found->from_us = unsure_us + 1;
            found->is_exhausted = false;
            return CNOP_OK;
        }
        if (is_over(search, bounds, began_us, is_ahead)) {
            found->from_us = unsure_us + 1;
            found->is_exhausted = true;
            return is_ahead ? CNOP_OK : CNOP_E_DEADLINE;
        }
        step(search, reader);
    }
    return CNOP_OK;
}

enum cnop_err
ops_log_search(const struct ops_log_files *files, struct cnop_arena *arena,
               const struct ops_log_query *query, const struct ops_log_bounds *bounds,
               const struct ops_log_sink *sink, struct ops_log_found *ret_found)
{
    struct search *search = cnop_arena_alloc(arena, sizeof(*search));
    struct ops_log_found found = {.from_us = query->from_us};
    enum cnop_err err;

    if (search == NULL)
        return CNOP_E_NO_MEMORY;
    *search = (struct search){.query = query, .sink = sink, .from_us = query->from_us};
    search->memory = cnop_arena_alloc(arena, BLOCK_BYTES);
    if (search->memory == NULL)
        return CNOP_E_NO_MEMORY;
    search->last_us = query->to_us < query->before.time_us ? query->to_us : query->before.time_us;
    if (files->from_us > query->from_us) {
        if (files->from_us >= search->last_us)
            return CNOP_E_DEADLINE;
        search->from_us = found.from_us = files->from_us;
        found.is_exhausted = true;
    }
    for (size_t i = 0; i < files->count; i++)
        start_reader(search, &files->files[i]);
    err = run(search, bounds, &found);
    found.bytes = search->bytes;
    if (err == CNOP_OK)
        *ret_found = found;
    return err;
}
