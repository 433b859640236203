/* SPDX-License-Identifier: MIT */
/* The log: exact lines, hostile values, cutting, rotation, lost lines, concurrent writers, and what
 * a failed assertion leaves behind. */
#include "shared/base/log.h"

#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "shared/base/clock.h"
#include "tests/fakes/clock_fake.h"
#include "tests/unit/unit.h"

#define THREAD_COUNT 4
#define LINES_PER_THREAD 500

static char directory[32];
static char log_path[64];
static char audit_path[64];
static char moved_path[64];
static char contents[4 * 1024 * 1024];

static void
setup(void)
{
    memcpy(directory, "/tmp/cnop-log-XXXXXX", 21);
    ck_assert_ptr_nonnull(mkdtemp(directory));
    (void)snprintf(log_path, sizeof(log_path), "%s/log", directory);
    (void)snprintf(audit_path, sizeof(audit_path), "%s/audit", directory);
    (void)snprintf(moved_path, sizeof(moved_path), "%s/log.1", directory);
    clock_fake_freeze(INT64_C(1795347296123456), 0);
    ck_assert_int_eq(cnop_log_open("order", CNOP_LOG_INFO, log_path), CNOP_OK);
}

static void
teardown(void)
{
    clock_fake_unfreeze();
    (void)unlink(log_path);
    (void)unlink(audit_path);
    (void)unlink(moved_path);
    (void)rmdir(directory);
}

static const char *
read_back(const char *path)
{
    int fd = open(path, O_RDONLY);
    ssize_t len;

    ck_assert_int_ge(fd, 0);
    len = read(fd, contents, sizeof(contents) - 1);
    ck_assert_int_ge(len, 0);
    contents[len] = '\0';
    ck_assert_int_eq(close(fd), 0);
    return contents;
}

#define HEAD "{\"timestamp\":\"2026-11-22T11:34:56.123456Z\",\"level\":"

START_TEST(fields_of_a_line)
{
    struct cnop_log_context context = {CNOP_STR("r-1"), CNOP_STR("1000")};
    struct cnop_log_line line;

    cnop_log_begin(&line, CNOP_LOG_WARN, &context, "request_end", "order placed");
    cnop_log_str(&line, "route", CNOP_STR("/orders"));
    cnop_log_u64(&line, "status", 201);
    cnop_log_i64(&line, "change", -5);
    cnop_log_bool(&line, "replayed", false);
    cnop_log_text(&line, "cause", NULL);
    cnop_log_end(&line);
    ck_assert_str_eq(read_back(log_path),
                     HEAD "\"WARN\",\"service\":\"order\",\"request_id\":\"r-1\",\"user\":\"1000\","
                          "\"action\":\"request_end\",\"message\":\"order placed\",\"extra\":"
                          "{\"route\":\"/orders\",\"status\":201,\"change\":-5,\"replayed\":false,"
                          "\"cause\":null}}\n");
}
END_TEST

START_TEST(defaults_of_a_line)
{
    cnop_log_write(CNOP_LOG_DEBUG, "quiet", "below the threshold");
    cnop_log_write(CNOP_LOG_INFO, "service_start", "ready");
    ck_assert(!cnop_log_is_enabled(CNOP_LOG_DEBUG));
    ck_assert_str_eq(read_back(log_path),
                     HEAD "\"INFO\",\"service\":\"order\",\"request_id\":null,\"user\":\"order\","
                          "\"action\":\"service_start\",\"message\":\"ready\",\"extra\":null}\n");
}
END_TEST

START_TEST(audit_is_a_stream_of_its_own)
{
    struct cnop_log_line line;

    cnop_log_begin_audit(&line, NULL, "auth_failed", "wrong password");
    cnop_log_end(&line);
    ck_assert_ptr_nonnull(strstr(read_back(log_path), "\"service\":\"audit\"")); /* no file yet */
    ck_assert_int_eq(cnop_log_open_audit(audit_path), CNOP_OK);
    cnop_log_begin_audit(&line, NULL, "user_login_success", "logged in");
    cnop_log_str(&line, "client", CNOP_STR("192.0.2.1"));
    cnop_log_end(&line);
    ck_assert_str_eq(read_back(audit_path),
                     HEAD "\"INFO\",\"service\":\"audit\",\"request_id\":null,\"user\":\"order\","
                          "\"action\":\"user_login_success\",\"message\":\"logged in\",\"extra\":"
                          "{\"origin\":\"order\",\"client\":\"192.0.2.1\"}}\n");
}
END_TEST

