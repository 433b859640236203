/* SPDX-License-Identifier: MIT */
/* One function a rule, over sums taken once. Knows no text, no requests and no storage. */
#include "fcgi_services/insights/insights.h"

#define PERCENT_PPM INT64_C(10000)
#define E8_TO_E10 (CNOP_E10 / CNOP_E8)
#define VOLATILITY_MAX_PPM (100 * INSIGHT_PPM)

/* Shares of the whole portfolio, and ratios to it. */
#define CONCENTRATION_WARNING_PPM (60 * PERCENT_PPM)
#define CONCENTRATION_NOTICE_PPM (40 * PERCENT_PPM)
#define CASH_NOTICE_PPM (60 * PERCENT_PPM)
#define CASH_INFO_PPM (30 * PERCENT_PPM)
#define VOLATILITY_WARNING_PPM (4 * PERCENT_PPM)
#define VOLATILITY_NOTICE_PPM (25 * PERCENT_PPM / 10)
#define CHURN_WARNING_PPM (300 * PERCENT_PPM)
#define CHURN_NOTICE_PPM (100 * PERCENT_PPM)
#define CHURN_ORDERS_MIN 5
#define DRAWDOWN_WARNING_PPM (25 * PERCENT_PPM)
#define DRAWDOWN_NOTICE_PPM (10 * PERCENT_PPM)
#define DIVERSIFIED_ASSETS_E2 400 /* four assets of equal size */

const char *
insight_rule_name(enum insight_rule rule)
{
    static const char *const names[] = {"empty", "concentration", "cash_drag",  "volatility",
                                        "churn", "drawdown",      "diversified"};

    cnop_assert((size_t)rule < CNOP_COUNT(names));
    return names[rule];
}

const char *
insight_severity_name(enum insight_severity severity)
{
    static const char *const names[] = {"info", "notice", "warning"};

    cnop_assert((size_t)severity < CNOP_COUNT(names));
    return names[severity];
}

uint64_t
insight_effective_count(const struct insight_finding *finding)
{
    cnop_assert(finding->rule == INSIGHT_DIVERSIFIED);
    return (finding->count + 50) / 100;
}

/* What the rules are made of; values are US dollars at 10^-10, so that the largest portfolio fits.
 */
struct sums {
    __int128 total;
    __int128 stable;   /* cash and stablecoins */
    __int128 risky;    /* the rest */
    __int128 top;      /* the largest group of the rest: holdings with one peg */
    __int128 weighted; /* value times daily volatility, where both are known */
    __int128 measured; /* value of those */
    __int128 peak;     /* value of the rest at the highs of 30 days, where known */
    __int128 peak_now; /* value of those now */
    struct cnop_str top_symbol;
    bool top_is_group;
    int64_t effective_e2; /* as if over so many groups of equal size, hundredths */
    size_t asset_count;
};

static __int128
value_of(const struct insight_holding *holding)
{
    return (__int128)holding->price.e10 * holding->qty.e8 / CNOP_E8;
}

/* a / b in millionths, rounded down; 0 when b is 0. */
static int64_t
ratio_ppm(__int128 a, __int128 b)
{
    __int128 ppm;

    cnop_assert(a >= 0);
    if (b <= 0)
        return 0;
    /* Both shrunk alike when the product would not fit. */
    while (a > ((__int128)1 << 100)) {
        a >>= 8;
        b >>= 8;
    }
    ppm = b == 0 ? INT64_MAX : a * INSIGHT_PPM / b;
    return ppm > INT64_MAX ? INT64_MAX : (int64_t)ppm;
}

static bool
is_stable(const struct insight_holding *holding)
{
    return cnop_str_equal(holding->category, CNOP_STR("stablecoin"));
}

static void
add_risky(struct sums *sums, const struct insight_holding *holding)
{
    __int128 value = value_of(holding);

    sums->risky += value;
    sums->asset_count++;
    if (holding->volatility_ppm >= 0) {
        sums->measured += value;
        sums->weighted += value *
                          (holding->volatility_ppm < VOLATILITY_MAX_PPM ? holding->volatility_ppm
                                                                        : VOLATILITY_MAX_PPM) /
                          INSIGHT_PPM;
    }
    if (holding->high_30d.e10 > 0) {
        sums->peak_now += value;
        /* A price above the last known high is itself the high. */
        sums->peak += holding->high_30d.e10 > holding->price.e10
                          ? (__int128)holding->high_30d.e10 * holding->qty.e8 / CNOP_E8
                          : value;
    }
}

