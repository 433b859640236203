/* SPDX-License-Identifier: MIT */
/* An account's part of a service's threads (shared/web/share.c). */
#include "shared/web/share.h"

#include <string.h>

#include "tests/unit/unit.h"

#define S INT64_C(1000000)
#define HOG UINT64_C(1000)
#define GUEST UINT64_C(1001)

static struct cnop_shares shares;

static void
setup(void)
{
    memset(&shares, 0, sizeof(shares));
    shares.seed = 7;
}

START_TEST(whoever_asks_alone_may_take_everything)
{
    int64_t wait_us;

    for (int64_t t = 10 * S; t < 20 * S; t += S / 10) {
        ck_assert(cnop_share_admit(&shares, HOG, t, &wait_us));
        cnop_share_charge(&shares, HOG, t, S); /* ten times its part */
    }
}
END_TEST

START_TEST(beside_others_the_excess_waits_and_the_others_do_not)
{
    int64_t wait_us = 0;

    for (int i = 0; i < 20; i++)
        cnop_share_charge(&shares, HOG, 10 * S, S / 4); /* five seconds' worth at once */
    ck_assert(cnop_share_admit(&shares, GUEST, 10 * S, &wait_us));
    ck_assert(!cnop_share_admit(&shares, HOG, 10 * S, &wait_us));
    ck_assert_int_eq(wait_us, 4 * S);
    ck_assert(cnop_share_admit(&shares, GUEST, 11 * S, &wait_us));
    ck_assert(cnop_share_admit(&shares, HOG, 15 * S, &wait_us)); /* it is paid off */
}
END_TEST

START_TEST(one_request_after_the_other_is_always_within_the_part)
{
    int64_t wait_us, t = 10 * S;

    for (int i = 0; i < 100; i++) {
        ck_assert(cnop_share_admit(&shares, HOG, t, &wait_us));
        cnop_share_charge(&shares, HOG, t, 2 * S); /* the part of one thread is at least one */
        t += 2 * S;
        ck_assert(cnop_share_admit(&shares, GUEST, t, &wait_us));
    }
}
END_TEST

START_TEST(one_long_answer_at_a_time)
{
    int64_t wait_us, t = 10 * S;

    ck_assert(cnop_share_hold(&shares, HOG, t));
    for (int i = 0; i < 100; i++, t += S) {
        ck_assert(!cnop_share_hold(&shares, HOG, t + 5 * S));
        cnop_share_renew(&shares, HOG, t);
        ck_assert(cnop_share_hold(&shares, GUEST, t));
        ck_assert(cnop_share_admit(&shares, HOG, t, &wait_us)); /* short ones go on */
        cnop_share_release(&shares, GUEST);
    }
    cnop_share_release(&shares, HOG);
    ck_assert(cnop_share_hold(&shares, HOG, t));
    ck_assert(cnop_share_hold(&shares, HOG, t + CNOP_SHARE_HOLD_US)); /* its holder has died */
}
END_TEST

static void
add(TCase *tests)
{
    tcase_add_checked_fixture(tests, setup, NULL);
    tcase_add_test(tests, whoever_asks_alone_may_take_everything);
    tcase_add_test(tests, beside_others_the_excess_waits_and_the_others_do_not);
    tcase_add_test(tests, one_request_after_the_other_is_always_within_the_part);
    tcase_add_test(tests, one_long_answer_at_a_time);
}

UNIT_MAIN("share", add)
