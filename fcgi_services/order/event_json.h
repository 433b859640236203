/* SPDX-License-Identifier: MIT */
/* An event as everybody reads it: the members that events.def names, on one line. The publisher and
 * the reader write the same bytes. */
#ifndef CNOP_ORDER_EVENT_JSON_H
#define CNOP_ORDER_EVENT_JSON_H

#include "fcgi_services/order/event.h"
#include "shared/base/id.h"
#include "shared/json/json_write.h"

#define EVENT_JSON_MAX 1536 /* bytes of one */

/* Symbol of an asset. */
typedef struct cnop_str (*event_symbol_fn)(const void *arg, uint16_t asset_id);

struct event_names {
    const struct cnop_id_key *id_key;
    event_symbol_fn symbol;
    const void *arg; /* for symbol */
};

/* Bytes of a damaged row may unpack to what no engine of ours has written: codes that do not exist,
 * times out of range. */
bool event_is_sound(const struct event *event);

/* Writes the object as member key (NULL: at the top or in an array) of an event that is sound. */
void event_json_write(struct cnop_json_writer *writer, const char *key,
                      const struct event_names *names, uint64_t seq, const struct event *event);

#endif
