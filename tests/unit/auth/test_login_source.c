/* SPDX-License-Identifier: MIT */
/* Addresses and what they are counted as. */
#include "fcgi_services/auth/login_source.h"

#include "tests/unit/unit.h"

static struct login_source
source_of(const char *address)
{
    struct login_source source;

    login_source_of(cnop_str_from(address), &source);
    return source;
}

static bool
are_one(const char *a, const char *b)
{
    struct login_source first = source_of(a);
    struct login_source second = source_of(b);
    bool equal = memcmp(&first, &second, sizeof(first)) == 0;

    ck_assert(!equal || login_source_number(&first) == login_source_number(&second));
    return equal;
}

START_TEST(addresses_and_networks)
{
    ck_assert(are_one("192.0.2.7", "192.0.2.7"));
    ck_assert(are_one("192.0.2.7", "::ffff:192.0.2.7"));
    ck_assert(!are_one("192.0.2.7", "192.0.2.8"));
    ck_assert(are_one("2001:db8::1", "2001:db8::ffff:1:2:3")); /* one household */
    ck_assert(!are_one("2001:db8::1", "2001:db8:0:1::1"));
    ck_assert(!are_one("127.0.0.1", "::1"));
}
END_TEST

START_TEST(nonsense_is_nobody)
{
    static const char *const texts[] = {
        "",           "localhost",      "192.0.2",
        "192.0.2.7 ", "2001:db8::1::2", "11111111111111111111111111111111111111111111111111"};

    for (size_t i = 0; i < CNOP_COUNT(texts); i++)
        ck_assert(are_one(texts[i], "::"));
}
END_TEST

static void
add(TCase *tests)
{
    tcase_add_test(tests, addresses_and_networks);
    tcase_add_test(tests, nonsense_is_nobody);
}

UNIT_MAIN("login_source", add)
