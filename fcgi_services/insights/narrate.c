/* SPDX-License-Identifier: MIT */
/* The words of the rules. Writes what it is given and judges nothing. */
#include "fcgi_services/insights/narrate.h"

#define PERCENT_PPM INT64_C(10000)
#define SENTENCE_MAX 4

void
narrate_percent(struct cnop_buf *buf, int64_t ppm)
{
    cnop_assert(ppm >= 0);
    cnop_buf_printf(buf, "%lld.%02d", (long long)(ppm / PERCENT_PPM),
                    (int)(ppm % PERCENT_PPM / 100));
}

/* Whole percent, rounded; "under 1" and "over 99" where rounding would lie. */
static void
put_share(struct cnop_buf *buf, int64_t ppm)
{
    int64_t percent = (ppm + PERCENT_PPM / 2) / PERCENT_PPM;

    if (ppm > 0 && percent == 0)
        cnop_buf_text(buf, "under 1%");
    else if (ppm < INSIGHT_PPM && percent == 100)
        cnop_buf_text(buf, "over 99%");
    else
        cnop_buf_printf(buf, "%lld%%", (long long)percent);
}

static void
put_tenths(struct cnop_buf *buf, int64_t ppm)
{
    int64_t tenths = (ppm + PERCENT_PPM / 20) / (PERCENT_PPM / 10);

    cnop_buf_printf(buf, "%lld.%d%%", (long long)(tenths / 10), (int)(tenths % 10));
}

/* $1,234,567.89, rounded down to cents. */
static void
put_dollars(struct cnop_buf *buf, cnop_cash cash)
{
    char digits[24];
    int len = snprintf(digits, sizeof(digits), "%lld", (long long)(cash.e8 / CNOP_E8));

    cnop_assert(cash.e8 >= 0);
    cnop_buf_char(buf, '$');
    for (int i = 0; i < len; i++) {
        if (i > 0 && (len - i) % 3 == 0)
            cnop_buf_char(buf, ',');
        cnop_buf_char(buf, digits[i]);
    }
    cnop_buf_printf(buf, ".%02d", (int)(cash.e8 % CNOP_E8 / (CNOP_E8 / 100)));
}

static void
put_volatility(struct cnop_buf *buf, const struct insight_finding *finding)
{
    if (finding->severity == INSIGHT_INFO)
        cnop_buf_text(buf, "Its value has been calm: on a typical day it moves by about ");
    else if (finding->severity == INSIGHT_NOTICE)
        cnop_buf_text(buf, "Expect noticeable swings: on a typical day it moves by about ");
    else
        cnop_buf_text(buf, "Expect violent swings: on a typical day it moves by about ");
    put_tenths(buf, finding->value_ppm);
    cnop_buf_char(buf, '.');
}

void
narrate_finding(struct cnop_buf *buf, const struct insight_finding *finding)
{
    switch (finding->rule) {
    case INSIGHT_EMPTY:
        cnop_buf_text(buf, "Deposit US dollars to start trading.");
        break;
    case INSIGHT_CONCENTRATION:
        cnop_buf_str(buf, finding->symbol);
        cnop_buf_text(buf, finding->is_group ? " and assets pegged to it make up " : " makes up ");
        put_share(buf, finding->value_ppm);
        cnop_buf_text(buf, finding->is_group
                               ? " of your portfolio, so one price decides most of its result."
                               : " of your portfolio, so one asset decides most of its result.");
        break;
    case INSIGHT_CASH_DRAG:
        put_share(buf, finding->value_ppm);
        cnop_buf_text(buf, " sits in cash and stablecoins, which neither gain nor lose.");
        break;
    case INSIGHT_VOLATILITY:
        put_volatility(buf, finding);
        break;
    case INSIGHT_CHURN:
        cnop_buf_printf(buf, "You placed %llu orders in seven days and turned over ",
                        (unsigned long long)finding->count);
        put_share(buf, finding->value_ppm);
        cnop_buf_text(buf, " of the portfolio's value, so check whether each trade was needed.");
        break;
    case INSIGHT_DRAWDOWN:
        cnop_buf_text(buf, "Your holdings are ");
        put_share(buf, finding->value_ppm);
        cnop_buf_text(buf, " below what they were worth at their highs of the last 30 days.");
        break;
    case INSIGHT_DIVERSIFIED:
        cnop_buf_printf(buf, "It is well spread, as if over %llu assets of equal size.",
                        (unsigned long long)insight_effective_count(finding));
        break;
    }
}

static void
put_overview(struct cnop_buf *buf, const struct insight_report *report)
{
    cnop_buf_text(buf, "Your portfolio is worth ");
    put_dollars(buf, report->total);
    if (report->asset_count == 0) {
        cnop_buf_text(buf, ", all of it in cash and stablecoins.");
        return;
    }
    cnop_buf_printf(buf, ", spread over %zu asset%s, with ", report->asset_count,
                    report->asset_count == 1 ? "" : "s");
    put_share(buf, report->cash_ppm);
    cnop_buf_text(buf, " in cash and stablecoins.");
}

void
narrate_summary(struct cnop_buf *buf, const struct insight_report *report)
{
    size_t sentence_count = 1;

    cnop_assert(report->finding_count <= INSIGHT_FINDING_MAX);
    if (report->finding_count == 1 && report->findings[0].rule == INSIGHT_EMPTY)
        cnop_buf_text(buf, "Your portfolio is empty.");
    else
        put_overview(buf, report);
    for (size_t i = 0; i < report->finding_count && sentence_count < SENTENCE_MAX; i++) {
        cnop_buf_char(buf, ' ');
        narrate_finding(buf, &report->findings[i]);
        sentence_count++;
    }
    if (sentence_count == 1)
        cnop_buf_text(buf, " None of the rules found anything to point out.");
}
