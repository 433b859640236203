/* SPDX-License-Identifier: MIT */
/* The engine's command socket: money, market and account commands of the other services, in the
 * same queue as orders. Who may do what is decided by the peer's user id. */
#ifndef CNOP_ORDER_COMMAND_SOCKET_H
#define CNOP_ORDER_COMMAND_SOCKET_H

#include "fcgi_services/order/engine.h"

/* Texts must outlive the socket. Lists: "33, 1000". */
struct command_socket_config {
    const char *path;
    const char *money_uids;
    const char *market_uids;
    const char *admin_uids;
};

/* Whether uid is on the list. INVALID, and nothing told: an entry is no number. */
cnop_must_check enum cnop_err command_socket_read_uids(const char *uids, uint64_t uid,
                                                       bool *ret_listed);

/* Listens on the path, on the loop. IO: logged. */
cnop_must_check enum cnop_err command_socket_open(struct engine *engine,
                                                  const struct command_socket_config *config);

/* Takes no new connections; those that wait for an answer still get it. */
void command_socket_drain(void);

#endif
