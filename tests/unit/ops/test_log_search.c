/* SPDX-License-Identifier: MIT */
/* Searches of real files: every line once and in order, whatever page, bound or rotation comes
 * between. Covers fcgi_services/ops/log_block.c and fcgi_services/ops/log_store_files.c, too. */
#include "fcgi_services/ops/log_search.h"

#include "fcgi_services/ops/log_query_json.h"
#include "shared/base/base.h"
#include "shared/base/clock.h"
#include "tests/unit/unit.h"

#include <fcntl.h>
#include <ftw.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define BEGIN_US (INT64_C(1795752000) * 1000000)
#define S_US INT64_C(1000000)
#define LATER_S (1795752000 + 500000) /* than every line, whatever the clock says */

static char directory[] = "/tmp/cnop-logs-XXXXXX";
static struct cnop_arena *arena;
static struct ops_log_query query;
static struct ops_log_pick pick;
static struct ops_log_files files;
static struct ops_log_found found;
static size_t mark;
static unsigned period; /* after so many lines time begins again */
static const struct ops_log_bounds wide = {.bytes = UINT64_C(1) << 40, .time_us = 60 * S_US};

static void
write_file(const char *name, const char *text, int flags)
{
    int dir = open(directory, O_RDONLY | O_DIRECTORY);
    int fd = openat(dir, name, O_WRONLY | O_CREAT | flags, 0640);
    const struct timespec changed[2] = {{.tv_sec = LATER_S}, {.tv_sec = LATER_S}};

    ck_assert_int_ge(fd, 0);
    ck_assert_int_eq(write(fd, text, strlen(text)), (ssize_t)strlen(text));
    ck_assert_int_eq(futimens(fd, changed), 0);
    close(fd);
    close(dir);
}

static void
setup(void)
{
    static const char *const folders[] = {"inventory", "gateway", "secrets"};
    int dir;

    memcpy(directory + sizeof(directory) - 7, "XXXXXX", 6);
    ck_assert_ptr_nonnull(mkdtemp(directory));
    dir = open(directory, O_RDONLY | O_DIRECTORY);
    for (size_t i = 0; i < CNOP_COUNT(folders); i++)
        ck_assert_int_eq(mkdirat(dir, folders[i], 0750), 0);
    close(dir);
    arena = cnop_arena_new((size_t)16 * 1024 * 1024);
    query = (struct ops_log_query){.to_us = BEGIN_US + 1000000 * S_US};
    query.before.time_us = INT64_MAX;
    period = UINT32_MAX;
}

static int
remove_entry(const char *path, const struct stat *entry, int kind, struct FTW *walk)
{
    (void)entry;
    (void)kind;
    (void)walk;
    return remove(path);
}

static void
teardown(void)
{
    cnop_arena_free(&arena);
    ck_assert_int_eq(nftw(directory, remove_entry, 8, FTW_DEPTH | FTW_PHYS), 0);
}

/* 20 lines a second, each up to two seconds late. */
static int64_t
time_of(unsigned number)
{
    return BEGIN_US + number % period * (S_US / 20) + (int64_t)(number * 7919 % 1999) * 1000;
}

/* A line of the given second, with a number to know it by. */
static void
append_line(struct cnop_buf *buf, const char *service, int64_t at_us, unsigned number)
{
    cnop_buf_text(buf, "{\"timestamp\":\"");
    cnop_clock_format(buf, at_us);
    cnop_buf_printf(buf,
                    "\",\"level\":\"INFO\",\"service\":\"%s\",\"number\":%u,\"user\":\"u%u\"}\n",
                    service, number, number % 7);
}

/* Lines first, first + 1, ... */
static void
write_lines(const char *name, const char *service, unsigned first, unsigned count)
{
    static char memory[8 * 1024 * 1024];
    struct cnop_buf buf;

    cnop_buf_init(&buf, memory, sizeof(memory) - 1);
    for (unsigned i = first; i < first + count; i++)
        append_line(&buf, service, time_of(i), i);
    ck_assert(!buf.overflow);
    memory[buf.len] = '\0';
    write_file(name, memory, O_APPEND);
}

static void
ask(const char *match)
{
    const char *rule = "";

    ck_assert_msg(ops_log_query_read(arena, cnop_str_from(match), &query, &rule) == CNOP_OK, "%s",
                  rule);
    mark = cnop_arena_mark(arena);
}

