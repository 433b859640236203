/* SPDX-License-Identifier: MIT */
/* What leaves for a language model, and what is believed of its answer. */
#include "fcgi_services/insights/provider.h"

#include "tests/unit/unit.h"

static struct cnop_arena *arena;

static void
setup(void)
{
    arena = cnop_arena_new((size_t)256 * 1024);
}

static void
teardown(void)
{
    cnop_arena_free(&arena);
}

START_TEST(the_prompt_holds_shares_only)
{
    struct insight_report report = {
        .findings = {{.rule = INSIGHT_CONCENTRATION,
                      .severity = INSIGHT_WARNING,
                      .value_ppm = 671234,
                      .symbol = CNOP_STR("BTC")}},
        .finding_count = 1,
        .total = {123456 * CNOP_E8},
        .cash_ppm = 329999,
        .asset_count = 3,
    };
    char memory[512];
    struct cnop_buf buf;

    cnop_buf_init(&buf, memory, sizeof(memory) - 1);
    provider_prompt(&buf, &report);
    memory[buf.len] = '\0';
    ck_assert_str_eq(memory, "Cash and stablecoins: 32%. Other assets: 3. concentration (warning): "
                             "67% in BTC.");
}
END_TEST

START_TEST(only_http_is_asked)
{
    static const char *const urls[] = {"file:///etc/passwd", "gopher://127.0.0.1:11211/", "model",
                                       "//model/"};
    struct provider provider;

    for (size_t i = 0; i < CNOP_COUNT(urls); i++) {
        const struct provider_config config = {
            .url = urls[i], .model = "m", .key_file = "", .timeout_ms = 100};

        ck_assert_int_eq(provider_init(&provider, &config), CNOP_E_CONFIG);
        ck_assert(!provider_is_on(&provider));
    }
}
END_TEST

START_TEST(a_plain_answer_is_taken)
{
    struct cnop_str text = {0};

    ck_assert_int_eq(
        provider_read(arena,
                      CNOP_STR("{\"choices\":[{\"message\":{\"content\":\"  Fine. \\u20ac \"}}]}"),
                      &text),
        CNOP_OK);
    ck_assert(cnop_str_equal(text, CNOP_STR("Fine. \xe2\x82\xac")));
}
END_TEST

START_TEST(other_answers_are_not)
{
    static const char *const bad[] = {
        "",
        "null",
        "[]",
        "{}",
        "{\"choices\":1}",
        "{\"choices\":[]}",
        "{\"choices\":[1]}",
        "{\"choices\":[{}]}",
        "{\"choices\":[{\"message\":1}]}",
        "{\"choices\":[{\"message\":{\"content\":null}}]}",
        "{\"choices\":[{\"message\":{\"content\":\"  \"}}]}",
        "{\"choices\":[{\"message\":{\"content\":\"a<b\"}}]}",
        "{\"choices\":[{\"message\":{\"content\":\"a\\nb\"}}]}",
        "{\"choices\":[{\"message\":{\"content\":\"`rm`\"}}]}",
    };

    for (size_t i = 0; i < CNOP_COUNT(bad); i++) {
        struct cnop_str text = {0};

        cnop_arena_reset(arena);
        ck_assert_int_eq(provider_read(arena, cnop_str_from(bad[i]), &text), CNOP_E_UNAVAILABLE);
        ck_assert_ptr_null(text.ptr);
    }
}
END_TEST

START_TEST(without_a_url_it_is_off)
{
    static const struct provider_config config = {.url = "", .key_file = "", .model = "m"};
    struct provider provider;
    struct cnop_str text;

    ck_assert_int_eq(provider_init(&provider, &config), CNOP_OK);
    ck_assert(!provider_is_on(&provider));
    ck_assert_int_eq(provider_ask(&provider, arena, CNOP_STR("x"), &text), CNOP_E_UNAVAILABLE);
    provider_done(&provider);
}
END_TEST

static void
add(TCase *tests)
{
    tcase_add_checked_fixture(tests, setup, teardown);
    tcase_add_test(tests, the_prompt_holds_shares_only);
    tcase_add_test(tests, only_http_is_asked);
    tcase_add_test(tests, a_plain_answer_is_taken);
    tcase_add_test(tests, other_answers_are_not);
    tcase_add_test(tests, without_a_url_it_is_off);
}

UNIT_MAIN("provider", add)
