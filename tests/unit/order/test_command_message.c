/* SPDX-License-Identifier: MIT */
/* Messages of the command socket: who may give which command, and what no command may hold. */
#include "fcgi_services/order/command_message.h"

#include <string.h>

#include "tests/unit/unit.h"

#define EVERY_RIGHT (COMMAND_RIGHT_MONEY | COMMAND_RIGHT_MARKET | COMMAND_RIGHT_ADMIN)

static struct engine_wire_command wire;
static struct command_message message;

/* A good message of this operation. */
static void
make(uint8_t op)
{
    memset(&wire, 0, sizeof(wire));
    wire.head = (struct engine_wire_head){.version = ENGINE_WIRE_VERSION,
                                          .bytes = sizeof(wire),
                                          .kind = ENGINE_WIRE_COMMAND,
                                          .tag = 77};
    wire.command.op = op;
    wire.command.account_id = LEDGER_ACCOUNT_FIRST_USER;
    wire.command.amount.e8 = CNOP_E8;
    wire.command.price.e10 = CNOP_E10;
    wire.command.symbol_len = 3;
    memcpy(wire.command.symbol, "BTC", 3);
    wire.command.key_len = 2;
    memcpy(wire.command.key, "k1", 2);
}

static enum command_verdict
judge(unsigned rights)
{
    unsigned char bytes[sizeof(wire)];

    memcpy(bytes, &wire, sizeof(wire));
    return command_message_read(bytes, sizeof(bytes), rights, &message);
}

static const struct {
    uint8_t op;
    unsigned right;
} rights_rows[] = {
    {LEDGER_OP_DEPOSIT, COMMAND_RIGHT_MONEY},
    {LEDGER_OP_WITHDRAW, COMMAND_RIGHT_MONEY},
    {LEDGER_OP_GIFT, COMMAND_RIGHT_MONEY},
    {LEDGER_OP_PRICE_SET, COMMAND_RIGHT_MARKET},
    {LEDGER_OP_HALT, COMMAND_RIGHT_MARKET},
    {LEDGER_OP_RESUME, COMMAND_RIGHT_MARKET},
    {LEDGER_OP_ASSET, COMMAND_RIGHT_MARKET},
    {LEDGER_OP_FREEZE, COMMAND_RIGHT_ADMIN},
    {LEDGER_OP_UNFREEZE, COMMAND_RIGHT_ADMIN},
    {LEDGER_OP_ORDER, 0},
    {LEDGER_OP_TICK, 0},
    {LEDGER_OP_SETTLE, 0},
    {200, 0},
};

START_TEST(each_command_needs_its_right)
{
    for (unsigned rights = 0; rights <= EVERY_RIGHT; rights++) {
        make(rights_rows[_i].op);
        if ((rights & rights_rows[_i].right) != 0) {
            ck_assert_int_eq(judge(rights), COMMAND_MESSAGE_COMMAND);
            ck_assert_uint_eq(message.command.op, rights_rows[_i].op);
        } else {
            ck_assert_int_eq(judge(rights), COMMAND_MESSAGE_REFUSED);
            ck_assert_int_eq(message.err, CNOP_E_FORBIDDEN);
        }
        ck_assert_uint_eq(message.tag, 77);
    }
}
END_TEST

static void
assert_invalid(void)
{
    ck_assert_int_eq(judge(EVERY_RIGHT), COMMAND_MESSAGE_REFUSED);
    ck_assert_int_eq(message.err, CNOP_E_INVALID);
}

