/* SPDX-License-Identifier: MIT */
/* The shared scoreboard and its Prometheus text (shared/web/metrics.c). */
#include "shared/web/scoreboard.h"

#include <string.h>
#include <unistd.h>

#include "shared/base/secret.h"
#include "shared/web/web.h"
#include "tests/unit/unit.h"

static enum cnop_err
handler(struct cnop_request *req, struct cnop_response *res)
{
    (void)req;
    (void)res;
    return CNOP_OK;
}

static const struct cnop_route routes[] = {
    {CNOP_GET, "/a", handler, CNOP_ROLE_PUBLIC, 0, 0},
    {CNOP_POST, "/a", handler, CNOP_ROLE_PUBLIC, 0, 0},
    {CNOP_GET, "/b", handler, CNOP_ROLE_PUBLIC, 0, 0},
};

static const int64_t bounds[] = {10, 1500000};

static const struct cnop_metric_def metrics[] = {
    {"t_hits_total", "Hits.", CNOP_METRIC_COUNTER, "kind=\"one\"", NULL, 0, 0},
    {"t_hits_total", "Hits.", CNOP_METRIC_COUNTER, "kind=\"two\"", NULL, 0, 0},
    {"t_level", "Level.", CNOP_METRIC_GAUGE, NULL, NULL, 0, 100},
    {"t_wait_seconds", "Wait.", CNOP_METRIC_HISTOGRAM, NULL, bounds, CNOP_COUNT(bounds), 1000000},
};

static const struct cnop_service service = {.name = "t",
                                            .routes = routes,
                                            .route_count = CNOP_COUNT(routes),
                                            .metrics = metrics,
                                            .metric_count = CNOP_COUNT(metrics)};

static int scoreboard_fd = -1;
static char text[65536];
static struct cnop_buf out;

static const char *
print(void)
{
    cnop_buf_init(&out, text, sizeof(text) - 1);
    cnop_metrics_print(&service, &out);
    text[out.len] = '\0';
    ck_assert(!out.overflow);
    return text;
}

static void
setup(void)
{
    scoreboard_fd = -1;
    cnop_secret_init();
    ck_assert_ptr_nonnull(cnop_scoreboard_open(&service, &scoreboard_fd));
}

static void
teardown(void)
{
    (void)close(scoreboard_fd);
}

START_TEST(requests_by_route_and_status)
{
    cnop_scoreboard_request(0, 200, 400);
    cnop_scoreboard_request(1, 201, 600);
    cnop_scoreboard_request(1, 422, 3000000);
    cnop_scoreboard_request(3, 404, 1);
    cnop_scoreboard_request(2, 299, 1);
    print();
    ck_assert_ptr_nonnull(
        strstr(text, "t_requests_total{status_code=\"200\",endpoint=\"/a\"} 1\n"));
    ck_assert_ptr_nonnull(
        strstr(text, "t_requests_total{status_code=\"201\",endpoint=\"/a\"} 1\n"));
    ck_assert_ptr_nonnull(strstr(text, "t_errors_total{status_code=\"422\",endpoint=\"/a\"} 1\n"));
    ck_assert_ptr_nonnull(strstr(text, "{status_code=\"404\",endpoint=\"unknown\"} 1\n"));
    ck_assert_ptr_nonnull(strstr(text, "{status_code=\"other\",endpoint=\"/b\"} 1\n"));
    ck_assert_ptr_null(strstr(text, "t_errors_total{status_code=\"200\""));
    ck_assert_ptr_nonnull(strstr(text, "_bucket{endpoint=\"/a\",le=\"0.0005\"} 1\n"));
    ck_assert_ptr_nonnull(strstr(text, "_bucket{endpoint=\"/a\",le=\"2.5\"} 2\n"));
    ck_assert_ptr_nonnull(strstr(text, "_bucket{endpoint=\"/a\",le=\"+Inf\"} 3\n"));
    ck_assert_ptr_nonnull(strstr(text, "_sum{endpoint=\"/a\"} 3.001\n"));
}
END_TEST

START_TEST(own_metrics)
{
    cnop_metric_add(0, 2);
    cnop_metric_add(1, 3);
    cnop_metric_set(2, -150);
    cnop_metric_observe(3, 10);
    cnop_metric_observe(3, 11);
    cnop_metric_observe(3, 2000000);
    print();
    ck_assert_ptr_nonnull(
        strstr(text, "t_hits_total{kind=\"one\"} 2\nt_hits_total{kind=\"two\"} 3\n"));
    ck_assert_ptr_nonnull(strstr(text, "t_level -1.5\n"));
    ck_assert_ptr_nonnull(strstr(text, "t_wait_seconds_bucket{le=\"0.00001\"} 1\n"));
    ck_assert_ptr_nonnull(strstr(text, "t_wait_seconds_bucket{le=\"1.5\"} 2\n"));
    ck_assert_ptr_nonnull(strstr(text, "t_wait_seconds_bucket{le=\"+Inf\"} 3\n"));
}
END_TEST

START_TEST(scoreboard_is_found_again)
{
    struct cnop_service other = service;

    cnop_metric_add(0, 5);
    ck_assert_ptr_nonnull(cnop_scoreboard_open(&service, &scoreboard_fd));
    ck_assert_ptr_nonnull(strstr(print(), "t_hits_total{kind=\"one\"} 5\n"));
    other.metric_count = 1; /* another program version: its counters begin anew */
    ck_assert_ptr_nonnull(cnop_scoreboard_open(&other, &scoreboard_fd));
    ck_assert_ptr_nonnull(strstr(print(), "t_hits_total{kind=\"one\"} 0\n"));
}
END_TEST

START_TEST(lost_log_lines_are_counted_once)
{
    uint64_t seen = cnop_log_dropped_count();

    ck_assert_int_eq(cnop_log_open("t", CNOP_LOG_INFO, "/dev/full"), CNOP_OK);
    for (int i = 0; i < 3; i++)
        cnop_log_write(CNOP_LOG_INFO, "lost", "the disk is full");
    ck_assert_int_eq(cnop_log_open("t", CNOP_LOG_INFO, NULL), CNOP_OK);
    cnop_scoreboard_count_lost_lines(&seen);
    cnop_scoreboard_count_lost_lines(&seen);
    ck_assert_ptr_nonnull(strstr(print(), "\nt_lost_log_lines_total 3\n"));
}
END_TEST

static void
add(TCase *tests)
{
    tcase_add_checked_fixture(tests, setup, teardown);
    tcase_add_test(tests, requests_by_route_and_status);
    tcase_add_test(tests, own_metrics);
    tcase_add_test(tests, scoreboard_is_found_again);
    tcase_add_test(tests, lost_log_lines_are_counted_once);
}

UNIT_MAIN("scoreboard", add)
