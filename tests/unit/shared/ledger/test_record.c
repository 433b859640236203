/* SPDX-License-Identifier: MIT */
/* Journal records: what is written is read back, damage is refused, and a replay of the records
 * gives the state again. */
#include "shared/ledger/record.h"

#include <string.h>

#include "shared/ledger/command.h"
#include "shared/ledger/ledger.h"
#include "tests/unit/shared/ledger/read_back.h"
#include "tests/unit/unit.h"

#define START_US (INT64_C(1790000000) * 1000000)
#define BODY_BYTES (1u << 20)

static unsigned char framed[LEDGER_CHAIN_FRAME_BYTES + BODY_BYTES];

static struct ledger *
open_ledger(void **ret_memory)
{
    struct ledger_config config;
    size_t bytes;

    cnop_secret_init();
    ledger_config_default(&config);
    config.max_accounts = 64;
    config.max_balances = 256;
    config.max_assets = 8;
    config.recent_keys = 4096;
    config.undo_entries = 8192;
    config.max_dirty = 256;
    config.fee_bps = 10;
    bytes = ledger_bytes(&config);
    *ret_memory = aligned_alloc(64, bytes);
    ck_assert_ptr_nonnull(*ret_memory);
    memset(*ret_memory, 0, bytes);
    return ledger_init(*ret_memory, &config);
}

static struct ledger_command
command_at(int step)
{
    static const uint8_t ops[] = {LEDGER_OP_ASSET,  LEDGER_OP_PRICE_SET, LEDGER_OP_DEPOSIT,
                                  LEDGER_OP_ORDER,  LEDGER_OP_GIFT,      LEDGER_OP_WITHDRAW,
                                  LEDGER_OP_FREEZE, LEDGER_OP_UNFREEZE,  LEDGER_OP_HALT,
                                  LEDGER_OP_RESUME};
    struct ledger_command command = {.op = ops[step % (int)CNOP_COUNT(ops)],
                                     .account_id = 1000 + step / 100,
                                     .time_us = START_US + step,
                                     .asset_id = 1,
                                     .active = true,
                                     .symbol = "BTC",
                                     .symbol_len = 3};
    char key[] = "order-0000";

    if (command.op == LEDGER_OP_PRICE_SET)
        command.price.e10 = 1234 * CNOP_E10 + step;
    if (command.op == LEDGER_OP_DEPOSIT || command.op == LEDGER_OP_GIFT ||
        command.op == LEDGER_OP_WITHDRAW)
        command.amount.e8 =
            (100 - 50 * (command.op == LEDGER_OP_WITHDRAW)) * CNOP_E8 + step * CNOP_CENT_E8;
    if (command.op == LEDGER_OP_ORDER) {
        command.side = LEDGER_BUY;
        command.qty.e8 = CNOP_E8 / 100 + step;
        if (step % 9 == 8) { /* what was bought so far; a limit on some */
            command.side = LEDGER_SELL;
            command.qty.e8 = 0;
            command.close = true;
        }
        if (step % 3 == 0)
            command.worst_price.e10 = command.close ? 1 : 1000000 * CNOP_E10;
        key[9] = (char)('0' + step % 7);
        key[8] = (char)('0' + step / 10 % 10);
        ck_assert_int_eq(ledger_command_set_key(&command, cnop_str_from(key)), CNOP_OK);
    }
    if (command.op == LEDGER_OP_FREEZE || command.op == LEDGER_OP_HALT)
        ledger_command_set_reason(&command, CNOP_STR("because"));
    return command;
}

/* Applies 500 commands; the records of those that changed something go into the body. */
static size_t
write_body(struct ledger *ledger, struct cnop_buf *body)
{
    size_t count = 0;

    for (int step = 0; step < 500; step++) {
        struct ledger_command command = command_at(step);
        struct ledger_outcome outcome;

        ledger_batch_begin(ledger);
        ledger_forget(ledger, ledger_mark(ledger));
        if (ledger_apply(ledger, &command, &outcome) != CNOP_OK || !outcome.changed)
            continue;
        ledger_record_encode(body, &command, &outcome, NULL);
        count++;
    }
    ck_assert(!body->overflow);
    return count;
}

static void
replay_one(struct ledger *ledger, const struct ledger_command *command, int64_t id)
{
    struct ledger_command again = *command;
    struct ledger_outcome outcome;

    ledger_batch_begin(ledger);
    ledger_forget(ledger, ledger_mark(ledger));
    if (command->op == LEDGER_OP_ORDER) {
        struct ledger_command price = *command;

        price.op = LEDGER_OP_PRICE_SET;
        ck_assert_int_eq(ledger_apply(ledger, &price, &outcome), CNOP_OK);
    }
    ck_assert_int_eq(ledger_apply(ledger, &again, &outcome), CNOP_OK);
    ck_assert(outcome.changed);
    ck_assert_int_eq(outcome.posting.id, id);
}

