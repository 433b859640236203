/* SPDX-License-Identifier: MIT */
/* The ledger against the auditor: random command streams, compared after every command, with
 * refusals that must not change a byte and rollbacks that must restore every byte. Covers
 * shared/ledger/admin.c, shared/ledger/apply.c, shared/ledger/cash.c, shared/ledger/keys.c,
 * shared/ledger/order.c, shared/ledger/post.c, shared/ledger/rows.c, shared/ledger/state.c and
 * shared/ledger/undo.c. */
#include "shared/ledger/ledger.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "shared/base/secret.h"
#include "tests/unit/shared/ledger/auditor.h"
#include "tests/unit/shared/ledger/bench.h"
#include "tests/unit/shared/ledger/read_back.h"
#include "tests/unit/unit.h"

#define STREAMS 20
/* CNOP_LEDGER_COMMANDS changes it: 20 streams of 500,000 are ten million. */
#define COMMANDS_PER_STREAM 52000

struct world {
    struct ledger *ledger;
    unsigned char *memory;
    unsigned char *copy;
    size_t bytes;
    struct auditor auditor;
    uint64_t random;
    int64_t time_us;
    uint64_t lookup_count;
    uint64_t accepted_count;
    uint64_t replayed_count;
};

static struct world world;
static struct auditor auditor_copy;

static uint64_t
draw(uint64_t below)
{
    world.random ^= world.random << 13;
    world.random ^= world.random >> 7;
    world.random ^= world.random << 17;
    return (world.random >> 11) % below;
}

static void
world_open(uint64_t seed)
{
    static const unsigned fees[] = {0, 10, 25, 333};
    struct ledger_config config;

    cnop_secret_init();
    memset(&world, 0, sizeof(world));
    world.random = seed * UINT64_C(0x9e3779b97f4a7c15) + 1;
    world.time_us = BENCH_TIME_US;
    bench_config(&config);
    config.max_open_orders = 8; /* nothing rests here: see test_market.c */
    config.max_levels = 8;
    config.max_nodes = 8;
    config.max_fills = 16;
    config.max_order_rows = 16;
    config.fee_bps = fees[seed % CNOP_COUNT(fees)];
    config.house_floor_e8 = seed % 3 == 0 ? -(400 * CNOP_E8) : config.house_floor_e8;
    world.bytes = ledger_bytes(&config);
    world.memory = aligned_alloc(64, world.bytes);
    world.copy = aligned_alloc(64, world.bytes);
    ck_assert_ptr_nonnull(world.memory);
    ck_assert_ptr_nonnull(world.copy);
    memset(world.memory, 0, world.bytes);
    world.ledger = ledger_init(world.memory, &config);
    world.auditor.rules = config;
    world.auditor.next_id = 1;
    for (uint16_t id = 1; id < AUDITOR_ASSETS; id++) {
        const struct ledger_asset asset = {
            .id = id, .known = true, .active = true, .symbol = "A", .symbol_len = 1};

        ck_assert_int_eq(ledger_load_asset(world.ledger, &asset), CNOP_OK);
        world.auditor.assets[id].active = true;
    }
}

static void
world_close(void)
{
    free(world.memory);
    free(world.copy);
}

/* Mostly whole cents; parts of one are for the rules that refuse or round them. */
static int64_t
random_cash(void)
{
    static const int64_t scales[] = {CNOP_CENT_E8, 73 * CNOP_CENT_E8, CNOP_E8,
                                     17 * CNOP_E8, 100 * CNOP_E8,     2000 * CNOP_E8};
    int64_t cash_e8 = (int64_t)(1 + draw(9)) * scales[draw(CNOP_COUNT(scales))];

    if (draw(12) == 0)
        cash_e8 += (int64_t)draw(CNOP_CENT_E8);
    return cash_e8;
}

