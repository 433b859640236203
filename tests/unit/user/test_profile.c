/* SPDX-License-Identifier: MIT */
/* Profile changes: partial, normalised, and never undoing somebody else's. */
#include "fcgi_services/user/profile.h"

#include "shared/base/clock.h"
#include "tests/fakes/clock_fake.h"
#include "tests/fakes/user_store_fake.h"
#include "tests/unit/unit.h"

#define NOW_US INT64_C(1795000000000000)

static struct cnop_arena *arena;
static struct user_store store;

static void
start(void)
{
    arena = cnop_arena_new(64 * 1024);
    store = (struct user_store){.profile = {.user_id = 1000,
                                            .email = CNOP_STR("jane@example.com"),
                                            .first_name = CNOP_STR("Jane"),
                                            .last_name = CNOP_STR("Doe"),
                                            .phone = CNOP_STR("1234567890"),
                                            .updated_us = 5}};
    clock_fake_freeze(NOW_US, 1);
}

static void
stop(void)
{
    clock_fake_unfreeze();
    cnop_arena_free(&arena);
}

static enum cnop_err
apply(const struct profile_change *change, struct profile *ret_profile)
{
    return profile_change_apply(&store, 1000, change, arena, ret_profile);
}

START_TEST(only_present_fields_are_judged)
{
    const struct profile_change nothing = {.email = CNOP_STR("bad"), .phone = CNOP_STR("1")};
    const struct profile_change everything = {.email = CNOP_STR("bad"),
                                              .has_email = true,
                                              .first_name = CNOP_STR(""),
                                              .has_first_name = true,
                                              .last_name = CNOP_STR("3"),
                                              .has_last_name = true,
                                              .phone = CNOP_STR("1"),
                                              .has_phone = true,
                                              .date_of_birth = CNOP_STR("x"),
                                              .has_date_of_birth = true};
    const struct profile_change removal = {.has_phone = true, .has_date_of_birth = true};
    struct profile_violation violations[PROFILE_VIOLATION_MAX];

    ck_assert_uint_eq(profile_check_change(&nothing, 20000, violations), 0);
    ck_assert_uint_eq(profile_check_change(&everything, 20000, violations), 5);
    ck_assert_str_eq(violations[4].field, "date_of_birth");
    ck_assert_uint_eq(profile_check_change(&removal, 20000, violations), 0);
}
END_TEST

START_TEST(changes_are_merged_and_normalised)
{
    const struct profile_change change = {.email = CNOP_STR("New@Example.COM"),
                                          .has_email = true,
                                          .phone = CNOP_STR("+1 (415) 555-0123"),
                                          .has_phone = true,
                                          .marketing_emails_consent = true,
                                          .has_consent = true};
    const struct profile_change removal = {.has_phone = true};
    struct profile profile;

    ck_assert_int_eq(apply(&change, &profile), CNOP_OK);
    ck_assert(cnop_str_equal(store.profile.email, CNOP_STR("new@example.com")));
    ck_assert(cnop_str_equal(store.profile.phone, CNOP_STR("14155550123")));
    ck_assert(cnop_str_equal(store.profile.first_name, CNOP_STR("Jane")));
    ck_assert(store.profile.marketing_emails_consent);
    ck_assert_int_eq(profile.updated_us, NOW_US);
    ck_assert_int_eq(apply(&removal, &profile), CNOP_OK);
    ck_assert_uint_eq(store.profile.phone.len, 0);
    ck_assert_int_eq(profile.updated_us,
                     NOW_US + 1); /* the version moves even in the same instant */
}
END_TEST

START_TEST(somebody_elses_change_stays)
{
    const struct profile_change change = {.first_name = CNOP_STR("Ada"), .has_first_name = true};
    struct profile profile;

    store.interfere_count = 2;
    ck_assert_int_eq(apply(&change, &profile), CNOP_OK);
    ck_assert(cnop_str_equal(store.profile.first_name, CNOP_STR("Ada")));
    ck_assert(cnop_str_equal(store.profile.last_name, CNOP_STR("Changed")));
    store.interfere_count = 99;
    ck_assert_int_eq(apply(&change, &profile), CNOP_E_BUSY);
}
END_TEST

START_TEST(errors_leave_everything)
{
    const struct profile_change change = {.email = CNOP_STR("taken@example.com"),
                                          .has_email = true};
    struct profile profile = {.user_id = 77};

    store.taken_email = CNOP_STR("taken@example.com");
    ck_assert_int_eq(apply(&change, &profile), CNOP_E_EMAIL_TAKEN);
    ck_assert_int_eq(profile_change_apply(&store, 4711, &change, arena, &profile),
                     CNOP_E_UNAUTHENTICATED);
    store.fail_at = store.call_count + 1;
    ck_assert_int_eq(apply(&change, &profile), CNOP_E_DB_FAILED);
    store.fail_at = store.call_count + 2;
    ck_assert_int_eq(apply(&change, &profile), CNOP_E_DB_FAILED);
    ck_assert_uint_eq(profile.user_id, 77);
    ck_assert(cnop_str_equal(store.profile.email, CNOP_STR("jane@example.com")));
}
END_TEST

static void
add(TCase *tests)
{
    tcase_add_checked_fixture(tests, start, stop);
    tcase_add_test(tests, only_present_fields_are_judged);
    tcase_add_test(tests, changes_are_merged_and_normalised);
    tcase_add_test(tests, somebody_elses_change_stays);
    tcase_add_test(tests, errors_leave_everything);
}

UNIT_MAIN("profile", add)
