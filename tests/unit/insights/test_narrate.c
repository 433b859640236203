/* SPDX-License-Identifier: MIT */
/* The words: exact sentences, honest rounding, two to four of them. */
#include "fcgi_services/insights/narrate.h"

#include "tests/unit/unit.h"

static char memory[NARRATE_SUMMARY_BYTES];
static struct cnop_buf buf;

static const char *
text_of(void)
{
    ck_assert(!buf.overflow);
    memory[buf.len] = '\0';
    return memory;
}

static const char *
finding_text(struct insight_finding finding)
{
    cnop_buf_init(&buf, memory, sizeof(memory) - 1);
    narrate_finding(&buf, &finding);
    return text_of();
}

static const char *
summary(const struct insight_report *report)
{
    cnop_buf_init(&buf, memory, sizeof(memory) - 1);
    narrate_summary(&buf, report);
    return text_of();
}

START_TEST(each_rule_has_its_sentence)
{
    ck_assert_str_eq(
        finding_text((struct insight_finding){
            .rule = INSIGHT_CONCENTRATION, .value_ppm = 671234, .symbol = CNOP_STR("BTC")}),
        "BTC makes up 67% of your portfolio, so one asset decides most of its result.");
    ck_assert_str_eq(finding_text((struct insight_finding){.rule = INSIGHT_CONCENTRATION,
                                                           .value_ppm = 671234,
                                                           .symbol = CNOP_STR("BTC"),
                                                           .is_group = true}),
                     "BTC and assets pegged to it make up 67% of your portfolio, so one price "
                     "decides most of its result.");
    ck_assert_str_eq(finding_text((struct insight_finding){.rule = INSIGHT_VOLATILITY,
                                                           .severity = INSIGHT_WARNING,
                                                           .value_ppm = 41500}),
                     "Expect violent swings: on a typical day it moves by about 4.2%.");
    ck_assert_str_eq(
        finding_text((struct insight_finding){.rule = INSIGHT_DIVERSIFIED, .count = 449}),
        "It is well spread, as if over 4 assets of equal size.");
}
END_TEST

START_TEST(rounding_does_not_lie)
{
    ck_assert_ptr_nonnull(strstr(
        finding_text((struct insight_finding){.rule = INSIGHT_CASH_DRAG, .value_ppm = 999999}),
        "over 99%"));
    ck_assert_ptr_nonnull(strstr(
        finding_text((struct insight_finding){.rule = INSIGHT_CASH_DRAG, .value_ppm = 1000000}),
        "100%"));
    ck_assert_ptr_nonnull(
        strstr(finding_text((struct insight_finding){.rule = INSIGHT_CASH_DRAG, .value_ppm = 1}),
               "under 1%"));
}
END_TEST

START_TEST(summaries_begin_with_the_whole)
{
    struct insight_report report = {.total = {123456789 * (CNOP_E8 / 100)},
                                    .cash_ppm = 330000,
                                    .asset_count = 1,
                                    .finding_count = 0};

    ck_assert_str_eq(
        summary(&report),
        "Your portfolio is worth $1,234,567.89, spread over 1 asset, with 33% in cash and "
        "stablecoins. None of the rules found anything to point out.");
    report.asset_count = 0;
    report.findings[0] =
        (struct insight_finding){.rule = INSIGHT_CASH_DRAG, .value_ppm = INSIGHT_PPM};
    report.finding_count = 1;
    ck_assert_str_eq(
        summary(&report),
        "Your portfolio is worth $1,234,567.89, all of it in cash and stablecoins. 100% "
        "sits in cash and stablecoins, which neither gain nor lose.");
    report.findings[0] = (struct insight_finding){.rule = INSIGHT_EMPTY};
    ck_assert_str_eq(summary(&report),
                     "Your portfolio is empty. Deposit US dollars to start trading.");
}
END_TEST

START_TEST(at_most_four_sentences)
{
    struct insight_report report = {.asset_count = 2, .finding_count = INSIGHT_FINDING_MAX};
    size_t stop_count = 0;

    for (size_t i = 0; i < INSIGHT_FINDING_MAX; i++)
        report.findings[i] = (struct insight_finding){.rule = INSIGHT_DIVERSIFIED, .count = 400};
    for (const char *c = summary(&report); *c != '\0'; c++)
        stop_count += *c == '.' && (c[1] == ' ' || c[1] == '\0');
    ck_assert_uint_eq(stop_count, 4);
}
END_TEST

START_TEST(percents_have_two_decimals)
{
    cnop_buf_init(&buf, memory, sizeof(memory) - 1);
    narrate_percent(&buf, 671299);
    ck_assert_str_eq(text_of(), "67.12");
    cnop_buf_clear(&buf);
    narrate_percent(&buf, 500);
    ck_assert_str_eq(text_of(), "0.05");
}
END_TEST

static void
add(TCase *tests)
{
    tcase_add_test(tests, each_rule_has_its_sentence);
    tcase_add_test(tests, rounding_does_not_lie);
    tcase_add_test(tests, summaries_begin_with_the_whole);
    tcase_add_test(tests, at_most_four_sentences);
    tcase_add_test(tests, percents_have_two_decimals);
}

UNIT_MAIN("narrate", add)
