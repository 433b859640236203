/* SPDX-License-Identifier: MIT */
/* Structured log. A line is encoded on the caller's stack and leaves in one write(2); the kernel
 * orders the lines, so there is no lock. Descriptors do not block: a full pipe or disk costs a
 * counted line, never a waiting request. Keeps no values beyond the line. */
#include "shared/base/log.h"

#include "shared/base/clock.h"
#include "shared/base/escape.h"
#include "shared/base/span.h"

#include <errno.h>
#include <fcntl.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define CNOP_LOG_PATH_BYTES 1024
#define CNOP_LOG_NAME_BYTES 64     /* request id, action, user */
#define CNOP_LOG_MESSAGE_BYTES 256 /* with three names, even all escaped, fits into a line */
#define CNOP_LOG_BULK_BYTES 65536
#define CNOP_LOG_TAIL_BYTES 32 /* kept free for the end of the line */

_Static_assert((3 * CNOP_LOG_NAME_BYTES + CNOP_LOG_MESSAGE_BYTES) * 6 + 512 < CNOP_LOG_LINE_BYTES,
               "the fixed fields always fit");

/* fd is replaced in place (dup3), so its number never changes while other threads write. torn: the
 * last write was cut short by a full disk, so the next line starts with a line feed. */
struct cnop_log_stream {
    int fd;
    atomic_bool torn;
    char path[CNOP_LOG_PATH_BYTES];
};

static struct cnop_log_stream log_main = {.fd = STDERR_FILENO};
static struct cnop_log_stream log_audit = {.fd = -1};
static struct cnop_log_stream log_bulk = {.fd = -1};
/* The first byte is the line feed that only follows a torn line. */
static char log_bulk_memory[CNOP_LOG_BULK_BYTES] = "\n";
static size_t log_bulk_len = 1;
static uint64_t log_bulk_lines;
static const char *log_service = "cnop";
static enum cnop_log_level log_threshold = CNOP_LOG_INFO;
static _Atomic uint64_t log_dropped;

static const char *const log_level_names[] = {"DEBUG", "INFO", "WARN", "ERROR", "CRITICAL"};

static int
log_open_path(const char *path)
{
    return open(path, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC | O_NONBLOCK | O_NOCTTY, 0640);
}

static enum cnop_err
log_stream_open(struct cnop_log_stream *stream, const char *path)
{
    int fd;

    if (strlen(path) >= sizeof(stream->path))
        return CNOP_E_IO;
    fd = log_open_path(path);
    if (fd < 0)
        return CNOP_E_IO;
    if (stream->fd > STDERR_FILENO)
        (void)close(stream->fd);
    stream->fd = fd;
    memmove(stream->path, path, strlen(path) + 1);
    return CNOP_OK;
}

/* A pipe on stderr is opened anew, so that not blocking stays our own setting and does not change
 * the descriptor that parent and siblings share. Other kinds of stderr are used as they are. */
static void
log_stderr_open(struct cnop_log_stream *stream)
{
    struct stat file;
    int fd;

    if (stream->fd > STDERR_FILENO)
        (void)close(stream->fd);
    stream->fd = STDERR_FILENO;
    stream->path[0] = '\0';
    if (fstat(STDERR_FILENO, &file) != 0 || !S_ISFIFO(file.st_mode))
        return;
    fd = open("/proc/self/fd/2", O_WRONLY | O_CLOEXEC | O_NONBLOCK);
    if (fd >= 0)
        stream->fd = fd;
}

enum cnop_err
cnop_log_open(const char *service, enum cnop_log_level level, const char *path)
{
    cnop_assert(strlen(service) <= CNOP_LOG_NAME_BYTES);
    cnop_assert((unsigned)level < CNOP_COUNT(log_level_names));
    log_service = service;
    log_threshold = level;
    if (path != NULL)
        return log_stream_open(&log_main, path);
    log_stderr_open(&log_main);
    return CNOP_OK;
}

enum cnop_err
cnop_log_open_audit(const char *path)
{
    return log_stream_open(&log_audit, path);
}

static enum cnop_err
log_stream_reopen(struct cnop_log_stream *stream)
{
    int fd;
    int failed;

    if (stream->path[0] == '\0')
        return CNOP_OK;
    fd = log_open_path(stream->path);
    if (fd < 0)
        return CNOP_E_IO;
    failed = dup3(fd, stream->fd, O_CLOEXEC) < 0;
    (void)close(fd);
    return failed ? CNOP_E_IO : CNOP_OK;
}

