/* SPDX-License-Identifier: MIT */
/* Key and fingerprint, request id and reason of a command. */
#include "shared/ledger/command.h"

#include <string.h>

#include "tests/unit/unit.h"

static struct ledger_command
deposit(int64_t amount_e8, const char *key)
{
    struct ledger_command command = {
        .op = LEDGER_OP_DEPOSIT, .account_id = 1000, .amount = {amount_e8}};

    ck_assert_int_eq(ledger_command_set_key(&command, cnop_str_from(key)), CNOP_OK);
    return command;
}

/* Digests are stored for ever: the same request must give the same one in every version. */
START_TEST(the_fingerprint_is_of_what_was_asked)
{
    struct ledger_command one = deposit(1, "a");
    struct ledger_command same = deposit(1, "b");
    struct ledger_command other = deposit(2, "a");

    ck_assert_mem_eq(one.fingerprint, same.fingerprint, LEDGER_FINGERPRINT_BYTES);
    ck_assert_mem_ne(one.fingerprint, other.fingerprint, LEDGER_FINGERPRINT_BYTES);
    ck_assert_uint_eq(one.key_len, 1);
}
END_TEST

START_TEST(bad_keys_are_refused)
{
    static const char *const bad[] = {
        "", "a b", "ä", "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"};
    struct ledger_command command = {.op = LEDGER_OP_DEPOSIT};

    for (size_t i = 0; i < CNOP_COUNT(bad); i++)
        ck_assert_int_eq(ledger_command_set_key(&command, cnop_str_from(bad[i])), CNOP_E_INVALID);
    ck_assert_uint_eq(command.key_len, 0);
}
END_TEST

START_TEST(texts_are_cut_between_characters)
{
    struct ledger_command command = {.op = LEDGER_OP_FREEZE};
    char text[LEDGER_REASON_BYTES + 2];

    memset(text, 'x', sizeof(text));
    memcpy(text + LEDGER_REASON_BYTES - 1, "\xc3\xa4", 2);
    ledger_command_set_reason(&command, cnop_str_make(text, sizeof(text)));
    ck_assert_uint_eq(command.reason_len, LEDGER_REASON_BYTES - 1);
    ledger_command_set_request_id(&command, cnop_str_make(text, sizeof(text)));
    ck_assert_uint_eq(command.request_id_len, LEDGER_REQUEST_ID_BYTES);
}
END_TEST

static void
add(TCase *tests)
{
    tcase_add_test(tests, the_fingerprint_is_of_what_was_asked);
    tcase_add_test(tests, bad_keys_are_refused);
    tcase_add_test(tests, texts_are_cut_between_characters);
}

UNIT_MAIN("command", add)