START_TEST(replay_gives_the_same_state)
{
    void *first_memory, *second_memory;
    struct ledger *first = open_ledger(&first_memory);
    struct ledger *second = open_ledger(&second_memory);
    struct ledger_record record;
    struct cnop_buf buf;
    struct cnop_str body;
    size_t count, replayed = 0;

    cnop_buf_init(&buf, framed + LEDGER_CHAIN_FRAME_BYTES, BODY_BYTES);
    count = write_body(first, &buf);
    ck_assert_uint_gt(count, 200);
    body = cnop_buf_view(&buf);
    while (body.len > 0) {
        ck_assert_int_eq(ledger_record_decode(&body, &record), CNOP_OK);
        ck_assert(!record.has_mark);
        replay_one(second, &record.command, record.id);
        replayed++;
    }
    ck_assert_uint_eq(replayed, count);
    ck_assert_uint_eq(read_back_digest(first), read_back_digest(second));
    free(first_memory);
    free(second_memory);
}
END_TEST

START_TEST(a_cut_record_is_refused)
{
    void *memory;
    struct ledger *ledger = open_ledger(&memory);
    struct ledger_command command;
    struct ledger_record record;
    struct cnop_buf buf;
    struct cnop_str whole;

    cnop_buf_init(&buf, framed, 4096);
    for (int step = 0; step < 4; step++) {
        struct ledger_outcome outcome;

        command = command_at(step);
        ck_assert_int_eq(ledger_apply(ledger, &command, &outcome), CNOP_OK);
        cnop_buf_clear(&buf);
        ledger_record_encode(&buf, &command, &outcome, NULL);
        for (size_t len = 0; len < buf.len; len++) {
            struct cnop_str cut = cnop_str_make(buf.ptr, len);

            ck_assert_int_eq(ledger_record_decode(&cut, &record), CNOP_E_INVALID);
            ck_assert_uint_eq(cut.len, len); /* untouched */
        }
        whole = cnop_buf_view(&buf);
        ck_assert_int_eq(ledger_record_decode(&whole, &record), CNOP_OK);
        ck_assert_uint_eq(whole.len, 0);
    }
    framed[0] = 99;
    whole = cnop_buf_view(&buf);
    ck_assert_int_eq(ledger_record_decode(&whole, &record), CNOP_E_INVALID);
    free(memory);
}
END_TEST

START_TEST(the_time_of_an_order_is_read_back)
{
    struct ledger_outcome outcome = {.changed = true, .posting = {.op = LEDGER_OP_LIMIT}};
    struct ledger_command command = {.op = LEDGER_OP_LIMIT,
                                     .account_id = 1000,
                                     .time_us = START_US,
                                     .side = LEDGER_BUY,
                                     .asset_id = 1,
                                     .qty = {CNOP_E8},
                                     .price = {CNOP_E10},
                                     .tif = LEDGER_GTD,
                                     .expires_us = START_US + 5};
    struct ledger_record record;
    struct cnop_buf buf;
    struct cnop_str whole;
    size_t with_time;

    cnop_buf_init(&buf, framed, 4096);
    ledger_record_encode(&buf, &command, &outcome, NULL);
    with_time = buf.len;
    whole = cnop_buf_view(&buf);
    ck_assert_int_eq(ledger_record_decode(&whole, &record), CNOP_OK);
    ck_assert_int_eq(ledger_expiry_of(&record.command), START_US + 5);
    command.tif = LEDGER_DAY; /* its time tells */
    cnop_buf_clear(&buf);
    ledger_record_encode(&buf, &command, &outcome, NULL);
    ck_assert_uint_eq(buf.len + 8, with_time);
    whole = cnop_buf_view(&buf);
    ck_assert_int_eq(ledger_record_decode(&whole, &record), CNOP_OK);
    ck_assert_int_eq(ledger_expiry_of(&record.command) % INT64_C(86400000000), 0);
    ck_assert_int_gt(ledger_expiry_of(&record.command), START_US);
    ck_assert_int_le(ledger_expiry_of(&record.command), START_US + INT64_C(86400000000));
}
END_TEST

