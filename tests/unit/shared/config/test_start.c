/* SPDX-License-Identifier: MIT */
/* The shared command line: verbs, exit statuses and bad usage. */
#include "shared/config/config.h"

#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "tests/unit/shared/config/example.h"
#include "tests/unit/unit.h"

static struct cnop_arena *arena;
static struct example values;
static char path[32];
static int status;

static void
write_config(const char *text)
{
    int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0600);

    ck_assert_int_ge(fd, 0);
    ck_assert_int_eq((int)write(fd, text, strlen(text)), (int)strlen(text));
    ck_assert_int_eq(close(fd), 0);
}

static void
setup(void)
{
    int fd;

    memcpy(path, "/tmp/cnop-start-XXXXXX", 23);
    fd = mkstemp(path);
    ck_assert_int_ge(fd, 0);
    ck_assert_int_eq(close(fd), 0);
    write_config("socket = /run/e.sock\n");
    arena = cnop_arena_new(256 * 1024);
    ck_assert_ptr_nonnull(freopen("/dev/null", "w", stdout)); /* TAP goes out after the suite */
    ck_assert_ptr_nonnull(freopen("/dev/null", "w", stderr));
}

static void
teardown(void)
{
    cnop_arena_free(&arena);
    (void)unlink(path);
}

static enum cnop_config_verb
start(char *first, char *second, char *third)
{
    char program[] = "cnop-example";
    char *argv[] = {program, first, second, third, NULL};
    int argc = first == NULL ? 1 : second == NULL ? 2 : third == NULL ? 3 : 4;

    status = -1;
    return cnop_config_start(&example_spec, argc, argv, arena, &values, &status);
}

static char option_config[] = "--config";
static char option_check[] = "--check";
static char option_routes[] = "--routes";
static char option_help[] = "--help";
static char option_help_config[] = "--help-config";
static char option_unknown[] = "--unknown";

START_TEST(run_with_a_good_file)
{
    char joined[64];

    ck_assert_int_eq(start(option_config, path, NULL), CNOP_CONFIG_RUN);
    ck_assert_str_eq(values.socket, "/run/e.sock");
    (void)snprintf(joined, sizeof(joined), "--config=%s", path);
    ck_assert_int_eq(start(joined, NULL, NULL), CNOP_CONFIG_RUN);
}
END_TEST

START_TEST(check_exits_0_or_78)
{
    ck_assert_int_eq(start(option_config, path, option_check), CNOP_CONFIG_EXIT);
    ck_assert_int_eq(status, 0);
    write_config("nonsense\n");
    ck_assert_int_eq(start(option_check, option_config, path), CNOP_CONFIG_EXIT);
    ck_assert_int_eq(status, 78);
    ck_assert_int_eq(start(option_config, path, NULL), CNOP_CONFIG_EXIT);
    ck_assert_int_eq(status, 78);
}
END_TEST

START_TEST(questions_need_no_file)
{
    ck_assert_int_eq(start(option_help, NULL, NULL), CNOP_CONFIG_EXIT);
    ck_assert_int_eq(status, 0);
    ck_assert_int_eq(start(option_help_config, NULL, NULL), CNOP_CONFIG_EXIT);
    ck_assert_int_eq(status, 0);
    ck_assert_int_eq(start(option_routes, NULL, NULL), CNOP_CONFIG_ROUTES);
    ck_assert_int_eq(status, 0);
}
END_TEST

START_TEST(bad_usage_exits_2)
{
    ck_assert_int_eq(start(NULL, NULL, NULL), CNOP_CONFIG_EXIT);
    ck_assert_int_eq(status, 2);
    ck_assert_int_eq(start(option_unknown, NULL, NULL), CNOP_CONFIG_EXIT);
    ck_assert_int_eq(status, 2);
    ck_assert_int_eq(start(option_config, NULL, NULL), CNOP_CONFIG_EXIT);
    ck_assert_int_eq(status, 2);
    ck_assert_int_eq(start(option_check, NULL, NULL), CNOP_CONFIG_EXIT);
    ck_assert_int_eq(status, 2);
}
END_TEST

static void
add(TCase *tests)
{
    tcase_add_checked_fixture(tests, setup, teardown);
    tcase_add_test(tests, run_with_a_good_file);
    tcase_add_test(tests, check_exits_0_or_78);
    tcase_add_test(tests, questions_need_no_file);
    tcase_add_test(tests, bad_usage_exits_2);
}

UNIT_MAIN("start", add)
