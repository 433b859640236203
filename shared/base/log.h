/* SPDX-License-Identifier: MIT */
/* Structured log: one JSON object a line, one write(2) a line, to an append-only file or stderr.
 * Three streams with the same shape: the service's own, the audit trail, and one for many lines. A
 * line that cannot be written at once is dropped and counted, never waited for. Callers never pass
 * bodies, tokens or passwords. Thread safe; no locks.
 *
 *   struct cnop_log_line line;
 *   cnop_log_begin(&line, CNOP_LOG_INFO, &context, "request_end", "order placed");
 *   cnop_log_str(&line, "route", route);
 *   cnop_log_u64(&line, "duration_us", duration_us);
 *   cnop_log_end(&line);
 *
 * Fields of a line: timestamp, level, service, request_id, action, message, user, extra (an object
 * with the fields added between begin and end, or null). */
#ifndef CNOP_BASE_LOG_H
#define CNOP_BASE_LOG_H

#include "shared/base/buf.h"

#define CNOP_LOG_LINE_BYTES 4096 /* PIPE_BUF: a line into a pipe is never mixed with another */
#define CNOP_LOG_FIELD_BYTES 512 /* longer values are cut */

enum cnop_log_level {
    CNOP_LOG_DEBUG,
    CNOP_LOG_INFO,
    CNOP_LOG_WARN,
    CNOP_LOG_ERROR,
    CNOP_LOG_CRITICAL,
};

/* On whose behalf: empty views are logged as null (request_id) and as the service name (user). */
struct cnop_log_context {
    struct cnop_str request_id;
    struct cnop_str user;
};

struct cnop_log_line {
    struct cnop_buf buf;
    bool enabled;
    bool audit;
    bool has_extra;
    bool cut;
    char memory[CNOP_LOG_LINE_BYTES];
};

/* Start-up, before other threads exist. The service name must stay valid. path NULL: stderr.
 * Without this call lines of level INFO and above go to stderr as service "cnop". IO: cannot open.
 */
cnop_must_check enum cnop_err cnop_log_open(const char *service, enum cnop_log_level level,
                                            const char *path);
/* The audit trail's own file; without it audit lines go to the service's stream. */
cnop_must_check enum cnop_err cnop_log_open_audit(const char *path);

/* After a rotation: opens the same paths again and swaps them in atomically. Not for use inside a
 * signal handler. IO: a path cannot be opened, the old file stays in use. */
cnop_must_check enum cnop_err cnop_log_reopen(void);

bool cnop_log_is_enabled(enum cnop_log_level level);

/* context may be NULL. action and message are constants or at least trusted text. */
void cnop_log_begin(struct cnop_log_line *line, enum cnop_log_level level,
                    const struct cnop_log_context *context, const char *action,
                    const char *message);
/* An audit line: level INFO, service "audit", extra.origin = the service. Always enabled. */
void cnop_log_begin_audit(struct cnop_log_line *line, const struct cnop_log_context *context,
                          const char *action, const char *message);

/* Extra fields. Keys are constants without characters that need escaping. */
void cnop_log_str(struct cnop_log_line *line, const char *key, struct cnop_str value);
void cnop_log_text(struct cnop_log_line *line, const char *key, const char *value); /* NULL: null */
void cnop_log_u64(struct cnop_log_line *line, const char *key, uint64_t value);
void cnop_log_i64(struct cnop_log_line *line, const char *key, int64_t value);
void cnop_log_bool(struct cnop_log_line *line, const char *key, bool value);

void cnop_log_end(struct cnop_log_line *line); /* writes the line */

/* ---- many lines in one write ----
 * For one thread that has much to tell at once: lines of this kind gather in memory and leave
 * together, at the latest when 64 KiB are full. What a crash loses is told elsewhere, or it is not
 * for here. */
/* A file of its own; without it the lines are dropped uncounted. IO: cannot open. */
cnop_must_check enum cnop_err cnop_log_open_bulk(const char *path);
bool cnop_log_bulk_is_open(void);
void cnop_log_end_bulk(struct cnop_log_line *line); /* instead of cnop_log_end */
void cnop_log_flush_bulk(void);                     /* one write, if there is anything */

/* A whole line without extra fields. */
void cnop_log_write(enum cnop_log_level level, const char *action, const char *message);

/* A program or worker that cannot start: a critical line with the error and, when a span is
 * current, the cause that adapters left in it. */
void cnop_log_start_failed(const char *action, enum cnop_err err);

uint64_t cnop_log_dropped_count(void); /* lines lost in this process, all streams */

#endif
