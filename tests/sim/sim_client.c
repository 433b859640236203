/* SPDX-License-Identifier: MIT */
/* Clients and the network between them and the engines: requests are late, twice, overtaken or
 * lost, and so are answers. Whoever has a key asks again until it knows. Every answer is compared
 * with the auditor's, which goes through the commands in the order in which they became durable. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "tests/sim/sim.h"

/* ---- what clients want ---- */

static uint8_t
draw_op(void)
{
    static const uint8_t ops[] = {LEDGER_OP_ORDER,   LEDGER_OP_ORDER,    LEDGER_OP_ORDER,
                                  LEDGER_OP_ORDER,   LEDGER_OP_ORDER,    LEDGER_OP_ORDER,
                                  LEDGER_OP_DEPOSIT, LEDGER_OP_WITHDRAW, LEDGER_OP_GIFT};

    if (sim_draw(60) == 0)
        return sim_draw(8) == 0 ? LEDGER_OP_FREEZE : LEDGER_OP_UNFREEZE;
    return ops[sim_draw(CNOP_COUNT(ops))];
}

static void
draw_order(struct sim_intent *intent)
{
    int64_t price = sim->market[intent->asset_id].price;

    intent->side = sim_draw(5) < 3 ? LEDGER_BUY : LEDGER_SELL;
    intent->close = intent->side == LEDGER_SELL && sim_draw(5) == 0;
    if (intent->close)
        return;
    if (sim_draw(3) == 0)
        intent->amount_e8 = (int64_t)(1 + sim_draw(40000)) * CNOP_CENT_E8;
    else
        intent->qty_e8 = (int64_t)(1 + sim_draw(100000)) * (int64_t)(1 + sim_draw(20000));
    if (sim_draw(10) == 0)
        intent->worst_e10 = price + price / 500 * ((int64_t)sim_draw(5) - 2);
}

/* What may have a key, and one effect. */
static bool
is_posting(const struct sim_intent *intent)
{
    return intent->op < LEDGER_OP_TICK || intent->op == LEDGER_OP_LIMIT;
}

/* A new key, none, or (rarely) one that stands for something else already. */
static int
draw_key(const struct sim_intent *intent)
{
    int *used = &sim->used_keys[intent->user]
                               [intent->op != LEDGER_OP_ORDER && intent->op != LEDGER_OP_LIMIT];

    if (!is_posting(intent) || sim_draw(8) == 0)
        return -1;
    if (*used > 0 && sim_draw(50) == 0)
        return (int)sim_draw((uint64_t)*used);
    return *used < AUDITOR_KEYS ? (*used)++ : -1;
}

static uint32_t
make_intent(void)
{
    struct sim_intent *intent = &sim->intents[sim->intent_count];

    *intent = (struct sim_intent){.op = draw_op(), .user = (uint8_t)sim_draw(AUDITOR_USERS)};
    if (sim_draw(3) == 0)
        intent->user = 0; /* much of the traffic meets on one account */
    if (sim->books)
        sim_book_draw(intent);
    else if (intent->op == LEDGER_OP_ORDER) {
        intent->asset_id = (uint16_t)(1 + sim_draw(AUDITOR_ASSETS - 1));
        draw_order(intent);
    } else if (intent->op < LEDGER_OP_FREEZE) {
        intent->amount_e8 = (int64_t)(1 + sim_draw(90000)) * CNOP_CENT_E8;
    }
    intent->poison = sim_chance(300);
    intent->key = draw_key(intent);
    return sim->intent_count++;
}

/* ---- on the wire ---- */

static struct sim_request *
free_request(void)
{
    for (size_t i = 0; i < SIM_REQUESTS; i++) {
        if (sim->requests[i].place == SIM_FREE)
            return &sim->requests[i];
    }
    return NULL;
}

static void
send(uint32_t number)
{
    struct sim_request *request = free_request();
    uint8_t to = sim->newest;

    if (request == NULL)
        return;
    if (sim_chance(10)) /* a connection from before */
        to = (uint8_t)(1 - to);
    *request = (struct sim_request){.intent = number, .place = SIM_WIRE, .engine = to};
    sim->intents[number].on_way++;
}

/* An intent that is open and has nothing on its way; UINT32_MAX: none. */
static uint32_t
find_open(void)
{
    uint32_t number = sim->first_open;

    while (sim->first_open < sim->intent_count && sim->intents[sim->first_open].state != SIM_OPEN)
        sim->first_open++;
    for (number = sim->first_open; number < sim->intent_count; number++) {
        if (sim->intents[number].state == SIM_OPEN && sim->intents[number].on_way == 0)
            return number;
    }
    return UINT32_MAX;
}

static void
ask(void)
{
    uint32_t number;

    if (sim->intent_count > 0 && sim_chance(25)) {
        number = (uint32_t)sim_draw(sim->intent_count); /* again, whatever became of it */
        if (sim->intents[number].key >= 0)
            send(number);
        return;
    }
    number = sim_draw(2) == 0 ? find_open() : UINT32_MAX;
    if (number == UINT32_MAX && sim->intent_count < sim->intent_target)
        number = make_intent();
    if (number == UINT32_MAX)
        number = find_open();
    if (number == UINT32_MAX)
        return;
    send(number);
    if (sim->intents[number].key >= 0 && sim_chance(30))
        send(number); /* the network doubles it */
}

