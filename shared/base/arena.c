/* SPDX-License-Identifier: MIT */
/* Request memory: a bump pointer over one block with a red zone behind it. Under AddressSanitizer
 * the unused part is poisoned and each allocation is followed by a gap of its own size, so overruns
 * show at once; the block is larger by these gaps, and holds as much as in any other build. */
#include "shared/base/arena.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define CNOP_ARENA_ALIGN 16
#define CNOP_ARENA_RED_ZONE_BYTES 64
#define CNOP_ARENA_RED_ZONE_FILL 0xA5

#if CNOP_ASAN
#include <sanitizer/asan_interface.h>
#define CNOP_ARENA_SPREAD 2
#define CNOP_ARENA_POISON(ptr, len) ASAN_POISON_MEMORY_REGION(ptr, len)
#define CNOP_ARENA_UNPOISON(ptr, len) ASAN_UNPOISON_MEMORY_REGION(ptr, len)
#else
#define CNOP_ARENA_SPREAD 1
#define CNOP_ARENA_POISON(ptr, len) ((void)(ptr), (void)(len))
#define CNOP_ARENA_UNPOISON(ptr, len) ((void)(ptr), (void)(len))
#endif

/* Invariant: used <= cap, used is a multiple of the alignment. Both count what is handed out; in
 * the block it lies CNOP_ARENA_SPREAD times as far apart. The red zone is the
 * CNOP_ARENA_RED_ZONE_BYTES behind. */
struct cnop_arena {
    unsigned char *memory;
    size_t cap;
    size_t used;
};

static unsigned char *
at(const struct cnop_arena *arena, size_t used)
{
    return arena->memory + used * CNOP_ARENA_SPREAD;
}

struct cnop_arena *
cnop_arena_new(size_t bytes)
{
    struct cnop_arena *arena = calloc(1, sizeof(*arena));
    size_t cap = bytes & ~(size_t)(CNOP_ARENA_ALIGN - 1);

    cnop_assert(bytes >= CNOP_ARENA_ALIGN);
    cnop_assert(bytes < SIZE_MAX / 2 / CNOP_ARENA_SPREAD);
    cnop_assert(arena != NULL);
    arena->memory =
        aligned_alloc(CNOP_ARENA_ALIGN, cap * CNOP_ARENA_SPREAD + CNOP_ARENA_RED_ZONE_BYTES);
    cnop_assert(arena->memory != NULL);
    arena->cap = cap;
    memset(at(arena, cap), CNOP_ARENA_RED_ZONE_FILL, CNOP_ARENA_RED_ZONE_BYTES);
    CNOP_ARENA_POISON(arena->memory, cap * CNOP_ARENA_SPREAD);
    return arena;
}

void
cnop_arena_free(struct cnop_arena **arena)
{
    if (*arena == NULL)
        return;
    CNOP_ARENA_UNPOISON((*arena)->memory, (*arena)->cap * CNOP_ARENA_SPREAD);
    free((*arena)->memory);
    free(*arena);
    *arena = NULL;
}

void *
cnop_arena_alloc(struct cnop_arena *arena, size_t bytes)
{
    size_t left = arena->cap - arena->used;
    unsigned char *ptr = at(arena, arena->used);
    size_t taken;

    if (bytes > left)
        return NULL;
    taken = (bytes + CNOP_ARENA_ALIGN - 1) & ~(size_t)(CNOP_ARENA_ALIGN - 1);
    if (taken == 0)
        taken = CNOP_ARENA_ALIGN; /* every allocation has an address of its own */
    if (taken > left)
        return NULL;
    arena->used += taken;
    CNOP_ARENA_UNPOISON(ptr, bytes);
    memset(ptr, 0, bytes);
    return ptr;
}

void *
cnop_arena_alloc_array(struct cnop_arena *arena, size_t count, size_t bytes)
{
    size_t total;

    if (__builtin_mul_overflow(count, bytes, &total))
        return NULL;
    return cnop_arena_alloc(arena, total);
}

struct cnop_str
cnop_arena_printf(struct cnop_arena *arena, const char *fmt, ...)
{
    va_list args;
    int len;
    char *ptr;

    va_start(args, fmt);
    len = vsnprintf(NULL, 0, fmt, args);
    va_end(args);
    cnop_assert(len >= 0);

    ptr = cnop_arena_alloc(arena, (size_t)len + 1);
    if (ptr == NULL)
        return (struct cnop_str){NULL, 0};
    va_start(args, fmt);
    (void)vsnprintf(ptr, (size_t)len + 1, fmt, args);
    va_end(args);
    return (struct cnop_str){ptr, (size_t)len};
}

size_t
cnop_arena_mark(const struct cnop_arena *arena)
{
    return arena->used;
}

void
cnop_arena_rewind(struct cnop_arena *arena, size_t mark)
{
    cnop_assert(mark <= arena->used);
    cnop_assert(mark % CNOP_ARENA_ALIGN == 0);
    CNOP_ARENA_POISON(at(arena, mark), (arena->used - mark) * CNOP_ARENA_SPREAD);
    arena->used = mark;
}

void
cnop_arena_reset(struct cnop_arena *arena)
{
    const unsigned char *red_zone = at(arena, arena->cap);

    for (size_t i = 0; i < CNOP_ARENA_RED_ZONE_BYTES; i++)
        cnop_assert(red_zone[i] == CNOP_ARENA_RED_ZONE_FILL);
    cnop_arena_rewind(arena, 0);
}