/* One page of so many lines. */
static enum cnop_err
search(size_t limit, const struct ops_log_bounds *bounds)
{
    enum cnop_err err;

    cnop_arena_rewind(arena, mark);
    ck_assert_int_eq(ops_log_pick_init(&pick, arena, limit), CNOP_OK);
    ck_assert_int_eq(ops_log_store_open(directory, arena, &query, &files), CNOP_OK);
    err = ops_log_search(&files, arena, &query, bounds, &(struct ops_log_sink){.pick = &pick},
                         &found);
    ops_log_store_close(&files);
    if (err == CNOP_OK)
        ops_log_pick_sort(&pick, found.from_us);
    return err;
}

static unsigned
number_of(struct cnop_str line)
{
    const char *at = memmem(line.ptr, line.len, "\"number\":", 9);
    uint64_t number;
    struct cnop_str text, rest;

    ck_assert_ptr_nonnull(at);
    (void)cnop_str_cut(cnop_str_make(at + 9, line.len - (size_t)(at + 9 - line.ptr)), ',', &text,
                       &rest);
    ck_assert_int_eq(cnop_str_parse_u64(text, 0, UINT32_MAX, &number), CNOP_OK);
    return (unsigned)number;
}

/* Page after page: how often each number came. Checks the order on the way. */
static unsigned
walk(size_t limit, const struct ops_log_bounds *bounds, unsigned char *seen)
{
    struct ops_log_place last = {.time_us = INT64_MAX};
    unsigned pages = 0;

    for (;; pages++) {
        ck_assert_uint_lt(pages, 100000);
        ck_assert_int_eq(search(limit, bounds), CNOP_OK);
        for (size_t i = 0; i < pick.count; i++) {
            ck_assert_int_lt(ops_log_place_compare(&pick.hits[i].place, &last), 0);
            last = pick.hits[i].place;
            seen[number_of(pick.hits[i].line)]++;
        }
        if (pick.count == limit)
            query.before = last;
        else if (found.is_exhausted)
            query.before = (struct ops_log_place){.time_us = found.from_us};
        else
            return pages + 1;
    }
}

static void
each_came_once(const unsigned char *seen, unsigned count)
{
    for (unsigned i = 0; i < count; i++)
        ck_assert_msg(seen[i] == 1, "line %u came %u times", i, seen[i]);
}

START_TEST(pages_hold_every_line_once)
{
    static const size_t limits[] = {1, 7, 200};
    static unsigned char seen[3000];

    period = 1500;
    write_lines("inventory/@old.s", "inventory", 0, 1000);
    write_lines("inventory/current", "inventory", 1000, 500);
    write_lines("gateway-access.jsonl.1", "gateway", 1500, 700); /* over the same time */
    write_lines("gateway-access.jsonl", "gateway", 2200, 800);
    ask("[]");
    for (size_t i = 0; i < CNOP_COUNT(limits); i++) {
        memset(seen, 0, sizeof(seen));
        query.before = (struct ops_log_place){.time_us = INT64_MAX};
        (void)walk(limits[i], &wide, seen);
        each_came_once(seen, CNOP_COUNT(seen));
    }
}
END_TEST

START_TEST(a_bound_loses_nothing)
{
    static const struct ops_log_bounds tight = {.bytes = 1, .time_us = 60 * S_US};
    static unsigned char seen[40000];
    unsigned pages;

    write_lines("inventory/current", "inventory", 0, 40000); /* more than a block */
    ask("[{\"field\":\"user\",\"op\":\"is\",\"not\":true,\"values\":[\"nobody\"]}]");
    query.to_us = BEGIN_US + 2002 * S_US;                   /* just after the last line */
    ck_assert_int_eq(search(200, &tight), CNOP_E_DEADLINE); /* nothing is certain yet */
    query.before = (struct ops_log_place){.time_us = INT64_MAX};
    pages = walk(200, &(struct ops_log_bounds){.bytes = 300000, .time_us = 60 * S_US}, seen);
    each_came_once(seen, CNOP_COUNT(seen));
    ck_assert_uint_ge(pages, 200);
}
END_TEST

