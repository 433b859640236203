/* SPDX-License-Identifier: MIT */
/* A publisher against a gateway and a table that are made up: what is asked, what is sent, and from
 * where. */
#include "fcgi_services/order/publisher.h"

#include <string.h>
#include <sys/mman.h>

#include "fcgi_services/order/board.h"
#include "fcgi_services/order/event_store.h"
#include "shared/base/clock.h"
#include "shared/control/control.h"
#include "shared/db/db.h"
#include "tests/fakes/clock_fake.h"
#include "tests/fakes/engine_metrics_fake.h"
#include "tests/unit/unit.h"

#define ACCOUNT 1000
#define KEEP 50

/* The gateway. */
static struct {
    uint64_t last;
    enum cnop_err ask_err;
    enum cnop_err send_err;
    unsigned asked;
    unsigned sent;
    struct cnop_buf text;
    char memory[61440];
} gateway;

/* The table: rows of one event each, from `first` on. */
static struct {
    uint64_t first;
    uint64_t last;
    uint64_t damaged;
    enum cnop_err err;
    unsigned reads;
    char body[256];
} table;

static struct event_queue *queue;
static struct event_rows rows;
static struct publisher *publisher;
static const struct cnop_id_key id_key = {{1}};
static struct cnop_db_config db_config;
static struct publisher_config config = {.sockets = "/gateway.sock",
                                         .db = &db_config,
                                         .id_key = &id_key,
                                         .board_file = "",
                                         .timeout_ms = 1,
                                         .keep = KEEP};

/* ---- fakes ---- */

enum cnop_err __wrap_cnop_control_open(const char *sockets, const char *url, size_t bytes,
                                       struct cnop_control **ret_control);
enum cnop_err
__wrap_cnop_control_open(const char *sockets, const char *url, size_t bytes,
                         struct cnop_control **ret_control)
{
    ck_assert_str_eq(url, "http://localhost/control/events");
    ck_assert_str_eq(sockets, "/gateway.sock");
    cnop_buf_init(&gateway.text, gateway.memory, bytes);
    *ret_control = (struct cnop_control *)(void *)&gateway;
    return CNOP_OK;
}

void __wrap_cnop_control_close(struct cnop_control **control);
void
__wrap_cnop_control_close(struct cnop_control **control)
{
    *control = NULL;
}

size_t __wrap_cnop_control_count(const struct cnop_control *control);
size_t
__wrap_cnop_control_count(const struct cnop_control *control)
{
    (void)control;
    return 1;
}

enum cnop_err __wrap_cnop_control_ask(struct cnop_control *control, size_t index,
                                      uint32_t timeout_ms, const struct cnop_json **ret_object);
enum cnop_err
__wrap_cnop_control_ask(struct cnop_control *control, size_t index, uint32_t timeout_ms,
                        const struct cnop_json **ret_object)
{
    (void)control;
    ck_assert_uint_eq(index, 0);
    ck_assert_uint_eq(timeout_ms, 1);
    gateway.asked++;
    *ret_object = NULL;
    return gateway.ask_err;
}

enum cnop_err __wrap_cnop_control_u64(const struct cnop_json *object, struct cnop_str key,
                                      uint64_t *ret_value);
enum cnop_err
__wrap_cnop_control_u64(const struct cnop_json *object, struct cnop_str key, uint64_t *ret_value)
{
    ck_assert_ptr_null(object);
    ck_assert(cnop_str_equal(key, CNOP_STR("last")));
    *ret_value = gateway.last;
    return CNOP_OK;
}

struct cnop_buf *__wrap_cnop_control_text(struct cnop_control *control);
struct cnop_buf *
__wrap_cnop_control_text(struct cnop_control *control)
{
    (void)control;
    cnop_buf_clear(&gateway.text);
    return &gateway.text;
}

enum cnop_err __wrap_cnop_control_send(struct cnop_control *control, size_t index,
                                       uint32_t timeout_ms, const struct cnop_json **ret_object);
enum cnop_err
__wrap_cnop_control_send(struct cnop_control *control, size_t index, uint32_t timeout_ms,
                         const struct cnop_json **ret_object)
{
    (void)control, (void)index, (void)timeout_ms;
    ck_assert(!gateway.text.overflow);
    gateway.sent++;
    *ret_object = NULL;
    return gateway.send_err;
}

