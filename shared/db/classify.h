/* SPDX-License-Identifier: MIT */
/* What an error number of MariaDB means to the caller, given what was under way. Pure: no
 * connection, no texts. The one place that knows error numbers. */
#ifndef CNOP_DB_CLASSIFY_H
#define CNOP_DB_CLASSIFY_H

#include <stdbool.h>

#include "shared/base/err.h"

/* What was under way when the error came: decides between failed and unknown. */
enum cnop_db_phase {
    CNOP_DB_PREPARING, /* nothing has been executed */
    CNOP_DB_READING,
    CNOP_DB_WRITING,
    CNOP_DB_COMMITTING,
    CNOP_DB_BATCHING, /* a whole transaction in one packet: its COMMIT may have been reached */
};

/* ret_lost: the connection is of no more use. */
enum cnop_err cnop_db_classify(unsigned number, enum cnop_db_phase phase, bool in_transaction,
                               bool *ret_lost);

/* The object is there already, or gone already: what a repeated schema change is told. */
bool cnop_db_already_done(unsigned number);

#endif
