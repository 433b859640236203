/* SPDX-License-Identifier: MIT */
/* Field tables at work: walks the table, reads each value by its kind (decode_value.c), collects
 * every fault. Knows form only; never a rule of a domain. */
#include "shared/web/decode.h"

#include <string.h>

#include "shared/web/decode_value.h"
#include "shared/web/request_state.h"

/* One decoding: where the faults go and how their fields are called. */
struct decoding {
    struct cnop_request *req;
    const char *prefix;
    enum cnop_err first;
};

static void
add_fault(struct decoding *decoding, const struct cnop_field *field,
          const struct cnop_value_fault *fault)
{
    struct cnop_arena *arena = decoding->req->arena;
    const char *name = field->name;
    struct cnop_str message = cnop_str_copy(arena, cnop_str_from(fault->message));

    if (decoding->prefix[0] != '\0') {
        struct cnop_str full = cnop_arena_printf(arena, "%s%s", decoding->prefix, field->name);

        if (full.ptr != NULL)
            name = full.ptr;
    }
    if (decoding->first == CNOP_OK)
        decoding->first = fault->err;
    (void)cnop_request_fault_add(
        decoding->req, fault->err,
        (struct cnop_fault){name, fault->type, message.ptr != NULL ? message.ptr : "is invalid"});
}

/* A field that is absent, or null and optional, leaves its member alone. */
static void
decode_field(struct decoding *decoding, const struct cnop_field *field,
             const struct cnop_source *source, void *out)
{
    struct cnop_value_fault fault = {0};
    struct cnop_value value;

    cnop_assert(field->flags & (CNOP_REQUIRED | CNOP_OPTIONAL));
    if (source->form == CNOP_SOURCE_ABSENT ||
        (source->form == CNOP_SOURCE_NULL && (field->flags & CNOP_OPTIONAL))) {
        if (field->flags & CNOP_OPTIONAL)
            return;
        cnop_value_fault(&fault, CNOP_E_INVALID, "missing", "is required");
        add_fault(decoding, field, &fault);
        return;
    }
    if (!cnop_value_read(field, source, &value, &fault)) {
        add_fault(decoding, field, &fault);
        return;
    }
    cnop_assert(value.size == field->size);
    memcpy((char *)out + field->offset, &value.as, value.size);
}

static struct cnop_source
json_source(const struct cnop_json *value)
{
    if (value == NULL)
        return (struct cnop_source){.form = CNOP_SOURCE_ABSENT};
    switch (value->kind) {
    case CNOP_JSON_NULL:
        return (struct cnop_source){.form = CNOP_SOURCE_NULL};
    case CNOP_JSON_BOOL:
        return (struct cnop_source){.form = CNOP_SOURCE_BOOL, .boolean = value->boolean};
    case CNOP_JSON_NUMBER:
        return (struct cnop_source){.form = CNOP_SOURCE_NUMBER, .text = value->text};
    case CNOP_JSON_STRING:
        return (struct cnop_source){.form = CNOP_SOURCE_TEXT, .text = value->text};
    case CNOP_JSON_ARRAY:
    case CNOP_JSON_OBJECT:
        break;
    }
    return (struct cnop_source){.form = CNOP_SOURCE_OTHER};
}

static enum cnop_err
decode_object(struct decoding *decoding, const struct cnop_json *object,
              const struct cnop_items *shape, void *out)
{
    for (size_t i = 0; i < shape->field_count; i++) {
        const struct cnop_field *field = &shape->fields[i];
        struct cnop_source source = json_source(cnop_json_find(object, cnop_str_from(field->name)));

        decode_field(decoding, field, &source, out);
    }
    return decoding->first;
}

enum cnop_err
cnop_request_decode(struct cnop_request *req, const struct cnop_field *fields, size_t count,
                    void *out)
{
    struct decoding decoding = {.req = req, .prefix = ""};
    const struct cnop_items shape = {.fields = fields, .field_count = count};
    const struct cnop_json *object;
    enum cnop_err err = cnop_request_json(req, &object);

    if (err != CNOP_OK)
        return err;
    return decode_object(&decoding, object, &shape, out);
}

