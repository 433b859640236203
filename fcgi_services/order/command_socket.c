/* SPDX-License-Identifier: MIT */
/* Server side of shared/engine_client/wire.h, on the loop thread. A peer that breaks the protocol,
 * or does not take its answers, loses its connection; the engine never waits for one. */
#include "fcgi_services/order/command_socket.h"

#include <errno.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "fcgi_services/order/command_message.h"
#include "fcgi_services/order/engine_metrics.h"
#include "shared/base/clock.h"
#include "shared/base/log.h"
#include "shared/web/socket.h"
#include "shared/web/web.h"

#define CONNECTION_MAX 256
#define EVENTS_AT_ONCE 32
#define MESSAGES_AT_ONCE 16 /* of one peer, before the others have their turn */

struct connection {
    int fd; /* -1: free */
    unsigned rights;
    uint32_t generation; /* late answers of an earlier connection are dropped */
};

struct command_socket {
    struct engine *engine;
    struct command_socket_config config;
    int listen_fd;
    int epoll_fd; /* of the connections; the loop watches this one */
    struct connection connections[CONNECTION_MAX];
    unsigned char message[ENGINE_WIRE_MESSAGE_MAX_BYTES];
};

static struct command_socket server = {.listen_fd = -1, .epoll_fd = -1};

/* ---- who ---- */

enum cnop_err
command_socket_read_uids(const char *uids, uint64_t uid, bool *ret_listed)
{
    struct cnop_str rest = cnop_str_from(uids), head;
    bool more = !cnop_str_empty(rest);
    bool is_found = false;
    uint64_t listed;

    while (more) {
        more = cnop_str_cut(rest, ',', &head, &rest);
        if (cnop_str_parse_u64(cnop_str_trim(head), 0, UINT32_MAX, &listed) != CNOP_OK)
            return CNOP_E_INVALID;
        is_found = is_found || listed == uid;
    }
    *ret_listed = is_found;
    return CNOP_OK;
}

static bool
is_listed(const char *uids, uint64_t uid)
{
    bool listed = false;
    enum cnop_err err = command_socket_read_uids(uids, uid, &listed);

    cnop_assert(uids != NULL);
    cnop_assert(err == CNOP_OK); /* checked with the configuration */
    return listed;
}

static unsigned
rights_of(int fd)
{
    const struct command_socket_config *config = &server.config;
    struct ucred peer;
    socklen_t len = sizeof(peer);
    unsigned rights = 0;

    cnop_assert(fd >= 0);
    if (getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &peer, &len) != 0)
        return 0;
    if (peer.uid == geteuid())
        return COMMAND_RIGHT_MONEY | COMMAND_RIGHT_MARKET | COMMAND_RIGHT_ADMIN;
    if (is_listed(config->money_uids, peer.uid))
        rights |= COMMAND_RIGHT_MONEY;
    if (is_listed(config->market_uids, peer.uid))
        rights |= COMMAND_RIGHT_MARKET;
    if (is_listed(config->admin_uids, peer.uid))
        rights |= COMMAND_RIGHT_ADMIN;
    return rights;
}

/* ---- answers ---- */

static void
hang_up(struct connection *connection)
{
    cnop_assert(connection->fd >= 0);
    (void)close(connection->fd);
    connection->fd = -1;
    connection->generation++;
}

static void
answer(struct connection *connection, const struct engine_wire_reply *reply)
{
    cnop_assert(connection->fd >= 0);
    cnop_assert(reply->head.bytes == sizeof(*reply));
    /* A peer whose buffer is full does not read: it is gone, or will be. */
    if (send(connection->fd, reply, sizeof(*reply), MSG_DONTWAIT | MSG_NOSIGNAL) !=
        (ssize_t)sizeof(*reply))
        hang_up(connection);
}

static void
answer_error(struct connection *connection, uint64_t tag, enum cnop_err err)
{
    const struct engine_wire_reply reply = {
        .head = {.version = ENGINE_WIRE_VERSION, .bytes = sizeof(reply), .tag = tag},
        .err = (uint32_t)err};

    answer(connection, &reply);
}

