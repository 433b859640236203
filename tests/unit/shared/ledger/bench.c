/* SPDX-License-Identifier: MIT */
/* See bench.h. */
#include "tests/unit/shared/ledger/bench.h"

#include <stdlib.h>
#include <string.h>

#include "shared/base/secret.h"
#include "tests/unit/unit.h"

struct ledger *bench_ledger;

void
bench_config(struct ledger_config *ret_config)
{
    ledger_config_default(ret_config);
    ret_config->max_accounts = 64;
    ret_config->max_balances = 256;
    ret_config->max_assets = 8;
    ret_config->recent_keys = 256;
    ret_config->undo_entries = 4096;
    ret_config->max_dirty = 256;
}

void
bench_open(void)
{
    const struct ledger_asset asset = {
        .id = BENCH_ASSET, .known = true, .active = true, .symbol = "A", .symbol_len = 1};
    struct ledger_config config;
    void *memory;

    cnop_secret_init();
    bench_config(&config);
    memory = aligned_alloc(64, ledger_bytes(&config));
    ck_assert_ptr_nonnull(memory);
    memset(memory, 0, ledger_bytes(&config));
    bench_ledger = ledger_init(memory, &config);
    ck_assert_int_eq(ledger_load_asset(bench_ledger, &asset), CNOP_OK);
    ledger_batch_begin(bench_ledger);
}

void
bench_close(void)
{
    free(bench_ledger);
    bench_ledger = NULL;
}

struct ledger_command
bench_command(uint8_t op, int64_t amount_e8)
{
    return (struct ledger_command){.op = op,
                                   .account_id = BENCH_CUSTOMER,
                                   .time_us = BENCH_TIME_US,
                                   .amount = {amount_e8},
                                   .asset_id = op == LEDGER_OP_TICK ? BENCH_ASSET : 0};
}

enum cnop_err
bench_deposit(int64_t amount_e8)
{
    struct ledger_command command = bench_command(LEDGER_OP_DEPOSIT, amount_e8);
    struct ledger_outcome outcome;

    return ledger_apply(bench_ledger, &command, &outcome);
}

enum cnop_err
bench_trade(uint8_t side, int64_t qty_e8, struct ledger_outcome *ret_outcome)
{
    struct ledger_command command = bench_command(LEDGER_OP_ORDER, 0);

    command.side = side;
    command.asset_id = BENCH_ASSET;
    command.qty.e8 = qty_e8;
    return ledger_apply(bench_ledger, &command, ret_outcome);
}

void
bench_tick(int64_t price_e10, uint64_t seq)
{
    struct ledger_command command = bench_command(LEDGER_OP_TICK, 0);
    struct ledger_outcome outcome;

    command.price.e10 = price_e10;
    command.price_seq = seq;
    ck_assert_int_eq(ledger_apply(bench_ledger, &command, &outcome), CNOP_OK);
}
