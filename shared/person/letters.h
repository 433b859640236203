/* SPDX-License-Identifier: MIT */
/* Which code points may stand in a person's name: letters and combining marks of living scripts.
 * A fixed table, so that the answer never depends on a locale. Never symbols, digits or controls.
 */
#ifndef CNOP_PERSON_LETTERS_H
#define CNOP_PERSON_LETTERS_H

#include "shared/base/str.h"

/* True when the code point is in the table. */
bool cnop_letter_is(uint32_t code_point);

/* Takes the first code point off valid UTF-8 that is not empty (both asserted). */
uint32_t cnop_letter_next(struct cnop_str *text);

#endif
