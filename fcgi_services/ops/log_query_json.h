/* SPDX-License-Identifier: MIT */
/* A query as the browser sends it: [{"field":"status","op":"is","values":["422"]},
 * {"op":"contains","not":true,"values":["health"]}]. No field: the line as it is written. */
#ifndef CNOP_OPS_LOG_QUERY_JSON_H
#define CNOP_OPS_LOG_QUERY_JSON_H

#include "fcgi_services/ops/log_query.h"
#include "shared/base/arena.h"
#include "shared/base/buf.h"

#define OPS_LOG_MATCH_BYTES 2048

/* Fills the tests of the query; an empty text is none. INVALID: ret_rule is static text that
 * completes "match ...". NO_MEMORY. */
cnop_must_check enum cnop_err ops_log_query_read(struct cnop_arena *arena, struct cnop_str text,
                                                 struct ops_log_query *query,
                                                 const char **ret_rule);

/* A place in the order of lines as clients keep it, and back. INVALID: not such a text. */
void ops_log_write_place(struct cnop_buf *buf, const struct ops_log_place *place);
cnop_must_check enum cnop_err ops_log_read_place(struct cnop_str text,
                                                 struct ops_log_place *ret_place);

#endif
