/* SPDX-License-Identifier: MIT */
/* Statements on the table of events; see event_store.h. */
#include "fcgi_services/order/event_store.h"

#include <string.h>

#include "shared/db/snapshot.h"

static const struct cnop_sql find_first = {
    "events.first", "SELECT first_seq FROM v_event_batch ORDER BY first_seq LIMIT 1",
    .max_rows = 1};
static const struct cnop_sql find_last = {
    "events.last",
    "SELECT first_seq, event_count FROM v_event_batch ORDER BY first_seq DESC LIMIT 1",
    .max_rows = 1};
/* No number is inside of a row that begins behind it: the row that holds one is the last that
 * begins at it or before. */
static const struct cnop_sql list_lengths = {
    "events.lengths",
    "SELECT first_seq, OCTET_LENGTH(body) FROM v_event_batch WHERE first_seq >= COALESCE("
    "(SELECT first_seq FROM v_event_batch WHERE first_seq <= ? ORDER BY first_seq DESC LIMIT 1), 0)"
    " ORDER BY first_seq LIMIT 256",
    .max_rows = EVENT_STORE_ROWS};
static const struct cnop_sql list_bodies = {
    "events.bodies",
    "SELECT first_seq, event_count, IF(OCTET_LENGTH(body) > 65536, '', body) FROM v_event_batch"
    " WHERE first_seq BETWEEN ? AND ? ORDER BY first_seq LIMIT 256",
    .max_rows = EVENT_STORE_ROWS};
static const struct cnop_sql find_oldest = {
    "events.oldest", "SELECT created_us FROM event_batch ORDER BY first_seq LIMIT 1",
    .max_rows = 1};
static const struct cnop_sql list_times = {
    "events.times", "SELECT first_seq, created_us FROM event_batch ORDER BY first_seq LIMIT 1025",
    .max_rows = EVENT_STORE_PRUNED + 1};
static const struct cnop_sql remove_oldest = {
    "events.prune", "DELETE FROM event_batch WHERE first_seq <= ? ORDER BY first_seq LIMIT 1024",
    .max_rows = 0};
static const struct cnop_sql list_symbols = {"events.symbols",
                                             "SELECT id, symbol FROM cnop_market.v_engine_asset",
                                             .max_rows = EVENT_STORE_ASSETS, .apart = true};

static enum cnop_err
find_bounds(struct cnop_db *db, struct cnop_arena *arena, uint64_t *ret_first, uint64_t *ret_last)
{
    struct cnop_row first, last;
    enum cnop_err err = cnop_db_find(db, arena, &find_first, CNOP_NO_PARAMS, &first);

    *ret_first = *ret_last = 0;
    if (err == CNOP_OK)
        err = cnop_db_find(db, arena, &find_last, CNOP_NO_PARAMS, &last);
    if (err == CNOP_E_NOT_FOUND)
        return CNOP_OK;
    if (err != CNOP_OK)
        return err;
    *ret_first = cnop_row_u64(&first, 0);
    *ret_last = cnop_row_u64(&last, 0) + cnop_row_u64(&last, 1) - 1;
    return CNOP_OK;
}

/* How far the bodies may be read; 0: nothing is there. */
static enum cnop_err
find_end(struct cnop_db *db, struct cnop_arena *arena, uint64_t after, size_t bytes,
         uint64_t ret_ends[2])
{
    struct cnop_rows rows;
    uint64_t sum = 0;
    enum cnop_err err =
        cnop_db_query(db, arena, &list_lengths, CNOP_PARAMS(CNOP_P_U64(after + 1)), &rows);

    ret_ends[0] = ret_ends[1] = 0;
    if (err != CNOP_OK)
        return err;
    for (size_t i = 0; i < rows.count; i++) {
        sum += cnop_row_u64(&rows.list[i], 1);
        if (i > 0 && sum > bytes)
            break;
        ret_ends[0] = i == 0 ? cnop_row_u64(&rows.list[i], 0) : ret_ends[0];
        ret_ends[1] = cnop_row_u64(&rows.list[i], 0);
    }
    return CNOP_OK;
}