START_TEST(a_rare_line_is_found_behind_many_bounds)
{
    static unsigned char seen[60001];
    unsigned pages;

    write_lines("inventory/@old.s", "inventory", 0, 30000);
    write_lines("inventory/current", "inventory", 30000, 30000);
    ask("[{\"op\":\"contains\",\"values\":[\"\\\"number\\\":17,\"]}]");
    pages = walk(10, &(struct ops_log_bounds){.bytes = 1000000, .time_us = 60 * S_US}, seen);
    ck_assert_uint_gt(pages, 1);
    ck_assert_uint_eq(seen[17], 1);
    seen[17] = 0;
    for (size_t i = 0; i < CNOP_COUNT(seen); i++)
        ck_assert_uint_eq(seen[i], 0);
}
END_TEST

START_TEST(rotation_between_pages_changes_nothing)
{
    static unsigned char seen[900];
    char from[64], to[64];

    write_lines("orders.jsonl", "order", 0, 900);
    ask("[]");
    ck_assert_int_eq(search(10, &wide), CNOP_OK);
    for (size_t i = 0; i < pick.count; i++)
        seen[number_of(pick.hits[i].line)]++;
    query.before = pick.hits[9].place;
    ck_assert_int_gt(snprintf(from, sizeof(from), "%s/orders.jsonl", directory), 0);
    ck_assert_int_gt(snprintf(to, sizeof(to), "%s/orders.jsonl.1", directory), 0);
    ck_assert_int_eq(rename(from, to), 0);
    write_file("orders.jsonl", "", 0);
    (void)walk(100, &wide, seen);
    each_came_once(seen, CNOP_COUNT(seen));
}
END_TEST

START_TEST(halving_spares_what_is_out_of_the_span)
{
    static unsigned char seen[60000];

    write_lines("inventory/current", "inventory", 0, 60000); /* 50 minutes, about 7 MB */
    ask("[]");
    query.from_us = BEGIN_US + 600 * S_US;
    query.to_us = BEGIN_US + 602 * S_US;
    ck_assert_int_eq(search(200, &wide), CNOP_OK);
    ck_assert_uint_gt(pick.count, 20);
    ck_assert_uint_lt(found.bytes, 1000000);
    for (size_t i = 0; i < pick.count; i++) {
        ck_assert_int_ge(pick.hits[i].place.time_us, query.from_us);
        ck_assert_int_lt(pick.hits[i].place.time_us, query.to_us);
        seen[number_of(pick.hits[i].line)]++;
    }
    for (unsigned i = 0; i < CNOP_COUNT(seen); i++) { /* by the times that write_lines gave */
        bool is_within = time_of(i) >= query.from_us && time_of(i) < query.to_us;

        ck_assert_uint_eq(seen[i], is_within);
    }
}
END_TEST

START_TEST(the_newest_are_found_without_reading_the_rest)
{
    write_lines("inventory/current", "inventory", 0, 60000);
    ask("[{\"field\":\"service\",\"op\":\"is\",\"values\":[\"inventory\"]}]");
    ck_assert_int_eq(search(50, &wide), CNOP_OK);
    ck_assert_uint_eq(pick.count, 50);
    ck_assert_uint_lt(found.bytes, 500000);
    ck_assert(!found.is_exhausted);
}
END_TEST

START_TEST(only_files_of_ours_are_looked_at)
{
    char from[64], to[64];

    write_lines("secrets/current", "inventory", 1, 1);
    write_lines("inventory/other.jsonl", "inventory", 2, 1);
    write_lines("inventory/current.bak", "inventory", 3, 1);
    write_lines("gateway-access.jsonl.x", "gateway", 4, 1);
    write_lines("gateway-access.jsonl.2.gz", "gateway", 5, 1);
    write_lines("audit.jsonl", "audit", 6, 1);
    write_lines("gateway/audit.jsonl.3", "audit", 7, 1);
    write_lines("secret", "inventory", 8, 1);
    ck_assert_int_gt(snprintf(from, sizeof(from), "%s/secret", directory), 0);
    ck_assert_int_gt(snprintf(to, sizeof(to), "%s/inventory/current", directory), 0);
    ck_assert_int_eq(symlink(from, to), 0);
    ask("[]");
    ck_assert_int_eq(search(10, &wide), CNOP_OK);
    ck_assert_uint_eq(pick.count, 2);
    ck_assert_uint_eq(files.unread, 1); /* packed */
    ask("[{\"field\":\"service\",\"op\":\"is\",\"values\":[\"audit\"]}]");
    ck_assert_int_eq(search(10, &wide), CNOP_OK);
    ck_assert_uint_eq(pick.count, 2);
    ck_assert_uint_eq(files.unread, 0); /* of the gateway's requests: not asked for */
}
END_TEST

