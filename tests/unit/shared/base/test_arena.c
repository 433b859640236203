/* SPDX-License-Identifier: MIT */
/* The arena: alignment, zeroing, the sticky flag, marks, and the red zone. */
#include "shared/base/arena.h"

#include <string.h>

#include "tests/unit/unit.h"

START_TEST(memory_is_zeroed_aligned_and_apart)
{
    struct cnop_arena *arena = cnop_arena_new(4096);
    unsigned char *first = cnop_arena_alloc(arena, 5);
    unsigned char *second = cnop_arena_alloc(arena, 0);
    unsigned char *third = cnop_arena_alloc(arena, 33);

    ck_assert_ptr_nonnull(first);
    ck_assert_ptr_nonnull(third);
    ck_assert_uint_eq((uintptr_t)first % 16, 0);
    ck_assert_uint_eq((uintptr_t)third % 16, 0);
    ck_assert_ptr_ne(second, third);
    memset(first, 0xFF, 5);
    memset(third, 0xFF, 33);
    cnop_arena_reset(arena);
    first = cnop_arena_alloc(arena, 64);
    for (size_t i = 0; i < 64; i++)
        ck_assert_uint_eq(first[i], 0);
    cnop_arena_free(&arena);
    ck_assert_ptr_null(arena);
    cnop_arena_free(&arena);
}
END_TEST

START_TEST(full_is_null)
{
    struct cnop_arena *arena = cnop_arena_new(1024);

    ck_assert_ptr_null(cnop_arena_alloc(arena, 1025));
    ck_assert_ptr_nonnull(cnop_arena_alloc(arena, 16));
    cnop_arena_reset(arena);
    ck_assert_ptr_null(cnop_arena_alloc(arena, SIZE_MAX));
    ck_assert_ptr_null(cnop_arena_alloc_array(arena, SIZE_MAX / 2, 3));
    cnop_arena_free(&arena);
}
END_TEST

START_TEST(last_byte_can_be_used)
{
    struct cnop_arena *arena = cnop_arena_new(1024);
    size_t count = 0;

    while (cnop_arena_alloc(arena, 16) != NULL)
        count++;
    ck_assert_uint_eq(count, 64);
    cnop_arena_reset(arena); /* the red zone is intact */
    cnop_arena_free(&arena);
}
END_TEST

START_TEST(rewind_drops_what_came_after_the_mark)
{
    struct cnop_arena *arena = cnop_arena_new(1024);
    char *kept = cnop_arena_alloc(arena, 16);
    size_t mark = cnop_arena_mark(arena);
    char *dropped = cnop_arena_alloc(arena, 500);

    kept[0] = 'k';
    cnop_arena_rewind(arena, mark);
    ck_assert_ptr_eq(cnop_arena_alloc(arena, 16), dropped);
    ck_assert_int_eq(kept[0], 'k');
    cnop_arena_reset(arena);
    cnop_arena_free(&arena);
}
END_TEST

START_TEST(printf_is_exact)
{
    struct cnop_arena *arena = cnop_arena_new(64);
    struct cnop_str text = cnop_arena_printf(arena, "%s-%d", "order", 42);

    ck_assert(cnop_str_equal(text, CNOP_STR("order-42")));
    ck_assert_int_eq(text.ptr[text.len], '\0');
    ck_assert_ptr_null(cnop_arena_printf(arena, "%100d", 1).ptr);
    cnop_arena_free(&arena);
}
END_TEST

#if !CNOP_ASAN
START_TEST(broken_red_zone_aborts)
{
    struct cnop_arena *arena = cnop_arena_new(64);
    char *memory = cnop_arena_alloc(arena, 64);

    memory += 64; /* one past the end: what an overrun would hit */
    *memory = 0;
    cnop_arena_reset(arena);
}
END_TEST
#endif

START_TEST(foreign_mark_aborts)
{
    struct cnop_arena *arena = cnop_arena_new(64);

    cnop_arena_rewind(arena, 16);
}
END_TEST

static void
add(TCase *tests)
{
    tcase_add_test(tests, memory_is_zeroed_aligned_and_apart);
    tcase_add_test(tests, full_is_null);
    tcase_add_test(tests, last_byte_can_be_used);
    tcase_add_test(tests, rewind_drops_what_came_after_the_mark);
    tcase_add_test(tests, printf_is_exact);
#if !CNOP_ASAN
    unit_add_abort_test(tests, broken_red_zone_aborts);
#endif
    unit_add_abort_test(tests, foreign_mark_aborts);
}

UNIT_MAIN("arena", add)
