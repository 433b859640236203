/* SPDX-License-Identifier: MIT */
/* Simulated prices: a pure function of seed, asset and time. Any second of the past or future can
 * be asked for in any order, and every machine gets the same answer: integers only, no state, no
 * clock. Prices stay inside a band around the base price by construction and keep returning to it.
 */
#ifndef CNOP_INVENTORY_PRICE_MODEL_H
#define CNOP_INVENTORY_PRICE_MODEL_H

#include "shared/base/money.h"

#define PRICE_MODEL_ONE INT64_C(1073741824) /* 2^30: the value 1 of a noise figure */

struct price_model {
    cnop_price base;     /* centre of the band; > 0 */
    uint32_t band_ppm;   /* half width of the band, millionths of base; < 1,000,000 */
    uint32_t market_ppm; /* share of the movement that the whole market makes together */
    uint32_t basis_ppm;  /* half width of the own movement beside the leader */
    uint16_t asset_id;   /* whose own movement */
    uint16_t leader_id;  /* asset whose movement is followed; asset_id: none */
    int64_t volume_usd;  /* traded in 24 hours, reference level */
};

/* Band and market share of a category ("major", "stablecoin"...); unknown ones move like "defi".
 * base, asset_id, leader_id and volume_usd are left to the caller. */
void price_model_for_category(struct cnop_str category, struct price_model *ret_model);

/* Price at a Unix second >= 0, rounded to the asset's price step; > 0, inside base +- band. */
cnop_price price_model_at(uint64_t seed, const struct price_model *model, int64_t unix_s);

/* US cents traded in [unix_s, unix_s + span_s): between half and one and a half times the
 * reference level. */
int64_t price_model_volume(uint64_t seed, const struct price_model *model, int64_t unix_s,
                           int64_t span_s);

/* Steps in which prices of this size move: about six significant digits, a cent at most. */
cnop_price price_model_step(cnop_price base);

/* Self-similar noise of one series at a second, in [-PRICE_MODEL_ONE, PRICE_MODEL_ONE]. */
int64_t price_model_noise(uint64_t seed, uint32_t series, int64_t unix_s);

#endif
