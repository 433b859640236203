/* SPDX-License-Identifier: MIT */
/* Cuts the text of a migration into statements. Pure. Knows quotes and comments; DELIMITER and
 * stored programs do not occur in migrations. */
#ifndef CNOP_DB_SQL_SPLIT_H
#define CNOP_DB_SQL_SPLIT_H

#include "shared/base/str.h"

/* Takes the next statement off text: without the semicolon, without leading comments and blanks.
 * NOT_FOUND: nothing but blanks and comments is left. INVALID: an open quote or comment, or a
 * statement without a semicolon. */
cnop_must_check enum cnop_err cnop_sql_next(struct cnop_str *text, struct cnop_str *ret_statement);

#endif
