/* SPDX-License-Identifier: MIT */
/* See market_world.h. */
#include "tests/unit/shared/ledger/market_world.h"

#include <stdlib.h>
#include <string.h>

#include "shared/base/secret.h"
#include "tests/unit/shared/ledger/read_back.h"
#include "tests/unit/unit.h"

#define START_US (INT64_C(1790034000) * 1000000) /* twenty minutes before a day ends */

struct world world;

uint64_t
draw(uint64_t below)
{
    world.random ^= world.random << 13;
    world.random ^= world.random >> 7;
    world.random ^= world.random << 17;
    return (world.random >> 11) % below;
}

static struct ledger_config
rules_of(uint64_t seed)
{
    static const unsigned taker[] = {0, 20, 20, 333}, maker[] = {0, 10, 25, 100};
    static const unsigned spreads[] = {0, 10, 200};
    struct ledger_config config;

    ledger_config_default(&config);
    config.max_accounts = 64;
    config.max_balances = 1024;
    config.max_assets = 4;
    config.recent_keys = 64;
    config.undo_entries = 1u << 15;
    config.max_dirty = 4096;
    config.max_open_orders = 300;
    config.max_levels = 300;
    config.max_nodes = 1600;
    config.max_fills = 4096;
    config.max_order_rows = 4096;
    config.max_account_orders = 40;
    config.fee_bps = taker[seed % CNOP_COUNT(taker)];
    config.maker_fee_bps = maker[seed % CNOP_COUNT(maker)];
    config.house_spread_bps = spreads[seed % CNOP_COUNT(spreads)];
    config.house_floor_e8 = seed % 5 == 0 ? -(300 * CNOP_E8) : config.house_floor_e8;
    return config;
}

void
world_open(uint64_t seed)
{
    struct ledger_config config = rules_of(seed);
    size_t bytes = ledger_bytes(&config);

    cnop_secret_init();
    memset(&world, 0, sizeof(world));
    world.random = seed * UINT64_C(0x9e3779b97f4a7c15) + 1;
    world.time_us = START_US;
    world.memory = aligned_alloc(64, bytes);
    world.copy = aligned_alloc(64, bytes);
    ck_assert_ptr_nonnull(world.memory);
    ck_assert_ptr_nonnull(world.copy);
    memset(world.memory, 0, bytes);
    world.ledger = ledger_init(world.memory, &config);
    world.state_bytes = bytes - (size_t)config.undo_entries * 64 -
                        2 * (size_t)config.max_dirty * 4 -
                        config.max_fills * sizeof(struct ledger_fill) -
                        config.max_order_rows * sizeof(struct ledger_order) - 5 * 64;
    world.model.rules = config;
    world.model.next_id = 1;
    for (uint16_t id = 1; id < MODEL_ASSETS; id++) {
        const struct ledger_asset asset = {
            .id = id, .known = true, .active = true, .symbol = "A", .symbol_len = 1};

        ck_assert_int_eq(ledger_load_asset(world.ledger, &asset), CNOP_OK);
    }
    ledger_batch_begin(world.ledger);
}

void
world_close(void)
{
    free(world.memory);
    free(world.copy);
}

/* ---- random commands ---- */

static int64_t
mark_of(uint16_t asset_id)
{
    int64_t mark = world.model.assets[asset_id].mark;

    return mark == 0 ? 2000 * CNOP_E10 : mark;
}

/* Near the mark, mostly on the grid. */
static int64_t
random_price(uint16_t asset_id)
{
    int64_t mark = mark_of(asset_id);
    int64_t unit = mark >= 1000 * CNOP_E10 ? CNOP_E10 / 100 : mark / 100000;
    int64_t price = mark + ((int64_t)draw(41) - 20) * (draw(3) == 0 ? unit : unit * 37);

    if (draw(20) == 0)
        price = mark / (int64_t)(1 + draw(12)) * (int64_t)(1 + draw(12));
    while (price > 0 && draw(40) != 0) {
        int64_t digits = 1;

        while (price / digits > 999999 && digits < CNOP_E10 / 100)
            digits *= 10;
        return price < digits ? digits : price - price % digits;
    }
    return price > 0 ? price : 1;
}

static int64_t
random_qty(uint16_t asset_id)
{
    static const int64_t scales[] = {CNOP_E8 / 1000, CNOP_E8 / 100, CNOP_E8 / 100, CNOP_E8 / 10,
                                     CNOP_E8 / 3};
    int64_t qty = (int64_t)(1 + draw(12)) * scales[draw(CNOP_COUNT(scales))] + (int64_t)draw(2);

    return draw(30) == 0 ? 1 + (int64_t)draw(100) : qty * (asset_id == 1 ? 1 : 4999);
}

