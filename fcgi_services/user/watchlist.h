/* SPDX-License-Identifier: MIT */
/* What a list of followed assets may be called and may hold. Pure rules; which assets there are is
 * the store's to know. */
#ifndef CNOP_USER_WATCHLIST_H
#define CNOP_USER_WATCHLIST_H

#include "fcgi_services/user/user_store.h"

/* The broken rule, or NULL. Judged without surrounding blanks. A name is a part of an address, so
 * it begins with a letter or digit: dots alone would mean another address. */
const struct cnop_text_rule *watchlist_check_name(struct cnop_str name);

/* Which entry is wrong, from 0; the reason completes "asset_ids[2] ...". */
struct watchlist_fault {
    size_t index;
    const char *reason;
};

/* The symbols in upper case, in their order, with commas between them. INVALID: one is no symbol,
 * or is there twice. count is at most WATCHLIST_ASSET_MAX. */
cnop_must_check enum cnop_err watchlist_pack(struct cnop_arena *arena,
                                             const struct cnop_str *symbols, size_t count,
                                             struct cnop_str *ret_assets,
                                             struct watchlist_fault *ret_fault);

/* Takes the next symbol off a packed list; false when there is none. */
bool watchlist_next(struct cnop_str *assets, struct cnop_str *ret_symbol);

#endif
