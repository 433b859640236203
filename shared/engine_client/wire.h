/* SPDX-License-Identifier: MIT */
/* Messages on the engine's command socket: unix SOCK_SEQPACKET, one struct a message,
 * between processes of one build on one machine. A peer with another version is refused. Used by
 * client.c and by the engine; nobody else speaks it. */
#ifndef CNOP_ENGINE_WIRE_H
#define CNOP_ENGINE_WIRE_H

#include "shared/ledger/command.h"

/* Grows with every change of these structs; error numbers travel too, so their count is in it. */
#define ENGINE_WIRE_VERSION ((6u << 16) | (uint32_t)CNOP_ERR_COUNT)

#define ENGINE_WIRE_TICK_MAX 512

enum engine_wire_kind {
    ENGINE_WIRE_COMMAND = 1, /* struct engine_wire_command -> struct engine_wire_reply */
    ENGINE_WIRE_TICKS = 2,   /* struct engine_wire_ticks -> struct engine_wire_reply */
};

struct engine_wire_head {
    uint32_t version;
    uint32_t bytes; /* of the whole message */
    uint32_t kind;
    uint32_t unused;
    uint64_t tag; /* echoed in the reply */
};

/* time_us is set by the engine; what the client put there is ignored. */
struct engine_wire_command {
    struct engine_wire_head head;
    struct ledger_command command;
};

struct ledger_tick {
    cnop_price price;
    uint64_t seq;
    int64_t time_us; /* 0: now */
    uint16_t asset_id;
};

/* Followed by count times struct ledger_tick. */
struct engine_wire_ticks {
    struct engine_wire_head head;
    uint32_t count;
    uint32_t unused;
};

#define ENGINE_WIRE_MESSAGE_MAX_BYTES                                                              \
    (sizeof(struct engine_wire_ticks) + ENGINE_WIRE_TICK_MAX * sizeof(struct ledger_tick))

/* Sent when the command is durable, or refused, or for ticks when they are in force. */
struct engine_wire_reply {
    struct engine_wire_head head;
    uint32_t err;           /* enum cnop_err */
    uint32_t refused_count; /* ticks: unknown assets and older sequence numbers */
    struct ledger_outcome outcome;
};

_Static_assert(ENGINE_WIRE_MESSAGE_MAX_BYTES < 64 * 1024, "fits a default socket buffer");

#endif