static void
on_done(struct engine_job *job)
{
    struct connection *connection = job->owner;
    const struct engine_wire_reply reply = {
        .head = {.version = ENGINE_WIRE_VERSION, .bytes = sizeof(reply), .tag = job->owner_tag},
        .err = (uint32_t)job->err,
        .outcome = job->outcome};

    cnop_assert(connection >= server.connections &&
                connection < server.connections + CONNECTION_MAX);
    if (job->outcome.replayed)
        engine_metric_add(ENGINE_METRIC_REPLAYED, 1);
    if (connection->fd >= 0 && connection->generation == job->owner_index)
        answer(connection, &reply);
}

/* ---- messages ---- */

static void
take_command(struct connection *connection, const struct command_message *message)
{
    struct engine_job *job = engine_job_take(server.engine);

    cnop_assert(connection->fd >= 0);
    cnop_assert(connection->rights != 0);
    if (job == NULL) {
        answer_error(connection, message->tag, CNOP_E_OVERLOADED);
        return;
    }
    job->command = message->command;
    job->done = on_done;
    job->owner = connection;
    job->owner_index = connection->generation;
    job->owner_tag = message->tag;
    engine_submit(server.engine, job);
}

static bool
take_tick(const struct ledger_tick *tick, int64_t now_us)
{
    const struct ledger_command command = {.op = LEDGER_OP_TICK,
                                           .asset_id = tick->asset_id,
                                           .price = tick->price,
                                           .price_seq = tick->seq,
                                           .price_time_us = tick->time_us,
                                           .time_us = now_us};

    cnop_assert(now_us > 0);
    return tick->price.e10 > 0 && engine_tick(server.engine, &command) == CNOP_OK;
}

static void
take_ticks(struct connection *connection, const struct command_message *message)
{
    int64_t now_us = cnop_clock_wall_us();
    struct engine_wire_reply reply = {
        .head = {.version = ENGINE_WIRE_VERSION, .bytes = sizeof(reply), .tag = message->tag}};

    cnop_assert(connection->fd >= 0);
    cnop_assert(message->tick_count <= ENGINE_WIRE_TICK_MAX);
    for (uint32_t i = 0; i < message->tick_count; i++) {
        struct ledger_tick tick;

        command_message_tick(server.message, i, &tick);
        reply.refused_count += !take_tick(&tick, now_us);
    }
    engine_metric_add(ENGINE_METRIC_TICKS, message->tick_count - reply.refused_count);
    answer(connection, &reply);
}

static void
take_message(struct connection *connection, size_t bytes)
{
    struct command_message message;

    cnop_assert(bytes <= sizeof(server.message));
    switch (command_message_read(server.message, bytes, connection->rights, &message)) {
    case COMMAND_MESSAGE_UNREADABLE:
        hang_up(connection);
        break;
    case COMMAND_MESSAGE_REFUSED:
        answer_error(connection, message.tag, message.err);
        break;
    case COMMAND_MESSAGE_COMMAND:
        take_command(connection, &message);
        break;
    case COMMAND_MESSAGE_TICKS:
        take_ticks(connection, &message);
        break;
    }
}

static void
read_connection(struct connection *connection)
{
    cnop_assert(connection >= server.connections &&
                connection < server.connections + CONNECTION_MAX);
    for (int i = 0; i < MESSAGES_AT_ONCE && connection->fd >= 0; i++) {
        ssize_t got =
            recv(connection->fd, server.message, sizeof(server.message), MSG_DONTWAIT | MSG_TRUNC);

        if (got < 0 && (errno == EAGAIN || errno == EINTR))
            return;
        if (got <= 0 || (size_t)got > sizeof(server.message))
            hang_up(connection);
        else
            take_message(connection, (size_t)got);
    }
}

/* ---- connections ---- */