enum cnop_err
cnop_request_decode_query(struct cnop_request *req, const struct cnop_field *fields, size_t count,
                          void *out)
{
    struct decoding decoding = {.req = req, .prefix = ""};

    for (size_t i = 0; i < count; i++) {
        struct cnop_source source = {.form = CNOP_SOURCE_ABSENT};

        if (cnop_request_has_query(req, fields[i].name))
            source = (struct cnop_source){.form = CNOP_SOURCE_QUERY,
                                          .text = cnop_request_query(req, fields[i].name)};
        decode_field(&decoding, &fields[i], &source, out);
    }
    return decoding.first;
}

bool
cnop_request_has_member(struct cnop_request *req, const char *name)
{
    const struct cnop_json *value;

    if (req->json == NULL)
        return false;
    value = cnop_json_find(req->json, cnop_str_from(name));
    return value != NULL && value->kind != CNOP_JSON_NULL;
}

static enum cnop_err
check_array(struct cnop_request *req, const struct cnop_items *items, const struct cnop_json *array)
{
    if (array == NULL || array->kind == CNOP_JSON_NULL)
        return cnop_request_fault_add(req, CNOP_E_INVALID,
                                      (struct cnop_fault){items->name, "missing", "is required"});
    if (array->kind != CNOP_JSON_ARRAY)
        return cnop_request_fault_add(
            req, CNOP_E_INVALID, (struct cnop_fault){items->name, "list_type", "must be an array"});
    if (array->child_count < items->min || array->child_count > items->max)
        return cnop_request_fault(req, CNOP_E_INVALID, items->name,
                                  "must hold between %zu and %zu items", items->min, items->max);
    return CNOP_OK;
}

static enum cnop_err
decode_item(struct cnop_request *req, const struct cnop_items *items, const struct cnop_json *array,
            size_t index, void *out)
{
    struct cnop_str prefix = cnop_arena_printf(req->arena, "%s[%zu].", items->name, index);
    struct decoding decoding = {.req = req, .prefix = prefix.ptr};
    struct cnop_items form;
    unsigned choice;
    enum cnop_err err;
    char *item;

    if (prefix.ptr == NULL)
        return CNOP_E_NO_MEMORY;
    if (array->children[index].kind != CNOP_JSON_OBJECT)
        return cnop_request_fault(req, CNOP_E_INVALID, items->name, "item %zu must be an object",
                                  index);
    item = (char *)out + index * items->item_bytes;
    err = decode_object(&decoding, &array->children[index], items, item);
    if (err != CNOP_OK || items->forms == NULL)
        return err;
    cnop_assert(items->fields[0].kind == CNOP_K_ENUM);
    memcpy(&choice, item + items->fields[0].offset, sizeof(choice));
    form = (struct cnop_items){.fields = items->forms[choice].fields,
                               .field_count = items->forms[choice].field_count};
    return decode_object(&decoding, &array->children[index], &form, item);
}

enum cnop_err
cnop_request_decode_items(struct cnop_request *req, const struct cnop_items *items,
                          void **ret_items, size_t *ret_count)
{
    const struct cnop_json *object, *array;
    enum cnop_err first = CNOP_OK;
    enum cnop_err err = cnop_request_json(req, &object);
    void *out;

    if (err != CNOP_OK)
        return err;
    array = cnop_json_find(object, cnop_str_from(items->name));
    err = check_array(req, items, array);
    if (err != CNOP_OK)
        return err;
    out = cnop_arena_alloc_array(req->arena, array->child_count, items->item_bytes);
    if (out == NULL)
        return CNOP_E_NO_MEMORY;
    for (size_t i = 0; i < array->child_count; i++) {
        err = decode_item(req, items, array, i, out);
        if (first == CNOP_OK)
            first = err;
    }
    if (first != CNOP_OK)
        return first;
    *ret_items = out;
    *ret_count = array->child_count;
    return CNOP_OK;
}
