/* SPDX-License-Identifier: MIT */
/* Grammar check in front of json-c: says whether a text is RFC 8259 JSON within the limits, and
 * finds the source text of its numbers. Builds nothing, allocates nothing. Used by json_read only.
 */
#ifndef CNOP_JSON_JSON_SCAN_H
#define CNOP_JSON_JSON_SCAN_H

#include "shared/json/json_read.h"

#define CNOP_JSON_SCAN_DEPTH_MAX 32 /* upper bound of limits->depth */

/* MALFORMED_JSON with ret_fault written, or OK with the number of values in the text. */
cnop_must_check enum cnop_err cnop_json_scan(struct cnop_str text,
                                             const struct cnop_json_limits *limits,
                                             struct cnop_json_fault *ret_fault,
                                             uint32_t *ret_value_count);

/* The next number of a scanned text at or after *at, in source order; *at moves behind it. Empty
 * when there is none left. */
struct cnop_str cnop_json_scan_number(struct cnop_str text, size_t *at);

#endif
