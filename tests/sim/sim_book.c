/* SPDX-License-Identifier: MIT */
/* Worlds in which orders rest on books or wait for a price: limit orders of every time in force,
 * stops, cancels, amends, switches, halts, freezes. What everything comes to is predicted by the
 * naive market (tests/unit/shared/ledger/market_model.h), which goes through the commands in the
 * order in which they became durable. Prices reach it as each command met them: their word may have
 * been lost. */
#include <inttypes.h>
#include <string.h>

#include "tests/sim/sim.h"
#include "tests/unit/shared/ledger/market_model_parts.h"

#define OPEN_PER_ACCOUNT 12
#define FIRST_GIFTS (4 * MODEL_USERS)

static const unsigned takers[] = {0, 20, 20, 333}, makers[] = {0, 10, 25, 100};
static const unsigned spreads[] = {0, 10, 200};

uint16_t
sim_book_asset_count(void)
{
    return (sim->books ? MODEL_ASSETS : AUDITOR_ASSETS) - 1;
}

void
sim_book_init(void)
{
    struct ledger_config *rules = &sim->auditor.rules;

    rules->max_open_orders = MODEL_ORDERS;
    rules->max_levels = 300;
    rules->max_nodes = 1600;
    rules->max_fills = ENGINE_FILL_MAX;
    rules->max_order_rows = ENGINE_ORDER_MAX;
    rules->undo_entries = 1u << 15;
    rules->max_account_orders = OPEN_PER_ACCOUNT;
    rules->fee_bps = takers[sim_draw(CNOP_COUNT(takers))];
    rules->maker_fee_bps = makers[sim_draw(CNOP_COUNT(makers))];
    rules->house_spread_bps = spreads[sim_draw(CNOP_COUNT(spreads))];
    rules->house_floor_e8 = sim_draw(5) == 0 ? -(300 * CNOP_E8) : -(INT64_MAX / 4);
    sim->model.rules = *rules;
    sim->model.next_id = 1;
}

/* ---- what clients want ---- */

/* Near the mark, mostly on the grid. */
static int64_t
draw_price(uint16_t asset_id)
{
    int64_t mark = sim->market[asset_id].price, digits = 1;
    int64_t price = mark + mark / 2000 * ((int64_t)sim_draw(41) - 20);

    if (sim_draw(20) == 0)
        price = mark / (int64_t)(1 + sim_draw(12)) * (int64_t)(1 + sim_draw(12));
    if (sim_draw(40) == 0)
        return price > 0 ? price : 1;
    while (price / digits > 9999 && digits < CNOP_E10 / 100) /* coarse: many meet at one price */
        digits *= 10;
    return price < digits ? digits : price - price % digits;
}

/* Mostly worth a few hundred dollars. */
static int64_t
draw_qty(uint16_t asset_id)
{
    __int128 worth = (__int128)(1 + sim_draw(40)) * 25 * CNOP_E8;
    int64_t qty = (int64_t)(worth * CNOP_E10 / sim->market[asset_id].price);

    return sim_draw(30) == 0 ? 1 + (int64_t)sim_draw(100) : qty + (int64_t)sim_draw(2);
}

static void
draw_limit(struct sim_intent *intent)
{
    static const uint8_t tifs[] = {LEDGER_GTC, LEDGER_GTC, LEDGER_GTC, LEDGER_GTD,
                                   LEDGER_GTD, LEDGER_DAY, LEDGER_IOC, LEDGER_FOK};

    intent->op = LEDGER_OP_LIMIT;
    intent->price_e10 = draw_price(intent->asset_id);
    intent->qty_e8 = draw_qty(intent->asset_id);
    intent->tif = tifs[sim_draw(CNOP_COUNT(tifs))];
    if (intent->tif == LEDGER_GTD)
        intent->expires_us = sim->wall_us + 1 + (int64_t)sim_draw(8) * 700000;
    intent->post_only = sim_draw(6) == 0;
    intent->self = (uint8_t)sim_draw(3);
}