/* Some accounts come from a ledger that settled at 10^-8. */
static void
load_uneven_cash(void)
{
    int64_t world_e8 = 0;

    for (int i = 0; i < AUDITOR_USERS; i += 2) {
        struct ledger_account account = {
            .id = LEDGER_ACCOUNT_FIRST_USER + i, .kind = LEDGER_KIND_USER, .status = LEDGER_ACTIVE};
        struct ledger_balance cash = {.account_id = account.id,
                                      .avail_e8 = (int64_t)draw(300 * CNOP_E8),
                                      .asset_id = LEDGER_USD};

        ck_assert_int_eq(ledger_load_account(world.ledger, &account), CNOP_OK);
        ck_assert_int_eq(ledger_load_balance(world.ledger, &cash), CNOP_OK);
        world.auditor.users[i].holdings[0].amount = cash.avail_e8;
        world_e8 -= cash.avail_e8;
    }
    world.auditor.system[LEDGER_ACCOUNT_WORLD][0] = world_e8;
    ck_assert_int_eq(ledger_load_balance(
                         world.ledger, &(struct ledger_balance){.account_id = LEDGER_ACCOUNT_WORLD,
                                                                .avail_e8 = world_e8,
                                                                .asset_id = LEDGER_USD}),
                     CNOP_OK);
}

static void
random_key(struct ledger_command *command, int *ret_key)
{
    *ret_key = -1;
    if (draw(2) == 0)
        return;
    *ret_key = (int)draw(AUDITOR_KEYS);
    command->key_len = (uint8_t)snprintf(command->key, sizeof(command->key), "key-%d", *ret_key);
    command->fingerprint[0] = (unsigned char)draw(2);
}

static void
random_order(struct ledger_command *command)
{
    command->op = LEDGER_OP_ORDER;
    command->side = draw(2) == 0 ? LEDGER_BUY : LEDGER_SELL;
    command->asset_id = (uint16_t)(1 + draw(AUDITOR_ASSETS - 1));
    if (draw(3) == 0) {
        command->amount.e8 = random_cash();
    } else {
        static const int64_t scales[] = {1, CNOP_E8 / 1000, CNOP_E8 / 10, CNOP_E8, 50 * CNOP_E8};

        command->qty.e8 =
            (int64_t)(1 + draw(20)) * scales[draw(CNOP_COUNT(scales))] + (int64_t)draw(2);
    }
    if (draw(6) == 0)
        command->worst_price.e10 =
            world.auditor.assets[command->asset_id].price + (int64_t)draw(200) - 100;
    if (command->worst_price.e10 < 0)
        command->worst_price.e10 = 0;
}

/* Out of a position: all of it by a close, all of it by its quantity, or a part of it. */
static void
random_exit(struct ledger_command *command)
{
    const struct auditor_user *user =
        &world.auditor.users[command->account_id - LEDGER_ACCOUNT_FIRST_USER];
    uint64_t kind = draw(3);
    int64_t held_e8;

    random_order(command);
    command->side = LEDGER_SELL;
    held_e8 = user->holdings[command->asset_id].amount;
    if (kind == 0 || held_e8 == 0) {
        command->close = true;
        command->qty.e8 = 0;
        command->amount.e8 = draw(3) == 0 ? random_cash() : 0;
        return;
    }
    command->amount.e8 = 0;
    command->qty.e8 = kind == 1 ? held_e8 : 1 + (int64_t)draw((uint64_t)held_e8);
}

