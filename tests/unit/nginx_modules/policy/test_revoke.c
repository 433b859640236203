/* SPDX-License-Identifier: MIT */
/* The denylist: found while it counts, never forgotten before, refused when there is no room. */
#include "nginx_modules/policy/revoke.h"

#include <string.h>

#include "shared/base/attr.h"
#include "tests/unit/unit.h"

#define NOW 1800000000U

static struct revoke_bucket buckets[3];
static const struct revoke_table table = {.buckets = buckets, .bucket_count = 3};

static void
clear_table(void)
{
    memset(buckets, 0, sizeof(buckets));
}

static bool
end(enum revoke_kind kind, uint64_t id, uint32_t before_s, uint32_t expires_s)
{
    const struct revoke_record record = {
        .kind = kind, .key = {id, 0}, .before_s = before_s, .expires_s = expires_s};

    return revoke_apply(&table, 1, &record, NOW); /* all in one chain */
}

static const struct revoke_record *
find(enum revoke_kind kind, uint64_t id)
{
    return revoke_find(&table, 1, kind, (const uint64_t[2]){id, 0});
}

START_TEST(kinds_and_keys_are_apart)
{
    ck_assert(end(REVOKE_SESSION, 5, 0, NOW + 60));
    ck_assert_ptr_ne(find(REVOKE_SESSION, 5), NULL);
    ck_assert_ptr_eq(find(REVOKE_TOKEN, 5), NULL);
    ck_assert_ptr_eq(find(REVOKE_SESSION, 6), NULL);
}
END_TEST

START_TEST(a_record_is_extended_and_never_shortened)
{
    ck_assert(end(REVOKE_USER, 5, NOW - 10, NOW + 60));
    ck_assert(end(REVOKE_USER, 5, NOW - 20, NOW + 30));
    ck_assert_uint_eq(find(REVOKE_USER, 5)->before_s, NOW - 10);
    ck_assert_uint_eq(find(REVOKE_USER, 5)->expires_s, NOW + 60);
    ck_assert(end(REVOKE_USER, 5, NOW, NOW + 90));
    ck_assert_uint_eq(find(REVOKE_USER, 5)->before_s, NOW);
    ck_assert_uint_eq(find(REVOKE_USER, 5)->expires_s, NOW + 90);
}
END_TEST

START_TEST(a_full_table_refuses_and_forgets_nothing)
{
    for (uint64_t id = 1; id <= 3 * REVOKE_WAYS; id++)
        ck_assert(end(REVOKE_SESSION, id, 0, NOW + 60));
    ck_assert(!end(REVOKE_SESSION, 1000, 0, NOW + 60));
    for (uint64_t id = 1; id <= 3 * REVOKE_WAYS; id++)
        ck_assert_ptr_ne(find(REVOKE_SESSION, id), NULL);
    ck_assert(end(REVOKE_SESSION, 3, 0, NOW + 99)); /* one that is there needs no room */
}
END_TEST

START_TEST(expired_records_make_room)
{
    const struct revoke_record late = {
        .kind = REVOKE_TOKEN, .key = {77, 0}, .expires_s = NOW + 200};

    for (uint64_t id = 1; id <= 3 * REVOKE_WAYS; id++)
        ck_assert(end(REVOKE_SESSION, id, 0, NOW + 60));
    ck_assert(!revoke_apply(&table, 1, &late, NOW + 59));
    ck_assert(revoke_apply(&table, 1, &late, NOW + 60));
    ck_assert_ptr_ne(find(REVOKE_TOKEN, 77), NULL);
}
END_TEST

START_TEST(what_has_expired_is_not_kept)
{
    ck_assert(end(REVOKE_SESSION, 5, 0, NOW));
    ck_assert_ptr_eq(find(REVOKE_SESSION, 5), NULL);
}
END_TEST

static void
add(TCase *tests)
{
    tcase_add_checked_fixture(tests, clear_table, NULL);
    tcase_add_test(tests, kinds_and_keys_are_apart);
    tcase_add_test(tests, a_record_is_extended_and_never_shortened);
    tcase_add_test(tests, a_full_table_refuses_and_forgets_nothing);
    tcase_add_test(tests, expired_records_make_room);
    tcase_add_test(tests, what_has_expired_is_not_kept);
}

UNIT_MAIN("policy/revoke", add)
