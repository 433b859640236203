/* SPDX-License-Identifier: MIT */
/* The books against the naive market: random streams of limit and market orders, cancels, prices,
 * halts and freezes, compared after every command; rollbacks that restore every byte, and the same
 * commands again; the journal's records, applied to an empty ledger. Covers shared/ledger/batch.c,
 * shared/ledger/book.c, shared/ledger/cross.c, shared/ledger/due.c, shared/ledger/fill.c,
 * shared/ledger/match.c and shared/ledger/walk.c. */
#include "shared/ledger/ledger.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "shared/base/secret.h"
#include "shared/ledger/record.h"
#include "tests/unit/shared/ledger/market_world.h"
#include "tests/unit/shared/ledger/read_back.h"
#include "tests/unit/unit.h"

#define STREAMS 12
/* CNOP_MARKET_COMMANDS changes it: 12 streams of 500,000 are six million. */
#define COMMANDS_PER_STREAM 12000
#define SCRIPT_MAX 24

static struct model model_copy;

/* ---- what must always be true ---- */

static void
assert_queue(uint16_t asset_id, uint8_t side)
{
    const struct ledger_order *last = NULL, *order = NULL;

    while ((order = read_back_next_order(world.ledger, asset_id, side, order)) != NULL) {
        ck_assert_int_eq(order->side, side);
        ck_assert_int_gt(order->left.e8, 0);
        if (last != NULL && last->price.e10 == order->price.e10)
            ck_assert_uint_lt(last->prio, order->prio);
        else if (last != NULL && side == LEDGER_BUY)
            ck_assert_int_gt(last->price.e10, order->price.e10);
        else if (last != NULL)
            ck_assert_int_lt(last->price.e10, order->price.e10);
        last = order;
    }
}

static void
assert_books_are_sane(void)
{
    for (uint16_t asset_id = 1; asset_id < MODEL_ASSETS; asset_id++) {
        const struct ledger_order *buyer =
            read_back_next_order(world.ledger, asset_id, LEDGER_BUY, NULL);
        const struct ledger_order *seller =
            read_back_next_order(world.ledger, asset_id, LEDGER_SELL, NULL);

        assert_queue(asset_id, LEDGER_BUY);
        assert_queue(asset_id, LEDGER_SELL);
        if (buyer != NULL && seller != NULL)
            ck_assert_int_lt(buyer->price.e10, seller->price.e10);
    }
}

/* Every fill's transfers move what its figures say, from and to two different accounts. */
static void
assert_fills(const struct ledger_outcome *outcome)
{
    for (uint32_t i = 0; i < outcome->fill_count; i++) {
        const struct ledger_fill *fill = ledger_fill_at(world.ledger, outcome->fill_first + i);
        struct ledger_transfer legs[LEDGER_FILL_TRANSFER_MAX];
        uint32_t count = ledger_fill_transfers(fill, legs);
        int64_t paid = 0, received = 0;

        ck_assert_int_ne(fill->buyer, fill->seller);
        ck_assert_int_gt(fill->qty.e8, 0);
        for (uint32_t leg = 0; leg < count; leg++) {
            ck_assert_int_gt(legs[leg].amount_e8, 0);
            ck_assert_int_ne(legs[leg].debit_account, legs[leg].credit_account);
            if (legs[leg].asset_id != LEDGER_USD)
                continue;
            paid += legs[leg].debit_account == fill->buyer ? legs[leg].amount_e8 : 0;
            received += legs[leg].credit_account == fill->seller ? legs[leg].amount_e8 : 0;
            received -= legs[leg].debit_account == fill->seller ? legs[leg].amount_e8 : 0;
        }
        ck_assert_int_eq(paid, fill->pay.e8 + fill->buy_fee.e8);
        ck_assert_int_eq(received, fill->receive.e8 - fill->sell_fee.e8);
    }
}

static void
assert_answer(const struct ledger_command *command, const struct ledger_outcome *outcome,
              const struct model_answer *expected)
{
    const struct ledger_posting *posting = &outcome->posting;

    if (command->op == LEDGER_OP_CROSS || command->op == LEDGER_OP_AMEND ||
        command->op == LEDGER_OP_TRIGGER)
        ck_assert_uint_eq(outcome->fill_count, (unsigned)expected->fills);
    if (command->op == LEDGER_OP_AMEND || command->op == LEDGER_OP_TRIGGER)
        ck_assert_int_eq(posting->id, expected->id);
    if (command->op != LEDGER_OP_LIMIT && command->op != LEDGER_OP_ORDER)
        return;
    ck_assert_int_eq(posting->id, expected->id);
    ck_assert_int_eq(posting->qty.e8, expected->filled);
    ck_assert_int_eq(posting->left.e8, expected->left);
    ck_assert_int_eq(posting->undone.e8, expected->undone);
    ck_assert_int_eq(posting->total.e8, expected->total);
    ck_assert_int_eq(posting->fee.e8, expected->fee);
    ck_assert_int_eq(posting->hold_e8, expected->hold);
    ck_assert_int_eq(posting->status, expected->status);
    ck_assert_int_eq(posting->reason, expected->reason);
    ck_assert_int_eq(outcome->fill_count + (outcome->trade_id != 0), expected->fills);
}

