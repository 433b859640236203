/* SPDX-License-Identifier: MIT */
/* A market for tests by hand: one asset, three people with 10,000 dollars and 10 units each, orders
 * and figures written in dollars and units. */
#ifndef CNOP_TESTS_LEDGER_MARKET_BENCH_H
#define CNOP_TESTS_LEDGER_MARKET_BENCH_H

#include "shared/ledger/ledger.h"

#define START_US (INT64_C(1790000000) * 1000000)
#define MARK 2000.37
#define A 1000
#define B 1001
#define C 1002
#define BUY LEDGER_BUY
#define SELL LEDGER_SELL

extern struct ledger *ledger;
extern struct ledger_outcome last; /* of the last command */
extern struct ledger_config rules;
extern int64_t now_us;

int64_t e8(double value);
cnop_price price_of(double value);
enum cnop_err apply(const struct ledger_command *command);
void do_apply(const struct ledger_command *command);
void tick(double price);
uint32_t cross(void);
void give(int64_t account_id, double cash, double units);
void open_market(unsigned maker_bps, unsigned taker_bps, unsigned spread_bps);
void close_market(void);
void without_house(double price);
struct ledger_command limit(int64_t account_id, uint8_t side, double qty, double price);
int64_t place(int64_t account_id, uint8_t side, double qty, double price);
enum cnop_err try_limit(const struct ledger_command *command);
enum cnop_err buy_at_market(int64_t account_id, double qty);
enum cnop_err cancel(int64_t account_id, int64_t order_id);
void assert_cash(int64_t account_id, double avail, double held);
void assert_units(int64_t account_id, double avail, double held);
void assert_rounding(double value);
void assert_fill(uint32_t index, double price, double qty, int64_t buyer, int64_t seller);
void assert_left(int64_t order_id, double left);

#endif
