/* SPDX-License-Identifier: MIT */
/* Unix sockets: creating, inheriting, judging peers, passing descriptors. */
#include "shared/web/socket.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "shared/base/clock.h"
#include "shared/base/log.h"
#include "shared/base/span.h"
#include "shared/web/web.h"

#define LISTEN_BACKLOG 1024
#define LISTEN_FDS_START 3
#define TURNED_AWAY_LOG_US INT64_C(1000000)

static struct {
    pthread_mutex_t lock;
    int fd;
    int64_t logged_us;
} spare = {.lock = PTHREAD_MUTEX_INITIALIZER, .fd = -1, .logged_us = -TURNED_AWAY_LOG_US};

enum cnop_err
cnop_peers_parse(struct cnop_str text, struct cnop_peers *ret_peers)
{
    struct cnop_peers peers = {.uids = {0, geteuid()}, .count = 2};

    while (!cnop_str_empty(text)) {
        struct cnop_str part;
        uint64_t uid;

        (void)cnop_str_cut(text, ',', &part, &text);
        if (peers.count == CNOP_PEER_UID_MAX ||
            cnop_str_parse_u64(cnop_str_trim(part), 0, UINT32_MAX, &uid) != CNOP_OK)
            return CNOP_E_INVALID;
        peers.uids[peers.count++] = (uid_t)uid;
    }
    *ret_peers = peers;
    return CNOP_OK;
}

bool
cnop_peers_allow(const struct cnop_peers *peers, int fd)
{
    struct ucred peer;
    socklen_t len = sizeof(peer);

    if (getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &peer, &len) != 0)
        return false;
    for (size_t i = 0; i < peers->count; i++)
        if (peers->uids[i] == peer.uid)
            return true;
    return false;
}

static bool
is_listening(int fd)
{
    int listening = 0;
    socklen_t len = sizeof(listening);

    return getsockopt(fd, SOL_SOCKET, SO_ACCEPTCONN, &listening, &len) == 0 && listening;
}

int
cnop_socket_inherited(void)
{
    const char *fds = getenv("LISTEN_FDS");
    const char *pid = getenv("LISTEN_PID");
    uint64_t number;
    int fd = -1;

    if (fds != NULL && pid != NULL &&
        cnop_str_parse_u64(cnop_str_from(pid), 1, INT32_MAX, &number) == CNOP_OK &&
        (pid_t)number == getpid() &&
        cnop_str_parse_u64(cnop_str_from(fds), 1, 64, &number) == CNOP_OK)
        fd = LISTEN_FDS_START;
    else if (is_listening(STDIN_FILENO))
        fd = STDIN_FILENO;
    if (fd >= 0 && (!is_listening(fd) || fcntl(fd, F_SETFL, O_NONBLOCK) != 0))
        return -1;
    return fd;
}

static void
spare_fill(void)
{
    spare.fd = open("/dev/null", O_RDONLY | O_CLOEXEC);
}

void
cnop_turn_away_prepare(void)
{
    cnop_assert(spare.fd < 0);
    spare_fill();
}

bool
cnop_turn_away(int listen_fd)
{
    int64_t now_us = cnop_clock_monotonic_us();
    bool log;
    int fd;

    cnop_assert(listen_fd >= 0);
    (void)pthread_mutex_lock(&spare.lock);
    if (spare.fd >= 0)
        (void)close(spare.fd);
    fd = accept4(listen_fd, NULL, NULL, SOCK_CLOEXEC);
    if (fd >= 0)
        (void)close(fd);
    spare_fill();
    log = fd >= 0 && now_us - spare.logged_us >= TURNED_AWAY_LOG_US;
    if (log)
        spare.logged_us = now_us;
    (void)pthread_mutex_unlock(&spare.lock);
    if (log)
        cnop_log_write(CNOP_LOG_ERROR, "turn_away", "out of descriptors: connections are closed");
    return fd >= 0;
}

