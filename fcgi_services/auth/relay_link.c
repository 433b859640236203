/* SPDX-License-Identifier: MIT */
/* Control exchanges with gateways over their unix sockets. */
#include "fcgi_services/auth/relay_link.h"

#include "fcgi_services/auth/revocation_wire.h"
#include "shared/base/clock.h"
#include "shared/http/http_client.h"
#include "shared/json/json_read.h"

#define CONTROL_URL "http://localhost/control/revocations"
#define REPLY_BYTES 4096
#define LINK_ARENA_BYTES 65536

struct relay_link {
    struct cnop_arena *arena; /* the link, its text, then the JSON of the running call */
    size_t arena_mark;
    struct cnop_http_client *clients[GATEWAY_MAX]; /* one each: its connection stays open */
    char sockets[GATEWAY_MAX][GATEWAY_PATH_BYTES];
    size_t count;
    struct cnop_buf text;
    struct revocation rows[REVOCATION_LIST_MAX];
};

static enum cnop_err
parse_sockets(struct relay_link *link, struct cnop_str list)
{
    while (list.len > 0) {
        struct cnop_str path;
        struct cnop_str rest;

        cnop_str_cut(list, ',', &path, &rest);
        path = cnop_str_trim(path);
        if (path.len == 0 || path.ptr[0] != '/' || path.len >= GATEWAY_PATH_BYTES ||
            link->count == GATEWAY_MAX)
            return CNOP_E_CONFIG;
        memcpy(link->sockets[link->count], path.ptr, path.len);
        link->count++;
        list = rest;
    }
    return CNOP_OK;
}

enum cnop_err
relay_link_open(const char *sockets, size_t text_bytes, struct relay_link **ret_link)
{
    struct cnop_arena *arena =
        cnop_arena_new(sizeof(struct relay_link) + text_bytes + LINK_ARENA_BYTES);
    struct relay_link *link = cnop_arena_alloc(arena, sizeof(*link));
    char *text = cnop_arena_alloc(arena, text_bytes);
    enum cnop_err err;

    cnop_assert(link != NULL);
    cnop_assert(text != NULL);
    err = parse_sockets(link, cnop_str_from(sockets));
    if (err != CNOP_OK) {
        cnop_arena_free(&arena);
        return err;
    }
    link->arena = arena;
    link->arena_mark = cnop_arena_mark(arena);
    cnop_buf_init(&link->text, text, text_bytes);
    for (size_t i = 0; i < link->count; i++)
        link->clients[i] = cnop_http_client_new();
    *ret_link = link;
    return CNOP_OK;
}

void
relay_link_close(struct relay_link **link)
{
    struct cnop_arena *arena;

    if (*link == NULL)
        return;
    for (size_t i = 0; i < (*link)->count; i++)
        cnop_http_client_free(&(*link)->clients[i]);
    arena = (*link)->arena;
    cnop_arena_free(&arena);
    *link = NULL;
}

size_t
relay_link_count(const struct relay_link *link)
{
    return link->count;
}

const char *
relay_link_name(const struct relay_link *link, size_t index)
{
    cnop_assert(index < link->count);
    return link->sockets[index];
}

/* ---- answers ---- */

static bool
read_u64(const struct cnop_json *object, struct cnop_str key, uint64_t *ret_value)
{
    const struct cnop_json *member = cnop_json_find(object, key);

    return member != NULL && member->kind == CNOP_JSON_NUMBER &&
           cnop_str_parse_u64(member->text, 0, UINT64_MAX, ret_value) == CNOP_OK;
}

static enum cnop_err
read_state(const struct cnop_json *object, struct gateway_state *ret_state)
{
    const struct cnop_json *boot_id = cnop_json_find(object, CNOP_STR("boot_id"));
    const struct cnop_json *synced = cnop_json_find(object, CNOP_STR("synced"));
    struct gateway_state state = {0};

    if (boot_id == NULL || boot_id->text.len >= sizeof(state.boot_id) || synced == NULL ||
        synced->kind != CNOP_JSON_BOOL || !read_u64(object, CNOP_STR("last_seq"), &state.last_seq))
        return CNOP_E_IO;
    if (boot_id->text.len > 0)
        memcpy(state.boot_id, boot_id->text.ptr, boot_id->text.len);
    state.is_synced = synced->boolean;
    *ret_state = state;
    return CNOP_OK;
}

struct reply {
    int status;
    struct cnop_buf body;
    char memory[REPLY_BYTES];
};

