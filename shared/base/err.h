/* SPDX-License-Identifier: MIT */
/* The error catalogue: one enum for every fallible function, generated from errors.def together
 * with its wire code, HTTP status and texts. Errors are born there and nowhere else. */
#ifndef CNOP_BASE_ERR_H
#define CNOP_BASE_ERR_H

#include "shared/base/attr.h"

#include <stdbool.h>

enum cnop_err {
    CNOP_OK = 0,
#define CNOP_ERR(symbol, code, http_status, retryable, title, meaning) CNOP_E_##symbol,
#include "shared/base/errors.def"
#undef CNOP_ERR
    CNOP_ERR_COUNT
};

/* Stable machine-readable code on the wire, such as "insufficient_funds". Static storage. */
const char *cnop_err_code(enum cnop_err err);

/* HTTP status of the problem body for this error; 200 for CNOP_OK. */
int cnop_err_status(enum cnop_err err);

/* True when the same request may succeed later unchanged (the reply carries Retry-After). */

/* Short human title, and a one-sentence meaning. Static storage. */
const char *cnop_err_title(enum cnop_err err);
const char *cnop_err_meaning(enum cnop_err err);

/* Symbol without prefix, such as "INSUFFICIENT_FUNDS", for logs and tests. Static storage. */
const char *cnop_err_symbol(enum cnop_err err);

#endif
