/* SPDX-License-Identifier: MIT */
/* Rounds of a publisher; see publisher.h. */
#include "fcgi_services/order/publisher.h"

#include <stdatomic.h>
#include <string.h>

#include "fcgi_services/order/board.h"
#include "fcgi_services/order/engine_metrics.h"
#include "fcgi_services/order/event_json.h"
#include "fcgi_services/order/event_store.h"
#include "fcgi_services/order/market_json.h"
#include "shared/base/clock.h"
#include "shared/base/log.h"
#include "shared/control/control.h"
#include "shared/db/db.h"

#define TEXT_BYTES (60u * 1024) /* of one exchange: what a gateway buffers in memory */
#define LINE_MAX (EVENT_JSON_MAX + 64)
#define READ_BYTES (16u * 1024) /* of bodies, from the table: about a text */
#define ARENA_BYTES (512u * 1024)
#define TICKER_US 250000
#define ASK_US 2000000 /* a gateway that has nothing to be told is asked that often */
#define SYMBOLS_US 5000000

struct publisher {
    const struct publisher_config *config;
    struct event_queue *queue;
    struct cnop_control *control;
    size_t index;
    struct cnop_db *db;
    struct cnop_arena *own; /* this alone */
    struct cnop_arena *arena;
    struct cnop_str symbol_names[EVENT_STORE_ASSETS];
    struct event_symbols symbols;
    int64_t symbols_due_us;
    struct board_view board;
    struct board_market market; /* in hand */
    uint32_t versions[BOARD_MARKETS];
    uint16_t next_market;
    int64_t ticker_due_us;
    int64_t ask_due_us;
    int64_t start_us;
    bool reset;         /* the next text makes the gateway forget what it has */
    _Atomic bool known; /* what it has */
    _Atomic uint64_t at;
    struct event_copy row; /* in hand */
    struct event_store_rows rows;
};

/* A text being written. */
struct text {
    struct cnop_buf *buf;
    uint64_t at;     /* last number in it */
    uint64_t resume; /* the numbers up to this are lost; 0: none is */
    uint32_t lines;
};

static struct cnop_str
symbol_of(const void *arg, uint16_t asset_id)
{
    const struct event_symbols *symbols = arg;

    if (asset_id == LEDGER_USD)
        return CNOP_STR("USD");
    if (asset_id >= EVENT_STORE_ASSETS || symbols->list[asset_id].len == 0)
        return CNOP_STR("UNKNOWN");
    return cnop_str_make(symbols->list[asset_id].text, symbols->list[asset_id].len);
}

enum cnop_err
publisher_open(const struct publisher_config *config, size_t index, struct event_queue *queue,
               struct publisher **ret_publisher)
{
    struct cnop_arena *own = cnop_arena_new(sizeof(struct publisher) + 64);
    struct publisher *publisher = cnop_arena_alloc(own, sizeof(*publisher));
    enum cnop_err err;

    cnop_assert(publisher != NULL);
    publisher->own = own;
    publisher->config = config;
    publisher->queue = queue;
    publisher->index = index;
    publisher->arena = cnop_arena_new(ARENA_BYTES);
    publisher->start_us = cnop_clock_monotonic_us();
    err = cnop_control_open(config->sockets, PUBLISHER_URL, TEXT_BYTES, &publisher->control);
    if (err == CNOP_OK && index >= cnop_control_count(publisher->control))
        err = CNOP_E_NOT_FOUND;
    if (err == CNOP_OK)
        err = cnop_db_open(config->db, &publisher->db);
    if (err != CNOP_OK) {
        publisher_close(&publisher);
        return err;
    }
    *ret_publisher = publisher;
    return CNOP_OK;
}

void
publisher_close(struct publisher **publisher)
{
    struct cnop_arena *own, *arena;

    if (*publisher == NULL)
        return;
    own = (*publisher)->own;
    arena = (*publisher)->arena;
    board_view_done(&(*publisher)->board);
    cnop_control_close(&(*publisher)->control);
    cnop_db_close(&(*publisher)->db);
    cnop_arena_free(&arena);
    cnop_arena_free(&own);
    *publisher = NULL;
}

const char *
publisher_name(const struct publisher *publisher)
{
    return cnop_control_name(publisher->control, publisher->index);
}

uint64_t
publisher_behind(struct publisher *publisher, int64_t *ret_lag_us)
{
    uint64_t at = atomic_load(&publisher->at), head = event_queue_head(publisher->queue);
    int64_t since_us = event_queue_since(publisher->queue, at);

    *ret_lag_us = 0;
    if (!atomic_load(&publisher->known))
        return UINT64_MAX;
    if (head <= at)
        return 0;
    *ret_lag_us = cnop_clock_monotonic_us() - (since_us == 0 ? publisher->start_us : since_us);
    return head - at;
}

/* ---- what the gateway has ---- */

