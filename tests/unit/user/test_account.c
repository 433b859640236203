/* SPDX-License-Identifier: MIT */
/* Amounts, keys and sentences of deposits and withdrawals. */
#include "fcgi_services/user/account.h"

#include "tests/fakes/engine_client_fake.h"
#include "tests/unit/unit.h"

static struct cnop_buf buf;
static char memory[256];

static void
start(void)
{
    cnop_buf_init(&buf, memory, sizeof(memory));
    fake_engine = (struct fake_engine){.answer = CNOP_OK};
}

static void
expect(const char *text)
{
    ck_assert_msg(cnop_str_equal(cnop_buf_view(&buf), cnop_str_from(text)), "%.*s",
                  CNOP_STR_ARG(cnop_buf_view(&buf)));
    cnop_buf_clear(&buf);
}

START_TEST(amounts)
{
    static const struct {
        int64_t e8;
        enum cnop_err err;
    } rows[] = {
        {1000000, CNOP_OK},
        {100 * CNOP_E8, CNOP_OK},
        {ACCOUNT_AMOUNT_MAX_E8, CNOP_OK},
        {999999, CNOP_E_AMOUNT_PRECISION},
        {1, CNOP_E_AMOUNT_PRECISION},
        {0, CNOP_E_AMOUNT_TOO_SMALL},
        {-1000000, CNOP_E_AMOUNT_TOO_SMALL},
        {ACCOUNT_AMOUNT_MAX_E8 + 1000000, CNOP_E_AMOUNT_TOO_LARGE},
        {INT64_MAX, CNOP_E_AMOUNT_PRECISION},
    };

    for (size_t i = 0; i < CNOP_COUNT(rows); i++)
        ck_assert_int_eq(account_check_amount((cnop_cash){rows[i].e8}), rows[i].err);
}
END_TEST

START_TEST(a_movement_becomes_a_command)
{
    struct movement movement = {.user_id = 1042,
                                .op = LEDGER_OP_WITHDRAW,
                                .amount = {.e8 = 5 * CNOP_E8},
                                .idem_key = CNOP_STR("k1"),
                                .request_id = CNOP_STR("req-1")};
    struct ledger_outcome outcome;

    ck_assert_int_eq(account_move(NULL, &movement, &outcome), CNOP_OK);
    ck_assert_int_eq(fake_engine.last.account_id, 1042);
    ck_assert_int_eq(fake_engine.last.op, LEDGER_OP_WITHDRAW);
    ck_assert_int_eq(fake_engine.last.amount.e8, 5 * CNOP_E8);
    ck_assert_uint_eq(fake_engine.last.key_len, 2);
    movement.idem_key = (struct cnop_str){0};
    ck_assert_int_eq(account_move(NULL, &movement, &outcome), CNOP_OK);
    ck_assert_uint_eq(fake_engine.last.key_len, 0);
    fake_engine.answer = CNOP_E_OVERLOADED;
    ck_assert_int_eq(account_move(NULL, &movement, &outcome), CNOP_E_OVERLOADED);
}
END_TEST

START_TEST(sentences)
{
    struct movement movement = {.op = LEDGER_OP_DEPOSIT, .amount = {.e8 = 100 * CNOP_E8}};
    struct ledger_outcome outcome = {
        .have_e8 = 9500 * CNOP_E8, .need_e8 = 1000 * CNOP_E8, .limit_e8 = 10000 * CNOP_E8};

    account_put_success(&buf, &movement);
    expect("Successfully deposited $100");
    account_put_refusal(&buf, &movement, CNOP_E_DAILY_LIMIT, &outcome);
    expect("The daily deposit limit is $10000.00; used today: $9500.00, requested: $1000.00."
           " Try again tomorrow (UTC).");
    movement.op = LEDGER_OP_WITHDRAW;
    movement.amount.e8 = 50000000;
    account_put_success(&buf, &movement);
    expect("Successfully withdrew $0.5");
    outcome = (struct ledger_outcome){.have_e8 = 100 * CNOP_E8, .need_e8 = 300 * CNOP_E8};
    account_put_refusal(&buf, &movement, CNOP_E_INSUFFICIENT_FUNDS, &outcome);
    expect(
        "Insufficient balance. Current balance: $100.00, required: $300.00, shortfall: $200.00.");
    account_put_refusal(&buf, &movement, CNOP_E_UNAVAILABLE, &outcome);
    expect("");
}
END_TEST

static void
add(TCase *tests)
{
    tcase_add_checked_fixture(tests, start, NULL);
    tcase_add_test(tests, amounts);
    tcase_add_test(tests, a_movement_becomes_a_command);
    tcase_add_test(tests, sentences);
}

UNIT_MAIN("account", add)