START_TEST(a_folder_that_cannot_be_read_is_told)
{
    int dir = open(directory, O_RDONLY | O_DIRECTORY);

    ck_assert_int_eq(symlinkat("secrets", dir, "auth"), 0); /* followed by nobody */
    ck_assert_int_eq(close(dir), 0);
    ask("[]");
    ck_assert_int_eq(search(10, &wide), CNOP_OK);
    ck_assert_uint_eq(files.unread, 1);
}
END_TEST

START_TEST(what_is_no_line_does_not_stop_the_search)
{
    static char junk[300 * 1024];

    write_lines("gateway/current", "gateway", 3, 1); /* nginx's own words are not looked at */
    write_lines("inventory/current", "inventory", 1, 1);
    write_file("inventory/current", "2026/11/27 04:00:00 [notice] start\n\n", O_APPEND);
    memset(junk, 'x', sizeof(junk) - 1); /* longer than the first block */
    write_file("inventory/current", junk, O_APPEND);
    write_file("inventory/current", "\n", O_APPEND);
    write_lines("inventory/current", "inventory", 100, 1);
    write_file("inventory/current", "{\"timestamp\":\"2026-11-27T04:00:0",
               O_APPEND); /* half a line */
    ask("[]");
    ck_assert_int_eq(search(10, &wide), CNOP_OK);
    ck_assert_uint_eq(pick.count, 2);
    ck_assert_uint_eq(number_of(pick.hits[0].line), 100);
    ck_assert_uint_eq(number_of(pick.hits[1].line), 1);
}
END_TEST

START_TEST(a_histogram_counts_what_a_list_shows)
{
    static struct ops_log_chart chart;
    uint64_t sum = 0;

    write_lines("inventory/current", "inventory", 0, 40000);
    ask("[{\"field\":\"user\",\"op\":\"is\",\"values\":[\"u3\"]}]");
    query.from_us = BEGIN_US;
    query.to_us = BEGIN_US + 3000 * S_US;
    ops_log_chart_init(&chart, query.from_us, query.to_us);
    ck_assert_int_eq(ops_log_store_open(directory, arena, &query, &files), CNOP_OK);
    ck_assert_int_eq(ops_log_search(&files, arena, &query, &wide,
                                    &(struct ops_log_sink){.chart = &chart}, &found),
                     CNOP_OK);
    ops_log_store_close(&files);
    for (size_t i = 0; i < chart.count; i++)
        sum += chart.bars[i][OPS_LOG_FINE];
    ck_assert_uint_eq(sum, 40000 / 7 + (3 < 40000 % 7));
}
END_TEST

START_TEST(without_logs_there_are_none)
{
    struct ops_log_files none;

    ask("[]");
    ck_assert_int_eq(search(10, &wide), CNOP_OK);
    ck_assert_uint_eq(pick.count, 0);
    ck_assert(!found.is_exhausted);
    ck_assert_int_eq(ops_log_store_open("/nonexistent", arena, &query, &none), CNOP_E_IO);
    ops_log_store_close(&none);
}
END_TEST

static void
add(TCase *tests)
{
    tcase_add_checked_fixture(tests, setup, teardown);
    tcase_add_test(tests, pages_hold_every_line_once);
    tcase_add_test(tests, a_bound_loses_nothing);
    tcase_add_test(tests, a_rare_line_is_found_behind_many_bounds);
    tcase_add_test(tests, rotation_between_pages_changes_nothing);
    tcase_add_test(tests, halving_spares_what_is_out_of_the_span);
    tcase_add_test(tests, the_newest_are_found_without_reading_the_rest);
    tcase_add_test(tests, only_files_of_ours_are_looked_at);
    tcase_add_test(tests, a_folder_that_cannot_be_read_is_told);
    tcase_add_test(tests, what_is_no_line_does_not_stop_the_search);
    tcase_add_test(tests, a_histogram_counts_what_a_list_shows);
    tcase_add_test(tests, without_logs_there_are_none);
}

UNIT_MAIN("log_search", add)
