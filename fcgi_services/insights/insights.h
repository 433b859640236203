/* SPDX-License-Identifier: MIT */
/* Portfolio rules: facts in, findings out. Stablecoins count as cash, everywhere; assets pegged to
 * one another (wrapped, staked) rise and fall as one and count as one. Fixed thresholds, integer
 * arithmetic, no clock and no chance: the same portfolio always gives the same findings. */
#ifndef CNOP_INSIGHTS_INSIGHTS_H
#define CNOP_INSIGHTS_INSIGHTS_H

#include "shared/base/money.h"

#define INSIGHT_HOLDING_MAX 1000
#define INSIGHT_FINDING_MAX 6
#define INSIGHT_PPM INT64_C(1000000)

struct insight_holding {
    struct cnop_str symbol;
    struct cnop_str category;
    struct cnop_str peg; /* symbol of what its price follows, its own if it follows nothing */
    cnop_qty qty;
    cnop_price price;       /* 0: unknown; the holding is then left out */
    cnop_price high_30d;    /* 0: unknown */
    int64_t volatility_ppm; /* of daily returns; < 0: unknown */
};

struct insight_facts {
    cnop_cash cash; /* US dollars, held ones included */
    const struct insight_holding *holdings;
    size_t holding_count;
    cnop_cash turnover_7d; /* value of all orders of the last seven days */
    uint64_t order_count_7d;
};

enum insight_rule {
    INSIGHT_EMPTY,
    INSIGHT_CONCENTRATION,
    INSIGHT_CASH_DRAG,
    INSIGHT_VOLATILITY,
    INSIGHT_CHURN,
    INSIGHT_DRAWDOWN,
    INSIGHT_DIVERSIFIED,
};

enum insight_severity { INSIGHT_INFO, INSIGHT_NOTICE, INSIGHT_WARNING };

struct insight_finding {
    int64_t value_ppm;      /* the figure behind it: a share, a ratio or a change; millionths */
    struct cnop_str symbol; /* the asset it is about, or empty */
    bool is_group;          /* not that asset alone: also those pegged to it */
    uint64_t count;         /* CHURN: orders; DIVERSIFIED: effective number, hundredths */
    enum insight_rule rule;
    enum insight_severity severity;
};

struct insight_report {
    struct insight_finding findings[INSIGHT_FINDING_MAX]; /* most severe first */
    size_t finding_count;
    cnop_cash total;    /* cash and holdings */
    int64_t cash_ppm;   /* share of cash and stablecoins */
    size_t asset_count; /* holdings with a value, stablecoins left out */
};

/* Names on the wire: "cash_drag", "warning". */
const char *insight_rule_name(enum insight_rule rule);
const char *insight_severity_name(enum insight_severity severity);

/* DIVERSIFIED: as if over so many assets of equal size, rounded. */
uint64_t insight_effective_count(const struct insight_finding *finding);

/* What is unknown does not speak. OVERFLOW: cash and holdings together are more than cash can be.
 */
cnop_must_check enum cnop_err insight_assess(const struct insight_facts *facts,
                                             struct insight_report *ret_report);

#endif
