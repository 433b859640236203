/* SPDX-License-Identifier: MIT */
/* Nanoseconds per call of what every request pays: JSON, money, ids, escaping, log lines. Prints a
 * table; the best of several rounds counts, so that a busy machine disturbs little. */
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <time.h>
#include <unistd.h>

#include "shared/base/base.h"
#include "shared/json/json_read.h"
#include "shared/json/json_scan.h"
#include "shared/json/json_write.h"

#define BENCH_ROUNDS 7
#define BENCH_CALLS 50000

static const struct cnop_str order_body =
    CNOP_STR("{\"asset_id\":\"BTC\",\"order_type\":\"market_buy\",\"quantity\":\"0.10000000\","
             "\"price\":67123.45,\"client_order_id\":\"c-0123456789abcdef\"}");

static struct cnop_arena *arena;
static char memory[4096];
static struct cnop_buf buf;
static const struct cnop_id_key id_key = {{1, 2, 3}};
static volatile int64_t sink; /* keeps results alive */

static void
bench_json_scan(void)
{
    struct cnop_scan scan;

    cnop_scan_start(&scan, order_body);
    sink += cnop_scan_text(&scan);
    sink += scan.value_count;
}

static void
bench_json_parse(void)
{
    const struct cnop_json *root = NULL;

    sink += cnop_json_parse(arena, order_body, NULL, NULL, &root);
    cnop_assert(root != NULL);
    sink += root->child_count;
    cnop_arena_reset(arena);
}

static void
bench_json_write(void)
{
    struct cnop_json_writer writer;

    cnop_buf_clear(&buf);
    cnop_json_init(&writer, &buf);
    cnop_json_object_open(&writer, NULL);
    cnop_json_str(&writer, "order_id", CNOP_STR("o000000000001a0123456789"));
    cnop_json_text(&writer, "status", "completed");
    cnop_json_text(&writer, "asset_id", "BTC");
    cnop_json_qty(&writer, "quantity", (cnop_qty){10000000}, 8);
    cnop_json_price(&writer, "price", (cnop_price){671234500000000}, 2);
    cnop_json_cash(&writer, "total_amount", (cnop_cash){671234500000}, 2);
    cnop_json_time(&writer, "created_at", INT64_C(1795347296123456));
    cnop_json_object_close(&writer);
    cnop_json_done(&writer);
    sink += (int64_t)buf.len;
}

static void
bench_cash_parse(void)
{
    cnop_cash cash = {0};

    sink += cnop_cash_parse(CNOP_STR("67123.45000001"), &cash);
    sink += cash.e8;
}

static void
bench_cash_format(void)
{
    cnop_buf_clear(&buf);
    cnop_cash_format(&buf, (cnop_cash){6712345000001 + (sink & 1)}, 2);
    sink += (int64_t)buf.len;
}

static void
bench_notional(void)
{
    cnop_cash cash = {0};

    sink +=
        cnop_notional_ceil((cnop_price){671234500000000 + (sink & 1)}, (cnop_qty){10000001}, &cash);
    sink += cash.e8;
}

static void
bench_id_format(void)
{
    cnop_buf_clear(&buf);
    cnop_id_format(&buf, CNOP_ID_ORDER, &id_key, (uint64_t)sink);
    sink += (int64_t)buf.len;
}

static void
bench_id_parse(void)
{
    uint64_t id = 0;

    sink += cnop_id_parse(cnop_buf_view(&buf), CNOP_ID_ORDER, &id_key, &id);
}

static void
bench_escape(void)
{
    cnop_buf_clear(&buf);
    cnop_escape_json(&buf,
                     CNOP_STR("a sentence of sixty-four bytes, as plain as most of them are"));
    sink += (int64_t)buf.len;
}

static void
bench_is_utf8(void)
{
    sink +=
        cnop_str_is_utf8(CNOP_STR("a sentence of sixty-four bytes, with an \xC3\xA9 in it, too"));
}

static void
bench_clock(void)
{
    cnop_buf_clear(&buf);
    cnop_clock_format(&buf, cnop_clock_wall_us());
    sink += (int64_t)buf.len;
}

static void
bench_log_line(void)
{
    struct cnop_log_context context = {CNOP_STR("0123456789abcdef0123456789abcdef"),
                                       CNOP_STR("1000")};
    struct cnop_log_line line;

    cnop_log_begin(&line, CNOP_LOG_INFO, &context, "request_end", "request done");
    cnop_log_str(&line, "route", CNOP_STR("POST /api/v1/orders"));
    cnop_log_u64(&line, "status", 201);
    cnop_log_u64(&line, "duration_us", 321);
    cnop_log_end(&line);
}

static void
bench_run(const char *name, void (*call)(void))
{
    int64_t best_ns = INT64_MAX;

    for (int round = 0; round < BENCH_ROUNDS; round++) {
        struct timespec from;
        struct timespec to;
        int64_t spent_ns;

        (void)clock_gettime(CLOCK_MONOTONIC, &from);
        for (int i = 0; i < BENCH_CALLS; i++)
            call();
        (void)clock_gettime(CLOCK_MONOTONIC, &to);
        spent_ns = (to.tv_sec - from.tv_sec) * INT64_C(1000000000) + to.tv_nsec - from.tv_nsec;
        if (spent_ns < best_ns)
            best_ns = spent_ns;
    }
    printf("%-28s %8" PRId64 " ns\n", name, best_ns / BENCH_CALLS);
}

int
main(void)
{
    cnop_secret_init();
    arena = cnop_arena_new(64 * 1024);
    cnop_buf_init(&buf, memory, sizeof(memory));
    if (cnop_log_open("bench", CNOP_LOG_INFO, "/dev/null") != CNOP_OK)
        return 1;
    bench_run("json scan, order body", bench_json_scan);
    bench_run("json parse, order body", bench_json_parse);
    bench_run("json write, order reply", bench_json_write);
    bench_run("cash parse", bench_cash_parse);
    bench_run("cash format", bench_cash_format);
    bench_run("notional, 128 bits", bench_notional);
    bench_run("public id format", bench_id_format);
    bench_run("public id parse", bench_id_parse);
    bench_run("escape 60 bytes", bench_escape);
    bench_run("is utf-8, 54 bytes", bench_is_utf8);
    bench_run("clock read and format", bench_clock);
    bench_run("log line to /dev/null", bench_log_line);
    cnop_arena_free(&arena);
    return 0;
}
