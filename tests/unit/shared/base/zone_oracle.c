/* SPDX-License-Identifier: MIT */
/* Answers from stdin when days begin, for test_zone_oracle.py: the name of a zone and two days
 * (numbers, the second not included) a line. Prints the seconds at which each begins, or the error.
 */
#include "shared/base/zone.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define US_PER_S INT64_C(1000000)

static void
answer(struct cnop_arena *arena, struct cnop_str line)
{
    struct cnop_str name, rest, first, last;
    uint64_t begin, end;
    struct cnop_zone zone;
    enum cnop_err err;

    cnop_assert(cnop_str_cut(line, ' ', &name, &rest) && cnop_str_cut(rest, ' ', &first, &last));
    cnop_assert(cnop_str_parse_u64(first, 0, 1000000, &begin) == CNOP_OK);
    cnop_assert(cnop_str_parse_u64(last, 0, 1000000, &end) == CNOP_OK);
    err = cnop_zone_load(arena, name, &zone);
    if (err != CNOP_OK)
        printf("%s\n", cnop_err_symbol(err));
    for (int32_t day = (int32_t)begin; err == CNOP_OK && day < (int32_t)end; day++)
        printf("%" PRId64 "\n", cnop_zone_day_start_us(&zone, day) / US_PER_S);
}

int
main(void)
{
    struct cnop_arena *arena = cnop_arena_new((size_t)256 * 1024);
    char line[256];

    while (fgets(line, sizeof(line), stdin) != NULL) {
        answer(arena, cnop_str_trim(cnop_str_from(line)));
        cnop_arena_reset(arena);
    }
    cnop_arena_free(&arena);
    return EXIT_SUCCESS;
}
