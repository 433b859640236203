/* SPDX-License-Identifier: MIT */
/* The rules that orders are accepted and matched by. They change by a command like everything else,
 * so that the journal tells by which of them its fills were made. */
#include "shared/ledger/state.h"

#include <string.h>

#define BPS_WHOLE 10000

void
ledger_rules_of(const struct ledger_config *config, struct ledger_rules *ret_rules)
{
    const struct ledger_rules rules = {
        .values = {[LEDGER_RULE_FEE_BPS] = config->fee_bps,
                   [LEDGER_RULE_MAKER_FEE_BPS] = config->maker_fee_bps,
                   [LEDGER_RULE_HOUSE_SPREAD_BPS] = config->house_spread_bps,
                   [LEDGER_RULE_HOUSE_FLOOR_E8] = config->house_floor_e8,
                   [LEDGER_RULE_PRICE_MAX_AGE_US] = config->price_max_age_us,
                   [LEDGER_RULE_MIN_QTY_E8] = config->min_qty.e8,
                   [LEDGER_RULE_MIN_NOTIONAL_E8] = config->min_notional.e8,
                   [LEDGER_RULE_MAX_NOTIONAL_E8] = config->max_notional.e8,
                   [LEDGER_RULE_DEPOSIT_LIMIT_E8] = config->deposit_limit.e8,
                   [LEDGER_RULE_WITHDRAW_LIMIT_E8] = config->withdraw_limit.e8,
                   [LEDGER_RULE_ACCOUNT_ORDERS] = config->max_account_orders}};

    cnop_assert(ret_rules != NULL);
    *ret_rules = rules;
}

static void
set(struct ledger_config *config, const struct ledger_rules *rules)
{
    const int64_t *values = rules->values;

    cnop_assert(ledger_rules_are_sound(rules));
    config->fee_bps = (unsigned)values[LEDGER_RULE_FEE_BPS];
    config->maker_fee_bps = (unsigned)values[LEDGER_RULE_MAKER_FEE_BPS];
    config->house_spread_bps = (unsigned)values[LEDGER_RULE_HOUSE_SPREAD_BPS];
    config->house_floor_e8 = values[LEDGER_RULE_HOUSE_FLOOR_E8];
    config->price_max_age_us = values[LEDGER_RULE_PRICE_MAX_AGE_US];
    config->min_qty.e8 = values[LEDGER_RULE_MIN_QTY_E8];
    config->min_notional.e8 = values[LEDGER_RULE_MIN_NOTIONAL_E8];
    config->max_notional.e8 = values[LEDGER_RULE_MAX_NOTIONAL_E8];
    config->deposit_limit.e8 = values[LEDGER_RULE_DEPOSIT_LIMIT_E8];
    config->withdraw_limit.e8 = values[LEDGER_RULE_WITHDRAW_LIMIT_E8];
    config->max_account_orders = (uint32_t)values[LEDGER_RULE_ACCOUNT_ORDERS];
}

bool
ledger_rules_are_sound(const struct ledger_rules *rules)
{
    static const enum ledger_rule not_negative[] = {
        LEDGER_RULE_FEE_BPS,          LEDGER_RULE_MAKER_FEE_BPS,    LEDGER_RULE_HOUSE_SPREAD_BPS,
        LEDGER_RULE_PRICE_MAX_AGE_US, LEDGER_RULE_MIN_QTY_E8,       LEDGER_RULE_MIN_NOTIONAL_E8,
        LEDGER_RULE_DEPOSIT_LIMIT_E8, LEDGER_RULE_WITHDRAW_LIMIT_E8};
    const int64_t *values = rules->values;

    for (size_t i = 0; i < CNOP_COUNT(not_negative); i++) {
        if (values[not_negative[i]] < 0)
            return false;
    }
    return values[LEDGER_RULE_FEE_BPS] <= BPS_WHOLE &&
           values[LEDGER_RULE_MAKER_FEE_BPS] <= BPS_WHOLE &&
           values[LEDGER_RULE_HOUSE_SPREAD_BPS] <= BPS_WHOLE &&
           values[LEDGER_RULE_HOUSE_FLOOR_E8] <= 0 &&
           values[LEDGER_RULE_HOUSE_FLOOR_E8] >= -INT64_MAX &&
           values[LEDGER_RULE_MAX_NOTIONAL_E8] > 0 &&
           values[LEDGER_RULE_MAX_NOTIONAL_E8] <= INT64_MAX / 4 &&
           values[LEDGER_RULE_ACCOUNT_ORDERS] >= 1 &&
           values[LEDGER_RULE_ACCOUNT_ORDERS] <= LEDGER_ACCOUNT_ORDERS;
}

bool
ledger_rules_equal(const struct ledger_rules *one, const struct ledger_rules *other)
{
    cnop_assert(one != NULL && other != NULL);
    return memcmp(one->values, other->values, sizeof(one->values)) == 0;
}

void
ledger_rules_now(const struct ledger *ledger, struct ledger_rules *ret_rules)
{
    ledger_rules_of(&ledger->config, ret_rules);
}

void
ledger_load_rules(struct ledger *ledger, const struct ledger_rules *rules)
{
    cnop_assert(ledger->counters.balance_count == 0);
    set(&ledger->config, rules);
}

enum cnop_err
rules_apply(struct ledger *ledger, const struct ledger_command *command,
            struct ledger_outcome *outcome)
{
    const size_t first = offsetof(struct ledger_config, max_account_orders);

    cnop_assert(command->account_id == 0);
    outcome->posting.op = LEDGER_OP_RULES;
    outcome->posting.time_us = command->time_us;
    state_touch(ledger, (const unsigned char *)&ledger->config + first,
                sizeof(ledger->config) - first);
    set(&ledger->config, &command->rules);
    outcome->changed = true;
    return CNOP_OK;
}
