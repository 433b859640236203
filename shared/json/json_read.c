/* SPDX-License-Identifier: MIT */
/* Strict JSON reader: scanner first, then json-c, then a copy into the arena. json-c's own parser
 * takes NaN, single quotes, raw control characters and the last of two equal keys; the scanner lets
 * none of these pass, so nothing is checked again here. The only source that includes json-c. */
#include "shared/json/json_read.h"

#include "shared/json/json_scan.h"

#include <pthread.h>
#include <string.h>

#include <json-c/json.h>

const struct cnop_json_limits cnop_json_limits_default = {
    .body_bytes = 64 * 1024,
    .depth = 8,
    .key_count = 64,
    .value_count = 4096,
};

/* State of one copy: numbers as the text has them, in the order in which they are met again. */
struct cnop_json_copy {
    struct cnop_arena *arena;
    const struct cnop_str *numbers;
    uint32_t number_count;
    uint32_t number_at;
    /* What of the text is not copied yet. */
    uint32_t values_left;
    uint32_t nulls_left;
    size_t text_left;
};

static pthread_key_t json_tokener_slot;
static pthread_once_t json_tokener_once = PTHREAD_ONCE_INIT;

static void
json_tokener_done(void *tokener)
{
    json_tokener_free(tokener);
}

static void
json_tokener_slot_init(void)
{
    int failed = pthread_key_create(&json_tokener_slot, json_tokener_done);

    cnop_assert(failed == 0);
}

/* json-c's parser of this thread, made at its first use. */
static struct json_tokener *
json_tokener_get(void)
{
    struct json_tokener *tokener;
    int failed = pthread_once(&json_tokener_once, json_tokener_slot_init);

    cnop_assert(failed == 0);
    tokener = pthread_getspecific(json_tokener_slot);
    if (tokener != NULL)
        return tokener;
    tokener = json_tokener_new_ex(CNOP_SCAN_DEPTH_MAX + 1);
    cnop_assert(tokener != NULL);
    failed = pthread_setspecific(json_tokener_slot, tokener);
    cnop_assert(failed == 0); /* first parse of a thread: nothing is half done yet */
    return tokener;
}

static bool
json_build(struct cnop_str text, struct json_object **ret_tree)
{
    struct json_tokener *tokener = json_tokener_get();
    struct json_object *tree;

    json_tokener_reset(tokener);
    tree = json_tokener_parse_ex(tokener, text.ptr, (int)text.len);
    if (json_tokener_get_error(tokener) == json_tokener_continue)
        tree = json_tokener_parse_ex(tokener, "", 1); /* a bare number ends with the text */
    if (json_tokener_get_error(tokener) != json_tokener_success)
        return false;
    *ret_tree = tree;
    return true;
}

static bool json_copy_value(struct cnop_json_copy *copy, struct json_object *tree,
                            struct cnop_json *node);

static bool
json_copy_text(struct cnop_json_copy *copy, const char *bytes, size_t len,
               struct cnop_str *ret_text)
{
    *ret_text = cnop_str_copy(copy->arena, cnop_str_make(bytes, len));
    copy->text_left -= len;
    return ret_text->ptr != NULL;
}

static bool
json_copy_array(struct cnop_json_copy *copy, struct json_object *tree, struct cnop_json *node)
{
    size_t count = json_object_array_length(tree);
    struct cnop_json *children = cnop_arena_alloc_array(copy->arena, count, sizeof(*children));

    if (children == NULL)
        return false;
    node->children = children;
    node->child_count = (uint32_t)count;
    for (size_t i = 0; i < count; i++)
        if (!json_copy_value(copy, json_object_array_get_idx(tree, i), &children[i]))
            return false;
    return true;
}

static bool
json_copy_object(struct cnop_json_copy *copy, struct json_object *tree, struct cnop_json *node)
{
    size_t count = (size_t)json_object_object_length(tree);
    struct cnop_json *child = cnop_arena_alloc_array(copy->arena, count, sizeof(*child));
    struct lh_entry *entry;

    if (child == NULL)
        return false;
    node->children = child;
    node->child_count = (uint32_t)count;
    lh_foreach(json_object_get_object(tree), entry)
    {
        const char *key = lh_entry_k(entry);

        if (!json_copy_text(copy, key, strlen(key), &child->key) ||
            !json_copy_value(copy, lh_entry_v(entry), child))
            return false;
        child++;
    }
    return true;
}

