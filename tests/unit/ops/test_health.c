/* SPDX-License-Identifier: MIT */
/* Processes out of metrics, what is wrong first. */
#include "fcgi_services/ops/health.h"

#include "shared/base/base.h"
#include "tests/unit/unit.h"

#define SAMPLE(name, labels, value)                                                                \
    "{\"metric\":{\"__name__\":\"" name "\"" labels "},\"value\":[1,\"" value "\"]}"
#define HEAD "{\"status\":\"success\",\"data\":{\"resultType\":\"vector\",\"result\":["
#define TAIL "]}}"

static struct cnop_arena *arena;
static struct ops_health health;

static void
setup(void)
{
    arena = cnop_arena_new((size_t)1024 * 1024);
}

static void
teardown(void)
{
    cnop_arena_free(&arena);
}

static enum cnop_err
read_text(const char *text)
{
    const struct ops_sample *samples;
    size_t count;

    ck_assert_int_eq(ops_read_vector(arena, cnop_str_from(text), &samples, &count), CNOP_OK);
    return ops_health_read(samples, count, &health);
}

static void
check_process(size_t index, const char *name, enum ops_state state)
{
    ck_assert_uint_lt(index, health.count);
    ck_assert(cnop_str_equal(health.processes[index].name, cnop_str_from(name)));
    ck_assert_int_eq(ops_process_state(&health.processes[index]), state);
}

/* The samples as one answer. */
static enum cnop_err
read_samples(const char *const *samples, size_t count)
{
    static char memory[65536];
    struct cnop_buf buf;

    cnop_buf_init(&buf, memory, sizeof(memory) - 1);
    cnop_buf_text(&buf, HEAD);
    for (size_t i = 0; i < count; i++)
        cnop_buf_printf(&buf, "%s%s", i == 0 ? "" : ",", samples[i]);
    cnop_buf_text(&buf, TAIL);
    ck_assert(!buf.overflow);
    memory[buf.len] = '\0';
    return read_text(memory);
}

START_TEST(what_is_wrong_comes_first)
{
    static const char *const samples[] = {
        SAMPLE("up", ",\"service\":\"auth\"", "1"),
        SAMPLE("up", ",\"service\":\"user\"", "0"),
        SAMPLE("cnop_service_running", ",\"service\":\"order\"", "0"),
        SAMPLE("cnop_service_since_seconds", ",\"service\":\"order\"", "1700000000"),
        SAMPLE("cnop_service_restarts_total", ",\"service\":\"order\"", "3"),
        SAMPLE("auth_build_info", ",\"service\":\"auth\",\"version\":\"1.2.3\"", "1"),
        SAMPLE("up", ",\"service\":\"order\"", "0"),
        SAMPLE("up", ",\"service\":\"aut\"", "1"),
    };

    ck_assert_int_eq(read_samples(samples, CNOP_COUNT(samples)), CNOP_OK);
    ck_assert_uint_eq(health.count, 4);
    check_process(0, "order", OPS_DOWN);
    check_process(1, "user", OPS_SILENT);
    check_process(2, "aut", OPS_UP);
    check_process(3, "auth", OPS_UP);
    ck_assert_uint_eq(health.processes[0].since_s, 1700000000);
    ck_assert_uint_eq(health.processes[0].restarts, 3);
    ck_assert(health.processes[0].is_supervised);
    ck_assert(!health.processes[1].is_supervised);
    ck_assert(cnop_str_equal(health.processes[3].version, CNOP_STR("1.2.3")));
    ck_assert_str_eq(ops_state_name(OPS_SILENT), "silent");
}
END_TEST

START_TEST(builds_of_others_are_not_processes)
{
    static const char *const sample = SAMPLE("go_build_info", ",\"version\":\"(devel)\"", "1");

    ck_assert_int_eq(read_samples(&sample, 1), CNOP_OK);
    ck_assert_uint_eq(health.count, 0);
}
END_TEST

START_TEST(the_build_of_an_exporter_is_not_that_of_what_it_watches)
{
    static const char *const samples[] = {
        SAMPLE("mysqld_exporter_build_info", ",\"service\":\"mariadb\",\"version\":\"0.14.0\"",
               "1"),
        SAMPLE("node_exporter_build_info", ",\"service\":\"node\",\"version\":\"1.5.0\"", "1"),
        SAMPLE("mysql_version_info", ",\"service\":\"mariadb\",\"version\":\"10.11.19\"", "1"),
        SAMPLE("mysqld_exporter_build_info", ",\"service\":\"mariadb\",\"version\":\"0.14.0\"",
               "1"),
    };

    ck_assert_int_eq(read_samples(samples, CNOP_COUNT(samples)), CNOP_OK);
    ck_assert_uint_eq(health.count, 2);
    ck_assert(cnop_str_equal(health.processes[0].version, CNOP_STR("10.11.19")));
    ck_assert(cnop_str_empty(health.processes[1].version));
}
END_TEST

START_TEST(figures_that_are_none_are_refused)
{
    static const char *const bad[] = {
        SAMPLE("up", ",\"service\":\"auth\"", "NaN"),
        SAMPLE("up", ",\"service\":\"auth\"", "0.5"),
        SAMPLE("up", ",\"service\":\"auth\"", "-1"),
        SAMPLE("up", ",\"service\":\"auth\"", "1e300"),
    };

    for (size_t i = 0; i < CNOP_COUNT(bad); i++)
        ck_assert_int_eq(read_samples(&bad[i], 1), CNOP_E_MONITORING_FAILED);
}
END_TEST

START_TEST(too_many_processes_are_refused)
{
    static char texts[OPS_PROCESS_MAX + 1][96];
    const char *samples[OPS_PROCESS_MAX + 1];

    for (size_t i = 0; i < CNOP_COUNT(samples); i++) {
        snprintf(texts[i], sizeof(texts[i]), SAMPLE("up", ",\"service\":\"s%zu\"", "1"), i);
        samples[i] = texts[i];
    }
    ck_assert_int_eq(read_samples(samples, OPS_PROCESS_MAX), CNOP_OK);
    ck_assert_uint_eq(health.count, OPS_PROCESS_MAX);
    ck_assert_int_eq(read_samples(samples, OPS_PROCESS_MAX + 1), CNOP_E_MONITORING_FAILED);
}
END_TEST

static void
add(TCase *tests)
{
    tcase_add_checked_fixture(tests, setup, teardown);
    tcase_add_test(tests, what_is_wrong_comes_first);
    tcase_add_test(tests, builds_of_others_are_not_processes);
    tcase_add_test(tests, the_build_of_an_exporter_is_not_that_of_what_it_watches);
    tcase_add_test(tests, figures_that_are_none_are_refused);
    tcase_add_test(tests, too_many_processes_are_refused);
}

UNIT_MAIN("health", add)
