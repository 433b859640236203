/* SPDX-License-Identifier: MIT */
/* Torture of the JSON reader where it leans on json-c: each of its allocations fails once, each in
 * a process of its own, because the library may crash. What comes out is the whole text or an
 * error, never a value that became null, a member left out or a string cut short. Sanitizers bring
 * an allocator of their own: there nothing fails, and the text is read once. */
#include "shared/json/json_read.h"
#include "tests/unit/unit.h"

#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#define ALLOCATIONS_MAX 500
#define LONG "a text that is longer than what json-c has at hand, and needs more memory on its way"

static unsigned call_count, fail_at;

#if !CNOP_ASAN && !CNOP_TSAN
void *__libc_malloc(size_t bytes);
void *__libc_calloc(size_t count, size_t bytes);
void *__libc_realloc(void *old, size_t bytes);

static bool
is_turn(void)
{
    return fail_at != 0 && ++call_count == fail_at;
}

void *
malloc(size_t bytes)
{
    return is_turn() ? NULL : __libc_malloc(bytes);
}

void *
calloc(size_t count, size_t bytes)
{
    return is_turn() ? NULL : __libc_calloc(count, bytes);
}

void *
realloc(void *old, size_t bytes)
{
    return is_turn() ? NULL : __libc_realloc(old, bytes);
}
#endif

static const char text[] = "{\"asset_id\":\"BTC\",\"quantity\":1.5,\"price\":64000,\"note\":\"" LONG
                           "\",\"escaped\":\"\\u00e9\\ud83d\\ude00\\n\",\"none\":null,"
                           "\"list\":[1,\"two\",{\"three\":true}],\"" LONG "\":2}";

static bool
has_text(const struct cnop_json *root, const char *key, const char *expected)
{
    const struct cnop_json *member = cnop_json_find(root, cnop_str_from(key));

    return member != NULL && cnop_str_equal(member->text, cnop_str_from(expected));
}

static bool
is_whole(const struct cnop_json *root)
{
    const struct cnop_json *list = cnop_json_find(root, CNOP_STR("list"));

    return root->kind == CNOP_JSON_OBJECT && root->child_count == 8 &&
           has_text(root, "asset_id", "BTC") && has_text(root, "quantity", "1.5") &&
           has_text(root, "price", "64000") && has_text(root, "note", LONG) &&
           has_text(root, "escaped", "\xc3\xa9\xf0\x9f\x98\x80\n") && has_text(root, LONG, "2") &&
           list != NULL && list->child_count == 3 && list->children[2].child_count == 1;
}

enum end { END_UNTRIED, END_WHOLE, END_REFUSED, END_WRONG };

/* In a child: a crash of the library is its end. */
static enum end
parse(unsigned at)
{
    struct cnop_arena *arena = cnop_arena_new(64 * 1024);
    const struct cnop_json *root;
    enum cnop_err err;

    fail_at = at;
    err = cnop_json_parse(arena, cnop_str_from(text), NULL, NULL, &root);
    fail_at = 0;
    if (err != CNOP_OK)
        return err == CNOP_E_NO_MEMORY ? END_REFUSED : END_WRONG;
    if (!is_whole(root))
        return END_WRONG;
    return call_count < at ? END_UNTRIED : END_WHOLE;
}

START_TEST(every_allocation_fails)
{
    unsigned refused_count = 0, crash_count = 0;
    bool tried = true;

    for (unsigned at = 1; tried; at++) {
        pid_t child = fork();
        int status;

        ck_assert_int_ge(child, 0);
        ck_assert_uint_lt(at, ALLOCATIONS_MAX);
        if (child == 0)
            _exit((int)parse(at));
        ck_assert_int_eq(waitpid(child, &status, 0), child);
        crash_count += WIFSIGNALED(status);
        if (!WIFEXITED(status))
            continue;
        ck_assert_msg(WEXITSTATUS(status) != END_WRONG, "allocation %u: not what was sent", at);
        refused_count += WEXITSTATUS(status) == END_REFUSED;
        tried = WEXITSTATUS(status) != END_UNTRIED;
    }
    (void)fprintf(stderr, "# %u refused, %u crashes of the library\n", refused_count, crash_count);
}
END_TEST

static void
add(TCase *tests)
{
    tcase_add_test(tests, every_allocation_fails);
}

UNIT_MAIN("torture_json", add)
