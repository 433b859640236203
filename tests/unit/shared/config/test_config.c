/* SPDX-License-Identifier: MIT */
/* Configuration: defaults, every kind of value, and each way a file is refused, with its line. */
#include "shared/config/config.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "tests/unit/shared/config/example.h"
#include "tests/unit/unit.h"

static struct cnop_arena *arena;
static struct example values;
static struct cnop_config_fault fault;

static void
setup(void)
{
    arena = cnop_arena_new(256 * 1024);
}

static void
teardown(void)
{
    cnop_arena_free(&arena);
}

static enum cnop_err
parse(const char *text)
{
    return cnop_config_parse(&example_spec, "e.conf", cnop_str_from(text), arena, &values, &fault);
}

START_TEST(defaults)
{
    ck_assert_int_eq(parse("socket = /run/e.sock"), CNOP_OK);
    ck_assert_str_eq(values.title, "");
    ck_assert_str_eq(values.socket, "/run/e.sock");
    ck_assert_str_eq(values.key_file, "/etc/example.key");
    ck_assert_uint_eq(values.thread_count, 4);
    ck_assert_uint_eq(values.deadline_ms, 2000);
    ck_assert_uint_eq(values.level, 1);
    ck_assert(values.enabled);
}
END_TEST

START_TEST(every_kind_from_a_file)
{
    ck_assert_int_eq(parse("# comment\n"
                           "\n"
                           "  title =  one = two # three  \r\n"
                           "socket=/run/x y.sock\n"
                           "key_file = /k\n"
                           "\tthread_count = 64\n"
                           "deadline_ms = 1m\n"
                           "level = warn\n"
                           "enabled = off\n"),
                     CNOP_OK);
    ck_assert_str_eq(values.title, "one = two # three");
    ck_assert_str_eq(values.socket, "/run/x y.sock");
    ck_assert_str_eq(values.key_file, "/k");
    ck_assert_uint_eq(values.thread_count, 64);
    ck_assert_uint_eq(values.deadline_ms, 60000);
    ck_assert_uint_eq(values.level, 2);
    ck_assert(!values.enabled);
}
END_TEST

START_TEST(durations)
{
    static const struct {
        const char *text;
        uint64_t ms; /* 0: refused */
    } rows[] = {
        {"10ms", 10},  {"1s", 1000}, {"60s", 60000},
        {"1m", 60000}, {"9ms", 0},   {"61s", 0},
        {"1h", 0},     {"1d", 0},    {"10", 0},
        {"ms", 0},     {"", 0},      {"1 s", 0},
        {"1.5s", 0},   {"-1s", 0},   {"99999999999999999999d", 0},
        {"1S", 0},     {"1sec", 0},  {"213503982335d", 0},
    };

    for (size_t i = 0; i < CNOP_COUNT(rows); i++) {
        char text[128];
        enum cnop_err err;

        (void)snprintf(text, sizeof(text), "socket = /s\ndeadline_ms = %s\n", rows[i].text);
        err = parse(text);
        ck_assert_msg(err == (rows[i].ms > 0 ? CNOP_OK : CNOP_E_CONFIG), "%s", rows[i].text);
        if (err == CNOP_OK)
            ck_assert_uint_eq(values.deadline_ms, rows[i].ms);
    }
}
END_TEST

START_TEST(refusals_name_the_line)
{
    static const struct {
        const char *text;
        const char *fault;
    } rows[] = {
        {"", "e.conf: socket is required"},
        {"socket = /s\nthreads = 4\n", "e.conf:2: cnop-example has no key \"threads\""},
        {"socket = /s\n\n# x\nsocket = /t\n", "e.conf:4: socket is set twice"},
        {"socket\n", "e.conf:1: the line is not of the form: key = value"},
        {"socket = s\n", "e.conf:1: socket must be an absolute path"},
        {"socket =\n", "e.conf:1: socket may not be empty"},
        {"key_file =\n", "e.conf:1: key_file may not be empty"},
        {"thread_count = 0\n", "e.conf:1: thread_count must be a number from 1 to 64"},
        {"thread_count = 65\n", "e.conf:1: thread_count must be a number from 1 to 64"},
        {"thread_count = 4x\n", "e.conf:1: thread_count must be a number from 1 to 64"},
        {"thread_count = \n", "e.conf:1: thread_count must be a number from 1 to 64"},
        {"enabled = yes\n", "e.conf:1: enabled must be on or off"},
        {"level = loud\n", "e.conf:1: level must be one of: debug, info, warn"},
        {"Socket = /s\n", "e.conf:1: cnop-example has no key \"Socket\""},
        {"= /s\n", "e.conf:1: cnop-example has no key \"\""},
        {"title = \xFF\n", "e.conf:1: the line is not UTF-8 text"},
    };

    for (size_t i = 0; i < CNOP_COUNT(rows); i++) {
        ck_assert_int_eq(parse(rows[i].text), CNOP_E_CONFIG);
        ck_assert_str_eq(fault.text, rows[i].fault);
    }
}
END_TEST

