/* SPDX-License-Identifier: MIT */
/* Program cnop-audit-writer: every second takes the new lines of the audit files up into the trail.
 * May stop, start and be killed at any time. */
#include "fcgi_services/audit/trail_store_sql.h"
#include "fcgi_services/audit/writer.h"
#include "shared/base/clock.h"
#include "shared/base/file.h"
#include "shared/base/log.h"
#include "shared/base/rounds.h"
#include "shared/base/span.h"

#include <inttypes.h>

#define METRICS_EVERY_US INT64_C(5000000)
#define PAGE_BYTES 1024

struct audit_config {
    struct cnop_db_config db;
    const char *reader_user;
    const char *reader_password_file;
    const char *streams;
    const char *key_file;
    const char *mark_file;
    const char *metrics_file;
    const char *log_file;
    uint64_t interval; /* ms */
};

static const struct cnop_config_key audit_config_keys[] = {
    CNOP_DB_CONFIG_ROWS(struct audit_config, "cnop_audit"),
    CNOP_CONFIG_ROW_STRING(struct audit_config, reader_user, NULL,
                           "Database user that may read the trail; db_user may only add to it."),
    CNOP_CONFIG_ROW_STRING(struct audit_config, reader_password_file, "",
                           "File with its password; empty: identified by the OS user."),
    CNOP_CONFIG_ROW_STRING(
        struct audit_config, streams, NULL,
        "Absolute paths of the audit files, separated by commas; what rotation has"
        " put aside of them (.1, .2, ...) is read, too."),
    CNOP_CONFIG_ROW_PATH(struct audit_config, key_file, NULL, "Key of the seals, 32 bytes."),
    CNOP_CONFIG_ROW_PATH(struct audit_config, mark_file, NULL,
                         "Where number and seal of the last row are kept."),
    CNOP_CONFIG_ROW_STRING(struct audit_config, metrics_file, "",
                           "Where metrics are written as Prometheus text; empty: nowhere."),
    CNOP_CONFIG_ROW_STRING(struct audit_config, log_file, "",
                           "Absolute path of the log; empty writes to stderr."),
    CNOP_CONFIG_ROW_DURATION(struct audit_config, interval, "1s", 10, 60000,
                             "Time between two looks at the files."),
};

static const struct cnop_config_spec audit_config_spec = {
    .program = "cnop-audit-writer",
    .keys = audit_config_keys,
    .key_count = CNOP_COUNT(audit_config_keys),
};

/* A folder that is not there means that nobody monitors. */
static void
write_metrics(const char *path, const struct writer *writer, int64_t behind_us)
{
    char memory[PAGE_BYTES];
    struct cnop_buf page;

    if (path[0] == '\0')
        return;
    cnop_buf_init(&page, memory, sizeof(memory));
    cnop_buf_printf(&page,
                    "# HELP cnop_audit_rows Rows of the audit trail.\n"
                    "# TYPE cnop_audit_rows gauge\n"
                    "cnop_audit_rows %" PRIu64 "\n"
                    "# HELP cnop_audit_behind_seconds Since the audit files were last taken up.\n"
                    "# TYPE cnop_audit_behind_seconds gauge\n"
                    "cnop_audit_behind_seconds %" PRId64 "\n"
                    "# HELP cnop_audit_trail_cut 1 when rows that were there are gone.\n"
                    "# TYPE cnop_audit_trail_cut gauge\n"
                    "cnop_audit_trail_cut %d\n",
                    writer->head.seq, behind_us / 1000000, writer->cut);
    cnop_assert(!page.overflow);
    (void)!cnop_file_replace(path, cnop_buf_view(&page), 0644);
}

/* Logs changes, not every round: a database that is down stays one line. */
static void
note_round(enum cnop_err err, const struct writer *writer, const char *cause,
           enum cnop_err *last_err)
{
    struct cnop_log_line line;
    bool changed = err != *last_err;

    *last_err = err;
    if (!changed)
        return;
    cnop_log_begin(&line,
                   err == CNOP_OK ? CNOP_LOG_INFO
                   : writer->cut  ? CNOP_LOG_CRITICAL
                                  : CNOP_LOG_WARN,
                   NULL, "audit_trail",
                   err == CNOP_OK ? "the trail is up to date"
                   : writer->cut  ? "rows of the trail are gone: nothing is added"
                                  : "the trail cannot be written");
    cnop_log_text(&line, "err", err == CNOP_OK ? NULL : cnop_err_symbol(err));
    if (err != CNOP_OK && cause[0] != '\0')
        cnop_log_text(&line, "cause", cause);
    cnop_log_u64(&line, "rows", writer->head.seq);
    cnop_log_end(&line);
}

static void
run(const struct audit_config *config, struct writer *writer)
{
    int64_t caught_up_us = cnop_clock_monotonic_us();
    int64_t next_metrics_us = 0;
    enum cnop_err last_err = CNOP_E_INTERNAL; /* so that the first round is told */

    do {
        struct cnop_span span = CNOP_SPAN_OPEN;
        int64_t now_us;
        enum cnop_err err;

        cnop_span_enter(&span);
        err = writer_round(writer);
        cnop_span_enter(NULL);
        now_us = cnop_clock_monotonic_us();
        note_round(err, writer, span.cause, &last_err);
        if (err == CNOP_OK)
            caught_up_us = now_us;
        if (now_us >= next_metrics_us) {
            write_metrics(config->metrics_file, writer, now_us - caught_up_us);
            next_metrics_us = now_us + METRICS_EVERY_US;
        }
    } while (cnop_rounds_go_on((int64_t)config->interval * 1000));
}

static enum cnop_err
open_writer(const struct audit_config *config, struct cnop_db_config *reader, struct writer *writer)
{
    const char *reason = NULL;
    size_t len;

    writer->streams = config->streams;
    writer->mark_path = config->mark_file;
    *reader = config->db;
    reader->db_user = config->reader_user;
    reader->db_password_file = config->reader_password_file;
    if (cnop_secret_read_file(config->key_file, writer->key.bytes, sizeof(writer->key.bytes),
                              sizeof(writer->key.bytes), &len, &reason) != CNOP_OK) {
        cnop_span_cause("key_file: %s", reason == NULL ? "cannot be read" : reason);
        return CNOP_E_CONFIG;
    }
    return trail_store_open(&config->db, reader, &writer->store);
}

int
main(int argc, char **argv)
{
    static struct writer writer;
    struct cnop_arena *arena = cnop_arena_new(CNOP_CONFIG_ARENA_BYTES);
    struct cnop_span start_up = CNOP_SPAN_OPEN;
    struct cnop_db_config reader;
    struct audit_config config;
    enum cnop_err err;
    int status = 0;

    if (cnop_config_start(&audit_config_spec, argc, argv, arena, &config, &status) !=
        CNOP_CONFIG_RUN) {
        cnop_arena_free(&arena);
        return status;
    }
    if (cnop_log_open("audit-writer", CNOP_LOG_INFO,
                      config.log_file[0] == '\0' ? NULL : config.log_file) != CNOP_OK)
        return 78;
    cnop_secret_init();
    cnop_rounds_begin();
    cnop_span_enter(&start_up);
    err = open_writer(&config, &reader, &writer);
    if (err != CNOP_OK) {
        cnop_log_start_failed("service_start", err);
        return 78;
    }
    cnop_span_enter(NULL);
    cnop_log_write(CNOP_LOG_INFO, "service_start", "audit writer started");
    run(&config, &writer);
    trail_store_close(&writer.store);
    cnop_secret_zero(&writer.key, sizeof(writer.key));
    cnop_arena_free(&arena);
    return 0;
}