/* It waits for a price near the one of now, and seldom cannot. */
static void
draw_stop(struct sim_intent *intent)
{
    static const uint8_t triggers[] = {LEDGER_STOP, LEDGER_STOP_LIMIT, LEDGER_TAKE_PROFIT,
                                       LEDGER_TAKE_PROFIT_LIMIT};

    draw_limit(intent);
    intent->trigger = triggers[sim_draw(CNOP_COUNT(triggers))];
    intent->stop_e10 = draw_price(intent->asset_id);
    if (intent->trigger == LEDGER_STOP || intent->trigger == LEDGER_TAKE_PROFIT)
        intent->price_e10 = sim_draw(4) == 0 ? intent->price_e10 : 0;
    if (sim_draw(20) == 0)
        return;
    intent->post_only = false;
    if (intent->tif == LEDGER_IOC || intent->tif == LEDGER_FOK)
        intent->tif = LEDGER_GTC;
}

static void
draw_market(struct sim_intent *intent)
{
    intent->op = LEDGER_OP_ORDER;
    if (sim_draw(3) == 0)
        intent->amount_e8 = (int64_t)(1 + sim_draw(300)) * 113 * CNOP_CENT_E8;
    else
        intent->qty_e8 = draw_qty(intent->asset_id);
    if (sim_draw(5) == 0)
        intent->worst_e10 = draw_price(intent->asset_id);
}

/* Of an order that waited when somebody last looked; it may have ended since. */
static void
draw_of_order(struct sim_intent *intent)
{
    const struct model_order *order = model_any_open(&sim->model, sim_draw(MODEL_ORDERS));

    intent->op = sim_draw(2) == 0 ? LEDGER_OP_CANCEL : LEDGER_OP_AMEND;
    intent->asset_id = LEDGER_USD;
    intent->side = 0;
    intent->order_id = order == NULL ? 1 + (int64_t)sim_draw(100) : order->id;
    if (order != NULL && sim_draw(10) != 0)
        intent->user = (uint8_t)order->user;
    if (order == NULL || intent->op == LEDGER_OP_CANCEL)
        return;
    if (sim_draw(3) != 0)
        intent->qty_e8 = 1 + order->qty / 8 * (int64_t)sim_draw(17);
    if (intent->qty_e8 == 0 || sim_draw(3) == 0)
        intent->price_e10 = draw_price((uint16_t)order->asset);
}

static void
draw_rare(struct sim_intent *intent)
{
    static const uint8_t ops[] = {LEDGER_OP_RESUME,     LEDGER_OP_RESUME,     LEDGER_OP_UNFREEZE,
                                  LEDGER_OP_UNFREEZE,   LEDGER_OP_FREEZE,     LEDGER_OP_HALT,
                                  LEDGER_OP_CANCEL_ALL, LEDGER_OP_CANCEL_ALL, LEDGER_OP_SWITCH,
                                  LEDGER_OP_SWITCH};

    intent->op = ops[sim_draw(CNOP_COUNT(ops))];
    if (intent->op == LEDGER_OP_FREEZE && sim_draw(4) != 0)
        intent->op = LEDGER_OP_UNFREEZE;
    if (intent->op == LEDGER_OP_HALT && sim_draw(4) != 0)
        intent->op = LEDGER_OP_RESUME;
    intent->side = 0;
    if (intent->op == LEDGER_OP_CANCEL_ALL) {
        intent->side = (uint8_t)sim_draw(3);
        intent->asset_id = (uint16_t)sim_draw(MODEL_ASSETS);
    } else if (intent->op == LEDGER_OP_SWITCH) {
        intent->expires_us = (int64_t)sim_draw(4) * 2000000;
    } else if (intent->op == LEDGER_OP_HALT || intent->op == LEDGER_OP_RESUME) {
        /* whoever halts a market stores that first */
        sim->market[intent->asset_id].halted = intent->op == LEDGER_OP_HALT;
        sim_database_market(intent->asset_id);
    }
}