static void
add_up(const struct insight_facts *facts, struct sums *sums)
{
    cnop_assert(facts->cash.e8 >= 0);
    cnop_assert(facts->holding_count <= INSIGHT_HOLDING_MAX);
    sums->stable = (__int128)facts->cash.e8 * E8_TO_E10;
    for (size_t i = 0; i < facts->holding_count; i++) {
        const struct insight_holding *holding = &facts->holdings[i];

        if (holding->price.e10 <= 0 || holding->qty.e8 <= 0)
            continue;
        if (is_stable(holding))
            sums->stable += value_of(holding);
        else
            add_risky(sums, holding);
    }
    sums->total = sums->stable + sums->risky;
}

/* ---- groups ---- */

static bool
counts_as_risky(const struct insight_holding *holding)
{
    return holding->price.e10 > 0 && holding->qty.e8 > 0 && !is_stable(holding);
}

static struct cnop_str
group_of(const struct insight_holding *holding)
{
    return cnop_str_empty(holding->peg) ? holding->symbol : holding->peg;
}

/* Whether an earlier holding has the same peg: its group has been added up already. */
static bool
is_follower(const struct insight_facts *facts, size_t index)
{
    for (size_t i = 0; i < index; i++) {
        if (counts_as_risky(&facts->holdings[i]) &&
            cnop_str_equal(group_of(&facts->holdings[i]), group_of(&facts->holdings[index])))
            return true;
    }
    return false;
}

/* The value of all holdings with the peg of the one at index. */
static __int128
group_value(const struct insight_facts *facts, size_t index, size_t *ret_count)
{
    __int128 value = 0;

    *ret_count = 0;
    for (size_t i = index; i < facts->holding_count; i++) {
        const struct insight_holding *holding = &facts->holdings[i];

        if (!counts_as_risky(holding) ||
            !cnop_str_equal(group_of(holding), group_of(&facts->holdings[index])))
            continue;
        value += value_of(holding);
        ++*ret_count;
    }
    return value;
}

#define EXACT_BITS 50 /* so that the square of a sum, times a hundred, fits */

/* The square of the sum over the sum of the squares: n for n groups of equal size, less otherwise.
 * Values are exact to 2^-EXACT_BITS of the whole. */
static void
add_up_groups(const struct insight_facts *facts, struct sums *sums)
{
    __int128 sum = 0, squares = 0;
    unsigned shift = 0;

    while (sums->risky >> shift >= (__int128)1 << EXACT_BITS)
        shift++;
    for (size_t i = 0; i < facts->holding_count; i++) {
        __int128 value;
        size_t count;

        if (!counts_as_risky(&facts->holdings[i]) || is_follower(facts, i))
            continue;
        value = group_value(facts, i, &count);
        if (value > sums->top) {
            sums->top = value;
            sums->top_symbol =
                count > 1 ? group_of(&facts->holdings[i]) : facts->holdings[i].symbol;
            sums->top_is_group = count > 1;
        }
        sum += value >> shift;
        squares += (value >> shift) * (value >> shift);
    }
    if (squares > 0)
        sums->effective_e2 = (int64_t)((100 * sum * sum + squares / 2) / squares);
}

/* ---- the rules: each may add one finding ---- */

static struct insight_finding *
add_finding(struct insight_report *report, enum insight_rule rule, enum insight_severity severity,
            int64_t value_ppm)
{
    struct insight_finding *finding = &report->findings[report->finding_count++];

    cnop_assert(report->finding_count <= INSIGHT_FINDING_MAX);
    *finding = (struct insight_finding){.value_ppm = value_ppm, .rule = rule, .severity = severity};
    return finding;
}

