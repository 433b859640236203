/* SPDX-License-Identifier: MIT */
/* The footer of a time zone file: the rule for the time after its last transition, in the notation
 * of POSIX TZ with the extensions of RFC 9636: "CET-1CEST,M3.5.0,M10.5.0/3". */
#ifndef CNOP_BASE_ZONE_RULE_H
#define CNOP_BASE_ZONE_RULE_H

#include "shared/base/str.h"

enum cnop_zone_day_kind {
    CNOP_ZONE_DAY_JULIAN,  /* J1 to J365: 29 February is never counted */
    CNOP_ZONE_DAY_OF_YEAR, /* 0 to 365 */
    CNOP_ZONE_DAY_OF_WEEK, /* Mm.w.d: the w-th day d of month m; 5 is the last */
};

struct cnop_zone_date {
    enum cnop_zone_day_kind kind;
    int day;
    int month;
    int week;
    int second; /* of the day, in the local time before the change; may lie in another day */
};

struct cnop_zone_rule {
    int standard_s; /* seconds ahead of UTC */
    int summer_s;
    bool has_summer;
    struct cnop_zone_date begin; /* of summer time */
    struct cnop_zone_date end;
};

struct cnop_zone_change {
    int64_t at_s; /* seconds since 1970-01-01 UTC */
    int offset_s; /* from then on */
};

cnop_must_check enum cnop_err cnop_zone_rule_parse(struct cnop_str text,
                                                   struct cnop_zone_rule *ret_rule);

/* When summer time begins and ends in a year from 1 on; only of a rule that has summer time. */
void cnop_zone_rule_changes(const struct cnop_zone_rule *rule, int year,
                            struct cnop_zone_change ret_changes[2]);

#endif