START_TEST(hostile_values_stay_one_line)
{
    struct cnop_log_context context = {CNOP_STR("a\nb\",\"user\":\"root"), CNOP_STR("\x1b[2J\xFF")};
    struct cnop_log_line line;
    const char *text;

    cnop_log_begin(&line, CNOP_LOG_INFO, &context, "request_end", "x\r\ny");
    cnop_log_str(&line, "agent", CNOP_STR("\"}}\n{\"level\":\"CRITICAL\""));
    cnop_log_end(&line);
    text = read_back(log_path);
    ck_assert_ptr_eq(strchr(text, '\n'), text + strlen(text) - 1);
    ck_assert_ptr_null(strchr(text, '\x1b'));
    ck_assert_ptr_null(strstr(text, "\"level\":\"CRITICAL\""));
    ck_assert(cnop_str_is_utf8(cnop_str_from(text)));
}
END_TEST

START_TEST(long_values_are_cut)
{
    static char big[20000];
    struct cnop_log_context context = {cnop_str_make(big, sizeof(big)),
                                       cnop_str_make(big, sizeof(big))};
    struct cnop_log_line line;
    const char *text;

    memset(big, 1, sizeof(big)); /* six bytes each when escaped: the worst case */
    cnop_log_begin(&line, CNOP_LOG_INFO, &context, "request_end", "worst case");
    for (int i = 0; i < 10; i++)
        cnop_log_str(&line, "big", cnop_str_make(big, sizeof(big)));
    cnop_log_u64(&line, "after", 1);
    cnop_log_end(&line);
    text = read_back(log_path);
    ck_assert_uint_le(strlen(text), CNOP_LOG_LINE_BYTES);
    ck_assert_ptr_nonnull(strstr(text, "\"cut\":true}}\n"));
    ck_assert_ptr_nonnull(strstr(text, "\"after\":1"));
}
END_TEST

START_TEST(reopen_follows_the_path)
{
    cnop_log_write(CNOP_LOG_INFO, "before", "rotation");
    ck_assert_int_eq(rename(log_path, moved_path), 0);
    cnop_log_write(CNOP_LOG_INFO, "still", "old file");
    ck_assert_int_eq(cnop_log_reopen(), CNOP_OK);
    cnop_log_write(CNOP_LOG_INFO, "after", "rotation");
    ck_assert_ptr_nonnull(strstr(read_back(moved_path), "\"still\""));
    ck_assert_ptr_null(strstr(read_back(moved_path), "\"after\""));
    ck_assert_ptr_nonnull(strstr(read_back(log_path), "\"after\""));
}
END_TEST

START_TEST(failed_reopen_keeps_the_old_file)
{
    ck_assert_int_eq(rename(log_path, moved_path), 0);
    ck_assert_int_eq(mkdir(log_path, 0700), 0);
    ck_assert_int_eq(cnop_log_reopen(), CNOP_E_IO);
    cnop_log_write(CNOP_LOG_INFO, "kept", "here");
    ck_assert_ptr_nonnull(strstr(read_back(moved_path), "\"kept\""));
    ck_assert_int_eq(rmdir(log_path), 0);
    ck_assert_int_eq(cnop_log_open("order", CNOP_LOG_INFO, "/nonexistent/log"), CNOP_E_IO);
}
END_TEST

START_TEST(full_pipe_drops_and_counts)
{
    uint64_t before = cnop_log_dropped_count();
    const char *text;
    int reader;

    ck_assert_int_eq(unlink(log_path), 0);
    ck_assert_int_eq(mkfifo(log_path, 0600), 0);
    reader = open(log_path, O_RDONLY | O_NONBLOCK);
    ck_assert_int_ge(reader, 0);
    ck_assert_int_eq(cnop_log_open("order", CNOP_LOG_INFO, log_path), CNOP_OK);
    for (int i = 0; i < 10000; i++) /* far more than a pipe holds; must not block */
        cnop_log_write(CNOP_LOG_INFO, "flood", "nobody reads");
    ck_assert_uint_gt(cnop_log_dropped_count(), before);
    ck_assert_int_gt(read(reader, contents, sizeof(contents) - 1), 0);
    text = contents;
    ck_assert_int_eq(strncmp(text, HEAD, strlen(HEAD)), 0);
    ck_assert_int_eq(close(reader), 0);
}
END_TEST

