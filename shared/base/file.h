/* SPDX-License-Identifier: MIT */
/* Files that are small enough to be read whole: settings, lists, catalogues, migrations. Never
 * reads more than the caller allows, never waits (a pipe or device is refused), never writes. */
#ifndef CNOP_BASE_FILE_H
#define CNOP_BASE_FILE_H

#include "shared/base/arena.h"

/* Reads a regular file of at most max_bytes into the arena; the text may be empty. A refusal takes
 * nothing from the arena and says why in ret_reason (static text, for logs and operators).
 * NOT_FOUND, IO: cannot be opened or read. INVALID: not a regular file, or larger than max_bytes.
 * NO_MEMORY: the arena is full. */
cnop_must_check enum cnop_err cnop_file_read(struct cnop_arena *arena, const char *path,
                                             size_t max_bytes, struct cnop_str *ret_text,
                                             const char **ret_reason);

#endif
