/* SPDX-License-Identifier: MIT */
/* Files that are small enough to be read whole: settings, lists, catalogues, migrations, keys.
 * Never reads more than the caller allows, never waits (a pipe or device is refused). The one
 * reader, and the one way to replace a file. */
#ifndef CNOP_BASE_FILE_H
#define CNOP_BASE_FILE_H

#include "shared/base/arena.h"

#include <sys/types.h>

/* Reads a regular file of at most max_bytes into the arena; the text may be empty. A refusal takes
 * nothing from the arena and says why in ret_reason (static text, for logs and operators).
 * NOT_FOUND, IO: cannot be opened or read. INVALID: not a regular file, or larger than max_bytes.
 * NO_MEMORY: the arena is full. */
cnop_must_check enum cnop_err cnop_file_read(struct cnop_arena *arena, const char *path,
                                             size_t max_bytes, struct cnop_str *ret_text,
                                             const char **ret_reason);

/* Takes the next entry of a list from its text: one a line, without the blanks around it; empty
 * lines and those that begin with '#' are no entries. False: there is none left. */
bool cnop_file_next_entry(struct cnop_str *text, struct cnop_str *ret_entry);

/* What the parser of a file said; a refusal gives its reason, as the reader of the file does. */
cnop_must_check enum cnop_err cnop_file_judge(enum cnop_err err, const char **ret_reason);

/* What a file must be like. */
struct cnop_file_rules {
    size_t min_bytes;
    size_t max_bytes;
    mode_t forbidden_mode; /* permission bits that it may not have */
};

/* The same into memory of rules->max_bytes, which is wiped when the file is refused half read. */
cnop_must_check enum cnop_err cnop_file_read_into(const char *path,
                                                  const struct cnop_file_rules *rules,
                                                  void *ret_bytes, size_t *ret_len,
                                                  const char **ret_reason);

/* Makes durable what path names in its folder: a file's own fsync says nothing of its name. */
cnop_must_check enum cnop_err cnop_file_sync_folder(const char *path);

/* Puts a file with this text and mode in the place of path, atomically and durably. IO: path still
 * is what it was. OUTCOME_UNKNOWN: it is the new file, which the loss of power may undo. */
cnop_must_check enum cnop_err cnop_file_replace(const char *path, struct cnop_str text,
                                                mode_t mode);

#endif
