/* SPDX-License-Identifier: MIT */
/* From the command line to a running parent or, with processes = 0, a worker in the foreground. */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <unistd.h>

#include "shared/base/secret.h"
#include "shared/base/span.h"
#include "shared/web/parent.h"

#define STATUS_FAILED 70
#define STATUS_REFUSED 78

const char *const cnop_web_log_levels[] = {"debug", "info", "warn", "error", "critical", NULL};

/* Rules that a row of the key table cannot express. */
static bool
config_is_sound(const struct cnop_web_program *program)
{
    const struct cnop_web_config *web = program->web;
    const char *fault = NULL;
    struct cnop_peers peers;

    if (cnop_peers_parse(cnop_str_from(web->peer_uids), &peers) != CNOP_OK)
        fault = "peer_uids: not a list of at most 14 numeric user ids";
    else if (program->service->exclusive && web->processes > 1)
        fault = "processes: this service runs in one process";
    else if (web->log_file[0] != '\0' && web->log_file[0] != '/')
        fault = "log_file: not an absolute path";
    else if (web->audit_file[0] != '\0' && web->audit_file[0] != '/')
        fault = "audit_file: not an absolute path";
    if (fault != NULL)
        (void)fprintf(stderr, "%s: %s\n", program->spec->program, fault);
    return fault == NULL &&
           (program->validate == NULL || program->validate(program->values) == CNOP_OK);
}

/* Signals wait for sigtimedwait in parent and controller; no handler ever runs. */
static void
block_signals(void)
{
    const int blocked[] = {SIGTERM, SIGINT, SIGHUP, SIGUSR1, SIGUSR2, SIGCHLD};
    struct sigaction ignore = {.sa_handler = SIG_IGN};
    sigset_t signals;

    sigemptyset(&signals);
    for (size_t i = 0; i < CNOP_COUNT(blocked); i++)
        sigaddset(&signals, blocked[i]);
    cnop_assert(sigprocmask(SIG_BLOCK, &signals, NULL) == 0);
    cnop_assert(sigaction(SIGPIPE, &ignore, NULL) == 0);
}

static enum cnop_err
open_logs(const struct cnop_web_program *program)
{
    const struct cnop_web_config *web = program->web;
    const char *log_file = web->log_file[0] != '\0' ? web->log_file : NULL;
    enum cnop_err err =
        cnop_log_open(program->service->name, (enum cnop_log_level)web->log_level, log_file);

    if (err == CNOP_OK && web->audit_file[0] != '\0')
        err = cnop_log_open_audit(web->audit_file);
    if (err != CNOP_OK)
        (void)fprintf(stderr, "%s: cannot open the log: %s\n", program->spec->program,
                      strerror(errno));
    return err;
}

static enum cnop_err
open_sockets(const struct cnop_web_config *web, struct cnop_inherited *inherited)
{
    struct cnop_span span = CNOP_SPAN_OPEN;
    enum cnop_err err = CNOP_OK;

    cnop_span_enter(&span);
    if (inherited->listen_fd < 0)
        inherited->listen_fd = cnop_socket_inherited();
    if (inherited->listen_fd < 0)
        err = cnop_web_listen(web->listen, &inherited->listen_fd);
    if (err == CNOP_OK && inherited->handover[0] < 0 && web->processes > 0)
        err = cnop_handover_pair(inherited->handover);
    if (err != CNOP_OK)
        cnop_log_start_failed("listen", err);
    cnop_span_enter(NULL);
    return err;
}

static int
run(const struct cnop_web_program *program, char **argv)
{
    struct cnop_worker_start start = {.service = program->service, .config = program->web};
    struct cnop_inherited inherited;

    cnop_router_check(program->service->routes, program->service->route_count);
    block_signals();
    cnop_secret_init();
    cnop_inherited_load(&inherited);
    if (open_logs(program) != CNOP_OK || open_sockets(program->web, &inherited) != CNOP_OK)
        return STATUS_FAILED;
    start.scoreboard = cnop_scoreboard_open(program->service, &inherited.scoreboard_fd);
    start.listen_fd = inherited.listen_fd;
    start.handover[0] = inherited.handover[0];
    start.handover[1] = inherited.handover[1];
    if (program->web->processes == 0)
        return cnop_worker_run(&start);
    return cnop_parent_run(&start, &inherited, argv);
}

/* An absolute path of this program, so that a restart runs what is there by then; symbolic links
 * stay, as an upgrade may turn them. */
static void
fix_program_path(char **argv, char *memory, size_t size)
{
    ssize_t len;
    size_t used;

    if (argv[0][0] == '/')
        return;
    if (strchr(argv[0], '/') == NULL) {
        len = readlink("/proc/self/exe", memory, size - 1);
        cnop_assert(len > 0);
        memory[len] = '\0';
    } else {
        cnop_assert(getcwd(memory, size) != NULL);
        used = strlen(memory);
        cnop_assert((size_t)snprintf(memory + used, size - used, "/%s", argv[0]) < size - used);
    }
    argv[0] = memory;
}

static bool
has_argument(int argc, char **argv, const char *text)
{
    for (int i = 1; i < argc; i++)
        if (strcmp(argv[i], text) == 0)
            return true;
    return false;
}

int
cnop_web_main(const struct cnop_web_program *program, int argc, char **argv)
{
    static char program_path[4096];
    struct cnop_arena *arena = cnop_arena_new(CNOP_CONFIG_ARENA_BYTES);
    int status = 0;

    fix_program_path(argv, program_path, sizeof(program_path));
    switch (cnop_config_start(program->spec, argc, argv, arena, program->values, &status)) {
    case CNOP_CONFIG_ROUTES:
        cnop_router_print(program->service->routes, program->service->route_count, stdout);
        break;
    case CNOP_CONFIG_RUN:
        status = config_is_sound(program) ? run(program, argv) : STATUS_REFUSED;
        break;
    case CNOP_CONFIG_EXIT:
        if (status == 0 && has_argument(argc, argv, "--check") && !config_is_sound(program))
            status = STATUS_REFUSED;
        break;
    }
    cnop_arena_free(&arena);
    return status;
}
