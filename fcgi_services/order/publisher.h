/* SPDX-License-Identifier: MIT */
/* One gateway's share of the event stream (docs/adr/0016): asks what it has, sends what follows,
 * from the queue or from the table, and the markets' prices in between. One thread each; none of
 * them is waited for by the engine. */
#ifndef CNOP_ORDER_PUBLISHER_H
#define CNOP_ORDER_PUBLISHER_H

#include "fcgi_services/order/event_queue.h"
#include "shared/base/id.h"
#include "shared/config/db_config.h"

#define PUBLISHER_URL "http://localhost/control/events"

struct publisher_config {
    const char *sockets; /* of all gateways */
    const struct cnop_db_config *db;
    const struct cnop_id_key *id_key;
    const char *board_file; /* empty: no prices */
    uint32_t timeout_ms;    /* of an exchange */
    uint64_t keep;          /* events that a gateway is brought when it has none */
};

struct publisher;

/* Start-up. index: which of the gateways; NOT_FOUND: there are not so many. CONFIG: see
 * cnop_control_open and cnop_db_open. */
cnop_must_check enum cnop_err publisher_open(const struct publisher_config *config, size_t index,
                                             struct event_queue *queue,
                                             struct publisher **ret_publisher);
void publisher_close(struct publisher **publisher); /* accepts pointer to NULL */

/* Waits for something to tell, at most a fraction of a second, and tells it. Errors are of the
 * gateway or of the database: try again after a pause. */
cnop_must_check enum cnop_err publisher_round(struct publisher *publisher);

/* For logs and metrics; any thread. */
const char *publisher_name(const struct publisher *publisher);
/* Events that the gateway does not have yet; UINT64_MAX: it is not known. ret_lag_us: since when.
 */
uint64_t publisher_behind(struct publisher *publisher, int64_t *ret_lag_us);

#endif
