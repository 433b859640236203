/* SPDX-License-Identifier: MIT */
/* A small ledger with one asset, and commands of one customer on it, for tests by hand. */
#ifndef CNOP_TESTS_LEDGER_BENCH_H
#define CNOP_TESTS_LEDGER_BENCH_H

#include "shared/ledger/ledger.h"

#define BENCH_TIME_US (INT64_C(1790000000) * 1000000)
#define BENCH_CUSTOMER 1000
#define BENCH_ASSET 1

extern struct ledger *bench_ledger;

/* Small tables, so that keys are dropped and accounts become cold; no fee. */
void bench_config(struct ledger_config *ret_config);

/* For a checked fixture. */
void bench_open(void);
void bench_close(void);

struct ledger_command bench_command(uint8_t op, int64_t amount_e8);
enum cnop_err bench_deposit(int64_t amount_e8);
enum cnop_err bench_trade(uint8_t side, int64_t qty_e8, struct ledger_outcome *ret_outcome);
void bench_tick(int64_t price_e10, uint64_t seq);

#endif
