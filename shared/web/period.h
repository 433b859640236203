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

/* A time (RFC 3339) is an instant. A bare date is a day by the clocks of `tz`: UTC (the default),
 * an offset from it ("+02:00", "-05:30") or a zone of the IANA database ("Europe/Berlin"), where
 * days may have 23 or 25 hours. `from` begins with it, `to` ends after it. INVALID, with a fault:
 * not a time, no such zone, or from after to. */
cnop_must_check enum cnop_err cnop_request_period(struct cnop_request *req,
                                                  struct cnop_period *ret_period);

#endif
