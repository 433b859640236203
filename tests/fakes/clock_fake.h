/* SPDX-License-Identifier: MIT */
/* Clocks that tests stop and move. They run like the system's until they are frozen. */
#ifndef CNOP_TESTS_FAKES_CLOCK_FAKE_H
#define CNOP_TESTS_FAKES_CLOCK_FAKE_H

#include "shared/base/clock.h"

void clock_fake_freeze(int64_t wall_us, int64_t monotonic_us); /* again to move them */
void clock_fake_unfreeze(void);

#endif
