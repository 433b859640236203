/* SPDX-License-Identifier: MIT */
/* The silences that Alertmanager holds, as far as they are believed, and what it is told to create
 * one. Pure. */
#ifndef CNOP_OPS_SILENCE_JSON_H
#define CNOP_OPS_SILENCE_JSON_H

#include "fcgi_services/ops/alert.h"

#define OPS_SILENCE_MAX 200
#define OPS_SILENCE_ID_BYTES 36 /* of a UUID */
#define OPS_SILENCE_ORDER_BYTES ((size_t)64 * 1024)
#define OPS_SILENCE_SECONDS_MIN 300
#define OPS_SILENCE_SECONDS_MAX (INT64_C(7) * 86400)

struct ops_silence {
    struct cnop_str id;
    struct cnop_str reason;
    struct cnop_str created_by;
    const struct cnop_json *matchers; /* array of objects, each with texts `name` and `value` */
    int64_t starts_us;                /* wall clock */
    int64_t ends_us;
    bool is_active; /* else it is still to begin */
};

/* Those that are not over, the first to end first. */
struct ops_silences {
    struct ops_silence *silences;
    size_t count;
    size_t omitted; /* the last to end of them */
};

/* MONITORING_FAILED: not an answer of Alertmanager; NO_MEMORY. */
cnop_must_check enum cnop_err ops_silences_read(struct cnop_arena *arena, struct cnop_str body,
                                                struct ops_silences *ret_silences);

/* How a matcher compares: "=", "!=", "=~" or "!~". */
const char *ops_silence_comparison(const struct cnop_json *matcher);

/* Hexadecimal digits and hyphens, as many as a UUID has: fit for a path. */
bool ops_silence_id_is_valid(struct cnop_str id);

struct ops_silence_order {
    const struct cnop_json *labels; /* of the alert: each must be equal */
    struct cnop_str reason;
    uint64_t user_id;
    int64_t starts_us;
    int64_t ends_us;
};

/* The body that creates it; buf->overflow tells when the labels are too long. */
void ops_silence_write(struct cnop_buf *buf, const struct ops_silence_order *order);

/* The id in the answer to it. MONITORING_FAILED, NO_MEMORY. */
cnop_must_check enum cnop_err ops_silence_id_read(struct cnop_arena *arena, struct cnop_str body,
                                                  struct cnop_str *ret_id);

#endif