static void
count_it(const struct ledger_command *command, const struct ledger_outcome *outcome)
{
    world.accepted_count++;
    world.fill_count += outcome->fill_count;
    world.rested_count += outcome->posting.left.e8 > 0;
    world.self_count += outcome->posting.reason == LEDGER_REASON_SELF_TRADE;
    world.rules_count += command->op == LEDGER_OP_RULES;
    world.expired_count += command->op == LEDGER_OP_EXPIRE ? outcome->ended_count : 0;
    world.triggered_count += command->op == LEDGER_OP_TRIGGER && outcome->changed;
    world.waited_count += outcome->posting.status == LEDGER_PENDING;
    world.amended_count += command->op == LEDGER_OP_AMEND && outcome->fill_count > 0;
    if (command->op == LEDGER_OP_CROSS)
        world.cross_fill_count += outcome->fill_count;
    if (command->op == LEDGER_OP_ORDER)
        world.walk_count += outcome->fill_count > 0;
}

static void
assert_rules(const struct ledger *ledger)
{
    struct ledger_rules now, expected;

    ledger_rules_now(ledger, &now);
    ledger_rules_of(&world.model.rules, &expected);
    ck_assert(ledger_rules_equal(&now, &expected));
}

/* Whom the next marks reach, however far they go. */
static void
assert_next_trigger(void)
{
    for (uint16_t asset_id = 1; asset_id < MODEL_ASSETS; asset_id++) {
        const struct ledger_command seen = {.asset_id = asset_id, .time_us = world.time_us};
        int64_t mark = world.model.assets[asset_id].mark;
        const struct ledger_band marks = {{mark - mark / 200}, {mark + mark / 300}};
        const struct model_order *expected =
            model_next_reached(&world.model, &seen, marks.lowest.e10, marks.highest.e10);
        cnop_price reached;

        ck_assert_int_eq(
            ledger_next_trigger(world.ledger, asset_id, world.time_us, &marks, &reached),
            expected == NULL ? 0 : expected->id);
    }
}

static void
apply(const struct ledger_command *command)
{
    struct model_answer expected = model_apply(&world.model, command);
    uint64_t digest = read_back_digest(world.ledger);
    struct ledger_outcome outcome;
    enum cnop_err err = ledger_apply(world.ledger, command, &outcome);

    ck_assert_msg(err == expected.err, "op %u: %s, model %s", command->op, cnop_err_symbol(err),
                  cnop_err_symbol(expected.err));
    if (err == CNOP_OK) {
        assert_answer(command, &outcome, &expected);
        assert_fills(&outcome);
        count_it(command, &outcome);
    } else {
        ck_assert_uint_eq(read_back_digest(world.ledger), digest);
    }
    ck_assert(!model_differs(&world.model, world.ledger));
    assert_rules(world.ledger);
    assert_books_are_sane();
    assert_next_trigger();
}

static uint64_t
commands_per_stream(void)
{
    const char *text = getenv("CNOP_MARKET_COMMANDS");
    uint64_t count = COMMANDS_PER_STREAM;

    if (text != NULL)
        ck_assert_int_eq(cnop_str_parse_u64(cnop_str_from(text), 5000, 1000000000, &count),
                         CNOP_OK);
    return count;
}

/* Everybody begins with cash and some of everything. */
static void
endow(void)
{
    for (uint16_t asset_id = 1; asset_id < MODEL_ASSETS; asset_id++) {
        const struct ledger_command tick = {
            .op = LEDGER_OP_TICK,
            .account_id = LEDGER_ACCOUNT_FIRST_USER,
            .asset_id = asset_id,
            .time_us = world.time_us,
            .price_seq = ++world.seq,
            .price = {asset_id == 1 ? 2000 * CNOP_E10 : 3333333333}};

        apply(&tick);
    }
    for (int i = 0; i < 3 * MODEL_USERS; i++) {
        struct ledger_command command = {.op = LEDGER_OP_GIFT,
                                         .account_id = LEDGER_ACCOUNT_FIRST_USER + i % MODEL_USERS,
                                         .time_us = world.time_us,
                                         .amount = {9000 * CNOP_E8}};

        apply(&command);
        command.op = LEDGER_OP_ORDER;
        command.side = LEDGER_BUY;
        command.asset_id = (uint16_t)(1 + i % (MODEL_ASSETS - 1));
        command.amount.e8 = 2000 * CNOP_E8;
        apply(&command);
    }
}

