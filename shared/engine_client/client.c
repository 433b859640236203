/* SPDX-License-Identifier: MIT */
/* Client of the engine's command socket. Keeps three outcomes apart: not sent (nothing happened),
 * answered, and sent without an answer (unknown: asked again under the same key while time is
 * left). */
#include "shared/engine_client/client.h"

#include <errno.h>
#include <poll.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "shared/base/clock.h"
#include "shared/base/id.h"
#include "shared/base/secret.h"
#include "shared/base/span.h"

#define RETRY_PAUSE_MS 20

void
engine_client_init(struct engine_client *client, const char *path, uint32_t timeout_ms)
{
    cnop_assert(path != NULL);
    *client = (struct engine_client){.path = path, .timeout_ms = timeout_ms, .fd = -1};
    /* Replies to an earlier life of this process must not pass for ours. */
    cnop_secret_random(&client->tag, sizeof(client->tag));
}

void
engine_client_done(struct engine_client *client)
{
    if (client->fd >= 0)
        (void)close(client->fd);
    client->fd = -1;
}

/* ---- transport ---- */

static bool
is_connected(struct engine_client *client)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    size_t len = strlen(client->path);

    if (client->fd >= 0)
        return true;
    cnop_assert(len < sizeof(address.sun_path));
    memcpy(address.sun_path, client->path, len);
    client->fd = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (client->fd < 0)
        return false;
    if (connect(client->fd, (const struct sockaddr *)&address, sizeof(address)) == 0)
        return true;
    engine_client_done(client);
    return false;
}

/* Waits for the descriptor; false: out of time. */
static bool
is_ready(int fd, short events, int64_t deadline_us)
{
    struct pollfd poll_fd = {.fd = fd, .events = events};
    int64_t left_us = deadline_us - cnop_clock_monotonic_us();
    int count;

    if (left_us <= 0)
        return false;
    count = poll(&poll_fd, 1, (int)(left_us / 1000) + 1);
    return count > 0;
}

enum delivery { NOT_SENT, ANSWERED, NO_ANSWER };

/* A message in two pieces: its head with the fixed fields, and what follows. */
struct message {
    struct engine_wire_head *head;
    struct iovec pieces[2];
};

/* One attempt over one connection. */
static enum delivery
exchange(struct engine_client *client, struct message *message, int64_t deadline_us,
         struct engine_wire_reply *reply)
{
    const struct msghdr header = {.msg_iov = message->pieces, .msg_iovlen = 2};

    if (!is_connected(client))
        return NOT_SENT;
    while (sendmsg(client->fd, &header, MSG_NOSIGNAL) < 0) {
        if (errno == EINTR)
            continue;
        if (errno == EAGAIN && is_ready(client->fd, POLLOUT, deadline_us))
            continue;
        engine_client_done(client);
        return NOT_SENT;
    }
    while (is_ready(client->fd, POLLIN, deadline_us)) {
        ssize_t got = recv(client->fd, reply, sizeof(*reply), 0);

        if (got < 0 && (errno == EINTR || errno == EAGAIN))
            continue;
        if (got != (ssize_t)sizeof(*reply) || reply->head.version != ENGINE_WIRE_VERSION)
            break;
        if (reply->head.tag == message->head->tag)
            return ANSWERED;
    }
    engine_client_done(client);
    return NO_ANSWER;
}

/* Repeats until answered or out of time. That is safe: money commands carry a key, and the others
 * set the same state again. */
static enum cnop_err
run(struct engine_client *client, struct message *message, struct engine_wire_reply *reply)
{
    int64_t left_us = (int64_t)cnop_span_left_ms(client->timeout_ms) * 1000;
    int64_t deadline_us = cnop_clock_monotonic_us() + left_us;
    bool maybe_applied = false;

    message->head->version = ENGINE_WIRE_VERSION;
    message->head->bytes = (uint32_t)(message->pieces[0].iov_len + message->pieces[1].iov_len);
    message->head->tag = ++client->tag;
    for (;;) {
        enum delivery delivery = exchange(client, message, deadline_us, reply);

        if (delivery == ANSWERED)
            return reply->err < CNOP_ERR_COUNT ? (enum cnop_err)reply->err : CNOP_E_INTERNAL;
        maybe_applied = maybe_applied || delivery == NO_ANSWER;
        if (cnop_clock_monotonic_us() + RETRY_PAUSE_MS * 1000 >= deadline_us)
            break;
        (void)poll(NULL, 0, RETRY_PAUSE_MS); /* the engine may be restarting */
    }
    return maybe_applied ? CNOP_E_OUTCOME_UNKNOWN : CNOP_E_UNAVAILABLE;
}

enum cnop_err
engine_client_call(struct engine_client *client, const struct ledger_command *command,
                   struct ledger_outcome *outcome)
{
    struct engine_wire_command wire = {.head.kind = ENGINE_WIRE_COMMAND, .command = *command};
    struct message message = {.head = &wire.head, .pieces = {{&wire, sizeof(wire)}, {NULL, 0}}};
    struct engine_wire_reply reply;
    bool moves_money = command->op == LEDGER_OP_DEPOSIT || command->op == LEDGER_OP_WITHDRAW ||
                       command->op == LEDGER_OP_GIFT || command->op == LEDGER_OP_ORDER;
    enum cnop_err err;

    *outcome = (struct ledger_outcome){0};
    if (moves_money && command->key_len == 0) {
        /* '.' keeps made-up keys apart from those of clients. */
        char key[CNOP_HEX_ID_LEN + 2] = ".";

        cnop_id_random_hex(key + 1);
        err = ledger_command_set_key(&wire.command, cnop_str_from(key));
        cnop_assert(err == CNOP_OK);
    }
    err = run(client, &message, &reply);
    if (err != CNOP_E_OUTCOME_UNKNOWN && err != CNOP_E_UNAVAILABLE)
        *outcome = reply.outcome;
    return err;
}

enum cnop_err
engine_client_ticks(struct engine_client *client, const struct ledger_tick *ticks, uint32_t count,
                    uint32_t *ret_refused_count)
{
    struct engine_wire_ticks wire = {.head.kind = ENGINE_WIRE_TICKS, .count = count};
    union {
        const struct ledger_tick *ticks;
        void *base;
    } list = {ticks}; /* sendmsg does not write to it */
    struct message message = {
        .head = &wire.head, .pieces = {{&wire, sizeof(wire)}, {list.base, count * sizeof(*ticks)}}};
    struct engine_wire_reply reply;
    enum cnop_err err;

    cnop_assert(count > 0);
    cnop_assert(count <= ENGINE_WIRE_TICK_MAX);
    err = run(client, &message, &reply);
    if (err == CNOP_OK)
        *ret_refused_count = reply.refused_count;
    return err;
}