START_TEST(rules_are_read_back_and_unsound_ones_refused)
{
    const struct ledger_outcome outcome = {.changed = true};
    struct ledger_command command = {.op = LEDGER_OP_RULES, .time_us = START_US};
    struct ledger_config config;
    struct ledger_record record;
    struct cnop_buf buf;
    struct cnop_str whole;

    ledger_config_default(&config);
    config.house_spread_bps = 12;
    ledger_rules_of(&config, &command.rules);
    cnop_buf_init(&buf, framed, 4096);
    ledger_record_encode(&buf, &command, &outcome, NULL);
    for (size_t len = 0; len < buf.len; len++) {
        struct cnop_str cut = cnop_str_make(buf.ptr, len);

        ck_assert_int_eq(ledger_record_decode(&cut, &record), CNOP_E_INVALID);
    }
    whole = cnop_buf_view(&buf);
    ck_assert_int_eq(ledger_record_decode(&whole, &record), CNOP_OK);
    ck_assert_uint_eq(whole.len, 0);
    ck_assert(ledger_rules_equal(&record.command.rules, &command.rules));
    ck_assert_int_eq(record.command.reason_len, 0);
    framed[buf.len - 1] = 0x80; /* a negative number of orders */
    whole = cnop_buf_view(&buf);
    ck_assert_int_eq(ledger_record_decode(&whole, &record), CNOP_E_INVALID);
}
END_TEST

START_TEST(the_chain_depends_on_every_byte)
{
    struct ledger_chain one = {.epoch = 3}, other = {.epoch = 3};

    memset(framed, 7, sizeof(framed));
    ledger_chain_extend(&one, 5, 2, framed, 100);
    ck_assert_uint_eq(one.seq, 1);
    framed[LEDGER_CHAIN_FRAME_BYTES + 99] ^= 1;
    ledger_chain_extend(&other, 5, 2, framed, 100);
    ck_assert_mem_ne(one.hash, other.hash, CNOP_SHA256_BYTES);
    framed[LEDGER_CHAIN_FRAME_BYTES + 99] ^= 1;
    other = (struct ledger_chain){.epoch = 4};
    ledger_chain_extend(&other, 5, 2, framed, 100);
    ck_assert_mem_ne(one.hash, other.hash, CNOP_SHA256_BYTES);
    other = (struct ledger_chain){.epoch = 3, .seq = 1};
    ledger_chain_extend(&other, 5, 2, framed, 100);
    ck_assert_mem_ne(one.hash, other.hash, CNOP_SHA256_BYTES);
    other = (struct ledger_chain){.epoch = 3, .hash[CNOP_SHA256_BYTES - 1] = 1};
    ledger_chain_extend(&other, 5, 2, framed, 100);
    ck_assert_mem_ne(one.hash, other.hash, CNOP_SHA256_BYTES);
}
END_TEST

START_TEST(keys_are_words_and_fingerprints_tell_requests_apart)
{
    struct ledger_command one = {.op = LEDGER_OP_DEPOSIT, .account_id = 1000, .amount = {5}};
    struct ledger_command other = one;

    cnop_secret_init();
    ck_assert_int_eq(ledger_command_set_key(&one, CNOP_STR("")), CNOP_E_INVALID);
    ck_assert_int_eq(ledger_command_set_key(&one, CNOP_STR("a b")), CNOP_E_INVALID);
    ck_assert_int_eq(ledger_command_set_key(&one, CNOP_STR("a'b")), CNOP_E_INVALID);
    ck_assert_int_eq(ledger_command_set_key(&one, CNOP_STR("cny:2026-11-22.red")), CNOP_OK);
    other.time_us = 77; /* when it arrives does not matter */
    ck_assert_int_eq(ledger_command_set_key(&other, CNOP_STR("cny:2026-11-22.red")), CNOP_OK);
    ck_assert_mem_eq(one.fingerprint, other.fingerprint, LEDGER_FINGERPRINT_BYTES);
    other.amount.e8 = 6;
    ck_assert_int_eq(ledger_command_set_key(&other, CNOP_STR("cny:2026-11-22.red")), CNOP_OK);
    ck_assert_mem_ne(one.fingerprint, other.fingerprint, LEDGER_FINGERPRINT_BYTES);
}
END_TEST

static void
add(TCase *tests)
{
    tcase_add_test(tests, replay_gives_the_same_state);
    tcase_add_test(tests, a_cut_record_is_refused);
    tcase_add_test(tests, the_time_of_an_order_is_read_back);
    tcase_add_test(tests, rules_are_read_back_and_unsound_ones_refused);
    tcase_add_test(tests, the_chain_depends_on_every_byte);
    tcase_add_test(tests, keys_are_words_and_fingerprints_tell_requests_apart);
}

UNIT_MAIN("ledger_record", add)