START_TEST(stderr_pipe_does_not_block_and_keeps_its_flags)
{
    uint64_t before = cnop_log_dropped_count();
    int saved = dup(STDERR_FILENO);
    int ends[2];

    ck_assert_int_ge(saved, 0);
    ck_assert_int_eq(pipe(ends), 0);
    ck_assert_int_eq(dup2(ends[1], STDERR_FILENO), STDERR_FILENO);
    ck_assert_int_eq(cnop_log_open("order", CNOP_LOG_INFO, NULL), CNOP_OK);
    for (int i = 0; i < 10000; i++)
        cnop_log_write(CNOP_LOG_INFO, "flood", "nobody reads");
    ck_assert_uint_gt(cnop_log_dropped_count(), before);
    ck_assert_int_eq(fcntl(STDERR_FILENO, F_GETFL) & O_NONBLOCK, 0);
    ck_assert_int_eq(cnop_log_reopen(), CNOP_OK); /* nothing to open again */
    ck_assert_int_eq(dup2(saved, STDERR_FILENO), STDERR_FILENO);
    ck_assert_int_eq(cnop_log_open("order", CNOP_LOG_INFO, log_path), CNOP_OK);
    ck_assert_int_gt(read(ends[0], contents, sizeof(contents) - 1), 0);
    ck_assert_int_eq(strncmp(contents, HEAD, strlen(HEAD)), 0);
    (void)close(ends[0]);
    (void)close(ends[1]);
    (void)close(saved);
}
END_TEST

/* A disk that fills up in the middle of a line, played by the file size limit. */
START_TEST(line_after_a_torn_one_starts_afresh)
{
    struct sigaction ignore = {.sa_handler = SIG_IGN};
    struct sigaction saved_action;
    struct rlimit saved_limit;
    struct rlimit limit;
    uint64_t before = cnop_log_dropped_count();
    const char *text;

    ck_assert_int_eq(sigaction(SIGXFSZ, &ignore, &saved_action), 0);
    ck_assert_int_eq(getrlimit(RLIMIT_FSIZE, &saved_limit), 0);
    limit = saved_limit;
    limit.rlim_cur = 100;
    ck_assert_int_eq(setrlimit(RLIMIT_FSIZE, &limit), 0);
    cnop_log_write(CNOP_LOG_INFO, "torn", "cut short after a hundred bytes");
    cnop_log_write(CNOP_LOG_INFO, "lost", "no room at all");
    ck_assert_int_eq(setrlimit(RLIMIT_FSIZE, &saved_limit), 0);
    ck_assert_int_eq(sigaction(SIGXFSZ, &saved_action, NULL), 0);
    cnop_log_write(CNOP_LOG_INFO, "whole", "room again");
    cnop_log_write(CNOP_LOG_INFO, "next", "as usual");
    ck_assert_uint_eq(cnop_log_dropped_count(), before + 2);
    text = read_back(log_path);
    ck_assert_int_eq(strncmp(text + 100, "\n" HEAD, strlen("\n" HEAD)), 0);
    ck_assert_ptr_nonnull(strstr(text, "\"whole\""));
    ck_assert_ptr_null(strstr(text, "\"lost\""));
    ck_assert_ptr_null(strstr(text, "\n\n"));
}
END_TEST

START_TEST(unusable_paths_are_refused)
{
    static char long_path[2000];

    memset(long_path, 'x', sizeof(long_path) - 1);
    long_path[0] = '/';
    ck_assert_int_eq(cnop_log_open("order", CNOP_LOG_INFO, long_path), CNOP_E_IO);
    ck_assert_int_eq(cnop_log_open_audit("/nonexistent/audit"), CNOP_E_IO);
    cnop_log_write(CNOP_LOG_INFO, "kept", "in the old file");
    ck_assert_ptr_nonnull(strstr(read_back(log_path), "\"kept\""));
}
END_TEST

START_TEST(disabled_lines_cost_nothing_and_write_nothing)
{
    struct cnop_log_line line;

    cnop_log_begin(&line, CNOP_LOG_DEBUG, NULL, "quiet", "below the threshold");
    cnop_log_str(&line, "a", CNOP_STR("b"));
    cnop_log_text(&line, "c", NULL);
    cnop_log_u64(&line, "d", 1);
    cnop_log_i64(&line, "e", 1);
    cnop_log_bool(&line, "f", true);
    cnop_log_end(&line);
    ck_assert_str_eq(read_back(log_path), "");
}
END_TEST

static void *
write_lines(void *argument)
{
    (void)argument;
    for (int i = 0; i < LINES_PER_THREAD; i++)
        cnop_log_write(CNOP_LOG_INFO, "parallel", "a line among many others");
    return NULL;
}

START_TEST(threads_do_not_mix_lines)
{
    pthread_t threads[THREAD_COUNT];
    size_t count = 0;
    size_t first_len;
    const char *text;

    for (int i = 0; i < THREAD_COUNT; i++)
        ck_assert_int_eq(pthread_create(&threads[i], NULL, write_lines, NULL), 0);
    for (int i = 0; i < THREAD_COUNT; i++)
        ck_assert_int_eq(pthread_join(threads[i], NULL), 0);
    text = read_back(log_path);
    first_len = (size_t)(strchr(text, '\n') - text) + 1;
    for (const char *at = text; *at != '\0'; at += first_len, count++)
        ck_assert_int_eq(strncmp(at, text, first_len), 0);
    ck_assert_uint_eq(count, THREAD_COUNT * LINES_PER_THREAD);
}
END_TEST

