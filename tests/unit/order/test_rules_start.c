/* SPDX-License-Identifier: MIT */
/* The rules of a start: given once, when they are new, before anything else; not in force where
 * they are not durable. */
#include "fcgi_services/order/rules_start.h"

#include "tests/unit/order/engine_bench.h"

static enum cnop_err verdict;

static enum cnop_err
judge(struct committer *committer, const struct engine_batch *batch)
{
    (void)committer;
    ck_assert(batch->has_rules);
    return verdict;
}

static void
open_bench(void)
{
    bench_open();
    bench.committer.judge = judge;
    verdict = CNOP_OK;
}

static struct ledger_rules
in_force(void)
{
    struct ledger_rules rules;

    ledger_rules_now(bench.ledger, &rules);
    return rules;
}

START_TEST(a_journal_without_rules_gets_them)
{
    const struct ledger_rules rules = in_force();

    ck_assert_int_eq(rules_start(bench.engine, -1, &rules, false), CNOP_OK);
    ck_assert_uint_eq(engine_status(bench.engine).seq, 1);
    ck_assert_int_eq(rules_start(bench.engine, -1, &rules, true), CNOP_OK);
    ck_assert_uint_eq(engine_status(bench.engine).seq, 1);
    ck_assert_uint_eq(engine_status(bench.engine).waiting_count, 0);
}
END_TEST

START_TEST(rules_that_are_new_are_in_force_and_durable)
{
    struct ledger_rules rules = in_force(), now;

    rules.values[LEDGER_RULE_HOUSE_SPREAD_BPS] = 30;
    rules.values[LEDGER_RULE_ACCOUNT_ORDERS] = 7;
    ck_assert_int_eq(rules_start(bench.engine, -1, &rules, true), CNOP_OK);
    now = in_force();
    ck_assert(ledger_rules_equal(&now, &rules));
    ck_assert_uint_eq(engine_status(bench.engine).seq, 1);
}
END_TEST

START_TEST(rules_that_are_not_durable_are_not_in_force)
{
    static const enum cnop_err verdicts[] = {CNOP_E_DB_FAILED, CNOP_E_FENCED, CNOP_E_INTERNAL,
                                             CNOP_E_OUTCOME_UNKNOWN};
    const struct ledger_rules before = in_force();
    struct ledger_rules rules = before, now;

    verdict = verdicts[_i];
    rules.values[LEDGER_RULE_FEE_BPS] = 30;
    ck_assert_int_eq(rules_start(bench.engine, -1, &rules, true), verdict);
    now = in_force();
    ck_assert(ledger_rules_equal(&now, &before));
    ck_assert_uint_eq(engine_status(bench.engine).seq, 0);
}
END_TEST

static void
add(TCase *tests)
{
    tcase_add_checked_fixture(tests, open_bench, bench_close);
    tcase_add_test(tests, a_journal_without_rules_gets_them);
    tcase_add_test(tests, rules_that_are_new_are_in_force_and_durable);
    tcase_add_loop_test(tests, rules_that_are_not_durable_are_not_in_force, 0, 4);
}

UNIT_MAIN("rules_start", add)