enum cnop_err
cnop_log_reopen(void)
{
    enum cnop_err err = log_stream_reopen(&log_main);
    enum cnop_err audit_err = log_stream_reopen(&log_audit);
    enum cnop_err bulk_err = log_stream_reopen(&log_bulk);

    if (err == CNOP_OK)
        err = audit_err;
    return err != CNOP_OK ? err : bulk_err;
}

bool
cnop_log_is_enabled(enum cnop_log_level level)
{
    return level >= log_threshold;
}

static void
log_head(struct cnop_log_line *line, const char *key, struct cnop_str value, size_t max_bytes)
{
    cnop_buf_text(&line->buf, key);
    cnop_escape_json(&line->buf, cnop_escape_clip(value, max_bytes));
}

static void
log_start(struct cnop_log_line *line, const char *level, const char *service,
          const struct cnop_log_context *context)
{
    struct cnop_str user = context == NULL ? cnop_str_from(NULL) : context->user;
    struct cnop_str request_id = context == NULL ? cnop_str_from(NULL) : context->request_id;

    line->has_extra = false;
    line->cut = false;
    cnop_buf_init(&line->buf, line->memory, sizeof(line->memory) - CNOP_LOG_TAIL_BYTES);
    cnop_buf_text(&line->buf, "\n{\"timestamp\":\"");
    cnop_clock_format(&line->buf, cnop_clock_wall_us());
    cnop_buf_text(&line->buf, "\",\"level\":\"");
    cnop_buf_text(&line->buf, level);
    log_head(line, "\",\"service\":", cnop_str_from(service), CNOP_LOG_NAME_BYTES);
    if (cnop_str_empty(request_id))
        cnop_buf_text(&line->buf, ",\"request_id\":null");
    else
        log_head(line, ",\"request_id\":", request_id, CNOP_LOG_NAME_BYTES);
    if (cnop_str_empty(user))
        user = cnop_str_from(log_service);
    log_head(line, ",\"user\":", user, CNOP_LOG_NAME_BYTES);
}

static void
log_event(struct cnop_log_line *line, const char *action, const char *message)
{
    log_head(line, ",\"action\":", cnop_str_from(action), CNOP_LOG_NAME_BYTES);
    log_head(line, ",\"message\":", cnop_str_from(message), CNOP_LOG_MESSAGE_BYTES);
    cnop_assert(!line->buf.overflow);
}

void
cnop_log_begin(struct cnop_log_line *line, enum cnop_log_level level,
               const struct cnop_log_context *context, const char *action, const char *message)
{
    line->enabled = cnop_log_is_enabled(level);
    line->audit = false;
    if (!line->enabled)
        return;
    cnop_assert((unsigned)level < CNOP_COUNT(log_level_names));
    log_start(line, log_level_names[level], log_service, context);
    log_event(line, action, message);
}

void
cnop_log_begin_audit(struct cnop_log_line *line, const struct cnop_log_context *context,
                     const char *action, const char *message)
{
    line->enabled = true;
    line->audit = true;
    log_start(line, log_level_names[CNOP_LOG_INFO], "audit", context);
    log_event(line, action, message);
    cnop_log_text(line, "origin", log_service);
}

/* Starts an extra field and returns where to fall back to when it does not fit. */
static size_t
log_field_open(struct cnop_log_line *line, const char *key)
{
    size_t mark = line->buf.len;

    cnop_buf_text(&line->buf, line->has_extra ? ",\"" : ",\"extra\":{\"");
    cnop_buf_text(&line->buf, key);
    cnop_buf_text(&line->buf, "\":");
    return mark;
}

static void
log_field_close(struct cnop_log_line *line, size_t mark)
{
    if (!line->buf.overflow) {
        line->has_extra = true;
        return;
    }
    line->buf.len = mark;
    line->buf.overflow = false;
    line->cut = true;
}

void
cnop_log_str(struct cnop_log_line *line, const char *key, struct cnop_str value)
{
    size_t mark;

    if (!line->enabled)
        return;
    mark = log_field_open(line, key);
    cnop_escape_json(&line->buf, cnop_escape_clip(value, CNOP_LOG_FIELD_BYTES));
    log_field_close(line, mark);
}

static void
log_literal(struct cnop_log_line *line, const char *key, const char *literal)
{
    size_t mark = log_field_open(line, key);

    cnop_buf_text(&line->buf, literal);
    log_field_close(line, mark);
}

void
cnop_log_text(struct cnop_log_line *line, const char *key, const char *value)
{
    if (!line->enabled)
        return;
    if (value == NULL)
        log_literal(line, key, "null");
    else
        cnop_log_str(line, key, cnop_str_from(value));
}

