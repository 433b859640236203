/* SPDX-License-Identifier: MIT */
/* The places of torture.h: how often each was passed, and when it fails. */
#ifndef CNOP_TESTS_TORTURE_TORTURE_PLACES_H
#define CNOP_TESTS_TORTURE_TORTURE_PLACES_H

#include "tests/torture/torture.h"

struct torture_places {
    bool armed;
    bool lasting; /* once it has failed, it fails: a disk stays full */
    unsigned call_counts[TORTURE_KIND_COUNT];
    unsigned fail_at[TORTURE_KIND_COUNT]; /* 0: never */
    bool name_unsynced; /* a file has a new name, and its folder has not been synced since */
};
extern struct torture_places torture_places;
extern const char *const torture_kind_names[TORTURE_KIND_COUNT];

#endif
