/* SPDX-License-Identifier: MIT */
/* Findings as plain English: one sentence each, and a summary of two to four sentences. The same
 * findings always give the same words. */
#ifndef CNOP_INSIGHTS_NARRATE_H
#define CNOP_INSIGHTS_NARRATE_H

#include "fcgi_services/insights/insights.h"

#define NARRATE_SUMMARY_BYTES 2048

/* One sentence. */
void narrate_finding(struct cnop_buf *buf, const struct insight_finding *finding);

/* Two to four sentences, the most severe findings first. */
void narrate_summary(struct cnop_buf *buf, const struct insight_report *report);

/* Millionths as percent: "67.12". */
void narrate_percent(struct cnop_buf *buf, int64_t ppm);

#endif