START_TEST(long_values_are_refused)
{
    char text[512] = "socket = /s\ntitle = ";
    size_t len = strlen(text);

    memset(text + len, 'x', 255);
    text[len + 255] = '\0';
    ck_assert_int_eq(parse(text), CNOP_OK);
    ck_assert_uint_eq(strlen(values.title), 255);
    text[len + 255] = 'x';
    text[len + 256] = '\0';
    ck_assert_int_eq(parse(text), CNOP_E_CONFIG);
    ck_assert_str_eq(fault.text, "e.conf:2: title is too long");
}
END_TEST

START_TEST(load_reads_the_file)
{
    char path[] = "/tmp/cnop-config-XXXXXX";
    static const char text[] = "socket = /run/e.sock\nthread_count = 8\n";
    int fd = mkstemp(path);

    ck_assert_int_ge(fd, 0);
    ck_assert_int_eq((int)write(fd, text, strlen(text)), (int)strlen(text));
    ck_assert_int_eq(cnop_config_load(&example_spec, path, arena, &values, &fault), CNOP_OK);
    ck_assert_uint_eq(values.thread_count, 8);
    ck_assert_int_eq(ftruncate(fd, 100000), 0);
    cnop_arena_reset(arena);
    ck_assert_int_eq(cnop_config_load(&example_spec, path, arena, &values, &fault), CNOP_E_IO);
    ck_assert_int_eq(close(fd), 0);
    ck_assert_int_eq(unlink(path), 0);
    cnop_arena_reset(arena);
    ck_assert_int_eq(cnop_config_load(&example_spec, path, arena, &values, &fault), CNOP_E_IO);
    ck_assert_ptr_nonnull(strstr(fault.text, "No such file"));
    ck_assert_int_eq(strncmp(fault.text, path, strlen(path)), 0);
}
END_TEST

START_TEST(table_is_printed_as_markdown)
{
    char text[2048] = "";
    FILE *out = fmemopen(text, sizeof(text), "w");

    ck_assert_ptr_nonnull(out);
    cnop_config_print(&example_spec, out);
    ck_assert_int_eq(fclose(out), 0);
    ck_assert_str_eq(text,
                     "| key | value | default | meaning |\n|---|---|---|---|\n"
                     "| `title` | text | empty | Shown to people. |\n"
                     "| `socket` | path | required | Where to listen. |\n"
                     "| `key_file` | path of a secret | `/etc/example.key` | Key of public ids. |\n"
                     "| `thread_count` | 1 to 64 | `4` | Handler threads. |\n"
                     "| `deadline_ms` | duration, 10ms to 60000ms | `2s` | Time per request. |\n"
                     "| `level` | debug, info, warn | `info` | Least level logged. |\n"
                     "| `enabled` | on, off | `on` | Whether it runs. |\n");
}
END_TEST

static void
add(TCase *tests)
{
    tcase_add_checked_fixture(tests, setup, teardown);
    tcase_add_test(tests, defaults);
    tcase_add_test(tests, every_kind_from_a_file);
    tcase_add_test(tests, durations);
    tcase_add_test(tests, refusals_name_the_line);
    tcase_add_test(tests, long_values_are_refused);
    tcase_add_test(tests, load_reads_the_file);
    tcase_add_test(tests, table_is_printed_as_markdown);
}

UNIT_MAIN("config", add)