static void
random_admin(struct ledger_command *command)
{
    static const uint8_t ops[] = {LEDGER_OP_TICK,     LEDGER_OP_TICK,   LEDGER_OP_TICK,
                                  LEDGER_OP_TICK,     LEDGER_OP_TICK,   LEDGER_OP_RESUME,
                                  LEDGER_OP_RESUME,   LEDGER_OP_HALT,   LEDGER_OP_UNFREEZE,
                                  LEDGER_OP_UNFREEZE, LEDGER_OP_FREEZE, LEDGER_OP_PRICE_SET,
                                  LEDGER_OP_ASSET};
    static const int64_t prices[] = {
        1, 12345, 700000, CNOP_E10, 37 * CNOP_E10 + 1, 64000 * CNOP_E10};

    command->op = ops[draw(CNOP_COUNT(ops))];
    command->asset_id = (uint16_t)(1 + draw(AUDITOR_ASSETS - 1));
    command->active = draw(4) != 0;
    command->symbol_len = 1;
    command->symbol[0] = 'A';
    command->price.e10 = prices[draw(CNOP_COUNT(prices))] + (int64_t)draw(1000);
    command->price_seq =
        draw(6) == 0 ? 1 + draw(5) : (uint64_t)(world.time_us - BENCH_TIME_US) + 10;
    if (command->op == LEDGER_OP_PRICE_SET && draw(2) == 0)
        command->price_seq = 0;
    command->price_time_us = draw(3) == 0 ? world.time_us - (int64_t)draw(70000000) : 0;
}

static struct ledger_command
random_command(int *ret_key)
{
    struct ledger_command command = {0};
    uint64_t kind = draw(100);

    /* Mostly small steps; sometimes a day passes, prices go stale, or the clock is set back. */
    world.time_us += (int64_t)draw(40000);
    if (draw(3000) == 0)
        world.time_us += INT64_C(86400000000);
    if (draw(3000) == 0)
        world.time_us += 100000000;
    command.time_us = world.time_us - (draw(500) == 0 ? (int64_t)draw(10000000) : 0);
    command.account_id = LEDGER_ACCOUNT_FIRST_USER + (int64_t)draw(AUDITOR_USERS);
    *ret_key = -1;
    if (kind < 55) {
        if (kind < 12)
            random_exit(&command);
        else
            random_order(&command);
        random_key(&command, ret_key);
    } else if (kind == 79) {
        command.op = LEDGER_OP_SETTLE;
    } else if (kind < 80) {
        static const uint8_t ops[] = {LEDGER_OP_DEPOSIT, LEDGER_OP_DEPOSIT, LEDGER_OP_WITHDRAW,
                                      LEDGER_OP_GIFT};

        command.op = ops[draw(CNOP_COUNT(ops))];
        command.amount.e8 = random_cash();
        random_key(&command, ret_key);
    } else {
        random_admin(&command);
    }
    return command;
}

/* The engine's duty: keys that memory cannot decide are looked up in the database, here the
 * auditor's list. False: the database had the answer, the command is not applied. */
static bool
look_up(struct ledger_command *command, int key)
{
    const struct auditor_user *user =
        &world.auditor.users[command->account_id - LEDGER_ACCOUNT_FIRST_USER];

    if (!ledger_needs_lookup(world.ledger, command))
        return true;
    world.lookup_count++;
    if (user->keys[command->op != LEDGER_OP_ORDER][key].used)
        return false;
    command->key_checked = true;
    return true;
}

/* Everything but the undo ring, whose old entries may differ, must be as it was. */
static void
assert_unchanged(uint64_t digest, const char *why)
{
    struct ledger_config config = world.auditor.rules;
    size_t ring = (size_t)config.undo_entries * 64;
    const unsigned char *now = world.memory;
    size_t lists = 2 * (size_t)config.max_dirty * 4 +
                   config.max_fills * sizeof(struct ledger_fill) +
                   config.max_order_rows * sizeof(struct ledger_order) + 4 * 64;
    size_t tail = world.bytes - ring - lists;

    ck_assert_msg(read_back_digest(world.ledger) == digest, "%s: digest", why);
    ck_assert_msg(memcmp(now + 4096, world.copy + 4096, tail - 4096) == 0, "%s: bytes", why);
}

