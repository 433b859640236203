/* SPDX-License-Identifier: MIT */
/* The way to the gateway's control socket: one bounded exchange at a time. */
#ifndef CNOP_OPS_GATEWAY_LINK_H
#define CNOP_OPS_GATEWAY_LINK_H

#include "shared/base/arena.h"

struct cnop_http_client;

struct ops_gateway_link {
    const char *socket;
    struct cnop_http_client *client; /* its connection stays open */
};

void ops_gateway_link_init(struct ops_gateway_link *link, const char *socket);
void ops_gateway_link_done(struct ops_gateway_link *link);

/* The guard's addresses as it tells them. UNAVAILABLE (logged): no usable answer in time. */
cnop_must_check enum cnop_err ops_gateway_link_guard(struct ops_gateway_link *link,
                                                     struct cnop_arena *arena,
                                                     struct cnop_str *ret_body);

/* Tells the guard one line. The same; whether it was done is not known then. */
cnop_must_check enum cnop_err ops_gateway_link_tell(struct ops_gateway_link *link,
                                                    struct cnop_str line);

#endif
