/* SPDX-License-Identifier: MIT */
/* The charts that can be asked for: compiled in from the one catalogue, conf/monitoring/panels.yml.
 * Never an expression from outside. */
#ifndef CNOP_OPS_PANEL_H
#define CNOP_OPS_PANEL_H

#include "shared/base/str.h"

struct ops_query {
    const char *legend;     /* "{{service}} p95": names of labels in braces */
    const char *expression; /* PromQL; $range is the window of a rate */
};

struct ops_panel {
    const char *id;
    const char *board; /* panels of one dashboard stand side by side */
    const char *board_title;
    const char *title;
    const char *unit;
    size_t first_query;
    size_t query_count;
};

extern const struct ops_panel ops_panels[];
extern const size_t ops_panel_count;

/* NULL: there is none of this name. */
const struct ops_panel *ops_panel_find(struct cnop_str id);

/* Query index of a panel, 0 to query_count - 1. */
const struct ops_query *ops_panel_query(const struct ops_panel *panel, size_t index);

#endif