static int
bind_at(const char *path)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    int fd;

    if (strlen(path) >= sizeof(address.sun_path)) {
        errno = ENAMETOOLONG;
        return -1;
    }
    (void)memcpy(address.sun_path, path, strlen(path) + 1);
    fd = socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (fd < 0)
        return -1;
    (void)unlink(path);
    if (bind(fd, (const struct sockaddr *)&address, sizeof(address)) != 0 ||
        chmod(path, 0660) != 0 || listen(fd, LISTEN_BACKLOG) != 0) {
        (void)close(fd);
        return -1;
    }
    return fd;
}

/* Bound under another name and renamed: there is no moment without a socket at the path. */
enum cnop_err
cnop_web_listen(const char *path, int *ret_fd)
{
    char beside[sizeof(((struct sockaddr_un *)0)->sun_path)];
    int fd = -1;

    if ((size_t)snprintf(beside, sizeof(beside), "%s.%d", path, (int)getpid()) < sizeof(beside))
        fd = bind_at(beside);
    else
        errno = ENAMETOOLONG;
    if (fd >= 0 && rename(beside, path) != 0) {
        (void)close(fd);
        (void)unlink(beside);
        fd = -1;
    }
    if (fd < 0) {
        cnop_span_cause("%s: %s", path, strerror(errno));
        return CNOP_E_IO;
    }
    *ret_fd = fd;
    return CNOP_OK;
}

enum cnop_err
cnop_handover_pair(int ret_pair[2])
{
    int bytes = 1 << 20;

    if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_NONBLOCK | SOCK_CLOEXEC, 0, ret_pair) != 0)
        return CNOP_E_IO;
    (void)setsockopt(ret_pair[0], SOL_SOCKET, SO_SNDBUF, &bytes, sizeof(bytes));
    return CNOP_OK;
}

/* A message of one byte, with room for one descriptor beside it. */
struct handover {
    char byte;
    struct iovec data;
    _Alignas(struct cmsghdr) char control[CMSG_SPACE(sizeof(int))];
    struct msghdr message;
};

static void
handover_init(struct handover *handover)
{
    *handover = (struct handover){.byte = 'c'};
    handover->data = (struct iovec){&handover->byte, 1};
    handover->message = (struct msghdr){.msg_iov = &handover->data,
                                        .msg_iovlen = 1,
                                        .msg_control = handover->control,
                                        .msg_controllen = sizeof(handover->control)};
}

enum cnop_err
cnop_handover_send(int socket, int fd)
{
    struct handover handover;
    struct cmsghdr *header;

    cnop_assert(fd >= 0);
    handover_init(&handover);
    header = CMSG_FIRSTHDR(&handover.message);
    header->cmsg_level = SOL_SOCKET;
    header->cmsg_type = SCM_RIGHTS;
    header->cmsg_len = CMSG_LEN(sizeof(int));
    memcpy(CMSG_DATA(header), &fd, sizeof(fd));
    return sendmsg(socket, &handover.message, MSG_DONTWAIT | MSG_NOSIGNAL) == 1 ? CNOP_OK
                                                                                : CNOP_E_BUSY;
}

enum cnop_err
cnop_handover_receive(int socket, int *ret_fd)
{
    struct handover handover;
    struct cmsghdr *header;

    handover_init(&handover);
    if (recvmsg(socket, &handover.message, MSG_DONTWAIT | MSG_CMSG_CLOEXEC) != 1)
        return CNOP_E_NOT_FOUND;
    header = CMSG_FIRSTHDR(&handover.message);
    if (header == NULL || header->cmsg_type != SCM_RIGHTS ||
        header->cmsg_len != CMSG_LEN(sizeof(int)))
        return CNOP_E_NOT_FOUND;
    memcpy(ret_fd, CMSG_DATA(header), sizeof(*ret_fd));
    return CNOP_OK;
}
