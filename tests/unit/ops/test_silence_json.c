/* SPDX-License-Identifier: MIT */
/* What is believed of Alertmanager's silences, and what it is told. */
#include "fcgi_services/ops/silence_json.h"

#include "shared/base/base.h"
#include "tests/unit/unit.h"

#define ID "0f8b1c2d-3e4f-4a5b-8c6d-7e8f90a1b2c3"
#define MATCHERS "[{\"name\":\"alertname\",\"value\":\"A\",\"isRegex\":false,\"isEqual\":true}]"
#define START "2026-11-22T09:30:15.123Z"
#define END "2026-11-22T10:30:15.123Z"
#define START_US INT64_C(1795339815123000)
#define SILENCE(id, state, starts, ends, matchers)                                                 \
    "{\"id\":\"" id "\",\"status\":{\"state\":\"" state "\"},\"startsAt\":\"" starts               \
    "\",\"endsAt\":\"" ends "\",\"createdBy\":\"7\",\"comment\":\"c\",\"matchers\":" matchers "}"

static struct cnop_arena *arena;
static struct ops_silences silences;

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
    return ops_silences_read(arena, cnop_str_from(text), &silences);
}

static const struct cnop_json *
parse(const char *text)
{
    const struct cnop_json *root = NULL;

    ck_assert_int_eq(cnop_json_parse(arena, cnop_str_from(text), NULL, NULL, &root), CNOP_OK);
    return root;
}

START_TEST(those_that_are_over_are_left_out)
{
    ck_assert_int_eq(
        read_text("[" SILENCE(ID, "pending", START, "2026-11-23T00:00:00Z", MATCHERS) "," SILENCE(
            "11111111-3e4f-4a5b-8c6d-7e8f90a1b2c3", "active", START, END,
            MATCHERS) ","
                      "{\"status\":{\"state\":\"expired\"}}]"),
        CNOP_OK);
    ck_assert_uint_eq(silences.count, 2);
    ck_assert_uint_eq(silences.omitted, 0);
    ck_assert(silences.silences[0].is_active);
    ck_assert(!silences.silences[1].is_active);
    ck_assert(cnop_str_equal(silences.silences[1].id, CNOP_STR(ID)));
    ck_assert(cnop_str_equal(silences.silences[1].reason, CNOP_STR("c")));
    ck_assert(cnop_str_equal(silences.silences[1].created_by, CNOP_STR("7")));
    ck_assert_int_eq(silences.silences[1].starts_us, START_US);
    ck_assert_uint_eq(silences.silences[1].matchers->child_count, 1);
    ck_assert_int_eq(read_text("[]"), CNOP_OK);
    ck_assert_uint_eq(silences.count, 0);
}
END_TEST

START_TEST(other_answers_are_refused)
{
    static const char *const texts[] = {
        "",
        "{}",
        "[1]",
        "[{}]",
        "null",
        "[" SILENCE("../alerts", "active", START, END, MATCHERS) "]",
        "[" SILENCE(ID, "strange", START, END, MATCHERS) "]",
        "[" SILENCE(ID, "active", "now", END, MATCHERS) "]",
        "[" SILENCE(ID, "active", START, "", MATCHERS) "]",
        "[" SILENCE(ID, "active", START, END, "7") "]",
        "[" SILENCE(ID, "active", START, END, "[{}]") "]",
        "[" SILENCE(ID, "active", START, END,
                    "[{\"name\":\"a\",\"value\":1,\"isRegex\":true}]") "]",
    };

    for (size_t i = 0; i < CNOP_COUNT(texts); i++)
        ck_assert_msg(read_text(texts[i]) == CNOP_E_MONITORING_FAILED, "%s", texts[i]);
}
END_TEST

START_TEST(more_than_are_shown_are_counted)
{
    static char memory[262144];
    struct cnop_buf buf;

    cnop_buf_init(&buf, memory, sizeof(memory));
    for (size_t i = 0; i < OPS_SILENCE_MAX + 2; i++)
        cnop_buf_printf(&buf, "%s%s", i == 0 ? "[" : ",",
                        SILENCE(ID, "active", START, END, MATCHERS));
    cnop_buf_text(&buf, "]");
    ck_assert(!buf.overflow);
    ck_assert_int_eq(ops_silences_read(arena, cnop_buf_view(&buf), &silences), CNOP_OK);
    ck_assert_uint_eq(silences.count, OPS_SILENCE_MAX);
    ck_assert_uint_eq(silences.omitted, 2);
}
END_TEST