static void
on_readable(int fd, uint32_t events, void *arg)
{
    struct epoll_event ready[EVENTS_AT_ONCE];
    int count = epoll_wait(server.epoll_fd, ready, EVENTS_AT_ONCE, 0);

    cnop_assert(fd == server.epoll_fd);
    (void)fd;
    (void)events;
    (void)arg;
    for (int i = 0; i < count; i++)
        read_connection(ready[i].data.ptr);
}

static struct connection *
free_connection(void)
{
    for (uint32_t i = 0; i < CONNECTION_MAX; i++) {
        if (server.connections[i].fd < 0)
            return &server.connections[i];
    }
    return NULL;
}

static bool
watch(struct connection *connection, int fd)
{
    struct epoll_event event = {.events = EPOLLIN | EPOLLRDHUP, .data.ptr = connection};

    cnop_assert(connection->fd < 0);
    cnop_assert(fd >= 0);
    return epoll_ctl(server.epoll_fd, EPOLL_CTL_ADD, fd, &event) == 0;
}

static void
on_listener(int fd, uint32_t events, void *arg)
{
    struct connection *connection;
    int peer_fd;

    cnop_assert(fd == server.listen_fd);
    (void)events;
    (void)arg;
    while ((peer_fd = accept4(fd, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC)) >= 0) {
        unsigned rights = rights_of(peer_fd);

        connection = rights == 0 ? NULL : free_connection();
        if (connection == NULL || !watch(connection, peer_fd)) {
            cnop_log_write(CNOP_LOG_WARN, "command_socket", "peer refused");
            (void)close(peer_fd);
            continue;
        }
        connection->fd = peer_fd;
        connection->rights = rights;
    }
    if (errno == EMFILE || errno == ENFILE)
        (void)cnop_turn_away(fd); /* else the socket stays readable and the loop spins */
}

/* SOCK_SEQPACKET, replaced atomically: a path that exists always accepts. */
static int
listen_on(const char *path)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    struct cnop_buf buf;
    char final_path[sizeof(address.sun_path)];
    int fd;

    cnop_assert(path != NULL);
    cnop_buf_init(&buf, address.sun_path, sizeof(address.sun_path) - 1);
    cnop_buf_printf(&buf, "%s.%d", path, (int)getpid());
    if (buf.overflow)
        return -1;
    address.sun_path[buf.len] = '\0';
    memcpy(final_path, address.sun_path, sizeof(final_path));
    (void)unlink(address.sun_path);
    fd = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (fd < 0)
        return -1;
    if (bind(fd, (const struct sockaddr *)&address, sizeof(address)) != 0 ||
        chmod(address.sun_path, 0660) != 0 || listen(fd, 128) != 0 ||
        rename(final_path, path) != 0) {
        (void)close(fd);
        return -1;
    }
    return fd;
}

enum cnop_err
command_socket_open(struct engine *engine, const struct command_socket_config *config)
{
    cnop_assert(engine != NULL);
    cnop_assert(server.listen_fd < 0);
    server.engine = engine;
    server.config = *config;
    for (uint32_t i = 0; i < CONNECTION_MAX; i++)
        server.connections[i].fd = -1;
    server.epoll_fd = epoll_create1(EPOLL_CLOEXEC);
    server.listen_fd = listen_on(config->path);
    if (server.epoll_fd < 0 || server.listen_fd < 0) {
        struct cnop_log_line line;

        cnop_log_begin(&line, CNOP_LOG_CRITICAL, NULL, "command_socket", "cannot listen");
        cnop_log_text(&line, "path", config->path);
        cnop_log_i64(&line, "errno", errno);
        cnop_log_end(&line);
        return CNOP_E_IO;
    }
    cnop_loop_watch(server.listen_fd, EPOLLIN, on_listener, NULL);
    cnop_loop_watch(server.epoll_fd, EPOLLIN, on_readable, NULL);
    return CNOP_OK;
}

void
command_socket_drain(void)
{
    if (server.listen_fd < 0)
        return;
    cnop_loop_unwatch(server.listen_fd);
    (void)close(server.listen_fd);
    server.listen_fd = -1;
}
