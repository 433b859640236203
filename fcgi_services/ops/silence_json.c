/* SPDX-License-Identifier: MIT */
/* [{"id":"","status":{"state":"active"},"startsAt":"","endsAt":"","createdBy":"","comment":"",
 *   "matchers":[{"name":"","value":"","isRegex":false,"isEqual":true}]}] */
#include "fcgi_services/ops/silence_json.h"

#include <stdlib.h>

#include "shared/base/ascii.h"
#include "shared/base/base.h"
#include "shared/base/clock.h"
#include "shared/json/json_write.h"

static int
first_to_end(const void *left, const void *right)
{
    const struct ops_silence *a = left;
    const struct ops_silence *b = right;

    if (a->ends_us != b->ends_us)
        return a->ends_us < b->ends_us ? -1 : 1;
    return cnop_str_compare(a->id, b->id);
}

static bool
is_matcher(const struct cnop_json *matcher)
{
    const struct cnop_json *regex = cnop_json_find(matcher, CNOP_STR("isRegex"));
    const struct cnop_json *value = cnop_json_find(matcher, CNOP_STR("value"));

    return !cnop_str_empty(ops_label(matcher, CNOP_STR("name"))) && value != NULL &&
           value->kind == CNOP_JSON_STRING && regex != NULL && regex->kind == CNOP_JSON_BOOL;
}

static bool
read_silence(const struct cnop_json *entry, struct ops_silence *ret_silence)
{
    const struct cnop_json *matchers = cnop_json_find(entry, CNOP_STR("matchers"));

    if (matchers == NULL || matchers->kind != CNOP_JSON_ARRAY)
        return false;
    for (uint32_t i = 0; i < matchers->child_count; i++)
        if (!is_matcher(&matchers->children[i]))
            return false;
    *ret_silence = (struct ops_silence){
        .id = ops_label(entry, CNOP_STR("id")),
        .reason = ops_label(entry, CNOP_STR("comment")),
        .created_by = ops_label(entry, CNOP_STR("createdBy")),
        .matchers = matchers,
    };
    return ops_silence_id_is_valid(ret_silence->id) &&
           cnop_clock_parse(ops_label(entry, CNOP_STR("startsAt")), &ret_silence->starts_us) ==
               CNOP_OK &&
           cnop_clock_parse(ops_label(entry, CNOP_STR("endsAt")), &ret_silence->ends_us) == CNOP_OK;
}

/* Adds it unless it is over. */
static bool
take_silence(const struct cnop_json *entry, struct ops_silences *silences)
{
    const struct cnop_json *status = cnop_json_find(entry, CNOP_STR("status"));
    struct ops_silence *silence = &silences->silences[silences->count];
    struct cnop_str state;

    if (status == NULL)
        return false;
    state = ops_label(status, CNOP_STR("state"));
    if (cnop_str_equal(state, CNOP_STR("expired")))
        return true;
    if (!read_silence(entry, silence))
        return false;
    silence->is_active = cnop_str_equal(state, CNOP_STR("active"));
    silences->count++;
    return silence->is_active || cnop_str_equal(state, CNOP_STR("pending"));
}

enum cnop_err
ops_silences_read(struct cnop_arena *arena, struct cnop_str body, struct ops_silences *ret_silences)
{
    struct ops_silences silences = {0};
    const struct cnop_json *root;
    enum cnop_err err = cnop_json_parse(arena, body, &ops_answer_limits, NULL, &root);

    if (err != CNOP_OK)
        return err == CNOP_E_NO_MEMORY ? err : CNOP_E_MONITORING_FAILED;
    if (root->kind != CNOP_JSON_ARRAY)
        return CNOP_E_MONITORING_FAILED;
    silences.silences =
        cnop_arena_alloc_array(arena, root->child_count + (size_t)1, sizeof(struct ops_silence));
    if (silences.silences == NULL)
        return CNOP_E_NO_MEMORY;
    for (uint32_t i = 0; i < root->child_count; i++)
        if (!take_silence(&root->children[i], &silences))
            return CNOP_E_MONITORING_FAILED;
    qsort(silences.silences, silences.count, sizeof(struct ops_silence), first_to_end);
    if (silences.count > OPS_SILENCE_MAX) {
        silences.omitted = silences.count - OPS_SILENCE_MAX;
        silences.count = OPS_SILENCE_MAX;
    }
    *ret_silences = silences;
    return CNOP_OK;
}

const char *
ops_silence_comparison(const struct cnop_json *matcher)
{
    const struct cnop_json *equal = cnop_json_find(matcher, CNOP_STR("isEqual"));
    bool is_equal = equal == NULL || equal->kind != CNOP_JSON_BOOL || equal->boolean;

    cnop_assert(is_matcher(matcher));
    if (cnop_json_find(matcher, CNOP_STR("isRegex"))->boolean)
        return is_equal ? "=~" : "!~";
    return is_equal ? "=" : "!=";
}

bool
ops_silence_id_is_valid(struct cnop_str id)
{
    if (id.len != OPS_SILENCE_ID_BYTES)
        return false;
    for (size_t i = 0; i < id.len; i++)
        if (!cnop_is_lower_hex(id.ptr[i]) && id.ptr[i] != '-')
            return false;
    return true;
}

static void
write_matchers(struct cnop_json_writer *json, const struct cnop_json *labels)
{
    cnop_json_array_open(json, "matchers");
    for (uint32_t i = 0; i < labels->child_count; i++) {
        cnop_json_object_open(json, NULL);
        cnop_json_str(json, "name", labels->children[i].key);
        cnop_json_str(json, "value", labels->children[i].text);
        cnop_json_bool(json, "isRegex", false);
        cnop_json_bool(json, "isEqual", true);
        cnop_json_object_close(json);
    }
    cnop_json_array_close(json);
}

void
ops_silence_write(struct cnop_buf *buf, const struct ops_silence_order *order)
{
    struct cnop_json_writer json;
    struct cnop_buf user;
    char memory[32];

    cnop_assert(order->starts_us < order->ends_us);
    cnop_buf_init(&user, memory, sizeof(memory));
    cnop_buf_printf(&user, "%llu", (unsigned long long)order->user_id);
    cnop_json_init(&json, buf);
    cnop_json_object_open(&json, NULL);
    write_matchers(&json, order->labels);
    cnop_json_time(&json, "startsAt", order->starts_us);
    cnop_json_time(&json, "endsAt", order->ends_us);
    cnop_json_str(&json, "createdBy", cnop_buf_view(&user));
    cnop_json_str(&json, "comment", order->reason);
    cnop_json_object_close(&json);
    cnop_json_done(&json);
}

enum cnop_err
ops_silence_id_read(struct cnop_arena *arena, struct cnop_str body, struct cnop_str *ret_id)
{
    const struct cnop_json *root;
    struct cnop_str id;
    enum cnop_err err = cnop_json_parse(arena, body, &ops_answer_limits, NULL, &root);

    if (err != CNOP_OK)
        return err == CNOP_E_NO_MEMORY ? err : CNOP_E_MONITORING_FAILED;
    id = ops_label(root, CNOP_STR("silenceID"));
    if (!ops_silence_id_is_valid(id))
        return CNOP_E_MONITORING_FAILED;
    *ret_id = id;
    return CNOP_OK;
}
