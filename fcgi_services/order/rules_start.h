/* SPDX-License-Identifier: MIT */
/* The rules of the configuration, which a start makes those of the ledger before anybody is served.
 */
#ifndef CNOP_ORDER_RULES_START_H
#define CNOP_ORDER_RULES_START_H

#include "fcgi_services/order/engine.h"

/* Gives RULES unless they are in force and the journal says so (known), and waits until it is
 * durable. committer_fd: of the engine's committer. What the commit came to: nothing may be served
 * then. */
cnop_must_check enum cnop_err rules_start(struct engine *engine, int committer_fd,
                                          const struct ledger_rules *wanted, bool known);

#endif