START_TEST(streams_agree_with_the_model)
{
    uint64_t count = commands_per_stream();

    world_open((uint64_t)_i + 1);
    endow();
    for (uint64_t i = 0; i < count; i++) {
        const struct ledger_command command = random_command();

        apply(&command);
        if (i % 64 == 0) {
            ledger_forget(world.ledger, ledger_mark(world.ledger));
            ledger_batch_begin(world.ledger);
        }
    }
    for (uint16_t asset = 0; asset < MODEL_ASSETS; asset++)
        ck_assert_int_eq(read_back_asset_sum(world.ledger, asset), 0);
    /* The stream must have exercised what it is for. */
    ck_assert_uint_gt(world.accepted_count, count / 4);
    ck_assert_uint_gt(world.fill_count, count / 50);
    ck_assert_uint_gt(world.rested_count, count / 50);
    ck_assert_uint_gt(world.cross_fill_count, 5);
    ck_assert_uint_gt(world.self_count, 4);
    ck_assert_uint_gt(world.walk_count, 5); /* there is a spread for some of the time */
    ck_assert_uint_gt(world.rules_count, count / 1000);
    ck_assert_uint_gt(world.expired_count, count / 500);
    ck_assert_uint_gt(world.amended_count, 4);
    ck_assert_uint_gt(world.waited_count, count / 200);
    ck_assert_uint_gt(world.triggered_count, count / 400);
    world_close();
}
END_TEST

/* Prices are not taken back: a script has none. */
static uint64_t
random_script(struct ledger_command script[SCRIPT_MAX])
{
    uint64_t count = 1 + draw(SCRIPT_MAX);

    for (uint64_t i = 0; i < count; i++) {
        do
            script[i] = random_command();
        while (script[i].op == LEDGER_OP_TICK);
    }
    return count;
}

START_TEST(rollback_restores_every_byte_and_the_same_commands_do_the_same)
{
    static struct ledger_command script[SCRIPT_MAX];

    world_open((uint64_t)_i + 201);
    endow();
    for (int round = 0; round < 400; round++) {
        uint64_t mark = ledger_mark(world.ledger), count, before, after;

        for (int i = 0; i < 3; i++) {
            const struct ledger_command command = random_command();

            apply(&command);
        }
        ledger_forget(world.ledger, ledger_mark(world.ledger));
        ledger_batch_begin(world.ledger);
        mark = ledger_mark(world.ledger);
        before = read_back_digest(world.ledger);
        model_copy = world.model;
        count = random_script(script);
        memcpy(world.copy, world.memory, world.state_bytes);
        for (uint64_t i = 0; i < count; i++)
            apply(&script[i]);
        after = read_back_digest(world.ledger);
        ledger_rollback(world.ledger, mark);
        ledger_batch_begin(world.ledger);
        ck_assert_uint_eq(read_back_digest(world.ledger), before);
        ck_assert_int_eq(memcmp(world.memory + 4096, world.copy + 4096, world.state_bytes - 4096),
                         0);
        world.model = model_copy;
        ck_assert(!model_differs(&world.model, world.ledger));
        assert_rules(world.ledger);
        for (uint64_t i = 0; i < count; i++)
            apply(&script[i]);
        ck_assert_uint_eq(read_back_digest(world.ledger), after);
    }
    world_close();
}
END_TEST

/* ---- the journal ---- */

#define BODY_BYTES (16u << 20)

static struct ledger *
open_second(void **ret_memory)
{
    const struct ledger_config *config = &world.model.rules;
    void *memory = aligned_alloc(64, ledger_bytes(config));
    struct ledger *ledger;

    ck_assert_ptr_nonnull(memory);
    memset(memory, 0, ledger_bytes(config));
    ledger = ledger_init(memory, config);
    for (uint16_t id = 1; id < MODEL_ASSETS; id++) {
        const struct ledger_asset asset = {
            .id = id, .known = true, .active = true, .symbol = "A", .symbol_len = 1};

        ck_assert_int_eq(ledger_load_asset(ledger, &asset), CNOP_OK);
    }
    *ret_memory = memory;
    return ledger;
}

/* Sets the price that the command saw. One that the house filled at its mark does not tell when
 * that was made: it was fresh. */
static void
see(struct ledger *ledger, const struct ledger_record *record)
{
    struct ledger_asset asset = *ledger_find_asset(ledger, record->command.asset_id);

    asset.price = record->has_mark ? record->mark : record->command.price;
    asset.price_seq = record->has_mark ? record->mark_seq : record->command.price_seq;
    asset.price_time_us = record->has_mark ? record->mark_time_us : record->command.time_us;
    ck_assert_int_eq(ledger_load_asset(ledger, &asset), CNOP_OK);
}