enum cnop_err
cnop_db_open(const struct cnop_db_config *of, struct cnop_db **ret_db)
{
    ck_assert_ptr_eq(of, &db_config);
    *ret_db = (struct cnop_db *)(void *)&table;
    return CNOP_OK;
}

void
cnop_db_close(struct cnop_db **db)
{
    *db = NULL;
}

enum cnop_err
event_store_symbols(struct cnop_db *db, struct cnop_arena *arena, struct event_symbols *symbols)
{
    (void)db, (void)arena;
    symbols->list[2].len = 3;
    memcpy(symbols->list[2].text, "ETH", 3);
    return CNOP_OK;
}

static struct event
event_of(uint64_t seq)
{
    /* every other is of an account */
    if (seq % 2 == 0)
        return (struct event){.type = EVENT_BALANCE, .account_id = ACCOUNT, .qty_e8 = CNOP_E8};
    return (struct event){.type = EVENT_TRADE, .id = (int64_t)seq, .asset_id = 2, .side = 1};
}

enum cnop_err
event_store_read(struct cnop_db *db, struct cnop_arena *arena, uint64_t after, size_t bytes,
                 struct event_store_rows *ret_rows)
{
    uint64_t first = after + 1 < table.first ? table.first : after + 1;

    ck_assert_ptr_nonnull(db);
    ck_assert_uint_gt(bytes, 0);
    table.reads++;
    ret_rows->count = 0;
    if (table.err != CNOP_OK)
        return table.err;
    for (uint64_t seq = first; seq <= table.last && ret_rows->count < EVENT_STORE_ROWS; seq++) {
        struct event event = event_of(seq);
        char *memory = cnop_arena_alloc(arena, sizeof(table.body));
        struct cnop_buf body;

        cnop_buf_init(&body, memory, sizeof(table.body));
        event_row_open(&body, 0);
        event_pack(&body, 0, &event);
        if (seq == table.damaged)
            body.len--;
        ret_rows->list[ret_rows->count++] =
            (struct event_store_row){.first_seq = seq, .count = 1, .body = cnop_buf_view(&body)};
    }
    return CNOP_OK;
}

/* Time goes by at once. */
bool __wrap_event_queue_wait(struct event_queue *of, uint64_t after, int64_t until_us);
bool
__wrap_event_queue_wait(struct event_queue *of, uint64_t after, int64_t until_us)
{
    bool there = event_queue_head(of) > after;

    if (!there && until_us > cnop_clock_monotonic_us())
        clock_fake_freeze(INT64_C(1795000000000000), until_us);
    return there;
}

/* ---- the stage ---- */

static void
open_stage(uint64_t head)
{
    static void *bytes;

    memset(&gateway, 0, sizeof(gateway));
    memset(&table, 0, sizeof(table));
    memset(engine_metrics_fake, 0, sizeof(engine_metrics_fake));
    clock_fake_freeze(INT64_C(1795000000000000), 1000000000);
    if (bytes == NULL)
        bytes = mmap(NULL, EVENT_ROWS_BYTES, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS,
                     -1, 0);
    event_rows_init(&rows, bytes);
    rows.last_seq = head;
    table.first = 1;
    table.last = head;
    ck_assert_int_eq(event_queue_open(head, &queue), CNOP_OK);
    ck_assert_int_eq(publisher_open(&config, 0, queue, &publisher), CNOP_OK);
}

static void
close_stage(void)
{
    publisher_close(&publisher);
    ck_assert_ptr_null(publisher);
    clock_fake_unfreeze();
}

/* A batch of so many events is committed. */
static void
commit(unsigned count)
{
    uint64_t last_seq = rows.last_seq;

    event_rows_clear(&rows);
    rows.last_seq = last_seq;
    for (unsigned i = 0; i < count; i++) {
        struct event event = event_of(rows.last_seq + 1);

        event_rows_add(&rows, &event);
    }
    table.last = rows.last_seq;
    event_queue_push(queue, &rows);
}