START_TEST(matchers_say_how_they_compare)
{
    static const struct {
        const char *text, *comparison;
    } rows[] = {
        {"{\"name\":\"a\",\"value\":\"\",\"isRegex\":false}", "="},
        {"{\"name\":\"a\",\"value\":\"\",\"isRegex\":false,\"isEqual\":false}", "!="},
        {"{\"name\":\"a\",\"value\":\"\",\"isRegex\":true,\"isEqual\":true}", "=~"},
        {"{\"name\":\"a\",\"value\":\"\",\"isRegex\":true,\"isEqual\":false}", "!~"},
    };

    for (size_t i = 0; i < CNOP_COUNT(rows); i++)
        ck_assert_str_eq(ops_silence_comparison(parse(rows[i].text)), rows[i].comparison);
}
END_TEST

START_TEST(ids_are_fit_for_a_path)
{
    ck_assert(ops_silence_id_is_valid(CNOP_STR(ID)));
    ck_assert(!ops_silence_id_is_valid(CNOP_STR("")));
    ck_assert(!ops_silence_id_is_valid(CNOP_STR(ID "0")));
    ck_assert(!ops_silence_id_is_valid(CNOP_STR("0f8b1c2d-3e4f-4a5b-8c6d-7e8f90a1b2c")));
    ck_assert(!ops_silence_id_is_valid(CNOP_STR("0f8b1c2d-3e4f-4a5b-8c6d-7e8f90a1b2c/")));
    ck_assert(!ops_silence_id_is_valid(CNOP_STR("0f8b1c2d-3e4f-4a5b-8c6d-7e8f90a1b2cg")));
}
END_TEST

START_TEST(a_silence_names_every_label)
{
    static const char want[] =
        "{\"matchers\":[{\"name\":\"alertname\",\"value\":\"A\\\"\",\"isRegex\":false,"
        "\"isEqual\":true},{\"name\":\"service\",\"value\":\"user\",\"isRegex\":false,"
        "\"isEqual\":true}],\"startsAt\":\"2026-11-22T09:30:15.123000Z\",\"endsAt\":"
        "\"2026-11-22T09:31:15.123000Z\",\"createdBy\":\"7\",\"comment\":\"known\"}";
    const struct ops_silence_order order = {
        .labels = parse("{\"alertname\":\"A\\\"\",\"service\":\"user\"}"),
        .reason = CNOP_STR("known"),
        .user_id = 7,
        .starts_us = START_US,
        .ends_us = START_US + 60000000};
    char memory[1024];
    struct cnop_buf buf;

    cnop_buf_init(&buf, memory, sizeof(memory));
    ops_silence_write(&buf, &order);
    ck_assert(cnop_str_equal(cnop_buf_view(&buf), cnop_str_from(want)));
    cnop_buf_init(&buf, memory, 20);
    ops_silence_write(&buf, &order);
    ck_assert(buf.overflow);
}
END_TEST

START_TEST(its_id_is_read)
{
    struct cnop_str id;

    ck_assert_int_eq(ops_silence_id_read(arena, CNOP_STR("{\"silenceID\":\"" ID "\"}"), &id),
                     CNOP_OK);
    ck_assert(cnop_str_equal(id, CNOP_STR(ID)));
    ck_assert_int_eq(ops_silence_id_read(arena, CNOP_STR("{\"silenceID\":\"..\"}"), &id),
                     CNOP_E_MONITORING_FAILED);
    ck_assert_int_eq(ops_silence_id_read(arena, CNOP_STR("x"), &id), CNOP_E_MONITORING_FAILED);
}
END_TEST

static void
add(TCase *tests)
{
    tcase_add_checked_fixture(tests, setup, teardown);
    tcase_add_test(tests, those_that_are_over_are_left_out);
    tcase_add_test(tests, other_answers_are_refused);
    tcase_add_test(tests, more_than_are_shown_are_counted);
    tcase_add_test(tests, matchers_say_how_they_compare);
    tcase_add_test(tests, ids_are_fit_for_a_path);
    tcase_add_test(tests, a_silence_names_every_label);
    tcase_add_test(tests, its_id_is_read);
}

UNIT_MAIN("silence_json", add)