void
sim_book_draw(struct sim_intent *intent)
{
    uint64_t kind = sim_draw(100);

    *intent = (struct sim_intent){.user = (uint8_t)sim_draw(MODEL_USERS),
                                  .asset_id = (uint16_t)(1 + sim_draw(MODEL_ASSETS - 1)),
                                  .side = sim_draw(2) == 0 ? LEDGER_BUY : LEDGER_SELL};
    if (sim->intent_count < FIRST_GIFTS)
        intent->user = (uint8_t)(sim->intent_count % MODEL_USERS);
    if (sim->intent_count < FIRST_GIFTS || kind < 4 ||
        sim->model.users[intent->user].entries[0] == 0) {
        intent->op = LEDGER_OP_GIFT;
        intent->asset_id = LEDGER_USD;
        intent->side = 0;
        intent->amount_e8 = (int64_t)(1 + sim_draw(9000)) * CNOP_E8;
    } else if (kind < 42) {
        draw_limit(intent);
    } else if (kind < 54) {
        draw_stop(intent);
    } else if (kind < 72) {
        draw_market(intent);
    } else if (kind < 94) {
        draw_of_order(intent);
    } else {
        draw_rare(intent);
    }
}

void
sim_book_fill(struct ledger_command *command, const struct sim_intent *intent)
{
    command->tif = intent->tif;
    command->self = intent->self;
    command->post_only = intent->post_only;
    command->price.e10 = intent->price_e10;
    command->trigger = intent->trigger;
    command->stop.e10 = intent->stop_e10;
    command->expires_us = intent->expires_us;
    command->order_id = intent->order_id;
    if (intent->op == LEDGER_OP_HALT || intent->op == LEDGER_OP_RESUME)
        command->account_id = 0;
}

/* ---- what the naive market says to it ---- */

void
sim_book_note(const struct ledger *ledger, struct sim_markets *markets)
{
    for (uint16_t id = 1; id < MODEL_ASSETS; id++) {
        const struct ledger_asset *asset = ledger_find_asset(ledger, id);

        markets->of[id] = (struct model_asset){.halted = asset->halted,
                                               .mark = asset->price.e10,
                                               .seq = asset->price_seq,
                                               .time_us = asset->price_time_us};
    }
}

_Noreturn static void
describe(const struct engine_job *job, enum cnop_err err, const struct model_answer *answer)
{
    const struct ledger_command *command = &job->command;
    const struct ledger_posting *posting = &job->outcome.posting;

    sim_fail("op %d side %d account %" PRId64 " order %" PRId64 " key %.*s qty %" PRId64
             " price %" PRId64 " tif %d: %s id %" PRId64 " filled %" PRId64 " left %" PRId64
             " total %" PRId64 " fee %" PRId64 " hold %" PRId64 " status %d, model %s %" PRId64
             " %" PRId64 " %" PRId64 " %" PRId64 " %" PRId64 " %" PRId64 " %d",
             command->op, command->side, command->account_id, command->order_id, command->key_len,
             command->key, command->qty.e8, command->price.e10, command->tif, cnop_err_symbol(err),
             posting->id, posting->qty.e8, posting->left.e8, posting->total.e8, posting->fee.e8,
             posting->hold_e8, posting->status, cnop_err_symbol(answer->err), answer->id,
             answer->filled, answer->left, answer->total, answer->fee, answer->hold,
             answer->status);
}

static bool
differs(const struct engine_job *job, const struct model_answer *answer)
{
    const struct ledger_posting *posting = &job->outcome.posting;
    const struct ledger_outcome *outcome = &job->outcome;
    uint8_t op = job->command.op;

    if ((op == LEDGER_OP_CROSS || op == LEDGER_OP_AMEND || op == LEDGER_OP_TRIGGER) &&
        outcome->fill_count != (unsigned)answer->fills)
        return true;
    if (op == LEDGER_OP_TRIGGER)
        return posting->id != answer->id;
    if (op == LEDGER_OP_GIFT)
        return posting->id != answer->id || posting->total.e8 != answer->total;
    if (op != LEDGER_OP_LIMIT && op != LEDGER_OP_ORDER)
        return false;
    if (op == LEDGER_OP_LIMIT &&
        (posting->left.e8 != answer->left || posting->undone.e8 != answer->undone ||
         posting->hold_e8 != answer->hold || posting->status != answer->status))
        return true;
    return posting->id != answer->id || posting->qty.e8 != answer->filled ||
           posting->total.e8 != answer->total || posting->fee.e8 != answer->fee ||
           (!outcome->replayed &&
            outcome->fill_count + (outcome->trade_id != 0) != (unsigned)answer->fills);
}

