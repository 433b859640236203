/* SPDX-License-Identifier: MIT */
/* An operator's change happens in the database and in the engine, or in neither: every call of a
 * port is made to fail once. */
#include "fcgi_services/inventory/inventory_admin.h"

#include "tests/fakes/inventory_fake.h"
#include "tests/unit/unit.h"

#define NEW_PRICE (61000 * CNOP_E10)

static struct engine_client engine;

static const struct inventory_change change = {.symbol = CNOP_STR("BTC"),
                                               .reason = CNOP_STR("because"),
                                               .request_id = CNOP_STR("req-1"),
                                               .actor_user_id = 1,
                                               .now_us = 1};
static struct inventory_desk desk;

static void
setup(void)
{
    inventory_fake_clear();
    desk = (struct inventory_desk){.engine = &engine, .arena = cnop_arena_new(4096)};
}

static void
teardown(void)
{
    cnop_arena_free(&desk.arena);
}

START_TEST(a_price_is_set_everywhere)
{
    cnop_price previous = {0};

    ck_assert_int_eq(inventory_price_set(&desk, &change, (cnop_price){NEW_PRICE}, &previous),
                     CNOP_OK);
    ck_assert_int_eq(previous.e10, 60000 * CNOP_E10);
    ck_assert_int_eq(inventory_fake.price.e10, NEW_PRICE);
    ck_assert_int_eq(inventory_fake.engine_price.e10, NEW_PRICE);
    ck_assert_uint_eq(inventory_fake.note_count, 1);
    ck_assert_uint_eq(inventory_fake.version, 8);
}
END_TEST

START_TEST(an_unknown_asset_is_not_found)
{
    struct inventory_change other = change;
    cnop_price previous;

    other.symbol = CNOP_STR("NOSUCH");
    ck_assert_int_eq(inventory_price_set(&desk, &other, (cnop_price){NEW_PRICE}, &previous),
                     CNOP_E_NOT_FOUND);
    ck_assert_int_eq(inventory_halted_set(&desk, &other, true), CNOP_E_NOT_FOUND);
}
END_TEST

/* Calls: 1 hold, 2 set, 3 engine, 4 commit. */
START_TEST(a_failure_before_the_commit_changes_nothing)
{
    for (unsigned n = 1; n <= 3; n++) {
        cnop_price previous = {5};

        inventory_fake_clear();
        inventory_fake.fail_at = n;
        ck_assert_int_eq(inventory_price_set(&desk, &change, (cnop_price){NEW_PRICE}, &previous),
                         CNOP_E_DB_FAILED);
        ck_assert_int_eq(previous.e10, 5);
        ck_assert_int_eq(inventory_fake.price.e10, 60000 * CNOP_E10);
        ck_assert_int_eq(inventory_fake.engine_price.e10, 60000 * CNOP_E10);
        ck_assert_uint_eq(inventory_fake.note_count, 0);
        ck_assert(!inventory_fake.has_open_tx);

        inventory_fake_clear();
        inventory_fake.fail_at = n;
        ck_assert_int_eq(inventory_halted_set(&desk, &change, true), CNOP_E_DB_FAILED);
        ck_assert(!inventory_fake.halted && !inventory_fake.engine_halted);
        ck_assert(!inventory_fake.has_open_tx);
    }
}
END_TEST

START_TEST(a_failed_commit_is_told_as_unknown)
{
    cnop_price previous = {5};

    inventory_fake.fail_at = 4;
    ck_assert_int_eq(inventory_price_set(&desk, &change, (cnop_price){NEW_PRICE}, &previous),
                     CNOP_E_OUTCOME_UNKNOWN);
    ck_assert_int_eq(inventory_fake.price.e10, 60000 * CNOP_E10);
    ck_assert_int_eq(inventory_fake.engine_price.e10, NEW_PRICE);
    ck_assert_int_eq(previous.e10, 5);

    inventory_fake.fail_at = 0; /* repeating it settles it */
    ck_assert_int_eq(inventory_price_set(&desk, &change, (cnop_price){NEW_PRICE}, &previous),
                     CNOP_OK);
    ck_assert_int_eq(inventory_fake.price.e10, NEW_PRICE);
}
END_TEST

START_TEST(an_asset_the_engine_does_not_know_is_a_passing_trouble)
{
    inventory_fake.fail_at = 3;
    inventory_fake.fail_with = CNOP_E_ASSET_UNKNOWN;
    ck_assert_int_eq(inventory_halted_set(&desk, &change, true), CNOP_E_UNAVAILABLE);
}
END_TEST

START_TEST(halt_and_resume)
{
    ck_assert_int_eq(inventory_halted_set(&desk, &change, true), CNOP_OK);
    ck_assert(inventory_fake.halted && inventory_fake.engine_halted);
    ck_assert_int_eq(inventory_halted_set(&desk, &change, true), CNOP_OK);
    ck_assert_int_eq(inventory_halted_set(&desk, &change, false), CNOP_OK);
    ck_assert(!inventory_fake.halted && !inventory_fake.engine_halted);
    ck_assert_uint_eq(inventory_fake.note_count, 3);
}
END_TEST

static void
add(TCase *tests)
{
    tcase_add_checked_fixture(tests, setup, teardown);
    tcase_add_test(tests, a_price_is_set_everywhere);
    tcase_add_test(tests, an_unknown_asset_is_not_found);
    tcase_add_test(tests, a_failure_before_the_commit_changes_nothing);
    tcase_add_test(tests, a_failed_commit_is_told_as_unknown);
    tcase_add_test(tests, an_asset_the_engine_does_not_know_is_a_passing_trouble);
    tcase_add_test(tests, halt_and_resume);
}

UNIT_MAIN("inventory_admin", add)
