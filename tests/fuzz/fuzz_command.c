/* SPDX-License-Identifier: MIT */
/* Messages on the engine's command socket: whatever arrives is refused, or is a command that a peer
 * with these rights may give and the ledger may be asked. Covers
 * fcgi_services/order/command_message.c. */
#include "tests/fuzz/fuzz.h"

#include <string.h>

#include "fcgi_services/order/command_message.h"

const char fuzz_corpus[] = "command";

#define EVERY_RIGHT (COMMAND_RIGHT_MONEY | COMMAND_RIGHT_MARKET | COMMAND_RIGHT_ADMIN)

static void
check_command(const struct command_message *message, unsigned rights)
{
    const struct ledger_command *command = &message->command;
    bool moves_money = command->op == LEDGER_OP_DEPOSIT || command->op == LEDGER_OP_WITHDRAW ||
                       command->op == LEDGER_OP_GIFT;

    cnop_assert(command->op != LEDGER_OP_ORDER && command->op != LEDGER_OP_TICK);
    cnop_assert(!command->key_checked);
    cnop_assert(command->key_len <= sizeof(command->key));
    cnop_assert(command->symbol_len <= sizeof(command->symbol));
    cnop_assert(command->reason_len <= sizeof(command->reason));
    if (moves_money) {
        cnop_assert(rights & COMMAND_RIGHT_MONEY);
        cnop_assert(command->amount.e8 > 0 && command->amount.e8 % CNOP_CENT_E8 == 0);
        cnop_assert(command->account_id >= LEDGER_ACCOUNT_FIRST_USER && command->key_len > 0);
    }
}

static void
check(const unsigned char *bytes, size_t len, unsigned rights)
{
    struct command_message message;
    struct ledger_tick tick;

    switch (command_message_read(bytes, len, rights, &message)) {
    case COMMAND_MESSAGE_UNREADABLE:
        break;
    case COMMAND_MESSAGE_REFUSED:
        cnop_assert(message.err == CNOP_E_FORBIDDEN || message.err == CNOP_E_INVALID);
        break;
    case COMMAND_MESSAGE_COMMAND:
        check_command(&message, rights);
        break;
    case COMMAND_MESSAGE_TICKS:
        cnop_assert(rights & COMMAND_RIGHT_MARKET);
        command_message_tick(bytes, message.tick_count - 1, &tick); /* lies inside */
        break;
    }
}

/* The first byte: the peer's rights, and whether the rest is a body that lacks its head. */
int
LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len)
{
    static unsigned char message[ENGINE_WIRE_MESSAGE_MAX_BYTES];
    struct engine_wire_head head = {.version = ENGINE_WIRE_VERSION};
    size_t bytes_len;

    if (len == 0 || len > sizeof(message) - sizeof(head))
        return 0;
    if (bytes[0] & 8) {
        check(bytes + 1, len - 1, bytes[0] & EVERY_RIGHT);
        return 0;
    }
    memset(message, 0, sizeof(message));
    memcpy(message + sizeof(head), bytes + 1, len - 1);
    head.kind = bytes[0] & 16 ? ENGINE_WIRE_TICKS : ENGINE_WIRE_COMMAND;
    bytes_len = bytes[0] & 16 ? sizeof(head) + len - 1 : sizeof(struct engine_wire_command);
    head.bytes = (uint32_t)bytes_len;
    memcpy(message, &head, sizeof(head));
    check(message, bytes_len, bytes[0] & EVERY_RIGHT);
    return 0;
}
