/* SPDX-License-Identifier: MIT */
/* The threads that bring the events of the ledger to the gateways, and one that removes old rows.
 * They look at the engine from outside: nothing of it waits for them. */
#ifndef CNOP_ORDER_EVENT_ENV_H
#define CNOP_ORDER_EVENT_ENV_H

#include "fcgi_services/order/engine_config.h"
#include "fcgi_services/order/event_queue.h"
#include "shared/base/id.h"

/* Start-up. CONFIG, NO_MEMORY, IO: a thread cannot be started (logged). */
cnop_must_check enum cnop_err event_env_start(const struct engine_config *config,
                                              const struct cnop_id_key *id_key,
                                              struct event_queue *queue);
/* Ends the threads: none of them is in an exchange for longer than that may take. */
void event_env_stop(void);

#endif