static void
random_limit(struct ledger_command *command)
{
    static const uint8_t tifs[] = {LEDGER_GTC, LEDGER_GTC, LEDGER_GTC, LEDGER_GTD,
                                   LEDGER_GTD, LEDGER_DAY, LEDGER_IOC, LEDGER_FOK};

    command->op = LEDGER_OP_LIMIT;
    command->side = draw(2) == 0 ? LEDGER_BUY : LEDGER_SELL;
    command->asset_id = (uint16_t)(1 + draw(MODEL_ASSETS - 1));
    command->price.e10 = random_price(command->asset_id);
    command->qty.e8 = random_qty(command->asset_id);
    command->tif = tifs[draw(CNOP_COUNT(tifs))];
    if (command->tif == LEDGER_GTD)
        command->expires_us = command->time_us + 1 + (int64_t)draw(8) * 700000;
    if (command->tif == LEDGER_GTD && draw(30) == 0)
        command->expires_us =
            command->time_us + (draw(2) == 0 ? 0 : LEDGER_EXPIRY_MAX_US + (int64_t)draw(2));
    command->post_only = draw(6) == 0;
    command->self = (uint8_t)draw(3);
    if (draw(8) == 0) { /* against an own order, where there is one */
        const struct ledger_order *other = read_back_next_order(world.ledger, command->asset_id,
                                                                (uint8_t)(3 - command->side), NULL);

        if (other != NULL) {
            command->account_id = other->account_id;
            command->price = other->price;
        }
    }
}

/* It waits for a price near the mark, seldom for one that is there. */
static void
random_stop(struct ledger_command *command)
{
    static const uint8_t triggers[] = {LEDGER_STOP, LEDGER_STOP_LIMIT, LEDGER_TAKE_PROFIT,
                                       LEDGER_TAKE_PROFIT_LIMIT};
    int64_t limit;

    random_limit(command);
    if (draw(20) != 0) {
        command->post_only = false;
        command->tif = draw(3) == 0 ? LEDGER_DAY : LEDGER_GTC;
        command->expires_us = 0;
    }
    limit = command->price.e10;
    command->trigger = triggers[draw(CNOP_COUNT(triggers))];
    command->stop.e10 = random_price(command->asset_id);
    if ((command->trigger == LEDGER_STOP || command->trigger == LEDGER_TAKE_PROFIT) && draw(5) != 0)
        limit = 0;
    command->price.e10 = limit;
}

/* The next that a mark between the last and the one of now reaches; or any, reached or not. */
static void
random_trigger(struct ledger_command *command)
{
    const struct model_order *order;
    int64_t mark;

    command->op = LEDGER_OP_TRIGGER;
    command->asset_id = world.ticked != 0 ? world.ticked : (uint16_t)(1 + draw(MODEL_ASSETS - 1));
    mark = mark_of(command->asset_id);
    order = model_next_reached(&world.model, command, mark, mark);
    if (order == NULL || draw(20) == 0)
        order = model_any_open(&world.model, draw(MODEL_ORDERS));
    command->stop.e10 = mark;
    command->order_id = order == NULL ? 1 + (int64_t)draw(100) : order->id;
    command->account_id = LEDGER_ACCOUNT_FIRST_USER + (order == NULL ? 0 : order->user);
    command->asset_id = 0;
}

static void
random_market(struct ledger_command *command)
{
    command->op = LEDGER_OP_ORDER;
    command->side = draw(2) == 0 ? LEDGER_BUY : LEDGER_SELL;
    command->asset_id = (uint16_t)(1 + draw(MODEL_ASSETS - 1));
    if (draw(3) == 0)
        command->amount.e8 = (int64_t)(1 + draw(300)) * 113 * CNOP_CENT_E8;
    else
        command->qty.e8 = random_qty(command->asset_id);
    if (draw(5) == 0)
        command->worst_price.e10 = random_price(command->asset_id);
}

static void
random_tick(struct ledger_command *command)
{
    int64_t mark;

    command->op = LEDGER_OP_TICK;
    command->asset_id = (uint16_t)(1 + draw(MODEL_ASSETS - 1));
    mark = mark_of(command->asset_id);
    command->price.e10 = mark + mark / 10000 * ((int64_t)draw(101) - 50) + (int64_t)draw(3);
    if (draw(50) == 0)
        command->price.e10 = command->asset_id == 1 ? 2000 * CNOP_E10 : 3333333333;
    command->price_seq = ++world.seq;
    /* Orders that this price reaches are left for a while: books meet each other across it. */
}

static void
random_cancel(struct ledger_command *command)
{
    const struct model_order *order = model_any_open(&world.model, draw(MODEL_ORDERS));

    command->op = LEDGER_OP_CANCEL;
    command->order_id = order == NULL ? 1 + (int64_t)draw(100) : order->id;
    if (order != NULL && draw(10) != 0)
        command->account_id = LEDGER_ACCOUNT_FIRST_USER + order->user;
}

