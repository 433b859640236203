/* SPDX-License-Identifier: MIT */
/* Prices from outside: one JSON object of symbol to decimal price behind a configured URL. Bounded
 * in size and time, no redirects; an answer that cannot be read whole gives no price at all, and a
 * price that jumps too far is doubted until it is confirmed. */
#ifndef CNOP_INVENTORY_FEED_REMOTE_H
#define CNOP_INVENTORY_FEED_REMOTE_H

#include "fcgi_services/inventory/feed.h"
#include "shared/base/arena.h"
#include "shared/http/http_client.h"

#define FEED_REMOTE_BODY_BYTES ((size_t)256 * 1024)

struct feed_remote {
    struct cnop_http_client *client;
    const char *url;
    uint32_t timeout_ms;
    struct feed_outlier_rule rule;
    uint64_t seed;                                /* of the volume figures */
    struct feed_doubt doubts[FEED_ASSET_MAX + 1]; /* by asset id */
};

struct feed_answer {
    size_t move_count;
    size_t doubted_count;   /* prices refused as outliers */
    size_t malformed_count; /* values of our assets that are not prices */
};

/* Moves of the active assets the text has a price for, into moves (room for count). MALFORMED_JSON:
 * not one object of plain values; NO_MEMORY. */
struct feed_scene {
    const struct feed_asset *assets;
    size_t count;
    int64_t now_us;
};
cnop_must_check enum cnop_err feed_remote_read(struct feed_remote *remote, struct cnop_arena *arena,
                                               struct cnop_str text, const struct feed_scene *scene,
                                               struct feed_move *moves,
                                               struct feed_answer *ret_answer);

/* Fetches the text into the arena. IO, DEADLINE, TRUNCATED, UNAVAILABLE (another status than 200).
 */
cnop_must_check enum cnop_err
feed_remote_fetch(struct feed_remote *remote, struct cnop_arena *arena, struct cnop_str *ret_text);

#endif
