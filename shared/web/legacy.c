/* SPDX-License-Identifier: MIT */
/* Passing of the parent's possessions through its own exec, as one environment variable. */
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "shared/web/parent.h"

#define LEGACY_VARIABLE "CNOP_LEGACY"

/* "listen send receive page pid:slot pid:slot ..." */
static bool
next_number(struct cnop_str *text, char separator, uint64_t *ret_number)
{
    struct cnop_str part;

    (void)cnop_str_cut(*text, separator, &part, text);
    return cnop_str_parse_u64(part, 0, INT32_MAX, ret_number) == CNOP_OK;
}

void
cnop_legacy_load(struct cnop_legacy *ret_legacy)
{
    struct cnop_legacy legacy = {.listen_fd = -1, .handover = {-1, -1}, .page_fd = -1};
    int *fds[4] = {&legacy.listen_fd, &legacy.handover[0], &legacy.handover[1], &legacy.page_fd};
    struct cnop_str text = cnop_str_from(getenv(LEGACY_VARIABLE));
    uint64_t pid, slot;

    for (size_t i = 0; !cnop_str_empty(text) && i < CNOP_COUNT(fds); i++) {
        uint64_t fd;

        cnop_assert(next_number(&text, ' ', &fd));
        *fds[i] = (int)fd;
        cnop_assert(fcntl(*fds[i], F_SETFD, FD_CLOEXEC) == 0);
    }
    while (!cnop_str_empty(text) && legacy.old_count < CNOP_WORKER_MAX) {
        cnop_assert(next_number(&text, ':', &pid));
        cnop_assert(next_number(&text, ' ', &slot));
        cnop_assert(slot < CNOP_WORKER_MAX);
        legacy.old[legacy.old_count].pid = (pid_t)pid;
        legacy.old[legacy.old_count].slot = (unsigned)slot;
        legacy.old_count++;
    }
    (void)unsetenv(LEGACY_VARIABLE);
    *ret_legacy = legacy;
}

void
cnop_legacy_exec(const struct cnop_legacy *legacy, char **argv)
{
    const int fds[4] = {legacy->listen_fd, legacy->handover[0], legacy->handover[1],
                        legacy->page_fd};
    char memory[64 + CNOP_WORKER_MAX * 16];
    struct cnop_buf text;

    cnop_buf_init(&text, memory, sizeof(memory) - 1);
    for (size_t i = 0; i < CNOP_COUNT(fds); i++) {
        cnop_assert(fcntl(fds[i], F_SETFD, 0) == 0);
        cnop_buf_printf(&text, "%s%d", i == 0 ? "" : " ", fds[i]);
    }
    for (size_t i = 0; i < legacy->old_count; i++)
        cnop_buf_printf(&text, " %d:%u", (int)legacy->old[i].pid, legacy->old[i].slot);
    cnop_assert(!text.overflow);
    memory[text.len] = '\0';
    cnop_assert(setenv(LEGACY_VARIABLE, memory, 1) == 0);
    (void)execv(argv[0], argv);
    (void)unsetenv(LEGACY_VARIABLE);
    for (size_t i = 0; i < CNOP_COUNT(fds); i++)
        (void)fcntl(fds[i], F_SETFD, FD_CLOEXEC);
}
