/* SPDX-License-Identifier: MIT */
/* The parent process: holds the sockets and the scoreboard, keeps the configured number of workers
 * alive, replaces them without a gap, kills stuck ones. Never touches a request. */
#ifndef CNOP_WEB_PARENT_H
#define CNOP_WEB_PARENT_H

#include "shared/web/worker.h"

/* What survives the parent's own replacement (exec): descriptors and the workers still running. */
struct cnop_inherited {
    int listen_fd; /* -1: none */
    int handover[2];
    int scoreboard_fd;
    struct {
        pid_t pid;
        unsigned slot;
    } old[CNOP_WORKER_MAX];
    size_t old_count;
};

/* From the environment of an exec by cnop_inherited_exec; all -1 and 0 otherwise. */
void cnop_inherited_load(struct cnop_inherited *ret_inherited);

/* Replaces this program by its file on disk, keeping the inherited descriptors. Returns only on
 * failure. */
void cnop_inherited_exec(const struct cnop_inherited *inherited, char **argv);

/* Runs until told to stop; exit status 0. start->slot is chosen per worker. */
int cnop_parent_run(const struct cnop_worker_start *start, struct cnop_inherited *inherited,
                    char **argv);

#endif
