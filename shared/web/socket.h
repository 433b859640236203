/* SPDX-License-Identifier: MIT */
/* Sockets of the runtime: where the listening one comes from, who may connect, and how open
 * connections pass from a stopping process to its successor. */
#ifndef CNOP_WEB_SOCKET_H
#define CNOP_WEB_SOCKET_H

#include "shared/base/str.h"

#include <sys/types.h>

#define CNOP_PEER_UID_MAX 16

struct cnop_peers {
    uid_t uids[CNOP_PEER_UID_MAX];
    size_t count;
};

/* "33,1000" plus our own effective uid and root. INVALID. */
cnop_must_check enum cnop_err cnop_peers_parse(struct cnop_str text, struct cnop_peers *ret_peers);

/* True when the process at the other end of the unix socket runs as one of them. */
bool cnop_peers_allow(const struct cnop_peers *peers, int fd);

/* Keeps one descriptor aside for cnop_turn_away; once for each process. */
void cnop_turn_away_prepare(void);

/* For a process whose descriptors are used up: takes one waiting connection and closes it at once,
 * so that its peer knows rather than waits, and so that the listening socket does not stay readable
 * for ever. False: none was waiting, or even that descriptor is gone. Any thread. Logged at most
 * once a second. */
bool cnop_turn_away(int listen_fd);

/* A socket handed to us: by systemd (LISTEN_FDS) or as standard input; -1: none. */
int cnop_socket_inherited(void);

/* A pair for cnop_handover_*: [0] to send, [1] to receive. Close-on-exec. */
cnop_must_check enum cnop_err cnop_handover_pair(int ret_pair[2]);

/* Passes an open connection on; BUSY: nobody takes it at the moment. fd stays open here. */
cnop_must_check enum cnop_err cnop_handover_send(int socket, int fd);

/* A connection passed on by another process; NOT_FOUND: none is waiting. */
cnop_must_check enum cnop_err cnop_handover_receive(int socket, int *ret_fd);

#endif
