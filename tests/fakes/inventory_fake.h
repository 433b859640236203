/* SPDX-License-Identifier: MIT */
/* The ports of the inventory domain in memory: its store and the order engine, with the wish to
 * fail at the nth call. What a transaction changes is seen only after its commit. */
#ifndef CNOP_TESTS_FAKES_INVENTORY_FAKE_H
#define CNOP_TESTS_FAKES_INVENTORY_FAKE_H

#include "fcgi_services/inventory/inventory_store.h"
#include "shared/engine_client/client.h"

struct inventory_fake {
    cnop_price price; /* committed state of the one asset, BTC */
    bool halted;
    uint64_t version;
    unsigned note_count;
    cnop_price engine_price;
    bool engine_halted;
    unsigned list_count; /* reads of the whole list */
    unsigned fail_at;    /* number of the call that fails, from 1; 0: none */
    enum cnop_err fail_with;
    unsigned call_count;
    bool has_open_tx;
};

extern struct inventory_fake inventory_fake;

/* BTC at 60000, trading, version 7. */
void inventory_fake_clear(void);

#endif
