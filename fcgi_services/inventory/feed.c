/* SPDX-License-Identifier: MIT */
/* Next prices. Never reads a clock, a database or the network. */
#include "fcgi_services/inventory/feed.h"

#define SECOND_US INT64_C(1000000)
/* Beyond this a price says nothing about the present: it neither opens a candle nor adds volume. */
#define CONTINUOUS_US (60 * SECOND_US)

/* The centre of the band at which the model would have given this price at this time. */
static cnop_price
rebase(uint64_t seed, const struct price_model *model, cnop_price price, int64_t unix_s)
{
    cnop_price implied = price_model_at(seed, model, unix_s);
    __int128 base = (__int128)model->base.e10 * price.e10 / implied.e10;

    cnop_assert(price.e10 > 0);
    if (base < 1)
        base = 1;
    if (base > INT64_MAX)
        base = INT64_MAX;
    return (cnop_price){(int64_t)base};
}

struct feed_move
feed_move_of_price(uint64_t seed, const struct feed_asset *asset, cnop_price price, int64_t now_us)
{
    struct feed_move move = {.price = price, .asset_id = asset->model.asset_id};
    int64_t past_us = now_us - asset->price_us;

    cnop_assert(price.e10 > 0);
    if (asset->price.e10 > 0 && past_us >= 0 && past_us <= CONTINUOUS_US) {
        int64_t past_s = (past_us + SECOND_US / 2) / SECOND_US;

        move.previous = asset->price;
        if (past_s > 0)
            move.volume_e2 = price_model_volume(seed, &asset->model, now_us / SECOND_US, past_s);
    }
    return move;
}

size_t
feed_moves_of_model(uint64_t seed, const struct feed_asset *assets, size_t count, int64_t now_us,
                    struct feed_move *moves)
{
    size_t move_count = 0;

    for (size_t i = 0; i < count; i++) {
        const struct feed_asset *asset = &assets[i];
        struct price_model model = asset->model;
        cnop_price rebased = {0};

        if (!asset->active)
            continue;
        if (asset->by_admin && asset->price.e10 > 0) {
            rebased = rebase(seed, &model, asset->price, asset->price_us / SECOND_US);
            model.base = rebased;
        }
        moves[move_count] = feed_move_of_price(
            seed, asset, price_model_at(seed, &model, now_us / SECOND_US), now_us);
        moves[move_count].rebased = rebased;
        move_count++;
    }
    return move_count;
}

static bool
is_within(cnop_price a, cnop_price b, uint32_t percent)
{
    __int128 distance = a.e10 > b.e10 ? (__int128)a.e10 - b.e10 : (__int128)b.e10 - a.e10;

    return distance * 100 <= (__int128)b.e10 * percent;
}

bool
feed_price_is_credible(const struct feed_outlier_rule *rule, cnop_price last, cnop_price next,
                       struct feed_doubt *doubt)
{
    if (next.e10 <= 0)
        return false;
    if (last.e10 == 0 || is_within(next, last, rule->percent)) {
        *doubt = (struct feed_doubt){0};
        return true;
    }
    if (doubt->seen_count == 0 || !is_within(next, doubt->price, rule->percent))
        doubt->seen_count = 0;
    doubt->price = next;
    doubt->seen_count++;
    if (doubt->seen_count < rule->confirm_count)
        return false;
    *doubt = (struct feed_doubt){0};
    return true;
}

struct candle
feed_candle(const struct feed_move *move, int64_t span_s, int64_t now_us)
{
    cnop_price open = move->previous.e10 > 0 ? move->previous : move->price;
    bool is_rising = move->price.e10 > open.e10;

    return (struct candle){
        .span_s = span_s,
        .start_s = candle_start_s(now_us / SECOND_US, span_s),
        .open = open,
        .high = is_rising ? move->price : open,
        .low = is_rising ? open : move->price,
        .close = move->price,
        .volume = candle_volume_at(move->price, move->volume_e2),
    };
}
