/* SPDX-License-Identifier: MIT */
/* What the engine tells the board, and when: trades and books once they are durable, prices at
 * once. */
#include "fcgi_services/order/board.h"
#include "fcgi_services/order/engine_state.h"
#include "shared/base/clock.h"

void
engine_board_stage(struct engine *engine, const struct engine_batch *batch)
{
    struct board *board = engine->parts.board;

    cnop_assert(batch->changed_count > 0);
    if (board == NULL)
        return;
    for (uint32_t i = 0; i < batch->order_count; i++)
        board_touch(board, batch->orders[i].asset_id);
    board_stage(board, engine->ledger, cnop_clock_monotonic_us());
}

/* One that the house made alone with a market order has no fill. */
static void
tell_trades(struct board *board, const struct engine_job *job, const struct ledger_fill *fills)
{
    const struct ledger_posting *posting = &job->outcome.posting;
    const struct board_trade trade = {.id = job->outcome.trade_id,
                                      .price = posting->price,
                                      .qty = posting->qty,
                                      .time_us = posting->time_us,
                                      .taker_side = posting->side};

    cnop_assert(job->outcome.changed);
    if (trade.id != 0)
        board_trade(board, posting->asset_id, &trade);
    for (uint32_t i = 0; i < job->outcome.fill_count; i++) {
        const struct ledger_fill *fill = &fills[job->outcome.fill_first + i];

        board_trade(board, fill->asset_id,
                    &(struct board_trade){.id = fill->trade_id,
                                          .price = fill->price,
                                          .qty = fill->qty,
                                          .time_us = fill->time_us,
                                          .taker_side = fill->taker_side});
    }
}

void
engine_board_committed(struct engine *engine, const struct engine_batch *batch)
{
    struct board *board = engine->parts.board;

    cnop_assert(batch->job_count > 0);
    if (board == NULL)
        return;
    for (uint32_t i = 0; i < batch->job_count; i++) {
        const struct engine_job *job = batch->jobs[i];

        if (job->err == CNOP_OK && job->outcome.changed)
            tell_trades(board, job, batch->fills);
    }
    board_commit(board, engine->ledger);
}

void
engine_board_failed(struct engine *engine)
{
    if (engine->parts.board != NULL)
        board_drop(engine->parts.board);
}

void
engine_board_touch(struct engine *engine, uint16_t asset_id)
{
    if (engine->parts.board != NULL)
        board_touch(engine->parts.board, asset_id);
}

void
engine_board_price(struct engine *engine, uint16_t asset_id)
{
    if (engine->parts.board != NULL)
        board_price(engine->parts.board, engine->ledger, asset_id);
}

void
engine_board_rest(struct engine *engine)
{
    struct board *board = engine->parts.board;

    if (board == NULL)
        return;
    board_beat(board, cnop_clock_monotonic_us());
    if (engine->in_flight == NULL && engine->filling->job_count == 0 && !engine->unsettled)
        board_rest(board, engine->ledger);
}
