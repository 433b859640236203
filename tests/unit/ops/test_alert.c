/* SPDX-License-Identifier: MIT */
/* What is believed of Alertmanager. */
#include "fcgi_services/ops/alert.h"

#include "shared/base/base.h"
#include "tests/unit/unit.h"

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

struct sample {
    const char *print, *since, *state, *name, *more;
};

/* The alerts as one answer. */
static enum cnop_err
read_samples(const struct sample *samples, size_t count)
{
    static char memory[262144];
    struct cnop_buf buf;

    cnop_buf_init(&buf, memory, sizeof(memory) - 1);
    for (size_t i = 0; i < count; i++)
        cnop_buf_printf(
            &buf,
            "%s{\"fingerprint\":\"%s\",\"startsAt\":\"%s\",\"status\":{\"state\":\"%s\"},"
            "\"labels\":{\"alertname\":\"%s\"%s},\"annotations\":{\"summary\":\"s\"}}",
            i == 0 ? "[" : ",", samples[i].print, samples[i].since, samples[i].state,
            samples[i].name, samples[i].more);
    cnop_buf_text(&buf, "]");
    ck_assert(!buf.overflow);
    memory[buf.len] = '\0';
    return read_text(memory);
}

START_TEST(the_gravest_come_first)
{
    static const char *const order[] = {"c", "b", "d", "a", "e"};
    static const char critical[] = ",\"severity\":\"critical\"";
    static const char warning[] = ",\"severity\":\"warning\"";
    const struct sample samples[] = {
        {"a", LATE, "active", "W", warning},
        {"b", LATE, "active", "C", critical},
        {"c", EARLY, "active", "C", critical},
        {"d", EARLY, "active", "W", warning},
        {"e", EARLY, "suppressed", "C", ",\"severity\":\"critical\",\"service\":\"auth\""},
    };

    ck_assert_int_eq(read_samples(samples, CNOP_COUNT(samples)), CNOP_OK);
    ck_assert_uint_eq(alerts.count, CNOP_COUNT(order));
    for (size_t i = 0; i < CNOP_COUNT(order); i++)
        ck_assert(cnop_str_equal(alerts.alerts[i].fingerprint, cnop_str_from(order[i])));
    ck_assert(alerts.alerts[4].is_silenced);
    ck_assert(cnop_str_equal(alerts.alerts[4].service, CNOP_STR("auth")));
    ck_assert(cnop_str_empty(alerts.alerts[0].service));
    ck_assert_int_eq(alerts.alerts[0].since_us, INT64_C(1795339815123000));
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
    static const char *const texts[] = {
        "", "{}", "[1]", "[{}]", "null", "[[]]", "[{\"labels\":{}}]"};
    static const struct sample samples[] = {
        {"a", "yesterday", "active", "W", ""},
        {"a", "2026-99-22T09:30:15Z", "active", "W", ""},
        {"a", "2026-11-22T09:30:15<script>", "active", "W", ""},
        {"a", EARLY EARLY, "active", "W", ""},
        {"a", EARLY, "active", "", ""},
        {"", EARLY, "active", "W", ""},
        {"a", EARLY, "", "W", ""},
        {"a", EARLY, "active", "W", ",\"x\":"},
    };

    for (size_t i = 0; i < CNOP_COUNT(texts); i++)
        ck_assert_int_eq(read_text(texts[i]), CNOP_E_MONITORING_FAILED);
    for (size_t i = 0; i < CNOP_COUNT(samples); i++)
        ck_assert_int_eq(read_samples(&samples[i], 1), CNOP_E_MONITORING_FAILED);
}
END_TEST

START_TEST(more_than_are_shown_are_counted)
{
    static struct sample samples[OPS_ALERT_MAX + 2];

    for (size_t i = 0; i < CNOP_COUNT(samples); i++)
        samples[i] = (struct sample){"a", EARLY, "active", "W", ""};
    ck_assert_int_eq(read_samples(samples, CNOP_COUNT(samples)), CNOP_OK);
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
