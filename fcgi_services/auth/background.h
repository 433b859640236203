/* SPDX-License-Identifier: MIT */
/* Work that must leave the processor to others: run on a thread of its own with a worse nice value.
 * Only for work that takes milliseconds: each call starts and ends a thread. */
#ifndef CNOP_AUTH_BACKGROUND_H
#define CNOP_AUTH_BACKGROUND_H

#include "shared/base/err.h"

/* Runs fn to its end and returns. nice_value: 0 (no better than others) to 19. OVERLOADED: the
 * system gives no thread, fn has not run. */
cnop_must_check enum cnop_err background_run(int nice_value, void (*fn)(void *arg), void *arg);

#endif
