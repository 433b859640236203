/* SPDX-License-Identifier: MIT */
/* Passwords everybody tries first: a list of words and whole passwords, and the ways people dress
 * them up (capitals, digits at the ends, letters written as digits, two words together). Answers
 * yes or no; never keeps, logs or changes a password. */
#ifndef CNOP_AUTH_COMMON_PASSWORDS_H
#define CNOP_AUTH_COMMON_PASSWORDS_H

#include "shared/base/arena.h"

#define COMMON_PASSWORDS_MAX 65536 /* entries of the list */
#define COMMON_PASSWORDS_FILE_BYTES (1024 * 1024)

struct common_passwords {
    const uint64_t *digests; /* sorted; a keyless hash of each entry */
    size_t count;
};

/* Reads the list: one entry a line, lower case, # comments. The table lives in the arena, which
 * must have room for COMMON_PASSWORDS_MAX digests and the file. Start-up only. The errors of
 * cnop_file_read, and CONFIG: empty, too many entries, or one in capitals or with blanks. */
cnop_must_check enum cnop_err common_passwords_load(struct cnop_arena *arena, const char *path,
                                                    struct common_passwords *ret_list,
                                                    const char **ret_reason);

/* The same for text in memory. */
cnop_must_check enum cnop_err common_passwords_parse(struct cnop_arena *arena, struct cnop_str text,
                                                     struct common_passwords *ret_list);

/* True when the password is in the list, is an entry or two with ornaments, or follows a pattern
 * (one block repeated, a run such as abcdefg or 9876543, fewer than five different characters). */
bool common_passwords_match(const struct common_passwords *list, struct cnop_str password);

#endif