/* The numbers that the last text brought: "first-last/lines". */
static void
expect_text(const char *head, uint64_t first, uint64_t last)
{
    struct cnop_str text = cnop_buf_view(&gateway.text), line;
    uint64_t seq = first;

    cnop_str_cut(text, '\n', &line, &text);
    ck_assert_msg(cnop_str_equal(line, cnop_str_from(head)), "%.*s", (int)line.len, line.ptr);
    for (; text.len > 0; seq++) {
        char expected[64];

        cnop_str_cut(text, '\n', &line, &text);
        (void)snprintf(expected, sizeof(expected),
                       seq % 2 == 0 ? "%llu 1000 balance {\"seq\":%llu,\"asset_id\":\"USD\","
                                    : "%llu - trade {\"seq\":%llu,\"trade_id\":\"",
                       (unsigned long long)seq, (unsigned long long)seq);
        ck_assert_msg(line.len > strlen(expected) &&
                          memcmp(line.ptr, expected, strlen(expected)) == 0,
                      "%.*s is not %s", (int)line.len, line.ptr, expected);
        ck_assert(line.ptr[line.len - 1] == '}');
    }
    ck_assert_uint_eq(seq, last + 1);
}

/* ---- tests ---- */

START_TEST(a_new_gateway_gets_what_follows)
{
    open_stage(0);
    commit(3);
    ck_assert_int_eq(publisher_round(publisher), CNOP_OK);
    expect_text("events 0", 1, 3);
    commit(2);
    ck_assert_int_eq(publisher_round(publisher), CNOP_OK);
    expect_text("events 3", 4, 5);
    ck_assert_uint_eq(gateway.asked, 1);
    ck_assert_uint_eq(gateway.sent, 2);
    ck_assert_uint_eq(table.reads, 0); /* the queue has them all */
    ck_assert_int_eq(engine_metrics_fake[ENGINE_METRIC_EVENTS_PUBLISHED], 5);
    close_stage();
}
END_TEST

START_TEST(one_that_was_away_is_brought_it_from_the_table)
{
    open_stage(30);
    gateway.last = 10;
    ck_assert_int_eq(publisher_round(publisher), CNOP_OK);
    expect_text("events 10", 11, 30);
    ck_assert_uint_gt(table.reads, 0);
    close_stage();
}
END_TEST

/* More than it would keep: it starts over, near the end. */
START_TEST(one_that_was_away_for_long_starts_over)
{
    int64_t lag_us;

    open_stage(1000);
    gateway.last = 900;
    ck_assert_uint_eq(publisher_behind(publisher, &lag_us), UINT64_MAX);
    ck_assert_int_eq(publisher_round(publisher), CNOP_OK);
    expect_text("reset 950", 951, 1000);
    ck_assert_int_eq(engine_metrics_fake[ENGINE_METRIC_EVENTS_RESETS], 1);
    ck_assert_uint_eq(publisher_behind(publisher, &lag_us), 0);
    close_stage();
}
END_TEST

/* The database went back in time. */
START_TEST(one_that_is_ahead_starts_over)
{
    open_stage(20);
    gateway.last = 21;
    ck_assert_int_eq(publisher_round(publisher), CNOP_OK);
    expect_text("reset 0", 1, 20);
    close_stage();
}
END_TEST

START_TEST(a_gap_in_the_table_is_jumped_over)
{
    open_stage(40);
    gateway.last = 10;
    table.first = 31;
    ck_assert_int_eq(publisher_round(publisher), CNOP_OK);
    ck_assert_uint_eq(gateway.sent, 0);
    ck_assert_int_eq(publisher_round(publisher), CNOP_OK);
    expect_text("reset 30", 31, 40);
    close_stage();
}
END_TEST

START_TEST(a_damaged_row_is_jumped_over)
{
    open_stage(40);
    gateway.last = 20;
    table.damaged = 25;
    ck_assert_int_eq(publisher_round(publisher), CNOP_OK);
    expect_text("events 20", 21, 24);
    ck_assert_int_eq(publisher_round(publisher), CNOP_OK);
    expect_text("reset 25", 26, 40);
    ck_assert_int_eq(engine_metrics_fake[ENGINE_METRIC_EVENTS_DAMAGED], 1);
    close_stage();
}
END_TEST

