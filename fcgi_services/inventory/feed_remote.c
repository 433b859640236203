/* SPDX-License-Identifier: MIT */
/* Fetch, read, doubt. Never writes anything and never waits longer than its timeout. */
#include "fcgi_services/inventory/feed_remote.h"

#include "shared/json/json_read.h"

#define MEMBER_MAX 5000

enum cnop_err
feed_remote_fetch(struct feed_remote *remote, struct cnop_arena *arena, struct cnop_str *ret_text)
{
    struct cnop_http_exchange exchange = {.url = remote->url, .timeout_ms = remote->timeout_ms};
    void *memory = cnop_arena_alloc(arena, FEED_REMOTE_BODY_BYTES);
    struct cnop_buf body;
    enum cnop_err err;
    int status;

    if (memory == NULL)
        return CNOP_E_NO_MEMORY;
    cnop_buf_init(&body, memory, FEED_REMOTE_BODY_BYTES);
    err = cnop_http_send(remote->client, &exchange, &body, &status);
    if (err != CNOP_OK)
        return err;
    if (status != 200)
        return CNOP_E_UNAVAILABLE;
    *ret_text = cnop_buf_view(&body);
    return CNOP_OK;
}

static bool
read_price(const struct cnop_json *value, cnop_price *ret_price)
{
    enum cnop_err err = value->kind == CNOP_JSON_NUMBER
                            ? cnop_price_parse_number(value->text, ret_price)
                            : cnop_price_parse(value->text, ret_price);

    return err == CNOP_OK && ret_price->e10 > 0;
}

enum cnop_err
feed_remote_read(struct feed_remote *remote, struct cnop_arena *arena, struct cnop_str text,
                 const struct feed_scene *scene, struct feed_move *moves,
                 struct feed_answer *ret_answer)
{
    static const struct cnop_json_limits limits = {.body_bytes = FEED_REMOTE_BODY_BYTES,
                                                   .depth = 1,
                                                   .key_count = MEMBER_MAX,
                                                   .value_count = MEMBER_MAX + 1};
    struct feed_answer answer = {0};
    const struct cnop_json *root;
    enum cnop_err err;

    err = cnop_json_parse(arena, text, &limits, NULL, &root);
    if (err != CNOP_OK)
        return err == CNOP_E_NO_MEMORY ? err : CNOP_E_MALFORMED_JSON;
    if (root->kind != CNOP_JSON_OBJECT)
        return CNOP_E_MALFORMED_JSON;

    for (size_t i = 0; i < scene->count; i++) {
        const struct feed_asset *asset = &scene->assets[i];
        const struct cnop_json *value = cnop_json_find(root, asset->symbol);
        cnop_price price;

        cnop_assert(asset->model.asset_id <= FEED_ASSET_MAX);
        if (!asset->active || value == NULL)
            continue;
        if (!read_price(value, &price))
            answer.malformed_count++;
        else if (!feed_price_is_credible(&remote->rule, asset->price, price,
                                         &remote->doubts[asset->model.asset_id]))
            answer.doubted_count++;
        else
            moves[answer.move_count++] =
                feed_move_of_price(remote->seed, asset, price, scene->now_us);
    }
    *ret_answer = answer;
    return CNOP_OK;
}
