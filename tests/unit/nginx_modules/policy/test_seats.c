/* SPDX-License-Identifier: MIT */
/* Seats: so many of an account, so many of an address, none for ever. */
#include "nginx_modules/policy/seats.h"

#include <string.h>

#include "shared/base/attr.h"
#include "tests/unit/unit.h"

#define ROWS 6

static union {
    struct seats seats;
    unsigned char memory[sizeof(struct seats) + ROWS * sizeof(struct seat)];
} table;
static const struct seat_limits limits = {.account = 2, .address = 3};

static void
clear_table(void)
{
    memset(&table, 0, sizeof(table));
    table.seats.count = ROWS;
}

static bool
take(uint64_t account, uint64_t address, uint64_t process, uint32_t *ret_index)
{
    return seats_take(&table.seats, &limits,
                      &(struct seat){.account = account, .address = address, .process = process},
                      ret_index);
}

static bool
process_two_is_gone(uint64_t process)
{
    return process == 2;
}

START_TEST(an_account_has_its_share_from_wherever)
{
    uint32_t first, other;

    ck_assert(take(7, 1, 1, &first));
    ck_assert(take(7, 2, 2, &other));
    ck_assert(!take(7, 3, 1, &other));
    ck_assert(take(8, 3, 1, &other));
    seats_leave(&table.seats, first);
    ck_assert(take(7, 3, 1, &other));
    ck_assert_uint_eq(other, first);
    ck_assert_uint_eq(seats_taken(&table.seats), 3);
}
END_TEST

START_TEST(an_address_has_its_share_whoever_asks)
{
    uint32_t index;

    for (uint64_t account = 0; account < 3; account++)
        ck_assert(take(account, 5, 1, &index));
    ck_assert(!take(9, 5, 1, &index));
    ck_assert(!take(0, 5, 1, &index));
    ck_assert(take(9, 6, 1, &index));
}
END_TEST

START_TEST(nobody_in_particular_is_counted_by_address_alone)
{
    uint32_t index;

    for (uint64_t address = 1; address <= ROWS; address++)
        ck_assert(take(0, address, 1, &index));
    ck_assert(!take(0, 99, 1, &index)); /* all rows are taken */
    ck_assert_uint_eq(seats_taken(&table.seats), ROWS);
}
END_TEST

START_TEST(what_a_process_had_is_free_when_it_is_gone)
{
    uint32_t index;

    ck_assert(take(7, 1, 1, &index));
    ck_assert(take(7, 1, 2, &index));
    ck_assert(!take(7, 1, 1, &index));
    seats_reclaim(&table.seats, process_two_is_gone);
    ck_assert_uint_eq(seats_taken(&table.seats), 1);
    ck_assert(take(7, 1, 1, &index));
}
END_TEST

static void
add(TCase *tests)
{
    tcase_add_checked_fixture(tests, clear_table, NULL);
    tcase_add_test(tests, an_account_has_its_share_from_wherever);
    tcase_add_test(tests, an_address_has_its_share_whoever_asks);
    tcase_add_test(tests, nobody_in_particular_is_counted_by_address_alone);
    tcase_add_test(tests, what_a_process_had_is_free_when_it_is_gone);
}

UNIT_MAIN("policy/seats", add)
