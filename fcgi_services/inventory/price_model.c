/* SPDX-License-Identifier: MIT */
/* Value noise on a ladder of time scales: each scale has pseudo-random heights at regular points
 * and a smooth curve between them; a four times longer scale swings twice as far, as in a random
 * walk. Never reads a clock, keeps no state and uses no floating point. */
#include "fcgi_services/inventory/price_model.h"

#include "shared/base/mix.h"

#define OCTAVE_COUNT 10
#define FIRST_PERIOD_S 5 /* the shortest scale; each next one is four times longer */
#define MARKET_SERIES 0  /* asset ids start at 1 */
#define BASIS_SERIES 0x10000u
#define VOLUME_SERIES 0x20000u
#define PPM INT64_C(1000000)
#define DAY_S INT64_C(86400)

struct category_row {
    const char *name;
    uint32_t band_ppm;
    uint32_t market_ppm;
};

static const struct category_row categories[] = {
    {"stablecoin", 1000, 0},
    {"major", 240000, 600000},
    {"exchange", 220000, 450000},
    {"wrapped", 240000, 600000},
    {"staking", 340000, 500000},
    {"defi", 360000, 500000},
    {"layer2", 380000, 500000},
    {"meme", 480000, 350000},
    {"gaming", 380000, 450000},
    {"ai", 420000, 450000},
    {"privacy", 320000, 400000},
    {"rwa", 300000, 400000},
    {"infrastructure", 340000, 500000},
    {"storage", 340000, 500000},
    {"commodity", 80000, 0},
};

void
price_model_for_category(struct cnop_str category, struct price_model *ret_model)
{
    cnop_assert(ret_model != NULL);
    ret_model->band_ppm = 360000;
    ret_model->market_ppm = 500000;
    ret_model->basis_ppm = 0;
    for (size_t i = 0; i < CNOP_COUNT(categories); i++) {
        if (!cnop_str_equal(category, cnop_str_from(categories[i].name)))
            continue;
        ret_model->band_ppm = categories[i].band_ppm;
        ret_model->market_ppm = categories[i].market_ppm;
    }
}

/* Pseudo-random height of a lattice point, in [-ONE, ONE). */
static int64_t
height(uint64_t stream, int64_t cell)
{
    return (int64_t)(cnop_mix64(stream + (uint64_t)cell * UINT64_C(0x9e3779b97f4a7c15)) >> 33) -
           PRICE_MODEL_ONE;
}

int64_t
price_model_noise(uint64_t seed, uint32_t series, int64_t unix_s)
{
    int64_t period_s = FIRST_PERIOD_S;
    int64_t sum = 0;

    cnop_assert(unix_s >= 0);
    for (unsigned octave = 0; octave < OCTAVE_COUNT; octave++, period_s *= 4) {
        uint64_t stream = cnop_mix64(cnop_mix64(seed + series) + octave);
        /* Each series starts its scales elsewhere, so that no two turn at the same second. */
        int64_t shifted_s = unix_s + (int64_t)(stream % (uint64_t)period_s);
        int64_t cell = shifted_s / period_s;
        int64_t part = (shifted_s % period_s) * PRICE_MODEL_ONE / period_s;
        /* 3p^2 - 2p^3, the curve that is flat at both ends */
        int64_t square = part * part / PRICE_MODEL_ONE;
        int64_t curve = square * (3 * PRICE_MODEL_ONE - 2 * part) / PRICE_MODEL_ONE;
        int64_t from = height(stream, cell);
        int64_t to = height(stream, cell + 1);
        int64_t value = from + (to - from) / 2 * curve / (PRICE_MODEL_ONE / 2);

        sum += value / (INT64_C(1) << (OCTAVE_COUNT - 1 - octave));
    }
    /* The weights 1, 1/2, 1/4... sum to less than 2. */
    sum /= 2;
    cnop_assert(sum >= -PRICE_MODEL_ONE && sum <= PRICE_MODEL_ONE);
    return sum;
}

cnop_price
price_model_step(cnop_price base)
{
    cnop_assert(base.e10 > 0);
    if (base.e10 >= 1000 * CNOP_E10)
        return (cnop_price){CNOP_E10 / 100};
    if (base.e10 >= CNOP_E10 / 2) /* half a dollar: stablecoins below 1 need four decimals too */
        return (cnop_price){CNOP_E10 / 10000};
    if (base.e10 >= CNOP_E10 / 100)
        return (cnop_price){CNOP_E10 / 1000000};
    if (base.e10 >= CNOP_E10 / 10000)
        return (cnop_price){CNOP_E10 / 100000000};
    return (cnop_price){1};
}

cnop_price
price_model_at(uint64_t seed, const struct price_model *model, int64_t unix_s)
{
    int64_t market;
    int64_t own;
    int64_t noise;
    int64_t step;
    __int128 offset;
    __int128 price;

    cnop_assert(model->base.e10 > 0);
    cnop_assert(model->band_ppm + model->basis_ppm < PPM && model->market_ppm <= PPM);

    market = price_model_noise(seed, MARKET_SERIES, unix_s);
    own = price_model_noise(seed, model->leader_id, unix_s);
    noise = (market * model->market_ppm + own * (PPM - model->market_ppm)) / PPM;
    offset = (__int128)model->base.e10 * model->band_ppm * noise;
    if (model->basis_ppm != 0)
        offset += (__int128)model->base.e10 * model->basis_ppm *
                  price_model_noise(seed, BASIS_SERIES + model->asset_id, unix_s);
    price = model->base.e10 + offset / PRICE_MODEL_ONE / PPM;

    step = price_model_step(model->base).e10;
    price = price / step * step;
    if (price < step)
        price = step;
    return (cnop_price){(int64_t)price};
}

int64_t
price_model_volume(uint64_t seed, const struct price_model *model, int64_t unix_s, int64_t span_s)
{
    int64_t noise;
    __int128 volume;

    cnop_assert(model->volume_usd >= 0);
    cnop_assert(span_s > 0 && span_s <= DAY_S);

    noise = price_model_noise(seed, VOLUME_SERIES + model->asset_id, unix_s); /* -ONE..ONE */
    volume = (__int128)model->volume_usd * 100 * span_s * (2 * PRICE_MODEL_ONE + noise);
    volume = volume / DAY_S / (2 * PRICE_MODEL_ONE);
    cnop_assert(volume <= INT64_MAX);
    return (int64_t)volume;
}
