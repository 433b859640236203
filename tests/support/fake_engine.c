/* SPDX-License-Identifier: MIT */
/* Stands in for the order engine on its command socket, for tests of the programs that talk to it:
 * accepts everything, or refuses with the error number found in a file, and prints each message as
 * one JSON line. Keeps no money.
 *
 * fake_engine SOCKET ERROR_FILE [empty]
 * With "empty" it knows no asset until it is told one, as an engine that started too early. */
#include <signal.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "shared/base/str.h"
#include "shared/engine_client/wire.h"

#define CONNECTION_MAX 16
#define ASSET_MAX 65536

static bool known[ASSET_MAX];

static void
print_command(const struct ledger_command *command)
{
    printf("{\"op\": %u, \"asset\": %u, \"price\": %lld, \"seq\": %llu, \"active\": %s,"
           " \"symbol\": \"%.*s\", \"reason\": \"%.*s\", \"request_id\": \"%.*s\"}\n",
           command->op, command->asset_id, (long long)command->price.e10,
           (unsigned long long)command->price_seq, command->active ? "true" : "false",
           (int)command->symbol_len, command->symbol, (int)command->reason_len, command->reason,
           (int)command->request_id_len, command->request_id);
}

static uint32_t
take_ticks(const struct ledger_tick *ticks, uint32_t count)
{
    uint32_t refused_count = 0;

    printf("{\"ticks\": [");
    for (uint32_t i = 0; i < count; i++) {
        printf("%s[%u, %lld, %llu]", i == 0 ? "" : ", ", ticks[i].asset_id,
               (long long)ticks[i].price.e10, (unsigned long long)ticks[i].seq);
        refused_count += !known[ticks[i].asset_id];
    }
    printf("]}\n");
    return refused_count;
}

static uint32_t
wanted_error(const char *path)
{
    FILE *file = fopen(path, "r");
    char text[16] = "";
    uint64_t number = 0;

    if (file == NULL)
        return CNOP_OK;
    if (fgets(text, sizeof(text), file) != NULL &&
        cnop_str_parse_u64(cnop_str_trim(cnop_str_from(text)), 0, CNOP_ERR_COUNT, &number) !=
            CNOP_OK)
        number = 0;
    fclose(file);
    return (uint32_t)number;
}

static bool
serve_one(int fd, const char *error_file)
{
    static union {
        struct engine_wire_head head;
        struct engine_wire_command command;
        struct engine_wire_ticks ticks;
        char bytes[ENGINE_WIRE_MESSAGE_MAX_BYTES];
    } message;
    struct engine_wire_reply reply = {0};
    ssize_t got = recv(fd, &message, sizeof(message), 0);

    if (got < (ssize_t)sizeof(message.head))
        return false;
    reply.head = message.head;
    reply.head.bytes = sizeof(reply);
    reply.err = wanted_error(error_file);
    if (message.head.kind == ENGINE_WIRE_TICKS) {
        reply.refused_count = take_ticks(
            (const struct ledger_tick *)(const void *)(message.bytes + sizeof(message.ticks)),
            message.ticks.count);
    } else {
        print_command(&message.command.command);
        if (message.command.command.op == LEDGER_OP_ASSET)
            known[message.command.command.asset_id] = true;
    }
    fflush(stdout);
    return send(fd, &reply, sizeof(reply), MSG_NOSIGNAL) == (ssize_t)sizeof(reply);
}

static int
listen_on(const char *path)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    int fd = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0);

    snprintf(address.sun_path, sizeof(address.sun_path), "%s", path);
    unlink(path);
    if (fd < 0 || bind(fd, (const struct sockaddr *)&address, sizeof(address)) != 0 ||
        listen(fd, CONNECTION_MAX) != 0) {
        perror(path);
        exit(EXIT_FAILURE);
    }
    return fd;
}

int
main(int argc, char **argv)
{
    const struct sigaction ignore = {.sa_handler = SIG_IGN};
    int listener;

    if (argc < 3)
        return EXIT_FAILURE;
    memset(known, argc == 3, sizeof(known));
    sigaction(SIGCHLD, &ignore, NULL); /* children are not waited for */
    listener = listen_on(argv[1]);
    for (;;) {
        int fd = accept(listener, NULL, NULL);

        if (fd < 0)
            continue;
        /* One process a connection; what one is told of assets the others need not know. */
        if (fork() == 0) {
            while (serve_one(fd, argv[2]))
                continue;
            _exit(EXIT_SUCCESS);
        }
        close(fd);
    }
}
