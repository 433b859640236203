/* SPDX-License-Identifier: MIT */
/* Control exchanges over unix sockets; see control.h. */
#include "shared/control/control.h"

#include <string.h>

#include "shared/base/arena.h"
#include "shared/http/http_client.h"

#define PATH_BYTES 108
#define REPLY_BYTES 4096
#define ARENA_BYTES 65536

struct cnop_control {
    struct cnop_arena *arena; /* this, its text, then the JSON of the running call */
    size_t arena_mark;
    struct cnop_http_client *clients[CNOP_CONTROL_GATEWAYS]; /* one each: it stays connected */
    char sockets[CNOP_CONTROL_GATEWAYS][PATH_BYTES];
    size_t count;
    const char *url;
    struct cnop_buf text;
};

static enum cnop_err
parse_sockets(struct cnop_control *control, struct cnop_str list)
{
    while (list.len > 0) {
        struct cnop_str path;
        struct cnop_str rest;

        cnop_str_cut(list, ',', &path, &rest);
        path = cnop_str_trim(path);
        if (path.len == 0 || path.ptr[0] != '/' || path.len >= PATH_BYTES ||
            control->count == CNOP_CONTROL_GATEWAYS)
            return CNOP_E_CONFIG;
        memcpy(control->sockets[control->count], path.ptr, path.len);
        control->count++;
        list = rest;
    }
    return CNOP_OK;
}

enum cnop_err
cnop_control_open(const char *sockets, const char *url, size_t text_bytes,
                  struct cnop_control **ret_control)
{
    struct cnop_arena *arena =
        cnop_arena_new(sizeof(struct cnop_control) + text_bytes + ARENA_BYTES);
    struct cnop_control *control = cnop_arena_alloc(arena, sizeof(*control));
    char *text = cnop_arena_alloc(arena, text_bytes);
    enum cnop_err err;

    cnop_assert(control != NULL);
    cnop_assert(text != NULL);
    err = parse_sockets(control, cnop_str_from(sockets));
    if (err != CNOP_OK) {
        cnop_arena_free(&arena);
        return err;
    }
    control->url = url;
    control->arena = arena;
    control->arena_mark = cnop_arena_mark(arena);
    cnop_buf_init(&control->text, text, text_bytes);
    for (size_t i = 0; i < control->count; i++)
        control->clients[i] = cnop_http_client_new();
    *ret_control = control;
    return CNOP_OK;
}

void
cnop_control_close(struct cnop_control **control)
{
    struct cnop_arena *arena;

    if (*control == NULL)
        return;
    for (size_t i = 0; i < (*control)->count; i++)
        cnop_http_client_free(&(*control)->clients[i]);
    arena = (*control)->arena;
    cnop_arena_free(&arena);
    *control = NULL;
}

size_t
cnop_control_count(const struct cnop_control *control)
{
    return control->count;
}

const char *
cnop_control_name(const struct cnop_control *control, size_t index)
{
    cnop_assert(index < control->count);
    return control->sockets[index];
}

/* ---- exchanges ---- */

struct reply {
    int status;
    struct cnop_buf body;
    char memory[REPLY_BYTES];
};

static enum cnop_err
exchange(struct cnop_control *control, size_t index, const struct cnop_http_exchange *request,
         struct reply *reply)
{
    cnop_assert(index < control->count);
    cnop_buf_init(&reply->body, reply->memory, sizeof(reply->memory));
    return cnop_http_send(control->clients[index], request, &reply->body, &reply->status);
}

static enum cnop_err
reply_json(struct cnop_control *control, const struct reply *reply,
           const struct cnop_json **ret_object)
{
    enum cnop_err err;

    cnop_arena_rewind(control->arena, control->arena_mark);
    err = cnop_json_parse(control->arena, cnop_buf_view(&reply->body), NULL, NULL, ret_object);
    return err == CNOP_OK ? CNOP_OK : CNOP_E_IO;
}

enum cnop_err
cnop_control_ask(struct cnop_control *control, size_t index, uint32_t timeout_ms,
                 const struct cnop_json **ret_object)
{
    struct cnop_http_exchange request = {
        .unix_socket = control->sockets[index], .url = control->url, .timeout_ms = timeout_ms};
    struct reply reply;
    enum cnop_err err = exchange(control, index, &request, &reply);

    if (err != CNOP_OK)
        return err;
    return reply.status == 200 ? reply_json(control, &reply, ret_object) : CNOP_E_IO;
}

struct cnop_buf *
cnop_control_text(struct cnop_control *control)
{
    cnop_buf_clear(&control->text);
    return &control->text;
}

enum cnop_err
cnop_control_send(struct cnop_control *control, size_t index, uint32_t timeout_ms,
                  const struct cnop_json **ret_object)
{
    struct cnop_http_exchange request = {
        .unix_socket = control->sockets[index],
        .url = control->url,
        .body = cnop_buf_view(&control->text),
        .content_type = "text/plain",
        .timeout_ms = timeout_ms,
    };
    struct reply reply;
    enum cnop_err err;

    if (control->text.overflow)
        return CNOP_E_TRUNCATED;
    err = exchange(control, index, &request, &reply);
    if (err != CNOP_OK)
        return err;
    if (reply.status >= 200 && reply.status < 300)
        return CNOP_OK;
    if (reply.status != 409 || reply_json(control, &reply, ret_object) != CNOP_OK)
        return CNOP_E_IO;
    return CNOP_E_CONFLICT;
}

/* ---- answers ---- */

enum cnop_err
cnop_control_u64(const struct cnop_json *object, struct cnop_str key, uint64_t *ret_value)
{
    const struct cnop_json *member = cnop_json_find(object, key);

    if (member == NULL || member->kind != CNOP_JSON_NUMBER ||
        cnop_str_parse_u64(member->text, 0, UINT64_MAX, ret_value) != CNOP_OK)
        return CNOP_E_IO;
    return CNOP_OK;
}

enum cnop_err
cnop_control_boot_id(const struct cnop_json *object, char ret_id[CNOP_CONTROL_BOOT_BYTES])
{
    const struct cnop_json *boot_id = cnop_json_find(object, CNOP_STR("boot_id"));

    if (boot_id == NULL || boot_id->text.len >= CNOP_CONTROL_BOOT_BYTES)
        return CNOP_E_IO;
    memset(ret_id, 0, CNOP_CONTROL_BOOT_BYTES);
    if (boot_id->text.len > 0)
        memcpy(ret_id, boot_id->text.ptr, boot_id->text.len);
    return CNOP_OK;
}
