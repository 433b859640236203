/* SPDX-License-Identifier: MIT */
/* Passing of the parent's possessions through its own exec, as one environment variable. */
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "shared/web/parent.h"

#define INHERITED_VARIABLE "CNOP_INHERITED"

/* "listen send receive scoreboard pid:slot pid:slot ..." */
static bool
next_number(struct cnop_str *text, char separator, uint64_t *ret_number)
{
    struct cnop_str part;

    (void)cnop_str_cut(*text, separator, &part, text);
    return cnop_str_parse_u64(part, 0, INT32_MAX, ret_number) == CNOP_OK;
}

void
cnop_inherited_load(struct cnop_inherited *ret_inherited)
{
    struct cnop_inherited inherited = {.listen_fd = -1, .handover = {-1, -1}, .scoreboard_fd = -1};
    int *fds[4] = {&inherited.listen_fd, &inherited.handover[0], &inherited.handover[1],
                   &inherited.scoreboard_fd};
    struct cnop_str text = cnop_str_from(getenv(INHERITED_VARIABLE));
    uint64_t pid, slot;

    for (size_t i = 0; !cnop_str_empty(text) && i < CNOP_COUNT(fds); i++) {
        uint64_t fd;

        cnop_assert(next_number(&text, ' ', &fd));
        *fds[i] = (int)fd;
        cnop_assert(fcntl(*fds[i], F_SETFD, FD_CLOEXEC) == 0);
    }
    while (!cnop_str_empty(text) && inherited.old_count < CNOP_WORKER_MAX) {
        cnop_assert(next_number(&text, ':', &pid));
        cnop_assert(next_number(&text, ' ', &slot));
        cnop_assert(slot < CNOP_WORKER_MAX);
        inherited.old[inherited.old_count].pid = (pid_t)pid;
        inherited.old[inherited.old_count].slot = (unsigned)slot;
        inherited.old_count++;
    }
    (void)unsetenv(INHERITED_VARIABLE);
    *ret_inherited = inherited;
}

void
cnop_inherited_exec(const struct cnop_inherited *inherited, char **argv)
{
    const int fds[4] = {inherited->listen_fd, inherited->handover[0], inherited->handover[1],
                        inherited->scoreboard_fd};
    char memory[64 + CNOP_WORKER_MAX * 16];
    struct cnop_buf text;

    cnop_buf_init(&text, memory, sizeof(memory) - 1);
    for (size_t i = 0; i < CNOP_COUNT(fds); i++) {
        cnop_assert(fcntl(fds[i], F_SETFD, 0) == 0);
        cnop_buf_printf(&text, "%s%d", i == 0 ? "" : " ", fds[i]);
    }
    for (size_t i = 0; i < inherited->old_count; i++)
        cnop_buf_printf(&text, " %d:%u", (int)inherited->old[i].pid, inherited->old[i].slot);
    cnop_assert(!text.overflow);
    memory[text.len] = '\0';
    cnop_assert(setenv(INHERITED_VARIABLE, memory, 1) == 0);
    (void)execv(argv[0], argv);
    (void)unsetenv(INHERITED_VARIABLE);
    for (size_t i = 0; i < CNOP_COUNT(fds); i++)
        (void)fcntl(fds[i], F_SETFD, FD_CLOEXEC);
}
