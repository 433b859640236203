/* SPDX-License-Identifier: MIT */
/* HTTP adapter of the portfolio insights. The rules always answer; a language model, where one is
 * configured, may only reword the summary. */
#include "fcgi_services/insights/insights_http.h"

#include "fcgi_services/insights/insights_env.h"
#include "fcgi_services/insights/insights_store.h"
#include "fcgi_services/insights/narrate.h"
#include "fcgi_services/insights/wording_cache.h"
#include "shared/base/clock.h"

#define RULES_MODEL "cnop-rules-1"
#define SENTENCE_BYTES 512
#define PROMPT_BYTES 1024

/* What the sentence speaks of, so that clients can word it themselves. */
static void
encode_subject(struct cnop_json_writer *json, const struct insight_finding *finding)
{
    cnop_json_str_or_null(json, "asset_id", finding->symbol);
    cnop_json_bool(json, "is_group", finding->is_group);
    if (finding->rule == INSIGHT_CHURN)
        cnop_json_u64(json, "count", finding->count);
    else if (finding->rule == INSIGHT_DIVERSIFIED)
        cnop_json_u64(json, "count", insight_effective_count(finding));
    else
        cnop_json_null(json, "count");
}

static void
encode_finding(struct cnop_json_writer *json, const struct insight_finding *finding)
{
    char memory[SENTENCE_BYTES];
    char value_memory[32];
    struct cnop_buf text;
    struct cnop_buf value;

    cnop_buf_init(&text, memory, sizeof(memory));
    narrate_finding(&text, finding);
    cnop_buf_init(&value, value_memory, sizeof(value_memory));
    narrate_percent(&value, finding->value_ppm);

    cnop_json_object_open(json, NULL);
    cnop_json_text(json, "rule", insight_rule_name(finding->rule));
    cnop_json_text(json, "severity", insight_severity_name(finding->severity));
    cnop_json_str(json, "text", cnop_buf_view(&text));
    if (finding->rule == INSIGHT_EMPTY)
        cnop_json_null(json, "value");
    else
        cnop_json_str(json, "value", cnop_buf_view(&value));
    encode_subject(json, finding);
    cnop_json_object_close(json);
}

/* What the summary begins with. */
static void
encode_whole(struct cnop_json_writer *json, const struct insight_report *report)
{
    char memory[32];
    struct cnop_buf percent;

    cnop_buf_init(&percent, memory, sizeof(memory));
    narrate_percent(&percent, report->cash_ppm);
    cnop_json_cash(json, "total_value", report->total, 2);
    cnop_json_str(json, "cash_percent", cnop_buf_view(&percent));
    cnop_json_u64(json, "asset_count", report->asset_count);
}

/* The summary as a language model words it: from the cache, else asked for. */
static bool
reword(struct cnop_request *req, const struct insight_report *report, struct cnop_str *ret_summary)
{
    struct insights_env *env = cnop_request_env(req);
    struct cnop_arena *arena = cnop_request_arena(req);
    char memory[PROMPT_BYTES];
    struct cnop_buf prompt;

    if (!provider_is_on(&env->provider) || report->findings[0].rule == INSIGHT_EMPTY)
        return false;
    cnop_buf_init(&prompt, memory, sizeof(memory));
    provider_prompt(&prompt, report);
    if (prompt.overflow)
        return false;
    if (wording_cache_get(env->cache, arena, env->seal_key, cnop_buf_view(&prompt), ret_summary) ==
        CNOP_OK)
        return true;
    if (provider_ask(&env->provider, arena, cnop_buf_view(&prompt), ret_summary) != CNOP_OK)
        return false;
    wording_cache_set(env->cache, arena, env->seal_key, cnop_buf_view(&prompt), *ret_summary);
    return true;
}

/* GET /insights/portfolio: what the rules see in the caller's own portfolio. */
enum cnop_err
insights_http_portfolio(struct cnop_request *req, struct cnop_response *res)
{
    struct insights_env *env = cnop_request_env(req);
    int64_t now_us = cnop_clock_wall_us();
    char memory[NARRATE_SUMMARY_BYTES];
    struct cnop_json_writer *json;
    struct insight_report report;
    struct insight_facts facts;
    struct cnop_str summary;
    struct cnop_buf text;
    bool is_reworded;
    enum cnop_err err;

    err = insights_store_facts(env->db, cnop_request_arena(req), cnop_request_user_id(req), now_us,
                               &facts);
    if (err == CNOP_OK)
        err = insight_assess(&facts, &report);
    if (err != CNOP_OK)
        return err;
    is_reworded = reword(req, &report, &summary);
    if (!is_reworded) {
        cnop_buf_init(&text, memory, sizeof(memory));
        narrate_summary(&text, &report);
        summary = cnop_buf_view(&text);
    }

    json = cnop_response_json(res);
    cnop_json_object_open(json, NULL);
    cnop_json_object_open(json, "data");
    cnop_json_str(json, "summary", summary);
    cnop_json_time(json, "generated_at", now_us);
    cnop_json_text(json, "model", is_reworded ? env->provider_config.model : RULES_MODEL);
    encode_whole(json, &report);
    cnop_json_array_open(json, "findings");
    for (size_t i = 0; i < report.finding_count; i++)
        encode_finding(json, &report.findings[i]);
    cnop_json_array_close(json);
    cnop_json_object_close(json);
    cnop_json_object_close(json);
    return CNOP_OK;
}
