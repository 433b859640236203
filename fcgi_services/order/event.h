/* SPDX-License-Identifier: MIT */
/* Events of the ledger in their packed form (docs/adr/0016): what a batch did, as bytes of a row of
 * event_batch. A row is
 *     u8 version, time of the row, then one event after another: u8 type, its values
 * Rows of older versions are read, too: what they do not have is zero.
 * Numbers are of seven bits a byte, the lowest first, the highest bit says that more follow; signed
 * ones with the sign as lowest bit. Which values an event has is in events.def. Pure. */
#ifndef CNOP_ORDER_EVENT_H
#define CNOP_ORDER_EVENT_H

#include "shared/base/buf.h"
#include "shared/base/err.h"
#include "shared/ledger/command.h"

#define EVENT_ROW_VERSION 2
#define EVENT_PACKED_MAX 256          /* bytes of one event */
#define EVENT_ROW_BYTES (32u * 1024u) /* of a row; a batch that did more is several */
#define EVENT_HEAD_BYTES 16

#define EVENT_TYPE(symbol, number, name) EVENT_##symbol = (number),
enum event_type {
#include "fcgi_services/order/events.def"
};

/* Which of these an event has: see events.def. */
struct event {
    int64_t account_id; /* whom it is for; 0: everybody */
    int64_t id;         /* of the order, or of the trade */
    int64_t order_id;   /* FILL */
    int64_t asset_id;
    int64_t side; /* TRADE: of who took */
    int64_t kind; /* enum order_kind */
    int64_t status;
    int64_t reason;
    int64_t maker; /* it rested; else 0: it took */
    int64_t price_e10;
    int64_t qty_e8; /* BALANCE: free and held */
    int64_t filled_e8;
    int64_t value_e8;
    int64_t fee_e8;
    int64_t cost_e8;
    int64_t held_e8;
    int64_t created_us;
    int64_t time_us;
    int64_t expires_us; /* 0: never */
    int64_t stop_e10;   /* 0: it waits for none */
    int64_t tif;        /* enum order_tif; 0: the row does not say, nor whether it is post-only */
    int64_t post_only;
    uint8_t type;    /* enum event_type */
    uint8_t key_len; /* 0: not known, or none */
    char key[LEDGER_KEY_BYTES];
};

/* What the events of a row are read with. */
struct event_head {
    int64_t time_us;
    uint8_t version;
};

/* "order", ...; NULL: no such type. */
const char *event_type_name(uint8_t type);

/* Begins a row; its time is what the times of its events are near to. */
void event_row_open(struct cnop_buf *row, int64_t time_us);
/* At most EVENT_PACKED_MAX bytes more. */
void event_pack(struct cnop_buf *row, int64_t time_us, const struct event *event);

/* Takes what stands first off *body: the head of a row, then its events. INVALID: it is not what we
 * have written. */
cnop_must_check enum cnop_err event_row_head(struct cnop_str *body, struct event_head *ret_head);
cnop_must_check enum cnop_err event_unpack(struct cnop_str *body, const struct event_head *head,
                                           struct event *ret_event);

#endif
