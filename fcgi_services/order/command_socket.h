/* SPDX-License-Identifier: MIT */
/* The engine's command socket: money, market and account commands of the other services, in the
 * same queue as orders. Who may do what is decided by the peer's user id. */
#ifndef CNOP_ORDER_COMMAND_SOCKET_H
#define CNOP_ORDER_COMMAND_SOCKET_H

#include "fcgi_services/order/engine.h"

/* Listens on config->command_socket, on the loop. IO: logged. */
cnop_must_check enum cnop_err command_socket_open(struct engine *engine);

/* Takes no new connections; those that wait for an answer still get it. */
void command_socket_drain(void);

#endif