/* Another quantity, another price, or both, of an order that waits. */
static void
random_amend(struct ledger_command *command)
{
    const struct model_order *order = model_any_open(&world.model, draw(MODEL_ORDERS));

    command->op = LEDGER_OP_AMEND;
    command->order_id = order == NULL ? 1 + (int64_t)draw(100) : order->id;
    if (order != NULL && draw(10) != 0)
        command->account_id = LEDGER_ACCOUNT_FIRST_USER + order->user;
    if (order != NULL && draw(3) != 0)
        command->qty.e8 = 1 + order->qty / 8 * (int64_t)draw(17);
    if (order != NULL && (command->qty.e8 == 0 || draw(3) == 0))
        command->price.e10 = random_price((uint16_t)order->asset);
    if (order != NULL && draw(10) == 0)
        command->qty.e8 = order->qty;
}

/* One of those in force is another. */
static void
random_rules(struct ledger_command *command)
{
    static const struct {
        enum ledger_rule rule;
        int64_t values[4];
    } choices[] = {
        {LEDGER_RULE_FEE_BPS, {0, 20, 20, 333}},
        {LEDGER_RULE_MAKER_FEE_BPS, {0, 10, 25, 100}},
        {LEDGER_RULE_HOUSE_SPREAD_BPS, {0, 10, 10, 200}},
        {LEDGER_RULE_HOUSE_FLOOR_E8,
         {-(INT64_MAX / 4), -(INT64_MAX / 4), -(300 * CNOP_E8), -(100 * CNOP_E8)}},
        {LEDGER_RULE_PRICE_MAX_AGE_US, {60000000, 60000000, 30000000, 99000000}},
        {LEDGER_RULE_MIN_NOTIONAL_E8, {CNOP_E8, CNOP_E8 / 2, CNOP_E8 / 100, 3 * CNOP_E8}},
        {LEDGER_RULE_MAX_NOTIONAL_E8,
         {10000 * CNOP_E8, 10000 * CNOP_E8, 9000 * CNOP_E8, 2000 * CNOP_E8}},
        {LEDGER_RULE_ACCOUNT_ORDERS, {40, 40, 40, 20}},
    };
    uint64_t choice = draw(CNOP_COUNT(choices));

    command->op = LEDGER_OP_RULES;
    command->account_id = 0;
    ledger_rules_of(&world.model.rules, &command->rules);
    command->rules.values[choices[choice].rule] = choices[choice].values[draw(4)];
}

static void
random_rare(struct ledger_command *command)
{
    static const uint8_t ops[] = {LEDGER_OP_RESUME, LEDGER_OP_UNFREEZE, LEDGER_OP_UNFREEZE};

    if (draw(12) == 0) {
        random_rules(command);
        return;
    }
    command->op = ops[draw(CNOP_COUNT(ops))];
    if (draw(4) == 0) {
        command->op = LEDGER_OP_CANCEL_ALL;
        command->side = (uint8_t)draw(3);
        command->asset_id = (uint16_t)draw(MODEL_ASSETS);
        return;
    }
    if (draw(9) == 0)
        command->op = draw(2) == 0 ? LEDGER_OP_HALT : LEDGER_OP_FREEZE;
    command->asset_id = (uint16_t)(1 + draw(MODEL_ASSETS - 1));
}

struct ledger_command
random_command(void)
{
    struct ledger_command command = {0};
    uint64_t kind = draw(100);

    world.time_us += (int64_t)draw(40000);
    if (draw(400) == 0)
        world.time_us += 100000000; /* every price is stale: people are among themselves */
    if (draw(400) == 0)
        world.time_us -= (int64_t)draw(10000000); /* so they are when the clock steps back */
    command.time_us = world.time_us;
    command.account_id = LEDGER_ACCOUNT_FIRST_USER + (int64_t)draw(MODEL_USERS);
    if (draw(20) == 0) {
        command.op = LEDGER_OP_EXPIRE;
        command.account_id = 0;
    } else if (draw(100) == 0) {
        command.op = draw(3) == 0 ? LEDGER_OP_SWITCH_DUE : LEDGER_OP_SWITCH;
        command.expires_us = command.op == LEDGER_OP_SWITCH ? (int64_t)draw(4) * 9000000 : 0;
    } else if (draw(12) == 0) {
        random_amend(&command);
    } else if (draw(10) == 0) {
        random_stop(&command);
    } else if (draw(14) == 0) {
        random_trigger(&command);
    } else if (world.ticked != 0 && draw(3) != 0) {
        command.op = LEDGER_OP_CROSS;
        command.asset_id = world.ticked;
    } else if (kind < 50) {
        random_limit(&command);
    } else if (kind < 65) {
        random_market(&command);
    } else if (kind < 78) {
        random_cancel(&command);
    } else if (kind < 92) {
        random_tick(&command);
    } else if (kind < 93) {
        command.op = LEDGER_OP_CROSS;
        command.asset_id = (uint16_t)(1 + draw(MODEL_ASSETS - 1));
    } else if (kind < 95) {
        command.op = LEDGER_OP_GIFT;
        command.amount.e8 = (int64_t)(1 + draw(900)) * CNOP_E8;
    } else {
        random_rare(&command);
    }
    world.ticked = command.op == LEDGER_OP_TICK ? command.asset_id : 0;
    return command;
}
