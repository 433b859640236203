/* SPDX-License-Identifier: MIT */
/* The processes of a stack out of a few metrics: what is wrong first. Pure. */
#ifndef CNOP_OPS_HEALTH_H
#define CNOP_OPS_HEALTH_H

#include "fcgi_services/ops/answer.h"

#define OPS_PROCESS_MAX 64

/* The metrics that are looked at, as one expression. */
extern const char ops_health_expression[];

enum ops_state { OPS_DOWN, OPS_SILENT, OPS_UP }; /* worst first */

struct ops_process {
    struct cnop_str name;
    struct cnop_str version; /* empty: not told */
    uint64_t since_s;        /* that it runs, or does not; Unix time; 0: not known */
    uint64_t restarts;
    bool is_down;       /* the supervisor says that it does not run */
    bool is_silent;     /* it does not answer the scrape */
    bool is_supervised; /* since_s and restarts are known */
};

struct ops_health {
    struct ops_process processes[OPS_PROCESS_MAX];
    size_t count;
};

/* MONITORING_FAILED: a figure is none, or there are too many processes. */
cnop_must_check enum cnop_err ops_health_read(const struct ops_sample *samples, size_t count,
                                              struct ops_health *ret_health);

enum ops_state ops_process_state(const struct ops_process *process);
const char *ops_state_name(enum ops_state state); /* "down", "silent", "up" */

#endif
