/* SPDX-License-Identifier: MIT */
/* What the insights service reads: views of the ledger and of the market, always bound to one
 * account, always a bounded number of rows. It writes nothing. */
#ifndef CNOP_INSIGHTS_INSIGHTS_STORE_H
#define CNOP_INSIGHTS_INSIGHTS_STORE_H

#include "fcgi_services/insights/insights.h"
#include "shared/base/arena.h"

struct cnop_db;

/* Facts of one account at now_us, all of one snapshot; texts and holdings live in the arena. An
 * account that has never moved money is empty, not an error. UNAUTHENTICATED: there is no such
 * user. Other errors as in shared/db. */
cnop_must_check enum cnop_err insights_store_facts(struct cnop_db *db, struct cnop_arena *arena,
                                                   uint64_t account_id, int64_t now_us,
                                                   struct insight_facts *ret_facts);

#endif
