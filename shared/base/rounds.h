/* SPDX-License-Identifier: MIT */
/* For a program of one thread that works in rounds until it is told to end: SIGTERM and SIGINT end
 * it between two rounds, SIGUSR1 opens its log again, SIGPIPE is an error of the call. */
#ifndef CNOP_BASE_ROUNDS_H
#define CNOP_BASE_ROUNDS_H

#include <stdbool.h>
#include <stdint.h>

/* Once, before the first round and before any thread; enters the sandbox. */
void cnop_rounds_begin(void);

/* Waits so many microseconds, less when a signal comes; <= 0 only looks. False, from then on for
 * ever: the program shall end. */
bool cnop_rounds_go_on(int64_t wait_us);

#endif
