/* SPDX-License-Identifier: MIT */
/* Messages on the engine's command socket: unix SOCK_SEQPACKET, one struct a message,
 * between processes of one build on one machine. A peer with another version is refused. Used by
 * client.c and by the engine; nobody else speaks it. */
#ifndef CNOP_LEDGER_WIRE_H
#define CNOP_LEDGER_WIRE_H

#include "shared/ledger/command.h"

/* Grows with every change of these structs; error numbers travel too, so their count is in it. */
#define LEDGER_WIRE_VERSION ((2u << 16) | (uint32_t)CNOP_ERR_COUNT)

#define LEDGER_WIRE_TICK_MAX 512

enum ledger_wire_kind {
    LEDGER_WIRE_COMMAND = 1, /* struct ledger_wire_command -> struct ledger_wire_reply */
    LEDGER_WIRE_TICKS = 2,   /* struct ledger_wire_ticks -> struct ledger_wire_reply */
};

struct ledger_wire_head {
    uint32_t version;
    uint32_t bytes; /* of the whole message */
    uint32_t kind;
    uint32_t unused;
    uint64_t tag; /* echoed in the reply */
};

/* time_us is set by the engine; what the client put there is ignored. */
struct ledger_wire_command {
    struct ledger_wire_head head;
    struct ledger_command command;
};

struct ledger_tick {
    cnop_price price;
    uint64_t seq;
    int64_t time_us; /* 0: now */
    uint16_t asset_id;
};

/* Followed by count times struct ledger_tick. */
struct ledger_wire_ticks {
    struct ledger_wire_head head;
    uint32_t count;
    uint32_t unused;
};

#define LEDGER_WIRE_MESSAGE_MAX_BYTES                                                              \
    (sizeof(struct ledger_wire_ticks) + LEDGER_WIRE_TICK_MAX * sizeof(struct ledger_tick))

/* Sent when the command is durable, or refused, or for ticks when they are in force. */
struct ledger_wire_reply {
    struct ledger_wire_head head;
    uint32_t err;           /* enum cnop_err */
    uint32_t refused_count; /* ticks: unknown assets and older sequence numbers */
    struct ledger_outcome outcome;
};

_Static_assert(LEDGER_WIRE_MESSAGE_MAX_BYTES < 64 * 1024, "fits a default socket buffer");

#endif
