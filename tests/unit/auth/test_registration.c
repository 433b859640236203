/* SPDX-License-Identifier: MIT */
/* Registering: every broken rule by name, and what is stored. */
#include "fcgi_services/auth/registration.h"

#include "shared/base/clock.h"
#include "tests/unit/auth/auth_bench.h"
#include "tests/unit/unit.h"

static struct registration
jane(void)
{
    return (struct registration){
        .username = CNOP_STR("Trader_Jane"),
        .email = CNOP_STR("Jane@Example.com"),
        .password = CNOP_STR("Quiet-Harbour-41"),
        .first_name = CNOP_STR("Jane"),
        .last_name = CNOP_STR("O'Neill"),
        .phone = CNOP_STR("+1 (415) 555-0123"),
        .date_of_birth = CNOP_STR("1990-04-17"),
    };
}

static struct registration_violations
violations_of(const struct registration *registration)
{
    struct registration_violations violations;

    registration_check(&bench.rules, registration, cnop_clock_utc_day(bench.now_us), &violations);
    return violations;
}

START_TEST(registration_names_every_broken_field)
{
    struct registration registration = jane();
    struct registration_violations violations = violations_of(&registration);

    ck_assert_uint_eq(violations.count, 0);
    registration = (struct registration){
        .username = CNOP_STR("a b"),
        .email = CNOP_STR("nobody"),
        .password = CNOP_STR("short"),
        .first_name = CNOP_STR("<script>"),
        .last_name = CNOP_STR("3"),
        .phone = CNOP_STR("12"),
        .date_of_birth = CNOP_STR("2020-01-01"),
    };
    violations = violations_of(&registration);
    ck_assert_uint_eq(violations.count, 7);
    ck_assert_str_eq(violations.list[0].field, "username");
    ck_assert_str_eq(violations.list[6].field, "password");
    ck_assert_int_eq(violations.list[6].err, CNOP_E_PASSWORD_POLICY);

    registration = jane();
    registration.password = CNOP_STR("password12345");
    violations = violations_of(&registration);
    ck_assert_uint_eq(violations.count, 1);
    ck_assert_int_eq(violations.list[0].err, CNOP_E_PASSWORD_COMMON);
}
END_TEST

/* Weakness 13: what is typed is what is stored, except for case and punctuation that never counts.
 */
START_TEST(registration_stores_what_it_was_given)
{
    struct auth_client client = bench_client("192.0.2.7");
    struct registration registration = jane();
    uint64_t id = 0;

    ck_assert_int_eq(registration_store(&bench.env, bench.arena, &registration, &client, &id),
                     CNOP_OK);
    ck_assert_uint_ge(id, 1000);
    ck_assert_str_eq(bench.store.tables.users[0].username, "trader_jane");
    ck_assert_str_eq(bench.store.tables.emails[0], "jane@example.com");
    ck_assert_int_eq(bench_login("trader_jane", "Quiet-Harbour-41", "192.0.2.7").outcome,
                     LOGIN_ACCEPTED);

    ck_assert_int_eq(registration_store(&bench.env, bench.arena, &registration, &client, &id),
                     CNOP_E_USERNAME_TAKEN);
    registration.username = CNOP_STR("other_jane");
    ck_assert_int_eq(registration_store(&bench.env, bench.arena, &registration, &client, &id),
                     CNOP_E_EMAIL_TAKEN);
}
END_TEST

static void
add(TCase *tests)
{
    tcase_add_checked_fixture(tests, bench_start, bench_stop);
    tcase_add_test(tests, registration_names_every_broken_field);
    tcase_add_test(tests, registration_stores_what_it_was_given);
}

UNIT_MAIN("registration", add)
