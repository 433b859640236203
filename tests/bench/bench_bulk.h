/* SPDX-License-Identifier: MIT */
/* A batch as prepared statements with parameter arrays: the alternative to text, for comparison. */
#ifndef CNOP_BENCH_BENCH_BULK_H
#define CNOP_BENCH_BENCH_BULK_H

#include <mysql.h>

#include "fcgi_services/order/engine.h"

struct bench_bulk;

MYSQL *bench_connect(void);
struct bench_bulk *bench_bulk_open(void);
/* One transaction: fence, orders, trades, transfers, balances, journal. Ends the program on errors.
 */
void bench_bulk_commit(struct bench_bulk *bulk, struct engine_batch *batch);

#endif