static void
step(void)
{
    struct ledger_outcome outcome;
    struct auditor_answer expected;
    bool sampled = draw(20) == 0;
    uint64_t digest = 0;
    int key;
    struct ledger_command command = random_command(&key);
    enum cnop_err err;

    if (!look_up(&command, key))
        return;
    if (sampled) {
        memcpy(world.copy, world.memory, world.bytes);
        digest = read_back_digest(world.ledger);
    }
    expected = auditor_apply(&world.auditor, &command, key);
    err = ledger_apply(world.ledger, &command, &outcome);
    ck_assert_msg(err == expected.err, "op %u: %s, auditor %s", command.op, cnop_err_symbol(err),
                  cnop_err_symbol(expected.err));
    if (err == CNOP_OK) {
        ck_assert_int_eq(outcome.replayed, expected.replayed);
        ck_assert_int_eq(outcome.posting.id, expected.id);
        ck_assert_int_eq(outcome.posting.total.e8, expected.total);
        ck_assert_int_eq(outcome.posting.qty.e8, expected.qty);
        ck_assert(command.op == LEDGER_OP_SETTLE || outcome.posting.total.e8 % CNOP_CENT_E8 == 0);
        world.accepted_count++;
        world.replayed_count += outcome.replayed;
    } else if (sampled) {
        assert_unchanged(digest, cnop_err_symbol(err));
    }
    ck_assert(!auditor_differs(&world.auditor, world.ledger));
}

static uint64_t
commands_per_stream(void)
{
    const char *text = getenv("CNOP_LEDGER_COMMANDS");
    uint64_t count = COMMANDS_PER_STREAM;

    if (text != NULL)
        ck_assert_int_eq(cnop_str_parse_u64(cnop_str_from(text), 20000, 1000000000, &count),
                         CNOP_OK);
    return count;
}

START_TEST(streams_agree_with_the_auditor)
{
    uint64_t count = commands_per_stream();

    world_open((uint64_t)_i + 1);
    load_uneven_cash();
    ledger_batch_begin(world.ledger);
    for (uint64_t i = 0; i < count; i++) {
        step();
        if (i % 64 == 0) {
            ledger_forget(world.ledger, ledger_mark(world.ledger));
            ledger_batch_begin(world.ledger);
        }
    }
    for (uint16_t asset = 0; asset < AUDITOR_ASSETS; asset++)
        ck_assert_int_eq(read_back_asset_sum(world.ledger, asset), 0);
    /* The stream must have exercised what it is for. */
    ck_assert_uint_gt(world.accepted_count, count / 5);
    ck_assert_uint_gt(world.replayed_count, count / 520);
    ck_assert_uint_gt(world.lookup_count, count / 520);
    world_close();
}
END_TEST

/* Commands after a mark are taken back, newest first; prices stay (see admin.c), so the auditor
 * keeps them too. */
START_TEST(rollback_restores_every_byte)
{
    world_open((uint64_t)_i + 101);
    ledger_batch_begin(world.ledger);
    for (int round = 0; round < 1500; round++) {
        uint64_t mark = ledger_mark(world.ledger);
        uint64_t digest = read_back_digest(world.ledger);
        bool back = draw(2) == 0;
        uint64_t count = 1 + draw(20);

        auditor_copy = world.auditor;
        for (uint64_t i = 0; i < count; i++)
            step();
        if (back) {
            ledger_rollback(world.ledger, mark);
            ck_assert_uint_eq(read_back_digest(world.ledger), digest);
            for (int i = 0; i < AUDITOR_ASSETS; i++) {
                auditor_copy.assets[i].price = world.auditor.assets[i].price;
                auditor_copy.assets[i].seq = world.auditor.assets[i].seq;
                auditor_copy.assets[i].time_us = world.auditor.assets[i].time_us;
            }
            world.auditor = auditor_copy;
        }
        ck_assert(!auditor_differs(&world.auditor, world.ledger));
        ledger_forget(world.ledger, ledger_mark(world.ledger));
        ledger_batch_begin(world.ledger);
    }
    world_close();
}
END_TEST

static void
add(TCase *tests)
{
    tcase_set_timeout(tests, 300);
    tcase_add_loop_test(tests, streams_agree_with_the_auditor, 0, STREAMS);
    tcase_add_loop_test(tests, rollback_restores_every_byte, 0, 4);
}

UNIT_MAIN("ledger", add)
