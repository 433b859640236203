/* SPDX-License-Identifier: MIT */
/* The exit of a failed assertion: says where, then aborts. Never returns. */
#include "shared/base/attr.h"

#include <stdio.h>
#include <stdlib.h>

void
cnop_assert_failed(const char *expression, const char *file, int line)
{
    fprintf(stderr, "assertion failed: %s (%s:%d)\n", expression, file, line);
    abort();
}
