/* SPDX-License-Identifier: MIT */
/* Time zone files of arbitrary bytes: refused, or days begin in order, each within what clocks can
 * be away from UTC. A footer is tried as a rule of its own. */
#include "tests/fuzz/fuzz.h"

#include "shared/base/clock.h"
#include "shared/base/zone.h"

#define DAY_US (INT64_C(86400) * 1000000)

const char fuzz_corpus[] = "zone";

/* 0001-01-01, around changes of many rules, 9999-12-31 */
static const int32_t days[] = {-719162, -1, 0, 10957, 20552, 20751, 20752, 24906, 60000, 2932896};

int
LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len)
{
    struct cnop_str text = cnop_str_make((const char *)bytes, len);
    struct cnop_zone_change changes[2];
    struct cnop_zone zone;
    struct cnop_zone_rule rule;

    (void)cnop_zone_is_name(text);
    if (cnop_zone_rule_parse(text, &rule) == CNOP_OK && rule.has_summer)
        cnop_zone_rule_changes(&rule, 2026, changes);
    if (cnop_zone_parse(text, &zone) != CNOP_OK)
        return 0;
    for (size_t i = 0; i < CNOP_COUNT(days); i++) {
        int64_t begin_us = cnop_zone_day_start_us(&zone, days[i]);
        int64_t end_us = cnop_zone_day_start_us(&zone, days[i] + 1);

        cnop_assert(begin_us <= end_us);
        /* the last change may have skipped any number of days */
        cnop_assert(begin_us >= cnop_clock_day_start_us(days[i]) - 8 * DAY_US);
    }
    return 0;
}
