/* SPDX-License-Identifier: MIT */
/* The few forms of SQL that the engine sends, carried out on the made up tables. A form that is not
 * known ends the world: the simulator has to learn it. */
#ifndef CNOP_TESTS_SIM_SIM_SQL_H
#define CNOP_TESTS_SIM_SIM_SQL_H

#include "shared/db/batch.h"
#include "tests/sim/sim_table.h"

/* A whole transaction, or nothing of it: OK, FENCED, DUPLICATE. */
enum cnop_err sim_sql_run(struct sim_tables *tables, struct cnop_str text);

enum cnop_err sim_sql_select(struct sim_tables *tables, struct cnop_str text, cnop_batch_row_fn fn,
                             void *arg);

#endif
