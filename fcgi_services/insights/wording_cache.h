/* SPDX-License-Identifier: MIT */
/* Summaries a language model has worded, kept for a day under the digest of what it was told. A
 * value that we did not seal is a miss. */
#ifndef CNOP_INSIGHTS_WORDING_CACHE_H
#define CNOP_INSIGHTS_WORDING_CACHE_H

#include "shared/base/arena.h"

struct cnop_cache;

/* The text lives in the arena; CACHE_MISS. */
cnop_must_check enum cnop_err wording_cache_get(struct cnop_cache *cache, struct cnop_arena *arena,
                                                const unsigned char seal_key[16],
                                                struct cnop_str prompt, struct cnop_str *ret_text);

void wording_cache_set(struct cnop_cache *cache, struct cnop_arena *arena,
                       const unsigned char seal_key[16], struct cnop_str prompt,
                       struct cnop_str text);

#endif