/* ---- answers ---- */

static bool
is_about_the_engine(enum cnop_err err)
{
    return err == CNOP_E_DB_FAILED || err == CNOP_E_BUSY || err == CNOP_E_OVERLOADED ||
           err == CNOP_E_FENCED || err == CNOP_E_OUTCOME_UNKNOWN || err == CNOP_E_INTERNAL;
}

/* The client hears of it, or asks again, or will never know. */
static void
hear(struct sim_request *request, enum cnop_err err, int64_t id)
{
    struct sim_intent *intent = &sim->intents[request->intent];

    request->place = SIM_FREE;
    intent->on_way--;
    if (sim_chance(20) ||
        (is_about_the_engine(err) && !(intent->poison && err == CNOP_E_INTERNAL))) {
        if (intent->key < 0 && intent->state == SIM_OPEN)
            intent->state = SIM_GIVEN_UP;
        return;
    }
    if (err == CNOP_OK) {
        sim_require(intent->state != SIM_DONE || intent->id == id,
                    "one key was answered with two postings");
        intent->state = SIM_DONE;
        intent->id = id;
    } else if (intent->state == SIM_OPEN) {
        intent->state = SIM_REFUSED;
    }
}

static void
describe(const struct engine_job *job, const struct auditor_answer *answer)
{
    const struct ledger_posting *posting = &job->outcome.posting;

    sim_fail(
        "op %d side %d account %" PRId64 " key %.*s qty %" PRId64 " amount %" PRId64
        " worst %" PRId64 " close %d: %s id %" PRId64 " total %" PRId64 " qty %" PRId64
        " replayed %d, auditor %s %" PRId64 " %" PRId64 " %" PRId64 " %d",
        job->command.op, job->command.side, job->command.account_id, job->command.key_len,
        job->command.key, job->command.qty.e8, job->command.amount.e8, job->command.worst_price.e10,
        job->command.close, cnop_err_symbol(sim->requests[job->owner_index].applied_err),
        posting->id, posting->total.e8, posting->qty.e8, job->outcome.replayed,
        cnop_err_symbol(answer->err), answer->id, answer->total, answer->qty, answer->replayed);
}

static void
audit(const struct engine_job *job, struct sim_request *request, const struct sim_intent *intent)
{
    const struct ledger_posting *posting = &job->outcome.posting;
    struct auditor_answer answer;

    sim->auditor.assets[intent->asset_id] = request->market;
    answer = auditor_apply(&sim->auditor, &job->command, intent->key);
    if (answer.err != request->applied_err || answer.replayed != job->outcome.replayed)
        describe(job, &answer);
    if (request->applied_err == CNOP_OK && intent->op < LEDGER_OP_FREEZE &&
        (answer.id != posting->id || answer.total != posting->total.e8 ||
         (intent->op == LEDGER_OP_ORDER && answer.qty != posting->qty.e8)))
        describe(job, &answer);
}

/* The auditor goes through the command, too. */
static void
judge(const struct engine_job *job)
{
    struct sim_request *request = &sim->requests[job->owner_index];
    struct sim_intent *intent = &sim->intents[request->intent];

    if (job->found)
        request->applied_err = job->outcome.replayed ? CNOP_OK : CNOP_E_IDEMPOTENCY_MISMATCH;
    if (sim->books)
        sim_book_judge(job, &request->markets, request->applied_err, intent->key);
    else
        audit(job, request, intent);
    request->judged = true;
    request->judged_err = request->applied_err;
    request->has_effect =
        request->applied_err == CNOP_OK && !job->outcome.replayed && is_posting(intent);
    if (request->has_effect) {
        sim->count.effects++;
        sim_require(intent->effects++ == 0, "a request has had its effect twice");
    }
}

void
sim_client_committed(const struct engine_batch *batch)
{
    for (uint32_t i = 0; i < batch->job_count; i++) {
        const struct engine_job *job = batch->jobs[i];

        if (sim_is_own(&job->command))
            sim_book_judge(job, sim_markets_of(job), sim_markets_of(job)->err, -1);
        else
            judge(job);
    }
    if (sim->books)
        sim_book_check_rows(batch);
}

void
sim_client_settled(const struct engine_batch *batch)
{
    for (uint32_t i = 0; i < batch->job_count; i++) {
        struct sim_request *request = &sim->requests[batch->jobs[i]->owner_index];

        if (request->place == SIM_LENT && !sim_is_own(&batch->jobs[i]->command))
            request->place = SIM_FREE;
    }
}

bool
sim_client_is_poisoned(const struct engine_batch *batch)
{
    for (uint32_t i = 0; i < batch->job_count; i++) {
        const struct engine_job *job = batch->jobs[i];

        if (job->outcome.changed && !sim_is_own(&job->command) &&
            sim->intents[sim->requests[job->owner_index].intent].poison)
            return true;
    }
    return false;
}

