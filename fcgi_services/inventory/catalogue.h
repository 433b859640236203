/* SPDX-License-Identifier: MIT */
/* The shipped catalogue: conf/catalogue/assets.tsv, one asset a line. Parsing only; what is not
 * perfectly formed is refused with its line number, so that a bad edit never reaches the market. */
#ifndef CNOP_INVENTORY_CATALOGUE_H
#define CNOP_INVENTORY_CATALOGUE_H

#include "fcgi_services/inventory/asset.h"

#define CATALOGUE_MAX 1000

struct catalogue_row {
    struct asset asset;     /* without its 24 h figures; price is the reference level */
    struct cnop_str leader; /* symbol of the asset whose movement it follows; empty: none */
    uint16_t leader_id;     /* 0: none */
};

struct catalogue {
    struct catalogue_row *rows;
    size_t count;
};

struct catalogue_fault {
    size_t line;
    const char *reason; /* static */
};

/* Views of the rows point into text. INVALID (ret_fault), NO_MEMORY. */
cnop_must_check enum cnop_err catalogue_parse(struct cnop_arena *arena, struct cnop_str text,
                                              struct catalogue *ret_catalogue,
                                              struct catalogue_fault *ret_fault);

#endif
