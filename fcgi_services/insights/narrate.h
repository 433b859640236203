/* SPDX-License-Identifier: MIT */
/* Findings as plain English: one title and one sentence each, and a summary of two to five
 * sentences. The same findings always give the same words. */
#ifndef CNOP_INSIGHTS_NARRATE_H
#define CNOP_INSIGHTS_NARRATE_H

#include "fcgi_services/insights/insights.h"

#define NARRATE_SUMMARY_BYTES 2048

const char *narrate_title(enum insight_rule rule);

/* One sentence. */
void narrate_finding(struct cnop_buf *buf, const struct insight_finding *finding);

/* Two to five sentences, the most severe findings first. */
void narrate_summary(struct cnop_buf *buf, const struct insight_report *report);

/* What a reader can do about it: text and path of the page, both static; false when nothing. */
bool narrate_action(enum insight_rule rule, const char **ret_label, const char **ret_path);

/* Millionths as percent: "67.12". */
void narrate_percent(struct cnop_buf *buf, int64_t ppm);

#endif
