/* SPDX-License-Identifier: MIT */
/* Packing of events; see event.h. */
#include "fcgi_services/order/event.h"

#include <string.h>

enum how { NUMBER, TIME };

static const struct {
    uint8_t type;
    uint8_t how;
    uint8_t since;
    uint16_t offset;
} values[] = {
#define EVENT_VALUE(type, member, how, since)                                                      \
    {EVENT_##type, how, since, offsetof(struct event, member)},
#include "fcgi_services/order/events.def"
};

static const struct {
    uint8_t type;
    const char *name;
} types[] = {
#define EVENT_TYPE(symbol, number, name) {EVENT_##symbol, name},
#include "fcgi_services/order/events.def"
};

static const uint8_t keyed[] = {
#define EVENT_KEY(type) EVENT_##type,
#include "fcgi_services/order/events.def"
};

const char *
event_type_name(uint8_t type)
{
    for (size_t i = 0; i < CNOP_COUNT(types); i++) {
        if (types[i].type == type)
            return types[i].name;
    }
    return NULL;
}

static bool
has_key(uint8_t type)
{
    for (size_t i = 0; i < CNOP_COUNT(keyed); i++) {
        if (keyed[i] == type)
            return true;
    }
    return false;
}

/* ---- numbers ---- */

static void
put(struct cnop_buf *row, int64_t value)
{
    uint64_t rest = ((uint64_t)value << 1) ^ (value < 0 ? UINT64_MAX : 0);

    while (rest >= 0x80) {
        cnop_buf_char(row, (char)((rest & 0x7f) | 0x80));
        rest >>= 7;
    }
    cnop_buf_char(row, (char)rest);
}

static enum cnop_err
take_byte(struct cnop_str *body, uint8_t *ret_byte)
{
    if (body->len == 0)
        return CNOP_E_INVALID;
    *ret_byte = (uint8_t)body->ptr[0];
    body->ptr++;
    body->len--;
    return CNOP_OK;
}

static enum cnop_err
take(struct cnop_str *body, int64_t *ret_value)
{
    uint64_t bits = 0;
    uint8_t byte = 0x80;

    for (unsigned shift = 0; byte >= 0x80; shift += 7) {
        if (shift > 63 || take_byte(body, &byte) != CNOP_OK || (shift == 63 && byte > 1))
            return CNOP_E_INVALID;
        bits |= (uint64_t)(byte & 0x7f) << shift;
    }
    *ret_value = (int64_t)((bits >> 1) ^ (0 - (bits & 1)));
    return CNOP_OK;
}

/* ---- rows ---- */

void
event_row_open(struct cnop_buf *row, int64_t time_us)
{
    cnop_assert(time_us >= 0);
    cnop_buf_char(row, EVENT_ROW_VERSION);
    put(row, time_us);
}

void
event_pack(struct cnop_buf *row, int64_t time_us, const struct event *event)
{
    size_t before = row->len;

    cnop_assert(event->type != EVENT_TICKER);
    cnop_buf_char(row, (char)event->type);
    for (size_t i = 0; i < CNOP_COUNT(values); i++) {
        int64_t value;

        if (values[i].type != event->type)
            continue;
        memcpy(&value, (const char *)event + values[i].offset, sizeof(value));
        put(row, values[i].how == TIME ? value - time_us : value);
    }
    if (has_key(event->type)) {
        cnop_buf_char(row, (char)event->key_len);
        cnop_buf_bytes(row, event->key, event->key_len);
    }
    cnop_assert(row->len - before <= EVENT_PACKED_MAX);
}

enum cnop_err
event_row_head(struct cnop_str *body, struct event_head *ret_head)
{
    struct event_head head;

    if (take_byte(body, &head.version) != CNOP_OK || head.version < 1 ||
        head.version > EVENT_ROW_VERSION || take(body, &head.time_us) != CNOP_OK ||
        head.time_us < 0)
        return CNOP_E_INVALID;
    *ret_head = head;
    return CNOP_OK;
}

static enum cnop_err
take_key(struct cnop_str *body, struct event *event)
{
    if (take_byte(body, &event->key_len) != CNOP_OK || event->key_len > sizeof(event->key) ||
        event->key_len > body->len)
        return CNOP_E_INVALID;
    memcpy(event->key, body->ptr, event->key_len);
    body->ptr += event->key_len;
    body->len -= event->key_len;
    return CNOP_OK;
}

enum cnop_err
event_unpack(struct cnop_str *body, const struct event_head *head, struct event *ret_event)
{
    struct event event;

    memset(&event, 0, sizeof(event));
    if (take_byte(body, &event.type) != CNOP_OK || event.type == EVENT_TICKER ||
        event_type_name(event.type) == NULL)
        return CNOP_E_INVALID;
    for (size_t i = 0; i < CNOP_COUNT(values); i++) {
        int64_t value;

        if (values[i].type != event.type || values[i].since > head->version)
            continue;
        if (take(body, &value) != CNOP_OK ||
            (values[i].how == TIME && __builtin_add_overflow(value, head->time_us, &value)))
            return CNOP_E_INVALID;
        memcpy((char *)&event + values[i].offset, &value, sizeof(value));
    }
    if (has_key(event.type) && take_key(body, &event) != CNOP_OK)
        return CNOP_E_INVALID;
    *ret_event = event;
    return CNOP_OK;
}
