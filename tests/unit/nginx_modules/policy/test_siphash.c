/* SPDX-License-Identifier: MIT */
/* The keyed hash: every byte and the length count, and so does the seed. */
#include "nginx_modules/policy/siphash.h"

#include "shared/base/attr.h"
#include "tests/unit/unit.h"

/* SipHash-1-3 of nothing and of bytes 0 .. 7 under the key 0 .. 15, computed by another program. */
START_TEST(known_values)
{
    const uint64_t seed[2] = {0x0706050403020100, 0x0f0e0d0c0b0a0908};
    const uint8_t bytes[] = {0, 1, 2, 3, 4, 5, 6, 7};

    ck_assert_uint_eq(policy_siphash(seed, bytes, 0), UINT64_C(0xabac0158050fc4dc));
    ck_assert_uint_eq(policy_siphash(seed, bytes, 8), UINT64_C(0x369095118d299a8e));
    ck_assert_uint_eq(policy_siphash(seed, bytes, 5), UINT64_C(0xdef9d52f49533b67));
}
END_TEST

START_TEST(every_input_counts)
{
    uint64_t seed[2] = {1, 2};
    uint8_t bytes[24] = {0};
    uint64_t before = policy_siphash(seed, bytes, sizeof(bytes));

    for (size_t i = 0; i < sizeof(bytes); i++) {
        bytes[i] ^= 1;
        ck_assert_uint_ne(policy_siphash(seed, bytes, sizeof(bytes)), before);
        bytes[i] ^= 1;
        ck_assert_uint_ne(policy_siphash(seed, bytes, i), before);
    }
    seed[1]++;
    ck_assert_uint_ne(policy_siphash(seed, bytes, sizeof(bytes)), before);
}
END_TEST

static void
add(TCase *tests)
{
    tcase_add_test(tests, known_values);
    tcase_add_test(tests, every_input_counts);
}

UNIT_MAIN("policy/siphash", add)