static enum cnop_err
exchange(struct relay_link *link, size_t index, const struct cnop_http_exchange *request,
         struct reply *reply)
{
    cnop_assert(index < link->count);
    cnop_buf_init(&reply->body, reply->memory, sizeof(reply->memory));
    return cnop_http_send(link->clients[index], request, &reply->body, &reply->status);
}

static enum cnop_err
reply_json(struct relay_link *link, const struct reply *reply, const struct cnop_json **ret_object)
{
    enum cnop_err err;

    cnop_arena_rewind(link->arena, link->arena_mark);
    err = cnop_json_parse(link->arena, cnop_buf_view(&reply->body), NULL, NULL, ret_object);
    return err == CNOP_OK ? CNOP_OK : CNOP_E_IO;
}

enum cnop_err
relay_link_ask(struct relay_link *link, size_t index, uint32_t timeout_ms,
               struct gateway_state *ret_state)
{
    struct cnop_http_exchange request = {
        .unix_socket = link->sockets[index], .url = CONTROL_URL, .timeout_ms = timeout_ms};
    const struct cnop_json *object;
    struct reply reply;
    enum cnop_err err = exchange(link, index, &request, &reply);

    if (err != CNOP_OK)
        return err;
    if (reply.status != 200)
        return CNOP_E_IO;
    err = reply_json(link, &reply, &object);
    return err == CNOP_OK ? read_state(object, ret_state) : err;
}

struct cnop_buf *
relay_link_text(struct relay_link *link)
{
    cnop_buf_clear(&link->text);
    return &link->text;
}

enum cnop_err
relay_link_send(struct relay_link *link, size_t index, uint32_t timeout_ms, uint64_t *ret_last_seq)
{
    struct cnop_http_exchange request = {
        .unix_socket = link->sockets[index],
        .url = CONTROL_URL,
        .body = cnop_buf_view(&link->text),
        .content_type = "text/plain",
        .timeout_ms = timeout_ms,
    };
    const struct cnop_json *object;
    struct reply reply;
    enum cnop_err err;

    if (link->text.overflow)
        return CNOP_E_TRUNCATED;
    err = exchange(link, index, &request, &reply);
    if (err != CNOP_OK)
        return err;
    if (reply.status >= 200 && reply.status < 300)
        return CNOP_OK;
    if (reply.status != 409)
        return CNOP_E_IO;
    err = reply_json(link, &reply, &object);
    if (err != CNOP_OK || !read_u64(object, CNOP_STR("last_seq"), ret_last_seq))
        return CNOP_E_IO;
    return CNOP_E_CONFLICT;
}

/* ---- telling at once ---- */

static void
write_delta(struct relay_link *link, uint64_t previous_seq, const struct revocation *list,
            size_t count)
{
    struct cnop_buf *text = relay_link_text(link);

    revocation_wire_delta(text, previous_seq);
    for (size_t i = 0; i < count; i++)
        revocation_wire_line(text, &list[i]);
}

/* Another logout committed before ours and has not told the gateway yet: send both. */
static bool
fill_gap(struct relay_link *link, size_t index, struct auth_store *store, uint64_t last_seq,
         uint32_t timeout_ms)
{
    uint64_t ignored;
    size_t count;

    if (auth_store_list_revocations(store, last_seq, REVOCATION_LIST_MAX, link->rows, &count) !=
            CNOP_OK ||
        count == 0 || link->rows[0].seq != last_seq + 1)
        return false;
    write_delta(link, last_seq, link->rows, count);
    return relay_link_send(link, index, timeout_ms, &ignored) == CNOP_OK;
}

static uint32_t
left_ms(int64_t deadline_us)
{
    int64_t left_us = deadline_us - cnop_clock_monotonic_us();

    return left_us <= 1000 ? 1 : (uint32_t)(left_us / 1000);
}

bool
relay_link_tell(struct relay_link *link, struct auth_store *store, const struct session_end *end,
                uint32_t timeout_ms)
{
    int64_t deadline_us = cnop_clock_monotonic_us() + (int64_t)timeout_ms * 1000;
    bool all = true;

    if (end->count == 0)
        return true;
    for (size_t i = 0; i < link->count; i++) {
        uint64_t last_seq = 0;
        enum cnop_err err;

        write_delta(link, end->revocations[0].seq - 1, end->revocations, end->count);
        err = relay_link_send(link, i, left_ms(deadline_us), &last_seq);
        if (err == CNOP_E_CONFLICT)
            all = fill_gap(link, i, store, last_seq, left_ms(deadline_us)) && all;
        else
            all = err == CNOP_OK && all;
    }
    return all;
}
