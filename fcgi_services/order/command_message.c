/* SPDX-License-Identifier: MIT */
/* See command_message.h. */
#include "fcgi_services/order/command_message.h"

#include <string.h>

static unsigned
right_for(uint8_t op)
{
    switch (op) {
    case LEDGER_OP_DEPOSIT:
    case LEDGER_OP_WITHDRAW:
    case LEDGER_OP_GIFT:
        return COMMAND_RIGHT_MONEY;
    case LEDGER_OP_PRICE_SET:
    case LEDGER_OP_HALT:
    case LEDGER_OP_RESUME:
    case LEDGER_OP_ASSET:
        return COMMAND_RIGHT_MARKET;
    case LEDGER_OP_FREEZE:
    case LEDGER_OP_UNFREEZE:
        return COMMAND_RIGHT_ADMIN;
    default:
        return 0; /* orders come over HTTP, ticks in their own message */
    }
}

static bool
is_sane(const struct ledger_command *command)
{
    bool moves_money = right_for(command->op) == COMMAND_RIGHT_MONEY;
    bool concerns_account = moves_money || right_for(command->op) == COMMAND_RIGHT_ADMIN;

    if (command->key_len > LEDGER_KEY_BYTES || command->request_id_len > LEDGER_REQUEST_ID_BYTES ||
        command->reason_len > LEDGER_REASON_BYTES || command->symbol_len > LEDGER_SYMBOL_BYTES)
        return false;
    if (!cnop_str_is_word(cnop_str_make(command->key, command->key_len), "_.:-"))
        return false;
    if (concerns_account && command->account_id < LEDGER_ACCOUNT_FIRST_USER)
        return false;
    if (moves_money && (command->amount.e8 <= 0 || command->amount.e8 % CNOP_CENT_E8 != 0 ||
                        command->key_len == 0))
        return false;
    if (command->op == LEDGER_OP_PRICE_SET && command->price.e10 <= 0)
        return false;
    return command->op != LEDGER_OP_ASSET ||
           (command->symbol_len > 0 &&
            cnop_str_is_word(cnop_str_make(command->symbol, command->symbol_len), ""));
}

/* A bool that is neither 0 nor 1 must not even be copied as one. */
static bool
has_sound_flags(const unsigned char *command)
{
    static const size_t places[] = {offsetof(struct ledger_command, active),
                                    offsetof(struct ledger_command, close),
                                    offsetof(struct ledger_command, key_checked)};

    for (size_t i = 0; i < CNOP_COUNT(places); i++) {
        if (command[places[i]] > 1)
            return false;
    }
    return true;
}

static enum command_verdict
refused(struct command_message *message, enum cnop_err err)
{
    cnop_assert(err != CNOP_OK);
    message->err = err;
    return COMMAND_MESSAGE_REFUSED;
}

static enum command_verdict
read_command(const unsigned char *bytes, size_t len, unsigned rights,
             struct command_message *message)
{
    const unsigned char *command = bytes + offsetof(struct engine_wire_command, command);

    cnop_assert(message->tick_count == 0);
    cnop_assert(len >= sizeof(struct engine_wire_head));
    if (len != sizeof(struct engine_wire_command) || !has_sound_flags(command))
        return COMMAND_MESSAGE_UNREADABLE;
    memcpy(&message->command, command, sizeof(message->command));
    message->command.key_checked = false;
    if ((right_for(message->command.op) & rights) == 0)
        return refused(message, CNOP_E_FORBIDDEN);
    if (!is_sane(&message->command))
        return refused(message, CNOP_E_INVALID);
    return COMMAND_MESSAGE_COMMAND;
}

static enum command_verdict
read_ticks(const unsigned char *bytes, size_t len, unsigned rights, struct command_message *message)
{
    struct engine_wire_ticks ticks;

    cnop_assert(len >= sizeof(ticks));
    cnop_assert(message->tick_count == 0);
    memcpy(&ticks, bytes, sizeof(ticks));
    if (ticks.count < 1 || ticks.count > ENGINE_WIRE_TICK_MAX ||
        len != sizeof(ticks) + ticks.count * sizeof(struct ledger_tick))
        return COMMAND_MESSAGE_UNREADABLE;
    if ((rights & COMMAND_RIGHT_MARKET) == 0)
        return refused(message, CNOP_E_FORBIDDEN);
    message->tick_count = ticks.count;
    return COMMAND_MESSAGE_TICKS;
}

enum command_verdict
command_message_read(const unsigned char *bytes, size_t len, unsigned rights,
                     struct command_message *ret_message)
{
    struct engine_wire_head head;

    cnop_assert(rights <= (COMMAND_RIGHT_MONEY | COMMAND_RIGHT_MARKET | COMMAND_RIGHT_ADMIN));
    if (len < sizeof(struct engine_wire_ticks))
        return COMMAND_MESSAGE_UNREADABLE;
    memcpy(&head, bytes, sizeof(head));
    if (head.version != ENGINE_WIRE_VERSION || head.bytes != len)
        return COMMAND_MESSAGE_UNREADABLE;
    *ret_message = (struct command_message){.tag = head.tag};
    if (head.kind == ENGINE_WIRE_COMMAND)
        return read_command(bytes, len, rights, ret_message);
    if (head.kind == ENGINE_WIRE_TICKS)
        return read_ticks(bytes, len, rights, ret_message);
    return COMMAND_MESSAGE_UNREADABLE;
}

void
command_message_tick(const unsigned char *bytes, uint32_t i, struct ledger_tick *ret_tick)
{
    cnop_assert(i < ENGINE_WIRE_TICK_MAX);
    memcpy(ret_tick, bytes + sizeof(struct engine_wire_ticks) + i * sizeof(*ret_tick),
           sizeof(*ret_tick));
}
