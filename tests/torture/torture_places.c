/* SPDX-License-Identifier: MIT */
/* Counting, and failing when it is a call's turn. */
#include "tests/torture/torture_places.h"

struct torture_places torture_places;

const char *const torture_kind_names[TORTURE_KIND_COUNT] = {
    "memory", "open", "read", "write", "thread", "hash", "peer",
};

bool
torture_fails(enum torture_kind kind)
{
    if (!torture_places.armed)
        return false;
    torture_places.call_counts[kind]++;
    return torture_places.call_counts[kind] == torture_places.fail_at[kind] ||
           (torture_places.lasting && torture_places.fail_at[kind] != 0 &&
            torture_places.call_counts[kind] > torture_places.fail_at[kind]);
}
