/* SPDX-License-Identifier: MIT */
/* One HTTP exchange with a chat-completions endpoint, through the bounded client: fixed address, no
 * redirects, deadline, size cap. Its output is treated as hostile text. */
#include "fcgi_services/insights/provider.h"

#include "shared/base/clock.h"
#include "shared/base/log.h"
#include "shared/base/secret.h"
#include "shared/http/http_client.h"
#include "shared/json/json_read.h"
#include "shared/json/json_write.h"

#define ANSWER_BYTES ((size_t)64 * 1024)
#define REQUEST_BYTES ((size_t)8 * 1024)
#define REST_US (INT64_C(30) * 1000000)
#define PERCENT_PPM INT64_C(10000)
#define ANSWER_TOKENS 200

enum cnop_err
provider_init(struct provider *provider, const struct provider_config *config)
{
    char key[PROVIDER_KEY_BYTES];
    const char *reason = NULL;
    size_t len = 0;
    struct cnop_str text;

    *provider = (struct provider){.config = config};
    if (config->url[0] == '\0')
        return CNOP_OK;
    if (!cnop_http_url_is_usable(config->url)) {
        cnop_log_write(CNOP_LOG_ERROR, "provider_url", "the provider's URL is not http or https");
        return CNOP_E_CONFIG;
    }
    provider->client = cnop_http_client_new();
    if (config->key_file[0] == '\0')
        return CNOP_OK;
    if (cnop_secret_read_file(config->key_file, key, 1, sizeof(key), &len, &reason) != CNOP_OK) {
        cnop_log_write(CNOP_LOG_ERROR, "provider_key", "the key file of the provider is refused");
        return CNOP_E_CONFIG;
    }
    text = cnop_str_trim(cnop_str_make(key, len));
    if (cnop_str_empty(text) || !cnop_str_is_word(text, "-._~+/=")) {
        cnop_log_write(CNOP_LOG_ERROR, "provider_key", "the provider's key is not a bearer key");
        return CNOP_E_CONFIG;
    }
    snprintf(provider->authorization, sizeof(provider->authorization), "Authorization: Bearer %.*s",
             CNOP_STR_ARG(text));
    cnop_secret_zero(key, sizeof(key));
    return CNOP_OK;
}

void
provider_done(struct provider *provider)
{
    cnop_secret_zero(provider->authorization, sizeof(provider->authorization));
    cnop_http_client_free(&provider->client);
}

bool
provider_is_on(const struct provider *provider)
{
    return provider->client != NULL;
}

void
provider_prompt(struct cnop_buf *buf, const struct insight_report *report)
{
    cnop_buf_printf(buf, "Cash and stablecoins: %lld%%. Other assets: %zu.",
                    (long long)(report->cash_ppm / PERCENT_PPM), report->asset_count);
    for (size_t i = 0; i < report->finding_count; i++) {
        const struct insight_finding *finding = &report->findings[i];

        cnop_buf_printf(buf, " %s (%s): %lld%%", insight_rule_name(finding->rule),
                        insight_severity_name(finding->severity),
                        (long long)((finding->value_ppm + PERCENT_PPM / 2) / PERCENT_PPM));
        if (!cnop_str_empty(finding->symbol)) {
            cnop_buf_text(buf, " in ");
            cnop_buf_str(buf, finding->symbol);
        }
        cnop_buf_char(buf, '.');
    }
}