enum cnop_err
event_store_read(struct cnop_db *db, struct cnop_arena *arena, uint64_t after, size_t bytes,
                 struct event_store_rows *ret_rows)
{
    uint64_t ends[2];
    struct cnop_rows rows;
    enum cnop_err err = find_end(db, arena, after, bytes, ends);

    cnop_assert(after < INT64_MAX);
    ret_rows->count = 0;
    if (err != CNOP_OK || ends[1] == 0)
        return err;
    err = cnop_db_query(db, arena, &list_bodies,
                        CNOP_PARAMS(CNOP_P_U64(ends[0]), CNOP_P_U64(ends[1])), &rows);
    if (err != CNOP_OK)
        return err;
    for (size_t i = 0; i < rows.count; i++) {
        struct event_store_row row = {.first_seq = cnop_row_u64(&rows.list[i], 0),
                                      .count = (uint32_t)cnop_row_u64(&rows.list[i], 1),
                                      .body = cnop_row_str(&rows.list[i], 2)};

        if (row.first_seq + row.count > after + 1)
            ret_rows->list[ret_rows->count++] = row;
    }
    return CNOP_OK;
}

enum cnop_err
event_store_page(struct cnop_snapshot *view, struct cnop_arena *arena, uint64_t after, size_t bytes,
                 struct event_store_page *ret_page)
{
    struct cnop_db *db = cnop_snapshot_db(view);
    enum cnop_err err = find_bounds(db, arena, &ret_page->first, &ret_page->last);

    return err == CNOP_OK ? event_store_read(db, arena, after, bytes, &ret_page->rows) : err;
}

enum cnop_err
event_store_prune(struct cnop_db *db, struct cnop_arena *arena, int64_t before_us,
                  uint32_t *ret_count)
{
    struct cnop_row oldest;
    struct cnop_rows rows;
    uint32_t count = 0;
    enum cnop_err err = cnop_db_find(db, arena, &find_oldest, CNOP_NO_PARAMS, &oldest);

    *ret_count = 0;
    if (err == CNOP_E_NOT_FOUND || (err == CNOP_OK && cnop_row_i64(&oldest, 0) >= before_us))
        return CNOP_OK;
    if (err == CNOP_OK)
        err = cnop_db_query(db, arena, &list_times, CNOP_NO_PARAMS, &rows);
    if (err != CNOP_OK)
        return err;
    /* The last one read is not removed: it may be the newest. */
    while (count + 1 < rows.count && cnop_row_i64(&rows.list[count], 1) < before_us)
        count++;
    if (count == 0)
        return CNOP_OK;
    err = cnop_db_exec(db, &remove_oldest,
                       CNOP_PARAMS(CNOP_P_U64(cnop_row_u64(&rows.list[count - 1], 0))), NULL);
    if (err == CNOP_OK)
        *ret_count = count;
    return err;
}

enum cnop_err
event_store_symbols(struct cnop_db *db, struct cnop_arena *arena, struct event_symbols *symbols)
{
    struct cnop_rows rows;
    enum cnop_err err = cnop_db_query(db, arena, &list_symbols, CNOP_NO_PARAMS, &rows);

    if (err != CNOP_OK)
        return err;
    for (size_t i = 0; i < rows.count; i++) {
        uint64_t id = cnop_row_u64(&rows.list[i], 0);
        struct cnop_str symbol = cnop_row_str(&rows.list[i], 1);

        if (id >= EVENT_STORE_ASSETS || symbol.len > sizeof(symbols->list[0].text))
            continue; /* not one that can be traded */
        symbols->list[id].len = (uint8_t)symbol.len;
        memcpy(symbols->list[id].text, symbol.ptr, symbol.len);
    }
    return CNOP_OK;
}
