/* SPDX-License-Identifier: MIT */
/* Prices from outside: whatever the text, each move is of an active asset, at most one each, with a
 * price above zero, and the counts add up; an unsound text gives nothing. Covers
 * fcgi_services/inventory/feed_remote.c. */
#include "tests/fuzz/fuzz.h"

#include <string.h>

#include "fcgi_services/inventory/feed_remote.h"

#define ASSETS 3

const char fuzz_corpus[] = "prices";

static void
make_assets(struct feed_asset assets[ASSETS])
{
    static const char *const symbols[ASSETS] = {"BTC", "ETH", "OFF"};

    memset(assets, 0, ASSETS * sizeof(*assets));
    for (uint16_t i = 0; i < ASSETS; i++) {
        assets[i].symbol = cnop_str_from(symbols[i]);
        assets[i].price.e10 = i == 0 ? 60000 * CNOP_E10 : 0;
        assets[i].price_us = 1000000;
        assets[i].active = i < 2;
        assets[i].model.asset_id = (uint16_t)(i + 1);
        assets[i].model.leader_id = (uint16_t)(i + 1);
    }
}

int
LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len)
{
    static struct cnop_arena *arena;
    static struct feed_remote remote;
    struct feed_asset assets[ASSETS];
    struct feed_scene scene = {assets, ASSETS, 2000000};
    struct feed_move moves[ASSETS];
    struct feed_answer answer = {99, 99, 99};
    unsigned seen = 0;
    enum cnop_err err;

    if (arena == NULL)
        arena = cnop_arena_new(4 * 1024 * 1024);
    cnop_arena_reset(arena);
    memset(&remote, 0, sizeof(remote));
    remote.rule = (struct feed_outlier_rule){.percent = 20, .confirm_count = 2};
    make_assets(assets);
    err = feed_remote_read(&remote, arena, cnop_str_make((const char *)bytes, len), &scene, moves,
                           &answer);
    if (err != CNOP_OK) {
        cnop_assert(err == CNOP_E_MALFORMED_JSON || err == CNOP_E_NO_MEMORY);
        cnop_assert(answer.move_count == 99); /* results are written on success only */
        return 0;
    }
    cnop_assert(answer.move_count + answer.doubted_count + answer.malformed_count <= 2);
    for (size_t i = 0; i < answer.move_count; i++) {
        cnop_assert(moves[i].asset_id == 1 || moves[i].asset_id == 2);
        cnop_assert((seen & (1u << moves[i].asset_id)) == 0);
        seen |= 1u << moves[i].asset_id;
        cnop_assert(moves[i].price.e10 > 0);
        cnop_assert(moves[i].volume_e2 >= 0);
    }
    return 0;
}