/* False when the arena is full. Recursion is bounded by the depth the scanner admitted. */
static bool
json_copy_value(struct cnop_json_copy *copy, struct json_object *tree, struct cnop_json *node)
{
    copy->values_left--;
    switch (json_object_get_type(tree)) {
    case json_type_null:
        copy->nulls_left--;
        node->kind = CNOP_JSON_NULL;
        return true;
    case json_type_boolean:
        node->kind = CNOP_JSON_BOOL;
        node->boolean = json_object_get_boolean(tree) != 0;
        return true;
    case json_type_int:
    case json_type_double:
        node->kind = CNOP_JSON_NUMBER;
        cnop_assert(copy->number_at < copy->number_count);
        node->text = cnop_str_copy(copy->arena, copy->numbers[copy->number_at++]);
        return node->text.ptr != NULL;
    case json_type_string:
        node->kind = CNOP_JSON_STRING;
        return json_copy_text(copy, json_object_get_string(tree),
                              (size_t)json_object_get_string_len(tree), &node->text);
    case json_type_array:
        node->kind = CNOP_JSON_ARRAY;
        return json_copy_array(copy, tree, node);
    case json_type_object:
        node->kind = CNOP_JSON_OBJECT;
        return json_copy_object(copy, tree, node);
    }
    return false;
}

/* Without memory json-c makes a value null, leaves a member out or shortens a string, and calls it
 * a success: then the counts differ from the scanner's. */
static bool
json_is_whole(const struct cnop_json_copy *copy)
{
    return copy->values_left == 0 && copy->nulls_left == 0 && copy->text_left == 0 &&
           copy->number_at == copy->number_count;
}

/* Builds and copies a text that has been scanned. */
static enum cnop_err
json_read(struct cnop_json_copy *copy, struct cnop_str text, const struct cnop_json **ret_root)
{
    struct cnop_json *root = cnop_arena_alloc(copy->arena, sizeof(*root));
    struct json_object *tree;
    bool copied;

    if (root == NULL)
        return CNOP_E_NO_MEMORY;
    if (!json_build(text, &tree))
        return CNOP_E_NO_MEMORY; /* the grammar is no reason any more */
    copied = json_copy_value(copy, tree, root) && json_is_whole(copy);
    (void)json_object_put(tree);
    if (!copied)
        return CNOP_E_NO_MEMORY;
    *ret_root = root;
    return CNOP_OK;
}

static size_t
smaller(size_t a, size_t b)
{
    return a < b ? a : b;
}

/* Checks the text and notes its numbers; what the check itself needs is given back. */
static enum cnop_err
json_check(struct cnop_json_copy *copy, struct cnop_str text, const struct cnop_json_limits *limits,
           struct cnop_json_fault *ret_fault)
{
    const struct cnop_scan_limits scan_limits = {limits->depth, limits->key_count,
                                                 limits->value_count};
    size_t number_cap = smaller(limits->value_count, text.len / 2 + 1); /* "1," */
    size_t name_cap = smaller((size_t)limits->depth * limits->key_count, text.len / 4 + 1);
    struct cnop_str *numbers = cnop_arena_alloc_array(copy->arena, number_cap, sizeof(*numbers));
    size_t mark = cnop_arena_mark(copy->arena);
    struct cnop_scan_name *names = cnop_arena_alloc_array(copy->arena, name_cap, sizeof(*names));
    struct cnop_scan scan;
    enum cnop_err err;

    if (numbers == NULL || names == NULL)
        return CNOP_E_NO_MEMORY;
    cnop_scan_start_with(&scan, text, &scan_limits, names, (uint32_t)name_cap);
    scan.numbers = numbers;
    err = cnop_scan_text(&scan);
    cnop_arena_rewind(copy->arena, mark);
    copy->numbers = numbers;
    copy->number_count = scan.number_count;
    copy->values_left = scan.value_count;
    copy->nulls_left = scan.null_count;
    copy->text_left = scan.text_bytes;
    if (err != CNOP_OK)
        *ret_fault = (struct cnop_json_fault){scan.reason, scan.at};
    return err;
}

enum cnop_err
cnop_json_parse(struct cnop_arena *arena, struct cnop_str text,
                const struct cnop_json_limits *limits, struct cnop_json_fault *ret_fault,
                const struct cnop_json **ret_root)
{
    struct cnop_json_copy copy = {.arena = arena};
    struct cnop_json_fault fault = {NULL, 0};
    enum cnop_err err;

    if (limits == NULL)
        limits = &cnop_json_limits_default;
    cnop_assert(limits->body_bytes <= INT32_MAX);
    if (text.len > limits->body_bytes)
        return CNOP_E_BODY_TOO_LARGE;
    err = json_check(&copy, text, limits, &fault);
    if (err == CNOP_OK)
        err = json_read(&copy, text, ret_root);
    if (err == CNOP_E_MALFORMED_JSON && ret_fault != NULL)
        *ret_fault = fault;
    return err;
}

const struct cnop_json *
cnop_json_find(const struct cnop_json *value, struct cnop_str key)
{
    if (value->kind != CNOP_JSON_OBJECT)
        return NULL;
    for (uint32_t i = 0; i < value->child_count; i++)
        if (cnop_str_equal(value->children[i].key, key))
            return &value->children[i];
    return NULL;
}