static void
judge_concentration(const struct sums *sums, struct insight_report *report)
{
    int64_t share_ppm = ratio_ppm(sums->top, sums->total);

    if (share_ppm >= CONCENTRATION_NOTICE_PPM) {
        struct insight_finding *finding = add_finding(
            report, INSIGHT_CONCENTRATION,
            share_ppm >= CONCENTRATION_WARNING_PPM ? INSIGHT_WARNING : INSIGHT_NOTICE, share_ppm);

        finding->symbol = sums->top_symbol;
        finding->is_group = sums->top_is_group;
    } else if (sums->effective_e2 >= DIVERSIFIED_ASSETS_E2) {
        add_finding(report, INSIGHT_DIVERSIFIED, INSIGHT_INFO, share_ppm)->count =
            (uint64_t)sums->effective_e2;
    }
}

static void
judge_cash(struct insight_report *report)
{
    if (report->cash_ppm >= CASH_INFO_PPM)
        add_finding(report, INSIGHT_CASH_DRAG,
                    report->cash_ppm >= CASH_NOTICE_PPM ? INSIGHT_NOTICE : INSIGHT_INFO,
                    report->cash_ppm);
}

/* Of the whole portfolio: cash counts as calm. Movements are added up as if all assets moved
 * together, which is what they do on bad days. */
static void
judge_volatility(const struct sums *sums, struct insight_report *report)
{
    int64_t daily_ppm;

    if (sums->measured == 0)
        return;
    daily_ppm = ratio_ppm(sums->weighted, sums->measured + sums->stable);
    add_finding(report, INSIGHT_VOLATILITY,
                daily_ppm >= VOLATILITY_WARNING_PPM  ? INSIGHT_WARNING
                : daily_ppm >= VOLATILITY_NOTICE_PPM ? INSIGHT_NOTICE
                                                     : INSIGHT_INFO,
                daily_ppm);
}

static void
judge_churn(const struct insight_facts *facts, const struct sums *sums,
            struct insight_report *report)
{
    int64_t ratio = ratio_ppm((__int128)facts->turnover_7d.e8 * E8_TO_E10, sums->total);

    if (facts->order_count_7d < CHURN_ORDERS_MIN || ratio < CHURN_NOTICE_PPM)
        return;
    add_finding(report, INSIGHT_CHURN,
                ratio >= CHURN_WARNING_PPM ? INSIGHT_WARNING : INSIGHT_NOTICE, ratio)
        ->count = facts->order_count_7d;
}

static void
judge_drawdown(const struct sums *sums, struct insight_report *report)
{
    int64_t drop_ppm = ratio_ppm(sums->peak - sums->peak_now, sums->peak);

    if (drop_ppm >= DRAWDOWN_NOTICE_PPM)
        add_finding(report, INSIGHT_DRAWDOWN,
                    drop_ppm >= DRAWDOWN_WARNING_PPM ? INSIGHT_WARNING : INSIGHT_NOTICE, drop_ppm);
}

/* Most severe first; equal ones stay in the order of the rules. */
static void
sort_findings(struct insight_report *report)
{
    for (size_t i = 1; i < report->finding_count; i++) {
        struct insight_finding moved = report->findings[i];
        size_t n = i;

        for (; n > 0 && report->findings[n - 1].severity < moved.severity; n--)
            report->findings[n] = report->findings[n - 1];
        report->findings[n] = moved;
    }
}

enum cnop_err
insight_assess(const struct insight_facts *facts, struct insight_report *ret_report)
{
    struct insight_report report = {0};
    struct sums sums = {0};
    __int128 total_e8;

    add_up(facts, &sums);
    add_up_groups(facts, &sums);
    total_e8 = sums.total / E8_TO_E10;
    if (total_e8 > INT64_MAX)
        return CNOP_E_OVERFLOW;
    report.total.e8 = (int64_t)total_e8;
    report.asset_count = sums.asset_count;
    report.cash_ppm = ratio_ppm(sums.stable, sums.total);
    if (sums.total == 0) {
        add_finding(&report, INSIGHT_EMPTY, INSIGHT_INFO, 0);
    } else {
        judge_concentration(&sums, &report);
        judge_cash(&report);
        judge_volatility(&sums, &report);
        judge_churn(facts, &sums, &report);
        judge_drawdown(&sums, &report);
    }
    sort_findings(&report);
    *ret_report = report;
    return CNOP_OK;
}