void
cnop_log_u64(struct cnop_log_line *line, const char *key, uint64_t value)
{
    size_t mark;

    if (!line->enabled)
        return;
    mark = log_field_open(line, key);
    cnop_buf_u64(&line->buf, value);
    log_field_close(line, mark);
}

void
cnop_log_i64(struct cnop_log_line *line, const char *key, int64_t value)
{
    size_t mark;

    if (!line->enabled)
        return;
    mark = log_field_open(line, key);
    cnop_buf_i64(&line->buf, value);
    log_field_close(line, mark);
}

void
cnop_log_bool(struct cnop_log_line *line, const char *key, bool value)
{
    if (line->enabled)
        log_literal(line, key, value ? "true" : "false");
}

/* The encoded line starts with a line feed, which only follows a torn line. False: counted as
 * dropped. */
static bool
log_emit(struct cnop_log_stream *stream, struct cnop_str text)
{
    bool torn = atomic_exchange(&stream->torn, false);
    const char *from = torn ? text.ptr : text.ptr + 1;
    size_t len = torn ? text.len : text.len - 1;
    ssize_t written;

    do {
        written = write(stream->fd, from, len);
    } while (written < 0 && errno == EINTR);
    if (written == (ssize_t)len)
        return true;
    atomic_fetch_add(&log_dropped, 1);
    if (written > 0 || torn)
        atomic_store(&stream->torn, true);
    return false;
}

static struct cnop_str
log_finish(struct cnop_log_line *line)
{
    line->enabled = false;
    line->buf.cap = sizeof(line->memory);
    if (!line->has_extra)
        cnop_buf_text(&line->buf, line->cut ? ",\"extra\":{\"cut\":true}" : ",\"extra\":null");
    else
        cnop_buf_text(&line->buf, line->cut ? ",\"cut\":true}" : "}");
    cnop_buf_text(&line->buf, "}\n");
    cnop_assert(!line->buf.overflow);
    return cnop_buf_view(&line->buf);
}

void
cnop_log_end(struct cnop_log_line *line)
{
    if (line->enabled)
        (void)log_emit(line->audit && log_audit.fd >= 0 ? &log_audit : &log_main, log_finish(line));
}

enum cnop_err
cnop_log_open_bulk(const char *path)
{
    return log_stream_open(&log_bulk, path);
}

bool
cnop_log_bulk_is_open(void)
{
    return log_bulk.fd >= 0;
}

void
cnop_log_end_bulk(struct cnop_log_line *line)
{
    struct cnop_str text;

    if (!line->enabled)
        return;
    text = log_finish(line);
    if (log_bulk.fd < 0)
        return;
    if (log_bulk_len + text.len - 1 > sizeof(log_bulk_memory))
        cnop_log_flush_bulk();
    memcpy(log_bulk_memory + log_bulk_len, text.ptr + 1, text.len - 1);
    log_bulk_len += text.len - 1;
    log_bulk_lines++;
}

void
cnop_log_flush_bulk(void)
{
    if (log_bulk_lines == 0)
        return;
    if (!log_emit(&log_bulk, cnop_str_make(log_bulk_memory, log_bulk_len)))
        atomic_fetch_add(&log_dropped, log_bulk_lines - 1);
    log_bulk_len = 1;
    log_bulk_lines = 0;
}

void
cnop_log_write(enum cnop_log_level level, const char *action, const char *message)
{
    struct cnop_log_line line;

    cnop_log_begin(&line, level, NULL, action, message);
    cnop_log_end(&line);
}

void
cnop_log_start_failed(const char *action, enum cnop_err err)
{
    const struct cnop_span *span = cnop_span_current();
    struct cnop_log_line line;

    cnop_log_begin(&line, CNOP_LOG_CRITICAL, NULL, action, "cannot start");
    cnop_log_text(&line, "err", cnop_err_symbol(err));
    if (span != NULL && span->cause[0] != '\0')
        cnop_log_text(&line, "cause", span->cause);
    cnop_log_end(&line);
}

uint64_t
cnop_log_dropped_count(void)
{
    return atomic_load(&log_dropped);
}

/* Must not assert itself: every call below copes with any input. */
void
cnop_assert_failed(const char *expression, const char *file, int line_number)
{
    static atomic_flag entered = ATOMIC_FLAG_INIT;
    struct cnop_log_line line;

    if (!atomic_flag_test_and_set(&entered)) {
        cnop_log_begin(&line, CNOP_LOG_CRITICAL, NULL, "assertion_failed", "assertion failed");
        cnop_log_text(&line, "expression", expression);
        cnop_log_text(&line, "file", file);
        cnop_log_i64(&line, "line", line_number);
        cnop_log_end(&line);
    }
    abort();
}
