/* SPDX-License-Identifier: MIT */
/* The query parameters from, to and tz of lists and exports: one meaning everywhere. */
#ifndef CNOP_WEB_PERIOD_H
#define CNOP_WEB_PERIOD_H

#include "shared/web/request.h"

/* Wall-clock microseconds. */
struct cnop_period {
    int64_t from_us; /* included; INT64_MIN: no beginning */
    int64_t to_us;   /* not included; INT64_MAX: no end */
};

/* A time (RFC 3339) is an instant. A bare date is the day where the clock is tz away from UTC
 * ("+02:00", "-05:30", "UTC"; default UTC): `from` begins with it, `to` ends after it. INVALID,
 * with a fault: not a time, not an offset, or from after to. */
cnop_must_check enum cnop_err cnop_request_period(struct cnop_request *req,
                                                  struct cnop_period *ret_period);

#endif
