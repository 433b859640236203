/* SPDX-License-Identifier: MIT */
/* Request memory: one fixed block per handler thread, handed out in order and reset as a whole.
 * Nothing is freed singly. A full arena sets a sticky flag and returns NULL; it never grows. */
#ifndef CNOP_BASE_ARENA_H
#define CNOP_BASE_ARENA_H

#include "shared/base/str.h"

#include <stdarg.h>

struct cnop_arena;

/* Start-up only: allocates `bytes` (plus red zone). Aborts when the system has no memory. */
struct cnop_arena *cnop_arena_new(size_t bytes);
void cnop_arena_free(struct cnop_arena **arena); /* accepts pointer to NULL */

/* Zeroed, 16-byte aligned memory, valid until the next reset or rewind; NULL when full. */
void *cnop_arena_alloc(struct cnop_arena *arena, size_t bytes);
/* The same for an array; NULL also when count * bytes overflows. */
void *cnop_arena_alloc_array(struct cnop_arena *arena, size_t count, size_t bytes);

/* Formats into the arena; NUL-terminated. ptr NULL when full. */
cnop_printf(2, 3) struct cnop_str cnop_arena_printf(struct cnop_arena *arena, const char *fmt, ...);

/* Position to return to: everything allocated after the mark is dropped by rewind. */
size_t cnop_arena_mark(const struct cnop_arena *arena);
void cnop_arena_rewind(struct cnop_arena *arena, size_t mark);

/* Drops everything. Asserts that the red zone is intact. */
void cnop_arena_reset(struct cnop_arena *arena);

#endif