/* The table is not read for what the gateway would not keep. */
static void
skip_far(struct publisher *publisher)
{
    uint64_t head = event_queue_head(publisher->queue), keep = publisher->config->keep;
    uint64_t at = publisher->at;

    if (at <= head && head - at <= keep)
        return;
    /* A gateway that is ahead tells that the database went back in time. */
    publisher->at = head > keep ? head - keep : 0;
    publisher->reset = true;
}

/* It may have been started anew: prices are told again, all of them. */
static void
forget(struct publisher *publisher)
{
    publisher->known = false;
    memset(publisher->versions, 0, sizeof(publisher->versions));
}

static enum cnop_err
learn(struct publisher *publisher)
{
    const struct cnop_json *object;
    uint64_t last;
    enum cnop_err err = cnop_control_ask(publisher->control, publisher->index,
                                         publisher->config->timeout_ms, &object);

    if (err == CNOP_OK)
        err = cnop_control_u64(object, CNOP_STR("last"), &last);
    if (err != CNOP_OK) {
        forget(publisher);
        return err;
    }
    publisher->at = last;
    publisher->known = true;
    publisher->ask_due_us = cnop_clock_monotonic_us() + ASK_US;
    skip_far(publisher);
    return CNOP_OK;
}

/* ---- events ---- */

static bool
has_room(const struct text *text)
{
    return text->buf->cap - text->buf->len >= LINE_MAX;
}

static void
begin_line(struct cnop_buf *buf, uint64_t seq, int64_t account_id, uint8_t type)
{
    cnop_buf_u64(buf, seq);
    cnop_buf_char(buf, ' ');
    if (account_id == 0)
        cnop_buf_char(buf, '-');
    else
        cnop_buf_i64(buf, account_id);
    cnop_buf_char(buf, ' ');
    cnop_buf_text(buf, event_type_name(type));
    cnop_buf_char(buf, ' ');
}

static enum cnop_err
write_event(struct publisher *publisher, struct text *text, uint64_t seq, const struct event *event)
{
    const struct event_names names = {publisher->config->id_key, symbol_of, &publisher->symbols};
    struct cnop_json_writer writer;

    if (!event_is_sound(event))
        return CNOP_E_INVALID;
    begin_line(text->buf, seq, event->account_id, event->type);
    cnop_json_init(&writer, text->buf);
    event_json_write(&writer, NULL, &names, seq, event);
    cnop_json_done(&writer);
    cnop_buf_char(text->buf, '\n');
    text->lines++;
    text->at = seq;
    return CNOP_OK;
}

/* The row is not what we have written: everybody goes on behind it. */
static void
lose_row(struct text *text, uint64_t first_seq, uint32_t count)
{
    struct cnop_log_line line;

    text->resume = first_seq + (count > 0 ? count : 1) - 1;
    engine_metric_add(ENGINE_METRIC_EVENTS_DAMAGED, 1);
    cnop_log_begin(&line, CNOP_LOG_ERROR, NULL, "events", "a row of events is damaged");
    cnop_log_u64(&line, "first_seq", first_seq);
    cnop_log_u64(&line, "count", count);
    cnop_log_end(&line);
}

static void
write_row(struct publisher *publisher, struct text *text, const struct event_store_row *row)
{
    struct cnop_str body = row->body;
    struct event_head head;
    enum cnop_err err;

    if (row->first_seq > text->at + 1) {
        text->resume = row->first_seq - 1;
        return;
    }
    err = event_row_head(&body, &head);
    for (uint64_t seq = row->first_seq; err == CNOP_OK && seq < row->first_seq + row->count;
         seq++) {
        struct event event;

        err = event_unpack(&body, &head, &event);
        if (err != CNOP_OK || seq <= text->at)
            continue;
        if (!has_room(text))
            return;
        err = write_event(publisher, text, seq, &event);
    }
    if (err != CNOP_OK)
        lose_row(text, row->first_seq, row->count);
}

static enum cnop_err
write_from_table(struct publisher *publisher, struct text *text)
{
    enum cnop_err err;

    cnop_arena_reset(publisher->arena);
    err = event_store_read(publisher->db, publisher->arena, text->at, READ_BYTES, &publisher->rows);
    if (err != CNOP_OK)
        return err;
    if (publisher->rows.count == 0)
        text->resume = event_queue_head(publisher->queue); /* somebody has removed them */
    for (size_t i = 0; i < publisher->rows.count && text->resume == 0 && has_room(text); i++)
        write_row(publisher, text, &publisher->rows.list[i]);
    return CNOP_OK;
}

