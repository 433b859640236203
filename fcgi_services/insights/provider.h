/* SPDX-License-Identifier: MIT */
/* The optional language model: rewords the summary of the rules. Off unless a URL is configured.
 * Only shares and findings leave, never who asks, amounts or order ids; what comes back is plain
 * text of bounded length or is thrown away. Never the reason why an answer fails. */
#ifndef CNOP_INSIGHTS_PROVIDER_H
#define CNOP_INSIGHTS_PROVIDER_H

#include "fcgi_services/insights/insights.h"
#include "shared/base/arena.h"

struct cnop_http_client;

#define PROVIDER_KEY_BYTES 512
#define PROVIDER_TEXT_BYTES 1200 /* longest summary that is believed */

struct provider_config {
    const char *url;      /* of a chat-completions endpoint; empty: off */
    const char *model;    /* name sent along, and shown as the author */
    const char *key_file; /* bearer key; empty: none is sent */
    uint32_t timeout_ms;
};

struct provider {
    const struct provider_config *config;
    struct cnop_http_client *client;
    int64_t retry_us; /* monotonic: not asked again before, after a failure */
    char authorization[PROVIDER_KEY_BYTES + 32];
};

/* Start-up. CONFIG (logged): the key file is refused. */
cnop_must_check enum cnop_err provider_init(struct provider *provider,
                                            const struct provider_config *config);
void provider_done(struct provider *provider);

bool provider_is_on(const struct provider *provider);

/* The text that would be sent about a report: whole percents only, so that small price changes do
 * not make another text. Its digest is the cache key. */
void provider_prompt(struct cnop_buf *buf, const struct insight_report *report);

/* Asks once. ret_text lives in the arena. UNAVAILABLE: off, resting after a failure, or no usable
 * answer in time. */
cnop_must_check enum cnop_err provider_ask(struct provider *provider, struct cnop_arena *arena,
                                           struct cnop_str prompt, struct cnop_str *ret_text);

/* The summary inside an answer of the endpoint; UNAVAILABLE unless it is short, plain text. */
cnop_must_check enum cnop_err provider_read(struct cnop_arena *arena, struct cnop_str body,
                                            struct cnop_str *ret_text);

#endif
