/* SPDX-License-Identifier: MIT */
/* What arrives on the command socket, judged before anything is done with it: its form, the right
 * of the peer, and values that no ledger command may have. Pure: bytes in, a verdict out. */
#ifndef CNOP_ORDER_COMMAND_MESSAGE_H
#define CNOP_ORDER_COMMAND_MESSAGE_H

#include "shared/engine_client/wire.h"

/* Of a peer; bits. */
enum command_right {
    COMMAND_RIGHT_MONEY = 1,
    COMMAND_RIGHT_MARKET = 2,
    COMMAND_RIGHT_ADMIN = 4,
};

enum command_verdict {
    COMMAND_MESSAGE_UNREADABLE, /* another version, or no message at all: nothing to answer */
    COMMAND_MESSAGE_REFUSED,    /* tag, err */
    COMMAND_MESSAGE_COMMAND,    /* tag, command */
    COMMAND_MESSAGE_TICKS,      /* tag, tick_count */
};

struct command_message {
    uint64_t tag;
    enum cnop_err err;
    struct ledger_command command; /* key_checked is false: nobody outside looks keys up */
    uint32_t tick_count;
};

enum command_verdict command_message_read(const unsigned char *bytes, size_t len, unsigned rights,
                                          struct command_message *ret_message);

/* Tick i of a message that was judged COMMAND_MESSAGE_TICKS. */
void command_message_tick(const unsigned char *bytes, uint32_t i, struct ledger_tick *ret_tick);

#endif