static struct cnop_str
request_body(struct provider *provider, struct cnop_arena *arena, struct cnop_str prompt)
{
    void *memory = cnop_arena_alloc(arena, REQUEST_BYTES);
    struct cnop_json_writer json;
    struct cnop_buf buf;

    if (memory == NULL)
        return cnop_str_make(NULL, 0);
    cnop_buf_init(&buf, memory, REQUEST_BYTES);
    cnop_json_init(&json, &buf);
    cnop_json_object_open(&json, NULL);
    cnop_json_text(&json, "model", provider->config->model);
    cnop_json_u64(&json, "max_tokens", ANSWER_TOKENS);
    cnop_json_u64(&json, "temperature", 0);
    cnop_json_array_open(&json, "messages");
    cnop_json_object_open(&json, NULL);
    cnop_json_text(&json, "role", "system");
    cnop_json_text(&json, "content",
                   "You explain portfolio figures to a private person in two to four plain English "
                   "sentences. Use only the figures given. No advice to buy or sell, no markup, no "
                   "links.");
    cnop_json_object_close(&json);
    cnop_json_object_open(&json, NULL);
    cnop_json_text(&json, "role", "user");
    cnop_json_str(&json, "content", prompt);
    cnop_json_object_close(&json);
    cnop_json_array_close(&json);
    cnop_json_object_close(&json);
    cnop_json_done(&json);
    cnop_assert(!buf.overflow);
    return cnop_buf_view(&buf);
}

/* Printable text without anything a browser could take for markup. */
static bool
is_plain(struct cnop_str text)
{
    if (cnop_str_empty(text) || text.len > PROVIDER_TEXT_BYTES || !cnop_str_is_utf8(text))
        return false;
    for (size_t i = 0; i < text.len; i++) {
        unsigned char c = (unsigned char)text.ptr[i];

        if (c < ' ' || c == 0x7f || c == '<' || c == '>' || c == '`')
            return false;
    }
    return true;
}

enum cnop_err
provider_read(struct cnop_arena *arena, struct cnop_str body, struct cnop_str *ret_text)
{
    const struct cnop_json *root;
    const struct cnop_json *choices;
    const struct cnop_json *content;
    struct cnop_str text;

    if (cnop_json_parse(arena, body, NULL, NULL, &root) != CNOP_OK)
        return CNOP_E_UNAVAILABLE;
    choices = cnop_json_find(root, CNOP_STR("choices"));
    if (choices == NULL || choices->kind != CNOP_JSON_ARRAY || choices->child_count == 0)
        return CNOP_E_UNAVAILABLE;
    content = cnop_json_find(&choices->children[0], CNOP_STR("message"));
    if (content != NULL)
        content = cnop_json_find(content, CNOP_STR("content"));
    if (content == NULL || content->kind != CNOP_JSON_STRING)
        return CNOP_E_UNAVAILABLE;
    text = cnop_str_trim(content->text);
    if (!is_plain(text))
        return CNOP_E_UNAVAILABLE;
    *ret_text = text;
    return CNOP_OK;
}

enum cnop_err
provider_ask(struct provider *provider, struct cnop_arena *arena, struct cnop_str prompt,
             struct cnop_str *ret_text)
{
    struct cnop_http_exchange exchange = {.url = provider->config->url,
                                          .content_type = "application/json",
                                          .timeout_ms = provider->config->timeout_ms};
    struct cnop_buf answer;
    enum cnop_err err;
    void *memory;
    int status = 0;

    if (!provider_is_on(provider) || cnop_clock_monotonic_us() < provider->retry_us)
        return CNOP_E_UNAVAILABLE;
    memory = cnop_arena_alloc(arena, ANSWER_BYTES);
    exchange.body = request_body(provider, arena, prompt);
    if (memory == NULL || exchange.body.ptr == NULL)
        return CNOP_E_UNAVAILABLE;
    if (provider->authorization[0] != '\0')
        exchange.headers[0] = provider->authorization;

    cnop_buf_init(&answer, memory, ANSWER_BYTES);
    err = cnop_http_send(provider->client, &exchange, &answer, &status);
    if (err == CNOP_OK && status != 200)
        err = CNOP_E_UNAVAILABLE;
    if (err == CNOP_OK)
        err = provider_read(arena, cnop_buf_view(&answer), ret_text);
    if (err != CNOP_OK) {
        struct cnop_log_line line;

        provider->retry_us = cnop_clock_monotonic_us() + REST_US;
        cnop_log_begin(&line, CNOP_LOG_WARN, NULL, "provider", "no usable answer; rules only");
        cnop_log_text(&line, "err", cnop_err_symbol(err));
        cnop_log_i64(&line, "http_status", status);
        cnop_log_end(&line);
        return CNOP_E_UNAVAILABLE;
    }
    return CNOP_OK;
}
