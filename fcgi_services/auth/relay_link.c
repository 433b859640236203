/* SPDX-License-Identifier: MIT */
/* Control exchanges with gateways over their unix sockets. */
#include "fcgi_services/auth/relay_link.h"

#include <string.h>

#include "fcgi_services/auth/revocation_wire.h"
#include "shared/base/arena.h"
#include "shared/base/clock.h"
#include "shared/control/control.h"
#include "shared/json/json_read.h"

#define CONTROL_URL "http://localhost/control/revocations"

_Static_assert(GATEWAY_MAX == CNOP_CONTROL_GATEWAYS, "as many as can be reached");
_Static_assert(GATEWAY_BOOT_BYTES == CNOP_CONTROL_BOOT_BYTES, "the same texts");

struct relay_link {
    struct cnop_arena *arena; /* this alone */
    struct cnop_control *control;
    struct revocation rows[REVOCATION_LIST_MAX];
};

enum cnop_err
relay_link_open(const char *sockets, size_t text_bytes, struct relay_link **ret_link)
{
    struct cnop_arena *arena = cnop_arena_new(sizeof(struct relay_link) + 64);
    struct relay_link *link = cnop_arena_alloc(arena, sizeof(*link));
    enum cnop_err err;

    cnop_assert(link != NULL);
    err = cnop_control_open(sockets, CONTROL_URL, text_bytes, &link->control);
    if (err != CNOP_OK) {
        cnop_arena_free(&arena);
        return err;
    }
    link->arena = arena;
    *ret_link = link;
    return CNOP_OK;
}

void
relay_link_close(struct relay_link **link)
{
    struct cnop_arena *arena;

    if (*link == NULL)
        return;
    cnop_control_close(&(*link)->control);
    arena = (*link)->arena;
    cnop_arena_free(&arena);
    *link = NULL;
}

size_t
relay_link_count(const struct relay_link *link)
{
    return cnop_control_count(link->control);
}

const char *
relay_link_name(const struct relay_link *link, size_t index)
{
    return cnop_control_name(link->control, index);
}

/* ---- exchanges ---- */

static enum cnop_err
read_state(const struct cnop_json *object, struct gateway_state *ret_state)
{
    const struct cnop_json *synced = cnop_json_find(object, CNOP_STR("synced"));
    struct gateway_state state = {0};

    if (cnop_control_boot_id(object, state.boot_id) != CNOP_OK || synced == NULL ||
        synced->kind != CNOP_JSON_BOOL ||
        cnop_control_u64(object, CNOP_STR("last_seq"), &state.last_seq) != CNOP_OK)
        return CNOP_E_IO;
    state.is_synced = synced->boolean;
    *ret_state = state;
    return CNOP_OK;
}

enum cnop_err
relay_link_ask(struct relay_link *link, size_t index, uint32_t timeout_ms,
               struct gateway_state *ret_state)
{
    const struct cnop_json *object;
    enum cnop_err err = cnop_control_ask(link->control, index, timeout_ms, &object);

    return err == CNOP_OK ? read_state(object, ret_state) : err;
}

struct cnop_buf *
relay_link_text(struct relay_link *link)
{
    return cnop_control_text(link->control);
}

enum cnop_err
relay_link_send(struct relay_link *link, size_t index, uint32_t timeout_ms, uint64_t *ret_last_seq)
{
    const struct cnop_json *object;
    enum cnop_err err = cnop_control_send(link->control, index, timeout_ms, &object);

    if (err == CNOP_E_CONFLICT &&
        cnop_control_u64(object, CNOP_STR("last_seq"), ret_last_seq) != CNOP_OK)
        return CNOP_E_IO;
    return err;
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
    for (size_t i = 0; i < relay_link_count(link); i++) {
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