START_TEST(impossible_values_are_refused)
{
    make(LEDGER_OP_DEPOSIT);
    wire.command.amount.e8 = 0;
    assert_invalid();
    wire.command.amount.e8 = CNOP_CENT_E8 + 1;
    assert_invalid();
    make(LEDGER_OP_DEPOSIT);
    wire.command.account_id = LEDGER_ACCOUNT_HOUSE;
    assert_invalid();
    make(LEDGER_OP_DEPOSIT);
    wire.command.key_len = 0;
    assert_invalid();
    wire.command.key_len = LEDGER_KEY_BYTES + 1;
    assert_invalid();
    make(LEDGER_OP_DEPOSIT);
    wire.command.key[1] = '\'';
    assert_invalid();
    make(LEDGER_OP_PRICE_SET);
    wire.command.price.e10 = 0;
    assert_invalid();
    make(LEDGER_OP_ASSET);
    wire.command.symbol[0] = '-';
    assert_invalid();
    wire.command.symbol_len = LEDGER_SYMBOL_BYTES + 1;
    assert_invalid();
}
END_TEST

START_TEST(nobody_says_that_a_key_was_looked_up)
{
    make(LEDGER_OP_DEPOSIT);
    wire.command.key_checked = true;
    ck_assert_int_eq(judge(EVERY_RIGHT), COMMAND_MESSAGE_COMMAND);
    ck_assert(!message.command.key_checked);
}
END_TEST

START_TEST(what_is_no_message_is_unreadable)
{
    unsigned char bytes[sizeof(wire)];

    make(LEDGER_OP_DEPOSIT);
    memcpy(bytes, &wire, sizeof(wire));
    for (size_t len = 0; len < sizeof(bytes); len++)
        ck_assert_int_eq(command_message_read(bytes, len, EVERY_RIGHT, &message),
                         COMMAND_MESSAGE_UNREADABLE);
    bytes[offsetof(struct engine_wire_command, command.close)] = 2;
    ck_assert_int_eq(command_message_read(bytes, sizeof(bytes), EVERY_RIGHT, &message),
                     COMMAND_MESSAGE_UNREADABLE);
    wire.head.version++;
    ck_assert_int_eq(judge(EVERY_RIGHT), COMMAND_MESSAGE_UNREADABLE);
    make(LEDGER_OP_DEPOSIT);
    wire.head.kind = 9;
    ck_assert_int_eq(judge(EVERY_RIGHT), COMMAND_MESSAGE_UNREADABLE);
}
END_TEST

START_TEST(ticks_are_counted)
{
    struct {
        struct engine_wire_ticks head;
        struct ledger_tick list[2];
    } ticks = {.head = {.head = {.version = ENGINE_WIRE_VERSION,
                                 .bytes = sizeof(ticks),
                                 .kind = ENGINE_WIRE_TICKS,
                                 .tag = 5},
                        .count = 2},
               .list = {{.asset_id = 3}, {.asset_id = 4}}};
    const unsigned char *bytes = (const unsigned char *)&ticks;
    struct ledger_tick tick;

    ck_assert_int_eq(command_message_read(bytes, sizeof(ticks), COMMAND_RIGHT_MARKET, &message),
                     COMMAND_MESSAGE_TICKS);
    ck_assert_uint_eq(message.tick_count, 2);
    command_message_tick(bytes, 1, &tick);
    ck_assert_uint_eq(tick.asset_id, 4);
    ck_assert_int_eq(command_message_read(bytes, sizeof(ticks),
                                          COMMAND_RIGHT_MONEY | COMMAND_RIGHT_ADMIN, &message),
                     COMMAND_MESSAGE_REFUSED);
    for (uint32_t count = 0; count < 600; count++) {
        ticks.head.count = count;
        if (count != 2)
            ck_assert_int_eq(command_message_read(bytes, sizeof(ticks), EVERY_RIGHT, &message),
                             COMMAND_MESSAGE_UNREADABLE);
    }
}
END_TEST

static void
add(TCase *tests)
{
    tcase_add_loop_test(tests, each_command_needs_its_right, 0, (int)CNOP_COUNT(rights_rows));
    tcase_add_test(tests, impossible_values_are_refused);
    tcase_add_test(tests, nobody_says_that_a_key_was_looked_up);
    tcase_add_test(tests, what_is_no_message_is_unreadable);
    tcase_add_test(tests, ticks_are_counted);
}

UNIT_MAIN("command_message", add)