START_TEST(an_empty_table_is_no_reason_to_stop)
{
    open_stage(40);
    gateway.last = 20;
    table.last = 0;
    ck_assert_int_eq(publisher_round(publisher), CNOP_OK);
    ck_assert_int_eq(publisher_round(publisher), CNOP_OK);
    expect_text("reset 40", 41, 40);
    close_stage();
}
END_TEST

START_TEST(a_database_that_is_away_is_an_error)
{
    open_stage(40);
    gateway.last = 20;
    table.err = CNOP_E_DB_FAILED;
    ck_assert_int_eq(publisher_round(publisher), CNOP_E_DB_FAILED);
    ck_assert_uint_eq(gateway.sent, 0);
    table.err = CNOP_OK;
    ck_assert_int_eq(publisher_round(publisher), CNOP_OK);
    expect_text("events 20", 21, 40);
    close_stage();
}
END_TEST

START_TEST(a_gateway_that_is_away_is_asked_again)
{
    open_stage(0);
    gateway.ask_err = CNOP_E_IO;
    commit(2);
    ck_assert_int_eq(publisher_round(publisher), CNOP_E_IO);
    ck_assert_uint_eq(gateway.sent, 0);
    gateway.ask_err = CNOP_OK;
    gateway.send_err = CNOP_E_CONFLICT; /* started anew in between */
    ck_assert_int_eq(publisher_round(publisher), CNOP_E_CONFLICT);
    gateway.send_err = CNOP_OK;
    gateway.last = 1;
    ck_assert_int_eq(publisher_round(publisher), CNOP_OK);
    expect_text("events 1", 2, 2);
    ck_assert_uint_eq(gateway.asked, 3);
    close_stage();
}
END_TEST

/* Nothing happens, but it was started anew: it is asked now and then. */
START_TEST(one_that_has_nothing_to_be_told_is_asked)
{
    open_stage(4);
    gateway.last = 4;
    ck_assert_int_eq(publisher_round(publisher), CNOP_OK);
    ck_assert_uint_eq(gateway.asked, 1);
    gateway.last = 0;
    for (int i = 0; i < 12 && gateway.sent == 0; i++)
        ck_assert_int_eq(publisher_round(publisher), CNOP_OK);
    ck_assert_uint_gt(gateway.asked, 1);
    expect_text("events 0", 1, 4);
    close_stage();
}
END_TEST

/* A text has an end: the rest goes into the next. */
START_TEST(much_is_sent_in_parts)
{
    uint64_t before = 0;

    open_stage(0);
    config.keep = 100000;
    commit(1200);
    while (before < 1200) {
        struct cnop_str text, line, last = {NULL, 0};
        uint64_t seq;
        char head[32];

        (void)snprintf(head, sizeof(head), "events %llu", (unsigned long long)before);
        ck_assert_int_eq(publisher_round(publisher), CNOP_OK);
        for (text = cnop_buf_view(&gateway.text); text.len > 0;) {
            cnop_str_cut(text, '\n', &line, &text);
            last = line;
        }
        cnop_str_cut(last, ' ', &line, &text);
        ck_assert_int_eq(cnop_str_parse_u64(line, 0, 1200, &seq), CNOP_OK);
        expect_text(head, before + 1, seq);
        before = seq;
    }
    ck_assert_uint_gt(gateway.sent, 1);
    config.keep = KEEP;
    close_stage();
}
END_TEST

static void
add(TCase *tests)
{
    tcase_add_test(tests, a_new_gateway_gets_what_follows);
    tcase_add_test(tests, one_that_was_away_is_brought_it_from_the_table);
    tcase_add_test(tests, one_that_was_away_for_long_starts_over);
    tcase_add_test(tests, one_that_is_ahead_starts_over);
    tcase_add_test(tests, a_gap_in_the_table_is_jumped_over);
    tcase_add_test(tests, a_damaged_row_is_jumped_over);
    tcase_add_test(tests, an_empty_table_is_no_reason_to_stop);
    tcase_add_test(tests, a_database_that_is_away_is_an_error);
    tcase_add_test(tests, a_gateway_that_is_away_is_asked_again);
    tcase_add_test(tests, one_that_has_nothing_to_be_told_is_asked);
    tcase_add_test(tests, much_is_sent_in_parts);
}

UNIT_MAIN("publisher", add)