START_TEST(bulk_lines_leave_together)
{
    struct cnop_log_line line;
    size_t count = 0;

    ck_assert(!cnop_log_bulk_is_open());
    ck_assert_int_eq(cnop_log_open_bulk(audit_path), CNOP_OK);
    ck_assert(cnop_log_bulk_is_open());
    cnop_log_flush_bulk();
    for (int i = 0; i < 3; i++) {
        cnop_log_begin(&line, CNOP_LOG_INFO, NULL, "request_end", "x");
        cnop_log_i64(&line, "number", i);
        ck_assert_str_eq(read_back(audit_path), "");
        cnop_log_end_bulk(&line);
    }
    cnop_log_begin(&line, CNOP_LOG_DEBUG, NULL, "request_end", "not enabled");
    cnop_log_end_bulk(&line);
    cnop_log_flush_bulk();
    cnop_log_flush_bulk();
    for (const char *at = read_back(audit_path); (at = strchr(at, '\n')) != NULL; at++)
        count++;
    ck_assert_uint_eq(count, 3);
    ck_assert_ptr_nonnull(strstr(contents, "\"extra\":{\"number\":2}}\n"));
    ck_assert_str_eq(read_back(log_path), "");
}
END_TEST

START_TEST(bulk_lines_do_not_wait_for_more_room)
{
    struct cnop_log_line line;
    size_t count = 0;

    ck_assert_int_eq(cnop_log_open_bulk(audit_path), CNOP_OK);
    for (int i = 0; i < 1000; i++) {
        cnop_log_begin(&line, CNOP_LOG_INFO, NULL, "request_end", "x");
        cnop_log_end_bulk(&line);
    }
    ck_assert_str_ne(read_back(audit_path), "");
    ck_assert_int_eq(contents[strlen(contents) - 1], '\n');
    cnop_log_flush_bulk();
    for (const char *at = read_back(audit_path); (at = strchr(at, '\n')) != NULL; at++)
        count++;
    ck_assert_uint_eq(count, 1000);
}
END_TEST

START_TEST(lost_bulk_lines_are_all_counted)
{
    struct cnop_log_line line;
    uint64_t before = cnop_log_dropped_count();

    ck_assert_int_eq(cnop_log_open_bulk("/dev/full"), CNOP_OK);
    for (int i = 0; i < 7; i++) {
        cnop_log_begin(&line, CNOP_LOG_INFO, NULL, "request_end", "x");
        cnop_log_end_bulk(&line);
    }
    cnop_log_flush_bulk();
    ck_assert_uint_eq(cnop_log_dropped_count() - before, 7);
}
END_TEST

START_TEST(failed_assertion_is_logged_then_aborts)
{
    int status;
    pid_t child = fork();

    ck_assert_int_ge(child, 0);
    if (child == 0) {
        cnop_assert(1 + 1 == 3);
        _exit(0);
    }
    ck_assert_int_eq(waitpid(child, &status, 0), child);
    ck_assert(WIFSIGNALED(status));
    ck_assert_int_eq(WTERMSIG(status), SIGABRT);
    ck_assert_ptr_nonnull(strstr(read_back(log_path), "\"level\":\"CRITICAL\""));
    ck_assert_ptr_nonnull(strstr(contents, "\"expression\":\"1 + 1 == 3\""));
}
END_TEST

static void
add(TCase *tests)
{
    tcase_add_checked_fixture(tests, setup, teardown);
    tcase_add_test(tests, fields_of_a_line);
    tcase_add_test(tests, defaults_of_a_line);
    tcase_add_test(tests, audit_is_a_stream_of_its_own);
    tcase_add_test(tests, hostile_values_stay_one_line);
    tcase_add_test(tests, long_values_are_cut);
    tcase_add_test(tests, reopen_follows_the_path);
    tcase_add_test(tests, failed_reopen_keeps_the_old_file);
    tcase_add_test(tests, full_pipe_drops_and_counts);
    tcase_add_test(tests, stderr_pipe_does_not_block_and_keeps_its_flags);
    tcase_add_test(tests, line_after_a_torn_one_starts_afresh);
    tcase_add_test(tests, unusable_paths_are_refused);
    tcase_add_test(tests, disabled_lines_cost_nothing_and_write_nothing);
    tcase_add_test(tests, threads_do_not_mix_lines);
    tcase_add_test(tests, bulk_lines_leave_together);
    tcase_add_test(tests, bulk_lines_do_not_wait_for_more_room);
    tcase_add_test(tests, lost_bulk_lines_are_all_counted);
    tcase_add_test(tests, failed_assertion_is_logged_then_aborts);
}

UNIT_MAIN("log", add)