static void
replay(struct ledger *ledger, const struct ledger_record *record)
{
    struct ledger_outcome outcome;

    ledger_forget(ledger, ledger_mark(ledger));
    ledger_batch_begin(ledger);
    if (record->command.op == LEDGER_OP_ORDER || record->has_mark)
        see(ledger, record);
    ck_assert_int_eq(ledger_apply(ledger, &record->command, &outcome), CNOP_OK);
    ck_assert(outcome.changed);
    ck_assert_int_eq(outcome.posting.id, record->id);
    ck_assert_uint_eq(outcome.fill_count, record->fill_count);
    for (uint32_t i = 0; i < record->fill_count; i++) {
        const struct ledger_fill *made = ledger_fill_at(ledger, outcome.fill_first + i);
        struct ledger_fill told;

        ledger_record_fill(record, i, &told);
        ck_assert_int_eq(told.trade_id, made->trade_id);
        ck_assert_int_eq(told.buyer, made->buyer);
        ck_assert_int_eq(told.seller, made->seller);
        ck_assert_int_eq(told.buy_order, made->buy_order);
        ck_assert_int_eq(told.sell_order, made->sell_order);
        ck_assert_int_eq(told.price.e10, made->price.e10);
        ck_assert_int_eq(told.qty.e8, made->qty.e8);
        ck_assert_int_eq(told.pay.e8, made->pay.e8);
        ck_assert_int_eq(told.receive.e8, made->receive.e8);
        ck_assert_int_eq(told.buy_fee.e8, made->buy_fee.e8);
        ck_assert_int_eq(told.sell_fee.e8, made->sell_fee.e8);
    }
}

static struct ledger_command
gift_or_tick(int number)
{
    struct ledger_command command = {.op = LEDGER_OP_GIFT,
                                     .account_id =
                                         LEDGER_ACCOUNT_FIRST_USER + number / 2 % MODEL_USERS,
                                     .time_us = world.time_us,
                                     .amount = {2000 * CNOP_E8}};

    if (number % 2 == 0)
        return command;
    command.op = LEDGER_OP_TICK;
    command.asset_id = (uint16_t)(1 + number / 2 % 2);
    command.price.e10 = command.asset_id == 1 ? 2000 * CNOP_E10 : 3333333333;
    command.price_seq = ++world.seq;
    return command;
}

START_TEST(the_journal_makes_the_same_fills_and_the_same_state)
{
    struct ledger *second;
    struct ledger_record record;
    struct cnop_buf body;
    struct cnop_str rest;
    void *memory;
    uint64_t fill_count = 0;
    char *bytes = malloc(BODY_BYTES);

    ck_assert_ptr_nonnull(bytes);
    cnop_buf_init(&body, bytes, BODY_BYTES);
    world_open((uint64_t)_i + 301);
    second = open_second(&memory);
    for (int i = 0; i < 4000; i++) {
        const struct ledger_command command = i < 200 ? gift_or_tick(i) : random_command();
        struct ledger_outcome outcome;

        (void)model_apply(&world.model, &command);
        ledger_forget(world.ledger, ledger_mark(world.ledger));
        ledger_batch_begin(world.ledger);
        if (ledger_apply(world.ledger, &command, &outcome) == CNOP_OK && outcome.changed)
            ledger_record_encode(
                &body, &command, &outcome,
                outcome.fill_count == 0 ? NULL : ledger_fill_at(world.ledger, outcome.fill_first));
    }
    ck_assert(!body.overflow);
    rest = cnop_buf_view(&body);
    while (rest.len > 0) {
        struct cnop_str cut = cnop_str_make(rest.ptr, rest.len);
        size_t before = rest.len;

        ck_assert_int_eq(ledger_record_decode(&rest, &record), CNOP_OK);
        cut.len = before - rest.len - 1;
        ck_assert_int_eq(ledger_record_decode(&cut, &record), CNOP_E_INVALID);
        cut.len++;
        ck_assert_int_eq(ledger_record_decode(&cut, &record), CNOP_OK);
        replay(second, &record);
        fill_count += record.fill_count;
    }
    ck_assert_uint_eq(read_back_digest(world.ledger), read_back_digest(second));
    assert_rules(second);
    ck_assert_uint_gt(fill_count, 20);
    free(memory);
    free(bytes);
    world_close();
}
END_TEST

static void
add(TCase *tests)
{
    tcase_set_timeout(tests, 300);
    tcase_add_loop_test(tests, the_journal_makes_the_same_fills_and_the_same_state, 0, 6);
    tcase_add_loop_test(tests, streams_agree_with_the_model, 0, STREAMS);
    tcase_add_loop_test(tests, rollback_restores_every_byte_and_the_same_commands_do_the_same, 0,
                        8);
}

UNIT_MAIN("market", add)
