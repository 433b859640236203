/* SPDX-License-Identifier: MIT */
/* What is believed of Alertmanager. */
#include "fcgi_services/ops/alert.h"

#include "shared/base/base.h"
#include "tests/unit/unit.h"

#define ALERT(print, since, state, labels)                                                         \
    "{\"fingerprint\":\"" print "\",\"startsAt\":\"" since "\",\"status\":{\"state\":\"" state     \
    "\"},\"labels\":{" labels "},\"annotations\":{\"summary\":\"s\"}}"
#define EARLY "2026-11-22T09:30:15.123Z"
#define LATE "2026-11-22T10:30:15.123Z"

static struct cnop_arena *arena;
static struct ops_alerts alerts;

static void
setup(void)
{
    arena = cnop_arena_new((size_t)4 * 1024 * 1024);
}

static void
teardown(void)
{
    cnop_arena_free(&arena);
}

static enum cnop_err
read_text(const char *text)
{
    return ops_read_alerts(arena, cnop_str_from(text), &alerts);
}

START_TEST(the_gravest_come_first)
{
    static const char *const order[] = {"c", "b", "d", "a", "e"};

    ck_assert_int_eq(
        read_text(
            "[" ALERT("a", LATE, "active", "\"alertname\":\"W\",\"severity\":\"warning\"") "," ALERT("b", LATE, "active", "\"alertname\":\"C\",\"severity\":\"critical\"") "," ALERT(
                "c", EARLY, "active",
                "\"alertname\":\"C\",\"severity\":\"critical\"") "," ALERT("d", EARLY, "active",
                                                                           "\"alertname\":\"W\","
                                                                           "\"severity\":"
                                                                           "\"warning\"") "," ALERT("e",
                                                                                                    EARLY,
                                                                                                    "suppressed",
                                                                                                    "\"alertname\":\"C\",\"severity\":\"critical\",\"service\":\"auth\"") "]"),
        CNOP_OK);
    ck_assert_uint_eq(alerts.count, CNOP_COUNT(order));
    for (size_t i = 0; i < CNOP_COUNT(order); i++)
        ck_assert(cnop_str_equal(alerts.alerts[i].fingerprint, cnop_str_from(order[i])));
    ck_assert(alerts.alerts[4].is_silenced);
    ck_assert(cnop_str_equal(alerts.alerts[4].service, CNOP_STR("auth")));
    ck_assert(cnop_str_empty(alerts.alerts[0].service));
    ck_assert(cnop_str_equal(alerts.alerts[0].since, CNOP_STR(EARLY)));
}
END_TEST

START_TEST(none_is_fine)
{
    ck_assert_int_eq(read_text("[]"), CNOP_OK);
    ck_assert_uint_eq(alerts.count, 0);
}
END_TEST

START_TEST(other_answers_are_refused)
{
    static const char *const bad[] = {
        "",
        "{}",
        "[1]",
        "[{}]",
        "[" ALERT("a", "yesterday", "active", "\"alertname\":\"W\"") "]",
        "[" ALERT("a", "2026-11-22T09:30:15<script>", "active", "\"alertname\":\"W\"") "]",
        "[" ALERT("a", EARLY EARLY, "active", "\"alertname\":\"W\"") "]",
        "[" ALERT("a", EARLY, "active", "") "]",
        "[" ALERT("", EARLY, "active", "\"alertname\":\"W\"") "]",
        "[" ALERT("a", EARLY, "", "\"alertname\":\"W\"") "]",
        "[" ALERT("a", EARLY, "active", "\"alertname\":5") "]",
        "[" ALERT("a", EARLY, "active", "\"alertname\":\"W\""),
    };

    for (size_t i = 0; i < CNOP_COUNT(bad); i++)
        ck_assert_int_eq(read_text(bad[i]), CNOP_E_MONITORING_FAILED);
}
END_TEST

START_TEST(more_than_are_shown_are_counted)
{
    static char memory[262144];
    struct cnop_buf buf;

    cnop_buf_init(&buf, memory, sizeof(memory) - 1);
    for (size_t i = 0; i < OPS_ALERT_MAX + 2; i++)
        cnop_buf_printf(&buf, "%s" ALERT("%zu", EARLY, "active", "\"alertname\":\"W\""),
                        i == 0 ? "[" : ",", i);
    cnop_buf_text(&buf, "]");
    memory[buf.len] = '\0';
    ck_assert_int_eq(read_text(memory), CNOP_OK);
    ck_assert_uint_eq(alerts.count, OPS_ALERT_MAX);
    ck_assert_uint_eq(alerts.omitted, 2);
}
END_TEST

static void
add(TCase *tests)
{
    tcase_add_checked_fixture(tests, setup, teardown);
    tcase_add_test(tests, the_gravest_come_first);
    tcase_add_test(tests, none_is_fine);
    tcase_add_test(tests, other_answers_are_refused);
    tcase_add_test(tests, more_than_are_shown_are_counted);
}

UNIT_MAIN("alert", add)