/* Answers about the engine promise that nothing happened, except those that say that nobody knows:
 * an engine that was shut out cannot know either. */
static void
check_answer(const struct engine_job *job)
{
    struct sim_request *request = &sim->requests[job->owner_index];
    bool fenced = sim_self()->epoch != sim_database_epoch();

    if (is_about_the_engine(job->err)) {
        sim_require(!request->has_effect || job->err == CNOP_E_OUTCOME_UNKNOWN ||
                        job->err == CNOP_E_FENCED,
                    "a command that is durable was called failed");
        sim_require(job->err != CNOP_E_INTERNAL || sim->intents[request->intent].poison,
                    "an internal error");
        return;
    }
    if (!request->judged) {
        sim_require(job->err != CNOP_OK || !job->outcome.changed,
                    "an answer has left before its commit");
        if (fenced)
            return; /* it has seen what was true once */
        judge(job);
    }
    sim_require(request->judged_err == job->err, "the answer is not what was committed");
}

static void
on_done(struct engine_job *job)
{
    struct sim_request *request = &sim->requests[job->owner_index];

    sim_require(request->place == SIM_ENGINE, "a request was answered twice");
    sim->count.answers++;
    sim->count.replays += job->outcome.replayed;
    sim->count.refusals += job->err != CNOP_OK;
    sim->count.fenced += job->err == CNOP_E_FENCED;
    sim->count.stalls += job->err == CNOP_E_OUTCOME_UNKNOWN;
    check_answer(job);
    hear(request, job->err, job->outcome.posting.id);
    if (job->lent)
        request->place = SIM_LENT;
}

/* ---- arriving ---- */

static void
fill_command(struct ledger_command *command, const struct sim_intent *intent)
{
    *command = (struct ledger_command){.op = intent->op,
                                       .account_id = LEDGER_ACCOUNT_FIRST_USER + intent->user,
                                       .asset_id = intent->asset_id,
                                       .side = intent->side,
                                       .close = intent->close,
                                       .qty = {intent->qty_e8},
                                       .amount = {intent->amount_e8},
                                       .worst_price = {intent->worst_e10}};
    if (sim->books)
        sim_book_fill(command, intent);
    if (intent->key >= 0) {
        char text[16];
        int len = snprintf(text, sizeof(text), "k%d", intent->key);

        sim_require(ledger_command_set_key(command, cnop_str_make(text, (size_t)len)) == CNOP_OK,
                    "a key is not one");
    }
}

static void
arrive(uint32_t place)
{
    struct sim_request *request = &sim->requests[place];
    struct engine_job *job = engine_job_take(sim_engine());

    if (job == NULL) {
        hear(request, CNOP_E_OVERLOADED, 0);
        return;
    }
    sim->count.commands++;
    request->place = SIM_ENGINE;
    fill_command(&job->command, &sim->intents[request->intent]);
    job->owner_index = place;
    job->done = on_done;
    engine_submit(sim_engine(), job);
}

/* One of those on the wire to this engine, whichever. */
static bool
arrive_any(void)
{
    uint32_t first = (uint32_t)sim_draw(SIM_REQUESTS);

    for (uint32_t i = 0; i < SIM_REQUESTS; i++) {
        uint32_t place = (first + i) % SIM_REQUESTS;

        if (sim->requests[place].place != SIM_WIRE || sim->requests[place].engine != sim_number())
            continue;
        if (sim_chance(50))
            hear(&sim->requests[place], CNOP_E_OVERLOADED, 0); /* lost, and missed */
        else
            arrive(place);
        return true;
    }
    return false;
}

void
sim_client_step(void)
{
    if (sim_draw(2) == 0 || !arrive_any())
        ask();
}

void
sim_client_lost(uint8_t engine)
{
    for (size_t i = 0; i < SIM_REQUESTS; i++) {
        struct sim_request *request = &sim->requests[i];

        if (request->place == SIM_FREE || request->engine != engine)
            continue;
        if (request->place != SIM_LENT)
            hear(request, CNOP_E_OUTCOME_UNKNOWN, 0);
        request->place = SIM_FREE;
    }
}

/* ---- the end ---- */

bool
sim_client_is_done(void)
{
    for (size_t i = 0; i < SIM_REQUESTS; i++) {
        if (sim->requests[i].place != SIM_FREE)
            return false;
    }
    return sim->intent_count == sim->intent_target && find_open() == UINT32_MAX;
}

void
sim_client_check_end(void)
{
    for (uint32_t i = 0; i < sim->intent_count; i++) {
        const struct sim_intent *intent = &sim->intents[i];

        sim_require(intent->state != SIM_OPEN, "an intent is open at the end");
        if (is_posting(intent))
            sim_require(intent->state != SIM_DONE || intent->effects == 1 || intent->key >= 0,
                        "what was acknowledged is not there");
    }
}