/* NULL: the command has no key. */
static struct sim_key *
key_of(const struct ledger_command *command, int key)
{
    bool cash = command->op != LEDGER_OP_ORDER && command->op != LEDGER_OP_LIMIT;

    return key < 0 ? NULL : &sim->keys[command->account_id - LEDGER_ACCOUNT_FIRST_USER][cash][key];
}

static void
count(const struct engine_job *job, const struct model_answer *answer)
{
    sim->count.fills += (uint64_t)answer->fills;
    sim->count.rested += answer->left > 0;
    sim->count.cancels += job->command.op == LEDGER_OP_CANCEL;
    sim->count.amends += job->command.op == LEDGER_OP_AMEND;
    sim->count.triggered += job->command.op == LEDGER_OP_TRIGGER && job->outcome.changed;
    sim->count.ended += job->outcome.ended_count; /* by time, switch, or all at once */
}

void
sim_book_judge(const struct engine_job *job, const struct sim_markets *markets, enum cnop_err err,
               int key)
{
    const struct ledger_command *command = &job->command;
    struct sim_key *known = key_of(command, key);
    struct model_answer answer;

    if (known != NULL && known->used) {
        answer = known->answer;
        if (memcmp(known->fingerprint, command->fingerprint, LEDGER_FINGERPRINT_BYTES) != 0)
            answer = (struct model_answer){.err = CNOP_E_IDEMPOTENCY_MISMATCH};
        if (err != answer.err || job->outcome.replayed != (err == CNOP_OK) ||
            (err == CNOP_OK && differs(job, &answer)))
            describe(job, err, &answer);
        return;
    }
    memcpy(sim->model.assets, markets->of, sizeof(sim->model.assets));
    answer = model_apply(&sim->model, command);
    if (err != answer.err || job->outcome.replayed || (err == CNOP_OK && differs(job, &answer)))
        describe(job, err, &answer);
    if (err == CNOP_OK)
        count(job, &answer);
    if (err != CNOP_OK || known == NULL)
        return;
    *known = (struct sim_key){.used = true, .answer = answer};
    memcpy(known->fingerprint, command->fingerprint, LEDGER_FINGERPRINT_BYTES);
}

/* ---- rows ---- */

static void
check_balance(const struct ledger_balance *row)
{
    int user = (int)(row->account_id - LEDGER_ACCOUNT_FIRST_USER);
    int64_t held, total;

    if (row->account_id < LEDGER_ACCOUNT_FIRST_USER) {
        sim_require(row->avail_e8 == sim->model.system[row->account_id][row->asset_id],
                    "a row of the house is not what it should be");
        return;
    }
    held = model_held_of(&sim->model, user, row->asset_id);
    total = sim->model.users[user].total[row->asset_id];
    if (row->held_e8 != held || row->avail_e8 != total - held)
        sim_fail("the row of account %" PRId64 " and asset %u: %" PRId64 " held %" PRId64
                 ", model %" PRId64 " %" PRId64,
                 row->account_id, row->asset_id, row->avail_e8, row->held_e8, total - held, held);
}

static void
check_order(const struct ledger_order *row)
{
    bool live = ledger_status_is_open(row->status);
    const struct model_order *order = NULL;

    for (int i = 0; i < MODEL_ORDERS && order == NULL; i++) {
        if (sim->model.orders[i].open && sim->model.orders[i].id == row->id)
            order = &sim->model.orders[i];
    }
    if (live == (order != NULL) &&
        (order == NULL || (row->left.e8 == order->left && row->prio == (uint64_t)order->place &&
                           row->price.e10 == order->price && row->hold_e8 == model_hold_of(order) &&
                           (row->status == LEDGER_PENDING) == order->pending)))
        return;
    sim_fail("the row of order %" PRId64 " in status %d is not the model's", row->id, row->status);
}

void
sim_book_check_rows(const struct engine_batch *batch)
{
    for (uint32_t i = 0; i < batch->balance_count; i++)
        check_balance(&batch->balances[i]);
    for (uint32_t i = 0; i < batch->order_count; i++)
        check_order(&batch->orders[i]);
}