static enum cnop_err
write_events(struct publisher *publisher, struct text *text)
{
    struct event_copy *row = &publisher->row;
    uint64_t head = event_queue_head(publisher->queue);
    enum cnop_err err = CNOP_OK;

    while (err == CNOP_OK && text->at < head && text->resume == 0 && has_room(text)) {
        if (event_queue_copy(publisher->queue, text->at, row) == CNOP_OK) {
            const struct event_store_row kept = {row->first_seq, row->count,
                                                 cnop_str_make(row->body, row->len)};

            write_row(publisher, text, &kept);
        } else {
            err = write_from_table(publisher, text);
        }
    }
    return text->lines > 0 ? CNOP_OK : err;
}

/* ---- prices ---- */

static void
write_ticker(struct publisher *publisher, struct text *text)
{
    const struct market_view view = {.rules = &publisher->board.page->rules,
                                     .market = &publisher->market,
                                     .id_key = publisher->config->id_key,
                                     .now_us = cnop_clock_wall_us()};
    struct cnop_json_writer writer;

    begin_line(text->buf, 0, 0, EVENT_TICKER);
    cnop_json_init(&writer, text->buf);
    market_json_ticker(&writer, NULL, &view);
    cnop_json_done(&writer);
    cnop_buf_char(text->buf, '\n');
    text->lines++;
}

/* Of the markets that have changed since; those without room wait for the next text. */
static void
write_tickers(struct publisher *publisher, struct text *text)
{
    int64_t now_us = cnop_clock_monotonic_us();
    const char *file = publisher->config->board_file;

    if (now_us < publisher->ticker_due_us || file[0] == '\0' ||
        board_view_look(&publisher->board, file) != CNOP_OK)
        return;
    for (; publisher->next_market < BOARD_MARKETS && has_room(text); publisher->next_market++) {
        uint16_t asset_id = publisher->next_market;
        uint32_t version = atomic_load(&publisher->board.page->markets[asset_id].version);

        if (version == publisher->versions[asset_id] ||
            board_view_read(&publisher->board, asset_id, false, &publisher->market) != CNOP_OK ||
            !publisher->market.asset.known || asset_id == LEDGER_USD)
            continue;
        publisher->versions[asset_id] = version;
        write_ticker(publisher, text);
    }
    if (publisher->next_market == BOARD_MARKETS) {
        publisher->next_market = 0;
        publisher->ticker_due_us = now_us + TICKER_US;
    }
}

/* ---- a round ---- */

static struct text
begin_text(struct publisher *publisher)
{
    struct text text = {.buf = cnop_control_text(publisher->control), .at = publisher->at};

    cnop_buf_text(text.buf, publisher->reset ? "reset " : "events ");
    cnop_buf_u64(text.buf, text.at);
    cnop_buf_char(text.buf, '\n');
    return text;
}

static enum cnop_err
send_text(struct publisher *publisher, const struct text *text)
{
    const struct cnop_json *ignored; /* what it has: it is asked again anyway */
    enum cnop_err err = cnop_control_send(publisher->control, publisher->index,
                                          publisher->config->timeout_ms, &ignored);

    if (err != CNOP_OK) {
        forget(publisher);
        return err;
    }
    engine_metric_add(ENGINE_METRIC_EVENTS_PUBLISHED, (int64_t)(text->at - publisher->at));
    engine_metric_add(ENGINE_METRIC_EVENTS_RESETS, publisher->reset);
    publisher->reset = false;
    publisher->at = text->at;
    publisher->ask_due_us = cnop_clock_monotonic_us() + ASK_US;
    return CNOP_OK;
}

/* Names of assets change rarely; the old ones do while the database is away. */
static void
refresh_symbols(struct publisher *publisher)
{
    int64_t now_us = cnop_clock_monotonic_us();

    if (now_us < publisher->symbols_due_us)
        return;
    publisher->symbols_due_us = now_us + SYMBOLS_US;
    cnop_arena_reset(publisher->arena);
    if (event_store_symbols(publisher->db, publisher->arena, &publisher->symbols) != CNOP_OK)
        cnop_log_write(CNOP_LOG_WARN, "events", "names of assets could not be read");
}

enum cnop_err
publisher_round(struct publisher *publisher)
{
    int64_t until_us = cnop_clock_monotonic_us() + TICKER_US;
    struct text text;
    enum cnop_err err = publisher->known ? CNOP_OK : learn(publisher);

    if (err != CNOP_OK)
        return err;
    if (!publisher->reset)
        (void)event_queue_wait(publisher->queue, publisher->at, until_us);
    refresh_symbols(publisher);
    skip_far(publisher);
    text = begin_text(publisher);
    err = write_events(publisher, &text);
    if (err != CNOP_OK)
        return err;
    write_tickers(publisher, &text);
    if (text.lines > 0 || publisher->reset)
        err = send_text(publisher, &text);
    else if (cnop_clock_monotonic_us() >= publisher->ask_due_us)
        err = learn(publisher);
    if (err == CNOP_OK && text.resume != 0 && publisher->known) {
        publisher->at = text.resume;
        publisher->reset = true;
    }
    return err;
}
